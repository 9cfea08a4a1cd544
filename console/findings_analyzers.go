package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// analyzersView is the page of analyzers, with the form that makes one.
type analyzersView struct {
	Frame
	Region    string
	Analyzers []analyzer
	Types     []Link
	Form      analyzerForm
	Problem   string // what is wrong with Form
	CLI       []string
}

// analyzerForm is an analyzer to be.
type analyzerForm struct{ Name, Type, Age string }

// analyzerTypes are the types of analyzers there are here (AA-11), with what
// people call them.
func analyzerTypes() []Link {
	return []Link{
		{"Unused access in this account", "ACCOUNT_UNUSED_ACCESS"},
		{"Unused access in the organization", "ORGANIZATION_UNUSED_ACCESS"},
		{"External access to this account", "ACCOUNT"},
		{"External access to the organization", "ORGANIZATION"},
	}
}

// TypeName is what people call the type of the analyzer.
func (a analyzer) TypeName() string {
	types := analyzerTypes()
	if i := slices.IndexFunc(types, func(l Link) bool { return l.Href == a.Type }); i >= 0 {
		return types[i].Text
	}
	return a.Type
}

// Ref is how pages name the analyzer.
func (a analyzer) Ref() analyzerRef { return analyzerRef{a.Name, a.ARN} }

// analyzersPage lists the analyzers of the session's Region.
func (q *request) analyzersPage(w http.ResponseWriter) error {
	return q.showAnalyzers(w, http.StatusOK, analyzerForm{Name: "unused", Type: "ACCOUNT_UNUSED_ACCESS", Age: strconv.Itoa(defaultDays)}, "")
}

func (q *request) showAnalyzers(w http.ResponseWriter, status int, form analyzerForm, problem string) error {
	home := homeView{}
	if err := q.analyzers(&home); err != nil {
		return err
	}
	v := analyzersView{Region: q.visit.Region, Analyzers: home.Analyzers, Types: analyzerTypes(), Form: form, Problem: problem, CLI: []string{q.analyzerCLI("list-analyzers")}}
	v.Frame = q.frame("Access Analyzer", []Link{{"Access Analyzer", ""}})
	v.Section = "analyzers"
	q.console.render(w, status, "findings_analyzers", v)
	return nil
}

// createAnalyzer makes the analyzer of the form. What the API finds wrong with it
// is said beside the form, with what was typed.
func (q *request) createAnalyzer(w http.ResponseWriter) error {
	form := analyzerForm{strings.TrimSpace(q.PostForm.Get("name")), q.PostForm.Get("type"), strings.TrimSpace(q.PostForm.Get("age"))}
	body := map[string]any{"analyzerName": form.Name, "type": form.Type}
	if strings.HasSuffix(form.Type, "_UNUSED_ACCESS") {
		age, err := strconv.Atoi(form.Age)
		if err != nil {
			return q.showAnalyzers(w, http.StatusBadRequest, form, "The days must be a whole number.")
		}
		body["configuration"] = map[string]any{"unusedAccess": map[string]any{"unusedAccessAge": age}}
	}
	_, err := askREST[struct{}](q.Context(), q.client, "CreateAnalyzer", http.MethodPut, "/analyzer", body)
	if problem, wrong := refused(err); wrong {
		return q.showAnalyzers(w, http.StatusBadRequest, form, problem)
	} else if err != nil {
		return err
	}
	http.Redirect(w, q.Request, analyzerRef{Name: form.Name}.At("findings"), http.StatusSeeOther)
	return nil
}

// refused is what the API says is wrong with a form. False: it is something that
// filling in the form otherwise does not change.
func refused(err error) (problem string, wrong bool) {
	e, ours := errors.AsType[*apiError](err)
	if !ours || e.signedOut() {
		return "", false
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusPaymentRequired:
		return e.Message, true
	}
	return e.Message, strings.Contains(e.Message, "is not a delegated administrator") // AA-16: another type will do
}

// confirmView asks before something is deleted.
type confirmView struct {
	Frame
	Analyzer     analyzerRef
	Rule         string // empty: the analyzer itself
	Action, Back string // addresses
	CLI          []string
}

// confirmAnalyzer asks before an analyzer is deleted.
func (q *request) confirmAnalyzer(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.URL.Query())
	if err != nil {
		return err
	}
	v := confirmView{Analyzer: a, Action: Path + "analyzers/delete", Back: Path + "analyzers"}
	v.CLI = []string{q.analyzerCLI("delete-analyzer", "--analyzer-name", a.Name)}
	v.Frame = q.frame("Delete "+a.Name, a.crumbs(Link{"Delete", ""}))
	v.Section = "analyzers"
	q.console.render(w, http.StatusOK, "findings_delete", v)
	return nil
}

// deleteAnalyzer deletes an analyzer and with it its findings.
func (q *request) deleteAnalyzer(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	if _, err := askREST[struct{}](q.Context(), q.client, "DeleteAnalyzer", http.MethodDelete, "/analyzer/"+url.PathEscape(a.Name), nil); err != nil {
		return err
	}
	http.Redirect(w, q.Request, Path+"analyzers", http.StatusSeeOther)
	return nil
}
