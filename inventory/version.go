package inventory

import (
	"slices"
	"strconv"
	"time"
)

// AddVersion gives the policy a version with the next number that was never
// used, as its first in the list, and returns it.
func (p *Policy) AddVersion(document string, created time.Time) PolicyVersion {
	last := p.Last
	for _, v := range p.Versions {
		last = max(last, versionNumber(v.ID))
	}
	v := PolicyVersion{ID: "v" + strconv.Itoa(last+1), Document: document, Created: created}
	p.Versions = slices.Insert(p.Versions, 0, v)
	return v
}

// DeleteVersion removes the version at that place of the list. Its number is not
// given away again.
func (p *Policy) DeleteVersion(i int) {
	p.Last = max(p.Last, versionNumber(p.Versions[i].ID))
	p.Versions = slices.Delete(p.Versions, i, i+1)
}
