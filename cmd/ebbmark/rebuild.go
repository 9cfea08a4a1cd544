package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/ingest/s3"
	"github.com/ebbmark/ebbmark/store"
)

// rebuildFlags is the command line of "ebbmark rebuild".
type rebuildFlags struct {
	store, format, missing string
	force, stay, abandon   bool
	workers                int
	aws                    awsFlags
}

func (p *program) rebuildCommand() *cobra.Command {
	var f rebuildFlags
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Make all facts anew from the logs, after their rules have changed",
		Long: `Reads every file again that the ledger knows of, by the rules of this version of
ebbmark, and then puts the new facts in the place of the older ones, all at once.
"ebbmark serve" and "ebbmark ingest" say when that is needed. Which action an event
stands for is decided when a report is read: a newer catalogue needs no rebuild.

Servers may run meanwhile: they answer from the older facts until the switch, and
what they read comes into both. After a crash or Ctrl-C the same command goes on
where it ended.

What was pushed, came over standard input or in a message cannot be read again; its
facts are kept apart for this and carried over as they are. When other files are
gone or have become shorter, or cannot be read, they are listed, and the older facts
go on to answer (exit code 1): whoever used something in them would look as if they
had not. Put them back and run the command again, or say --missing carry, which
carries all older facts over, right or wrong, or --missing drop, which does without.

Run it where the files are that were read from folders, and with access to the
buckets.`,
		Example: `  ebbmark rebuild
  ebbmark rebuild --missing carry
  ebbmark rebuild --force --stay        # what would change?
  ebbmark rebuild --abandon`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.rebuild(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringVar(&f.missing, "missing", string(ingest.MissingStop), "facts that cannot be made again: stop, carry (all older facts over) or drop (them)")
	flags.BoolVar(&f.force, "force", false, "also when the facts were made by the rules of this version")
	flags.BoolVar(&f.stay, "stay", false, "make the new facts and compare, but do not switch: the next run does")
	flags.BoolVar(&f.abandon, "abandon", false, "give up a rebuild that was begun")
	flags.StringVar(&f.format, "format", "table", "of the closing report: table or json")
	flags.IntVar(&f.workers, "workers", 0, "files read at once (default: as many as suit the sources)")
	awsSourceFlags(cmd, &f.aws)
	return cmd
}

func (f rebuildFlags) check() error {
	switch ingest.Missing(f.missing) {
	case ingest.MissingStop, ingest.MissingCarry, ingest.MissingDrop:
	default:
		return usageError("--missing %q: want stop, carry or drop", f.missing)
	}
	return ingestFlags{format: f.format, workers: f.workers, interval: minInterval}.check()
}

func (p *program) rebuild(ctx context.Context, f rebuildFlags) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if f.abandon {
		return ingest.Abandon(ctx, s)
	}
	workers := f.workers
	if workers == 0 && readsBuckets(ctx, s) {
		workers = workersFor([]string{"s3://any"}, 0)
	}
	r := &ingest.Rebuild{
		Store: s, Now: p.now, Workers: workers, Progress: new(ingest.Progress), Look: lookers(f.aws),
		Missing: ingest.Missing(f.missing), Force: f.force, Stay: f.stay,
	}
	show := p.showProgress(ctx, ingest.New(ingest.Config{Store: s, Now: p.now, Progress: r.Progress}), true)
	out, err := r.Run(ctx)
	show.end()
	if err != nil && !errors.Is(err, ingest.ErrLost) {
		return fmt.Errorf("%w (the older facts answer; run the same command again to go on)", err)
	}
	if err := p.writeRebuilt(f, out); err != nil {
		return err
	}
	if err != nil {
		return &exitError{Code: exitFailed}
	}
	return nil
}

// readsBuckets reports whether the ledger has an object of a bucket.
func readsBuckets(ctx context.Context, docs store.Docs) bool {
	for id, err := range docs.ListDocs(ctx, store.KindLedger, s3.Kind+":", 1) {
		return err == nil && strings.HasPrefix(id, s3.Kind+":")
	}
	return false
}

// lookers is the table of what can be read again. Buckets are connected to when
// the first object of one is asked for.
func lookers(f awsFlags) map[string]func(context.Context, string) ingest.Object {
	var once sync.Once
	var client *s3.Client
	var failed error
	return map[string]func(context.Context, string) ingest.Object{
		dir.Kind: dir.Look,
		s3.Kind: func(ctx context.Context, name string) ingest.Object {
			once.Do(func() {
				c, err := awsConfig(ctx, f)
				if err == nil {
					client, err = bucketClient(c, f)
				}
				failed = err
			})
			bucket, key, err := s3.ParseURL(name)
			if err = errors.Join(failed, err); err != nil {
				return ingest.Object{Name: name, Size: -1, Err: err}
			}
			return client.Object(ctx, bucket, key)
		},
	}
}

func (p *program) writeRebuilt(f rebuildFlags, out ingest.Rebuilt) error {
	if f.format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	_, err := io.WriteString(p.stdout, rebuiltText(out))
	return err
}

// rebuiltText is the closing report for people.
func rebuiltText(out ingest.Rebuilt) string {
	if !out.Needed {
		return "The facts were made by the rules of this version: there is nothing to rebuild (--force does it anyway).\n"
	}
	var b strings.Builder
	b.WriteString(summaryTable(out.Read))
	if n := out.AllLost(); n > 0 {
		fmt.Fprintf(&b, "\n%s of which older facts cannot be made again\n", thousands(n))
		for i, l := range out.Lost {
			if i == maxShown {
				break
			}
			fmt.Fprintf(&b, "  %s: %s\n", l.File, l.Reason)
		}
		if n > maxShown {
			fmt.Fprintf(&b, "  and %s more (--format json lists up to 1,000)\n", thousands(n-maxShown))
		}
	}
	if out.Kept > 0 {
		fmt.Fprintf(&b, "\n%s pushes, streams and messages keep their facts.\n", thousands(out.Kept))
	}
	switch {
	case out.Switched:
		fmt.Fprintf(&b, "\nThe new facts answer: %s are new, %s of the older ones are gone.\n", thousands(out.Changes.New), thousands(out.Changes.Gone))
	case out.AllLost() > 0 && out.Changes == (store.Difference{}):
		b.WriteString("\nThe older facts go on to answer. Put the files back and run the command again, or use --missing carry or --missing drop.\n")
	default:
		fmt.Fprintf(&b, "\nThe older facts go on to answer until the next run: %s facts would be new, %s gone.\n", thousands(out.Changes.New), thousands(out.Changes.Gone))
	}
	return b.String()
}

// warnOutdated says on standard error that the facts should be made anew.
func (p *program) warnOutdated(ctx context.Context, s store.Store) error {
	says, err := ingest.Outdated(ctx, s)
	if err == nil && says != "" {
		p.warn("%s", says)
	}
	return err
}
