package console

import (
	"errors"
	"net/http"
	"time"
)

// entity is what the page of a user, group, role or policy shows.
type entity struct {
	row
	UniqueID    string
	Description string
	Boundary    string // ARN; empty: none
	Trust       string // document of a role
	Document    string // of a policy, in its default version
	Version     string
	Used        string // what Last is; empty: there is none
	Region      string // of the last activity
	Tags        []tag
	Tagged      bool // the kind has tags
	Policies    []grantedBy
	Keys        []accessKey
	Groups      []row // of a user
	Members     []holder
	Holders     string // the heading of Members
	Versions    []policyVersion
}

// grantedBy is a policy of an entity.
type grantedBy struct {
	Name, ARN, Type string
	Via             string // the group that a user has it from
	Document        string // of an inline policy
}

// holder is who has a policy or is in a group.
type holder struct {
	Kind kind
	Name string
	As   string // permissions or boundary
}

// accessKey is a key of a user, with its last use if the caller may know it.
type accessKey struct {
	AccessKeyId, Status string
	CreateDate          time.Time
	Last                lastUsed
	Asked               bool
}

// entityView is the page of an entity.
type entityView struct {
	Frame
	Kind   kind
	Entity *entity
}

// details shows an entity.
func (q *request) details(w http.ResponseWriter) error {
	k, err := q.kind()
	if err != nil {
		return err
	}
	e, err := k.details(q, q.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	v := entityView{Kind: k, Entity: e}
	v.Frame = q.frame(e.Name, append(k.crumbs(), Link{e.Name, ""}))
	q.console.render(w, http.StatusOK, "entity", v)
	return nil
}

// attachedTo are the managed policies of something.
func (q *request) attachedTo(operation, parameter, name, via string, to *[]grantedBy) error {
	_, err := askAll(q.Context(), q.client, operation, func(p *attachedList) page {
		for _, a := range p.AttachedPolicies {
			*to = append(*to, grantedBy{Name: a.PolicyName, ARN: a.PolicyArn, Type: "Managed", Via: via})
		}
		return p.page
	}, parameter, name)
	_, err = q.try(err)
	return err
}

// inlineOf are the inline policies of something: list names them, get reads one.
func (q *request) inlineOf(list, get, parameter, name, via string, to *[]grantedBy) error {
	var names []string
	_, err := askAll(q.Context(), q.client, list, func(p *nameList) page {
		names = append(names, p.PolicyNames...)
		return p.page
	}, parameter, name)
	if ok, err := q.try(err); !ok {
		return err
	}
	for _, n := range names {
		out, err := ask[struct{ PolicyDocument string }](q.Context(), q.client, "iam", get, parameter, name, "PolicyName", n)
		if _, err := q.try(err); err != nil && !unreadable(err) {
			return err
		}
		*to = append(*to, grantedBy{Name: n, Type: "Inline", Via: via, Document: document(out.PolicyDocument)})
	}
	return nil
}

// unreadable reports whether the API cannot answer about one thing of a list: it
// is gone since, or a snapshot gave it a name that no request may have.
func unreadable(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest) && !e.signedOut()
}

// granted are all policies of something. kind is User, Group or Role.
func (q *request) granted(kind, name, via string, to *[]grantedBy) error {
	if err := q.attachedTo("ListAttached"+kind+"Policies", kind+"Name", name, via, to); err != nil {
		return err
	}
	return q.inlineOf("List"+kind+"Policies", "Get"+kind+"Policy", kind+"Name", name, via, to)
}
