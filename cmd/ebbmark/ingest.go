package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/digest"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
)

// ingestFlags is the command line of "ebbmark ingest".
type ingestFlags struct {
	store, format string
	init, follow  bool
	workers       int
	interval      time.Duration
	aws           awsFlags
	verify        bool
	keys          string
}

// Bounds of the flags of ingest.
const (
	maxWorkers  = 1024
	minInterval = time.Second
)

func (p *program) ingestCommand() *cobra.Command {
	var f ingestFlags
	cmd := &cobra.Command{
		Use:   "ingest SOURCE…",
		Short: "Read CloudTrail log files into the store",
		Long: `Read CloudTrail logs: files, folders with all that is below them, standard input
(-), buckets of S3 (s3://BUCKET/PREFIX), or the files that a queue of SQS
announces (sqs:QUEUE_URL). Gzip, zstd and plain text are told apart by content, as are the forms
in which records come: delivered log files, one record a line, lookup-events
output, EventBridge events, single records.

A file is read once: the store's ledger remembers it. Reading a file again, in
any order, in pieces or twice, changes nothing. Files that failed or have
changed are read again. After a crash or Ctrl-C the same command goes on where
it ended.

Ends with a table of what was read, skipped and refused. The exit code is 1 when
a file failed or a record was refused.

--verify-digests then does for folders and buckets what "ebbmark validate-logs"
does: the digests of what was read (of an account, Region or day, if that is the
source) are verified, missing and altered log files are listed, and the exit code
is 1 when anything is not proven. It reads the logs a second time.

Buckets and queues are read with the credentials and the Region that the AWS CLI
would use (AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION, an instance's role, …).
docs/sources.md has the permissions they need.`,
		Example: `  ebbmark ingest logs/AWSLogs
  ebbmark ingest --follow --interval 1m /var/log/cloudtrail
  ebbmark ingest s3://trail/AWSLogs/111122223333/
  ebbmark ingest --verify-digests --public-keys keys.json s3://trail/AWSLogs/
  ebbmark ingest --follow sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail
  aws s3 cp s3://trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/31/a.json.gz - | ebbmark ingest -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("nothing to read: name files, folders, buckets or queues, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.ingest(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.BoolVar(&f.init, "init", false, "make the store if there is none (the default store is made anyway)")
	flags.StringVar(&f.format, "format", "table", "of the closing report: table or json")
	flags.IntVar(&f.workers, "workers", 0, "files read at once (default: one for each core)")
	flags.BoolVar(&f.follow, "follow", false, "go on looking for new and changed files until Ctrl-C")
	flags.DurationVar(&f.interval, "interval", 30*time.Second, "with --follow: time between two looks")
	flags.BoolVar(&f.verify, "verify-digests", false, "verify the digests of what was read, and the log files that they list")
	flags.StringVar(&f.keys, "public-keys", "", "with --verify-digests: file of public keys, as aws cloudtrail list-public-keys prints them")
	awsSourceFlags(cmd, &f.aws)
	return cmd
}

func (f ingestFlags) check() error {
	switch {
	case f.format != "table" && f.format != "json":
		return usageError("--format %q: want table or json", f.format)
	case f.workers < 0 || f.workers > maxWorkers:
		return usageError("--workers %d: want 1 to %d, or 0 for one for each core", f.workers, maxWorkers)
	case f.interval < minInterval:
		return usageError("--interval %s: want at least %s", f.interval, minInterval)
	}
	return nil
}

func (p *program) ingest(ctx context.Context, f ingestFlags, args []string) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	check, err := f.digestCheck(args)
	if err != nil {
		return err
	}
	sources, err := p.openSources(ctx, args, sourceOptions{f.follow, f.aws})
	if err != nil {
		return err
	}
	log, err := p.logger("info", "text")
	if err != nil {
		return err
	}
	defer p.startTraces(log)()
	s, err := openOrCreateStore(ctx, f.store, f.init)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := p.warnOutdated(ctx, s); err != nil {
		return err
	}
	in := ingest.New(ingest.Config{Store: s, Sources: sources, Now: p.now, Workers: workersFor(args, f.workers), Progress: new(ingest.Progress), Retry: f.follow})
	show := p.showProgress(ctx, in, f.follow)
	sum, err := p.ingestRounds(ctx, in, f)
	show.end()
	err = p.ingestError(ctx, f, err)
	closing := closingReport{Summary: sum}
	if check != nil && err == nil {
		var r digest.Result
		r, err = p.verify(ctx, check, f.aws)
		closing.Digests = &r
	}
	if err := errors.Join(p.writeSummary(f.format, closing), err); err != nil {
		return err
	}
	if !sum.OK() || closing.Digests != nil && !closing.Digests.OK() {
		return &exitError{Code: exitFailed}
	}
	return nil
}

// busyPause is the time between two looks at what another process is reading.
const busyPause = time.Second

// ingestRounds reads once, or with --follow again and again. What another
// process was reading is looked at again until it is in the ledger, by that
// process or by us.
func (p *program) ingestRounds(ctx context.Context, in *ingest.Ingester, f ingestFlags) (ingest.Summary, error) {
	sum, err := in.Run(ctx)
	for told := false; err == nil && (f.follow || sum.Busy > 0); {
		pause := f.interval
		if sum.Busy > 0 {
			if pause = min(pause, busyPause); !told {
				fmt.Fprintf(p.stderr, "ebbmark: ingest: another process is reading %s of the files: waiting for it\n", thousands(sum.Busy))
			}
			told = true
		}
		select {
		case <-ctx.Done():
			return sum, ctx.Err()
		case <-time.After(pause):
		}
		if !f.follow {
			in.Sources = slices.DeleteFunc(in.Sources, readOnce)
		}
		var more ingest.Summary
		more, err = in.Run(ctx)
		sum.Merge(more)
		sum.Busy = more.Busy
	}
	return sum, err
}

// readOnce reports whether a source has given all it has.
func readOnce(s ingest.Source) bool {
	_, stream := s.(dir.Stream)
	return stream
}

// ingestError says what an interrupted ingest means to the operator. Ctrl-C is
// how --follow ends.
func (p *program) ingestError(ctx context.Context, f ingestFlags, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil || !errors.Is(err, context.Cause(ctx)) && !errors.Is(err, ctx.Err()):
		return fmt.Errorf("%w (what was read completely is in the store; run the same command again to go on)", err)
	case f.follow:
		return nil
	}
	return errors.New("interrupted: what was read completely is in the store; run the same command again to go on")
}

// closingReport is what an ingest ends with.
type closingReport struct {
	ingest.Summary
	Digests *digest.Result `json:"digests,omitempty"` // with --verify-digests
}

func (p *program) writeSummary(format string, r closingReport) error {
	if format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	text := summaryTable(r.Summary)
	if r.Digests != nil {
		text += "\n" + validationTable(*r.Digests)
	}
	_, err := io.WriteString(p.stdout, text)
	return err
}
