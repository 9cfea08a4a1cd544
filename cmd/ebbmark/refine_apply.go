package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	iamapi "github.com/aws/aws-sdk-go-v2/service/iam"
	stsapi "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/apply"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/refine/format"
	"github.com/ebbmark/ebbmark/store"
)

// applyFlags say whether, and in which IAM, changes are made.
type applyFlags struct {
	on, seasonal, stage, despiteGaps bool
	to                               iamFlags
}

// iamFlags say how an IAM is reached. What they leave out is as the AWS CLI has it.
type iamFlags struct{ endpoint, profile, role string }

func (f *iamFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.endpoint, "endpoint-url", "", "address of the IAM API to change (default: AWS)")
	flags.StringVar(&f.profile, "profile", "", "profile of the AWS configuration (default: AWS_PROFILE, or default)")
	flags.StringVar(&f.role, "role-arn", "", "role to assume first")
}

func (f *applyFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.on, "apply", false, "make the changes, and note them to take them back")
	cmd.Flags().BoolVar(&f.seasonal, "even-seasonal", false, "with --apply: also where something that goes was used before the window")
	cmd.Flags().BoolVar(&f.despiteGaps, "despite-gaps", false, "with --apply: although logs of whole days are missing")
	cmd.Flags().BoolVar(&f.stage, "stage", false, "with --apply: first deny what would go; ebbmark refine finish removes it")
	f.to.add(cmd)
}

func (f *applyFlags) check() error {
	if f.despiteGaps && !f.on {
		return usageError("--despite-gaps is for --apply")
	}
	if f.stage && !f.on {
		return usageError("--stage is for --apply")
	}
	if f.seasonal && !f.on {
		return usageError("--even-seasonal is for --apply")
	}
	return f.to.check()
}

func (f *iamFlags) check() error {
	if u, err := url.Parse(f.endpoint); f.endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return usageError("--endpoint-url %q: want an address such as http://127.0.0.1:4780", f.endpoint)
	}
	return nil
}

// open makes a client of the IAM of an account, and refuses when the credentials are
// of another one.
func (f *iamFlags) open(ctx context.Context, account string) (*iamapi.Client, error) {
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion("us-east-1"), config.WithAppID("ebbmark")}
	if f.profile != "" {
		options = append(options, config.WithSharedConfigProfile(f.profile))
	}
	if f.endpoint != "" {
		options = append(options, config.WithBaseEndpoint(f.endpoint))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if f.role != "" {
		c.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(stsapi.NewFromConfig(c), f.role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "ebbmark" }))
	}
	who, err := stsapi.NewFromConfig(c).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask whose the credentials are: %w", err)
	}
	if id := aws.ToString(who.Account); id != account {
		return nil, fmt.Errorf("the credentials are of account %s (%s), and the policies are of account %s: nothing is changed; see --profile and --role-arn", id, aws.ToString(who.Arn), account)
	}
	return iamapi.NewFromConfig(c), nil
}

// ready are the proposals whose changes may be made. Of the others it says why not.
func (p *program) ready(f refineFlags, list []*refine.Proposal) (ready []*refine.Proposal) {
	for _, one := range list {
		switch {
		case one.Doubt != "":
			p.warn("%s stays as it is: %s", format.Title(one), one.Doubt)
		case len(one.Earlier) > 0 && !f.apply.seasonal:
			p.warn("%s stays as it is: %s of what would go was used before the window, %s last on %s; --even-seasonal takes it out",
				format.Title(one), plural(len(one.Earlier), "action"), one.Earlier[0].Action, day(one.Earlier[0].Last))
		case len(one.Changes) > 0:
			ready = append(ready, one)
		}
	}
	return ready
}

// itemsOf are the changes of proposals, and the one account that they are in; empty:
// there are none.
func itemsOf(list []*refine.Proposal, state refinedState) (items []*refined, account string, err error) {
	for n, one := range list {
		for _, c := range one.Changes {
			of, err := arn.Parse(cmp.Or(c.Holder, c.Policy))
			switch {
			case err != nil:
				return nil, "", err
			case account != "" && of.Account != account:
				return nil, "", usageError("--apply: the policies are of accounts %s and %s, and credentials are of one: apply account by account (ARN of the root)", account, of.Account)
			}
			account = of.Account
			item := &refined{Change: c, Removed: one.TakenBy(c), State: state}
			if one.Replaces {
				item.Group = n + 1
			}
			for _, u := range one.Users {
				item.Users = append(item.Users, refinedUser{u.ARN, u.ID})
			}
			items = append(items, item)
		}
	}
	return items, account, nil
}

// applyProposals makes the changes of proposals, one after the other, and says what
// became of each. It goes on after a change that is refused, and ends at an error of
// the API: what was made until then is in the journal.
func (p *program) applyProposals(ctx context.Context, s store.Store, f refineFlags, list []*refine.Proposal) error {
	items, account, err := itemsOf(p.ready(f, list), stateMeant)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		_, err := fmt.Fprintln(p.stdout, "nothing to change")
		return err
	}
	client, err := f.apply.to.open(ctx, account)
	if err != nil {
		return err
	}
	r := refinement{At: p.now().UTC(), Account: account, Endpoint: f.apply.to.endpoint, Items: len(items)}
	if r.ID, err = p.newRefinementID(); err != nil {
		return err
	}
	if err := begin(ctx, s, &r); err != nil {
		return err
	}
	for n, item := range items {
		item.id = itemID(r.ID, n)
	}
	refused, err := p.makeAll(ctx, s, client, r.ID, items)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.stdout, "%s applied as %s; ebbmark refine undo %s takes it back\n", plural(len(items)-refused, "change"), r.ID, r.ID); err != nil {
		return err
	}
	return someRefused(refused)
}

// makeAll makes changes, and counts those that are refused.
func (p *program) makeAll(ctx context.Context, s store.Store, client *iamapi.Client, id string, items []*refined) (refused int, err error) {
	stuck := 0
	for n, item := range items {
		if item.Group != 0 && item.Group == stuck {
			if err := item.leave(ctx, s); err != nil {
				return refused, err
			}
			refused++
			continue
		}
		ok, err := p.makeChange(ctx, s, client, item)
		if err != nil {
			return refused, fmt.Errorf("%w (%d of %d changes were made: ebbmark refine undo %s takes them back, and the same command goes on after a sync)", err, n-refused, len(items), id)
		}
		if !ok {
			refused++
			stuck = item.Group
		}
	}
	return refused, nil
}

func someRefused(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%s refused: sync or import the account, and look again", plural(n, "change"))
}

// makeChange makes a change between two notes of it. False: it is refused.
func (p *program) makeChange(ctx context.Context, s store.Store, client *iamapi.Client, item *refined) (bool, error) {
	if err := item.keep(ctx, s); err != nil {
		return false, err
	}
	d, err := apply.Do(ctx, client, item.Change)
	if _, changed := errors.AsType[*apply.ChangedError](err); changed {
		p.warn("%v", err)
		return false, item.leave(ctx, s)
	}
	if err != nil {
		return false, err
	}
	if !d.Already {
		item.From = d.Found // to the byte
	}
	if d.Dropped != nil {
		item.Dropped = &droppedVersion{aws.ToString(d.Dropped.VersionId), aws.ToString(d.Dropped.Document)}
	}
	item.State = stateMade
	if err := item.keep(ctx, s); err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(p.stdout, "%s\t%s\t%s\n", map[bool]string{true: "was made before", false: "made"}[d.Already], item.Change, plural(len(item.Removed), "action"))
	return true, err
}
