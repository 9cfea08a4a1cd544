package iam

import (
	"context"
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

// newInstanceProfile shows a profile without its tags, which is how lists show
// profiles. The role in it is shown as in lists of roles.
func newInstanceProfile(account *inventory.Account, p *inventory.InstanceProfile) InstanceProfile {
	out := InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: p.ARN, CreateDate: p.Created, Roles: []Role{},
	}
	if r := account.RoleByName(p.Role); p.Role != "" && r != nil {
		out.Roles = append(out.Roles, newRole(r))
	}
	return out
}

func newInstanceProfiles(account *inventory.Account, list []*inventory.InstanceProfile) []InstanceProfile {
	return shown(list, func(p *inventory.InstanceProfile) InstanceProfile { return newInstanceProfile(account, p) })
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
	return profilePage(account, account.Profiles, in.PathPrefix, in.Paging, "ListInstanceProfiles")
}

// ListInstanceProfilesForRole lists the instance profiles that hold a role.
func (a *API) ListInstanceProfilesForRole(
	_ context.Context, _ wire.Caller, in *ListInstanceProfilesForRoleInput, of found[inventory.Role],
) (*InstanceProfilesOutput, error) {
	return profilePage(of.account, of.account.ProfilesOf(of.entity.Name), "", in.Paging, "ListInstanceProfilesForRole", in.RoleName)
}

func profilePage(
	account *inventory.Account, list []*inventory.InstanceProfile, prefix string, in Paging, scope ...string,
) (*InstanceProfilesOutput, error) {
	p, err := newPager(in, scope...)
	if err != nil {
		return nil, err
	}
	page := take(p, list, profileName, func(p *inventory.InstanceProfile) bool { return under(p.Path, prefix) })
	return &InstanceProfilesOutput{newInstanceProfiles(account, page), p.page()}, nil
}

func profileName(p *inventory.InstanceProfile) string { return p.Name }

// GetInstanceProfileInput names an instance profile.
type GetInstanceProfileInput struct{ OfInstanceProfile }

// GetInstanceProfileOutput is one instance profile.
type GetInstanceProfileOutput struct{ InstanceProfile InstanceProfile }

// GetInstanceProfile reads an instance profile.
func (a *API) GetInstanceProfile(
	_ context.Context, _ wire.Caller, _ *GetInstanceProfileInput, of found[inventory.InstanceProfile],
) (*GetInstanceProfileOutput, error) {
	p := newInstanceProfile(of.account, of.entity)
	p.Tags = newTags(of.entity.Tags)
	return &GetInstanceProfileOutput{p}, nil
}
