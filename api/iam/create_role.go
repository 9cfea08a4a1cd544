package iam

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	// roleQuota is how many roles an account may have (IAM-45). Service-linked
	// ones do not count.
	roleQuota = 1000
	// trustQuota is the size of a trust policy in characters without white space
	// (IAM User Guide, "IAM and AWS STS quotas").
	trustQuota = 2048
	// defaultSession is how long a session of a role lasts at most, unless the
	// role says otherwise.
	defaultSession = time.Hour
)

// CreateRoleInput describes a new role.
type CreateRoleInput struct {
	Path                     string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"` // default "/"
	RoleName                 string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
	AssumeRolePolicyDocument string `required:"true" min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	Description              string `max:"1000" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"`
	MaxSessionDuration       *int64 `min:"3600" max:"43200"` // seconds; default 3600
	PermissionsBoundary      string `min:"20" max:"2048"`
	NewTags
}

// Check implements wire.Checker.
func (in *CreateRoleInput) Check(caller wire.Caller) error {
	if linked(in.Path) {
		return invalidInput("The path %s is for service-linked roles: use CreateServiceLinkedRole.", in.Path)
	}
	return cmp.Or(in.NewTags.Check(caller), checkTrust(in.AssumeRolePolicyDocument))
}

// CreateRoleOutput is the new role.
type CreateRoleOutput struct{ Role Role }

func createRoleResource(in *CreateRoleInput, caller wire.Caller) string {
	return ownPathARN(caller, "role", in.Path, in.RoleName)
}

// CreateRole makes a role without permissions.
func (a *API) CreateRole(ctx context.Context, caller wire.Caller, in *CreateRoleInput) (*CreateRoleOutput, error) {
	made := &inventory.Role{
		Name: in.RoleName, ARN: createRoleResource(in, caller), Path: pathOrRoot(in.Path), Created: a.today(),
		Trust: in.AssumeRolePolicyDocument, Description: in.Description, MaxSession: sessionOr(in.MaxSessionDuration, defaultSession),
		Boundary: in.PermissionsBoundary,
	}
	var err error
	if made.ID, err = a.newID(inventory.RoleID); err != nil {
		return nil, err
	}
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if err := placeForRole(account, made); err != nil {
			return err
		}
		account.Roles = append(account.Roles, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateRoleOutput{wholeRole(made)}, nil
}

// placeForRole refuses a role that the account cannot take.
func placeForRole(account *inventory.Account, r *inventory.Role) error {
	if account.RoleByName(r.Name) != nil {
		return entityAlreadyExists("Role with name %s already exists.", r.Name)
	}
	own := 0
	for _, s := range account.Roles {
		own += count(!linked(s.Path))
	}
	if own >= roleQuota {
		return overQuota("RolesPerAccount", roleQuota)
	}
	if r.Boundary != "" {
		if err := checkBoundary(account, r.Boundary); err != nil {
			return err
		}
	}
	return trusts(account, r.Trust)
}

// wholeRole shows a role with boundary and tags, but not its last use.
func wholeRole(r *inventory.Role) Role {
	out := newRole(r)
	out.PermissionsBoundary, out.Tags = newBoundary(r.Boundary), newTags(r.Tags)
	return out
}

// sessionOr is a duration in seconds, or another when it is not said.
func sessionOr(seconds *int64, other time.Duration) time.Duration {
	if seconds == nil {
		return other
	}
	return time.Duration(*seconds) * time.Second
}

// checkTrust refuses a trust policy that AWS would not store.
func checkTrust(document string) error {
	if err := checkDocument(document, policy.Trust); err != nil {
		return err
	}
	if policySize(document) > trustQuota {
		return overQuota("ACLSizePerRole", trustQuota)
	}
	return nil
}

// trusts refuses a trust policy that names a user or role of the account that
// is not there. Of other accounts we cannot know.
func trusts(account *inventory.Account, document string) error {
	doc, err := policy.ParseString(document)
	if err != nil {
		return err
	}
	for _, st := range doc.Statements {
		for _, p := range []*policy.Principal{st.Principal, st.NotPrincipal} {
			if p == nil {
				continue
			}
			if i := slices.IndexFunc(p.Types["AWS"], func(name string) bool { return absent(account, name) }); i >= 0 {
				return wire.Errorf(400, "MalformedPolicyDocument", "Invalid principal in policy: %q:%q", "AWS", p.Types["AWS"][i])
			}
		}
	}
	return nil
}

// absent reports whether a principal is a user or role of the account that does
// not exist.
func absent(account *inventory.Account, principal string) bool {
	name, err := arn.Parse(principal)
	if err != nil || name.Service != "iam" || name.Account != account.ID {
		return false
	}
	switch name.Kind() {
	case "user":
		u := account.UserByName(name.Name())
		return u == nil || u.ARN != principal
	case "role":
		r := account.RoleByName(name.Name())
		return r == nil || r.ARN != principal
	}
	return false
}
