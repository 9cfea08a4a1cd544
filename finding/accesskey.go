package finding

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// AccessKey is what an UnusedIAMUserAccessKey says: an active key signed no
// request in the period.
type AccessKey struct {
	ID           string
	LastAccessed time.Time // zero: none known
}

// unusedKeys are the conditions of a user's keys: one for each that is active
// and old enough (AA-21).
func (x *examiner) unusedKeys(s *subject, keys []inventory.AccessKey) {
	for i := range keys {
		k := &keys[i]
		if !k.Active || x.young(k.Created) {
			continue
		}
		use := x.keys[k.ID]
		if x.usedInPeriod(use.period, use.last) {
			continue
		}
		x.add(s, Condition{Type: UnusedIAMUserAccessKey, Key: k.ID, LastAccessed: when(use.last)})
	}
}
