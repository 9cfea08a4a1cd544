package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Answers of Organizations as the console reads them.

type organization struct{ Id, MasterAccountId string }

type root struct{ Id, Name string }

type unit struct{ Id, Name, Path string }

type memberAccount struct {
	Id, Name, Email, Status string
	Paths                   []string
}

// node is a root, organizational unit or account in the tree.
type node struct {
	ID, Name string
	Kind     string // root, unit or account
	Path     string // entity path of reports (ORG-20), without a slash at its end
	Status   string // of an account
	Email    string // of an account
	Units    []*node
	Accounts []*node
	Share    *share // nil: this session has no report on it
}

// organizationPath is where the pages of the organization are.
const organizationPath = Path + "organization"

// Href is the address of a node's page.
func (n *node) Href() string {
	return organizationPath + "/node?id=" + url.QueryEscape(n.ID)
}

// Report is the address of the report on a node.
func (n *node) Report() string { return organizationPath + "/report?id=" + url.QueryEscape(n.ID) }

// State is the status of an account that is not active; empty: it is.
func (n *node) State() string {
	if n.Status == "ACTIVE" {
		return ""
	}
	return n.Status
}

// ReportOf is the address of the report on a node with one policy only.
func (n *node) ReportOf(policy string) string {
	return organizationPath + "/report?" + reportQuery(n.ID, policy).Encode()
}

func reportQuery(id, policy string) url.Values {
	asked := url.Values{"id": {id}}
	if policy != "" {
		asked.Set("policy", policy)
	}
	return asked
}

func rootNode(o organization, r root) *node {
	return &node{ID: r.Id, Name: r.Name, Kind: "root", Path: o.Id + "/" + r.Id}
}

func unitNode(u unit) *node {
	return &node{ID: u.Id, Name: u.Name, Kind: "unit", Path: strings.TrimSuffix(u.Path, "/")}
}

func accountNode(a memberAccount) *node {
	n := &node{ID: a.Id, Name: a.Name, Kind: "account", Status: a.Status, Email: a.Email}
	if len(a.Paths) > 0 {
		n.Path = strings.TrimSuffix(a.Paths[0], "/")
	}
	return n
}

func (q *request) organization() (organization, error) {
	out, err := askJSON[struct{ Organization organization }](q.Context(), q.client, "DescribeOrganization", struct{}{})
	return out.Organization, err
}

// notInUse reports whether the account is in no organization.
func notInUse(err error) bool {
	e, ours := errors.AsType[*apiError](err)
	return ours && e.Code == "AWSOrganizationsNotInUseException"
}

func (q *request) roots(o organization) (all []*node, err error) {
	type list struct {
		nextPage
		Roots []root
	}
	_, err = askAllJSON(q.Context(), q.client, "ListRoots", nil, func(l *list) nextPage {
		for _, r := range l.Roots {
			all = append(all, rootNode(o, r))
		}
		return l.nextPage
	})
	return all, err
}

func (q *request) unitsBelow(parent string) (all []*node, whole bool, err error) {
	type list struct {
		nextPage
		OrganizationalUnits []unit
	}
	whole, err = askAllJSON(q.Context(), q.client, "ListOrganizationalUnitsForParent", map[string]string{"ParentId": parent}, func(l *list) nextPage {
		for _, u := range l.OrganizationalUnits {
			all = append(all, unitNode(u))
		}
		return l.nextPage
	})
	return all, whole, err
}

// accountsOf are the accounts that an operation lists; in is its input.
func (q *request) accountsOf(operation string, in map[string]string) (all []*node, whole bool, err error) {
	type list struct {
		nextPage
		Accounts []memberAccount
	}
	whole, err = askAllJSON(q.Context(), q.client, operation, in, func(l *list) nextPage {
		for _, a := range l.Accounts {
			all = append(all, accountNode(a))
		}
		return l.nextPage
	})
	return all, whole, err
}

// node finds the root, unit or account that a page is about.
func (q *request) node(id string) (*node, error) {
	switch {
	case strings.HasPrefix(id, "r-"):
		return q.rootOf(id)
	case strings.HasPrefix(id, "ou-"):
		out, err := askJSON[struct{ OrganizationalUnit unit }](q.Context(), q.client, "DescribeOrganizationalUnit", map[string]string{"OrganizationalUnitId": id})
		return unitNode(out.OrganizationalUnit), err
	case id == "":
		return nil, errNotFound
	}
	out, err := askJSON[struct{ Account memberAccount }](q.Context(), q.client, "DescribeAccount", map[string]string{"AccountId": id})
	return accountNode(out.Account), err
}

func (q *request) rootOf(id string) (*node, error) {
	o, err := q.organization()
	if err != nil {
		return nil, err
	}
	all, err := q.roots(o)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if n.ID == id {
			return n, nil
		}
	}
	return nil, errNotFound
}

// organizationFrame is the frame of a page of the organization. A node of nil is
// the organization itself.
func (q *request) organizationFrame(title string, n *node) Frame {
	crumbs := []Link{{"Organization", ""}}
	if n != nil {
		crumbs = []Link{{"Organization", organizationPath}}
		if title != n.Name {
			crumbs = append(crumbs, Link{n.Name, n.Href()})
		}
		crumbs = append(crumbs, Link{title, ""})
	}
	f := q.frame(title, crumbs)
	f.Section = "organization"
	return f
}

// tree shows all roots, units and accounts.
func (q *request) tree(w http.ResponseWriter) error {
	v := treeView{CLI: []string{q.cli("organizations", "list-roots"), q.cli("organizations", "list-accounts")}}
	err := v.read(q)
	if v.None = notInUse(err); err != nil && !v.None {
		return err
	}
	v.Frame = q.organizationFrame("Organization", nil)
	q.console.render(w, http.StatusOK, "organization", &v)
	return nil
}
