package console

import (
	"net/http"
	"testing"
)

func TestArchiveRules(t *testing.T) {
	w := withFindings(t, auditorKey)
	has(t, w.page("/console/findings/rules?analyzer=unused"), "There is no rule.")
	w.does("findings/rules/create", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "name", "meant", "type", "UnusedPermission", "resource", evil)
	w.does("findings/rules/create", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "name", "roles", "kind", "AWS::IAM::Role")
	page := w.page("/console/findings/rules?analyzer=unused")
	has(t, page, `<th scope="row">meant</th>`, `<li class="arn">findingType is UnusedPermission</li><li class="arn">resource contains &#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</li>`,
		`<li class="arn">resourceType is AWS::IAM::Role</li>`, `aria-label="Apply to active findings: roles"`, "list-archive-rules --region us-east-1 --analyzer-name unused")
	lacks(t, page, "<script")
	has(t, w.page("/console/findings?analyzer=unused"), "<strong>3</strong> active, 0 archived")
	w.does("findings/rules/apply", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "rule", "roles")
	has(t, w.page("/console/findings?analyzer=unused"), "<strong>1</strong> active, 2 archived")
	has(t, w.page("/console/findings/rules/delete?analyzer=unused&rule=roles"), "<h1>Delete archive rule roles?</h1>", "stay archived", "delete-archive-rule --region us-east-1 --analyzer-name unused --rule-name roles")
	w.does("findings/rules/delete", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "rule", "roles")
	lacks(t, w.page("/console/findings/rules?analyzer=unused"), `<th scope="row">roles</th>`)
	has(t, w.page("/console/findings?analyzer=unused"), "<strong>1</strong> active, 2 archived")
}

func TestArchiveRuleForm(t *testing.T) {
	w := withFindings(t, auditorKey)
	for name, c := range map[string]struct {
		fields []string
		want   string
	}{
		"no condition": {[]string{"name", "all"}, "a rule without any would archive every finding"},
		"a name":       {[]string{"name", evil, "kind", "AWS::IAM::Role"}, `value="&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"`},
		"no name":      {[]string{"kind", "AWS::IAM::Role"}, `role="alert" id="problem"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, page := w.sends("findings/rules/create", append(c.fields, "analyzer", "unused")...)
			if code != http.StatusBadRequest {
				t.Errorf("status %d", code)
			}
			has(t, page, c.want, `aria-describedby="problem"`)
			lacks(t, page, "<script")
		})
	}
}
