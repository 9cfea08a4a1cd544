package console

import (
	"net/http"
	"slices"
	"strings"
)

// findingView is the page of a finding.
type findingView struct {
	Frame
	Analyzer  analyzerRef
	Finding   findingDetails
	Kind      kind // of the principal; no Slug: the console has no page of it
	Name      string
	Since     *unusedSince // of an unused role, key or password
	KeyID     string
	Services  []unusedPermission
	Unused    int // of Services, those of which nothing was used
	External  *externalAccess
	Principal []Link // of External: who, by type
	Condition []Link
	First     string // address of the first services, when these are others
	Next      string
	CLI       []string
}

// findingPage shows a finding with one page of its details.
func (q *request) findingPage(w http.ResponseWriter) error {
	asked := q.URL.Query()
	a, err := q.analyzerNamed(asked)
	if err != nil {
		return err
	}
	token := asked.Get("next")
	f, err := q.finding(a, asked.Get("id"), token, perPage)
	if err != nil {
		return err
	}
	v := findingView{Analyzer: a, Finding: f}
	v.Kind, v.Name = q.principal(f.Resource)
	for _, d := range f.Details {
		v.take(d)
	}
	if token != "" {
		v.First = a.At("findings/finding", "id", f.ID)
	}
	if f.NextToken != "" {
		v.Next = a.At("findings/finding", "id", f.ID, "next", f.NextToken)
	}
	v.CLI = []string{q.analyzerCLI("get-finding-v2", "--analyzer-arn", a.ARN, "--id", f.ID)}
	for _, to := range []string{"ARCHIVED", "ACTIVE"} {
		if f.Status != to && f.Status != "RESOLVED" {
			v.CLI = append(v.CLI, q.analyzerCLI("update-findings", "--analyzer-arn", a.ARN, "--status", to, "--ids", f.ID))
		}
	}
	v.Frame = q.frame(f.Type()+": "+v.Title(), a.crumbs(Link{v.Title(), ""}))
	v.Section = "analyzers"
	q.console.render(w, http.StatusOK, "finding", &v)
	return nil
}

// take takes one of the details.
func (v *findingView) take(d findingDetail) {
	switch {
	case d.Permission != nil:
		v.Services = append(v.Services, *d.Permission)
		if len(d.Permission.Actions) == 0 {
			v.Unused++
		}
	case d.AccessKey != nil:
		v.Since, v.KeyID = &d.AccessKey.unusedSince, d.AccessKey.AccessKeyID
	case d.Role != nil:
		v.Since = d.Role
	case d.Password != nil:
		v.Since = d.Password
	case d.External != nil:
		v.External, v.Principal, v.Condition = d.External, sorted(d.External.Principal), sorted(d.External.Condition)
	}
}

// sorted is a map in order of its keys.
func sorted(m map[string]string) (list []Link) {
	for key, value := range m {
		list = append(list, Link{key, value})
	}
	slices.SortFunc(list, func(a, b Link) int { return strings.Compare(a.Text, b.Text) })
	return list
}

// Title names the principal or resource of the finding.
func (v *findingView) Title() string {
	if v.Name != "" {
		return v.Name
	}
	return v.Finding.Resource
}

// Advice is the address of the recommendation.
func (v *findingView) Advice() string {
	return v.Analyzer.At("findings/recommendation", "id", v.Finding.ID)
}

// Service is the address of what is known about a service of the principal.
func (v *findingView) Service(namespace string) string {
	return serviceOf(v.Kind, v.Name, namespace)
}

// setStatus archives findings or makes them active, and goes back to where the
// button was: the finding, or the list with its filter.
func (q *request) setStatus(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	f, ids := newFindingFilter(q.PostForm), q.PostForm["id"]
	back := a.At("findings", f.query()...)
	if q.PostForm.Get("back") == "finding" && len(ids) == 1 {
		back = a.At("findings/finding", "id", ids[0])
	}
	if len(ids) > 0 {
		body := map[string]any{"analyzerArn": a.ARN, "status": q.PostForm.Get("to"), "ids": ids}
		if _, err := askREST[struct{}](q.Context(), q.client, "UpdateFindings", http.MethodPut, "/finding", body); err != nil {
			return err
		}
	}
	http.Redirect(w, q.Request, back, http.StatusSeeOther)
	return nil
}
