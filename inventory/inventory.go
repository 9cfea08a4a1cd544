// Package inventory says who exists and what is granted: the users, groups,
// roles and managed policies of an account, how they sign in, and what else IAM
// keeps for it.
//
// An Account is a value: once built it is not changed, so that a report, a
// request and an import may look at it at the same time. A change makes a new
// Account: of all of it by Clone and Index, of little in a large one by Draft
// and With.
//
// Snapshot reads what "aws iam get-account-authorization-details" prints, and
// WriteSnapshot writes it.
package inventory

import "time"

// The JSON names below are the stored form (package accounts): never rename
// one. What AWS prints is described by the types in detail.go instead.

// Account is the inventory of one account.
type Account struct {
	ID        string // 12 digits
	Partition string // "aws", "aws-cn", "aws-us-gov"
	Users     []*User
	Groups    []*Group
	Roles     []*Role
	Policies  []*Policy // customer managed, and the AWS managed ones the account uses
	Profiles  []*InstanceProfile
	Devices   []*Device // virtual MFA devices, assigned or not
	SAML      []*SAMLProvider
	OIDC      []*OIDCProvider
	Deletions []*Deletion
	Settings  Settings

	index *index  // see Index
	draft *copies // see Draft; nil: not to be changed
}

// Tag is a key and its value.
type Tag struct {
	Key   string `json:"k"`
	Value string `json:"v,omitempty"`
}

// Inline is a policy embedded in a user, group or role.
type Inline struct {
	Name     string `json:"name"`
	Document string `json:"doc"` // JSON text, decoded
}

// User is an IAM user.
type User struct {
	Name             string    `json:"name"`
	ID               string    `json:"id"`
	ARN              string    `json:"arn"`
	Path             string    `json:"path"`
	Created          time.Time `json:"created,omitzero"`
	PasswordLastUsed time.Time `json:"passwordUsed,omitzero"` // as the snapshot said; zero: never or unknown
	Inline           []Inline  `json:"inline,omitempty"`
	Attached         []string  `json:"attached,omitempty"` // ARNs of managed policies
	Groups           []string  `json:"groups,omitempty"`   // names
	Boundary         string    `json:"boundary,omitempty"` // ARN of the permissions boundary, or empty
	Tags             []Tag     `json:"tags,omitempty"`
	// Keys are the long-term access keys, the oldest first, and Login the
	// password: those of this server, of which snapshots know nothing.
	Keys  []AccessKey   `json:"keys,omitempty"`
	Login *LoginProfile `json:"login,omitempty"`
}

// Group is an IAM group. Its members are the users that name it.
type Group struct {
	Name     string    `json:"name"`
	ID       string    `json:"id"`
	ARN      string    `json:"arn"`
	Path     string    `json:"path"`
	Created  time.Time `json:"created,omitzero"`
	Inline   []Inline  `json:"inline,omitempty"`
	Attached []string  `json:"attached,omitempty"`
}

// Role is an IAM role.
type Role struct {
	Name           string        `json:"name"`
	ID             string        `json:"id"`
	ARN            string        `json:"arn"`
	Path           string        `json:"path"`
	Created        time.Time     `json:"created,omitzero"`
	Trust          string        `json:"trust,omitempty"` // AssumeRolePolicyDocument, JSON text
	Description    string        `json:"description,omitempty"`
	MaxSession     time.Duration `json:"maxSession,omitempty"` // zero: not said
	Inline         []Inline      `json:"inline,omitempty"`
	Attached       []string      `json:"attached,omitempty"`
	Boundary       string        `json:"boundary,omitempty"`
	Tags           []Tag         `json:"tags,omitempty"`
	LastUsed       time.Time     `json:"lastUsed,omitzero"` // as the snapshot said; zero: unknown
	LastUsedRegion string        `json:"lastUsedRegion,omitempty"`
}

// InstanceProfile is a container that hands a role to EC2 instances.
type InstanceProfile struct {
	Name    string    `json:"name"`
	ID      string    `json:"id"`
	ARN     string    `json:"arn"`
	Path    string    `json:"path"`
	Created time.Time `json:"created,omitzero"`
	Role    string    `json:"role,omitempty"` // name of the role in it; empty: none
	Tags    []Tag     `json:"tags,omitempty"`
}

// Policy is a managed policy, of the account or of AWS.
type Policy struct {
	Name        string          `json:"name"`
	ID          string          `json:"id"`
	ARN         string          `json:"arn"`
	Path        string          `json:"path"`
	Description string          `json:"description,omitempty"`
	Default     string          `json:"default"` // id of the default version
	Versions    []PolicyVersion `json:"versions,omitempty"`
	// Last is the greatest version number that was ever given away, as far as
	// it is not that of one of Versions: numbers are not used twice.
	Last       int       `json:"last,omitempty"`
	Attachable bool      `json:"attachable,omitempty"`
	Created    time.Time `json:"created,omitzero"`
	Updated    time.Time `json:"updated,omitzero"`
	Tags       []Tag     `json:"tags,omitempty"`
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	ID       string    `json:"id"`  // "v1"
	Document string    `json:"doc"` // JSON text
	Created  time.Time `json:"created,omitzero"`
}

// DefaultDocument is the text of the version that counts (LA-3), or empty when
// the policy does not hold it.
func (p *Policy) DefaultDocument() string {
	for _, v := range p.Versions {
		if v.ID == p.Default {
			return v.Document
		}
	}
	return ""
}
