package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// archiveRule is an archive rule as the API answers it.
type archiveRule struct {
	RuleName  string               `json:"ruleName"`
	Filter    map[string]criterion `json:"filter"`
	CreatedAt time.Time            `json:"createdAt"`
	UpdatedAt time.Time            `json:"updatedAt"`
}

// Conditions are what a finding must be for the rule.
func (r archiveRule) Conditions() []string { return conditions(r.Filter) }

// rulesView is the page of archive rules, with the form that makes one.
type rulesView struct {
	Frame
	Analyzer analyzerRef
	Rules    []archiveRule
	Whole    bool // false: there are more than the console reads
	Types    []Link
	Name     string // of the rule to be
	Filter   findingFilter
	Problem  string // what is wrong with the form
	CLI      []string
}

func (q *request) rulesPage(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.URL.Query())
	if err != nil {
		return err
	}
	return q.showRules(w, http.StatusOK, rulesView{Analyzer: a})
}

func (q *request) showRules(w http.ResponseWriter, status int, v rulesView) (err error) {
	if v.Rules, v.Whole, err = q.archiveRules(v.Analyzer); err != nil {
		return err
	}
	v.Types = findingTypes()
	v.CLI = []string{q.analyzerCLI("list-archive-rules", "--analyzer-name", v.Analyzer.Name)}
	v.Frame = q.frame("Archive rules of "+v.Analyzer.Name, v.Analyzer.crumbs(Link{"Archive rules", ""}))
	v.Section = "analyzers"
	q.console.render(w, status, "findings_rules", &v)
	return nil
}

func (q *request) archiveRules(a analyzerRef) (list []archiveRule, whole bool, err error) {
	type rules struct {
		ArchiveRules []archiveRule `json:"archiveRules"`
		NextToken    string        `json:"nextToken"`
	}
	token := ""
	for range maxAsks {
		out, err := askREST[rules](q.Context(), q.client, "ListArchiveRules", http.MethodGet, a.rulePath("")+"?"+tokenQuery(token), nil)
		if err != nil {
			return nil, false, err
		}
		list = append(list, out.ArchiveRules...)
		if token = out.NextToken; token == "" {
			return list, true, nil
		}
	}
	return list, false, nil
}

// rulePath is the path of a rule, or of all when name is empty.
func (a analyzerRef) rulePath(name string) string {
	path := "/analyzer/" + url.PathEscape(a.Name) + "/archive-rule"
	if name != "" {
		path += "/" + url.PathEscape(name)
	}
	return path
}

// createRule makes the rule of the form. What the API finds wrong with it is said
// beside the form, with what was typed.
func (q *request) createRule(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	v := rulesView{Analyzer: a, Name: strings.TrimSpace(q.PostForm.Get("name")), Filter: newFindingFilter(q.PostForm)}
	if !v.Filter.limits() {
		v.Problem = "Say at least one condition: a rule without any would archive every finding."
		return q.showRules(w, http.StatusBadRequest, v)
	}
	body := map[string]any{"ruleName": v.Name, "filter": v.Filter.criteria(false)}
	_, err = askREST[struct{}](q.Context(), q.client, "CreateArchiveRule", http.MethodPut, a.rulePath(""), body)
	if problem, wrong := refused(err); wrong {
		v.Problem = problem
		return q.showRules(w, http.StatusBadRequest, v)
	}
	return q.backToRules(w, a, err)
}

// applyRule archives the active findings that a rule matches.
func (q *request) applyRule(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	body := map[string]string{"analyzerArn": a.ARN, "ruleName": q.PostForm.Get("rule")}
	_, err = askREST[struct{}](q.Context(), q.client, "ApplyArchiveRule", http.MethodPut, "/archive-rule", body)
	return q.backToRules(w, a, err)
}

// confirmRule asks before a rule is deleted.
func (q *request) confirmRule(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.URL.Query())
	if err != nil {
		return err
	}
	v := confirmView{Analyzer: a, Rule: q.URL.Query().Get("rule"), Action: Path + "findings/rules/delete", Back: a.At("findings/rules")}
	if !segment(v.Rule) {
		return errNotFound
	}
	v.CLI = []string{q.analyzerCLI("delete-archive-rule", "--analyzer-name", a.Name, "--rule-name", v.Rule)}
	v.Frame = q.frame("Delete "+v.Rule, a.crumbs(Link{"Archive rules", v.Back}, Link{"Delete", ""}))
	v.Section = "analyzers"
	q.console.render(w, http.StatusOK, "findings_delete", v)
	return nil
}

func (q *request) deleteRule(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	rule := q.PostForm.Get("rule")
	if !segment(rule) {
		return errNotFound
	}
	_, err = askREST[struct{}](q.Context(), q.client, "DeleteArchiveRule", http.MethodDelete, a.rulePath(rule), nil)
	return q.backToRules(w, a, err)
}

// backToRules goes to the page of rules after what was done there.
func (q *request) backToRules(w http.ResponseWriter, a analyzerRef, err error) error {
	if err == nil {
		http.Redirect(w, q.Request, a.At("findings/rules"), http.StatusSeeOther)
	}
	return err
}
