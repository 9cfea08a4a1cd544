package wire

import (
	"cmp"
	"slices"
	"strconv"
)

// node is what a request said at one place of its input, before types are
// known. Every protocol reads into nodes, so that decoding and validation are
// the same for all.
type node struct {
	text  string // the value, when said
	said  bool   // a value was given here, maybe an empty one
	kids  map[string]*node
	kind  kind    // what JSON says it is
	items []*node // of a JSON list; nil for a null among them. Of a parameter of a URL: each value
}

// kind is the JSON type of a value. A form has no types: what it says may be
// meant as any.
type kind uint8

const (
	untyped kind = iota
	jsonString
	jsonNumber
	jsonBool
	jsonList
	jsonObject
)

// mustBe refuses a value of another JSON type.
func (n *node) mustBe(k kind, at place) error {
	switch {
	case n.kind == untyped && k != jsonList && len(n.items) > 1:
		return malformedAt(at, "Duplicate parameter %s", echo(at.path))
	case n.kind == untyped || n.kind == k:
		return nil
	}
	return malformedAt(at, "%s can not be converted to %s at %s", n.kind, k, echo(at.path))
}

// String is the type as messages call it.
func (k kind) String() string {
	return [...]string{"A value", "a String", "a Number", "a Boolean", "a List", "a Structure"}[k]
}

// kid returns the node below n under a name, or nil. n may be nil.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	return n.kids[name]
}

// grow returns the node below n under a name and makes it when it is new.
func (n *node) grow(name string) *node {
	if k := n.kids[name]; k != nil {
		return k
	}
	if n.kids == nil {
		n.kids = make(map[string]*node, 1)
	}
	k := new(node)
	n.kids[name] = k
	return k
}

// list returns the members of n in the order of their numbers, which start at 1
// and may leave gaps (IAM-2). An empty value is the empty list; ok is false when
// there is no list at all. path names n in errors.
func (n *node) list(path string) (members []*node, ok bool, err error) {
	if n != nil && (n.kind == jsonList || n.items != nil) {
		return n.items, true, nil
	}
	numbered := n.kid("member")
	switch {
	case n == nil || numbered == nil && !n.said:
		return nil, false, nil
	case n.said && n.text != "":
		return nil, false, malformed("%s is a list. Send its first member as %s.member.1", echo(path), echo(path))
	case numbered == nil:
		return nil, true, nil
	}
	type indexed struct {
		index int
		n     *node
	}
	found := make([]indexed, 0, len(numbered.kids))
	for number, member := range numbered.kids {
		index, err := strconv.Atoi(number)
		if err != nil || index < 1 || strconv.Itoa(index) != number {
			return nil, false, malformed("Invalid index in %s.member.%s. Members are numbered from 1", echo(path), echo(number))
		}
		found = append(found, indexed{index, member})
	}
	slices.SortFunc(found, func(a, b indexed) int { return cmp.Compare(a.index, b.index) })
	members = make([]*node, len(found))
	for i, f := range found {
		members[i] = f.n
	}
	return members, true, nil
}
