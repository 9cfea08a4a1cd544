package console

import (
	"net/http"
	"net/url"
	"strings"
)

// versionsView is the page of the versions of a managed policy.
type versionsView struct {
	Frame
	Policy   policy
	Versions []policyVersion
	ByAWS    bool
	Said     string // why the last change was not made
	CLI      []string
}

// managedByAWS reports whether a policy is one that no account can change.
func managedByAWS(arn string) bool { return strings.Contains(arn, ":iam::aws:") }

func (q *request) managedPolicy(arn string) (policy, error) {
	out, err := ask[struct{ Policy policy }](q.Context(), q.client, "iam", "GetPolicy", "PolicyArn", arn)
	return out.Policy, err
}

// versions are those of a managed policy, the newest first.
func (q *request) versions(arn string) ([]policyVersion, error) {
	type list struct {
		page
		Versions []policyVersion `xml:"Versions>member"`
	}
	var all []policyVersion
	_, err := askAll(q.Context(), q.client, "ListPolicyVersions", func(p *list) page {
		all = append(all, p.Versions...)
		return p.page
	}, "PolicyArn", arn)
	return all, err
}

func (q *request) versionOf(arn, id string) (policyVersion, error) {
	out, err := ask[struct{ PolicyVersion policyVersion }](q.Context(), q.client, "iam", "GetPolicyVersion", "PolicyArn", arn, "VersionId", id)
	return out.PolicyVersion, err
}

// versionText is the document of a version with line breaks.
func (q *request) versionText(arn, id string) (string, error) {
	v, err := q.versionOf(arn, id)
	return document(v.Document), err
}

func (q *request) deleteVersion(arn, id string) error {
	_, err := ask[struct{}](q.Context(), q.client, "iam", "DeletePolicyVersion", "PolicyArn", arn, "VersionId", id)
	return err
}

// policyFrame is the frame of a page below that of a managed policy.
func (q *request) policyFrame(p policy, title string) Frame {
	k := kindOf("policies")
	crumbs := append(k.crumbs(), Link{p.PolicyName, k.At("details", p.Arn)})
	if title != "Versions" {
		crumbs = append(crumbs, Link{"Versions", k.At("versions", p.Arn)})
	}
	f := q.frame(title+" – "+p.PolicyName, append(crumbs, Link{title, ""}))
	f.Section = k.Slug
	return f
}

// policyVersions shows the versions of a managed policy.
func (q *request) policyVersions(w http.ResponseWriter) error {
	return q.showVersions(w, http.StatusOK, q.URL.Query().Get("id"), "")
}

func (q *request) showVersions(w http.ResponseWriter, status int, arn, said string) error {
	p, err := q.managedPolicy(arn)
	if err != nil {
		return err
	}
	v := versionsView{Policy: p, ByAWS: managedByAWS(p.Arn), Said: said}
	v.CLI = []string{q.cli("iam", "list-policy-versions", "--policy-arn", p.Arn)}
	if v.Versions, err = q.versions(p.Arn); err != nil {
		return err
	}
	v.Frame = q.policyFrame(p, "Versions")
	q.console.render(w, status, "policyversions", &v)
	return nil
}

// Editable reports whether the page has buttons that change the policy.
func (v *versionsView) Editable() bool { return !v.ReadOnly && !v.ByAWS }

// At is the address of a page of a version.
func (v *versionsView) At(version string) string {
	return Path + "policies/version?" + url.Values{"id": {v.Policy.Arn}, "version": {version}}.Encode()
}

// Compare is the address of the difference of a version and the default one.
func (v *versionsView) Compare(version string) string {
	return Path + "policies/compare?" + url.Values{"id": {v.Policy.Arn}, "from": {v.Policy.DefaultVersionId}, "to": {version}}.Encode()
}

// setDefault makes a version the one that counts.
func (q *request) setDefault(w http.ResponseWriter) error {
	arn := q.PostForm.Get("id")
	_, err := ask[struct{}](q.Context(), q.client, "iam", "SetDefaultPolicyVersion", "PolicyArn", arn, "VersionId", q.PostForm.Get("version"))
	return q.versionChanged(w, arn, err)
}

// dropVersion deletes a version.
func (q *request) dropVersion(w http.ResponseWriter) error {
	arn := q.PostForm.Get("id")
	if q.PostForm.Get("sure") == "" {
		return q.showVersions(w, http.StatusBadRequest, arn, notSure)
	}
	return q.versionChanged(w, arn, q.deleteVersion(arn, q.PostForm.Get("version")))
}

const (
	// notSure answers a deletion without its tick.
	notSure = "Nothing was deleted: tick the box beside the button to say that you are sure."
	// notChanged is before what the API said.
	notChanged = "Nothing was changed. The server says: "
)

func (q *request) versionChanged(w http.ResponseWriter, arn string, err error) error {
	if err == nil {
		return q.changed(w, kindOf("policies").At("versions", arn))
	}
	said, err := notDone(err)
	if err != nil {
		return err
	}
	return q.showVersions(w, http.StatusBadRequest, arn, notChanged+said)
}
