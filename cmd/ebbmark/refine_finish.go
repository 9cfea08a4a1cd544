package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	iamapi "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/apply"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// defaultQuietDays are how many days without a refusal a stage takes.
const defaultQuietDays = 14

type finishFlags struct {
	store   string
	after   int
	despite bool
	to      iamFlags
	reading reading
}

func (p *program) refineFinishCommand() *cobra.Command {
	var f finishFlags
	cmd := &cobra.Command{
		Use:   "finish ID",
		Short: "Remove what refine --apply --stage has denied",
		Long: `Makes the changes that "ebbmark refine --apply --stage" has planned under an id, then lifts its
Denies. It refuses while the logs do not have a record of every day of --after days since then,
and when anybody was refused what was denied: ebbmark refine regret says who, and how to give it
back; what was given back is not removed. A policy somebody of whose users did something since
that would go, by another policy or before the Deny, stays as it is, as does one that was changed.
Exits with 1 when something is left to do.`,
		Example: "  ebbmark refine finish 20261127-101500-a1b2c3 --after 30",
		Args:    oneArgument("an id of ebbmark refine journal"),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.refineFinish(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().IntVar(&f.after, "after", defaultQuietDays, "days that must have passed, with logs of each")
	cmd.Flags().BoolVar(&f.despite, "despite-regret", false, "remove it although calls were refused")
	f.to.add(cmd)
	readingFlags(cmd, &f.reading)
	return cmd
}

func (p *program) refineFinish(ctx context.Context, f finishFlags, id string) error {
	if f.after < 0 || f.after > mostRankWindow {
		return usageError("--after %d: want 0 to %d days", f.after, mostRankWindow)
	}
	if err := f.to.check(); err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	r, items, cat, err := openRefinement(ctx, s, id, f.reading)
	if err != nil {
		return err
	}
	if !r.Staged {
		return fmt.Errorf("%s was not staged: its changes are made", r.ID)
	}
	var used map[*refined]string
	err = store.Steady(ctx, s, func() (err error) {
		if err = p.quiet(ctx, s, cat, f, r); err == nil {
			used, err = p.usedSince(ctx, s, cat, r, items)
		}
		return err
	})
	if err != nil {
		return err
	}
	f.to.endpoint = cmp.Or(f.to.endpoint, r.Endpoint)
	client, err := f.to.open(ctx, r.Account)
	if err != nil {
		return err
	}
	return p.finish(ctx, s, client, r, items, used)
}

// quiet is an error that says what speaks against the end of a stage.
func (p *program) quiet(ctx context.Context, s store.Store, cat *catalog.Catalog, f finishFlags, r *refinement) error {
	from := activity.DayOf(r.At)
	to := from + activity.Day(f.after)
	gaps, err := daysWithoutLogs(ctx, s, r.Account, from, to)
	if err != nil {
		return err
	}
	if f.after > 0 && len(gaps) > 0 {
		return fmt.Errorf("no log of account %s of %s was read: %s after %s must have logs, up to %s (--after)",
			r.Account, gaps[0].From.Start().Format(time.DateOnly), plural(f.after, "day"), from.Start().Format(time.DateOnly), to.Start().Format(time.DateOnly))
	}
	if f.despite {
		return nil
	}
	regrets, err := regretsOf(ctx, s, cat, r)
	if err != nil || len(regrets) == 0 {
		return err
	}
	one := regrets[0]
	return fmt.Errorf("%s refused since: %s was refused %s on %s, and %q gives it back (ebbmark refine regret %s lists all; --despite-regret removes it all the same)",
		plural(len(regrets), "action"), one.Principal, one.Action, one.Last.UTC().Format(time.RFC3339), one.Undo, r.ID)
}

// usedSince says of planned changes who did something since that would go.
func (p *program) usedSince(ctx context.Context, s store.Store, cat *catalog.Catalog, r *refinement, items []*refined) (map[*refined]string, error) {
	evidence := refine.Evidence{Catalog: cat, AllExtras: true}
	var err error
	if evidence.Extras, err = catalog.LoadExtras(cat); err != nil {
		return nil, err
	}
	used := map[*refined]string{}
	for _, item := range items {
		if !item.isPlanned() {
			continue
		}
		for _, u := range item.Users {
			h, err := refine.Gather(report.Entity{ID: u.ID, ARN: u.ARN}, refine.Window{From: r.At, To: p.now()}, evidence, iam.FactsOf(ctx, s, r.Account))
			if err != nil {
				return nil, err
			}
			if names := refine.Attempted(h, item.Removed, cat); len(names) > 0 {
				used[item] = fmt.Sprintf("%s may have used %s since", u.ARN, strings.Join(names[:min(len(names), 3)], ", "))
			}
		}
	}
	return used, nil
}

// finish makes the planned changes, and lifts the Denies when all are made or given up.
func (p *program) finish(ctx context.Context, s store.Store, client *iamapi.Client, r *refinement, items []*refined, used map[*refined]string) error {
	made, left := 0, 0
	held, refused := groupsOf(used), withoutPolicy(items)
	for _, item := range items {
		switch {
		case !item.isPlanned():
			continue
		case refused[item.Group]:
			if err := item.leave(ctx, s); err != nil {
				return err
			}
			left++
			continue
		case held[item.Group] && used[item] == "":
			left++
			continue
		case used[item] != "":
			p.warn("%s stays as it is: %s", item.Change, used[item])
			left++
			continue
		}
		item.State = stateMeant
		ok, err := p.makeChange(ctx, s, client, item)
		if err != nil {
			return fmt.Errorf("%w (%s made: the same command goes on)", err, plural(made, "change"))
		}
		if made++; !ok {
			made--
			left++
			refused[item.Group] = item.Group != 0
		}
	}
	if left == 0 {
		for _, item := range slices.Backward(items) {
			if !item.Deny || item.State == stateBack {
				continue
			}
			if err := p.lift(ctx, s, client, item); err != nil {
				return fmt.Errorf("%w (the same command goes on)", err)
			}
		}
	}
	if _, err := fmt.Fprintf(p.stdout, "%s made; ebbmark refine undo %s takes it back\n", plural(made, "change"), r.ID); err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("%s left, and all that was denied stays denied: ebbmark refine undo %s, with --only SERVICE or without, lifts it", plural(left, "change"), r.ID)
	}
	return nil
}

// groupsOf are the groups of items.
func groupsOf(items map[*refined]string) map[int]bool {
	groups := map[int]bool{}
	for item := range items {
		groups[item.Group] = item.Group != 0
	}
	return groups
}

// withoutPolicy are the groups whose policy was not made: it must not be attached.
func withoutPolicy(items []*refined) map[int]bool {
	groups := map[int]bool{}
	for _, item := range items {
		if item.Group != 0 && item.Kind == refine.ChangePolicy && item.State == stateBack {
			groups[item.Group] = true
		}
	}
	return groups
}

// isPlanned reports whether a change is one that a stage has planned, and not known to be
// made.
func (r *refined) isPlanned() bool {
	return !r.Deny && (r.State == statePlanned || r.State == stateMeant)
}

// lift takes a Deny away.
func (p *program) lift(ctx context.Context, s store.Store, client *iamapi.Client, item *refined) error {
	_, err := apply.Do(ctx, client, item.Back())
	if _, changed := errors.AsType[*apply.ChangedError](err); changed {
		p.warn("%v", err)
	} else if err != nil {
		return err
	}
	item.State, item.Removed = stateBack, []string{}
	if err := item.keep(ctx, s); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "lifted\t%s\n", item.Change)
	return err
}
