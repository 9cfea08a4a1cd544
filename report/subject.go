package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// Subject is what a report is about, with everything that is frozen when the
// report is asked for (LA-5, LA-32). It can be stored as JSON.
type Subject struct {
	Kind     Kind
	Name     string
	ARN      string   // as it really is; a request may have another path (LA-50)
	Account  string   // whose entities' activity counts
	Policies []string // JSON texts (LA-4)
	Entities []Entity
	// Missing are the ARNs of attached policies whose documents the inventory
	// does not have: what they grant is not in the report.
	Missing []string `json:",omitempty"`
}

// Entity is a user or role whose activity counts.
type Entity struct {
	Kind Kind
	ID   string // unique id
	ARN  string
}

// Principals are the names under which facts of the entity may be kept: its
// unique id, its ARN for records without an id (LA-29), and for a role the ARN
// without its path, which is all that some records tell (CT-11, CT-12).
func (e Entity) Principals() []string {
	names := []string{e.ID, e.ARN}
	if e.ID == "" {
		names = names[1:]
	}
	if a, err := arn.Parse(e.ARN); err == nil && e.Kind == Role && a.Path() != "/" {
		a.Resource = "role/" + a.Name()
		names = append(names, a.String())
	}
	return names
}

// Why Find does not know a subject.
var (
	ErrSyntax      = errors.New("not an ARN")
	ErrPartition   = errors.New("another partition")
	ErrService     = errors.New("not an IAM ARN")
	ErrUnsupported = errors.New("not a user, group, role or policy")
	ErrForeign     = errors.New("another account")
	ErrAbsent      = errors.New("does not exist")
)

// Check says what is wrong with the form of a subject's ARN, seen from an
// account (LA-50, LA-51): one of the errors above except ErrForeign and
// ErrAbsent, or nil.
func Check(text, partition string) error {
	_, _, err := check(text, partition)
	return err
}

func check(text, partition string) (arn.ARN, Kind, error) {
	a, err := arn.Parse(text)
	switch {
	case err != nil:
		return a, 0, ErrSyntax
	case a.Partition != partition:
		return a, 0, ErrPartition
	case a.Service != "iam":
		return a, 0, ErrService
	case a.Region != "" || a.Account == "":
		return a, 0, ErrSyntax
	}
	kind := kindOf(a.Kind())
	if kind == 0 || !strings.Contains(a.Resource, "/") {
		return a, 0, ErrUnsupported
	}
	return a, kind, nil
}

// kindOf is the kind that an ARN's resource begins with; zero: none.
func kindOf(name string) Kind {
	switch name {
	case "user":
		return User
	case "group":
		return Group
	case "role":
		return Role
	case "policy":
		return ManagedPolicy
	}
	return 0
}

// Find is the subject with that ARN in the account. Users, groups and roles are
// found by name whatever the path, policies by their exact ARN (LA-50).
func Find(account *inventory.Account, text string) (*Subject, error) {
	a, kind, err := check(text, account.Partition)
	if err != nil {
		return nil, err
	}
	if a.Account != account.ID && !(kind == ManagedPolicy && a.Account == "aws") {
		return nil, ErrForeign
	}
	s := &Subject{Kind: kind, Account: account.ID}
	var found bool
	switch kind {
	case User:
		found = s.user(account, a.Name())
	case Group:
		found = s.group(account, a.Name())
	case Role:
		found = s.role(account, a.Name())
	case ManagedPolicy:
		found = s.policy(account, text)
	}
	if !found {
		return nil, ErrAbsent
	}
	slices.SortFunc(s.Entities, func(x, y Entity) int {
		return cmp.Or(strings.Compare(x.ARN, y.ARN), strings.Compare(x.ID, y.ID))
	})
	s.Entities = slices.Compact(s.Entities)
	return s, nil
}

func (s *Subject) user(account *inventory.Account, name string) bool {
	u := account.UserByName(name)
	if u == nil {
		return false
	}
	s.Name, s.ARN = u.Name, u.ARN
	s.sources(account, account.UserPolicies(u), u.Attached)
	for _, name := range u.Groups {
		if g := account.GroupByName(name); g != nil {
			s.sources(account, nil, g.Attached)
		}
	}
	s.users(u)
	return true
}

func (s *Subject) group(account *inventory.Account, name string) bool {
	g := account.GroupByName(name)
	if g == nil {
		return false
	}
	s.Name, s.ARN = g.Name, g.ARN
	s.sources(account, account.GroupPolicies(g), g.Attached)
	s.users(account.Members(g.Name)...)
	return true
}

func (s *Subject) role(account *inventory.Account, name string) bool {
	r := account.RoleByName(name)
	if r == nil {
		return false
	}
	s.Name, s.ARN = r.Name, r.ARN
	s.sources(account, account.RolePolicies(r), r.Attached)
	s.roles(r)
	return true
}

// policy freezes a managed policy and everyone who has it, directly or through
// a group (LA-33). A policy without a default version has an empty document,
// which no report accepts: an empty list of services would be a claim.
func (s *Subject) policy(account *inventory.Account, text string) bool {
	p := account.Policy(text)
	if p == nil {
		return false
	}
	s.Name, s.ARN = p.Name, p.ARN
	s.Policies = []string{p.DefaultDocument()}
	users, roles := account.Entities(text)
	s.users(users...)
	s.roles(roles...)
	return true
}

func (s *Subject) sources(account *inventory.Account, list []inventory.Source, attached []string) {
	for _, src := range list {
		s.Policies = append(s.Policies, src.Document)
	}
	for _, arn := range attached {
		if account.Policy(arn) == nil && !slices.Contains(s.Missing, arn) {
			s.Missing = append(s.Missing, arn)
		}
	}
}

func (s *Subject) users(list ...*inventory.User) {
	for _, u := range list {
		s.Entities = append(s.Entities, Entity{User, u.ID, u.ARN})
	}
}

func (s *Subject) roles(list ...*inventory.Role) {
	for _, r := range list {
		s.Entities = append(s.Entities, Entity{Role, r.ID, r.ARN})
	}
}

// Documents parses the policies.
func (s *Subject) Documents() ([]*policy.Document, error) {
	docs := make([]*policy.Document, len(s.Policies))
	for i, text := range s.Policies {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("policy %d of the subject: %w", i+1, err)
		}
		docs[i] = doc
	}
	return docs, nil
}
