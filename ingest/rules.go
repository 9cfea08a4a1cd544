package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Rules counts the rules by which a record becomes facts: what package
// cloudtrail makes of it, and keyOf and cover of that. It is stored with the
// facts. Whoever changes them, so that the same record gives other facts, adds
// one; TestTheRulesAreThoseThatWereCounted holds that. Facts cannot be taken
// back, so only a Rebuild makes old facts follow new rules.
const Rules = 2

// ErrNewerRules: the facts in the store were made by rules that this program
// does not know yet.
var ErrNewerRules = errors.New("the facts in the store were made, or are being made, by a newer version of ebbmark")

// generation reads the state of the facts before something is added to them.
func generation(ctx context.Context, s store.Store) (store.Generation, error) {
	g, err := s.Generation(ctx)
	if err != nil {
		return g, err
	}
	if max(g.Rules, g.DraftRules) > Rules {
		return g, fmt.Errorf("%w (rules %d, this one has %d): use that version", ErrNewerRules, max(g.Rules, g.DraftRules), Rules)
	}
	if g.Rules == 0 {
		err = s.SetRules(ctx, Rules)
	}
	return g, err
}

// MergeKept merges facts of records that nobody can give again, and returns the
// epoch for their row.
func MergeKept(ctx context.Context, s store.Store, facts []activity.Fact) (epoch int64, err error) {
	g, err := generation(ctx, s)
	if err != nil {
		return 0, err
	}
	return g.Epoch, s.MergeKept(ctx, facts)
}

// Outdated says in a sentence that facts were made by older rules, or that a
// rebuild was begun and has not ended; empty when all is well.
func Outdated(ctx context.Context, g store.Generations) (string, error) {
	state, err := g.Generation(ctx)
	switch {
	case err != nil:
		return "", err
	case state.Draft != 0:
		return "a rebuild of the facts was begun and has not ended: the older facts answer until \"ebbmark rebuild\" has run to its end", nil
	case state.Rules != 0 && state.Rules < Rules:
		return fmt.Sprintf("the facts in the store were made by older rules (%d, now %d): \"ebbmark rebuild\" makes them anew from the logs", state.Rules, Rules), nil
	}
	return "", nil
}
