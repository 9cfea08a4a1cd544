package refine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Generation is what a policy is to be generated for.
type Generation struct {
	Principal report.Entity
	// From and To are the window; both moments lie in it (AA-50).
	From, To time.Time
	Regions  []string  // whose activity counts; nil: all (AA-52)
	Earliest time.Time // how far back activity is kept; later than From: the window is cut. Zero: far enough
	Catalog  *catalog.Catalog
}

// Observation is what a policy is generated from. It can be stored as JSON.
type Observation struct {
	Actions  []string `json:",omitempty"` // used, and known at action level: "s3:CreateBucket", in byte order (AA-56)
	Services []string `json:",omitempty"` // namespaces used without any of Actions, in byte order (AA-58)
	// Partly are namespaces that have some of Actions, and activity besides that
	// shows in none.
	Partly []string `json:",omitempty"`
	Cut    bool     `json:",omitempty"` // the window reaches further back than what is kept
}

// Observe reads what the principal did in the window, refused calls included
// (AA-50). The only errors are those of facts.
func Observe(g Generation, facts report.FactSource) (*Observation, error) {
	w := Window{g.From.Add(-time.Millisecond), g.To} // facts are exact to the millisecond
	h, err := Gather(g.Principal, w, Evidence{Catalog: g.Catalog, Regions: g.Regions}, facts)
	if err != nil {
		return nil, err
	}
	actions, services, rest := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, u := range h {
		namespace := g.Catalog.Services()[u.Service].Namespace
		// One action has one Use, so that its data events need nothing further.
		if u.Action >= 0 && u.Managed && g.Catalog.Actions()[u.Action].PolicyGen {
			actions[g.Catalog.FullName(u.Action)] = true
			services[namespace] = true
		} else {
			rest[namespace] = true
		}
	}
	o := &Observation{Actions: slices.Sorted(maps.Keys(actions)), Cut: g.Earliest.After(g.From)}
	for _, namespace := range slices.Sorted(maps.Keys(rest)) {
		if services[namespace] {
			o.Partly = append(o.Partly, namespace)
		} else {
			o.Services = append(o.Services, namespace)
		}
	}
	return o, nil
}

// Form is how a policy is generated.
type Form struct {
	Placeholders bool   // resource placeholders in place of * (AA-57)
	Template     bool   // with statements for services without actions (AA-58)
	Partition    string // of the principal; for placeholders
}

// Generate makes the policies: none when nothing was used (AA-60), several when
// one would be too large. They are complete when they allow everything that was
// observed and the window was not cut (AA-59).
func Generate(o *Observation, f Form, cat *catalog.Catalog) (policies []string, complete bool, err error) {
	doc := policy.Document{Version: policy.Version2012, Statements: supported(o, f, cat)}
	complete = !o.Cut && len(o.Partly) == 0 && (f.Template || len(o.Services) == 0)
	if f.Template {
		for i, namespace := range o.Services {
			doc.Statements = append(doc.Statements, policy.Statement{
				Sid: fmt.Sprint("UnsupportedServiceSid", i), Allow: true,
				Action: []string{namespace + ":*"}, Resource: []string{"*"},
			})
		}
	}
	policies, err = deal(&doc)
	if err != nil {
		return nil, false, fmt.Errorf("generate policy: %w", err)
	}
	return policies, complete, nil
}

// supported are the statements at action level: one, or one for each set of
// placeholders in the order of their first actions.
func supported(o *Observation, f Form, cat *catalog.Catalog) []policy.Statement {
	var out []policy.Statement
	for _, name := range o.Actions {
		resources := []string{"*"}
		if f.Placeholders {
			resources = placeholders(name, f.Partition, cat)
		}
		i := slices.IndexFunc(out, func(st policy.Statement) bool { return slices.Equal(st.Resource, resources) })
		if i < 0 {
			i = len(out)
			out = append(out, policy.Statement{Sid: fmt.Sprint("SupportedServiceSid", i), Allow: true, Resource: resources})
		}
		out[i].Action = append(out[i].Action, name)
	}
	return out
}

// placeholders are the ARN formats of the action's resource types, in byte order.
func placeholders(name, partition string, cat *catalog.Catalog) []string {
	namespace, action, _ := strings.Cut(name, ":")
	i, ok := cat.Action(namespace, action)
	if !ok || len(cat.Actions()[i].Resources) == 0 {
		return []string{"*"} // also when the catalogue has changed since
	}
	var out []string
	for _, r := range cat.Actions()[i].Resources {
		for _, format := range cat.Resources()[r].Formats {
			out = append(out, strings.ReplaceAll(format, "${Partition}", partition))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
