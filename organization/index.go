package organization

import (
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/policy"
)

// Kind says what an id or a path of the tree names.
type Kind uint8

// The kinds; zero is none of them.
const (
	KindRoot Kind = iota + 1
	KindUnit
	KindAccount
)

// KindOf is the kind that the form of an id says.
func KindOf(id string) Kind {
	switch {
	case IsAccountID(id):
		return KindAccount
	case IsUnitID(id):
		return KindUnit
	case IsRootID(id):
		return KindRoot
	}
	return 0
}

// index is what look-ups need. It belongs to one state of the organization and
// is not changed once made.
type index struct {
	parents  map[string]string
	units    map[string]int
	accounts map[string]int
	policies map[string]int
	unitsOf  map[string][]string // by parent
	members  map[string][]string // accounts by parent
	attached map[string][]string // policies by target
	targets  map[string][]string // by policy

	documents map[string]*policy.Document // control policies by id; one that does not parse is absent
	texts     map[string]*policy.Document // the same by their text
	control   map[string]map[string]layer // by type and target
}

// layer is what hangs on one target.
type layer []*policy.Document

// look is the index. Several readers may build it at the same time, each the
// same.
func (o *Organization) look() *index {
	if ix := o.cached.Load(); ix != nil {
		return ix
	}
	ix := o.newIndex()
	o.cached.Store(ix)
	return ix
}

// changed must be called by everything that changes o.
func (o *Organization) changed() { o.cached.Store(nil) }

func (o *Organization) newIndex() *index {
	ix := &index{
		parents: map[string]string{}, units: map[string]int{}, accounts: map[string]int{}, policies: map[string]int{},
		unitsOf: map[string][]string{}, members: map[string][]string{}, attached: map[string][]string{}, targets: map[string][]string{},
		documents: map[string]*policy.Document{}, texts: map[string]*policy.Document{}, control: map[string]map[string]layer{SCP: {}, RCP: {}},
	}
	for i, u := range o.Units {
		ix.units[u.ID], ix.parents[u.ID] = i, u.Parent
		ix.unitsOf[u.Parent] = append(ix.unitsOf[u.Parent], u.ID)
	}
	for i, a := range o.Accounts {
		ix.accounts[a.ID], ix.parents[a.ID] = i, a.Parent
		ix.members[a.Parent] = append(ix.members[a.Parent], a.ID)
	}
	for i, p := range o.Policies {
		ix.policies[p.ID] = i
		if isControl(p.Type) {
			if doc := o.parse(p.Content); doc != nil {
				ix.documents[p.ID], ix.texts[p.Content] = doc, doc
			}
		}
	}
	o.parsed.Store(&ix.texts)
	for _, a := range o.Attachments {
		ix.attached[a.Target] = append(ix.attached[a.Target], a.Policy)
		ix.targets[a.Policy] = append(ix.targets[a.Policy], a.Target)
		ix.hang(o, a)
	}
	return ix
}

// parse is a control policy's document, or nil for a text that is none. Texts
// of an earlier state are not parsed again.
func (o *Organization) parse(text string) *policy.Document {
	if before := o.parsed.Load(); before != nil && (*before)[text] != nil {
		return (*before)[text]
	}
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil
	}
	return doc
}

// hang adds an attached control policy to the layer of its target.
func (ix *index) hang(o *Organization, a Attachment) {
	i, known := ix.policies[a.Policy]
	if doc := ix.documents[a.Policy]; known && doc != nil {
		byTarget := ix.control[o.Policies[i].Type]
		byTarget[a.Target] = append(byTarget[a.Target], doc)
	}
}

// Unit is the unit of that id; false: there is none.
func (o *Organization) Unit(id string) (Unit, bool) {
	i, ok := o.look().units[id]
	if !ok {
		return Unit{}, false
	}
	return o.Units[i], true
}

// Account is the account of that id; false: there is none.
func (o *Organization) Account(id string) (Account, bool) {
	i, ok := o.look().accounts[id]
	if !ok {
		return Account{}, false
	}
	return o.Accounts[i], true
}

