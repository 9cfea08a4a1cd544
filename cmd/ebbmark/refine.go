package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/evidence"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/refine/format"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

type refineFlags struct {
	store, format string
	all           bool
	window        int
	olderThan     string
	keep          []string
	levels        []string
	tags          []string
	paths         []string
	notAccounts   []string
	drop, given   bool
	replace       bool // AWS's policies too
	sets          bool // permission sets instead of accounts
	apply         applyFlags
	asOf          time.Time
	reading       reading
}

func (p *program) refineCommand() *cobra.Command {
	var f refineFlags
	cmd := &cobra.Command{
		Use:   "refine ARN…",
		Short: "Propose smaller policies that keep everything that was used",
		Long: `Proposes the smallest edit of policies that takes out what nobody used in the window:
of the managed policy of an ARN, of the own inline policies and the managed policies of the
account that a user, role or group has, or, for the root of an account, of all; with --all,
of all accounts. Nothing is changed without --apply.

What all who have a policy used counts together. Statements, Sids, conditions and order
stay; a wildcard that loses an action becomes what stays of it. Statements with Deny,
NotAction or NotResource stay, as do actions that AWS does not track (--drop-untracked
takes those out too), and what --keep says. A policy that was changed within the window,
that somebody younger has, or that is in an account whose logs do not reach over it, stays
as it is, with the reason; so does one of whom --keep-tagged or --keep-path excludes.

IAM keeps no date of inline policies, attachments and members of groups, but the logs have the
calls: what may have been given within the window stays (--even-given takes it out too).

Each proposal is proven: all recorded use of all who have the policy is replayed against
it, with their other policies. See the whole effect of an edited file with "ebbmark what-if".

AWS's own policies cannot be edited. --replace-aws-managed puts a policy of the account in
place of each that somebody has, NAME-refined: it is made, attached to everybody who has
AWS's, and then AWS's is detached. Service-linked roles keep it.

--permission-sets NAME… (no name: all) is about the permission sets of IAM Identity Center
instead: their inline policy by the use of their roles in all accounts of the store, with
--replace-aws-managed AWS's policies too, which go into it. It is not applied: --format cli and
terraform write what the account that manages IAM Identity Center has to run.

--apply makes the changes in the IAM of AWS, or of another ebbmark (--endpoint-url), with the
credentials that the AWS CLI would use, and notes each in the store. A policy that is not as
the snapshot has it any more is left alone. What was used before the window, as once a quarter
or a year, is applied only with --even-seasonal. With --stage the policies stay for now, and what
would go is denied by a statement of its own; "ebbmark refine finish ID" removes it after some
quiet days. Then:
  ebbmark refine regret        says who was refused something since, and how to give it back
  ebbmark refine undo ID       puts everything back, to the byte
  ebbmark refine undo ID --only s3   gives back what was taken of one service
  ebbmark refine journal       lists what was applied

docs/refine.md says more.`,
		Example: `  ebbmark refine arn:aws:iam::111122223333:role/app
  ebbmark refine arn:aws:iam::111122223333:root --window 180 --keep 'iam:*' --format markdown
  ebbmark refine --all --keep-tagged team=legacy --format terraform > refined.tf
  ebbmark refine arn:aws:iam::111122223333:role/app --apply
  ebbmark refine arn:aws:iam::111122223333:root --replace-aws-managed --format diff
  ebbmark refine --permission-sets Developer --replace-aws-managed --format cli > developer.sh`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case f.sets && f.all:
				return usageError("--permission-sets and --all do not go together: the first is about all accounts, too")
			case !f.sets && (len(args) == 0) == !f.all:
				return usageError("want one or more ARNs, such as arn:aws:iam::111122223333:role/app, or --all")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.refine(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "the policies of all accounts")
	flags.IntVar(&f.window, "window", defaultRankWindow, "days without use after which an action goes")
	flags.StringVar(&f.olderThan, "older-than", "", "the same as --window, such as 90d")
	flags.StringSliceVar(&f.levels, "level", nil, "take out only actions of this access level: list, read, write, permissions or tagging; may be given several times")
	flags.StringArrayVar(&f.keep, "keep", nil, "actions that stay, such as iam:PassRole or 's3:Get*'; may be given several times")
	flags.StringArrayVar(&f.tags, "keep-tagged", nil, "leave who or what has this tag: KEY or KEY=VALUE; may be given several times")
	flags.StringArrayVar(&f.paths, "keep-path", nil, "leave who or what is below this path, such as /service/; may be given several times")
	flags.StringSliceVar(&f.notAccounts, "keep-account", nil, "leave this account; may be given several times")
	flags.BoolVar(&f.drop, "drop-untracked", false, "take out too what AWS does not track and no log shows")
	flags.BoolVar(&f.replace, "replace-aws-managed", false, "put smaller policies of the account in place of AWS's")
	flags.BoolVar(&f.sets, "permission-sets", false, "the permission sets of IAM Identity Center with these names, or all, by the use in all accounts")
	flags.BoolVar(&f.given, "even-given", false, "also what somebody may have been given within the window")
	flags.StringVar(&f.format, "format", "text", "text, json, diff, markdown, terraform, cloudformation, or cli for a script")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "go by use up to this moment instead of now (RFC 3339)")
	f.apply.add(cmd)
	readingFlags(cmd, &f.reading)
	cmd.AddCommand(p.refineUndoCommand(), p.refineFinishCommand(), p.refineRegretCommand(), p.refineJournalCommand())
	return cmd
}

