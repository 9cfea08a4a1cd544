package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is where an operation is in REST: a method, a path with labels, and the
// members of its input that the query string holds.
type route struct {
	op     *Operation
	method string
	path   []segment
	query  []string
}

// segment is a part of a path between two slashes: a text or a label.
type segment struct {
	text  string // of the path, or the name of the label
	label bool
}

// compileRoutes reads the routes of a service, or panics: they are part of the
// program.
func compileRoutes(t *table) []route {
	routes := make([]route, 0, len(t.Operations))
	for i := range t.Operations {
		op := &t.Operations[i]
		text, ok := t.Routes[op.Name]
		if !ok {
			panic(fmt.Sprintf("wire: service %s has no route for %s", t.Name, op.Name))
		}
		r := compileRoute(op, text)
		for j := range routes {
			if routes[j].same(&r) {
				panic(fmt.Sprintf("wire: %s and %s of service %s have one route", routes[j].op.Name, op.Name, t.Name))
			}
		}
		routes = append(routes, r)
	}
	if len(t.Routes) != len(routes) {
		panic(fmt.Sprintf("wire: service %s has routes without an operation", t.Name))
	}
	// A text is more than a label at the same place, and the first difference
	// decides.
	slices.SortStableFunc(routes, func(a, b route) int {
		return slices.CompareFunc(a.path, b.path, func(a, b segment) int {
			switch {
			case a.label == b.label:
				return 0
			case b.label:
				return -1
			}
			return 1
		})
	})
	return routes
}

// compileRoute reads METHOD /path/{label}?member&member.
func compileRoute(op *Operation, text string) route {
	r := route{op: op}
	method, rest, ok := strings.Cut(text, " ")
	path, query, has := strings.Cut(rest, "?")
	if !ok || !strings.HasPrefix(path, "/") {
		panic(fmt.Sprintf("wire: route %q of %s", text, op.Name))
	}
	r.method = method
	if has {
		r.query = strings.Split(query, "&")
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		name, label := strings.CutPrefix(part, "{")
		r.path = append(r.path, segment{strings.TrimSuffix(name, "}"), label})
	}
	return r
}

func (r *route) same(other *route) bool {
	return r.method == other.method && slices.EqualFunc(r.path, other.path, func(a, b segment) bool {
		return a.label == b.label && (a.label || a.text == b.text)
	})
}

// labels are the names of the labels in the order of the path.
func (r *route) labels() (names []string) {
	for _, s := range r.path {
		if s.label {
			names = append(names, s.text)
		}
	}
	return names
}

// route finds the route of a request, and the values of its labels. When there
// is none, methods are those that its path has.
func (t *table) route(r *http.Request) (found *route, labels, methods []string) {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	for i := range t.routes {
		candidate := &t.routes[i]
		values, ok := candidate.match(parts)
		switch {
		case !ok:
		case candidate.method == r.Method:
			return candidate, values, nil
		case !slices.Contains(methods, candidate.method):
			methods = append(methods, candidate.method)
		}
	}
	return nil, nil, methods
}

// match reads the labels out of a path whose parts are still percent-encoded: a
// slash within a label is %2F. An empty label is none.
func (r *route) match(parts []string) (labels []string, ok bool) {
	if len(parts) != len(r.path) {
		return nil, false
	}
	for i, s := range r.path {
		part, err := url.PathUnescape(parts[i])
		switch {
		case err != nil:
			return nil, false
		case s.label && part != "":
			labels = append(labels, part)
		case s.label || part != s.text:
			return nil, false
		}
	}
	return labels, true
}
