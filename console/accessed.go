package console

import (
	"net/http"
	"net/url"
)

// accessedView is the Last accessed tab.
type accessedView struct {
	Frame
	Kind   kind
	Entity subject
	Report *accessReport
	Table  table
	Shown  []serviceAccess
	Used   int // services accessed
	CLI    []string
}

// subject is what a report is about.
type subject struct{ ID, Name, ARN string }

// subject finds what the page is about through the API, so that its ARN is not
// guessed.
func (q *request) subject(k kind) (subject, error) {
	id := q.URL.Query().Get("id")
	if q.Method == http.MethodPost {
		id = q.PostForm.Get("id")
	}
	e, err := k.find(q, id)
	return subject{e.ID, e.Name, e.ARN}, err
}

// lastAccessed shows the services that something may use, and when it last did.
func (q *request) lastAccessed(w http.ResponseWriter) error {
	k, s, r, err := q.reportOf()
	if err != nil {
		return err
	}
	v := accessedView{Kind: k, Entity: s, Report: r, Table: newTable(q.URL.Query()), CLI: q.accessCLI(s, r)}
	v.Shown = v.Table.of(r.Services, r.Completed)
	for _, one := range r.Services {
		if !one.LastAuthenticated.IsZero() {
			v.Used++
		}
	}
	v.Frame = q.frame("Last accessed: "+s.Name, append(k.crumbs(), Link{s.Name, k.At("details", s.ID)}, Link{"Last accessed", ""}))
	if r.Running {
		v.Reload = waitSeconds
	}
	q.console.render(w, http.StatusOK, "accessed", &v)
	return nil
}

// reportOf is what the page is about and its report.
func (q *request) reportOf() (k kind, s subject, r *accessReport, err error) {
	if k, err = q.kind(); err != nil {
		return k, s, nil, err
	}
	if s, err = q.subject(k); err != nil {
		return k, s, nil, err
	}
	r, err = q.report(s.ARN)
	return k, s, r, err
}

// renew asks for a new report.
func (q *request) renew(w http.ResponseWriter) error {
	k, err := q.kind()
	if err != nil {
		return err
	}
	s, err := q.subject(k)
	if err != nil {
		return err
	}
	if _, err := q.startJob(s.ARN); err != nil {
		return err
	}
	http.Redirect(w, q.Request, k.At("last-accessed", s.ID), http.StatusSeeOther)
	return nil
}

// Order is the address that sorts by a column; the second time the other way.
func (v *accessedView) Order(column string) string {
	t := v.Table
	t.Descending = t.Sort == column && !t.Descending || t.Sort != column && (column == "last" || column == "entities" || column == "actions")
	t.Sort = column
	return Path + v.Kind.Slug + "/last-accessed?" + t.query(v.Entity.ID).Encode()
}

// Several reports whether more than one user or role may be behind the report.
func (v *accessedView) Several() bool { return v.Kind.several() }

// Sorted is the aria-sort of a column.
func (v *accessedView) Sorted(column string) string {
	return ariaSort(v.Table.Sort == column, v.Table.Descending)
}

// Download is the address of the table as a file.
func (v *accessedView) Download(format string) string {
	return Path + v.Kind.Slug + "/last-accessed/" + format + "?" + v.Table.query(v.Entity.ID).Encode()
}

// Service is the address of the page of a service.
func (v *accessedView) Service(namespace string) string {
	return Path + v.Kind.Slug + "/last-accessed/service?" + url.Values{"id": {v.Entity.ID}, "service": {namespace}}.Encode()
}
