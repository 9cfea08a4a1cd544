package iam

import (
	"context"
	"errors"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// principal is the user, group or role whose policies are simulated.
type principal struct {
	arn           string // as it really is
	sources       []inventory.Source
	boundary      string   // ARN; empty: none
	missing       []string // ARNs of attached policies that the inventory does not hold
	serviceLinked bool
	tags          []inventory.Tag
}

// principalOf finds the principal by its name, whatever the path of the ARN
// (LA-50), and asks the guard about the real ARN where that is another one.
func (a *API) principalOf(ctx context.Context, caller wire.Caller, account *inventory.Account, operation, text string) (*principal, error) {
	s, err := report.Find(account, text)
	if errors.Is(err, report.ErrAbsent) {
		kind, name := entityOf(text)
		return nil, wire.Errorf(404, "NoSuchEntity", "The %s with name %s cannot be found.", kind, name)
	}
	if err != nil {
		return nil, subjectError(err, text, caller)
	}
	if s.ARN != text {
		if err := a.Guard(ctx, caller, "iam:"+operation, s.ARN); err != nil {
			return nil, err
		}
	}
	p := &principal{arn: s.ARN, missing: s.Missing, sources: policySources(account, s)}
	switch s.Kind {
	case report.User:
		user := account.UserByName(s.Name)
		p.boundary, p.tags = user.Boundary, user.Tags
	case report.Role:
		role := account.RoleByName(s.Name)
		p.boundary, p.tags = role.Boundary, role.Tags
		p.serviceLinked = strings.HasPrefix(role.Path, "/aws-service-role/")
	}
	return p, nil
}

// addTags gives the context the tags of who acts, as far as the request does not
// give them. They are those of the principal that the caller may simulate: of
// another one a simulation must not tell.
func (s *simulation) addTags(tags []inventory.Tag) {
	for _, tag := range tags {
		key := strings.ToLower("aws:PrincipalTag/" + tag.Key)
		if len(s.context[key]) == 0 {
			s.context[key] = []string{tag.Value}
			s.size += entryCost
		}
	}
}

// entityOf are the kind and the name in the ARN of a user, group or role.
func entityOf(text string) (kind, name string) {
	resource := text[strings.LastIndexByte(text, ':')+1:]
	kind, _, _ = strings.Cut(resource, "/")
	return kind, resource[strings.LastIndexByte(resource, '/')+1:]
}

// sourceID is how AWS's simulator names a policy: a managed one by its name, an
// inline one by the entity too ("user_alice_AliceIam").
func sourceID(s *inventory.Source) string {
	if s.Managed != nil {
		return s.Name
	}
	return strings.ToLower(s.EntityType) + "_" + s.EntityName + "_" + s.Name
}

// add puts the principal's policies before those of the request, except for the
// excluded ones. A boundary of the request stands in for the principal's.
func (a *API) addPrincipal(s *simulation, account *inventory.Account, p *principal, out exclusions) error {
	for _, arn := range p.missing {
		if !out.managed(arn) {
			return unevaluated(arn, errNotImported)
		}
	}
	var own []source
	for i := range p.sources {
		src := &p.sources[i]
		if out.source(src) {
			continue
		}
		doc, err := a.documents.parse(src.Document)
		if err != nil {
			return unevaluated(sourceID(src), err)
		}
		own = append(own, source{sourceID(src), doc})
		s.size += len(src.Document)
	}
	s.identity = append(own, s.identity...)
	if s.boundary != nil || p.boundary == "" || out.types["permission-boundary"] {
		return nil
	}
	doc, name, err := a.boundaryOf(account, p)
	if err != nil {
		return err
	}
	s.boundary = &source{name, doc}
	return nil
}

func (a *API) boundaryOf(account *inventory.Account, p *principal) (doc *policy.Document, name string, err error) {
	limit := account.Policy(p.boundary)
	if limit == nil {
		return nil, "", unevaluated(p.boundary, errNotImported)
	}
	doc, err = a.documents.parse(limit.DefaultDocument())
	if err != nil {
		return nil, "", unevaluated(limit.Name, err)
	}
	return doc, limit.Name, nil
}

var errNotImported = errors.New("its document is not in the inventory: import a snapshot that has it")

// unevaluated is the answer when a stored policy cannot be read: to go on without
// it would be a claim.
func unevaluated(id string, err error) error {
	return wire.Errorf(500, "PolicyEvaluation", "The policy %s could not be evaluated: %s", id, err)
}
