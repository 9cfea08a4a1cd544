package finding

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// Password is what an UnusedIAMUserPassword says: the user has a password and
// did not sign in with it in the period.
type Password struct {
	LastAccessed time.Time // zero: none known
}

// unusedPassword is the condition of a user's password. What a snapshot said of
// it counts too (IAM-31).
func (x *examiner) unusedPassword(s *subject, login *inventory.LoginProfile, said time.Time) {
	if login == nil || x.young(login.Created) {
		return
	}
	last, period := s.use.signIn, s.use.signInPeriod
	if !said.After(x.Now) {
		last = max(last, millis(said))
	}
	if x.usedInPeriod(period, last) {
		return
	}
	x.add(s, Condition{Type: UnusedIAMUserPassword, LastAccessed: when(last)})
}
