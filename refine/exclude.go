package refine

import (
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
)

// Exclusions are principals and policies that are left as they are.
type Exclusions struct {
	Tags  map[string]string // by key: that value, or with an empty one any
	Paths []string          // all below them: "/team/"
}

// Exclude gives a Doubt to every candidate that is excluded, or that somebody has who
// is: a smaller policy would be theirs, too.
func (x Exclusions) Exclude(a *inventory.Account, list []Candidate) {
	why := map[string]string{} // by ARN
	note := func(arn, path string, tags []inventory.Tag) {
		if text := x.why(path, tags); text != "" {
			why[arn] = text
		}
	}
	for _, r := range a.Roles {
		note(r.ARN, r.Path, r.Tags)
	}
	for _, u := range a.Users {
		note(u.ARN, u.Path, u.Tags)
	}
	for _, p := range a.Policies {
		note(p.ARN, p.Path, p.Tags)
	}
	for i := range list {
		c := &list[i]
		names := []string{c.ID, c.Holder}
		for _, u := range c.Users {
			names = append(names, u.ARN)
		}
		for _, name := range names {
			if text := why[name]; text != "" {
				c.Doubt = fmt.Sprintf("%s is excluded by its %s", name, text)
			}
		}
	}
}

// why says what excludes; empty: nothing.
func (x Exclusions) why(path string, tags []inventory.Tag) string {
	for _, prefix := range x.Paths {
		if strings.HasPrefix(path, prefix) {
			return "path " + path
		}
	}
	for _, t := range tags {
		if value, named := x.Tags[t.Key]; named && (value == "" || value == t.Value) {
			return "tag " + t.Key
		}
	}
	return ""
}
