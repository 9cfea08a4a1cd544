package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ListRolesInput is described in section 3.1 of the specification.
type ListRolesInput struct {
	PathPrefix string `min:"1" max:"512" pattern:"\\u002F[\\u0021-\\u007F]*"`
	Paging
}

// ListRolesOutput holds roles by name.
type ListRolesOutput struct {
	Roles []Role
	Page
}

// ListRoles lists the roles of the account, without boundaries, tags and last
// use.
func (a *API) ListRoles(ctx context.Context, caller wire.Caller, in *ListRolesInput) (*ListRolesOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListRoles")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Roles, roleName, func(r *inventory.Role) bool { return under(r.Path, in.PathPrefix) })
	return &ListRolesOutput{shown(page, newRole), p.page()}, nil
}

func roleName(r *inventory.Role) string { return r.Name }

// GetRoleInput names a role.
type GetRoleInput struct{ OfRole }

// GetRoleOutput is one role.
type GetRoleOutput struct{ Role Role }

// GetRole reads a role, with its last use (IAM-30).
func (a *API) GetRole(ctx context.Context, _ wire.Caller, _ *GetRoleInput, of found[inventory.Role]) (*GetRoleOutput, error) {
	used, err := a.rolesLastUsed(ctx, of.account, []*inventory.Role{of.entity})
	if err != nil {
		return nil, err
	}
	r := newRole(of.entity)
	r.PermissionsBoundary, r.Tags, r.RoleLastUsed = newBoundary(of.entity.Boundary), newTags(of.entity.Tags), &used[0]
	return &GetRoleOutput{r}, nil
}
