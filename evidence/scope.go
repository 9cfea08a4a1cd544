package evidence

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Scope is what evidence is about: whose calls count, and by which policies.
type Scope struct {
	ARN     string // or the path of a root, unit or account
	Kind    string // user, role, group, policy, account, organization
	Missing []string

	accounts   []member // each once
	members    []member // whose calls count
	principals int
	absent     []string // accounts without a snapshot
	holders    []holder
	sources    []*source
	byKey      map[string]int // of sources
	organized  bool           // the organization is known
	delegates  []string       // accounts that may change the organization's trails beside the management account
	dax        bool           // some role of the accounts is for DynamoDB Accelerator
}

// member is an entity whose calls count, or a whole account.
type member struct {
	account   string // id
	id        string // likewise
	partition string
	entity    *report.Entity    // nil: everyone in the account
	arns      map[string]string // everyone: ARNs by the names that logs have
}

// names yields the names that facts have, and whose they are; empty: see known.
func (m member) names() iter.Seq2[string, string] {
	return func(yield func(who, principal string) bool) {
		if m.entity == nil {
			yield("", "")
			return
		}
		for _, name := range m.entity.Principals() {
			if !yield(m.entity.ARN, name) {
				return
			}
		}
	}
}

// known is the ARN of a principal in the logs, or what they call it.
func (m member) known(principal string) string {
	if arn := m.arns[principal]; arn != "" {
		return arn
	}
	return principal
}

// holder is a user, group, role or policy whose statements grant together.
type holder struct {
	account  string
	kind     report.Kind // report.ManagedPolicy: a policy by itself
	arn      string
	sources  []int
	made     time.Time // zero: not known
	boundary *policy.Document
	controls [][]*policy.Document // service control policies by level; nil: none bind it
}

// Find makes the scope of a user, group, role or managed policy of an account,
// or with the ARN of its root that of the account. o is the organization of the
// account; nil: none is known. Errors are those of report.Find, and of policies
// that do not parse.
func Find(a *inventory.Account, o *organization.Organization, text string) (*Scope, error) {
	s := &Scope{ARN: text, byKey: map[string]int{}}
	s.learn(o)
	s.note(a)
	if text == a.RootARN() {
		s.Kind = "account"
		return s, s.whole(a, o)
	}
	found, err := report.Find(a, text)
	if err != nil {
		return nil, err
	}
	s.ARN, s.Missing, s.principals = found.ARN, found.Missing, len(found.Entities)
	s.accounts = []member{{account: a.ID, id: a.ID, partition: a.Partition}}
	for i := range found.Entities {
		s.members = append(s.members, member{account: a.ID, id: a.ID, partition: a.Partition, entity: &found.Entities[i]})
	}
	switch found.Kind {
	case report.User:
		s.Kind = "user"
		return s, s.user(a, o, a.UserByName(found.Name))
	case report.Role:
		s.Kind = "role"
		return s, s.role(a, o, a.RoleByName(found.Name))
	case report.Group:
		s.Kind = "group"
		g := a.GroupByName(found.Name)
		return s, s.hold(a, holder{kind: report.Group, arn: g.ARN, made: g.Created, controls: levels(o, a.ID)}, a.GroupPolicies(g))
	default:
		s.Kind = "policy"
		p := a.Policy(found.ARN)
		if p.DefaultDocument() == "" {
			return nil, fmt.Errorf("the snapshot does not hold the default version of %s", p.ARN)
		}
		return s, s.hold(a, holder{kind: report.ManagedPolicy, arn: p.ARN, made: p.Created, controls: levels(o, a.ID)}, []inventory.Source{{Managed: p, Name: p.Name, Document: p.DefaultDocument()}})
	}
}

