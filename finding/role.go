package finding

import "time"

// Role is what an UnusedIAMRole says: no request was made with the role's
// credentials in the period.
type Role struct {
	LastAccessed time.Time // inside of the 400 days; zero: none known
}

// unusedRole is the condition of a role, given when it was last used.
func (x *examiner) unusedRole(s *subject, use *use) {
	if x.usedInPeriod(use.period, use.last) {
		return
	}
	x.add(s, Condition{Type: UnusedIAMRole, LastAccessed: when(use.last)})
}
