package wire

import (
	"context"
	"maps"
)

// Keyed is what policies may ask about in a request beyond who calls: an input
// that names it (aws:RequestTag/team), or a thing that OpOn found and that has
// it (aws:ResourceTag/team). Implement it on the pointer for inputs. The action
// is the one that the guard is asked about.
type Keyed interface {
	ConditionKeys(action string) map[string][]string
}

// asking is the pass with the keys of what is asked about. Later ones win: what
// a request says of a key counts more than what the thing has.
func (p pass) asking(about ...any) pass {
	var keys map[string][]string
	for _, of := range about {
		k, ok := of.(Keyed)
		if !ok {
			continue
		}
		if keys == nil {
			keys = maps.Clone(p.caller.Keys)
		}
		if keys == nil {
			keys = map[string][]string{}
		}
		maps.Copy(keys, k.ConditionKeys(p.action))
	}
	if keys != nil {
		p.caller.Keys = keys
	}
	return p
}

// allowed asks the guard about a resource.
func (p pass) allowed(ctx context.Context, resource string) error {
	return p.guard(ctx, p.caller, p.action, resource)
}
