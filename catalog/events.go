package catalog

import "strings"

// events is the content of data/events.txt: how raw event sources and names
// become namespaces and actions where they are not the same words.
type events struct {
	alternates [][2]string // host label, further namespace (CT-37)
	hosts      [][2]string // host label, namespace (CT-30)
	calls      []eventCall // CT-31 step 2
}

// eventCall is an operation whose name is no action.
type eventCall struct {
	namespace string // of the event source
	operation string // may end in "#value", see Catalog.Resolve
	action    string // NAMESPACE:ACTION; empty: no single action
}

// parseEvents reads lines of three kinds, in this order and sorted within each:
//
//	alternate LABEL NAMESPACE
//	host LABEL NAMESPACE
//	operation NAMESPACE OPERATION ACTION|NAMESPACE:ACTION|-
//
// LABEL is an event source without its domain.
func parseEvents(text string) (*events, error) {
	l, err := open(text, "events")
	if err != nil {
		return nil, err
	}
	e := &events{}
	for last := ""; l.next(); last = l.line {
		word, rest, _ := strings.Cut(l.line, " ")
		if !sortedKinds([...]string{"alternate", "host", "operation"}, last, l.line) {
			return nil, l.errorf("%.40q is unknown or not in order", l.line)
		}
		if err := e.line(l, word, rest); err != nil {
			return nil, err
		}
	}
	return e, l.end()
}

func (e *events) line(l *lines, kind, rest string) error {
	n := 2
	if kind == "operation" {
		n = 3
	}
	w, ok := words(rest, n)
	if !ok {
		return l.errorf("%s wants %d words", kind, n)
	}
	switch kind {
	case "alternate":
		e.alternates = append(e.alternates, [2]string{w[0], w[1]})
	case "host":
		e.hosts = append(e.hosts, [2]string{w[0], w[1]})
	default:
		e.calls = append(e.calls, eventCall{w[0], w[1], qualified(w[0], w[2])})
	}
	return nil
}

// qualified is NAMESPACE:ACTION of an action named in a block of a namespace;
// "-" names none.
func qualified(namespace, action string) string {
	switch {
	case action == "-":
		return ""
	case strings.Contains(action, ":"):
		return action
	}
	return namespace + ":" + action
}
