package iam

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// InstanceProfile is a container that hands a role to EC2 instances.
type InstanceProfile struct {
	Path                string
	InstanceProfileName string
	InstanceProfileId   string
	Arn                 string
	CreateDate          time.Time
	Roles               []Role // none or one
	Tags                []Tag
}

// heldProfile is an instance profile and the role in it, or nil. How the
// inventory keeps them is known to the functions down to profileByName only.
type heldProfile struct {
	inventory.InstanceProfile
	role *inventory.Role
}

// tags are those of the profile: snapshots do not say them.
func (p *heldProfile) tags() []inventory.Tag { return nil }

// profilesOf are the instance profiles that hold a role, by name.
func profilesOf(r *inventory.Role) []heldProfile {
	return shown(r.InstanceProfiles, func(p inventory.InstanceProfile) heldProfile { return heldProfile{p, r} })
}

// allProfiles are the instance profiles of an account, by name.
func allProfiles(account *inventory.Account) []heldProfile {
	var out []heldProfile
	for _, r := range account.Roles {
		out = append(out, profilesOf(r)...)
	}
	slices.SortFunc(out, func(p, q heldProfile) int { return inventory.CompareNames(p.Name, q.Name) })
	return out
}

// profileByName finds an instance profile, or nil.
func profileByName(account *inventory.Account, name string) *heldProfile {
	for _, r := range account.Roles {
		for _, p := range r.InstanceProfiles {
			if sameName(p.Name, name) {
				return &heldProfile{p, r}
			}
		}
	}
	return nil
}

// sameName compares names ignoring case (IAM-13).
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

// newInstanceProfile shows a profile without its tags, which is how lists show
// profiles. The role is shown as in lists of roles.
func newInstanceProfile(p heldProfile) InstanceProfile {
	out := InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: p.ARN, CreateDate: p.Created, Roles: []Role{},
	}
	if p.role != nil {
		out.Roles = append(out.Roles, newRole(p.role))
	}
	return out
}

// ListInstanceProfilesInput selects instance profiles by path.
type ListInstanceProfilesInput struct {
	PathPrefix string `min:"1" max:"512" pattern:"\\u002F[\\u0021-\\u007F]*"`
	Paging
}

// ListInstanceProfilesForRoleInput names a role.
type ListInstanceProfilesForRoleInput struct {
	OfRole
	Paging
}

// InstanceProfilesOutput holds instance profiles by name.
type InstanceProfilesOutput struct {
	InstanceProfiles []InstanceProfile
	Page
}

// ListInstanceProfiles lists the instance profiles of the account.
func (a *API) ListInstanceProfiles(ctx context.Context, caller wire.Caller, in *ListInstanceProfilesInput) (*InstanceProfilesOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	return profilePage(allProfiles(account), in.PathPrefix, in.Paging, "ListInstanceProfiles")
}

// ListInstanceProfilesForRole lists the instance profiles that hold a role.
func (a *API) ListInstanceProfilesForRole(
	_ context.Context, _ wire.Caller, in *ListInstanceProfilesForRoleInput, of found[inventory.Role],
) (*InstanceProfilesOutput, error) {
	return profilePage(profilesOf(of.entity), "", in.Paging, "ListInstanceProfilesForRole", in.RoleName)
}

func profilePage(list []heldProfile, prefix string, in Paging, scope ...string) (*InstanceProfilesOutput, error) {
	p, err := newPager(in, scope...)
	if err != nil {
		return nil, err
	}
	page := take(p, list, func(p heldProfile) string { return p.Name }, func(p heldProfile) bool { return under(p.Path, prefix) })
	return &InstanceProfilesOutput{shown(page, newInstanceProfile), p.page()}, nil
}

// GetInstanceProfileInput names an instance profile.
type GetInstanceProfileInput struct{ OfInstanceProfile }

// GetInstanceProfileOutput is one instance profile.
type GetInstanceProfileOutput struct{ InstanceProfile InstanceProfile }

// GetInstanceProfile reads an instance profile.
func (a *API) GetInstanceProfile(
	_ context.Context, _ wire.Caller, _ *GetInstanceProfileInput, of found[heldProfile],
) (*GetInstanceProfileOutput, error) {
	p := newInstanceProfile(*of.entity)
	p.Tags = newTags(of.entity.tags())
	return &GetInstanceProfileOutput{p}, nil
}
