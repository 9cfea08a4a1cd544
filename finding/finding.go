// Package finding tells what access is unused, and who from outside may come in
// (docs/spec/access-analyzer.md, sections 3 to 5 and 8).
//
// Everything here is a function of values. Examine looks at the principals of
// one account and the facts of their use, and tells the conditions that hold
// (one file per type of finding: role.go, accesskey.go, password.go,
// permission.go, external.go). Next turns the findings of yesterday and the
// conditions of today into the findings of today (cycle.go). Filters, orders,
// pages and statistics are for whoever reads them.
//
// When in doubt the answer is: used. To call something unused that is not is
// the worst that can happen.
package finding

import (
	"slices"
	"time"
)

// Type says what a finding is about. The values are AWS's, and stored.
type Type string

// The types of findings (AA-23, AA-71).
const (
	UnusedIAMRole          Type = "UnusedIAMRole"
	UnusedIAMUserAccessKey Type = "UnusedIAMUserAccessKey"
	UnusedIAMUserPassword  Type = "UnusedIAMUserPassword"
	UnusedPermission       Type = "UnusedPermission"
	ExternalAccess         Type = "ExternalAccess"
)

// UnusedTypes are the types of unused access, in the order of AA-23.
func UnusedTypes() []Type {
	return []Type{UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword, UnusedPermission}
}

// Types of resources that findings are about.
const (
	RoleResource = "AWS::IAM::Role"
	UserResource = "AWS::IAM::User"
)

// Status is where a finding stands in its life (section 5.2). The values are
// AWS's, and stored.
type Status string

// The statuses.
const (
	Active   Status = "ACTIVE"
	Archived Status = "ARCHIVED"
	Resolved Status = "RESOLVED"
)

// InternalError is the Error of a finding whose resource could not be examined
// any more: it stands as it was.
const InternalError = "INTERNAL_ERROR"

// Finding is a finding as lists show it (AA-30), with what filters ask for. Of
// unused permissions it has the numbers; the list is kept elsewhere, because it
// is a hundred times as long. A Finding is never changed once others can see it.
//
// The JSON names are the stored form: never rename one.
type Finding struct {
	ID           string    `json:"id"` // a UUID
	AnalyzedAt   time.Time `json:"analyzed"`
	CreatedAt    time.Time `json:"created"`
	UpdatedAt    time.Time `json:"updated"`
	Resource     string    `json:"resource"` // the principal's ARN
	ResourceType string    `json:"resourceType"`
	Owner        string    `json:"owner"` // the account of the resource
	Status       Status    `json:"status"`
	Type         Type      `json:"type"`
	// Key tells the findings of one resource and type apart: the access key's
	// id, or the digest of a grant to outsiders. Empty: there is only one.
	Key   string `json:"key,omitempty"`
	Error string `json:"error,omitempty"` // InternalError, or empty
	// LastAccessed is the last use of the role, key or password. Zero: none is
	// known, and for UnusedPermission and ExternalAccess.
	LastAccessed time.Time `json:"lastAccessed,omitzero"`
	// Services and Actions count what an UnusedPermission is about (AA-37).
	Services int `json:"services,omitempty"`
	Actions  int `json:"actions,omitempty"`
	// Digest stands for what the condition says; another one means that the
	// details have changed. Dates of last use are not in it.
	Digest string `json:"digest,omitempty"`
	// External is set for ExternalAccess.
	External *External `json:"external,omitempty"`
	// Moved is the generation of the findings in which the finding last changed
	// its place in some order other than that of AnalyzedAt; Scanned the one in
	// which AnalyzedAt did. Pages need them (page.go).
	Moved   int64 `json:"moved,omitempty"`
	Scanned int64 `json:"scanned,omitempty"`
}

// Detailed is a finding with all that is known.
type Detailed struct {
	Finding
	Details []Detail // AA-25: one for each namespace of an UnusedPermission, else exactly one
}

// Detail is one element of the details: exactly one member is set.
type Detail struct {
	Role       *Role
	AccessKey  *AccessKey
	Password   *Password
	Permission *Permission
	External   *External
}

// Detail is the finding with its details. The unused permissions, by namespace,
// are needed for an UnusedPermission only.
func (f *Finding) Detail(permissions []Permission) *Detailed {
	d := &Detailed{Finding: *f}
	switch f.Type {
	case UnusedIAMRole:
		d.Details = []Detail{{Role: &Role{f.LastAccessed}}}
	case UnusedIAMUserAccessKey:
		d.Details = []Detail{{AccessKey: &AccessKey{f.Key, f.LastAccessed}}}
	case UnusedIAMUserPassword:
		d.Details = []Detail{{Password: &Password{f.LastAccessed}}}
	case ExternalAccess:
		d.Details = []Detail{{External: f.External}}
	case UnusedPermission:
		d.Details = make([]Detail, len(permissions))
		for i := range permissions {
			d.Details[i].Permission = &permissions[i]
		}
	}
	return d
}

// name is what makes a finding of an analyzer the same one (section 5.2).
type name struct {
	resource string
	kind     Type
	key      string
}

func (f *Finding) name() name { return name{f.Resource, f.Type, f.Key} }

// Known reports whether the type exists.
func (t Type) Known() bool { return t == ExternalAccess || slices.Contains(UnusedTypes(), t) }
