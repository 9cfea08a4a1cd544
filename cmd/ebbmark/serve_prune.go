package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

const (
	// pruneEvery is the time between two prunes of a store by its servers.
	pruneEvery = 24 * time.Hour
	// pruneLook is how often a server looks whether one is due.
	pruneLook = 10 * time.Minute
)

func addPruneFlags(cmd *cobra.Command, keep *int) {
	cmd.Flags().IntVar(keep, "keep", 0, fmt.Sprintf("delete, once a day, calls that were made last before that many days, %d or more, as ebbmark prune does (0: keep all)", leastKept))
}

// checkKeep refuses to give up what the server's own reports look back at.
func checkKeep(keep int, span time.Duration, asOf time.Time) error {
	least := int(span/aDay) + 1
	switch {
	case keep == 0:
		return nil
	case keep < least || keep > mostKept:
		return usageError("--keep %d: want %d to %d (reports look back %d days), or 0 to keep all", keep, least, mostKept, least-1)
	case !asOf.IsZero():
		return usageError("--keep and --as-of do not go together: reports of the past need what is deleted")
	}
	return nil
}

// warnReach says in the log when reports reach behind the history that is kept:
// the API has no place for it.
func warnReach(ctx context.Context, docs store.Docs, now time.Time, span time.Duration, log *slog.Logger) error {
	since, err := store.KeptSince(ctx, docs)
	if err == nil && reachesBehind(since, now, span) {
		log.Warn(prunedText(since))
	}
	return err
}

// pruneTurn is the document of kind store.KindPruned by which the servers of a
// store agree who prunes it: who writes it over an older one does. What one of
// them leaves undone the next turn does.
type pruneTurn struct {
	Format int       `json:"format"`
	At     time.Time `json:"at"`
}

const pruneTurnID = "turn"

// takePruneTurn reports whether this process is to prune now.
func takePruneTurn(ctx context.Context, docs store.Docs, now time.Time) (bool, error) {
	body, version, err := docs.GetDoc(ctx, store.KindPruned, pruneTurnID)
	if err == nil {
		var last pruneTurn
		if err := json.Unmarshal(body, &last); err != nil {
			return false, fmt.Errorf("read when the store was pruned: %w", err)
		}
		if ago := now.Sub(last.At); ago >= 0 && ago < pruneEvery {
			return false, nil
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	if body, err = json.Marshal(pruneTurn{1, now.UTC()}); err != nil {
		return false, err
	}
	_, err = docs.PutDoc(ctx, store.KindPruned, pruneTurnID, body, version)
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// tendPrune prunes the store once a day until ctx ends.
func (p *program) tendPrune(ctx context.Context, s store.Store, keep int, log *slog.Logger) {
	tick := time.NewTicker(pruneLook)
	defer tick.Stop()
	for {
		if err := p.pruneTurn(ctx, s, keep, log); err != nil && ctx.Err() == nil {
			log.Error("cannot delete old history now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (p *program) pruneTurn(ctx context.Context, s store.Store, keep int, log *slog.Logger) error {
	now := p.now()
	ours, err := takePruneTurn(ctx, s, now)
	if err != nil || !ours {
		return err
	}
	latest, err := latestDay(ctx, s, activity.DayOf(now))
	if err != nil {
		return err
	}
	before := keptFrom(latest, keep)
	gone, err := store.Prune(ctx, s, before, nil)
	if gone > 0 {
		log.Info("deleted calls that were made last before the days to keep", "facts", gone, "before", dayText(before))
	}
	return err
}
