package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
)

// readOnly reports whether nothing can be changed in the account, as far as it
// is known: what cannot be told is for the API to refuse.
func (q *request) readOnly() bool {
	if q.console.Mirror == nil {
		return false
	}
	mirror, err := q.console.Mirror(q.Context(), q.visit.Account)
	return err == nil && mirror
}

// notDone is what the API said about a change that it did not make, to be shown
// beside what was asked for. Any other error stops the page.
func notDone(err error) (said string, stop error) {
	e, ours := errors.AsType[*apiError](err)
	if !ours || e.Status >= 500 || e.signedOut() {
		return "", err
	}
	return e.Message, nil
}

// changed leads to a page after a change. Reports made before tell of policies
// that are not in force any more.
func (q *request) changed(w http.ResponseWriter, target string) error {
	q.console.sessions.forgetJobs(q.visit.key)
	http.Redirect(w, q.Request, target, http.StatusSeeOther)
	return nil
}

// editView is the page that edits the document of a policy.
type editView struct {
	Frame
	Heading string
	Action  string // where the form is sent to
	Back    string
	ID      string
	Name    string // of an inline policy
	New     bool   // an inline policy that is to be made
	Note    string // what saving does
	Text    string
	Was     string // fingerprint of the document that the text began as
	Problem string // what was wrong
	Said    string // what the API said of it
	Oldest  string // the version to delete to make room; empty: there is room
}

// Why a text was not saved.
const (
	notAccepted   = "The policy was not saved. The server says:"
	changedSince  = "The policy was not saved: somebody has changed it since you opened this page. Your text is kept below; compare it with the policy as it is now, and save it again to replace that."
	documentField = "document"
)

// fingerprint tells whether a document has changed.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// typed is the document of a form. Browsers send the ends of lines as two
// characters.
func (q *request) typed() string {
	return strings.ReplaceAll(q.PostForm.Get(documentField), "\r\n", "\n")
}

// stale keeps the text that was sent, and reports whether it began as another
// document than the one in force.
func (v *editView) stale(q *request) bool {
	v.Text = q.typed()
	if q.PostForm.Get("was") == v.Was {
		return false
	}
	v.Problem = changedSince
	return true
}

// editPolicy shows the default version of a managed policy to be edited.
func (q *request) editPolicy(w http.ResponseWriter) error {
	v, _, err := q.policyEdit(q.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	return q.showEdit(w, http.StatusOK, v)
}

func (q *request) showEdit(w http.ResponseWriter, status int, v *editView) error {
	q.console.render(w, status, "policyedit", v)
	return nil
}

// policyEdit is the edit page of a managed policy.
func (q *request) policyEdit(arn string) (*editView, policy, error) {
	p, err := q.managedPolicy(arn)
	if err != nil {
		return nil, p, err
	}
	text, err := q.versionText(arn, p.DefaultVersionId)
	if err != nil {
		return nil, p, err
	}
	k := kindOf("policies")
	v := &editView{
		Heading: "Edit " + p.PolicyName, Action: Path + "policies/edit", Back: k.At("versions", p.Arn),
		ID: p.Arn, Text: text, Was: fingerprint(text), Note: "Saving makes a new version and sets it as the default.",
	}
	v.Frame = q.policyFrame(p, "Edit")
	v.ReadOnly = v.ReadOnly || managedByAWS(p.Arn)
	return v, p, nil
}

// savePolicy makes the text the default version of a managed policy.
func (q *request) savePolicy(w http.ResponseWriter) error {
	v, p, err := q.policyEdit(q.PostForm.Get("id"))
	if err != nil {
		return err
	}
	if v.stale(q) {
		return q.showEdit(w, http.StatusConflict, v)
	}
	err = q.newVersion(p.Arn, v.Text)
	if tooManyVersions(err) {
		if v.Oldest, err = q.makeRoom(p.Arn, q.PostForm.Get("delete"), err); err == nil {
			err = q.newVersion(p.Arn, v.Text)
		}
	}
	return q.saved(w, v, err)
}

// saved goes back after a text was saved, or shows it again with what the API
// said of it.
func (q *request) saved(w http.ResponseWriter, v *editView, err error) error {
	if err == nil {
		return q.changed(w, v.Back)
	}
	if v.Said, err = notDone(err); err != nil {
		return err
	}
	v.Problem = notAccepted
	return q.showEdit(w, http.StatusBadRequest, v)
}

func (q *request) newVersion(arn, text string) error {
	_, err := ask[struct{}](q.Context(), q.client, "iam", "CreatePolicyVersion", "PolicyArn", arn, "PolicyDocument", text, "SetAsDefault", "true")
	return err
}

// tooManyVersions reports whether a version more is refused for the number of
// them. The same code refuses documents that are too long.
func tooManyVersions(err error) bool {
	e, ours := errors.AsType[*apiError](err)
	return ours && e.Code == "LimitExceeded" && strings.Contains(e.Message, "versions")
}

// makeRoom deletes the oldest version that is not the default one if that is
// what was agreed to, and else names it and leaves the refusal. The API has
// judged the new document before it counts versions, so none is lost for one
// that it would refuse.
func (q *request) makeRoom(arn, agreed string, refusal error) (oldest string, err error) {
	versions, err := q.versions(arn)
	if err != nil {
		return "", err
	}
	older := func(a, b string) bool { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) < 0 } // v9 is before v10
	for _, v := range versions {
		if !v.IsDefaultVersion && (oldest == "" || older(v.VersionId, oldest)) {
			oldest = v.VersionId
		}
	}
	if oldest == "" || agreed != oldest {
		return oldest, refusal
	}
	return "", q.deleteVersion(arn, oldest)
}
