package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/pull"
)

// syncFlags is the command line of "ebbmark sync aws".
type syncFlags struct {
	store, format             string
	init, fresh               bool
	endpoint, profile, region string
	role                      string
	accounts                  []string
	parallel                  int
	rate                      float64
	noTrails                  bool
}

// defaultAccessRole is the role that AWS Organizations makes in each account it
// creates.
const defaultAccessRole = "OrganizationAccountAccessRole"

func (p *program) syncAWSCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "aws",
		Short: "Pull the organization and every account's IAM snapshot from AWS",
		Long: `Pulls from AWS, or from another ebbmark (--endpoint-url): the organization with
its units, accounts and policies, and what get-account-authorization-details
says of each account, through a role that is assumed there (the caller's own
account is read without). Credentials are found as the AWS CLI finds them.

The CloudTrail trails of each account are read through the same role, with their
event selectors: "ebbmark evidence" needs them to call data events unused. What is
refused of them is noted, and fails no account.

Each account replaces what was there in a single step, as an import does. An
account that is a home is left alone. When the caller is in no organization or
may not read it, only their own account is pulled, and those named by --account.

A run that breaks, or in which accounts failed, is gone on with by the same
command within ` + resumeText + `: what is done is not pulled again. Ctrl-C loses
nothing. Ends with a table of the accounts. The exit code is 1 when one failed.

docs/sync.md says which permissions are needed.`,
		Example: `  ebbmark sync aws
  ebbmark sync aws --profile audit --role security/ReadIAM --parallel 8
  ebbmark sync aws --account 111122223333 --account 444455556666
  ebbmark sync aws --endpoint-url http://127.0.0.1:4780 --store sqlite:copy.db --init`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.syncAWS(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.BoolVar(&f.init, "init", false, "make the store if there is none (the default store is made anyway)")
	flags.StringVar(&f.format, "format", "table", "of the closing report: table or json")
	flags.BoolVar(&f.fresh, "fresh", false, "begin anew, also when the run before broke")
	flags.StringVar(&f.endpoint, "endpoint-url", "", "address of the API (default: AWS)")
	flags.StringVar(&f.profile, "profile", "", "profile of the AWS configuration (default: AWS_PROFILE, or default)")
	flags.StringVar(&f.region, "region", "", "Region of the API (default: that of the configuration, or us-east-1)")
	flags.StringVar(&f.role, "role", defaultAccessRole, "role to assume in the accounts, with its path if it has one")
	flags.StringSliceVar(&f.accounts, "account", nil, "only this account; may be repeated (default: all of the organization)")
	flags.IntVar(&f.parallel, "parallel", 4, "accounts pulled at a time")
	flags.Float64Var(&f.rate, "rate", 10, "requests per second, of each service, at most")
	flags.BoolVar(&f.noTrails, "no-trails", false, "do not read the CloudTrail trails of the accounts")
	return cmd
}

// roleForm is a role's name, after its path if that is not "/" (IAM-11). A path
// with a colon, which IAM allows, would more likely be an ARN.
var roleForm = regexp.MustCompile(`^([!-9;-~]+/)*[\w+=,.@-]{1,64}$`)

func (f syncFlags) check() error {
	for _, id := range f.accounts {
		if !accounts.ValidID(id) {
			return usageError("--account %q: want an account id of 12 digits", id)
		}
	}
	u, err := url.Parse(f.endpoint)
	switch {
	case f.format != "table" && f.format != "json":
		return usageError("--format %q: want table or json", f.format)
	case !roleForm.MatchString(f.role):
		return usageError("--role %q: want the name of a role, such as %s", f.role, defaultAccessRole)
	case f.parallel < 1 || f.parallel > pull.MaxParallel:
		return usageError("--parallel %d: want 1 to %d", f.parallel, pull.MaxParallel)
	case !(f.rate >= minSyncRate && f.rate <= pull.MaxRate): // also false for NaN
		return usageError("--rate %v: want %v to %d", f.rate, minSyncRate, pull.MaxRate)
	case f.endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https"):
		return usageError("--endpoint-url %q: want an address such as http://127.0.0.1:4780", f.endpoint)
	}
	_, _, err = findBackend(f.store)
	return err
}

// minSyncRate is a request in ten seconds.
const minSyncRate = 0.1

func (p *program) syncAWS(ctx context.Context, f syncFlags) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	c := pull.Config{Role: f.role, Only: f.accounts, Fresh: f.fresh, Parallel: f.parallel, Rate: f.rate, Trails: !f.noTrails, Now: p.now, Traffic: &pull.Traffic{}}
	if c.AWS, err = config.LoadDefaultConfig(ctx, f.options()...); err != nil {
		return fmt.Errorf("read the AWS configuration: %w", err)
	}
	docs, err := openOrCreateStore(ctx, f.store, f.init)
	if err != nil {
		return err
	}
	defer docs.Close()
	keeper, err := newSyncKeeper(ctx, docs)
	if err != nil {
		return err
	}
	show := p.showSync(ctx, c.Traffic)
	c.Docs, c.Keeper, c.Planned, c.Ended, c.Note = docs, keeper, show.planned, show.ended, show.note
	result, err := pull.Run(ctx, c)
	show.end()
	unknown := keeper.unknownActions()
	p.tellUnknown(unknown)
	return errors.Join(p.writeSync(f.format, syncResult{result, unknown}), syncOutcome(ctx, result, err))
}

func (f syncFlags) options() []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion("us-east-1")}
	if f.profile != "" {
		options = append(options, config.WithSharedConfigProfile(f.profile))
	}
	if f.region != "" {
		options = append(options, config.WithRegion(f.region))
	}
	if f.endpoint != "" {
		options = append(options, config.WithBaseEndpoint(f.endpoint))
	}
	return options
}

// syncOutcome is the error of the command.
func syncOutcome(ctx context.Context, result pull.Result, err error) error {
	const again = "the same command goes on where this one ended, within " + resumeText
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted; " + again)
	case err != nil && result.Caller == "": // nothing was begun
		return err
	case err != nil:
		return fmt.Errorf("%w; %s", err, again)
	case result.Organization.Status == pull.Failed && result.Failures() == 0:
		return errors.New("the organization failed; " + again)
	case result.Organization.Status == pull.Failed:
		return fmt.Errorf("the organization and %d of %s failed; %s", result.Failures(), plural(len(result.Accounts), "account"), again)
	case result.Failures() > 0:
		return fmt.Errorf("%d of %s failed; %s", result.Failures(), plural(len(result.Accounts), "account"), again)
	}
	return nil
}

// resumeText is pull.ResumeWithin in words.
const resumeText = "12 hours"
