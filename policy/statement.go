package policy

import (
	"slices"
	"strings"
)

// hasAction reports whether the statement is about the action.
func (st *Statement) hasAction(action string) bool {
	fits := func(pattern string) bool { return MatchFold(pattern, action) }
	if st.NotAction != nil {
		return !slices.ContainsFunc(st.NotAction, fits)
	}
	return slices.ContainsFunc(st.Action, fits)
}

// hasResource reports whether the statement is about the resource. A pattern
// with a variable that has no value fits nothing; an Allow on "all but that"
// then allows nothing either, since nobody can tell what it leaves out.
func (st *Statement) hasResource(kind Kind, doc *Document, resource string, ctx *lookup) bool {
	patterns, not := st.Resource, st.NotResource != nil
	if not {
		patterns = st.NotResource
	}
	found, complete := false, true
	for _, p := range patterns {
		ok := true
		if doc.HasVariables() {
			p, ok = resolve(p, ctx)
		}
		complete = complete && ok
		if kind.completesARNs() {
			p = CompleteARN(p)
		}
		found = found || ok && match(p, resource, false, true)
	}
	if not {
		return !found && (complete || !st.Allow)
	}
	return found
}

// completesARNs reports whether an incomplete ARN is completed in policies of
// this kind: in identity-based ones, but not in session policies, says the guide
// of resource ARNs. Boundaries and organization policies are read like the
// former: there it is the Denies that count.
func (k Kind) completesARNs() bool {
	return k == Identity || k == Boundary || k == SCP || k == RCP
}

// CompleteARN adds the fields that a Resource pattern of an identity-based
// policy leaves out at its end, as stars: "arn:aws:sqs" is "arn:aws:sqs:*:*:*".
// Other patterns come back as they are.
func CompleteARN(pattern string) string {
	if !strings.HasPrefix(pattern, "arn:") {
		return pattern
	}
	if colons := strings.Count(pattern, ":"); colons < arnFields-1 {
		return pattern + strings.Repeat(":*", arnFields-1-colons)
	}
	return pattern
}
