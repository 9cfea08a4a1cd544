package iam

import (
	"context"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// GetAccountAuthorizationDetailsInput is described in section 3.1 of the
// specification.
type GetAccountAuthorizationDetailsInput struct {
	Filter []string `memberEnum:"User,Role,Group,LocalManagedPolicy,AWSManagedPolicy"` // default: all
	Paging
}

// GetAccountAuthorizationDetailsOutput is a page of the snapshot of an account,
// each list by name. The four are paged together (IAM-21).
type GetAccountAuthorizationDetailsOutput struct {
	UserDetailList  []UserDetail
	GroupDetailList []GroupDetail
	RoleDetailList  []RoleDetail
	Policies        []ManagedPolicyDetail
	Page
}

// UserDetail is a user with all that it is granted.
type UserDetail struct {
	Path                    string
	UserName                string
	UserId                  string
	Arn                     string
	CreateDate              time.Time
	UserPolicyList          []InlinePolicy // absent when there are none
	GroupList               []string
	AttachedManagedPolicies []AttachedPolicy
	PermissionsBoundary     *PermissionsBoundary
	Tags                    []Tag
}

// GroupDetail is a group with all that it grants.
type GroupDetail struct {
	Group
	GroupPolicyList         []InlinePolicy
	AttachedManagedPolicies []AttachedPolicy
}

// RoleDetail is a role with all that it is granted.
type RoleDetail struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument string // encoded
	InstanceProfileList      []InstanceProfile
	RolePolicyList           []InlinePolicy
	AttachedManagedPolicies  []AttachedPolicy
	PermissionsBoundary      *PermissionsBoundary
	Tags                     []Tag
	RoleLastUsed             RoleLastUsed
}

// ManagedPolicyDetail is a managed policy with all its versions.
type ManagedPolicyDetail struct {
	PolicyName                    string
	PolicyId                      string
	Arn                           string
	Path                          string
	DefaultVersionId              string
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string
	CreateDate                    time.Time
	UpdateDate                    time.Time
	PolicyVersionList             []PolicyVersion
}

// GetAccountAuthorizationDetails is the account as a snapshot, in the form that
// an import reads (IAM-20).
func (a *API) GetAccountAuthorizationDetails(
	ctx context.Context, caller wire.Caller, in *GetAccountAuthorizationDetailsInput,
) (*GetAccountAuthorizationDetailsOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "GetAccountAuthorizationDetails")
	if err != nil {
		return nil, err
	}
	users := take(p, only(in, filterUser, account.Users), userName, nil)
	groups := take(p, only(in, filterGroup, account.Groups), groupName, nil)
	roles := take(p, only(in, filterRole, account.Roles), roleName, nil)
	policies := take(p, account.Policies, managedName, func(m *inventory.Policy) bool { return in.keepsPolicy(account, m) })
	used, err := a.rolesLastUsed(ctx, account, roles)
	if err != nil {
		return nil, err
	}
	out := &GetAccountAuthorizationDetailsOutput{
		UserDetailList: shown(users, newUserDetail), GroupDetailList: shown(groups, newGroupDetail), RoleDetailList: shown(roles, func(r *inventory.Role) RoleDetail { return newRoleDetail(account, r) }),
		Policies: shown(policies, func(m *inventory.Policy) ManagedPolicyDetail { return newManagedPolicyDetail(account, m) }),
		Page:     p.page(),
	}
	for i := range out.RoleDetailList {
		out.RoleDetailList[i].RoleLastUsed = used[i]
	}
	return out, nil
}

// wants reports whether the filter lets a kind through.
func (in *GetAccountAuthorizationDetailsInput) wants(kind string) bool {
	return len(in.Filter) == 0 || slices.Contains(in.Filter, kind)
}

// only is the list, or nothing when the filter leaves its kind out.
func only[E any](in *GetAccountAuthorizationDetailsInput, kind string, list []E) []E {
	if !in.wants(kind) {
		return nil
	}
	return list
}

// keepsPolicy: those of AWS only when they are attached (IAM-20).
func (in *GetAccountAuthorizationDetailsInput) keepsPolicy(account *inventory.Account, p *inventory.Policy) bool {
	if inventory.IsAWSManaged(p.ARN) {
		return in.wants(filterAWSPolicy) && attachments(account, p.ARN) > 0
	}
	return in.wants(filterLocalPolicy)
}

func newUserDetail(u *inventory.User) UserDetail {
	out := UserDetail{
		Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: u.ARN, CreateDate: u.Created,
		GroupList: append([]string{}, u.Groups...), AttachedManagedPolicies: attachedByName(u.Attached),
		PermissionsBoundary: newBoundary(u.Boundary), Tags: newTags(u.Tags),
	}
	if len(u.Inline) > 0 {
		out.UserPolicyList = shown(u.Inline, newInlinePolicy)
	}
	return out
}

func newGroupDetail(g *inventory.Group) GroupDetail {
	return GroupDetail{newGroup(g), shown(g.Inline, newInlinePolicy), attachedByName(g.Attached)}
}

// newRoleDetail shows a role without its last use.
func newRoleDetail(account *inventory.Account, r *inventory.Role) RoleDetail {
	return RoleDetail{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN, CreateDate: r.Created, AssumeRolePolicyDocument: encoded(r.Trust),
		InstanceProfileList: newInstanceProfiles(account, account.ProfilesOf(r.Name)), RolePolicyList: shown(r.Inline, newInlinePolicy),
		AttachedManagedPolicies: attachedByName(r.Attached), PermissionsBoundary: newBoundary(r.Boundary), Tags: newTags(r.Tags),
	}
}

func newManagedPolicyDetail(account *inventory.Account, p *inventory.Policy) ManagedPolicyDetail {
	return ManagedPolicyDetail{
		PolicyName: p.Name, PolicyId: p.ID, Arn: p.ARN, Path: p.Path, DefaultVersionId: p.Default,
		AttachmentCount: attachments(account, p.ARN), PermissionsBoundaryUsageCount: boundaries(account, p.ARN),
		IsAttachable: p.Attachable, Description: p.Description, CreateDate: p.Created, UpdateDate: p.Updated,
		PolicyVersionList: shown(p.Versions, func(v inventory.PolicyVersion) PolicyVersion { return wholeVersion(p, v) }),
	}
}
