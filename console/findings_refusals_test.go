package console

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

// findingForms are the forms of the pages of findings.
var findingForms = []string{
	"analyzers/create", "analyzers/delete", "findings/status", "findings/recommendation", "findings/rules/create", "findings/rules/apply", "findings/rules/delete",
}

func TestFindingFormsNeedTheToken(t *testing.T) {
	w := withFindings(t, auditorKey)
	w.does("findings/rules/create", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "name", "r", "kind", "AWS::IAM::Role")
	id := w.finding("resource=alice")
	fields := url.Values{"analyzer": {"unused"}, "id": {id}, "to": {"ARCHIVED"}, "rule": {"r"}, "name": {"new"}, "type": {"ACCOUNT"}}
	for _, form := range findingForms {
		for _, token := range []string{"", "wrong"} {
			fields.Set("csrf", token)
			if a := w.send("POST", "/console/"+form, fields); a.Code != http.StatusForbidden {
				t.Errorf("POST %s with token %q: %d", form, token, a.Code)
			}
		}
	}
	has(t, w.page("/console/analyzers"), "<td>3</td>")
	lacks(t, w.page("/console/analyzers"), "analyzer=new")
	has(t, w.page("/console/findings/rules?analyzer=unused"), `<th scope="row">r</th>`)
}

func TestFindingsWithoutPermission(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("resource=alice")
	w.cookies = map[string]string{}
	w.signIn(weakKey)
	w.page("/console/")
	for target, operation := range map[string]string{
		"analyzers": "ListAnalyzers", "findings?analyzer=unused": "ListFindings", "findings/csv?analyzer=unused": "ListFindings", "findings/json?analyzer=unused": "ListFindings",
		"findings/finding?analyzer=unused&id=" + id: "GetFinding", "findings/recommendation?analyzer=unused&id=" + id: "GetFinding",
		"findings/recommendation/policy?analyzer=unused&step=1&id=" + id: "GetFindingRecommendation", "findings/rules?analyzer=unused": "ListArchiveRules",
	} {
		a := w.send("GET", "/console/"+target, nil)
		if a.Code != http.StatusForbidden {
			t.Errorf("GET %s: %d", target, a.Code)
		}
		has(t, a.Body.String(), "You have no permission to see this.", "Ask an administrator to allow access-analyzer:"+operation+",")
		lacks(t, a.Body.String(), "alice")
	}
	w.page("/console/")
	for _, form := range findingForms {
		if code, _, page := w.sends(form, "analyzer", "unused", "id", id, "to", "ARCHIVED", "rule", "r", "name", "n", "type", "ACCOUNT", "kind", "x"); code != http.StatusForbidden {
			t.Errorf("POST %s: %d %s", form, code, page)
		}
	}
}

// TestFindingsAlone: who may list findings and nothing else sees the list.
func TestFindingsAlone(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := f1()
	a.Users[2].Inline = []inventory.Inline{{Name: "List", Document: allow("access-analyzer:ListFindings")}}
	must(t, w.book.Replace(t.Context(), a))
	w.cookies = map[string]string{}
	w.signIn(weakKey)
	has(t, w.page("/console/findings?analyzer=unused"), "user/alice", "<code>access-analyzer:GetFindingsStatistics</code>")
}

func TestFindingsThatAreGone(t *testing.T) {
	w := withFindings(t, auditorKey)
	const id = "00000000-0000-4000-8000-00000000dead"
	for target, want := range map[string]string{
		"findings":                                          "There is no such page.",
		"findings?analyzer=..":                              "There is no such page.",
		"findings?analyzer=none":                            "The analyzer does not exist.",
		"findings/csv?analyzer=none":                        "The analyzer does not exist.",
		"findings/rules?analyzer=none":                      "The analyzer does not exist.",
		"findings/finding?analyzer=unused":                  "There is no such page.",
		"findings/finding?analyzer=none&id=" + id:           "The analyzer does not exist.",
		"findings/finding?analyzer=unused&id=" + id:         "The analyzer has no such finding.",
		"findings/finding?analyzer=unused&id=..":            "There is no such page.",
		"findings/recommendation?analyzer=unused&id=" + id:  "The analyzer has no such finding.",
		"findings/rules/delete?analyzer=unused&rule=":       "There is no such page.",
		"findings/recommendation/policy?analyzer=unused":    "There is no such page.",
		"findings/nothing":                                  "There is no such page.",
		"findings/finding?analyzer=unused&id=%22%3Cscript>": "The analyzer has no such finding.",
	} {
		a := w.send("GET", "/console/"+target, nil)
		if a.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", target, a.Code)
		}
		has(t, a.Body.String(), want)
		lacks(t, a.Body.String(), "<script")
	}
	if a := w.send("GET", "/console/findings?analyzer=a%2Fb", nil); a.Code != http.StatusBadRequest {
		t.Errorf("a name that is none: %d", a.Code)
	}
	w.page("/console/")
	for form, status := range map[string]int{
		"analyzers/delete": 404, "findings/status": 404, "findings/recommendation": 404, "findings/rules/apply": 404, "findings/rules/delete": 404,
	} {
		if code, _, _ := w.sends(form, "analyzer", "none", "id", id, "to", "ARCHIVED", "rule", "r"); code != status {
			t.Errorf("POST %s: %d", form, code)
		}
	}
	if code, _, _ := w.sends("findings/recommendation", "analyzer", "unused", "id", id); code != http.StatusBadRequest {
		t.Errorf("recommendation for nothing: %d", code)
	}
	if code, _, _ := w.sends("findings/status", "analyzer", "unused", "id", w.finding("resource=alice"), "to", "RESOLVED"); code != http.StatusBadRequest {
		t.Errorf("to a status that only scans give: %d", code)
	}
}