// refineFormats are the forms of proposals.
var refineFormats = map[string]func(io.Writer, []*refine.Proposal) error{
	"text": refineText, "json": refineJSON, "diff": format.Diff, "markdown": format.Markdown,
	"terraform": format.Terraform, "cloudformation": format.CloudFormation, "cli": format.CLI,
}

// refineLevels are the words of --level.
var refineLevels = map[string]catalog.Level{
	"list": catalog.List, "read": catalog.Read, "write": catalog.Write, "permissions": catalog.Permissions, "tagging": catalog.Tagging,
}

func (f *refineFlags) check() error {
	if f.olderThan != "" {
		if f.window != defaultRankWindow {
			return usageError("--window and --older-than say the same: give one of them")
		}
		days, err := strconv.Atoi(strings.TrimSuffix(f.olderThan, "d"))
		if err != nil {
			return usageError("--older-than %q: want days, such as 90d", f.olderThan)
		}
		f.window = days
	}
	switch {
	case refineFormats[f.format] == nil:
		return usageError("--format %q: want text, json, diff, markdown, terraform, cloudformation or cli", f.format)
	case f.window < 1 || f.window > mostRankWindow:
		return usageError("--window %d: want 1 to %d days", f.window, mostRankWindow)
	case f.sets && f.apply.on:
		return usageError("--apply does not change permission sets: IAM lets nobody change their roles; --format cli and terraform write what does, for the account that manages IAM Identity Center")
	case f.sets && f.format == "cloudformation":
		return usageError("--format cloudformation has no form for permission sets: take terraform or cli")
	case f.apply.on && !f.asOf.IsZero():
		return usageError("--apply and --as-of do not go together: what was used since would be taken away")
	}
	for _, level := range f.levels {
		if refineLevels[level] == 0 {
			return usageError("--level %q: want list, read, write, permissions or tagging", level)
		}
	}
	for _, path := range f.paths {
		if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
			return usageError("--keep-path %q: want a path such as /service/", path)
		}
	}
	return f.apply.check()
}

// exclusions are who is left as they are.
func (f *refineFlags) exclusions() refine.Exclusions {
	x := refine.Exclusions{Tags: map[string]string{}, Paths: f.paths}
	for _, tag := range f.tags {
		key, value, _ := strings.Cut(tag, "=")
		x.Tags[key] = value
	}
	return x
}

func (p *program) refine(ctx context.Context, f refineFlags, arns []string) error {
	if err := f.check(); err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	if f.sets {
		return p.refineSets(ctx, s, f, arns)
	}
	chosen, err := p.candidates(ctx, s, f, arns)
	if err != nil {
		return err
	}
	window := p.refineWindow(f)
	var found []*refine.Proposal
	err = store.SinceKept(ctx, s, func(since activity.Day) error {
		return store.Steady(ctx, s, func() (err error) {
			found, err = p.proposals(ctx, ranking{store: s, kept: since, window: window}, f, chosen)
			return err
		})
	})
	for _, c := range chosen {
		if err == nil && len(c.list) > 0 {
			err = p.warnGaps(ctx, s, c.account.ID, entityReport{now: window.To, span: window.To.Sub(window.From)})
		}
	}
	if err != nil {
		return err
	}
	if f.apply.on && !f.apply.despiteGaps {
		for _, c := range chosen {
			if err := withoutGaps(ctx, s, c.account.ID, window); err != nil {
				return err
			}
		}
	}
	switch {
	case f.apply.stage:
		return p.stageProposals(ctx, s, f, chosen, found)
	case f.apply.on:
		return p.applyProposals(ctx, s, f, found)
	}
	return refineFormats[f.format](p.stdout, found)
}

func (p *program) refineWindow(f refineFlags) refine.Window {
	now := p.present(f.asOf).UTC().Truncate(time.Millisecond)
	return refine.Window{From: now.AddDate(0, 0, -f.window), To: now}
}

// accountCandidates are policies of one account.
type accountCandidates struct {
	account *inventory.Account
	list    []refine.Candidate
}