// Under makes the scope of the accounts at or below the root, unit or account at
// the end of a path. find yields the inventory of an account; nil: there is none.
func Under(o *organization.Organization, path string, find func(account string) (*inventory.Account, error)) (*Scope, error) {
	id, _, ok := o.Find(path)
	if !ok {
		return nil, report.ErrEntityPath
	}
	s := &Scope{ARN: path, Kind: "organization", byKey: map[string]int{}}
	s.learn(o)
	for _, account := range o.AccountsUnder(id) {
		a, err := find(account)
		switch {
		case err != nil:
			return nil, err
		case a == nil:
			s.unknown(account)
		default:
			s.note(a)
			if err := s.whole(a, o); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// learn takes in who may change the trails of an organization; nil: not known.
func (s *Scope) learn(o *organization.Organization) {
	if o == nil {
		return
	}
	s.organized = true
	for _, d := range o.Delegated {
		if d.Service == "cloudtrail.amazonaws.com" {
			s.delegates = append(s.delegates, d.Account)
		}
	}
}

// note takes in what of an account makes a proof weaker.
func (s *Scope) note(a *inventory.Account) {
	s.dax = s.dax || slices.ContainsFunc(a.Roles, func(r *inventory.Role) bool { return strings.Contains(strings.ToLower(r.Trust), "dax.amazonaws.com") })
}

// unknown takes in an account without a snapshot: its calls count.
func (s *Scope) unknown(account string) {
	m := member{account: account, id: account, partition: "aws"}
	s.accounts, s.members, s.absent = append(s.accounts, m), append(s.members, m), append(s.absent, account)
	s.miss("account " + account)
}

func (s *Scope) miss(what string) {
	if len(s.Missing) < maxMissing && !slices.Contains(s.Missing, what) {
		s.Missing = append(s.Missing, what)
	}
}

// whole takes in everyone in an account.
func (s *Scope) whole(a *inventory.Account, o *organization.Organization) error {
	m := member{account: a.ID, id: a.ID, partition: a.Partition, arns: map[string]string{}}
	var problems []error
	for _, u := range a.Users {
		m.learn(report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN})
		problems = append(problems, s.user(a, o, u))
	}
	for _, r := range a.Roles {
		m.learn(report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN})
		problems = append(problems, s.role(a, o, r))
	}
	for _, missing := range a.Missing() {
		s.miss(missing)
	}
	s.principals += len(a.Users) + len(a.Roles)
	s.accounts, s.members = append(s.accounts, m), append(s.members, m)
	return errors.Join(problems...)
}

func (m member) learn(e report.Entity) {
	for _, name := range e.Principals() {
		m.arns[name] = e.ARN
	}
}

func (s *Scope) user(a *inventory.Account, o *organization.Organization, u *inventory.User) error {
	h := holder{kind: report.User, arn: u.ARN, made: u.Created, controls: levels(o, a.ID)}
	if err := s.bind(&h, a, u.Boundary); err != nil {
		return fmt.Errorf("permissions boundary of %s: %w", u.ARN, err)
	}
	return s.hold(a, h, a.UserPolicies(u))
}

func (s *Scope) role(a *inventory.Account, o *organization.Organization, r *inventory.Role) error {
	h := holder{kind: report.Role, arn: r.ARN, made: r.Created}
	if !strings.HasPrefix(r.Path, "/aws-service-role/") { // service control policies do not bind service-linked roles
		h.controls = levels(o, a.ID)
	}
	if err := s.bind(&h, a, r.Boundary); err != nil {
		return fmt.Errorf("permissions boundary of %s: %w", r.ARN, err)
	}
	return s.hold(a, h, a.RolePolicies(r))
}

func levels(o *organization.Organization, account string) [][]*policy.Document {
	if o == nil {
		return nil
	}
	return o.Levels(account)
}

// bind adds a permissions boundary. One that the snapshot does not hold takes
// nothing away.
func (s *Scope) bind(h *holder, a *inventory.Account, boundary string) error {
	if boundary == "" {
		return nil
	}
	p := a.Policy(boundary)
	if p == nil || p.DefaultDocument() == "" {
		s.miss(boundary)
		return nil
	}
	doc, err := policy.ParseString(p.DefaultDocument())
	h.boundary = doc
	return err
}

// hold adds a holder of policies.
func (s *Scope) hold(a *inventory.Account, h holder, list []inventory.Source) error {
	h.account = a.ID
	for i := range list {
		k, err := s.source(a, &list[i])
		if err != nil {
			return err
		}
		h.sources = append(h.sources, k)
	}
	s.holders = append(s.holders, h)
	return nil
}

// born is when the oldest of those came to be who may use it.
func (s *Scope) born() (t time.Time, known bool) {
	for i := range s.holders {
		if made := s.holders[i].made; !made.IsZero() && (!known || made.Before(t)) {
			t, known = made, true
		}
	}
	return t, known
}

// OrganizationOf is the organization's id in a path; empty: it is no path.
func OrganizationOf(text string) string {
	if strings.HasPrefix(text, "o-") {
		return report.OrganizationOfPath(text)
	}
	return ""
}

// CheckARN says what is wrong with the form of an ARN that evidence is asked
// for, and gives its account ("aws" for a policy of AWS).
func CheckARN(text string) (account string, err error) {
	a, err := arn.Parse(text)
	if err != nil {
		return "", report.ErrSyntax
	}
	if a.Service == "iam" && a.Resource == "root" && a.Region == "" && len(a.Account) == 12 {
		return a.Account, nil
	}
	return a.Account, report.Check(text, a.Partition)
}
