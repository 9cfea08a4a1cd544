package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Tags: four lists.

// ListUserTagsInput names a user.
type ListUserTagsInput struct {
	OfUser
	Paging
}

// ListRoleTagsInput names a role.
type ListRoleTagsInput struct {
	OfRole
	Paging
}

// ListPolicyTagsInput names a managed policy.
type ListPolicyTagsInput struct {
	OfPolicy
	Paging
}

// ListInstanceProfileTagsInput names an instance profile.
type ListInstanceProfileTagsInput struct {
	OfInstanceProfile
	Paging
}

// TagsOutput holds tags by key.
type TagsOutput struct {
	Tags []Tag
	Page
}

// ListUserTags lists the tags of a user.
func (a *API) ListUserTags(_ context.Context, _ wire.Caller, in *ListUserTagsInput, of found[inventory.User]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListUserTags", in.UserName)
}

// ListRoleTags lists the tags of a role.
func (a *API) ListRoleTags(_ context.Context, _ wire.Caller, in *ListRoleTagsInput, of found[inventory.Role]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListRoleTags", in.RoleName)
}

// ListPolicyTags lists the tags of a managed policy.
func (a *API) ListPolicyTags(_ context.Context, _ wire.Caller, in *ListPolicyTagsInput, of found[inventory.Policy]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListPolicyTags", in.PolicyArn)
}

// ListInstanceProfileTags lists the tags of an instance profile.
func (a *API) ListInstanceProfileTags(_ context.Context, _ wire.Caller, in *ListInstanceProfileTagsInput, of found[inventory.InstanceProfile]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListInstanceProfileTags", in.InstanceProfileName)
}

// tagPage is a page of tags, sorted by key. A key may be longer than a marker,
// so the pages are counted: an entity has few tags.
func tagPage(tags []inventory.Tag, in Paging, scope ...string) (*TagsOutput, error) {
	p, err := newPager(in, scope...)
	if err != nil {
		return nil, err
	}
	sorted := slices.SortedStableFunc(slices.Values(tags), func(s, t inventory.Tag) int { return strings.Compare(s.Key, t.Key) })
	page := take(p, sorted, func(inventory.Tag) string { return "" }, nil)
	return &TagsOutput{shown(page, func(t inventory.Tag) Tag { return Tag(t) }), p.page()}, nil
}
