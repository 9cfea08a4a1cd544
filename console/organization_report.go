package console

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// accessDetail is a service of a report. Encoded as JSON it is what the AWS CLI
// prints.
type accessDetail struct {
	ServiceName                string
	ServiceNamespace           string
	Region                     string    `json:",omitempty"`
	EntityPath                 string    `json:",omitempty"`
	LastAuthenticatedTime      time.Time `json:",omitzero"`
	TotalAuthenticatedEntities int
}

// organizationReport is a report on a node (ORG-30).
type organizationReport struct {
	JobID            string
	Running          bool
	Failure          string // why the job failed; empty: it did not
	Created          time.Time
	Completed        time.Time
	Accessible, Left int // services that may be used, and those of them that were not
	Services         []accessDetail
}

type organizationPage struct {
	page
	JobStatus                          string
	JobCreationDate, JobCompletionDate time.Time
	NumberOfServicesAccessible         int
	NumberOfServicesNotAccessed        int
	AccessDetails                      []accessDetail `xml:"AccessDetails>member"`
	ErrorDetails                       struct{ Message, Code string }
}

// sortKey is an order of a report (ORG-33).
type sortKey struct{ Key, Text string }

// sortKeys are the orders; the first is the usual one.
func sortKeys() []sortKey {
	return []sortKey{
		{"SERVICE_NAMESPACE_ASCENDING", "service, from a to z"},
		{"SERVICE_NAMESPACE_DESCENDING", "service, from z to a"},
		{"LAST_AUTHENTICATED_TIME_DESCENDING", "last access, the latest first"},
		{"LAST_AUTHENTICATED_TIME_ASCENDING", "last access, the earliest first"},
	}
}

// reportKey is what a session remembers the report on a path by.
func reportKey(path, policy string) string { return path + " " + policy }

// subtreeView is the page of a report on a node.
type subtreeView struct {
	Frame
	Node     *node
	Policy   string // the only policy that counts; empty: all
	Report   *organizationReport
	SortKeys []sortKey
	SortKey  string
	Shown    []accessDetail
	From, To int // of the services, counted from 1
	Previous string
	Next     string
	CLI      []string
}

// subtreeOf reads the node, order and report that a page asks for.
func (q *request) subtreeOf() (*subtreeView, error) {
	asked := q.URL.Query()
	v := &subtreeView{Policy: asked.Get("policy"), SortKeys: sortKeys(), SortKey: asked.Get("sort")}
	if !slices.ContainsFunc(v.SortKeys, func(k sortKey) bool { return k.Key == v.SortKey }) {
		v.SortKey = v.SortKeys[0].Key
	}
	var err error
	if v.Node, err = q.node(asked.Get("id")); err != nil {
		return nil, err
	}
	v.Report, err = q.organizationReport(v.Node.Path, v.Policy, v.SortKey)
	return v, err
}

// subtree shows the services that the accounts of a node may use, and when they
// last did.
func (q *request) subtree(w http.ResponseWriter) error {
	v, err := q.subtreeOf()
	if err != nil {
		return err
	}
	v.cut(pageNumber(q.URL.Query().Get("page"), len(v.Report.Services)))
	generate := []string{"iam", "generate-organizations-access-report", "--entity-path", v.Node.Path}
	if v.Policy != "" {
		generate = append(generate, "--organizations-policy-id", v.Policy)
	}
	v.CLI = []string{q.cli(generate...), q.cli("iam", "get-organizations-access-report", "--job-id", v.Report.JobID, "--sort-key", v.SortKey)}
	v.Frame = q.organizationFrame("Report", v.Node)
	v.Title = "Report – " + v.Node.Name
	if v.Report.Running {
		v.Reload = waitSeconds
	}
	q.console.render(w, http.StatusOK, "organizationreport", v)
	return nil
}

// cut leaves the services of a page.
func (v *subtreeView) cut(page int) {
	from := min(page*perPage, len(v.Report.Services))
	to := min(from+perPage, len(v.Report.Services))
	v.Shown, v.From, v.To = v.Report.Services[from:to], from+1, to
	if page > 0 {
		v.Previous = v.at("report", page)
	}
	if to < len(v.Report.Services) {
		v.Next = v.at("report", page+2)
	}
}

func (v *subtreeView) at(what string, page int) string {
	asked := reportQuery(v.Node.ID, v.Policy)
	asked.Set("sort", v.SortKey)
	if page > 0 {
		asked.Set("page", strconv.Itoa(page))
	}
	return organizationPath + "/" + what + "?" + asked.Encode()
}

// Download is the address of the report as a file.
func (v *subtreeView) Download(format string) string { return v.at(format, 0) }

// renewSubtree asks for a new report.
func (q *request) renewSubtree(w http.ResponseWriter) error {
	id, policy := q.PostForm.Get("id"), q.PostForm.Get("policy")
	n, err := q.node(id)
	if err != nil {
		return err
	}
	if _, err := q.startSubtree(n.Path, policy); err != nil {
		return err
	}
	http.Redirect(w, q.Request, n.ReportOf(policy), http.StatusSeeOther)
	return nil
}

func (q *request) startSubtree(path, policy string) (string, error) {
	out, err := ask[struct{ JobId string }](q.Context(), q.client, "iam", "GenerateOrganizationsAccessReport", "EntityPath", path, "OrganizationsPolicyId", policy)
	if err == nil {
		q.console.sessions.remember(q.visit.key, reportKey(path, policy), out.JobId)
	}
	return out.JobId, err
}

// organizationReport is the report that the session last asked for on a path, or
// a new one.
func (q *request) organizationReport(path, policy, order string) (*organizationReport, error) {
	if id := q.console.sessions.job(q.visit.key, reportKey(path, policy)); id != "" {
		r, err := q.readSubtree(id, order)
		if e, ours := errors.AsType[*apiError](err); !ours || e.Code != "NoSuchEntity" {
			return r, err
		}
	}
	id, err := q.startSubtree(path, policy)
	if err != nil {
		return nil, err
	}
	return q.readSubtree(id, order)
}

// readSubtree reads all pages of a report. One of which a part is missing would
// be one that calls services not allowed, so that it is an error.
func (q *request) readSubtree(id, order string) (*organizationReport, error) {
	r := &organizationReport{JobID: id}
	whole, err := askAll(q.Context(), q.client, "GetOrganizationsAccessReport", func(p *organizationPage) page {
		r.Running = p.JobStatus == "IN_PROGRESS"
		r.Created, r.Completed = p.JobCreationDate, p.JobCompletionDate
		r.Accessible, r.Left = p.NumberOfServicesAccessible, p.NumberOfServicesNotAccessed
		if p.JobStatus == "FAILED" {
			r.Failure = cmp.Or(p.ErrorDetails.Message, p.ErrorDetails.Code, "no reason was given")
		}
		r.Services = append(r.Services, p.AccessDetails...)
		return p.page
	}, "JobId", id, "SortKey", order)
	if err == nil && !whole {
		err = errors.New("report has more services than are read")
	}
	return r, err
}
