package console

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// Frame is what every page has around its content.
type Frame struct {
	Title   string
	CSRF    string
	Who     *identity // nil: nobody is signed in
	Section string    // which part of the navigation the page is in
	Crumbs  []Link
	AsOf    time.Time // zero: answers are about now
	Hidden  []string  // operations whose part of the page the caller may not see
	// ReadOnly: the account is a mirror of AWS, where nothing can be changed.
	ReadOnly bool
	Reload   int // seconds until the page loads itself again; 0: it does not
}

// Link is an address with its text.
type Link struct{ Text, Href string }

// Sections are the parts of the navigation.
func (Frame) Sections() (slugs []string) {
	for _, k := range kinds() {
		slugs = append(slugs, k.Slug)
	}
	return slugs
}

// Policy is the address of a managed policy.
func (Frame) Policy(arn string) string { return kindOf("policies").At("details", arn) }

// Group is the address of a group.
func (Frame) Group(name string) string { return kindOf("groups").At("details", name) }

// frame is the frame of a page of who is signed in.
func (q *request) frame(title string, crumbs []Link) Frame {
	return Frame{
		Title: title, CSRF: q.console.masked(q.visit.csrf), Who: &q.visit.identity, Section: q.PathValue("kind"),
		Crumbs: crumbs, AsOf: q.console.AsOf, Hidden: q.hidden, ReadOnly: q.readOnly(),
	}
}

// parse reads the templates: a set of layout and page for each page.
func (c *Console) parse() map[string]*template.Template {
	functions := template.FuncMap{
		"ago": func(t time.Time) string { return ago(t, c.present()) },
		"utc": utc, "spoken": spoken,
		"kind": kindOf,
	}
	sets := map[string]*template.Template{}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		page := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")
		if page == "layout" {
			continue
		}
		sets[page] = template.Must(template.New("layout.html").Funcs(functions).ParseFS(files, "templates/layout.html", name))
	}
	return sets
}

// render sends a page, or nothing of it when its template fails.
func (c *Console) render(w http.ResponseWriter, status int, page string, view any) {
	var buf bytes.Buffer
	if err := c.templates[page].Execute(&buf, view); err != nil {
		c.Log.Error("console page failed", "page", page, "error", err)
		http.Error(w, "Something went wrong on the server. Try again.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(buf.Bytes()) // a browser that has gone away is no error of ours
}
