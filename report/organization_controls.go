package report

import (
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/policy"
)

// Taken says which control policies take an action away; zero: none.
type Taken uint8

// Both may be set, also when neither type alone but both together leave no
// resource.
const (
	BySCP Taken = 1 << iota // what the accounts' principals may do
	ByRCP                   // what anybody may do to resources of the accounts
)

// List names the policy types.
func (t Taken) List() (types []string) {
	if t&BySCP != 0 {
		types = append(types, organization.SCP)
	}
	if t&ByRCP != 0 {
		types = append(types, organization.RCP)
	}
	return types
}

// controls are the actions that control policies leave.
type controls struct {
	of              left  // on the way from the root to the entity
	without         []int // by action: accounts whose policies do not leave it
	servicesWithout []int // by service: accounts whose policies leave no action of it
}

// left are the actions that the service control policies leave, the resource
// control policies, and both together.
type left struct{ scp, rcp, both grant.Set }

// newControls judges the policies of the entity and of all accounts. Those of
// accounts with the same policies on the same levels are judged once.
func newControls(in ExtendedInput, entity string, accounts []string) *controls {
	c := &controls{without: make([]int, len(in.Catalog.Actions())), servicesWithout: make([]int, len(in.Catalog.Services()))}
	c.of = leftOf(in, entity)
	alike := map[string][]string{}
	for _, account := range accounts {
		key := policyLine(in.Organization, account)
		alike[key] = append(alike[key], account)
	}
	for _, group := range alike {
		c.lose(in, leftOf(in, group[0]).both, len(group))
	}
	return c
}

// lose counts n accounts that only have what is left.
func (c *controls) lose(in ExtendedInput, left grant.Set, n int) {
	for i, s := range in.Catalog.Services() {
		if !left.Any(s.First, s.End) {
			c.servicesWithout[i] += n
		}
		for a := s.First; a < s.End; a++ {
			if !left.Has(a) {
				c.without[a] += n
			}
		}
	}
}

// leftOf is what is left at a root, unit or account. Nothing binds the
// management account.
func leftOf(in ExtendedInput, id string) left {
	if id == in.Organization.ManagementAccount {
		all := in.Engine.Through(nil)
		return left{all, all, all}
	}
	scp := in.Organization.ControlLevels(id, organization.SCP)
	rcp := forEveryone(in.Organization.ControlLevels(id, organization.RCP))
	return left{in.Engine.Through(scp), in.Engine.Through(rcp), in.Engine.Through(slices.Concat(scp, rcp))}
}

// policyLine tells accounts apart whose policies differ.
func policyLine(o *organization.Organization, account string) string {
	if account == o.ManagementAccount {
		return ""
	}
	var key strings.Builder
	for _, target := range o.Line(account) {
		for _, policyType := range []string{organization.SCP, organization.RCP} {
			for _, p := range o.PoliciesOf(target, policyType) {
				key.WriteString(p.ID + " ")
			}
		}
		key.WriteByte('/')
	}
	return key.String()
}

// forEveryone are resource control policies without the Principal "*" that each
// of their statements has: package grant takes no Deny of named principals for
// one that removes.
func forEveryone(levels [][]*policy.Document) [][]*policy.Document {
	out := make([][]*policy.Document, len(levels))
	for i, docs := range levels {
		for _, doc := range docs {
			out[i] = append(out[i], withoutAny(doc))
		}
	}
	return out
}

func withoutAny(doc *policy.Document) *policy.Document {
	out := *doc
	out.Statements = slices.Clone(doc.Statements)
	for i := range out.Statements {
		if p := out.Statements[i].Principal; p != nil && p.Any {
			out.Statements[i].Principal = nil
		}
	}
	return &out
}

// taken says what takes an action away.
func (c *controls) taken(action int) (t Taken) {
	if !c.of.scp.Has(action) {
		t |= BySCP
	}
	if !c.of.rcp.Has(action) {
		t |= ByRCP
	}
	if t == 0 && !c.of.both.Has(action) {
		t = BySCP | ByRCP
	}
	return t
}

// count adds an action to the counts of its service.
func (c *controls) count(row *ExtendedService, action int) {
	t := c.taken(action)
	if t == 0 {
		row.Left++
	}
	if t&BySCP != 0 {
		row.TakenBySCP++
	}
	if t&ByRCP != 0 {
		row.TakenByRCP++
	}
}
