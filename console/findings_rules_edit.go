package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// ruleView is the page that edits the filter of an archive rule. The filter is
// text as the API has it: a form of fields would lose the conditions that it has
// no field for.
type ruleView struct {
	Frame
	Analyzer analyzerRef
	Rule     archiveRule
	Text     string
	Was      string // fingerprint of the filter that the text began as
	Problem  string
	CLI      []string
}

// EditRule is the address of the page that edits a rule.
func (v rulesView) EditRule(name string) string {
	return v.Analyzer.At("findings/rules/edit", "rule", name)
}

// editRule shows a rule to be edited.
func (q *request) editRule(w http.ResponseWriter) error {
	v, err := q.ruleEdit(q.URL.Query())
	if err != nil {
		return err
	}
	return q.showRule(w, http.StatusOK, v)
}

// ruleEdit is the edit page of the rule that a request names.
func (q *request) ruleEdit(asked url.Values) (*ruleView, error) {
	a, err := q.analyzerNamed(asked)
	if err != nil {
		return nil, err
	}
	name := asked.Get("rule")
	if !segment(name) {
		return nil, errNotFound
	}
	out, err := askREST[struct {
		ArchiveRule archiveRule `json:"archiveRule"`
	}](q.Context(), q.client, "GetArchiveRule", http.MethodGet, a.rulePath(name), nil)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(out.ArchiveRule.Filter, "", "  ")
	if err != nil {
		return nil, err
	}
	return &ruleView{Analyzer: a, Rule: out.ArchiveRule, Text: string(text), Was: fingerprint(string(text))}, nil
}

func (q *request) showRule(w http.ResponseWriter, status int, v *ruleView) error {
	v.CLI = []string{q.analyzerCLI("update-archive-rule", "--analyzer-name", v.Analyzer.Name, "--rule-name", v.Rule.RuleName, "--filter", "FILTER")}
	v.Frame = q.frame("Edit "+v.Rule.RuleName, v.Analyzer.crumbs(Link{"Archive rules", v.Analyzer.At("findings/rules")}, Link{"Edit", ""}))
	v.Section = "analyzers"
	q.console.render(w, status, "findings_rule", v)
	return nil
}

// saveRule replaces the filter of a rule.
func (q *request) saveRule(w http.ResponseWriter) error {
	v, err := q.ruleEdit(q.PostForm)
	if err != nil {
		return err
	}
	began := q.PostForm.Get("was")
	now := v.Was
	v.Text = strings.ReplaceAll(q.PostForm.Get("filter"), "\r\n", "\n")
	if began != now {
		v.Problem = "The rule was not saved: somebody has changed it since you opened this page. Your text is kept below; save it again to replace the rule as it is now."
		return q.showRule(w, http.StatusConflict, v)
	}
	filter, problem := readFilter(v.Text)
	if problem == "" {
		_, err = askREST[struct{}](q.Context(), q.client, "UpdateArchiveRule", http.MethodPut, v.Analyzer.rulePath(v.Rule.RuleName), map[string]any{"filter": filter})
		var wrong bool
		if problem, wrong = refused(err); !wrong {
			return q.backToRules(w, v.Analyzer, err)
		}
	}
	v.Problem = problem
	return q.showRule(w, http.StatusBadRequest, v)
}

// readFilter reads the filter of a rule. A name or operator that it does not
// know is a problem and never left out: the rule would archive more.
func readFilter(text string) (filter map[string]criterion, problem string) {
	in := json.NewDecoder(strings.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&filter); err != nil {
		return nil, "The filter cannot be read: " + err.Error() + `. It is JSON such as {"resourceType": {"eq": ["AWS::IAM::Role"]}}.`
	}
	if in.More() {
		return nil, "The filter cannot be read: there is more text behind it."
	}
	if len(filter) == 0 {
		return nil, "Say at least one condition: a rule without any would archive every finding."
	}
	return filter, ""
}
