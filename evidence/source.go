package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// source is a policy that grants.
type source struct {
	key      string // account, holder and name
	grant    Grant  // what all of its statements have in common
	doc      *policy.Document
	managed  *inventory.Policy // nil: inline
	held     time.Time         // when the oldest of its holders was made
	unproven bool              // no holder's age is known
}

// source finds or adds the policy of a source.
func (s *Scope) source(a *inventory.Account, from *inventory.Source) (int, error) {
	src := source{managed: from.Managed, unproven: true}
	if p := from.Managed; p != nil {
		src.key = a.ID + " " + p.ARN
		src.grant = Grant{Policy: p.ARN, Version: p.Default}
	} else {
		src.grant = Grant{Policy: from.Name, Holder: inlineHolder(a, from)}
		src.key = a.ID + " " + src.grant.Holder + " " + from.Name
	}
	if i, there := s.byKey[src.key]; there {
		return i, nil
	}
	var err error
	if src.doc, err = policy.ParseString(from.Document); err != nil {
		return 0, fmt.Errorf("policy %s: %w", src.key, err)
	}
	s.byKey[src.key] = len(s.sources)
	s.sources = append(s.sources, &src)
	return len(s.sources) - 1, nil
}

// inlineHolder is the ARN of what an inline policy is in.
func inlineHolder(a *inventory.Account, from *inventory.Source) string {
	switch from.EntityType {
	case "USER":
		return a.UserByName(from.EntityName).ARN
	case "GROUP":
		return a.GroupByName(from.EntityName).ARN
	}
	return a.RoleByName(from.EntityName).ARN
}

// heldSince takes in that a holder was made then.
func (s *source) heldSince(made time.Time) {
	if !made.IsZero() && (s.unproven || made.Before(s.held)) {
		s.held, s.unproven = made, false
	}
}

// older are the versions of a managed policy that came before the one that
// counts, the newest first, with it at the beginning.
func (s *source) older() []inventory.PolicyVersion {
	all := slices.Clone(s.managed.Versions)
	slices.SortFunc(all, func(a, b inventory.PolicyVersion) int {
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(b.ID, a.ID))
	})
	i := slices.IndexFunc(all, func(v inventory.PolicyVersion) bool { return v.ID == s.managed.Default })
	if i < 0 {
		return nil
	}
	return all[i:]
}

// ages yields, for each action, since when the policy is known to grant it: from
// the oldest of the versions without a break that do, and not before a holder
// was made. Zero: not known.
func (s *source) ages(engine *grant.Engine) func(action int) time.Time {
	if s.unproven {
		return func(int) time.Time { return time.Time{} }
	}
	if s.managed == nil {
		return func(int) time.Time { return s.held } // nobody says when an inline policy was changed
	}
	type past struct {
		at  time.Time
		set grant.Set
	}
	var line []past
	for _, v := range s.older() {
		doc, err := policy.ParseString(v.Document)
		if err != nil || v.Created.IsZero() {
			break
		}
		line = append(line, past{v.Created, engine.Granted([]*policy.Document{doc})})
	}
	return func(action int) (since time.Time) {
		for _, p := range line {
			if !p.set.Has(action) {
				break
			}
			since = p.at
		}
		if !since.IsZero() && since.Before(s.held) {
			return s.held
		}
		return since
	}
}
