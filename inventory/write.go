package inventory

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// snapshotPage is what the CLI prints of an account, in its order.
type snapshotPage struct {
	UserDetailList  []userDetail
	GroupDetailList []groupDetail
	RoleDetailList  []roleDetail
	Policies        []policyDetail
}

// WriteSnapshot writes an indexed account as "aws iam
// get-account-authorization-details" prints it: one JSON object, indented,
// documents decoded. Reading it gives an equal account, but for the white space
// of its documents.
func WriteSnapshot(w io.Writer, a *Account) error {
	page := snapshotPage{
		UserDetailList: details(a.Users, newUserDetail), GroupDetailList: details(a.Groups, newGroupDetail),
		RoleDetailList: details(a.Roles, a.roleDetail), Policies: details(a.Policies, a.policyDetail()),
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // "<" of a document stays as its author wrote it
	out.SetIndent("", "    ")
	if err := out.Encode(page); err != nil {
		return fmt.Errorf("write snapshot of account %s: %w", a.ID, err)
	}
	return nil
}

func details[E, D any](list []E, detail func(E) D) []D {
	out := make([]D, 0, len(list))
	for _, e := range list {
		out = append(out, detail(e))
	}
	return out
}

func newUserDetail(u *User) userDetail {
	return userDetail{
		Path: u.Path, UserName: u.Name, UserID: u.ID, Arn: u.ARN, CreateDate: at(u.Created), PasswordLastUsed: at(u.PasswordLastUsed),
		UserPolicyList: details(u.Inline, newInlineDetail), GroupList: append([]string{}, u.Groups...),
		AttachedManagedPolicies: details(u.Attached, newAttachedDetail), PermissionsBoundary: newBoundaryDetail(u.Boundary),
		Tags: details(u.Tags, newTagDetail),
	}
}

func newGroupDetail(g *Group) groupDetail {
	return groupDetail{
		Path: g.Path, GroupName: g.Name, GroupID: g.ID, Arn: g.ARN, CreateDate: at(g.Created),
		GroupPolicyList: details(g.Inline, newInlineDetail), AttachedManagedPolicies: details(g.Attached, newAttachedDetail),
	}
}

func (a *Account) roleDetail(r *Role) roleDetail {
	return roleDetail{
		Path: r.Path, RoleName: r.Name, RoleID: r.ID, Arn: r.ARN, CreateDate: at(r.Created),
		AssumeRolePolicyDocument: document{json.RawMessage(r.Trust)}, Description: r.Description,
		MaxSessionDuration:  int64(r.MaxSession / time.Second),
		InstanceProfileList: details(a.ProfilesOf(r.Name), r.profileDetail), RolePolicyList: details(r.Inline, newInlineDetail),
		AttachedManagedPolicies: details(r.Attached, newAttachedDetail), PermissionsBoundary: newBoundaryDetail(r.Boundary),
		Tags: details(r.Tags, newTagDetail), RoleLastUsed: lastUsedDetail{at(r.LastUsed), r.LastUsedRegion},
	}
}

// profileDetail is one of the role's instance profiles, with the role in it.
func (r *Role) profileDetail(p *InstanceProfile) profileDetail {
	return profileDetail{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileID: p.ID, Arn: p.ARN, CreateDate: at(p.Created),
		Roles: []profileRole{{
			Path: r.Path, RoleName: r.Name, RoleID: r.ID, Arn: r.ARN, CreateDate: at(r.Created),
			AssumeRolePolicyDocument: document{json.RawMessage(r.Trust)},
		}},
		Tags: details(p.Tags, newTagDetail),
	}
}

// policyDetail makes details whose counts (IAM-23) are those of the account.
func (a *Account) policyDetail() func(p *Policy) policyDetail {
	boundaries := map[string]int{}
	for _, u := range a.Users {
		boundaries[u.Boundary]++
	}
	for _, r := range a.Roles {
		boundaries[r.Boundary]++
	}
	return func(p *Policy) policyDetail {
		users, groups, roles := a.AttachedTo(p.ARN)
		attached, boundary := len(users)+len(groups)+len(roles), boundaries[p.ARN]
		return policyDetail{
			PolicyName: p.Name, PolicyID: p.ID, Arn: p.ARN, Path: p.Path, DefaultVersionID: p.Default,
			AttachmentCount: &attached, PermissionsBoundaryUsageCount: &boundary, IsAttachable: &p.Attachable,
			Description: p.Description, CreateDate: at(p.Created), UpdateDate: at(p.Updated),
			PolicyVersionList: details(p.Versions, p.versionDetail), Tags: details(p.Tags, newTagDetail),
		}
	}
}

func (p *Policy) versionDetail(v PolicyVersion) versionDetail {
	return versionDetail{document{json.RawMessage(v.Document)}, v.ID, v.ID == p.Default, at(v.Created)}
}

func newInlineDetail(p Inline) inlineDetail {
	return inlineDetail{p.Name, document{json.RawMessage(p.Document)}}
}

func newAttachedDetail(policyARN string) attachedDetail {
	return attachedDetail{policyARN[strings.LastIndexByte(policyARN, '/')+1:], policyARN}
}

func newBoundaryDetail(policyARN string) *boundaryDetail {
	if policyARN == "" {
		return nil
	}
	return &boundaryDetail{"Policy", policyARN}
}

func newTagDetail(t Tag) tagDetail { return tagDetail(t) }

func at(t time.Time) stamp { return stamp{Time: t} }
