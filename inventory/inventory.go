// Package inventory says who exists and what is granted: the users, groups,
// roles and managed policies of an account.
//
// An Account is a value: once built it is not changed, so that a report, a
// request and an import may look at it at the same time. A change makes a new
// Account (Clone, then edit, then Index).
package inventory

import "time"

// Account is the inventory of one account.
type Account struct {
	ID        string // 12 digits
	Partition string // "aws", "aws-cn", "aws-us-gov"
	Users     []*User
	Groups    []*Group
	Roles     []*Role
	Policies  []*Policy // customer managed, and the AWS managed ones the account uses

	byName map[string]any // see Index
}

// Tag is a key and its value.
type Tag struct{ Key, Value string }

// Inline is a policy embedded in a user, group or role.
type Inline struct {
	Name     string
	Document string // JSON text, decoded
}

// User is an IAM user.
type User struct {
	Name, ID, ARN, Path string
	Created             time.Time
	PasswordLastUsed    time.Time // as the snapshot said; zero: never or unknown
	Inline              []Inline
	Attached            []string // ARNs of managed policies
	Groups              []string // names
	Boundary            string   // ARN of the permissions boundary, or empty
	Tags                []Tag
}

// Group is an IAM group. Its members are the users that name it.
type Group struct {
	Name, ID, ARN, Path string
	Created             time.Time
	Inline              []Inline
	Attached            []string
}

// Role is an IAM role.
type Role struct {
	Name, ID, ARN, Path string
	Created             time.Time
	Trust               string // AssumeRolePolicyDocument, JSON text
	Description         string
	MaxSession          time.Duration // zero: not said
	Inline              []Inline
	Attached            []string
	Boundary            string
	Tags                []Tag
	LastUsed            time.Time // as the snapshot said; zero: unknown
	LastUsedRegion      string
	InstanceProfiles    []InstanceProfile
}

// InstanceProfile is a container that hands a role to EC2 instances.
type InstanceProfile struct {
	Name, ID, ARN, Path string
	Created             time.Time
}

// Policy is a managed policy, of the account or of AWS.
type Policy struct {
	Name, ID, ARN, Path string
	Description         string
	Default             string // id of the default version
	Versions            []PolicyVersion
	Attachable          bool
	Created, Updated    time.Time
	Tags                []Tag
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	ID       string // "v1"
	Document string // JSON text
	Created  time.Time
}
