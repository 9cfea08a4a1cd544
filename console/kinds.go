package console

import (
	"net/url"
	"time"
)

// kind is one of the four things that last accessed information is about.
type kind struct {
	Slug, Title, One string
	Used             string // what the column of last activity is called; empty: there is none
	Counted          string // what the column of a number is called; empty: there is none
	list             func(*request) (rows []row, whole bool, err error)
	used             func(*request, *row) error // adds the last activity to a row
	details          func(*request, string) (*entity, error)
}

// row is an entity in a list.
type row struct {
	ID      string // what its pages are asked for by: a name, or the ARN of a policy
	Name    string
	Path    string
	ARN     string
	Created time.Time
	Last    time.Time // last activity; zero: none, if Asked
	Asked   bool      // the API has told Last
	Count   int
}

// kinds are the four, in the order of the navigation.
func kinds() []kind {
	return []kind{
		{Slug: "users", Title: "Users", One: "user", Used: "Last sign-in", list: listUsers, used: userUsed, details: userDetails},
		{Slug: "groups", Title: "User groups", One: "group", list: listGroups, details: groupDetails},
		{Slug: "roles", Title: "Roles", One: "role", Used: "Last used", list: listRoles, used: roleUsed, details: roleDetails},
		{Slug: "policies", Title: "Policies", One: "policy", Counted: "Attached to", list: listPolicies, details: policyDetails},
	}
}

// kindOf finds a kind; the zero kind has no Slug.
func kindOf(slug string) kind {
	for _, k := range kinds() {
		if k.Slug == slug {
			return k
		}
	}
	return kind{}
}

// kind is the kind that the path names, or errNotFound.
func (q *request) kind() (kind, error) {
	if k := kindOf(q.PathValue("kind")); k.Slug != "" {
		return k, nil
	}
	return kind{}, errNotFound
}

// At is the address of a page of an entity: "details", "last-accessed".
func (k kind) At(page, id string) string {
	return Path + k.Slug + "/" + page + "?" + url.Values{"id": {id}}.Encode()
}

// Several is several, for templates.
func (k kind) Several() bool { return k.several() }

// several reports whether users and roles act through something of the kind, and
// it never acts itself.
func (k kind) several() bool { return k.Slug == "groups" || k.Slug == "policies" }

// crumbs are the way to an entity.
func (k kind) crumbs() []Link { return []Link{{k.Title, Path + k.Slug}} }
