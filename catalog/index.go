package catalog

import (
	"fmt"
	"strings"
)

// indexNever takes the flag from the actions that are never tracked (LA-28).
func (c *Catalog) indexNever() error {
	for _, name := range c.tracking.never {
		namespace, action, _ := strings.Cut(name, ":")
		i, ok := c.Action(namespace, action)
		if !ok {
			return fmt.Errorf("never-tracked action %q is not in the catalogue", name)
		}
		c.actions[i].Tracked = false
	}
	return nil
}

// indexCalls fills calls, the operations that stand for an action of another
// name. What people chose wins over what an overlay says.
func (c *Catalog) indexCalls(overlay []eventCall) error {
	c.calls = make(map[string]int32, len(c.events.calls)+len(overlay))
	for _, e := range overlay {
		// One for an action that is not there (yet): no use, no harm.
		c.addCall(e)
	}
	for _, e := range c.events.calls {
		if !c.addCall(e) {
			return fmt.Errorf("operation %s of %s: action %q is not in the catalogue", e.operation, e.namespace, e.action)
		}
	}
	return nil
}

// addCall reports whether the action is known.
func (c *Catalog) addCall(e eventCall) bool {
	index := int32(unknown)
	if e.action != "" {
		namespace, name, _ := strings.Cut(e.action, ":")
		i, ok := c.Action(namespace, name)
		if !ok {
			return false
		}
		index = int32(i)
	}
	c.calls[strings.ToLower(e.namespace+":"+e.operation)] = index
	return true
}
