package console

import (
	"net/http"
	"testing"
)

func TestArchiveRuleIsChangedInPlace(t *testing.T) {
	w := withFindings(t, auditorKey)
	const at = "/console/findings/rules/edit?analyzer=unused&rule=r"
	w.does("findings/rules/create", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "name", "r", "kind", "AWS::IAM::Role")
	has(t, w.page("/console/findings/rules?analyzer=unused"), `<a href="/console/findings/rules/edit?analyzer=unused&amp;rule=r" aria-label="Edit r">Edit</a>`)
	form := w.page(at)
	has(t, form, "<h1>Edit archive rule r</h1>", `<li class="arn">resourceType is AWS::IAM::Role</li>`, "update-archive-rule --region us-east-1 --analyzer-name unused --rule-name r")
	was := hiddenField(t, form, "was")
	w.does("findings/rules/edit", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "rule", "r", "was", was,
		"filter", `{"resource":{"neq":["x"],"contains":["role/a","role/b"]},"error":{"exists":false}}`)
	has(t, w.page("/console/findings/rules?analyzer=unused"),
		`<li class="arn">error is not there</li><li class="arn">resource is not x</li><li class="arn">resource contains role/a or role/b</li>`)
	code, _, page := w.sends("findings/rules/edit", "analyzer", "unused", "rule", "r", "was", was, "filter", `{"resource":{"eq":["z"]}}`)
	if code != http.StatusConflict {
		t.Errorf("changed meanwhile: %d", code)
	}
	has(t, page, "somebody has changed it", "&#34;z&#34;")
	was = hiddenField(t, page, "was")
	for filter, want := range map[string]string{
		`{`:                                "The filter cannot be read: ",
		`{} {}`:                            "there is more text behind it",
		`{}`:                               "a rule without any would archive every finding",
		`null`:                             "a rule without any would archive every finding",
		`{"resource":{"is":["x"]}}`:        "unknown field &#34;is&#34;",
		`{"status":{"eq":["ACTIVE"]}}`:     "is no criterion here",
		`{"isPublic":{"eq":["true"]}}`:     "is no criterion here",
		`{"resource":{}}`:                  "must have one of eq, neq, contains and exists",
		`{"</textarea><script>":{"eq":1}}`: "&lt;/textarea&gt;&lt;script&gt;",
	} {
		code, _, page := w.sends("findings/rules/edit", "analyzer", "unused", "rule", "r", "was", was, "filter", filter)
		if code != http.StatusBadRequest {
			t.Errorf("%s: %d", filter, code)
		}
		has(t, page, want, `aria-invalid="true"`)
		lacks(t, page, "<script")
	}
	if a := w.send("GET", "/console/findings/rules/edit?analyzer=unused&rule=none", nil); a.Code != http.StatusNotFound {
		t.Errorf("no such rule: %d", a.Code)
	}
}

func TestFindingsFilterKnowsAllKeys(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("type=UnusedPermission&kind=AWS::IAM::Role&resource=app")
	if got := w.finding("finding=" + id); got != id {
		t.Errorf("by id: %s", got)
	}
	has(t, w.page("/console/findings?analyzer=unused&finding=none"), "No finding fits this filter.")
	w.does("analyzers/create", "/console/findings?analyzer=outside", "name", "outside", "type", "ACCOUNT")
	page := w.page("/console/findings?analyzer=outside&aws=arn&federated=cognito&key=aws:SourceIp&value=10.&restricted=APPLIED&public=true&finding=f1")
	has(t, page, `id="aws" name="aws" value="arn"`, `<option selected>APPLIED</option>`, "No finding fits this filter.",
		"{&#34;condition.aws:SourceIp&#34;:{&#34;contains&#34;:[&#34;10.&#34;]},&#34;id&#34;:{&#34;eq&#34;:[&#34;f1&#34;]},&#34;isPublic&#34;:{&#34;eq&#34;:[&#34;true&#34;]},&#34;principal.AWS&#34;:{&#34;contains&#34;:[&#34;arn&#34;]},&#34;principal.Federated&#34;:{&#34;contains&#34;:[&#34;cognito&#34;]},&#34;resourceControlPolicyRestriction&#34;:{&#34;eq&#34;:[&#34;APPLIED&#34;]},&#34;status&#34;:{&#34;eq&#34;:[&#34;ACTIVE&#34;]}}")
	has(t, w.page("/console/findings?analyzer=outside&key=aws:SourceIp"), "{&#34;condition.aws:SourceIp&#34;:{&#34;exists&#34;:true}")
}
