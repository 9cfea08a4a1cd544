package trail

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
)

// Events are the events of something by whether they read or write.
type Events uint8

// The values of Events.
const (
	Reads  Events = 1
	Writes Events = 2
	All    Events = Reads | Writes
)

func (e Events) String() string {
	return map[Events]string{0: "none", Reads: "read", Writes: "write", All: "all"}[e&All]
}

// Selectors are the event selectors of a trail, with the API's names. A trail has
// basic or advanced ones; with neither it has CloudTrail's default.
type Selectors struct {
	Basic    []BasicSelector    `json:"EventSelectors,omitempty"`
	Advanced []AdvancedSelector `json:"AdvancedEventSelectors,omitempty"`
}

func sameSelectors(a, b *Selectors) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.DeepEqual(a.normal(), b.normal())
}

// normal is the selectors with nil where a list is empty.
func (s *Selectors) normal() *Selectors {
	n := &Selectors{}
	for _, b := range s.Basic {
		n.Basic = append(n.Basic, b.normal())
	}
	for _, a := range s.Advanced {
		n.Advanced = append(n.Advanced, a.normal())
	}
	return n
}

// Whole are the data events of a resource type, such as "AWS::S3::Object", that
// are delivered whatever the resource, the caller and the name of the call.
func (s *Selectors) Whole(kind, partition string) (e Events) {
	for i := range s.Basic {
		e |= s.Basic[i].whole(kind, partition)
	}
	for i := range s.Advanced {
		e |= s.Advanced[i].whole(kind)
	}
	return e
}

// May reports whether any data event of a resource type may be delivered.
func (s *Selectors) May(kind string) bool {
	return slices.ContainsFunc(s.Basic, func(b BasicSelector) bool { return b.may(kind) }) ||
		slices.ContainsFunc(s.Advanced, func(a AdvancedSelector) bool { return a.may(kind) })
}

// Narrowed says what stands in the way of delivering all data events of a
// resource type, of a selector that delivers some; empty: none does.
func (s *Selectors) Narrowed(kind, partition string) string {
	for i := range s.Basic {
		if b := &s.Basic[i]; b.may(kind) {
			return b.narrowed(kind, partition)
		}
	}
	for i := range s.Advanced {
		if a := &s.Advanced[i]; a.may(kind) {
			return a.narrowed(kind)
		}
	}
	return ""
}

// MayManage are the management events of an event source, such as
// "kms.amazonaws.com", that may be delivered. Of any other than those that
// CloudTrail lets a trail leave out, the source may be empty.
func (s *Selectors) MayManage(source string) (e Events) {
	if len(s.Basic)+len(s.Advanced) == 0 {
		return All // CloudTrail's default
	}
	for i := range s.Basic {
		e |= s.Basic[i].mayManage(source)
	}
	for i := range s.Advanced {
		e |= s.Advanced[i].mayManage(source)
	}
	return e
}

// Delivery is a resource type of which data events are delivered whole.
type Delivery struct {
	Kind   string
	Events Events
}

// Deliveries are the resource types of which data events are delivered whole, by
// name.
func (s *Selectors) Deliveries(partition string) (out []Delivery) {
	kinds := map[string]bool{}
	for i := range s.Basic {
		for _, r := range s.Basic[i].DataResources {
			kinds[r.Type] = true
		}
	}
	for i := range s.Advanced {
		for _, kind := range s.Advanced[i].kinds() {
			kinds[kind] = true
		}
	}
	for kind := range maps.Keys(kinds) {
		if e := s.Whole(kind, partition); e != 0 {
			out = append(out, Delivery{kind, e})
		}
	}
	slices.SortFunc(out, func(a, b Delivery) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}
