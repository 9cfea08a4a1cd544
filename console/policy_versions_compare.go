package console

import "net/http"

// versionView is the page of a version of a managed policy.
type versionView struct {
	Frame
	Policy   policy
	Version  policyVersion
	Document string
	CLI      []string
}

// policyVersion shows a version.
func (q *request) policyVersion(w http.ResponseWriter) error {
	asked := q.URL.Query()
	p, err := q.managedPolicy(asked.Get("id"))
	if err != nil {
		return err
	}
	v := versionView{Policy: p}
	if v.Version, err = q.versionOf(p.Arn, asked.Get("version")); err != nil {
		return err
	}
	v.Document = document(v.Version.Document)
	v.CLI = []string{q.cli("iam", "get-policy-version", "--policy-arn", p.Arn, "--version-id", v.Version.VersionId)}
	v.Frame = q.policyFrame(p, "Version "+v.Version.VersionId)
	q.console.render(w, http.StatusOK, "policyversion", v)
	return nil
}

// compareView is the page of the difference of two versions.
type compareView struct {
	Frame
	Policy         policy
	From, To       string
	Lines          []diffLine
	Added, Removed int
	CLI            []string
}

// compareVersions shows the lines that two versions differ in.
func (q *request) compareVersions(w http.ResponseWriter) error {
	asked := q.URL.Query()
	p, err := q.managedPolicy(asked.Get("id"))
	if err != nil {
		return err
	}
	v := compareView{Policy: p, From: asked.Get("from"), To: asked.Get("to")}
	from, err := q.versionText(p.Arn, v.From)
	if err != nil {
		return err
	}
	to, err := q.versionText(p.Arn, v.To)
	if err != nil {
		return err
	}
	v.Lines = documentDiff(from, to)
	for _, l := range v.Lines {
		switch l.Change {
		case lineAdded:
			v.Added++
		case lineRemoved:
			v.Removed++
		}
	}
	for _, version := range []string{v.From, v.To} {
		v.CLI = append(v.CLI, q.cli("iam", "get-policy-version", "--policy-arn", p.Arn, "--version-id", version))
	}
	v.Frame = q.policyFrame(p, v.From+" and "+v.To)
	q.console.render(w, http.StatusOK, "policycompare", v)
	return nil
}
