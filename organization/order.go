package organization

import (
	"cmp"
	"slices"
	"strings"
)

func byUnit(a, b Unit) int              { return strings.Compare(a.ID, b.ID) }
func byAccount(a, b Account) int        { return strings.Compare(a.ID, b.ID) }
func byPolicy(a, b Policy) int          { return strings.Compare(a.ID, b.ID) }
func byTag(a, b Tag) int                { return strings.Compare(a.Key, b.Key) }
func byService(a, b TrustedService) int { return strings.Compare(a.Service, b.Service) }

func byAttachment(a, b Attachment) int {
	return cmp.Or(strings.Compare(a.Policy, b.Policy), strings.Compare(a.Target, b.Target))
}

func byDelegated(a, b Delegated) int {
	return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Service, b.Service))
}

// insert puts v into a sorted list; false: an equal one is there, and the list
// is as it was.
func insert[E any](list *[]E, v E, order func(a, b E) int) bool {
	i, found := slices.BinarySearchFunc(*list, v, order)
	if !found {
		*list = slices.Insert(*list, i, v)
	}
	return !found
}

// remove takes what equals v out of a sorted list; false: there is none.
func remove[E any](list *[]E, v E, order func(a, b E) int) bool {
	i, found := slices.BinarySearchFunc(*list, v, order)
	if found {
		*list = slices.Delete(*list, i, i+1)
	}
	return found
}

// at is the element that equals v, to be changed in place, or nil.
func at[E any](list []E, v E, order func(a, b E) int) *E {
	if i, found := slices.BinarySearchFunc(list, v, order); found {
		return &list[i]
	}
	return nil
}
