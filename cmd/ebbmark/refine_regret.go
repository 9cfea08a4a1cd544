package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

type regretFlags struct {
	store, format string
	reading       reading
}

// regret is something that was taken away and somebody was refused since.
type regret struct {
	ID        string    `json:"id"` // of the refinement
	Principal string    `json:"principal"`
	Action    string    `json:"action"`
	Policy    string    `json:"policy"` // what the change was about
	Last      time.Time `json:"lastDenied"`
	Undo      string    `json:"undo"` // the command that gives it back
}

func (p *program) refineRegretCommand() *cobra.Command {
	var f regretFlags
	cmd := &cobra.Command{
		Use:   "regret [ID]",
		Short: "Say who was refused what refine --apply has taken away",
		Long: `Looks in the logs for calls that were refused after "ebbmark refine --apply" took their action
away from who made them: principal, action, when it was refused last, and the command that
gives the service back. Exits with 1 when there are any. Read the latest logs first.`,
		Example: "  ebbmark ingest s3://trail/AWSLogs/ && ebbmark refine regret",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.refineRegret(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "tsv", "tsv or json")
	readingFlags(cmd, &f.reading)
	return cmd
}

func (p *program) refineRegret(ctx context.Context, f regretFlags, args []string) error {
	if f.format != "tsv" && f.format != "json" {
		return usageError("--format %q: want tsv or json", f.format)
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return err
	}
	all, err := refinements(ctx, s)
	if err == nil && len(args) == 1 {
		var one *refinement
		one, err = readRefinement(ctx, s, args[0])
		all = []*refinement{one}
	}
	if err != nil {
		return err
	}
	found := []regret{}
	for _, r := range all {
		err := store.Steady(ctx, s, func() error {
			some, err := regretsOf(ctx, s, cat, r)
			if err == nil {
				found = append(found, some...)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := p.writeRegrets(f, found); err != nil {
		return err
	}
	if len(found) > 0 {
		return &exitError{Code: exitFailed}
	}
	return nil
}

func (p *program) writeRegrets(f regretFlags, found []regret) error {
	if f.format == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(found)
	}
	for _, r := range found {
		if _, err := fmt.Fprintf(p.stdout, "%s\t%s\t%s\t%s\n", r.Principal, r.Action, r.Last.UTC().Format(time.RFC3339), r.Undo); err != nil {
			return err
		}
	}
	return nil
}

// regretsOf are those of one refinement, by principal and action.
func regretsOf(ctx context.Context, s store.Store, cat *catalog.Catalog, r *refinement) ([]regret, error) {
	items, err := r.items(ctx, s)
	if err != nil {
		return nil, err
	}
	found := map[string]*regret{}
	for _, item := range items {
		if item.State == stateBack || item.State == statePlanned {
			continue
		}
		for _, u := range item.Users {
			e := report.Entity{ID: u.ID, ARN: u.ARN}
			for _, name := range e.Principals() {
				for f, err := range s.Facts(ctx, activity.Prefix{Account: r.Account, Principal: name}) {
					if err != nil {
						return nil, err
					}
					refusedSince(found, &f, cat, r, item, u.ARN)
				}
			}
		}
	}
	var list []regret
	for _, key := range slices.Sorted(maps.Keys(found)) {
		list = append(list, *found[key])
	}
	return list, nil
}

// refusedSince takes in a fact if it is of a refusal after the change, of an action
// that the change took away.
func refusedSince(found map[string]*regret, f *activity.Fact, cat *catalog.Catalog, r *refinement, item *refined, principal string) {
	last := f.Last.Time()
	if f.Outcome != activity.Denied || f.Class != activity.Management && f.Class != activity.Data || last.Before(r.At) {
		return
	}
	use, ok := cat.Resolve(f.Source, f.Name)
	if !ok || use.Action < 0 || !slices.Contains(item.Removed, cat.FullName(use.Action)) {
		return
	}
	action := cat.FullName(use.Action)
	namespace, _, _ := strings.Cut(action, ":")
	key := principal + " " + action
	if old := found[key]; old == nil || old.Last.Before(last) {
		found[key] = &regret{r.ID, principal, action, item.Change.String(), last, fmt.Sprintf("ebbmark refine undo %s --only %s", r.ID, namespace)}
	}
}
