package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/transfer"
)

// copyFlags is the command line of "ebbmark copy".
type copyFlags struct {
	from, to, format string
	follow           bool
	interval         time.Duration
}

func (p *program) copyCommand() *cobra.Command {
	var f copyFlags
	cmd := &cobra.Command{
		Use:   "copy",
		Short: "Copy a store into another one, of whatever kind",
		Long: `Copies all facts and documents of a store into an empty one, which is made if there
is none, reads both again, and compares a digest of every fact and document. Exit
code 0 says that both hold the same.

Interrupt it when you like: the same command goes on. A store that is not copied
completely is refused by every other command. When the source has changed, the same
command brings over what is new, until something else has written to the target.

To move while servers run:
  1. "ebbmark copy --follow" until it says that a pass took seconds; then end it
     with Ctrl-C.
  2. Stop all that writes to the source.
  3. The same command without --follow: it brings the rest over and compares.
  4. Start the servers with the new --store. The secret key is not in a store: give
     them that of the source, which is EBBMARK_SECRET_KEY or the content of the file
     PATH.key beside a SQLite store.`,
		Example: `  ebbmark copy --from sqlite:ebbmark.db --to postgres://ebbmark@db.example.com/ebbmark
  ebbmark copy --from postgres://ebbmark@db.example.com/ebbmark --to sqlite:backup.db`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.copy(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "the store to copy: "+storeForms())
	flags.StringVar(&f.to, "to", "", "the store to copy into, empty or not made yet")
	flags.BoolVar(&f.follow, "follow", false, "copy again and again what has changed, until Ctrl-C")
	flags.DurationVar(&f.interval, "interval", transfer.Pause, "pause between two passes that follow")
	flags.StringVar(&f.format, "format", "text", "of the closing report: text or json")
	return cmd
}

func (f copyFlags) check() error {
	if f.from == "" || f.to == "" {
		return usageError("--from and --to are both needed: want %s", storeForms())
	}
	for _, side := range []struct{ flag, dsn string }{{"--from", f.from}, {"--to", f.to}} {
		if _, _, err := backendOf(side.flag, side.dsn); err != nil {
			return err
		}
	}
	if f.format != "text" && f.format != "json" {
		return usageError("--format %q: want text or json", f.format)
	}
	if f.interval <= 0 {
		return usageError("--interval must be positive")
	}
	if sourceName(f.from) == sourceName(f.to) {
		return usageError("--from and --to are the same store, %s", withoutPassword(f.to))
	}
	return nil
}

// sourceName is a DSN by which a store is known from wherever the command runs.
func sourceName(dsn string) string {
	path, isFile := strings.CutPrefix(dsn, "sqlite:")
	if !isFile {
		return "postgres:" + strings.TrimPrefix(strings.TrimPrefix(withoutPassword(dsn), "postgresql:"), "postgres:")
	}
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return "sqlite:" + path
}

func (p *program) copy(ctx context.Context, f copyFlags) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	from, err := openBackend(ctx, f.from)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := openBackend(ctx, f.to)
	if errors.Is(err, store.ErrNoStore) {
		to, err = createStore(ctx, f.to)
	}
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	c := &transfer.Copy{From: from, To: to, Source: sourceName(f.from), Progress: new(transfer.Progress)}
	show := p.showCopy(ctx, c.Progress)
	defer show()
	if f.follow {
		return p.follow(ctx, c, f.interval)
	}
	out, err := c.Run(ctx)
	show()
	if err != nil {
		return p.copyError(ctx, err)
	}
	return p.writeCopied(f, out)
}

// copyError says of an interruption that it did no harm.
func (p *program) copyError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted; the target is not complete: run the same command again to go on (%w)", err)
	}
	return err
}

func (p *program) follow(ctx context.Context, c *transfer.Copy, pause time.Duration) error {
	err := c.Follow(ctx, pause, func(took time.Duration) {
		fmt.Fprintf(p.stderr, "ebbmark: copy: a pass took %s\n", took.Round(time.Millisecond))
	}, p.now)
	if ctx.Err() != nil {
		fmt.Fprintln(p.stderr, "ebbmark: copy: the target is not complete yet: stop what writes to the source, and run the same command without --follow")
		return nil
	}
	return err
}

func (p *program) writeCopied(f copyFlags, out transfer.Result) error {
	if f.format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	did := "Copied and compared"
	if out.Same {
		did = "Compared; the target held the same already"
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %s facts and %s documents, digest %s of both.\n", did, thousands(out.Digest.Facts), thousands(out.Digest.Docs), out.Digest.Sum)
	return err
}

// showCopy tells how far a copy is, until the function that it returns is called.
func (p *program) showCopy(ctx context.Context, progress *transfer.Progress) (end func()) {
	return p.showLine(ctx, "copy", func() string { return copyLine(progress) })
}

func copyLine(g *transfer.Progress) string {
	return fmt.Sprintf("%s documents, %s facts copied; %s read again to compare",
		thousands(g.Docs.Load()), thousands(g.Facts.Load()), thousands(g.Verified.Load()))
}
