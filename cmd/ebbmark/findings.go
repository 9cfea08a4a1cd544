package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
)

// findingsFlags is the command line of "ebbmark findings" and its parts. Each
// part has those that it needs.
type findingsFlags struct {
	store, format             string
	asOf                      time.Time
	reading                   reading
	analyzer, account, region string
	statuses, types           []string
	resources, failOn         []string
}

// findingsFormats are the forms of lists and of one finding.
const findingsFormats = "table, tsv, json, csv, asff, ocsf, sarif or event"

func (p *program) findingsCommand() *cobra.Command {
	var f findingsFlags
	cmd := &cobra.Command{
		Use:   "findings",
		Short: "Show unused and external access that analyzers found, and deal with it",
		Long: `Lists the findings of the analyzers in a store: what is active, unless --status says
otherwise. No server is needed. A terminal gets a table, a pipe gets lines of fields
separated by tabs: analyzer, id, status, type, resource, account, created, updated,
last accessed, details.

--format has the forms that other tools read: json and csv, ocsf and event (an
event a line), asff (a call of Security Hub's BatchImportFindings a line) and
sarif. See docs/findings.md.

With --fail-on the command fails, with exit code 1, when it lists a finding that is
ACTIVE, or ACTIVE and of a given type, so that pipelines can stop there. It fails
too when an analyzer was never scanned. Exit code 2 means a wrong command line.

Analyzers are made through the API:

  aws --endpoint-url http://127.0.0.1:4780 accessanalyzer create-analyzer \
      --analyzer-name unused --type ACCOUNT_UNUSED_ACCESS`,
		Example: `  ebbmark findings
  ebbmark findings --account 111122223333 --type UnusedIAMRole,UnusedIAMUserAccessKey
  ebbmark findings --format sarif > findings.sarif
  ebbmark findings --resource :role/ci- --fail-on ExternalAccess
  ebbmark findings show 6f1c0c1e`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.findings(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	analyzerFlag(cmd, &f)
	flags.StringVar(&f.account, "account", "", "only findings about users and roles of this account")
	flags.StringVar(&f.region, "region", "", "only analyzers of this Region")
	flags.StringSliceVar(&f.statuses, "status", []string{"ACTIVE"}, "ACTIVE, ARCHIVED, RESOLVED or all; may be a list")
	flags.StringSliceVar(&f.types, "type", nil, "only findings of this type, such as UnusedPermission; may be a list")
	flags.StringSliceVar(&f.resources, "resource", nil, "only findings about users and roles whose ARN contains this; may be a list")
	flags.StringVar(&f.format, "format", "", findingsFormats+" (default: table on a terminal, else tsv)")
	flags.StringSliceVar(&f.failOn, "fail-on", nil, "fail when a listed finding is ACTIVE: active for any, or its type; may be a list")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "the moment from which the age of scans is told, instead of now (RFC 3339)")
	cmd.AddCommand(
		p.findingsShowCommand(),
		p.findingsArchiveCommand(),
		p.findingsActivateCommand(),
		p.findingsScanCommand(),
		p.findingsRecommendCommand(),
		p.findingsAnalyzersCommand(),
	)
	return cmd
}

func analyzerFlag(cmd *cobra.Command, f *findingsFlags) {
	cmd.Flags().StringVar(&f.analyzer, "analyzer", "", "only this analyzer: its name or ARN")
}

// computeFlags are those of commands that look at facts.
func computeFlags(cmd *cobra.Command, f *findingsFlags, asOf string) {
	cmd.Flags().TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, asOf+" (RFC 3339)")
	readingFlags(cmd, &f.reading)
}

func (p *program) findings(ctx context.Context, f findingsFlags) (err error) {
	filter, err := f.filter()
	if err != nil {
		return err
	}
	gate, err := newGate(f.failOn, "active", filter)
	if err != nil {
		return err
	}
	write, err := p.findingsFormat(f.format)
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	lists, err := d.list(ctx, f, filter)
	if err != nil {
		return err
	}
	unscanned := p.warnScans(d, lists)
	if err := write(ctx, d, lists); err != nil {
		return err
	}
	if gate.set() && unscanned != nil {
		return unscanned
	}
	for _, l := range lists {
		gate.count(l.findings...)
	}
	return gate.result()
}
