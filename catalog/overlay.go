package catalog

import (
	"fmt"
	"slices"
	"time"
)

// ParseOverlay reads what Text wrote.
func ParseOverlay(text string) (*Overlay, error) {
	if len(text) > MaxOverlay {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrFormat, MaxOverlay)
	}
	s, err := parseSet(text)
	if err != nil {
		return nil, err
	}
	return &Overlay{s}, nil
}

// Text is the overlay in our text format.
func (o *Overlay) Text() []byte { return o.set.appendText(nil) }

// Services is the number of services in the overlay.
func (o *Overlay) Services() int { return len(o.set.services) }

// Date is the day of the reference.
func (o *Overlay) Date() time.Time { return o.set.head.date }

// Merge is o with another overlay over it, by the same rules by which an overlay
// lies over a catalogue. Neither is changed.
func (o *Overlay) Merge(over *Overlay) *Overlay {
	s := o.set.clone()
	s.lay(over.set)
	s.head.version = max(s.head.version, over.set.head.version)
	s.head.origins = mergeOrigins(s.head.origins, over.set.head.origins)
	if s.head.date.Before(over.set.head.date) {
		s.head.date, s.head.flags = over.set.head.date, over.set.head.flags
	}
	return &Overlay{s}
}

// maxOrigins is the number of origins an overlay remembers, the latest ones.
const maxOrigins = 8

func mergeOrigins(old, latest []string) []string {
	out := slices.DeleteFunc(slices.Clone(old), func(o string) bool { return slices.Contains(latest, o) })
	out = append(out, latest...)
	return out[max(0, len(out)-maxOrigins):]
}

// Change is what an overlay did to a catalogue.
type Change struct {
	Services    []string `json:"newServices"`      // namespaces that were not there
	Actions     int      `json:"newActions"`       // in new and old services
	Formats     int      `json:"newARNFormats"`    // of resource types of old services
	Resources   int      `json:"newResources"`     // old actions that got further resource types
	Levels      int      `json:"changedLevels"`    // old actions
	Flags       int      `json:"changedFlags"`     // old actions
	KeptService int      `json:"keptServices"`     // of the catalogue that the overlay does not have
	KeptAction  int      `json:"keptActions"`      // likewise, of services that both have
	Outdated    bool     `json:"referenceIsOlder"` // the overlay is older than the catalogue
}

// Overlay is the catalogue with an overlay over it, and over the one it may
// have already:
//
//   - Services, actions, resource types and ARN formats are added.
//   - Level and flags of an action are corrected if the reference is not older
//     than what it corrects. Flags that were not known are set in any case.
//   - Nothing is taken away. A service or action that the reference lacks may
//     be one that AWS took back, but it may as well be missing from a part of
//     the reference, and a catalogue that lacks an action hides its service
//     from reports: knowing too much is the harmless error. For the same reason
//     an action keeps the resource types that only the catalogue gives it.
//   - Display names stay; a new service is called by its namespace, because the
//     reference has no names. Never-tracked actions stay so (LA-28).
//   - An operation that one action alone authorises (CT-34) stands for it,
//     unless the embedded data says what it stands for.
func (c *Catalog) Overlay(o *Overlay) (*Catalog, Change, error) {
	s, err := parseSet(c.text)
	if err != nil {
		return nil, Change{}, err
	}
	all := o
	if c.over != nil {
		all = c.over.Merge(o)
		s.lay(c.over.set)
	}
	change := s.lay(o.set)
	change.Outdated = o.set.head.date.Before(c.head.date)
	b := builder{c: &Catalog{text: c.text, over: all, tracking: c.tracking, events: c.events, config: c.config}}
	s.pass(&b)
	if err := b.finish(); err != nil {
		return nil, Change{}, fmt.Errorf("lay the Service Reference over the catalogue: %w", err)
	}
	return b.c, change, nil
}

func (s *set) clone() *set {
	b := setBuilder{set: &set{}}
	s.pass(&b)
	return b.set
}

// lay changes s into s with over laid over it.
func (s *set) lay(over *set) Change {
	change := Change{Services: []string{}}
	rule := rule{
		levels: !over.head.date.Before(s.head.date),
		flags:  !over.head.flags.Before(s.head.flags),
		change: &change,
	}
	var added []service
	old := len(s.services)
	for _, v := range over.clone().services {
		i, found := s.find(v.namespace)
		if found {
			rule.lay(&s.services[i], &v)
			old--
			continue
		}
		added = append(added, v)
		change.Services = append(change.Services, v.namespace)
		change.Actions += len(v.actions)
	}
	change.KeptService = old
	s.services = append(s.services, added...)
	slices.SortFunc(s.services, func(a, b service) int { return compareBlocks(a.namespace, b.namespace) })
	return change
}

// rule says what an overlay corrects.
type rule struct {
	levels, flags bool
	change        *Change
}

// lay lays the service over one of the same namespace.
func (r *rule) lay(s, over *service) {
	for _, t := range over.types {
		r.change.Formats += s.addType(t.name, t.formats)
	}
	for _, c := range over.calls {
		s.addCall(c, r.levels)
	}
	var added []action
	old := len(s.actions)
	for _, a := range over.actions {
		i, found := s.findAction(a.name)
		if found {
			r.correct(&s.actions[i], a)
			old--
			continue
		}
		added = append(added, a)
	}
	r.change.KeptAction += old
	r.change.Actions += len(added)
	s.actions = append(s.actions, added...)
	slices.SortFunc(s.actions, func(a, b action) int { return compareFold(a.name, b.name) })
}

func (r *rule) correct(a *action, over action) {
	if n := len(a.types); len(over.types) > 0 {
		if a.types = union(a.types, over.types); len(a.types) > n {
			r.change.Resources++
		}
	}
	if over.level != 0 && over.level != a.level && (r.levels || a.level == 0) {
		a.level = over.level
		r.change.Levels++
	}
	unknown := a.flags&unknownFlag != 0
	if over.flags&unknownFlag == 0 && over.flags != a.flags && (r.flags || unknown) {
		a.flags = over.flags
		r.change.Flags++
	}
}