// candidates finds the policies that the command line is about.
func (p *program) candidates(ctx context.Context, s store.Store, f refineFlags, arns []string) (chosen []accountCandidates, err error) {
	book := accounts.New(s)
	of := map[string][]string{} // ARNs by account
	var ids []string
	if f.all {
		if ids, err = book.IDs(ctx); err != nil {
			return nil, err
		}
	}
	for _, arn := range arns {
		in, err := p.refinedAccounts(ctx, s, f, arn)
		if err != nil {
			return nil, err
		}
		for _, id := range in {
			if of[id] == nil {
				ids = append(ids, id)
			}
			of[id] = append(of[id], arn)
		}
	}
	for _, id := range ids {
		if slices.Contains(f.notAccounts, id) {
			continue
		}
		a, err := book.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		c := accountCandidates{account: a, list: refine.Candidates(a, p.refineWindow(f))}
		if f.replace {
			c.list = append(c.list, refine.AWSCandidates(a, p.refineWindow(f))...)
		}
		for _, arn := range of[id] {
			if !slices.ContainsFunc(c.list, func(c refine.Candidate) bool { return concerned(a, arn, c) }) {
				return nil, fmt.Errorf("%s: there is no policy in the snapshot of account %s that could become smaller; AWS's own can only be replaced (--replace-aws-managed)", arn, id)
			}
		}
		c.list = slices.DeleteFunc(c.list, func(c refine.Candidate) bool {
			return !f.all && !slices.ContainsFunc(of[id], func(arn string) bool { return concerned(a, arn, c) })
		})
		f.exclusions().Exclude(a, c.list)
		chosen = append(chosen, c)
	}
	return chosen, nil
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
	for _, u := range c.Users {
		if u.ARN == arn {
			return true
		}
	}
	return false
}

// proposals makes the proposals, account by account.
func (p *program) proposals(ctx context.Context, r ranking, f refineFlags, chosen []accountCandidates) (list []*refine.Proposal, err error) {
	in, err := r.editing(ctx, f)
	if err != nil {
		return nil, err
	}
	for _, c := range chosen {
		if in.Unseen, err = r.unseen(ctx, c.account.ID); err != nil {
			return nil, err
		}
		some, err := r.proposals(ctx, c, in, f.given)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// editing is what policies are made smaller with, without anybody's use.
func (r *ranking) editing(ctx context.Context, f refineFlags) (refine.Editing, error) {
	cat, err := f.reading.catalog(ctx, r.store)
	if err != nil {
		return refine.Editing{}, err
	}
	r.evidence = refine.Evidence{Catalog: cat, AllExtras: true}
	r.evidence.Extras, err = catalog.LoadExtras(cat)
	in := refine.Editing{Catalog: cat, Engine: grant.New(cat), DropUntracked: f.drop, Keep: f.keep}
	for _, level := range f.levels {
		in.Levels = append(in.Levels, refineLevels[level])
	}
	return in, err
}

// proposer proposes for an account.
func (r *ranking) proposer(ctx context.Context, a *inventory.Account, in refine.Editing) *refine.Proposer {
	long := refine.Window{From: r.window.To.AddDate(0, 0, -mostRankWindow), To: r.window.To}
	return refine.NewProposer(a, in, func(who report.Entity) (now, longer refine.History, err error) {
		both, err := refine.GatherIn(who, []refine.Window{r.window, long}, r.evidence, iam.FactsOf(ctx, r.store, a.ID))
		if err != nil {
			return nil, nil, err
		}
		return both[0], both[1], nil
	})
}

// proposals makes those of an account. despite: also where somebody may have been given
// something within the window.
func (r *ranking) proposals(ctx context.Context, of accountCandidates, in refine.Editing, despite bool) (list []*refine.Proposal, err error) {
	enough, err := r.reaches(ctx, of.account.ID)
	if err != nil {
		return nil, err
	}
	given := evidence.NewRecentGrants(r.window.From, r.window.To) // of nothing
	if !despite {
		if given, err = r.given(ctx, of.account.ID); err != nil {
			return nil, err
		}
	}
	proposer := r.proposer(ctx, of.account, in)
	replacements := refine.NewReplacements(proposer, r.window)
	for _, c := range of.list {
		if !enough {
			c.Doubt = "the account's logs do not reach over the window"
		}
		if c.Doubt == "" {
			c.Doubt = given.Doubt(c.Holder, c.Users)
		}
		if c.Doubt != "" {
			list = append(list, &refine.Proposal{Candidate: c})
			continue
		}
		propose := proposer.Propose
		if c.Replaces {
			propose = replacements.Propose
		}
		one, err := propose(c)
		switch _, unread := errors.AsType[*refine.GatherError](err); {
		case unread:
			return nil, err
		case err != nil:
			c.Doubt = err.Error()
			one = &refine.Proposal{Candidate: c}
		case len(one.Denied) > 0: // the edit is wrong, and the replay has found it
			c.Doubt = "the edit would deny recorded use: " + (&refine.DeniedError{Denied: one.Denied}).Error()
			one = &refine.Proposal{Candidate: c}
		}
		list = append(list, one)
	}
	return list, nil
}
