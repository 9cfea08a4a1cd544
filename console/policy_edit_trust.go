package console

import "net/http"

// editTrust shows the trust policy of a role to be edited.
func (q *request) editTrust(w http.ResponseWriter) error {
	v, _, err := q.trustEdit(q.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	return q.showEdit(w, http.StatusOK, v)
}

// trustEdit is the edit page of the trust policy of a role.
func (q *request) trustEdit(name string) (*editView, role, error) {
	out, err := ask[struct{ Role role }](q.Context(), q.client, "iam", "GetRole", "RoleName", name)
	if err != nil {
		return nil, role{}, err
	}
	r, k := out.Role, kindOf("roles")
	text := document(r.AssumeRolePolicyDocument)
	v := &editView{
		Heading: "Edit the trust policy of " + r.RoleName, Action: Path + "roles/trust", Back: k.At("details", r.RoleName),
		ID: r.RoleName, Text: text, Was: fingerprint(text),
		Note: "Saving replaces the policy at once. Who it does not name any more can begin no new session as this role; sessions that are there go on until they end.",
	}
	v.Frame = q.frame("Edit the trust policy – "+r.RoleName, append(k.crumbs(), Link{r.RoleName, v.Back}, Link{"Edit the trust policy", ""}))
	v.Section = k.Slug
	return v, r, nil
}

// saveTrust makes the text the trust policy of a role.
func (q *request) saveTrust(w http.ResponseWriter) error {
	v, r, err := q.trustEdit(q.PostForm.Get("id"))
	if err != nil {
		return err
	}
	if v.stale(q) {
		return q.showEdit(w, http.StatusConflict, v)
	}
	_, err = ask[struct{}](q.Context(), q.client, "iam", "UpdateAssumeRolePolicy", "RoleName", r.RoleName, "PolicyDocument", v.Text)
	return q.saved(w, v, err)
}
