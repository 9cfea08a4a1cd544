package format

import (
	"io"

	"github.com/ebbmark/ebbmark/finding"
)

// JSON writes what ListFindingsV2 answers, each finding with the details that
// GetFindingV2 adds (AA-25, AA-30): {"findings": […]}.
func JSON(w io.Writer, _ finding.Name, list Findings) error {
	return enclosed(w, "{\"findings\": [\n", "\n]}\n", list, func(f *finding.Detailed) any { return newFindingJSON(f) })
}

type findingJSON struct {
	AnalyzedAt   string         `json:"analyzedAt"`
	CreatedAt    string         `json:"createdAt"`
	Error        string         `json:"error,omitempty"`
	ID           string         `json:"id"`
	Resource     string         `json:"resource"`
	ResourceType string         `json:"resourceType"`
	Owner        string         `json:"resourceOwnerAccount"`
	Status       finding.Status `json:"status"`
	UpdatedAt    string         `json:"updatedAt"`
	Type         finding.Type   `json:"findingType"`
	Details      []detailJSON   `json:"findingDetails"`
}

func newFindingJSON(f *finding.Detailed) findingJSON {
	return findingJSON{
		stamp(f.AnalyzedAt), stamp(f.CreatedAt), f.Error, f.ID, f.Resource, f.ResourceType, f.Owner,
		f.Status, stamp(f.UpdatedAt), f.Type, details(f),
	}
}

// detailJSON has one member.
type detailJSON struct {
	Role       *lastJSON       `json:"unusedIamRoleDetails,omitempty"`
	AccessKey  *lastJSON       `json:"unusedIamUserAccessKeyDetails,omitempty"`
	Password   *lastJSON       `json:"unusedIamUserPasswordDetails,omitempty"`
	Permission *permissionJSON `json:"unusedPermissionDetails,omitempty"`
	External   *externalJSON   `json:"externalAccessDetails,omitempty"`
}

type lastJSON struct {
	AccessKeyID  string `json:"accessKeyId,omitempty"`
	LastAccessed string `json:"lastAccessed,omitempty"`
}

type permissionJSON struct {
	Namespace    string       `json:"serviceNamespace"`
	LastAccessed string       `json:"lastAccessed,omitempty"`
	Actions      []actionJSON `json:"actions,omitempty"`
}

type actionJSON struct {
	Action       string `json:"action"`
	LastAccessed string `json:"lastAccessed,omitempty"`
}

type externalJSON struct {
	Action      []string          `json:"action,omitempty"`
	Condition   map[string]string `json:"condition"`
	IsPublic    bool              `json:"isPublic"`
	Principal   map[string]string `json:"principal"`
	Restriction string            `json:"resourceControlPolicyRestriction,omitempty"`
}

func details(f *finding.Detailed) []detailJSON {
	list := make([]detailJSON, 0, len(f.Details))
	for _, d := range f.Details {
		list = append(list, newDetailJSON(d))
	}
	return list
}

func newDetailJSON(d finding.Detail) (out detailJSON) {
	switch {
	case d.Role != nil:
		out.Role = &lastJSON{"", stamp(d.Role.LastAccessed)}
	case d.AccessKey != nil:
		out.AccessKey = &lastJSON{d.AccessKey.ID, stamp(d.AccessKey.LastAccessed)}
	case d.Password != nil:
		out.Password = &lastJSON{"", stamp(d.Password.LastAccessed)}
	case d.Permission != nil:
		out.Permission = newPermissionJSON(d.Permission)
	case d.External != nil:
		e := d.External
		out.External = &externalJSON{e.Actions, conditions(e), e.Public, e.Principal, e.Restriction}
	}
	return out
}

func newPermissionJSON(p *finding.Permission) *permissionJSON {
	out := &permissionJSON{Namespace: p.Namespace, LastAccessed: stamp(p.LastAccessed)}
	for _, a := range p.Actions {
		out.Actions = append(out.Actions, actionJSON{a.Name, stamp(a.LastAccessed)})
	}
	return out
}

// conditions are never null.
func conditions(e *finding.External) map[string]string {
	if e.Condition == nil {
		return map[string]string{}
	}
	return e.Condition
}
