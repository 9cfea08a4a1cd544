package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// refinement is the document of kind store.KindRefinement that "refine --apply" begins
// with. Its items are documents of their own, with ids behind its own, so that each is
// written before and after its change and none grows.
type refinement struct {
	Format   int       `json:"format"`
	ID       string    `json:"-"`
	At       time.Time `json:"at"`
	Account  string    `json:"account"`
	Endpoint string    `json:"endpoint,omitempty"` // of the IAM that was changed; empty: AWS
	Items    int       `json:"items"`
	Staged   bool      `json:"staged,omitempty"` // its removals are planned, and denied first
}

// refined is an item of a refinement: a change, and how far it is.
type refined struct {
	Format int `json:"format"`
	refine.Change
	Removed []string      `json:"removed"` // actions that it takes away, less what was given back
	Users   []refinedUser `json:"users"`   // who had the policy
	State   refinedState  `json:"state"`
	// Group is a number that changes have in common of which none is made behind one that
	// is not: what is attached has to be there. Zero: it stands alone.
	Group   int             `json:"group,omitempty"`
	Deny    bool            `json:"deny,omitempty"` // it denies what others of a staged refinement remove
	Dropped *droppedVersion `json:"droppedVersion,omitempty"`

	id      string
	version store.Version
}

type refinedUser struct {
	ARN string `json:"arn"`
	ID  string `json:"id"`
}

// droppedVersion is a version of a managed policy that had to make room.
type droppedVersion struct {
	ID       string `json:"id"`
	Document string `json:"document"`
}

// refinedState says how far an item is.
type refinedState string

const (
	stateMeant   refinedState = "meant" // it may have been made or not: nobody has heard
	stateMade    refinedState = "made"
	stateBack    refinedState = "taken back"
	statePlanned refinedState = "planned" // "refine finish" makes it
)

// begin writes the head of a refinement, which has its id.
func begin(ctx context.Context, docs store.Docs, r *refinement) error {
	r.Format = 1
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = docs.PutDoc(ctx, store.KindRefinement, r.ID, body, 0)
	return err
}

// newRefinementID is a moment, so that ids sort by it, and something of its own.
func (p *program) newRefinementID() (string, error) {
	own := make([]byte, 3)
	if _, err := io.ReadFull(p.random, own); err != nil {
		return "", err
	}
	return p.now().UTC().Format("20060102-150405") + "-" + hex.EncodeToString(own), nil
}

func itemID(refinement string, n int) string { return fmt.Sprintf("%s/%06d", refinement, n) }

// keep writes an item over the version that was read.
func (r *refined) keep(ctx context.Context, docs store.Docs) error {
	r.Format = 1
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if r.version, err = docs.PutDoc(ctx, store.KindRefinement, r.id, body, r.version); errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("another process works on %s: run the command again to see what is left (%w)", r.id, err)
	}
	return err
}

// leave notes that a change was not made.
func (r *refined) leave(ctx context.Context, docs store.Docs) error {
	r.State = stateBack // there is nothing to take back
	return r.keep(ctx, docs)
}

// readRefinement reads a refinement by its id, or by the beginning of it.
func readRefinement(ctx context.Context, docs store.Docs, id string) (*refinement, error) {
	all, err := refinements(ctx, docs)
	if err != nil {
		return nil, err
	}
	var found []*refinement
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
		if strings.HasPrefix(r.ID, id) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("there is no refinement %q: see ebbmark refine journal", id)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%q begins the ids of %d refinements: see ebbmark refine journal", id, len(found))
}

// openRefinement reads a refinement, its items, and the catalogue that they are judged by.
func openRefinement(ctx context.Context, s store.Store, id string, from reading) (r *refinement, items []*refined, cat *catalog.Catalog, err error) {
	if r, err = readRefinement(ctx, s, id); err != nil {
		return nil, nil, nil, err
	}
	if items, err = r.items(ctx, s); err != nil {
		return nil, nil, nil, err
	}
	cat, err = from.catalog(ctx, s)
	return r, items, cat, err
}

// refinements are all that were applied, the oldest first.
func refinements(ctx context.Context, docs store.Docs) (list []*refinement, err error) {
	for id, err := range docs.ListDocs(ctx, store.KindRefinement, "", 0) {
		if err != nil {
			return nil, err
		}
		if strings.Contains(id, "/") {
			continue
		}
		body, _, err := docs.GetDoc(ctx, store.KindRefinement, id)
		if err != nil {
			return nil, err
		}
		r := &refinement{ID: id}
		if err := json.Unmarshal(body, r); err != nil {
			return nil, fmt.Errorf("read refinement %s: %w", id, err)
		}
		list = append(list, r)
	}
	return list, nil
}

// items are those of a refinement that were written, in their order. A process that
// ended early may have written fewer than it meant to.
func (r *refinement) items(ctx context.Context, docs store.Docs) (list []*refined, err error) {
	for n := range r.Items {
		id := itemID(r.ID, n)
		body, version, err := docs.GetDoc(ctx, store.KindRefinement, id)
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		one := &refined{id: id, version: version}
		if err := json.Unmarshal(body, one); err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		list = append(list, one)
	}
	return list, nil
}

type journalFlags struct{ store, format string }

func (p *program) refineJournalCommand() *cobra.Command {
	var f journalFlags
	cmd := &cobra.Command{
		Use:   "journal [ID]",
		Short: "List what refine --apply has changed",
		Long: `Lists what "ebbmark refine --apply" has changed: of all times a line each (id, moment, account,
changes, taken back), or of one time each change: its state, what it is about, and how many
actions it took away. --format json has the documents before and after.`,
		Example: "  ebbmark refine journal\n  ebbmark refine journal 20261127-101500-a1b2c3 --format json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.refineJournal(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "tsv", "tsv or json")
	return cmd
}

func (p *program) refineJournal(ctx context.Context, f journalFlags, args []string) error {
	if f.format != "tsv" && f.format != "json" {
		return usageError("--format %q: want tsv or json", f.format)
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := refinements(ctx, s)
	if len(args) == 1 && err == nil {
		var one *refinement
		one, err = readRefinement(ctx, s, args[0])
		all = []*refinement{one}
	}
	if err != nil {
		return err
	}
	type entry struct {
		ID string `json:"id"`
		*refinement
		Changes []*refined `json:"changes"`
	}
	entries := []entry{}
	for _, r := range all {
		items, err := r.items(ctx, s)
		if err != nil {
			return err
		}
		entries = append(entries, entry{r.ID, r, append([]*refined{}, items...)})
	}
	if f.format == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(entries)
	}
	for _, e := range entries {
		back := 0
		for _, i := range e.Changes {
			if i.State == stateBack {
				back++
			}
			if len(args) == 1 {
				if _, err := fmt.Fprintf(p.stdout, "%s\t%s\t%d\n", i.State, i.Change, len(i.Removed)); err != nil {
					return err
				}
			}
		}
		if len(args) == 0 {
			if _, err := fmt.Fprintf(p.stdout, "%s\t%s\t%s\t%d\t%d\n", e.ID, e.At.UTC().Format(time.RFC3339), e.Account, len(e.Changes), back); err != nil {
				return err
			}
		}
	}
	return nil
}
