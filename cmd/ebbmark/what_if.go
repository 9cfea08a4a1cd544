package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// maxPolicyFile is the largest file that is taken for a policy, in bytes.
const maxPolicyFile = 1 << 20

// whatIfFlags is the command line of "ebbmark what-if".
type whatIfFlags struct {
	store, account, format                      string
	policy, replaces, remove, boundary, control string
	asOf                                        time.Time
	reading                                     reading
}

func (p *program) whatIfCommand() *cobra.Command {
	var f whatIfFlags
	cmd := &cobra.Command{
		Use:   "what-if ARN",
		Short: "Say which recorded uses a changed policy would deny",
		Long: `Replays all use that the logs have of a user or role, or of all who have a managed
policy, against policies that are changed, and says what would be denied. Nothing
is changed. It exits with 1 when something would be.

The change is one of these:
  --policy FILE            in place of all identity-based policies of a user or role,
                           of its policy --replaces NAME, or of the managed policy ARN
  --remove NAME            without that policy
  --boundary FILE          with this permissions boundary
  --scp FILE               with this service control policy too; ARN may be the root of an account

Only what was recorded and allowed is replayed, from 400 days ago on (--days). Logs tell
neither the conditions of a request nor, most often, its resource: a use counts as denied
when it may be, as by a statement with fewer resources or one more condition than before.
With policies that cannot be read nothing is said.

A terminal gets a table; --format has tsv, json, junit and sarif for pipelines.`,
		Example: `  ebbmark what-if arn:aws:iam::111122223333:role/app --policy new.json --replaces AppAccess
  ebbmark what-if arn:aws:iam::111122223333:policy/Shared --policy shared.json --format junit > what-if.xml
  ebbmark what-if arn:aws:iam::111122223333:root --scp guardrail.json`,
		Args: oneArgument("an ARN such as arn:aws:iam::111122223333:role/app"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.whatIf(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringVar(&f.policy, "policy", "", "file with an identity-based policy; - is standard input")
	flags.StringVar(&f.replaces, "replaces", "", "name or ARN of the policy that --policy is in place of; default all")
	flags.StringVar(&f.remove, "remove", "", "name or ARN of an identity-based policy that goes")
	flags.StringVar(&f.boundary, "boundary", "", "file with a permissions boundary")
	flags.StringVar(&f.control, "scp", "", "file with a service control policy")
	flags.StringVar(&f.account, "account", "", "the account whose entities count for an AWS managed policy")
	flags.StringVar(&f.format, "format", "", "table, tsv, json, junit or sarif (default: table on a terminal, else tsv)")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "replay use up to this moment instead of now (RFC 3339)")
	readingFlags(cmd, &f.reading)
	return cmd
}

// replayed is what a change would mean.
type replayed struct {
	file       string // that the change is in
	principals []replayedPrincipal
}

type replayedPrincipal struct {
	arn   string
	proof refine.Proof
}

func (r *replayed) uses() (n int) {
	for _, p := range r.principals {
		n += p.proof.Uses
	}
	return n
}

// denied is how many uses may be denied, and how many of the actions that other
// uses may have needed.
func (r *replayed) denied() (uses, inferred int) {
	for _, p := range r.principals {
		for _, d := range p.proof.Denied {
			if d.Reason == refine.Inferred {
				inferred++
			} else {
				uses++
			}
		}
	}
	return uses, inferred
}

// summary is the outcome in one sentence.
func (r *replayed) summary() string {
	uses, inferred := r.denied()
	text := fmt.Sprintf("%s of %s recorded uses of %s would be denied", thousands(int64(uses)), thousands(int64(r.uses())), plural(len(r.principals), "principal"))
	if inferred > 0 {
		text += fmt.Sprintf(", and %s that they may have needed (inferred)", plural(inferred, "action"))
	}
	return text
}

func (p *program) whatIf(ctx context.Context, f whatIfFlags, arn string) error {
	write, err := p.whatIfFormat(f.format)
	if err != nil {
		return err
	}
	span, err := f.reading.span()
	if err != nil {
		return err
	}
	supposed, err := p.supposition(f)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	account, err := reportAccount(ctx, s, reportFlags{store: f.store, account: f.account}, arn)
	if err != nil {
		return err
	}
	list, err := refine.Suppose(account, arn, supposed)
	if errors.Is(err, refine.ErrNoSubject) {
		return fmt.Errorf("%s: no user or role in the snapshot of account %s is it or has it", arn, account.ID)
	} else if err != nil {
		return err
	}
	now := p.present(f.asOf).UTC().Truncate(time.Millisecond)
	found := replayed{file: f.policy + f.boundary + f.control}
	if found.file == "" || found.file == "-" {
		found.file = "policy.json" // other programs want a file's name
	}
	if err := p.replay(ctx, s, account, f, list, refine.Window{From: now.Add(-span), To: now}, &found); err != nil {
		return err
	}
	if err := p.warnGaps(ctx, s, account.ID, entityReport{now: now, span: span}); err != nil {
		return err
	}
	if found.uses() == 0 {
		p.warn("the logs have no use that was allowed: there is nothing to replay, and nothing is proven")
	}
	if err := write(p.stdout, &found); err != nil {
		return err
	}
	if uses, inferred := found.denied(); uses+inferred > 0 {
		return &exitError{Code: exitFailed}
	}
	return nil
}

func (p *program) replay(ctx context.Context, s store.Store, account *inventory.Account, f whatIfFlags, list []refine.Supposed, window refine.Window, found *replayed) error {
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return err
	}
	extras, err := catalog.LoadExtras(cat)
	if err != nil {
		return err
	}
	engine := grant.New(cat)
	evidence := refine.Evidence{Catalog: cat, Extras: extras, AllExtras: true}
	return store.Steady(ctx, s, func() error {
		found.principals = nil
		for _, one := range list {
			h, err := refine.Gather(one.Principal, window, evidence, iam.FactsOf(ctx, s, account.ID))
			if err != nil {
				return err
			}
			one.Catalog = cat
			found.principals = append(found.principals, replayedPrincipal{one.Principal.ARN, one.Prove(engine, h)})
		}
		return nil
	})
}

// supposition reads the change that the command line says.
func (p *program) supposition(f whatIfFlags) (s refine.Supposition, err error) {
	changes := 0
	for _, c := range []struct {
		file string
		doc  **policy.Document
	}{{f.policy, &s.Policy}, {f.boundary, &s.Boundary}, {f.control, &s.Control}} {
		if c.file == "" {
			continue
		}
		changes++
		if *c.doc, err = p.policyFile(c.file); err != nil {
			return s, err
		}
	}
	if s.Remove, s.Replaces = f.remove, f.replaces; s.Remove != "" {
		changes++
	}
	if changes != 1 {
		return s, usageError("want one of --policy, --remove, --boundary and --scp")
	}
	if s.Replaces != "" && s.Policy == nil {
		return s, usageError("--replaces goes with --policy")
	}
	return s, nil
}

func (p *program) policyFile(name string) (*policy.Document, error) {
	in := p.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPolicyFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read policy %s: %w", name, err)
	case len(text) > maxPolicyFile:
		return nil, fmt.Errorf("policy %s is longer than %d bytes", name, maxPolicyFile)
	}
	doc, err := policy.ParseString(string(text))
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	return doc, nil
}
