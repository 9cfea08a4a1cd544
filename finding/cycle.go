package finding

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Condition is something that holds at the time of a scan and that a finding is
// about.
//
// The JSON names are the stored form: never rename one.
type Condition struct {
	Resource     string       `json:"resource"`
	ResourceType string       `json:"resourceType"`
	Owner        string       `json:"owner"`
	Type         Type         `json:"type"`
	Key          string       `json:"key,omitempty"`
	LastAccessed time.Time    `json:"lastAccessed,omitzero"`
	Services     int          `json:"services,omitempty"`
	Actions      int          `json:"actions,omitempty"`
	Digest       string       `json:"digest,omitempty"`
	External     *External    `json:"external,omitempty"`
	Permissions  []Permission `json:"permissions,omitempty"` // of an UnusedPermission
}

func (c *Condition) name() name { return name{c.Resource, c.Type, c.Key} }

// Unjudged is a resource whose conditions of one type could not be told, and
// why. Its findings stand as they are.
type Unjudged struct {
	Resource string `json:"resource"`
	Type     Type   `json:"type"`
	Reason   string `json:"reason"`
}

// Observation is what a scan saw.
type Observation struct {
	Conditions []Condition `json:"conditions,omitempty"`
	Unjudged   []Unjudged  `json:"unjudged,omitempty"`
}

// Step is what one step of the life cycle goes by.
type Step struct {
	Now        time.Time // of the scan
	Generation int64     // that the findings get which are made or changed
	Rules      []Rule    // archive rules: for findings that are new or come back (AA-36)
	// NewID makes an id for a new finding: a UUID. It is asked in the order of
	// resource, type and key, whatever the order of the conditions.
	NewID func() string
	// Keep reports whether the step is not about a finding: it stands as it is.
	// Nil: it is about all.
	Keep func(*Finding) bool

	rules []*Matcher // Rules, made ready
}

// Change is a finding that became, or changed.
//
// The JSON names are the stored form: never rename one.
type Change struct {
	Finding *Finding `json:"finding"`          // as it is now; as it was when it is gone
	Before  Status   `json:"before,omitempty"` // empty: it is new
	Gone    bool     `json:"gone,omitempty"`   // it is kept no longer
}

// Moved reports whether the change is one that the world is told of: a new
// finding, or another status (AA-37).
func (c *Change) Moved() bool { return !c.Gone && c.Before != c.Finding.Status }

// Next is the step of the life cycle that a scan makes (section 5.2): the
// findings that follow from those before and from what was seen, by resource,
// type and key, and what changed. It depends on nothing else; the order of the
// old findings and of the conditions does not matter, and conditions that come
// twice count once. The old findings are not changed; those that stay exactly
// as they are may be the same values.
func Next(old []*Finding, seen *Observation, s Step) (next []*Finding, changes []Change) {
	holds := make(map[name]*Condition, len(seen.Conditions))
	for i := range seen.Conditions {
		holds[seen.Conditions[i].name()] = &seen.Conditions[i]
	}
	unjudged := map[name]bool{}
	for _, u := range seen.Unjudged {
		unjudged[name{u.Resource, u.Type, ""}] = true
	}
	for i := range s.Rules {
		s.rules = append(s.rules, s.Rules[i].Filter.Matcher())
	}
	for _, f := range sorted(old) {
		c := holds[f.name()]
		delete(holds, f.name())
		f, change := s.follow(f, c, unjudged[name{f.Resource, f.Type, ""}])
		if change != nil {
			changes = append(changes, *change)
		}
		if change == nil || !change.Gone {
			next = append(next, f)
		}
	}
	for _, c := range remaining(holds) {
		f := s.create(c)
		next, changes = append(next, f), append(changes, Change{Finding: f})
	}
	slices.SortFunc(next, byName)
	return next, changes
}

func sorted(list []*Finding) []*Finding {
	list = slices.Clone(list)
	slices.SortFunc(list, byName)
	return list
}

func byName(a, b *Finding) int { return a.name().compare(b.name()) }

func (n name) compare(o name) int {
	return cmp.Or(strings.Compare(n.resource, o.resource), strings.Compare(string(n.kind), string(o.kind)), strings.Compare(n.key, o.key))
}

func remaining(holds map[name]*Condition) []*Condition {
	list := make([]*Condition, 0, len(holds))
	for _, c := range holds {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *Condition) int { return a.name().compare(b.name()) })
	return list
}

// follow is what becomes of a finding whose condition is c; nil: it does not
// hold.
func (s *Step) follow(was *Finding, c *Condition, unjudged bool) (*Finding, *Change) {
	switch {
	case c == nil && (s.Keep != nil && s.Keep(was)):
		return was, nil
	case c == nil && unjudged && was.Status != Resolved:
		f := *was
		if f.Error != InternalError {
			f.Error, f.Moved = InternalError, s.Generation
		}
		return &f, nil
	case c != nil:
		return s.goOn(was, c)
	case was.Status == Resolved:
		if s.Now.Sub(was.UpdatedAt) >= KeepResolved {
			return nil, &Change{was, was.Status, true}
		}
		return was, nil
	}
	f := *was
	f.AnalyzedAt, f.Scanned, f.Error = s.Now, s.Generation, ""
	s.move(&f, Resolved)
	return &f, &Change{&f, was.Status, false}
}

// goOn is a finding whose condition holds, still or again.
func (s *Step) goOn(was *Finding, c *Condition) (*Finding, *Change) {
	f := *was
	f.AnalyzedAt, f.Scanned, f.Error = s.Now, s.Generation, ""
	f.Owner, f.ResourceType = c.Owner, c.ResourceType
	f.LastAccessed, f.Services, f.Actions, f.Digest, f.External = c.LastAccessed, c.Services, c.Actions, c.Digest, c.External
	switch {
	case was.Status == Resolved:
		s.move(&f, s.status(&f))
	case was.Digest != c.Digest:
		s.move(&f, was.Status)
	default:
		if was.Error != "" {
			f.Moved = s.Generation
		}
		return &f, nil
	}
	return &f, &Change{&f, was.Status, false}
}

func (s *Step) create(c *Condition) *Finding {
	f := &Finding{
		ID: s.NewID(), AnalyzedAt: s.Now, CreatedAt: s.Now, Scanned: s.Generation,
		Resource: c.Resource, ResourceType: c.ResourceType, Owner: c.Owner, Type: c.Type, Key: c.Key,
		LastAccessed: c.LastAccessed, Services: c.Services, Actions: c.Actions, Digest: c.Digest, External: c.External,
	}
	s.move(f, s.status(f))
	return f
}

// status is that of a finding which is new or comes back.
func (s *Step) status(f *Finding) Status {
	active := *f
	active.Status = Active
	if slices.ContainsFunc(s.rules, func(m *Matcher) bool { return m.Match(&active) }) {
		return Archived
	}
	return Active
}

func (s *Step) move(f *Finding, to Status) {
	f.Status, f.UpdatedAt, f.Moved = to, s.Now, s.Generation
}

// SetStatus is a finding that its owner archives or makes active again
// (AA-31). A resolved one must not be given. One that has the status already
// stays as it is; change is nil then.
func SetStatus(was *Finding, to Status, now time.Time, generation int64) (*Finding, *Change) {
	if was.Status == to {
		return was, nil
	}
	f := *was
	(&Step{Now: now, Generation: generation}).move(&f, to)
	return &f, &Change{&f, was.Status, false}
}
