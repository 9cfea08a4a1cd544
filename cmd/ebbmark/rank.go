package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// defaultRankWindow and mostRankWindow are days of --window.
const (
	defaultRankWindow = 90
	mostRankWindow    = 400
)

type rankFlags struct {
	store, format string
	accounts      []string
	window, top   int
	asOf          time.Time
	reading       reading
}

func (p *program) rankCommand() *cobra.Command {
	var f rankFlags
	cmd := &cobra.Command{
		Use:   "rank",
		Short: "List users and roles by how much they may do and do not",
		Long: fmt.Sprintf(`Lists the users and roles of all accounts, or of some, by the privilege that they hold and
did not use, so that the first hour of work removes most of the risk.

The score adds up the actions that are allowed and were not used in the window: %s
each, and %d more for one with which a principal can get more than it has, such as
iam:PutRolePolicy. Boundaries and service control policies are taken into account;
resources and conditions are not. iam:PassRole never counts, for no log tells of it, and an
action that AWS does not track counts only if nothing of its service was used.

It is a list of where to look, not of what to remove. A principal that is younger than the
window, or in an account whose logs do not reach over it, is listed after the others, with
the reason: nothing is known to be unused there. A warning tells of days without a log.
Roles that services own (/aws-service-role/) are left out.

What somebody may have been given within the window, by the calls of IAM in the logs, counts as
allowed and not as unused.

A terminal gets a table, a pipe gets lines of fields separated by tabs: score, unused
actions, allowed actions, ARN, last use, unused actions to get more with, reason.`, weightsText(), refine.Escalating),
		Example: "  ebbmark rank --top 20\n  ebbmark rank --account 111122223333 --window 180 --format json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.rank(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.accounts, "account", nil, "only users and roles of these accounts")
	flags.IntVar(&f.window, "window", defaultRankWindow, "days in which use counts")
	flags.IntVar(&f.top, "top", 0, "list so many only; default all")
	flags.StringVar(&f.format, "format", "", "table, tsv or json (default: table on a terminal, else tsv)")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "rank by use up to this moment instead of now (RFC 3339)")
	readingFlags(cmd, &f.reading)
	return cmd
}

// weightsText names the weights: "1 for List, 2 for Read".
func weightsText() string {
	var list []string
	for _, w := range refine.LevelWeights {
		list = append(list, fmt.Sprintf("%d for %s", w.Weight, w.Level))
	}
	return strings.Join(list, ", ")
}

// ranked is a principal of the list.
type ranked struct {
	ARN         string     `json:"arn"`
	Score       int        `json:"score"`
	Unused      int        `json:"unusedActions"`
	Granted     int        `json:"allowedActions"`
	Last        *time.Time `json:"lastUsed,omitempty"`
	Escalations []string   `json:"unusedEscalations"`
	Doubt       string     `json:"doubt,omitempty"` // why nothing is known to be unused
}

func (p *program) rank(ctx context.Context, f rankFlags) error {
	if f.window < 1 || f.window > mostRankWindow {
		return usageError("--window %d: want 1 to %d days", f.window, mostRankWindow)
	}
	if f.top < 0 {
		return usageError("--top %d: want a number from 1 on", f.top)
	}
	write, err := p.rankFormat(f.format)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	now := p.present(f.asOf).UTC().Truncate(time.Millisecond)
	window := refine.Window{From: now.AddDate(0, 0, -f.window), To: now}
	var list []ranked
	err = store.SinceKept(ctx, s, func(since activity.Day) error {
		return store.Steady(ctx, s, func() (err error) {
			list, err = p.rankAll(ctx, s, f, window, since)
			return err
		})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(min(len(a.Doubt), 1), min(len(b.Doubt), 1)), b.Score-a.Score, strings.Compare(a.ARN, b.ARN))
	})
	if f.top > 0 {
		list = list[:min(f.top, len(list))]
	}
	return write(p.stdout, list)
}

// ranking ranks the principals of accounts.
type ranking struct {
	store    store.Store
	kept     activity.Day // see store.KeptSince
	window   refine.Window
	evidence refine.Evidence
	ranker   *refine.Ranker
	recent   map[string]*evidence.RecentGrants // by account, those that were read
}

func (p *program) rankAll(ctx context.Context, s store.Store, f rankFlags, window refine.Window, since activity.Day) (list []ranked, err error) {
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, err
	}
	r := ranking{store: s, kept: since, window: window, evidence: refine.Evidence{Catalog: cat}, ranker: refine.NewRanker(cat, grant.New(cat))}
	if r.evidence.Extras, err = catalog.LoadExtras(cat); err != nil {
		return nil, err
	}
	book := accounts.New(s)
	ids, err := book.IDs(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range f.accounts {
		if !slices.Contains(ids, id) {
			return nil, usageError("--account %s is not in %s", id, withoutPassword(f.store))
		}
	}
	for _, id := range ids {
		if len(f.accounts) > 0 && !slices.Contains(f.accounts, id) {
			continue
		}
		a, err := book.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		levels, err := organizationPolicies(book)(ctx, id)
		if err != nil {
			return nil, err
		}
		if r.ranker.Unseen, err = r.unseen(ctx, id); err != nil {
			return nil, err
		}
		some, err := r.account(ctx, a, levels)
		if err == nil {
			err = p.warnGaps(ctx, s, id, entityReport{now: window.To, span: window.To.Sub(window.From)})
		}
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", id, err)
		}
		list = append(list, some...)
	}
	return list, nil
}

