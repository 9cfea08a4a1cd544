package console

import "net/http"

// route is a page: the method and path that it answers, and how.
type route struct {
	pattern string
	do      func(*request, http.ResponseWriter) error
}

// memberRoutes are the pages of who is signed in. Each has rows in the table of
// security_pages_test.go.
func (c *Console) memberRoutes() []route {
	return []route{
		{"GET " + Path + "{$}", (*request).home},
		{"GET " + Path + "{kind}", (*request).list},
		{"GET " + Path + "{kind}/details", (*request).details},
		{"GET " + Path + "{kind}/last-accessed", (*request).lastAccessed},
		{"POST " + Path + "{kind}/last-accessed/renew", (*request).renew},
		{"GET " + Path + "{kind}/last-accessed/service", (*request).service},
		{"GET " + Path + "{kind}/last-accessed/csv", (*request).downloadCSV},
		{"GET " + Path + "{kind}/last-accessed/json", (*request).downloadJSON},
		{"GET " + Path + "{kind}/activity", (*request).activity},
		{"GET " + Path + "coverage", (*request).coverage},
		{"GET " + Path + "policies/versions", (*request).policyVersions},
		{"GET " + Path + "policies/version", (*request).policyVersion},
		{"GET " + Path + "policies/compare", (*request).compareVersions},
		{"GET " + Path + "policies/edit", (*request).editPolicy},
		{"POST " + Path + "policies/edit", (*request).savePolicy},
		{"POST " + Path + "policies/default", (*request).setDefault},
		{"POST " + Path + "policies/delete-version", (*request).dropVersion},
		{"GET " + Path + "{kind}/change", (*request).changePolicies},
		{"POST " + Path + "{kind}/attach", (*request).attach},
		{"POST " + Path + "{kind}/detach", (*request).detach},
		{"GET " + Path + "{kind}/inline", (*request).editInline},
		{"POST " + Path + "{kind}/inline", (*request).saveInline},
		{"POST " + Path + "{kind}/remove-inline", (*request).removeInline},
		{"GET " + Path + "roles/trust", (*request).editTrust},
		{"POST " + Path + "roles/trust", (*request).saveTrust},
		{"GET " + Path + "{kind}/boundary", (*request).editBoundary},
		{"POST " + Path + "{kind}/boundary", (*request).setBoundary},
		{"POST " + Path + "{kind}/remove-boundary", (*request).removeBoundary},
		{"GET " + Path + "analyzers", (*request).analyzersPage},
		{"POST " + Path + "analyzers/create", (*request).createAnalyzer},
		{"GET " + Path + "analyzers/delete", (*request).confirmAnalyzer},
		{"POST " + Path + "analyzers/delete", (*request).deleteAnalyzer},
		{"GET " + Path + "findings", (*request).findings},
		{"GET " + Path + "findings/csv", (*request).findingsCSV},
		{"GET " + Path + "findings/json", (*request).findingsJSON},
		{"GET " + Path + "findings/finding", (*request).findingPage},
		{"POST " + Path + "findings/status", (*request).setStatus},
		{"GET " + Path + "findings/recommendation", (*request).recommendationPage},
		{"POST " + Path + "findings/recommendation", (*request).recommend},
		{"GET " + Path + "findings/recommendation/policy", (*request).recommendedPolicy},
		{"GET " + Path + "findings/rules", (*request).rulesPage},
		{"POST " + Path + "findings/rules/create", (*request).createRule},
		{"POST " + Path + "findings/rules/apply", (*request).applyRule},
		{"GET " + Path + "findings/rules/edit", (*request).editRule},
		{"POST " + Path + "findings/rules/edit", (*request).saveRule},
		{"GET " + Path + "findings/rules/delete", (*request).confirmRule},
		{"POST " + Path + "findings/rules/delete", (*request).deleteRule},
		{"GET " + organizationPath, (*request).tree},
		{"GET " + organizationPath + "/node", (*request).nodePage},
		{"GET " + organizationPath + "/report", (*request).subtree},
		{"POST " + organizationPath + "/renew", (*request).renewSubtree},
		{"GET " + organizationPath + "/csv", (*request).subtreeCSV},
		{"GET " + organizationPath + "/json", (*request).subtreeJSON},
		{"POST " + Path + "signout", c.signOut},
		{Path, func(*request, http.ResponseWriter) error { return errNotFound }},
	}
}

// routes leads each request to its page.
func (c *Console) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, p := range c.memberRoutes() {
		mux.HandleFunc(p.pattern, c.member(p.do))
	}
	mux.HandleFunc("GET "+Path+"signin", c.signInPage)
	mux.HandleFunc("POST "+Path+"signin", c.signIn)
	mux.HandleFunc("GET "+Path+"static/console.css", static("console.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET "+Path+"static/icon.svg", static("icon.svg", "image/svg+xml"))
	return mux
}

// static serves the style sheet or the icon, also to who is not signed in.
func static(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "max-age=300")
		http.ServeFileFS(w, r, files, "static/"+name)
	}
}
