package accessanalyzer

import (
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// Detail is one element of the details of a finding: one member is set.
type Detail struct {
	External   *External   `wire:"externalAccessDetails"`
	Permission *Permission `wire:"unusedPermissionDetails"`
	AccessKey  *AccessKey  `wire:"unusedIamUserAccessKeyDetails"`
	Role       *Unused     `wire:"unusedIamRoleDetails"`
	Password   *Unused     `wire:"unusedIamUserPasswordDetails"`
}

// Unused is what there is to say about an unused role or password.
type Unused struct {
	LastAccessed time.Time `wire:"lastAccessed"`
}

// AccessKey is an unused access key.
type AccessKey struct {
	AccessKeyID  string    `wire:"accessKeyId"`
	LastAccessed time.Time `wire:"lastAccessed"`
}

// Permission is a namespace of which something granted is unused: all of it,
// when there are no actions (AA-26).
type Permission struct {
	Actions          []Action  `wire:"actions"`
	ServiceNamespace string    `wire:"serviceNamespace"`
	LastAccessed     time.Time `wire:"lastAccessed"`
}

// Action is an unused action.
type Action struct {
	Action       string    `wire:"action"`
	LastAccessed time.Time `wire:"lastAccessed"`
}

// External is a grant to someone from outside the zone of trust (AA-71).
type External struct {
	Action      []string          `wire:"action"`
	Condition   map[string]string `wire:"condition"`
	IsPublic    bool              `wire:"isPublic"`
	Principal   map[string]string `wire:"principal"`
	Restriction string            `wire:"resourceControlPolicyRestriction"`
}

func newExternal(e *finding.External) *External {
	shown := &External{e.Actions, e.Condition, e.Public, e.Principal, e.Restriction}
	if shown.Condition == nil { // which must be there
		shown.Condition = map[string]string{}
	}
	return shown
}

func newDetail(d finding.Detail) (shown Detail) {
	switch {
	case d.Role != nil:
		shown.Role = &Unused{d.Role.LastAccessed}
	case d.AccessKey != nil:
		shown.AccessKey = &AccessKey{d.AccessKey.ID, d.AccessKey.LastAccessed}
	case d.Password != nil:
		shown.Password = &Unused{d.Password.LastAccessed}
	case d.Permission != nil:
		shown.Permission = newPermission(d.Permission)
	case d.External != nil:
		shown.External = newExternal(d.External)
	}
	return shown
}

func newPermission(p *finding.Permission) *Permission {
	shown := &Permission{ServiceNamespace: p.Namespace, LastAccessed: p.LastAccessed}
	for _, action := range p.Actions {
		shown.Actions = append(shown.Actions, Action{action.Name, action.LastAccessed})
	}
	return shown
}

// detailKey is what the details of a finding are in order of. All but unused
// permissions have one.
func detailKey(d finding.Detail) string {
	if d.Permission == nil {
		return "-"
	}
	return d.Permission.Namespace
}
