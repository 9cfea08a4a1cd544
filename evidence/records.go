package evidence

import (
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// Recorded says whether CloudTrail records an action, and as what.
type Recorded string

// The ways.
const (
	AsManagement Recorded = "management" // every trail of management events has it
	AsData       Recorded = "data"       // trails have it where they are told to
	Never        Recorded = "never"      // no trail has it, or not by its own name
	NotKnown     Recorded = "unknown"
)

// records says for the actions of a catalogue how CloudTrail records them.
//
// What AWS tracks by action, it tracks by management events (LA-27). The table
// says the rest, and it is stronger where both speak: it was made to say where
// there are no events. What neither knows is not known, never unused.
type records struct {
	cat  *catalog.Catalog
	said map[int]record
}

type record struct {
	as   Recorded
	kind string // resource type of the data event
}

func newRecords(cat *catalog.Catalog) records {
	r := records{cat, map[int]record{}}
	for _, row := range recordRows {
		r.take(row)
	}
	return r
}

// take adds a row of the table; it returns how many actions of it there are.
func (r records) take(row recordRow) (n int) {
	i, ok := r.cat.Service(row.namespace)
	if !ok {
		return 0
	}
	s := r.cat.Services()[i]
	for a := s.First; a < s.End; a++ {
		for _, pattern := range row.actions {
			if policy.MatchFold(pattern, r.cat.Actions()[a].Name) {
				r.said[a] = record{row.as, row.resource}
				n++
				break
			}
		}
	}
	return n
}

// of says how an action is recorded, and the resource type of a data event.
func (r records) of(action int) (Recorded, string) {
	if said, ok := r.said[action]; ok {
		return said.as, said.kind
	}
	if r.cat.Actions()[action].Tracked {
		return AsManagement, ""
	}
	return NotKnown, ""
}
