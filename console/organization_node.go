package console

import "net/http"

// nodeView is the page of a root, unit or account.
type nodeView struct {
	Frame
	Node     *node
	Policies []controlPolicy
	Asked    bool // the API has told Policies
	Whole    bool // false: there is more below than the page shows
	CLI      []string
}

// controlPolicy is a service control policy that is attached to a node.
type controlPolicy struct {
	Id, Name, Description string
	AwsManaged            bool
	Document              string `json:"-"`
	Asked                 bool   `json:"-"` // the API has told Document
}

// nodePage shows what is attached to a node and what is directly below it.
func (q *request) nodePage(w http.ResponseWriter) error {
	n, err := q.node(q.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	v := nodeView{Node: n, Whole: true}
	if v.Policies, v.Asked, err = q.controlPolicies(n.ID); err != nil {
		return err
	}
	if n.Kind != "account" {
		if err := v.below(q); err != nil {
			return err
		}
	}
	v.CLI = []string{q.cli("organizations", "list-policies-for-target", "--target-id", n.ID, "--filter", "SERVICE_CONTROL_POLICY")}
	for _, p := range v.Policies {
		v.CLI = append(v.CLI, q.cli("organizations", "describe-policy", "--policy-id", p.Id))
	}
	v.Frame = q.organizationFrame(n.Name, n)
	q.console.render(w, http.StatusOK, "organizationnode", &v)
	return nil
}

// below reads the units and accounts directly below the node.
func (v *nodeView) below(q *request) error {
	units, whole, err := q.unitsBelow(v.Node.ID)
	if _, err := q.try(err); err != nil {
		return err
	}
	accounts, all, err := q.accountsOf("ListAccountsForParent", map[string]string{"ParentId": v.Node.ID})
	if _, err := q.try(err); err != nil {
		return err
	}
	v.Node.Units, v.Node.Accounts = units, accounts
	v.Whole = len(q.hidden) > 0 || whole && all
	return nil
}

// controlPolicies are the service control policies that are attached to a target
// itself, with their documents.
func (q *request) controlPolicies(target string) (all []controlPolicy, asked bool, err error) {
	type list struct {
		nextPage
		Policies []controlPolicy
	}
	in := map[string]string{"TargetId": target, "Filter": "SERVICE_CONTROL_POLICY"}
	_, err = askAllJSON(q.Context(), q.client, "ListPoliciesForTarget", in, func(l *list) nextPage {
		all = append(all, l.Policies...)
		return l.nextPage
	})
	if asked, err = q.try(err); !asked {
		return nil, false, err
	}
	for i := range all {
		p := &all[i]
		out, err := askJSON[struct{ Policy struct{ Content string } }](q.Context(), q.client, "DescribePolicy", map[string]string{"PolicyId": p.Id})
		if p.Asked, err = q.try(err); err != nil {
			return nil, true, err
		}
		p.Document = indented(out.Policy.Content)
	}
	return all, true, nil
}
