package grant

import "github.com/ebbmark/ebbmark/policy"

// resources is the resource element of a statement, read so that every doubt
// keeps more granted: as wide as it can be for an Allow, as narrow as it can be
// for a Deny.
type resources struct {
	globs   []glob
	negated bool // NotResource: what no glob matches
}

// kind sorts resource elements by the work they make.
type kind int

const (
	nothing kind = iota // matches no resource
	some
	all // matches every resource
)

// readResources reads the element of a statement.
//
// A statement without one, or with a principal, is no identity policy that AWS
// would store. As an Allow it counts, on everything when it has no resource
// element; as a Deny it removes nothing.
func readResources(s *policy.Statement, version string) (resources, kind) {
	broken := s.Resource == nil && s.NotResource == nil
	if broken && s.Allow {
		return resources{}, all
	}
	if broken || !s.Allow && (s.Principal != nil || s.NotPrincipal != nil) {
		return resources{}, nothing
	}
	r := resources{negated: s.Resource == nil}
	list := s.Resource
	if r.negated {
		list = s.NotResource
	}
	// AWS completes an ARN that lacks fields ("arn:aws:sqs") with stars. Such a
	// text with a star of its own matches as it is written, too, which is why the
	// completed form is added where it can only keep more granted.
	if s.Allow != r.negated {
		list = withCompleted(list)
	}
	for _, text := range list {
		g, variable := resource(text, version == policy.Version2012)
		// The value of a variable is unknown. In the element of an Allow and in
		// the exceptions of a Deny it may be anything; in the others nothing can
		// be counted on (LA-13).
		if variable && s.Allow == r.negated {
			continue
		}
		if g.everything() {
			return resources{}, whole(!r.negated)
		}
		r.globs = append(r.globs, g)
	}
	if len(r.globs) == 0 {
		return resources{}, whole(r.negated)
	}
	return r, some
}

// withCompleted is the list with the completed form of every incomplete ARN.
func withCompleted(list []string) []string {
	out := list[:len(list):len(list)]
	for _, text := range list {
		if full := policy.CompleteARN(text); full != text {
			out = append(out, full)
		}
	}
	return out
}

func whole(yes bool) kind {
	if yes {
		return all
	}
	return nothing
}

// touches reports whether a resource of the type pattern exists that r matches.
func (r *resources) touches(t glob, by *solver) bool {
	if r.negated {
		q := question{inside: []glob{t}}
		return q.exclude(r.globs, by) && q.decide(by)
	}
	for _, g := range r.globs {
		if by.intersects(t, g) {
			return true
		}
	}
	return false
}
