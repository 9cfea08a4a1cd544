package inventory

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// The shapes of get-account-authorization-details as the CLI and boto3 print
// them, for reading and writing (iam-entities.md, section 3.1). Members that
// AWS leaves out of this operation but has in others (PasswordLastUsed of a
// user, Description and MaxSessionDuration of a role) are read when they are
// there and written when they are known.

type userDetail struct {
	Path, UserName          string
	UserID                  string `json:"UserId"`
	Arn                     string
	CreateDate              stamp
	PasswordLastUsed        stamp          `json:",omitzero"`
	UserPolicyList          []inlineDetail `json:",omitempty"`
	GroupList               []string
	AttachedManagedPolicies []attachedDetail
	PermissionsBoundary     *boundaryDetail `json:",omitempty"`
	Tags                    []tagDetail     `json:",omitempty"`
}

type groupDetail struct {
	Path, GroupName         string
	GroupID                 string `json:"GroupId"`
	Arn                     string
	CreateDate              stamp
	GroupPolicyList         []inlineDetail
	AttachedManagedPolicies []attachedDetail
}

type roleDetail struct {
	Path, RoleName           string
	RoleID                   string `json:"RoleId"`
	Arn                      string
	CreateDate               stamp
	AssumeRolePolicyDocument document
	Description              string `json:",omitempty"`
	MaxSessionDuration       int64  `json:",omitempty"` // seconds
	InstanceProfileList      []profileDetail
	RolePolicyList           []inlineDetail
	AttachedManagedPolicies  []attachedDetail
	PermissionsBoundary      *boundaryDetail `json:",omitempty"`
	Tags                     []tagDetail     `json:",omitempty"`
	RoleLastUsed             lastUsedDetail
}

type policyDetail struct {
	PolicyName                    string
	PolicyID                      string `json:"PolicyId"`
	Arn, Path                     string
	DefaultVersionID              string `json:"DefaultVersionId"`
	AttachmentCount               *int   // nil: not said
	PermissionsBoundaryUsageCount *int
	IsAttachable                  *bool  // nil: not said, which means true
	Description                   string `json:",omitempty"`
	CreateDate                    stamp  `json:",omitzero"`
	UpdateDate                    stamp  `json:",omitzero"`
	PolicyVersionList             []versionDetail
	Tags                          []tagDetail `json:",omitempty"`
}

type versionDetail struct {
	Document         document
	VersionID        string `json:"VersionId"`
	IsDefaultVersion bool
	CreateDate       stamp `json:",omitzero"`
}

type inlineDetail struct {
	PolicyName     string
	PolicyDocument document
}

type attachedDetail struct{ PolicyName, PolicyArn string }

type boundaryDetail struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

type tagDetail struct{ Key, Value string }

type lastUsedDetail struct {
	LastUsedDate stamp  `json:",omitzero"`
	Region       string `json:",omitempty"`
}

type profileDetail struct {
	Path, InstanceProfileName string
	InstanceProfileID         string `json:"InstanceProfileId"`
	Arn                       string
	CreateDate                stamp
	Roles                     []profileRole `json:",omitempty"` // written only
	Tags                      []tagDetail   `json:",omitempty"`
}

// profileRole is the role within its own instance profile.
type profileRole struct {
	Path, RoleName           string
	RoleID                   string `json:"RoleId"`
	Arn                      string
	CreateDate               stamp
	AssumeRolePolicyDocument document
}

// stamp is a time of the snapshot, in UTC. A bad one is kept as bad: what
// converts the entity knows which member it was.
type stamp struct {
	time.Time
	bad string
}

// stampForms are the ways in which clients print a time: CLI v1 (as on the
// wire), CLI v2 and boto3 through isoformat, boto3 through str.
var stampForms = [...]string{time.RFC3339, "2006-01-02 15:04:05Z07:00"}

func (s *stamp) UnmarshalJSON(text []byte) error {
	var v *string
	if json.Unmarshal(text, &v) != nil {
		s.bad = string(text)
		return nil
	}
	if v == nil {
		return nil
	}
	for _, form := range stampForms {
		if t, err := time.Parse(form, *v); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	s.bad = strconv.Quote(*v)
	return nil
}

func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(s.UTC().Format("2006-01-02T15:04:05.999999999-07:00"))
}

// IsZero is for omitzero: a bad stamp is not written either.
func (s stamp) IsZero() bool { return s.Time.IsZero() }

// document is a policy document in one of its three forms: a JSON object (as
// the CLI prints it), the text of one in a string, or that URL-encoded (as it
// is on the wire, IAM-15). It holds the raw JSON value; see documents.
type document struct{ raw json.RawMessage }

func (d *document) UnmarshalJSON(text []byte) error {
	d.raw = bytes.Clone(text)
	return nil
}

func (d document) MarshalJSON() ([]byte, error) {
	if len(d.raw) == 0 {
		return []byte("null"), nil
	}
	return d.raw, nil
}

// clip shortens what an error repeats of a file.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
