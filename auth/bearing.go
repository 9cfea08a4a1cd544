package auth

import (
	"context"
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// policies are the policies that bear on what the caller does.
func (a *Authority) policies(ctx context.Context, c wire.Caller) (policy.Policies, error) {
	var sets policy.Policies
	var err error
	if sets.Session, err = a.parseAll(c.SessionPolicies); err != nil {
		return sets, err
	}
	if c.Kind == wire.RootCaller {
		sets.SCP, err = a.organization(ctx, c.Account)
		return sets, err
	}
	account, err := a.Accounts.Account(ctx, c.Account)
	if err != nil {
		return sets, err
	}
	if err := a.identity(&sets, account, c); err != nil {
		return sets, err
	}
	if role := account.RoleByID(c.Entity); role == nil || !serviceLinked(role) {
		sets.SCP, err = a.organization(ctx, c.Account)
	}
	return sets, err
}

// parseAll parses the texts of session policies; nil when there are none.
func (a *Authority) parseAll(texts []string) (docs []*policy.Document, err error) {
	for _, text := range texts {
		doc, err := a.parse(text)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// identity are the caller's own policies and its boundary.
func (a *Authority) identity(sets *policy.Policies, account *inventory.Account, c wire.Caller) error {
	for _, text := range standing(account, c) {
		doc, err := a.parse(text)
		if err != nil {
			return err
		}
		sets.Identity = append(sets.Identity, doc)
	}
	sources, boundary := granted(account, c)
	for _, source := range sources {
		doc, err := a.parse(source.Document)
		if err != nil {
			return fmt.Errorf("policy %s: %w", source.Name, err)
		}
		sets.Identity = append(sets.Identity, doc)
	}
	if boundary == "" {
		return nil
	}
	sets.Boundary = &policy.Document{} // a boundary that is not in the inventory allows nothing
	var err error
	if limit := account.Policy(boundary); limit != nil {
		sets.Boundary, err = a.parse(limit.DefaultDocument())
	}
	return err
}

// granted are the caller's identity policies and the ARN of its boundary. A
// principal that is gone has none.
func granted(account *inventory.Account, c wire.Caller) (sources []inventory.Source, boundary string) {
	if role := account.RoleByID(c.Entity); role != nil {
		return account.RolePolicies(role), role.Boundary
	}
	if user := account.UserByID(c.Entity); user != nil {
		return account.UserPolicies(user), user.Boundary
	}
	return nil, ""
}

// What some principals may do without a policy of their own.
const (
	// ownPassword is what AllowUsersToChangePassword of the password policy
	// grants. ChangePassword knows no other user than the caller.
	ownPassword = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}]}`
	// allActions is what root lends to a federated user; session policies limit
	// it.
	allActions = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// standing are the texts of policies that nobody attached.
func standing(account *inventory.Account, c wire.Caller) []string {
	rules := account.Settings.PasswordPolicy
	switch {
	case c.Kind == wire.FederatedCaller && c.Entity == "":
		return []string{allActions}
	case c.Kind == wire.UserCaller && rules != nil && rules.UsersMayChange:
		return []string{ownPassword}
	}
	return nil
}

// organization are the service control policies that bind an account and its
// root.
func (a *Authority) organization(ctx context.Context, account string) ([][]*policy.Document, error) {
	if a.OrganizationPolicies == nil {
		return nil, nil
	}
	levels, err := a.OrganizationPolicies(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("service control policies of account %s: %w", account, err)
	}
	return levels, nil
}

// serviceLinked reports whether a role is one that service control policies do
// not bind (Organizations User Guide, "SCP effects on permissions").
func serviceLinked(r *inventory.Role) bool { return strings.HasPrefix(r.Path, "/aws-service-role/") }

// principal is the caller as policies see it.
func principal(c wire.Caller) policy.Caller {
	p := policy.Caller{ARN: c.ARN, Account: c.Account, UserID: c.UserID}
	if c.Kind == wire.RoleCaller {
		p.Issuer = c.Keys["aws:PrincipalArn"][0]
	}
	return p
}