// Policy is the policy of that id; false: there is none.
func (o *Organization) Policy(id string) (Policy, bool) {
	i, ok := o.look().policies[id]
	if !ok {
		return Policy{}, false
	}
	return o.Policies[i], true
}

// Has reports whether the tree has a root, unit or account of that id.
func (o *Organization) Has(id string) bool {
	_, child := o.look().parents[id]
	return child || id == o.Root.ID
}

// Parent is the root or unit above a unit or account; false: there is no such
// child.
func (o *Organization) Parent(id string) (string, bool) {
	parent, ok := o.look().parents[id]
	return parent, ok
}

// Children are the units and the accounts directly below a root or unit, each
// list by id. Not to be changed.
func (o *Organization) Children(id string) (units, accounts []string) {
	ix := o.look()
	return ix.unitsOf[id], ix.members[id]
}

// Line is the way from the root to a root, unit or account, both included; nil
// when the tree has no such id.
func (o *Organization) Line(id string) []string {
	if !o.Has(id) {
		return nil
	}
	ix := o.look()
	line := []string{id}
	for id != o.Root.ID && len(line) <= len(ix.parents)+1 { // a tree that was never checked may have a cycle
		id = ix.parents[id]
		line = append(line, id)
	}
	slices.Reverse(line)
	return line
}

// Path is the entity path (ORG-1) of a root, unit or account, without a slash
// at its end; empty when the tree has no such id.
func (o *Organization) Path(id string) string {
	line := o.Line(id)
	if line == nil {
		return ""
	}
	return o.ID + "/" + strings.Join(line, "/")
}

// Find is what an entity path names: every step must be the parent of the next.
func (o *Organization) Find(path string) (id string, kind Kind, ok bool) {
	id = path[strings.LastIndexByte(path, '/')+1:]
	kind = KindOf(id)
	if kind == 0 || o.Path(id) != path {
		return "", 0, false
	}
	return id, kind, true
}

// Under are the units and accounts at or below a root, unit or account, each
// list by id.
func (o *Organization) Under(id string) (units, accounts []string) {
	ix := o.look()
	if KindOf(id) == KindAccount {
		if _, ok := ix.accounts[id]; ok {
			accounts = []string{id}
		}
		return nil, accounts
	}
	if !o.Has(id) {
		return nil, nil
	}
	for open := []string{id}; len(open) > 0 && len(units) <= len(o.Units); {
		at := open[len(open)-1]
		open = append(open[:len(open)-1], ix.unitsOf[at]...)
		if at != o.Root.ID {
			units = append(units, at)
		}
		accounts = append(accounts, ix.members[at]...)
	}
	slices.Sort(units)
	slices.Sort(accounts)
	return units, accounts
}

// AccountsUnder are the accounts at or below a root, unit or account, by id,
// the management account among them.
func (o *Organization) AccountsUnder(id string) []string {
	_, accounts := o.Under(id)
	return accounts
}

// MembersUnder is AccountsUnder without the management account.
func (o *Organization) MembersUnder(id string) []string {
	return slices.DeleteFunc(o.AccountsUnder(id), func(a string) bool { return a == o.ManagementAccount })
}

// PoliciesOf are the policies of a type that hang directly on a target, by id.
func (o *Organization) PoliciesOf(target, policyType string) []Policy {
	ix := o.look()
	var out []Policy
	for _, id := range ix.attached[target] {
		if p := o.Policies[ix.policies[id]]; p.Type == policyType {
			out = append(out, p)
		}
	}
	return out
}

// TargetsOf are the ids of what a policy hangs on, sorted. Not to be changed.
func (o *Organization) TargetsOf(policyID string) []string { return o.look().targets[policyID] }

// Attached reports whether a policy hangs directly on a target.
func (o *Organization) Attached(policyID, target string) bool {
	_, found := slices.BinarySearchFunc(o.Attachments, Attachment{policyID, target}, byAttachment)
	return found
}

// IsDelegated reports whether the account administers any service.
func (o *Organization) IsDelegated(account string) bool {
	return slices.ContainsFunc(o.Delegated, func(d Delegated) bool { return d.Account == account })
}
