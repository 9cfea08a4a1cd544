package catalog

import (
	"fmt"
	"strings"
)

// Extras are the further actions that an operation may need, depending on its
// parameters (CT-38). They never enter the compatible reports; the extended
// view shows them as inferred.
type Extras struct {
	c *Catalog
	m map[string][]int // by "namespace:operation" in lower case
}

// LoadExtras reads the embedded extras for a catalogue.
func LoadExtras(c *Catalog) (*Extras, error) {
	l, err := open(extrasText, "extras")
	if err != nil {
		return nil, fmt.Errorf("embedded extras: %w", err)
	}
	e := &Extras{c, map[string][]int{}}
	for l.next() {
		if err := e.take(l); err != nil {
			return nil, fmt.Errorf("embedded extras: %w", err)
		}
	}
	return e, l.end()
}

// take reads "extra NAMESPACE OPERATION ACTION…".
func (e *Extras) take(l *lines) error {
	w := strings.Split(l.line, " ")
	if len(w) < 4 || w[0] != "extra" {
		return l.errorf("want \"extra NAMESPACE OPERATION ACTION…\"")
	}
	actions := make([]int, len(w)-3)
	for i, name := range w[3:] {
		namespace, action, _ := strings.Cut(qualified(w[1], name), ":")
		var ok bool
		if actions[i], ok = e.c.Action(namespace, action); !ok {
			return l.errorf("action %.80q is not in the catalogue", name)
		}
	}
	e.m[strings.ToLower(w[1]+":"+w[2])] = actions
	return nil
}

// Of are the actions (indices in Actions()) that an event of this raw source
// and name may have needed beside its primary one. Not to be changed.
func (e *Extras) Of(source, name string) []int {
	var buf [maxNamespace * 2]byte
	h, ok := e.c.hosts[string(appendLabel(buf[:0], source))]
	if !ok {
		return nil
	}
	name, _, _ = strings.Cut(name, "#")
	name = cutVersion(strings.TrimSpace(name))
	return e.m[strings.ToLower(e.c.services[h.service].Namespace+":"+name)]
}
