package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// maxEarlier is how many actions a warning of seasonal use names.
const maxEarlier = 10

type refineFlags struct {
	store, format string
	window        int
	keep          []string
	drop          bool
	asOf          time.Time
	reading       reading
}

func (p *program) refineCommand() *cobra.Command {
	var f refineFlags
	cmd := &cobra.Command{
		Use:   "refine ARN",
		Short: "Propose smaller policies that keep everything that was used",
		Long: `Proposes the smallest edit of policies that takes out what nobody used in the window:
of the managed policy of an ARN, of the own inline policies and the managed policies of the
account that a user, role or group has, or, for the root of an account, of all. Nothing is
changed.

What all who have a policy used counts together. Statements, Sids, conditions and order
stay; a wildcard that loses an action becomes what stays of it. Statements with Deny,
NotAction or NotResource stay, as do actions that AWS does not track (--drop-untracked
takes those out too), and what --keep says. A policy that was changed within the window,
that somebody younger has, or that is in an account whose logs do not reach over it, stays
as it is, with the reason.

Each proposal is proven: all recorded use of all who have the policy is replayed against
it, with their other policies. IAM keeps no date of inline policies and of attachments: if you
know that access was given within the window, leave it. See the whole effect of an edited
file with "ebbmark what-if".`,
		Example: `  ebbmark refine arn:aws:iam::111122223333:role/app
  ebbmark refine arn:aws:iam::111122223333:root --window 180 --keep 'iam:*' --format json`,
		Args: oneArgument("an ARN such as arn:aws:iam::111122223333:role/app"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.refine(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.IntVar(&f.window, "window", defaultRankWindow, "days without use after which an action goes")
	flags.StringArrayVar(&f.keep, "keep", nil, "actions that stay, such as iam:PassRole or 's3:Get*'; may be given several times")
	flags.BoolVar(&f.drop, "drop-untracked", false, "take out too what AWS does not track and no log shows")
	flags.StringVar(&f.format, "format", "text", "text or json")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "go by use up to this moment instead of now (RFC 3339)")
	readingFlags(cmd, &f.reading)
	return cmd
}

func (p *program) refine(ctx context.Context, f refineFlags, arn string) error {
	write := map[string]func(io.Writer, []*refine.Proposal) error{"text": refineText, "json": refineJSON}[f.format]
	switch {
	case write == nil:
		return usageError("--format %q: want text or json", f.format)
	case f.window < 1 || f.window > mostRankWindow:
		return usageError("--window %d: want 1 to %d days", f.window, mostRankWindow)
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	account, err := reportAccount(ctx, s, reportFlags{store: f.store}, arn)
	if err != nil {
		return err
	}
	now := p.present(f.asOf).UTC().Truncate(time.Millisecond)
	window := refine.Window{From: now.AddDate(0, 0, -f.window), To: now}
	chosen := slices.DeleteFunc(refine.Candidates(account, window), func(c refine.Candidate) bool { return !concerned(account, arn, c) })
	if len(chosen) == 0 {
		return fmt.Errorf("%s: there is no policy in the snapshot of account %s that could become smaller; AWS's own cannot", arn, account.ID)
	}
	var found []*refine.Proposal
	err = store.SinceKept(ctx, s, func(since activity.Day) error {
		return store.Steady(ctx, s, func() (err error) {
			found, err = p.proposals(ctx, ranking{store: s, kept: since, window: window}, account, f, chosen)
			return err
		})
	})
	if err == nil {
		err = p.warnGaps(ctx, s, account.ID, entityReport{now: now, span: now.Sub(window.From)})
	}
	if err != nil {
		return err
	}
	return write(p.stdout, found)
}

// concerned reports whether a policy is what the ARN names, or of whom it names.
func concerned(a *inventory.Account, arn string, c refine.Candidate) bool {
	if arn == c.ID || arn == c.Holder || strings.HasSuffix(arn, ":root") {
		return true
	}
	for _, g := range a.Groups {
		if g.ARN == arn {
			return slices.Contains(g.Attached, c.ID)
		}
	}
	return slices.ContainsFunc(c.Users, func(e report.Entity) bool { return e.ARN == arn })
}

func (p *program) proposals(ctx context.Context, r ranking, account *inventory.Account, f refineFlags, chosen []refine.Candidate) (list []*refine.Proposal, err error) {
	s, window := r.store, r.window
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, err
	}
	evidence := refine.Evidence{Catalog: cat, AllExtras: true}
	if evidence.Extras, err = catalog.LoadExtras(cat); err != nil {
		return nil, err
	}
	enough, err := r.reaches(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	engine := grant.New(cat)
	for _, c := range chosen {
		if !enough {
			c.Doubt = "the account's logs do not reach over the window"
		}
		if c.Doubt != "" {
			list = append(list, &refine.Proposal{Candidate: c})
			continue
		}
		in := refine.Editing{Catalog: cat, Engine: engine, DropUntracked: f.drop, Keep: f.keep}
		var older []refine.History
		for _, who := range c.Users {
			h, err := refine.Gather(who, window, evidence, iam.FactsOf(ctx, s, account.ID))
			if err != nil {
				return nil, err
			}
			in.Use = append(in.Use, h)
			long := refine.Window{From: window.To.AddDate(0, 0, -mostRankWindow), To: window.To}
			if h, err = refine.Gather(who, long, evidence, iam.FactsOf(ctx, s, account.ID)); err != nil {
				return nil, err
			}
			older = append(older, h)
		}
		one, err := refine.Propose(account, c, in, older)
		if err != nil {
			c.Doubt = err.Error()
			one = &refine.Proposal{Candidate: c}
		} else if len(one.Denied) > 0 { // the edit is wrong, and the replay has found it
			c.Doubt = "the edit would deny recorded use: " + (&refine.DeniedError{Denied: one.Denied}).Error()
			one = &refine.Proposal{Candidate: c}
		}
		list = append(list, one)
	}
	return list, nil
}

func refineText(w io.Writer, list []*refine.Proposal) error {
	for _, p := range list {
		name := p.ID
		if p.Holder != "" {
			name = "inline policy " + p.ID + " of " + p.Holder
		}
		text := fmt.Sprintf("%s, which %s", name, plural(len(p.Users), "principal")+" ha"+map[bool]string{true: "s", false: "ve"}[len(p.Users) == 1])
		switch {
		case p.Doubt != "":
			text += "\n  stays as it is: " + p.Doubt + "\n"
		case !p.Changed():
			text += "\n  stays as it is: everything in it is used, or must stay\n"
		default:
			text += fmt.Sprintf("\n  %s %s; 0 of %s recorded uses would be denied\n", plural(len(p.Removed), "action"), map[bool]string{true: "goes", false: "go"}[len(p.Removed) == 1], thousands(int64(p.Uses)))
			if len(p.Earlier) > 0 {
				var names []string
				for _, e := range p.Earlier[:min(len(p.Earlier), maxEarlier)] {
					names = append(names, fmt.Sprintf("%s (%s)", e.Action, day(e.Last)))
				}
				text += fmt.Sprintf("  careful: %d of them were used before the window, as once a quarter or a year: %s\n", len(p.Earlier), strings.Join(names, ", "))
			}
			if p.Delete {
				text += "  nothing of it is left: detach or delete it\n"
			} else {
				text += "\n" + policyLines(p.Edited.Document) + "\n"
			}
		}
		if _, err := io.WriteString(w, text+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func refineJSON(w io.Writer, list []*refine.Proposal) error {
	type judged struct {
		Statement int    `json:"statement"` // from 0
		Action    string `json:"action"`
		Reason    string `json:"reason"`
	}
	type used struct {
		Action string    `json:"action"`
		Last   time.Time `json:"lastUsed"`
	}
	type proposal struct {
		Policy  string   `json:"policy"`
		Holder  string   `json:"holder,omitempty"`
		Users   []string `json:"users"`
		Why     string   `json:"unchangedBecause,omitempty"`
		Delete  bool     `json:"delete"`
		Before  string   `json:"before"`
		After   string   `json:"after"`
		Removed []judged `json:"removed"`
		Kept    []judged `json:"kept"`
		Earlier []used   `json:"removedAndUsedBeforeTheWindow"`
		Uses    int      `json:"replayedUses"`
	}
	all := []proposal{}
	for _, p := range list {
		one := proposal{Policy: p.ID, Holder: p.Holder, Users: []string{}, Why: p.Doubt, Before: p.Candidate.Document, After: p.Candidate.Document, Removed: []judged{}, Kept: []judged{}, Earlier: []used{}, Uses: p.Uses}
		for _, u := range p.Users {
			one.Users = append(one.Users, u.ARN)
		}
		if p.Edited != nil {
			one.After, one.Delete = p.Edited.Document, p.Delete
			for _, r := range p.Removed {
				one.Removed = append(one.Removed, judged{r.Statement, r.Action, r.Reason.String()})
			}
			for _, e := range p.Earlier {
				one.Earlier = append(one.Earlier, used{e.Action, e.Last.UTC()})
			}
			for _, k := range p.Kept {
				one.Kept = append(one.Kept, judged{k.Statement, k.Action, k.Reason.String()})
			}
		}
		all = append(all, one)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Proposals []proposal `json:"proposals"`
	}{all})
}
