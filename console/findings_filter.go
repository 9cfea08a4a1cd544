package console

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// findingFilter says which findings a list shows, and in which order. Every part
// is a criterion of the API (AA-32, AA-34); an empty one does not limit.
type findingFilter struct {
	Status     string // ACTIVE, ARCHIVED, RESOLVED, or "all"
	Type       string // a findingType
	Kind       string // a resourceType
	Resource   string // text in the ARN
	Account    string
	Error      string // "yes": only findings with an error; "no": only those without
	Public     string // "true", "false": of external access
	ID         string
	AWS        string // text in a principal of external access that is one of AWS
	Federated  string // likewise, in one of an identity provider
	Restricted string // a resourceControlPolicyRestriction
	Key        string // of a condition of external access
	Value      string // text in the value of Key; empty: the condition is there
	Sort       string // a member of findings
	Descending bool
}

// criterion is how the API takes one.
type criterion struct {
	Eq       []string `json:"eq,omitempty"`
	Neq      []string `json:"neq,omitempty"`
	Contains []string `json:"contains,omitempty"`
	Exists   *bool    `json:"exists,omitempty"`
}

// sortable are the columns that a list can be sorted by.
var sortable = []string{"resource", "findingType", "resourceOwnerAccount", "status", "createdAt", "updatedAt", "analyzedAt"}

// newFindingFilter reads a query string or form. What it does not understand has
// its default: active findings, those that changed last first.
func newFindingFilter(asked url.Values) findingFilter {
	f := findingFilter{
		Status: asked.Get("status"), Type: clip(asked.Get("type")), Kind: clip(asked.Get("kind")), Resource: clip(strings.TrimSpace(asked.Get("resource"))),
		Account: clip(strings.TrimSpace(asked.Get("account"))), Error: asked.Get("error"), Public: asked.Get("public"),
		ID: clip(strings.TrimSpace(asked.Get("finding"))), AWS: clip(strings.TrimSpace(asked.Get("aws"))), Federated: clip(strings.TrimSpace(asked.Get("federated"))),
		Restricted: clip(asked.Get("restricted")), Key: clip(strings.TrimSpace(asked.Get("key"))), Value: clip(strings.TrimSpace(asked.Get("value"))),
		Sort: asked.Get("sort"), Descending: asked.Get("dir") == "desc",
	}
	if !slices.Contains([]string{"ARCHIVED", "RESOLVED", "all"}, f.Status) {
		f.Status = "ACTIVE"
	}
	if f.Error != "yes" && f.Error != "no" {
		f.Error = ""
	}
	if f.Public != "true" && f.Public != "false" {
		f.Public = ""
	}
	if !slices.Contains(sortable, f.Sort) {
		f.Sort, f.Descending = "updatedAt", true
	}
	return f
}

// Fields are the filter and order as fields of a form.
func (f findingFilter) Fields() (fields []Link) {
	for _, p := range []Link{
		{"status", f.Status}, {"type", f.Type}, {"kind", f.Kind}, {"resource", f.Resource}, {"account", f.Account},
		{"error", f.Error}, {"public", f.Public}, {"finding", f.ID}, {"aws", f.AWS}, {"federated", f.Federated},
		{"restricted", f.Restricted}, {"key", f.Key}, {"value", f.Value}, {"sort", f.Sort},
	} {
		if p.Href != "" {
			fields = append(fields, p)
		}
	}
	if f.Descending {
		fields = append(fields, Link{"dir", "desc"})
	}
	return fields
}

// query is the filter as names and values in turn.
func (f findingFilter) query() (words []string) {
	for _, p := range f.Fields() {
		words = append(words, p.Text, p.Href)
	}
	return words
}

// limits reports whether the filter leaves out more than a status does.
func (f findingFilter) limits() bool {
	return f.Type+f.Kind+f.Resource+f.Account+f.Error+f.Public+f.ID+f.AWS+f.Federated+f.Restricted+f.Key != ""
}

// criteria is the filter as the API takes it. withStatus is false for archive
// rules, which know none.
func (f findingFilter) criteria(withStatus bool) map[string]criterion {
	c := map[string]criterion{}
	for name, value := range map[string]string{
		"findingType": f.Type, "resourceType": f.Kind, "resourceOwnerAccount": f.Account, "isPublic": f.Public,
		"id": f.ID, "resourceControlPolicyRestriction": f.Restricted,
	} {
		if value != "" {
			c[name] = criterion{Eq: []string{value}}
		}
	}
	for name, text := range map[string]string{"resource": f.Resource, "principal.AWS": f.AWS, "principal.Federated": f.Federated} {
		if text != "" {
			c[name] = criterion{Contains: []string{text}}
		}
	}
	if there := true; f.Key != "" && f.Value == "" {
		c["condition."+f.Key] = criterion{Exists: &there}
	} else if f.Key != "" {
		c["condition."+f.Key] = criterion{Contains: []string{f.Value}}
	}
	if withStatus && f.Status != "all" {
		c["status"] = criterion{Eq: []string{f.Status}}
	}
	if f.Error != "" {
		exists := f.Error == "yes"
		c["error"] = criterion{Exists: &exists}
	}
	return c
}

// order is the order as the API takes it.
func (f findingFilter) order() map[string]string {
	by := "ASC"
	if f.Descending {
		by = "DESC"
	}
	return map[string]string{"attributeName": f.Sort, "orderBy": by}
}

// words are the options of the AWS CLI that give the same list.
func (f findingFilter) words() (words []string, err error) {
	if c := f.criteria(true); len(c) > 0 {
		text, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		words = append(words, "--filter", string(text))
	}
	o := f.order()
	return append(words, "--sort", "attributeName="+o["attributeName"]+",orderBy="+o["orderBy"]), nil
}

// conditions are criteria for people, in order of their names.
func conditions(criteria map[string]criterion) (texts []string) {
	names := make([]string, 0, len(criteria))
	for name := range criteria {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c := criteria[name]
		for _, p := range []struct {
			verb   string
			values []string
		}{{"is", c.Eq}, {"is not", c.Neq}, {"contains", c.Contains}} {
			if len(p.values) > 0 {
				texts = append(texts, name+" "+p.verb+" "+strings.Join(p.values, " or "))
			}
		}
		if c.Exists != nil && *c.Exists {
			texts = append(texts, name+" is there")
		} else if c.Exists != nil {
			texts = append(texts, name+" is not there")
		}
	}
	return texts
}
