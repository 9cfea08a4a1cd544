package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// recommendation is what to do about unused permissions (AA-41).
type recommendation struct {
	StartedAt   time.Time `json:"startedAt"`
	CompletedAt time.Time `json:"completedAt"`
	Status      string    `json:"status"`
	Error       struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Steps []struct {
		Step recommendedStep `json:"unusedPermissionsRecommendedStep"`
	} `json:"recommendedSteps"`
	NextToken string `json:"nextToken"`
}

// recommendedStep is what to do with one policy (AA-43).
type recommendedStep struct {
	PolicyUpdatedAt   time.Time `json:"policyUpdatedAt"`
	RecommendedAction string    `json:"recommendedAction"`
	RecommendedPolicy string    `json:"recommendedPolicy"`
	ExistingPolicyID  string    `json:"existingPolicyId"`
}

// recommendationView is the page of a recommendation.
type recommendationView struct {
	Frame
	Analyzer analyzerRef
	Finding  findingDetails
	Kind     kind
	Name     string
	Made     bool // false: nobody has asked for one yet
	Advice   recommendation
	Changes  []policyChange
	Mirror   bool // the account is a copy: changes are made in AWS
	CLI      []string
}

// Service is the address of what is known about a service of the principal.
func (v *recommendationView) Service(namespace string) string {
	return serviceOf(v.Kind, v.Name, namespace)
}

// serviceOf is the address of the page of a service in the report on a principal;
// empty: there is none.
func serviceOf(k kind, name, namespace string) string {
	if k.Slug == "" {
		return ""
	}
	return Path + k.Slug + "/last-accessed/service?" + url.Values{"id": {name}, "service": {namespace}}.Encode()
}

// recommendationPage shows the recommendation for a finding.
func (q *request) recommendationPage(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.URL.Query())
	if err != nil {
		return err
	}
	v := recommendationView{Analyzer: a}
	if v.Finding, err = q.wholeFinding(a, q.URL.Query().Get("id")); err != nil {
		return err
	}
	if v.Made, err = q.recommendation(a, v.Finding.ID, &v.Advice); err != nil {
		return err
	}
	if v.Kind, v.Name = q.principal(v.Finding.Resource); v.Name == "" {
		v.Name = v.Finding.Resource
	}
	v.Mirror = q.readOnly()
	if err := q.policyChanges(&v); err != nil {
		return err
	}
	for _, words := range [][]string{{"generate-finding-recommendation"}, {"get-finding-recommendation"}} {
		v.CLI = append(v.CLI, q.analyzerCLI(words[0], "--analyzer-arn", a.ARN, "--id", v.Finding.ID))
	}
	v.Frame = q.frame("Recommendation for "+v.Name, a.crumbs(Link{v.Name, a.At("findings/finding", "id", v.Finding.ID)}, Link{"Recommendation", ""}))
	v.Section = "analyzers"
	if v.Advice.Status == "IN_PROGRESS" {
		v.Reload = waitSeconds
	}
	q.console.render(w, http.StatusOK, "finding_recommendation", &v)
	return nil
}

// wholeFinding reads a finding with all its details: one that is not there would
// take the evidence from an action that is removed.
func (q *request) wholeFinding(a analyzerRef, id string) (findingDetails, error) {
	f, err := q.finding(a, id, "", askPage)
	if err == nil && f.NextToken != "" { // there are not as many services
		err = errors.New("finding has more details than are read")
	}
	return f, err
}

// recommendation reads a recommendation with all its steps. False: none was made.
func (q *request) recommendation(a analyzerRef, id string, r *recommendation) (made bool, err error) {
	if !segment(id) {
		return false, errNotFound
	}
	token := ""
	for range maxAsks {
		target := a.target("recommendation", id, "maxResults", strconv.Itoa(askPage), "nextToken", token)
		out, err := askREST[recommendation](q.Context(), q.client, "GetFindingRecommendation", http.MethodGet, target, nil)
		if missing(err) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		out.Steps = append(r.Steps, out.Steps...)
		*r = out
		if token = r.NextToken; token == "" {
			return true, nil
		}
	}
	return false, errors.New("recommendation has more steps than are read")
}

// recommend has the recommendation for a finding made.
func (q *request) recommend(w http.ResponseWriter) error {
	a, err := q.analyzerNamed(q.PostForm)
	if err != nil {
		return err
	}
	id := q.PostForm.Get("id")
	if !segment(id) {
		return errNotFound
	}
	if _, err := askREST[struct{}](q.Context(), q.client, "GenerateFindingRecommendation", http.MethodPost, a.target("recommendation", id), nil); err != nil {
		return err
	}
	http.Redirect(w, q.Request, a.At("findings/recommendation", "id", id), http.StatusSeeOther)
	return nil
}

// recommendedPolicy sends the document of one step as a file.
func (q *request) recommendedPolicy(w http.ResponseWriter) error {
	asked := q.URL.Query()
	a, err := q.analyzerNamed(asked)
	if err != nil {
		return err
	}
	var r recommendation
	if _, err := q.recommendation(a, asked.Get("id"), &r); err != nil {
		return err
	}
	n, err := strconv.Atoi(asked.Get("step"))
	if err != nil || n < 1 || n > len(r.Steps) || r.Steps[n-1].Step.RecommendedPolicy == "" {
		return errNotFound
	}
	send(w, "application/json", policyFile(n), []byte(indented(r.Steps[n-1].Step.RecommendedPolicy)+"\n"))
	return nil
}

// policyFile is what the document of a step is called, in downloads and in
// command lines.
func policyFile(step int) string { return "recommended-policy-" + strconv.Itoa(step) + ".json" }
