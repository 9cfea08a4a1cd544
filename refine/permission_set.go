package refine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
)

// Where and how IAM Identity Center makes the role of a permission set in an account:
// AWSReservedSSO_NAME_ and 16 hexadecimal digits (IAM Identity Center User Guide,
// "Referencing permission sets in resource policies").
const (
	setPath   = "/aws-reserved/sso.amazonaws.com/"
	setPrefix = "AWSReservedSSO_"
	setDigits = 16
	// SetInline is the name of the inline policy of such a role.
	SetInline = "AwsSSOInlinePolicy"
)

// PermissionSet is a permission set of IAM Identity Center, by the roles that it has
// made of it, all with the same policies.
type PermissionSet struct {
	Name  string
	Roles []SetRole // by account
}

// SetRole is the role of a permission set in an account.
type SetRole struct {
	Account *inventory.Account
	Role    *inventory.Role
}

// PermissionSets finds the permission sets of accounts, by name.
func PermissionSets(list []*inventory.Account) (sets []*PermissionSet) {
	of := map[string]*PermissionSet{}
	for _, a := range list {
		for _, r := range a.Roles {
			name, ok := setName(r)
			if !ok {
				continue
			}
			if of[name] == nil {
				of[name] = &PermissionSet{Name: name}
				sets = append(sets, of[name])
			}
			of[name].Roles = append(of[name].Roles, SetRole{a, r})
		}
	}
	for _, s := range sets {
		slices.SortStableFunc(s.Roles, func(a, b SetRole) int { return cmp.Compare(a.Account.ID, b.Account.ID) })
	}
	slices.SortFunc(sets, func(a, b *PermissionSet) int { return cmp.Compare(a.Name, b.Name) })
	return sets
}

// setName is the permission set of a role; false: it is of none.
func setName(r *inventory.Role) (string, bool) {
	rest, ok := strings.CutPrefix(r.Name, setPrefix)
	i := strings.LastIndexByte(rest, '_')
	if !ok || !strings.HasPrefix(r.Path, setPath) || i < 1 || len(rest)-i-1 != setDigits || strings.Trim(rest[i+1:], "0123456789abcdef") != "" {
		return "", false
	}
	return rest[:i], true
}

// setWith is a permission set that names a managed policy; empty: none. In IAM nobody
// can take it off its roles.
func setWith(a *inventory.Account, policy string) string {
	_, _, roles := a.AttachedTo(policy)
	for _, r := range roles {
		if name, ok := setName(r); ok {
			return name
		}
	}
	return ""
}

// Accounts are the accounts that have the permission set, each once.
func (s *PermissionSet) Accounts() (ids []string) {
	for _, r := range s.Roles {
		ids = append(ids, r.Account.ID)
	}
	return slices.Compact(ids)
}

// Candidate is the inline policy of the permission set, with the roles of all accounts
// as its users. Its document is empty where it has none. The doubts: somebody is
// younger than the window, or accounts have not the same policies.
func (s *PermissionSet) Candidate(w Window) Candidate {
	c := s.candidate(SetInline)
	c.Document = s.inline()
	for _, r := range s.Roles {
		if r.Role.Created.After(w.From) && c.Doubt == "" {
			c.Doubt = fmt.Sprintf("%s is younger than the window", r.Role.ARN)
		}
	}
	if text := s.differ("inline policies", inlineText); text != "" {
		c.Doubt = text
	} else if text := s.differ("attached policies", attachedText); text != "" {
		c.Doubt = text
	}
	return c
}

func (s *PermissionSet) candidate(id string) Candidate {
	c := Candidate{ID: id, Holder: "permission set " + s.Name, Set: s.Name, Accounts: s.Accounts()}
	for _, r := range s.Roles {
		c.Users = append(c.Users, report.Entity{Kind: report.Role, ID: r.Role.ID, ARN: r.Role.ARN})
	}
	return c
}

// inline is the document of the first role.
func (s *PermissionSet) inline() string {
	for _, in := range s.Roles[0].Role.Inline {
		if in.Name == SetInline {
			return in.Document
		}
	}
	return ""
}

// inlineText and attachedText are what has to be the same everywhere. A policy of an
// account is one by its path and name.
func inlineText(r *inventory.Role) (text string) {
	for _, in := range r.Inline {
		text += fmt.Sprintf("%q %s\n", in.Name, canonical(in.Document))
	}
	return text
}

func attachedText(r *inventory.Role) string {
	var list []string
	for _, id := range r.Attached {
		list = append(list, shared(id))
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// shared is an ARN of a managed policy without the account that has it.
func shared(text string) string {
	id, err := arn.Parse(text)
	if err != nil || inventory.IsAWSManaged(text) {
		return text
	}
	return id.Resource
}

// differ says which accounts have the same of something, where not all have; empty:
// all have.
func (s *PermissionSet) differ(what string, of func(*inventory.Role) string) string {
	accounts := map[string][]string{} // by what they have
	var order []string
	for _, r := range s.Roles {
		text := of(r.Role)
		if accounts[text] == nil {
			order = append(order, text)
		}
		accounts[text] = append(accounts[text], r.Account.ID)
	}
	if len(order) == 1 {
		return ""
	}
	var groups []string
	for _, text := range order {
		groups = append(groups, strings.Join(accounts[text], ", "))
	}
	return fmt.Sprintf("its %s are not the same in all accounts (%s): provision it to all, and sync", what, strings.Join(groups, " / "))
}

// References are the managed policies of the permission set that are not judged with
// its inline policy, each with its doubt: those that each account has by itself, and
// those of AWS unless they are replaced.
func (s *PermissionSet) References(replace bool) (list []Candidate) {
	for _, id := range s.Roles[0].Role.Attached {
		c := s.candidate(id)
		switch {
		case !inventory.IsAWSManaged(id):
			c.ID = shared(id)
			c.Doubt = "each account has a policy of its own of that name: ebbmark refine with its ARN judges it there, by the use of all who have it"
		case !replace:
			c.Doubt = "it is one of AWS: --replace-aws-managed puts what stays of it into the inline policy"
		default:
			continue
		}
		list = append(list, c)
	}
	return list
}
