package refine

import (
	"slices"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// indexed is a document that knows, for each action of the catalogue, whether an Allow
// of it is about the action, as concerns says: conditions, resources and Deny aside.
type indexed struct {
	*policy.Document
	allows []int // ascending
	// opaque: it has too many patterns to index, and nothing is known.
	opaque bool
}

func index(cat *catalog.Catalog, doc *policy.Document) *indexed {
	d := &indexed{Document: doc}
	m := matcher{cat: cat, left: maxMatches}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if !st.Allow {
			continue
		}
		if st.Action == nil {
			d.opaque = true // rare, and about nearly everything
			continue
		}
		for _, p := range st.Action {
			matched, ok := m.actions(p)
			d.opaque = d.opaque || !ok
			d.allows = append(d.allows, matched...)
		}
	}
	slices.Sort(d.allows)
	d.allows = slices.Clip(slices.Compact(d.allows))
	return d
}

// allow reports whether an Allow is about the action.
func (d *indexed) allow(action int) bool {
	_, found := slices.BinarySearch(d.allows, action)
	return found
}