func (r *ranking) account(ctx context.Context, a *inventory.Account, levels [][]*policy.Document) (list []ranked, err error) {
	enough, err := r.reaches(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	doubt := ""
	if !enough {
		doubt = "the account's logs do not reach over the window"
	}
	add := func(who report.Entity, created time.Time, boundary string, policies []inventory.Source) error {
		one, err := r.principal(ctx, a, who, boundary, policies, levels)
		if err != nil {
			return err
		}
		if one.Doubt == "" {
			one.Doubt = doubt
		}
		if one.Doubt == "" && created.After(r.window.From) {
			one.Doubt = "younger than the window"
		}
		list = append(list, one)
		return nil
	}
	for _, role := range a.Roles {
		if strings.HasPrefix(role.Path, "/aws-service-role/") {
			continue
		}
		if err := add(report.Entity{Kind: report.Role, ID: role.ID, ARN: role.ARN}, role.Created, role.Boundary, a.RolePolicies(role)); err != nil {
			return nil, err
		}
	}
	for _, u := range a.Users {
		if err := add(report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, u.Created, u.Boundary, a.UserPolicies(u)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// reaches reports whether the records of an account reach over the whole window, as
// findings ask too (AA-29): some lie before it, and some in it, and nothing of it was
// given up.
func (r *ranking) reaches(ctx context.Context, account string) (bool, error) {
	if r.window.From.Before(r.kept.Start()) {
		return false, nil
	}
	from, to := r.window.From.UnixMilli(), r.window.To.UnixMilli()
	before, within := false, false
	for f, err := range r.store.Facts(ctx, activity.Prefix{Account: account}) {
		if err != nil {
			return false, err
		}
		before = before || f.First.At <= from
		within = within || f.Last.At > from && f.First.At <= to
		if before && within {
			break
		}
	}
	return before && within, nil
}

func (r *ranking) principal(ctx context.Context, a *inventory.Account, who report.Entity, boundary string, policies []inventory.Source, levels [][]*policy.Document) (ranked, error) {
	one := ranked{ARN: who.ARN, Escalations: []string{}}
	given, err := r.given(ctx, a.ID)
	if err != nil {
		return one, err
	}
	var documents, old []*policy.Document
	for _, p := range policies {
		d, err := policy.ParseString(p.Document)
		if err != nil {
			one.Doubt = fmt.Sprintf("policy %s cannot be read", p.Name)
			return one, nil
		}
		documents = append(documents, d)
		if given.Doubt(sourceHolder(a, who, p), []report.Entity{who}) == "" {
			old = append(old, d)
		}
	}
	limits := slices.Clone(levels)
	if b := a.Policy(boundary); b != nil {
		d, err := policy.ParseString(b.DefaultDocument())
		if err != nil {
			one.Doubt = "its permissions boundary cannot be read"
			return one, nil
		}
		limits = append(limits, []*policy.Document{d})
	}
	h, err := refine.Gather(who, r.window, r.evidence, iam.FactsOf(ctx, r.store, a.ID))
	if err != nil {
		return one, err
	}
	for _, u := range h {
		if u.Worked && (one.Last == nil || u.Last.After(*one.Last)) {
			last := u.Last.UTC()
			one.Last = &last
		}
	}
	w := r.ranker.Weigh(documents, old, limits, h)
	one.Score, one.Unused, one.Granted = w.Score, w.Unused, w.Granted
	one.Escalations = append(one.Escalations, w.Escalations...)
	return one, nil
}

// sourceHolder is the ARN of what an inline policy of somebody is in; empty: it is managed.
func sourceHolder(a *inventory.Account, who report.Entity, s inventory.Source) string {
	switch {
	case s.Managed != nil:
		return ""
	case s.EntityType == "GROUP":
		return a.GroupByName(s.EntityName).ARN
	}
	return who.ARN
}

func (p *program) rankFormat(name string) (func(io.Writer, []ranked) error, error) {
	if name == "" {
		name = "tsv"
		if isTerminal(p.stdout) {
			name = "table"
		}
	}
	write := map[string]func(io.Writer, []ranked) error{"table": rankTable, "tsv": rankTSV, "json": rankJSON}[name]
	if write == nil {
		return nil, usageError("--format %q: want table, tsv or json", name)
	}
	return write, nil
}

func rankTable(w io.Writer, list []ranked) error {
	if _, err := fmt.Fprintf(w, "%7s  %7s  %7s  %-10s  %s\n", "SCORE", "UNUSED", "ALLOWED", "LAST USED", "PRINCIPAL"); err != nil {
		return err
	}
	for _, r := range list {
		last := "-"
		if r.Last != nil {
			last = r.Last.Format(time.DateOnly)
		}
		line := fmt.Sprintf("%7d  %7d  %7d  %-10s  %s", r.Score, r.Unused, r.Granted, last, r.ARN)
		if r.Doubt != "" {
			line = fmt.Sprintf("%7s  %7s  %7d  %-10s  %s (%s)", "?", "?", r.Granted, last, r.ARN, r.Doubt)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "Each unused action counts %s, and %d more if one can get more with it.\n", weightsText(), refine.Escalating)
	return err
}

func rankTSV(w io.Writer, list []ranked) error {
	for _, r := range list {
		last := ""
		if r.Last != nil {
			last = r.Last.Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(w, "%d\t%d\t%d\t%s\t%s\t%s\t%s\n", r.Score, r.Unused, r.Granted, r.ARN, last, strings.Join(r.Escalations, ","), r.Doubt); err != nil {
			return err
		}
	}
	return nil
}

func rankJSON(w io.Writer, list []ranked) error {
	type weight struct {
		Level  string `json:"level"`
		Weight int    `json:"weight"`
	}
	out := struct {
		Weights    []weight `json:"weights"`
		Escalating int      `json:"escalating"`
		Principals []ranked `json:"principals"`
	}{Escalating: refine.Escalating, Principals: append([]ranked{}, list...)}
	for _, l := range refine.LevelWeights {
		out.Weights = append(out.Weights, weight{l.Level.String(), l.Weight})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
