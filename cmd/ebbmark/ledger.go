package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
)

// ledgerFlags is the command line of "ebbmark ledger" and its parts.
type ledgerFlags struct {
	store, state, format string
	quarantined, all     bool
}

func (p *program) ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Look at what was read, and have it read again",
		Long: `The ledger has a row for every log file that was ever read: done, or failed with
the reason. Records that could not be used are in quarantine, up to 20 of a file
and 10,000 in all, each with its file, place, reason and first bytes.

A running server reads failed files again by itself: after a minute, then after
twice as long each time, at most six hours; 15 times in all, or when the file
changes. "ebbmark ingest" reads them at once, each time it is run.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.ledgerListCommand(), p.ledgerRetryCommand(), p.ledgerForgetCommand())
	return cmd
}

func (p *program) ledgerListCommand() *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "list [PREFIX]",
		Short: "List files, or records in quarantine",
		Long:  "Lists the files in the ledger whose name begins with PREFIX, such as s3://trail/AWSLogs/111122223333, or all.",
		Example: `  ebbmark ledger list --state failed
  ebbmark ledger list --quarantined s3://trail/
  ebbmark ledger list --format tsv /var/log/cloudtrail`,
		Args: onePrefix,
		RunE: func(cmd *cobra.Command, args []string) error { return p.ledgerList(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.state, "state", "", "only files that are done or failed")
	cmd.Flags().BoolVar(&f.quarantined, "quarantined", false, "list refused records instead of files")
	cmd.Flags().StringVar(&f.format, "format", "table", "table, json or tsv")
	return cmd
}

func (p *program) ledgerRetryCommand() *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "retry PREFIX | --all",
		Short: "Have failed files read again at once",
		Long: `Has running servers and followers read the failed files whose name begins with
PREFIX again at their next look, without a pause and with all tries before them.`,
		Example: "  ebbmark ledger retry s3://trail/AWSLogs/111122223333",
		Args:    onePrefix,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.ledgerChange(cmd.Context(), f, args, ingest.Retry, "%s failed files are read again at the next look\n")
		},
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().BoolVar(&f.all, "all", false, "all failed files")
	return cmd
}

func (p *program) ledgerForgetCommand() *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "forget PREFIX | --all",
		Short: "Remove rows from the ledger",
		Long: `Removes the rows of files whose name begins with PREFIX, with what they have in
quarantine. Files that are still there are read again at the next look. What was
learned from them stays: facts are merged and cannot be taken back.`,
		Example: "  ebbmark ledger forget --state failed s3://old-trail/",
		Args:    onePrefix,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.ledgerChange(cmd.Context(), f, args, ingest.Forget, "%s rows removed\n")
		},
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.state, "state", "", "only files that are done or failed")
	cmd.Flags().BoolVar(&f.all, "all", false, "all files")
	return cmd
}

func onePrefix(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError("one PREFIX at most, and these are %d", len(args))
	}
	return nil
}

// filter reads the command line.
func (f ledgerFlags) filter(args []string) (out ingest.Filter, err error) {
	switch out.Status = ingest.Status(f.state); out.Status {
	case "", ingest.Done, ingest.Failed:
	default:
		return out, usageError("--state %q: want done or failed", f.state)
	}
	if len(args) == 1 {
		out.Prefix = args[0]
	}
	return out, nil
}

func (p *program) ledgerList(ctx context.Context, f ledgerFlags, args []string) (err error) {
	filter, err := f.filter(args)
	if err != nil {
		return err
	}
	if f.quarantined && f.state != "" {
		return usageError("--state is about files, and --quarantined about records")
	}
	print, err := p.ledgerPrinter(f.format, f.quarantined)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if f.quarantined {
		for r, err := range ingest.Quarantined(ctx, s, filter.Prefix) {
			if err != nil {
				return err
			}
			if err := print.record(r); err != nil {
				return err
			}
		}
		return print.end()
	}
	for e, err := range ingest.Rows(ctx, s, filter) {
		if err != nil {
			return err
		}
		if err := print.file(e); err != nil {
			return err
		}
	}
	return print.end()
}

// ledgerChange does something to chosen rows and says to how many.
func (p *program) ledgerChange(ctx context.Context, f ledgerFlags, args []string, do func(context.Context, store.Docs, ingest.Filter) (int, error), says string) (err error) {
	filter, err := f.filter(args)
	if err != nil {
		return err
	}
	if (filter.Prefix == "") != f.all {
		return usageError("name a PREFIX, or say --all")
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := do(ctx, s, filter)
	if err != nil {
		return fmt.Errorf("after %d rows: %w", n, err)
	}
	_, err = fmt.Fprintf(p.stdout, says, thousands(int64(n)))
	return err
}
