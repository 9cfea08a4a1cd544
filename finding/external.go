package finding

import (
	"maps"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// External is what an ExternalAccess says: a role's trust policy lets a
// principal from outside the zone of trust in (AA-71).
//
// The JSON names are the stored form: never rename one.
type External struct {
	Actions   []string          `json:"actions,omitempty"` // sorted, each once, such as "sts:AssumeRole"
	Principal map[string]string `json:"principal"`         // one entry: "AWS", "Federated" or "CanonicalUser", and who
	Condition map[string]string `json:"condition"`         // by key; several values are joined with ","
	Public    bool              `json:"public,omitempty"`  // everyone, without a limiting condition (AA-72)
	// Restriction is resourceControlPolicyRestriction. Empty: not evaluated.
	Restriction string `json:"restriction,omitempty"`
}

func (e *External) principal(kind string) []string {
	if v, ok := e.Principal[kind]; ok {
		return []string{v}
	}
	return nil
}

// condition is the value of a condition key, whose case does not matter.
func (e *External) condition(name string) []string {
	for key, value := range e.Condition {
		if strings.EqualFold(key, name) {
			return []string{value}
		}
	}
	return nil
}

// digest tells grants apart: another principal, condition or action set is
// another finding (AA-72). Operators of conditions are not shown, but count.
func (e *External) digest(list []policy.Condition) string {
	d := newDigest()
	for kind, who := range e.Principal {
		d.text(kind)
		d.text(who)
	}
	var lines []string
	for _, c := range list {
		line := newDigest()
		line.text(c.Operator)
		line.text(c.Key)
		for _, v := range slices.Sorted(slices.Values(c.Values)) {
			line.text(v)
		}
		lines = append(lines, line.sum())
	}
	slices.Sort(lines)
	for _, text := range append(lines, e.Actions...) {
		d.text(text)
	}
	return d.sum()
}

// Zone is a zone of trust: an account, or an organization with its accounts.
type Zone struct {
	Account      string          // of an account's analyzer; empty for an organization
	Organization string          // o-…; empty for an account
	Accounts     map[string]bool // of the organization
}

func (z *Zone) holds(account string) bool {
	return account != "" && (account == z.Account || z.Accounts[account])
}

// ExamineTrust tells who from outside the zone may come in by the trust
// policies of an account's roles (section 8), or by that of the one role with
// the ARN only, when that is set. What is seen comes by ARN in byte order, for
// roles behind after.
func ExamineTrust(account *inventory.Account, z Zone, after, only string) []Seen {
	var out []Seen
	for _, r := range account.Roles {
		if r.ARN > after && (only == "" || r.ARN == only) && !strings.HasPrefix(r.Path, "/aws-service-role/") {
			out = append(out, examineTrust(account, z, r))
		}
	}
	slices.SortFunc(out, func(a, b Seen) int { return strings.Compare(a.Resource, b.Resource) })
	return out
}

func examineTrust(account *inventory.Account, z Zone, r *inventory.Role) Seen {
	s := Seen{Resource: r.ARN}
	if r.Trust == "" {
		return s
	}
	doc, err := policy.ParseString(r.Trust)
	if err != nil {
		s.Unjudged = []Unjudged{{r.ARN, ExternalAccess, "trust policy: " + err.Error()}}
		return s
	}
	t := trust{account, z, doc}
	met := map[string]bool{}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		for _, e := range t.grants(st) {
			key := e.digest(st.Condition)
			if met[key] {
				continue
			}
			met[key] = true
			s.Conditions = append(s.Conditions, Condition{
				Resource: r.ARN, ResourceType: RoleResource, Owner: account.ID, Type: ExternalAccess, Key: key, Digest: key, External: e,
			})
		}
	}
	return s
}

// trust is a trust policy that is judged.
type trust struct {
	account *inventory.Account
	zone    Zone
	doc     *policy.Document
}

// grants are the grants of one statement to outsiders.
func (t *trust) grants(st *policy.Statement) (out []*External) {
	if !st.Allow || t.zone.confines(st.Condition) {
		return nil
	}
	for _, who := range principals(st) {
		if t.inside(who) {
			continue
		}
		if actions := t.allowed(st, who); len(actions) > 0 {
			out = append(out, &External{
				Actions:   actions,
				Principal: map[string]string{who.kind: who.value},
				Condition: conditions(st.Condition),
				Public:    who.value == "*" && !limits(st.Condition),
			})
		}
	}
	return out
}

// outsider is one value of a Principal element.
type outsider struct{ kind, value string }

// principals are those of a statement that may be outsiders, each once. AWS
// services are not considered (AA-71). All but some are everyone.
func principals(st *policy.Statement) (out []outsider) {
	switch {
	case st.NotPrincipal != nil, st.Principal != nil && st.Principal.Any:
		return []outsider{{"AWS", "*"}}
	case st.Principal == nil:
		return nil
	}
	for _, kind := range slices.Sorted(maps.Keys(st.Principal.Types)) {
		if kind == "Service" {
			continue
		}
		for _, v := range st.Principal.Types[kind] {
			out = append(out, outsider{kind, v})
		}
	}
	return out
}

// inside reports whether a principal is in the zone of trust. Of a bare unique
// id, which stands for an entity that was deleted, that is known only while the
// account still has it.
func (t *trust) inside(who outsider) bool {
	if who.kind != "AWS" {
		return false
	}
	if isAccount(who.value) {
		return t.zone.holds(who.value)
	}
	if a, err := arn.Parse(who.value); err == nil {
		return t.zone.holds(a.Account)
	}
	return t.account.UserByID(who.value) != nil || t.account.RoleByID(who.value) != nil
}

// trustActions are the actions that a trust policy is about.
func trustActions() []string {
	return []string{
		"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetContext", "sts:SetSourceIdentity", "sts:TagSession",
	}
}

// allowed are the actions of the statement that no Deny takes away from the
// principal again, sorted.
func (t *trust) allowed(st *policy.Statement, who outsider) (out []string) {
	for _, a := range trustActions() {
		if matchesAction(st, a) && !t.denied(a, who) {
			out = append(out, a)
		}
	}
	for _, a := range st.Action { // an action that is none of them, as it is written
		known := slices.ContainsFunc(trustActions(), func(k string) bool { return policy.MatchFold(a, k) })
		if !known && !t.denied(a, who) {
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func matchesAction(st *policy.Statement, action string) bool {
	fits := func(pattern string) bool { return policy.MatchFold(pattern, action) }
	if st.NotAction != nil {
		return !slices.ContainsFunc(st.NotAction, fits)
	}
	return slices.ContainsFunc(st.Action, fits)
}

// denied reports whether a Deny keeps the principal from the action whatever
// the request: one without condition, or one for all who are not of the zone.
func (t *trust) denied(action string, who outsider) bool {
	return slices.ContainsFunc(t.doc.Statements, func(st policy.Statement) bool {
		return !st.Allow && matchesAction(&st, action) && names(&st, who) &&
			(len(st.Condition) == 0 || len(st.Condition) == 1 && t.zone.shuts(st.Condition[0]))
	})
}

// names reports whether a Deny is surely about the principal.
func names(st *policy.Statement, who outsider) bool {
	switch {
	case st.NotPrincipal != nil || st.Principal == nil:
		return false
	case st.Principal.Any:
		return true
	}
	list := st.Principal.Types[who.kind]
	return slices.Contains(list, who.value) || slices.Contains(list, "*")
}
