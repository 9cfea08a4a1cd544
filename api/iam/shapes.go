package iam

import (
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/lastused"
)

// Entities as answers show them: the table of section 3.1, members in its
// order. A list operation leaves members out; each function below says which.

// User is an IAM user.
type User struct {
	Path                string
	UserName            string
	UserId              string
	Arn                 string
	CreateDate          time.Time
	PasswordLastUsed    time.Time
	PermissionsBoundary *PermissionsBoundary
	Tags                []Tag
}

// Group is an IAM group.
type Group struct {
	Path       string
	GroupName  string
	GroupId    string
	Arn        string
	CreateDate time.Time
}

// Role is an IAM role.
type Role struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument string // encoded
	Description              string
	MaxSessionDuration       *int64 // seconds
	PermissionsBoundary      *PermissionsBoundary
	Tags                     []Tag
	RoleLastUsed             *RoleLastUsed // empty: not in the period (IAM-30)
}

// RoleLastUsed is the last request with a role's credentials.
type RoleLastUsed struct {
	LastUsedDate time.Time
	Region       string
}

// Policy is a managed policy.
type Policy struct {
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
	Tags                          []Tag
}

// PolicyVersion is a version of a managed policy.
type PolicyVersion struct {
	Document         string // encoded
	VersionId        string
	IsDefaultVersion bool
	CreateDate       time.Time
}

// PermissionsBoundary is the policy that limits a user or role.
type PermissionsBoundary struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

// AttachedPolicy is a managed policy attached to something.
type AttachedPolicy struct {
	PolicyName string
	PolicyArn  string
}

// Tag is a tag of an entity.
type Tag struct {
	Key   string
	Value string `wire:",always"`
}

// newUser shows a user without its last sign-in, boundary and tags, which is
// how lists show users.
func newUser(u *inventory.User) User {
	return User{Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: u.ARN, CreateDate: u.Created}
}

func newGroup(g *inventory.Group) Group {
	return Group{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: g.ARN, CreateDate: g.Created}
}

// newRole shows a role without its last use, boundary and tags, which is how
// lists show roles.
func newRole(r *inventory.Role) Role {
	return Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN, CreateDate: r.Created,
		AssumeRolePolicyDocument: encoded(r.Trust), Description: r.Description, MaxSessionDuration: seconds64(r.MaxSession),
	}
}

// newPolicy shows a policy without description and tags, which is how lists
// show policies. Uses as boundary are counted apart (IAM-23).
func newPolicy(account *inventory.Account, p *inventory.Policy) Policy {
	return Policy{
		PolicyName: p.Name, PolicyId: p.ID, Arn: p.ARN, Path: p.Path, DefaultVersionId: p.Default,
		AttachmentCount: attachments(account, p.ARN), PermissionsBoundaryUsageCount: boundaries(account, p.ARN),
		IsAttachable: p.Attachable, CreateDate: p.Created, UpdateDate: p.Updated,
	}
}

// newPolicyVersion shows a version without its document, which is how lists
// show versions.
func newPolicyVersion(p *inventory.Policy, v inventory.PolicyVersion) PolicyVersion {
	return PolicyVersion{VersionId: v.ID, IsDefaultVersion: v.ID == p.Default, CreateDate: v.Created}
}

func newRoleLastUsed(u lastused.Use) RoleLastUsed { return RoleLastUsed{u.At, u.Region} }

// newBoundary is nil without a boundary. The type is AWS's answer, not the one
// of its documentation (section 3.1).
func newBoundary(policyARN string) *PermissionsBoundary {
	if policyARN == "" {
		return nil
	}
	return &PermissionsBoundary{"Policy", policyARN}
}

// newAttachedPolicy names a policy by its ARN, because the account may have it
// attached and not hold it.
func newAttachedPolicy(policyARN string) AttachedPolicy {
	return AttachedPolicy{policyARN[strings.LastIndexByte(policyARN, '/')+1:], policyARN}
}

// newTags is nil without tags: AWS leaves the element out.
func newTags(list []inventory.Tag) []Tag {
	if len(list) == 0 {
		return nil
	}
	return shown(list, func(t inventory.Tag) Tag { return Tag(t) })
}

func attachments(account *inventory.Account, policyARN string) int {
	users, groups, roles := account.AttachedTo(policyARN)
	return len(users) + len(groups) + len(roles)
}

func boundaries(account *inventory.Account, policyARN string) int {
	users, roles := account.BoundaryOf(policyARN)
	return len(users) + len(roles)
}

// shown is a list as answers show it, never nil.
func shown[E, S any](list []E, shape func(E) S) []S {
	out := make([]S, len(list))
	for i, e := range list {
		out[i] = shape(e)
	}
	return out
}

// seconds64 is a length of time, nil when it is not known.
func seconds64(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	s := int64(d / time.Second)
	return &s
}

// under reports whether an entity with that path is under a prefix; an empty
// prefix holds everything.
func under(path, prefix string) bool { return strings.HasPrefix(path, prefix) }

// policyPath is the path of a managed policy by its ARN.
func policyPath(policyARN string) string {
	a, _ := arn.Parse(policyARN)
	return a.Path()
}

const hexDigits = "0123456789ABCDEF"

// encoded is a policy document as answers hold it: percent-encoded, all but the
// unreserved characters of RFC 3986 (IAM-15).
func encoded(document string) string {
	out := make([]byte, 0, len(document)*2)
	for i := range len(document) {
		if c := document[i]; unreserved(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(out)
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
