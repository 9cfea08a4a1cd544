package store

import (
	"context"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
)

// Whole is what copying a whole store asks of both besides.
type Whole interface {
	// AllFacts yields every fact of every account that answers or, when kept is
	// true, every fact that is kept apart (see MergeKept): each key once, in any
	// order, by the rules of Facts.
	AllFacts(ctx context.Context, kept bool) iter.Seq2[activity.Fact, error]
	// Adopt gives the store Since and Rules of another one, and an Epoch that is
	// not before that one's, so that documents which name an epoch keep their
	// meaning. It is ErrDraft when there is a draft, and ErrSwitched when Since is
	// another than the store's own and there are facts that answer.
	Adopt(ctx context.Context, of Generation) error
}

// Adopted is the Generation that a store at own has after Adopt.
func (g Generation) Adopted(of Generation) Generation {
	return Generation{Epoch: max(g.Epoch, of.Epoch), Since: of.Since, Rules: of.Rules}
}
