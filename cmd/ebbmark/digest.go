package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/digest"
)

// validateFlags is the command line of "ebbmark validate-logs".
type validateFlags struct {
	keys, format string
	window       digestWindow
	aws          awsFlags
}

// The bounds of validate-logs.
const (
	maxDigestBytes = 64 << 20 // of a digest file's text
	maxKeysBytes   = 8 << 20  // of the file of public keys
	maxFaultsShown = 100      // in the table; --format json has all
)

func (p *program) validateLogsCommand() *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate-logs FOLDER|s3://BUCKET/PREFIX",
		Short: "Prove that log files are complete and as CloudTrail delivered them",
		Long: `Do what "aws cloudtrail validate-logs" does, for a bucket or a copy of it on disk:
check the signatures and the chain of the digest files below the folder, and the
hashes of the log files that they list. Missing and altered files are listed. The
exit code is 1 when anything is not proven.

The public keys are what "aws cloudtrail list-public-keys" prints, in a file, also
for a bucket.

A digest's signature is in the metadata of its object, which a copy to disk
loses; the digest that follows repeats it, so that only the newest digest of each
Region needs help: put its signature, or what "aws s3api head-object" prints, into
a file beside it with ".signature" added to its name.

On disk, log files may have been recompressed as .zst or unpacked: the hashes are
of their text.`,
		Example: `  aws s3 sync s3://trail/AWSLogs logs/AWSLogs
  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
  ebbmark validate-logs logs --public-keys keys.json
  ebbmark validate-logs s3://trail/AWSLogs/ --public-keys keys.json`,
		Args: oneArgument("a folder with AWSLogs in it, or s3://BUCKET/PREFIX"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.validateLogs(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.keys, "public-keys", "", "file of public keys (required)")
	flags.StringVar(&f.format, "format", "table", "table or json")
	flags.TimeVar(&f.window.start, "start-time", time.Time{}, []string{time.RFC3339, time.DateOnly}, "only digests that end after this time")
	flags.TimeVar(&f.window.end, "end-time", time.Time{}, []string{time.RFC3339, time.DateOnly}, "only digests that begin before this time")
	awsSourceFlags(cmd, &f.aws)
	return cmd
}

func (p *program) validateLogs(ctx context.Context, f validateFlags, place string) error {
	if f.format != "table" && f.format != "json" {
		return usageError("--format %q: want table or json", f.format)
	}
	keys, err := readPublicKeys(f.keys)
	if err != nil {
		return err
	}
	from, err := p.openShelf(ctx, place, f.aws)
	if err != nil {
		return err
	}
	result, err := checkDigests(ctx, from, f.window, keys)
	if err != nil {
		return err
	}
	if result.Digests == 0 {
		return fmt.Errorf("%s: no digest files in it: want a bucket or its copy, with AWSLogs/ACCOUNT/CloudTrail-Digest", place)
	}
	if err := p.writeValidation(f.format, result); err != nil {
		return err
	}
	if !result.OK() {
		return &exitError{Code: exitFailed}
	}
	return nil
}

// readPublicKeys reads the file of --public-keys.
func readPublicKeys(path string) (digest.Keys, error) {
	if path == "" {
		return nil, usageError("--public-keys is required: a file with what aws cloudtrail list-public-keys prints")
	}
	text, err := readBounded(path, maxKeysBytes)
	if err != nil {
		return nil, err
	}
	keys, err := digest.ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

func (p *program) writeValidation(format string, r digest.Result) error {
	if format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return p.writeText(validationTable(r))
}

// validationTable is the faults and the counts for people.
func validationTable(r digest.Result) string {
	var b strings.Builder
	for i, fault := range r.Faults {
		if i == maxFaultsShown {
			fmt.Fprintf(&b, "and %d more (--format json lists all)\n", len(r.Faults)-i)
			break
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", fault.Kind, fault.Object, fault.Reason)
	}
	fmt.Fprintf(&b, "%d of %d digest files valid, %d of %d log files valid\n", r.ValidDigests, r.Digests, r.ValidLogs, r.Logs)
	return b.String()
}
