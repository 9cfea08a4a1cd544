package console

import "net/http"

// changeView is the page that changes which policies a user, group or role has.
type changeView struct {
	Frame
	Kind     kind
	Entity   row
	Policies []grantedBy
	Offered  []row  // the account's own policies, to choose from
	Said     string // why the last change was not made
	CLI      []string
}

const changeTitle = "Change policies"

// Inline is the address that edits an inline policy; an empty name: a new one.
func (v *changeView) Inline(name string) string { return inlineAt(v.Kind, v.Entity.ID, name) }

// changePolicies shows the policies of a user, group or role to be changed.
func (q *request) changePolicies(w http.ResponseWriter) error {
	p, err := q.policyOwner()
	if err != nil {
		return err
	}
	return q.showChange(w, http.StatusOK, p, "")
}

func (q *request) showChange(w http.ResponseWriter, status int, p policyOwner, said string) error {
	v := changeView{Kind: p.kind, Entity: p.row, Said: said}
	if err := q.granted(p.api, p.Name, "", &v.Policies); err != nil {
		return err
	}
	var err error
	if v.Offered, err = q.ownPolicies(); err != nil {
		return err
	}
	option := map[string]string{"User": "--user-name", "Group": "--group-name", "Role": "--role-name"}[p.api]
	of := p.kind.One
	v.CLI = []string{
		q.cli("iam", "attach-"+of+"-policy", option, p.Name, "--policy-arn", "ARN"),
		q.cli("iam", "detach-"+of+"-policy", option, p.Name, "--policy-arn", "ARN"),
		q.cli("iam", "delete-"+of+"-policy", option, p.Name, "--policy-name", "NAME"),
	}
	v.Frame = p.frame(q, changeTitle)
	q.console.render(w, status, "policychange", &v)
	return nil
}

// ownPolicies are the managed policies of the account, to choose from; none when
// the caller may not list them.
func (q *request) ownPolicies() (list []row, err error) {
	_, err = askAll(q.Context(), q.client, "ListPolicies", func(l *policyList) page {
		for _, m := range l.Policies {
			list = append(list, row{Name: m.PolicyName, ARN: m.Arn})
		}
		return l.page
	}, "Scope", "Local")
	_, err = q.try(err)
	return list, err
}

// attach attaches a managed policy.
func (q *request) attach(w http.ResponseWriter) error {
	return q.change(w, "Attach", "PolicyArn", q.PostForm.Get("arn"))
}

// detach detaches a managed policy.
func (q *request) detach(w http.ResponseWriter) error {
	return q.change(w, "Detach", "PolicyArn", q.PostForm.Get("arn"))
}

// removeInline deletes an inline policy.
func (q *request) removeInline(w http.ResponseWriter) error {
	if q.PostForm.Get("sure") == "" {
		p, err := q.policyOwner()
		if err != nil {
			return err
		}
		return q.showChange(w, http.StatusBadRequest, p, notSure)
	}
	return q.change(w, "Delete", "PolicyName", q.PostForm.Get("policy"))
}

// change calls an operation and shows the policies as they are then.
func (q *request) change(w http.ResponseWriter, verb string, params ...string) error {
	p, err := q.policyOwner()
	if err != nil {
		return err
	}
	if err = q.do(p, verb, params...); err == nil {
		return q.changed(w, p.kind.At("change", p.ID))
	}
	said, err := notDone(err)
	if err != nil {
		return err
	}
	return q.showChange(w, http.StatusBadRequest, p, notChanged+said)
}
