package console

import (
	"net/http"
	"strings"
)

// boundaryView is the page that sets and removes the permissions boundary of a
// user or role.
type boundaryView struct {
	Frame
	Kind    kind
	Entity  row
	Now     string // ARN of the boundary in force; empty: none
	ARN     string // what is in the form
	Offered []row  // policies to choose from
	Problem string
	CLI     []string
}

const boundaryTitle = "Permissions boundary"

// boundary finds the user or role that the page is about, with its boundary. A
// group has none.
func (q *request) boundary() (policyOwner, *boundaryView, error) {
	p, err := q.policyOwner()
	if err != nil {
		return p, nil, err
	}
	if p.api == "Group" {
		return p, nil, errNotFound
	}
	out, err := ask[struct {
		User user
		Role role
	}](q.Context(), q.client, "iam", "Get"+p.api, p.api+"Name", p.Name)
	if err != nil {
		return p, nil, err
	}
	now := out.User.PermissionsBoundary.PermissionsBoundaryArn + out.Role.PermissionsBoundary.PermissionsBoundaryArn
	return p, &boundaryView{Kind: p.kind, Entity: p.row, Now: now, ARN: now}, nil
}

// editBoundary shows the boundary of a user or role to be changed.
func (q *request) editBoundary(w http.ResponseWriter) error {
	p, v, err := q.boundary()
	if err != nil {
		return err
	}
	return q.showBoundary(w, http.StatusOK, p, v)
}

func (q *request) showBoundary(w http.ResponseWriter, status int, p policyOwner, v *boundaryView) (err error) {
	if v.Offered, err = q.ownPolicies(); err != nil {
		return err
	}
	option := map[string]string{"User": "--user-name", "Role": "--role-name"}[p.api]
	v.CLI = []string{
		q.cli("iam", "put-"+p.kind.One+"-permissions-boundary", option, p.Name, "--permissions-boundary", "ARN"),
		q.cli("iam", "delete-"+p.kind.One+"-permissions-boundary", option, p.Name),
	}
	k := p.kind
	v.Frame = q.frame(boundaryTitle+" – "+p.Name, append(k.crumbs(), Link{p.Name, k.At("details", p.ID)}, Link{boundaryTitle, ""}))
	q.console.render(w, status, "policyboundary", v)
	return nil
}

// setBoundary makes a policy the boundary.
func (q *request) setBoundary(w http.ResponseWriter) error {
	arn := strings.TrimSpace(q.PostForm.Get("arn"))
	return q.changeBoundary(w, "Put", "", "PermissionsBoundary", arn)
}

// removeBoundary takes the boundary away, which may allow more than before.
func (q *request) removeBoundary(w http.ResponseWriter) error {
	refusal := ""
	if q.PostForm.Get("sure") == "" {
		refusal = "Nothing was changed: tick the box beside the button to say that you are sure."
	}
	return q.changeBoundary(w, "Delete", refusal)
}

// changeBoundary calls an operation unless there is a refusal, or the boundary
// is another one by now than the form was made for.
func (q *request) changeBoundary(w http.ResponseWriter, verb, refusal string, params ...string) error {
	p, v, err := q.boundary()
	if err != nil {
		return err
	}
	v.ARN = strings.TrimSpace(q.PostForm.Get("arn"))
	switch {
	case q.PostForm.Get("was") != v.Now:
		v.Problem = "Nothing was changed: somebody has changed the boundary since you opened this page. Look at the one in force, and send the form again to replace it."
		return q.showBoundary(w, http.StatusConflict, p, v)
	case refusal != "":
		v.Problem = refusal
		return q.showBoundary(w, http.StatusBadRequest, p, v)
	}
	_, err = ask[struct{}](q.Context(), q.client, "iam", verb+p.api+"PermissionsBoundary", append([]string{p.api + "Name", p.Name}, params...)...)
	if err == nil {
		return q.changed(w, p.kind.At("details", p.ID))
	}
	said, err := notDone(err)
	if err != nil {
		return err
	}
	v.Problem = notChanged + said
	return q.showBoundary(w, http.StatusBadRequest, p, v)
}
