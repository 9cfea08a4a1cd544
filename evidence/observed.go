package evidence

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
)

// Observed says of which actions the logs of an account would show a use, as Build goes by
// it: for whoever judges many principals of the account at once.
type Observed struct{ witness *witness }

// NewObserved makes an Observed that knows no calls yet, for the window that ends now.
func NewObserved(cat *catalog.Catalog, now time.Time, window time.Duration) *Observed {
	return &Observed{newWitness(&Input{Catalog: cat, Now: now, Window: window})}
}

// Add takes in a call of anyone in the account, with its principal or rolled up.
func (o *Observed) Add(f *activity.Fact) { o.witness.add(f) }

// Unseen reports whether the logs of the window show nothing of what an action would
// leave in them: no event that reads, or that writes, or of KMS or the RDS Data API.
func (o *Observed) Unseen(action int) bool { return o.witness.missing(action) != "" }
