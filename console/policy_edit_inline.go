package console

import (
	"errors"
	"net/http"
	"net/url"
)

// policyOwner is the user, group or role whose policies a page changes.
type policyOwner struct {
	kind kind
	row
	api string // what operations call its kind: User, Group, Role
}

// policyOwner finds who the page is about; a policy has none of its own.
func (q *request) policyOwner() (policyOwner, error) {
	k, err := q.kind()
	if err != nil {
		return policyOwner{}, err
	}
	p := policyOwner{kind: k, api: map[string]string{"users": "User", "groups": "Group", "roles": "Role"}[k.Slug]}
	if p.api == "" {
		return p, errNotFound
	}
	id := q.URL.Query().Get("id")
	if q.Method == http.MethodPost {
		id = q.PostForm.Get("id")
	}
	p.row, err = k.find(q, id)
	return p, err
}

// do calls an operation on the policies of a user, group or role: "Put" is
// PutUserPolicy.
func (q *request) do(p policyOwner, verb string, params ...string) error {
	_, err := ask[struct{}](q.Context(), q.client, "iam", verb+p.api+"Policy", append([]string{p.api + "Name", p.Name}, params...)...)
	return err
}

// frame is the frame of a page that changes the policies of p.
func (p policyOwner) frame(q *request, title string) Frame {
	crumbs := append(p.kind.crumbs(), Link{p.Name, p.kind.At("details", p.ID)})
	if title != changeTitle {
		crumbs = append(crumbs, Link{changeTitle, p.kind.At("change", p.ID)})
	}
	return q.frame(title+" – "+p.Name, append(crumbs, Link{title, ""}))
}

// inlineAt is the address of the page that edits an inline policy.
func inlineAt(k kind, id, name string) string {
	return Path + k.Slug + "/inline?" + url.Values{"id": {id}, "policy": {name}}.Encode()
}

// Edit is the address that edits an inline policy which grants access.
func (g granting) Edit() string {
	slug := map[string]string{"USER": "users", "GROUP": "groups", "ROLE": "roles"}[g.EntityType]
	return inlineAt(kindOf(slug), g.EntityName, g.PolicyName)
}

// newDocument is what a new policy begins as: nothing is allowed by it.
const newDocument = `{
  "Version": "2012-10-17",
  "Statement": []
}`

// editInline shows an inline policy to be edited, or an empty one.
func (q *request) editInline(w http.ResponseWriter) error {
	v, _, err := q.inlineEdit(q.URL.Query().Get("policy"))
	if err != nil {
		return err
	}
	return q.showEdit(w, http.StatusOK, v)
}

// inlineEdit is the edit page of an inline policy; without a name of a new one.
func (q *request) inlineEdit(name string) (*editView, policyOwner, error) {
	p, err := q.policyOwner()
	if err != nil {
		return nil, p, err
	}
	v := &editView{
		Heading: "New inline policy of " + p.Name, Action: Path + p.kind.Slug + "/inline", Back: p.kind.At("change", p.ID),
		ID: p.ID, Name: name, New: name == "", Text: newDocument,
	}
	if v.New {
		v.Frame = p.frame(q, "New inline policy")
		return v, p, nil
	}
	if v.Text, err = q.inlineText(p, name); err != nil {
		return nil, p, err
	}
	v.Was, v.Heading = fingerprint(v.Text), "Edit "+name+" of "+p.Name
	v.Frame = p.frame(q, "Edit "+name)
	return v, p, nil
}

func (q *request) inlineText(p policyOwner, name string) (string, error) {
	out, err := ask[struct{ PolicyDocument string }](q.Context(), q.client, "iam", "Get"+p.api+"Policy", p.api+"Name", p.Name, "PolicyName", name)
	return document(out.PolicyDocument), err
}

// saveInline stores an inline policy. One that is new must not replace another
// that has its name.
func (q *request) saveInline(w http.ResponseWriter) error {
	isNew := q.PostForm.Get("new") != ""
	name := q.PostForm.Get("policy")
	asked := name
	if isNew {
		asked = ""
	}
	v, p, err := q.inlineEdit(asked)
	if err != nil {
		return err
	}
	v.Name = name
	if v.stale(q) {
		return q.showEdit(w, http.StatusConflict, v)
	}
	if isNew && name != "" {
		if taken, err := q.inlineTaken(p, name); err != nil {
			return err
		} else if taken {
			v.Problem = "The policy was not saved: there is one of this name. Choose another name, or edit that one."
			return q.showEdit(w, http.StatusConflict, v)
		}
	}
	return q.saved(w, v, q.do(p, "Put", "PolicyName", name, "PolicyDocument", v.Text))
}

// inlineTaken reports whether there is an inline policy of a name. Of a name
// that can be none the API says more when it is asked to store it.
func (q *request) inlineTaken(p policyOwner, name string) (bool, error) {
	_, err := q.inlineText(p, name)
	if e, ours := errors.AsType[*apiError](err); ours && e.Status < 500 && !e.signedOut() {
		return false, nil
	}
	return err == nil, err
}
