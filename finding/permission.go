package finding

import (
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/grant"
)

// Permission is one namespace of an UnusedPermission (AA-25, AA-26).
//
// The JSON names are the stored form: never rename one.
type Permission struct {
	Namespace    string    `json:"ns"`
	LastAccessed time.Time `json:"last,omitzero"` // inside of the 400 days; zero: none known
	// Actions are the granted, tracked actions that were not used, by name in
	// byte order. Nil: the whole service was not used.
	Actions []Action `json:"actions,omitempty"`
}

// Action is a tracked action of a service that was used.
type Action struct {
	Name         string    `json:"name"` // without namespace
	LastAccessed time.Time `json:"last,omitzero"`
}

// unusedPermissions is the condition of an active principal, given what its
// policies grant.
func (x *examiner) unusedPermissions(s *subject, granted grant.Set) {
	list := x.permissions(s.use, granted)
	if len(list) == 0 {
		return
	}
	c := Condition{Type: UnusedPermission, Permissions: list, Services: len(list)}
	for i := range list {
		c.Actions += len(list[i].Actions)
	}
	c.Digest = digestPermissions(list)
	x.add(s, c)
}

// permissions are the namespaces in which something granted was not used
// (AA-26, AA-27), in namespace order.
func (x *examiner) permissions(u *use, granted grant.Set) (list []Permission) {
	for i := range x.services {
		s := &x.services[i]
		if !granted.Any(s.First, s.End) {
			continue
		}
		used := u.services[int32(i)]
		if !x.usedInPeriod(used.period, used.last) {
			list = append(list, Permission{Namespace: s.Namespace, LastAccessed: when(used.last)})
			continue
		}
		if actions := x.unusedActions(u, granted, s.First, s.End); len(actions) > 0 {
			list = append(list, Permission{s.Namespace, when(used.last), actions})
		}
	}
	return list
}

// unusedActions are the granted, tracked actions among those with an index from
// first to before end that were not used.
func (x *examiner) unusedActions(u *use, granted grant.Set, first, end int) (list []Action) {
	all := x.Catalog.Actions()
	for i := first; i < end; i++ {
		if !all[i].Tracked || !granted.Has(i) {
			continue
		}
		used := u.actions[int32(i)]
		if !x.usedInPeriod(used.period, used.last) {
			list = append(list, Action{all[i].Name, when(used.last)})
		}
	}
	// The catalogue sorts ignoring case, the answer does not.
	byName := func(a, b Action) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(list, byName) {
		slices.SortFunc(list, byName)
	}
	return list
}

// digestPermissions stands for the services and actions, without dates.
func digestPermissions(list []Permission) string {
	d := newDigest()
	for i := range list {
		d.text(list[i].Namespace)
		d.number(len(list[i].Actions))
		for j := range list[i].Actions {
			d.text(list[i].Actions[j].Name)
		}
	}
	return d.sum()
}
