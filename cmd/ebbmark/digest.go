package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/digest"
)

// validateFlags is the command line of "ebbmark validate-logs".
type validateFlags struct {
	keys, format string
	start, end   time.Time
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
		Use:   "validate-logs FOLDER",
		Short: "Prove that log files are complete and as CloudTrail delivered them",
		Long: `Do what "aws cloudtrail validate-logs" does, for a copy of a bucket on disk: check
the signatures and the chain of the digest files below FOLDER, and the hashes of
the log files that they list. Missing and altered files are listed. The exit code
is 1 when anything is not proven.

The public keys are what "aws cloudtrail list-public-keys" prints, in a file.

A digest's signature is in the metadata of its object, which a copy to disk
loses; the digest that follows repeats it, so that only the newest digest of each
Region needs help: put its signature, or what "aws s3api head-object" prints, into
a file beside it with ".signature" added to its name.

Log files may have been recompressed as .zst or unpacked: the hashes are of their
text.`,
		Example: `  aws s3 sync s3://trail/AWSLogs logs/AWSLogs
  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
  ebbmark validate-logs logs --public-keys keys.json`,
		Args: oneArgument("a folder with AWSLogs in it"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.validateLogs(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.keys, "public-keys", "", "file of public keys (required)")
	flags.StringVar(&f.format, "format", "table", "table or json")
	flags.TimeVar(&f.start, "start-time", time.Time{}, []string{time.RFC3339, time.DateOnly}, "only digests that end after this time")
	flags.TimeVar(&f.end, "end-time", time.Time{}, []string{time.RFC3339, time.DateOnly}, "only digests that begin before this time")
	return cmd
}

func (p *program) validateLogs(ctx context.Context, f validateFlags, folder string) error {
	switch {
	case f.keys == "":
		return usageError("--public-keys is required: a file with what aws cloudtrail list-public-keys prints")
	case f.format != "table" && f.format != "json":
		return usageError("--format %q: want table or json", f.format)
	}
	text, err := readBounded(f.keys, maxKeysBytes)
	if err != nil {
		return err
	}
	keys, err := digest.ParseKeys(text)
	if err != nil {
		return fmt.Errorf("%s: %w", f.keys, err)
	}
	c := &copied{paths: map[string]string{}, roots: map[string]string{}}
	digests, faults, err := c.find(ctx, f, folder)
	if err != nil {
		return err
	}
	if len(digests)+len(faults) == 0 {
		return fmt.Errorf("%s: no digest files in it: want a copy of a bucket with AWSLogs/ACCOUNT/CloudTrail-Digest", folder)
	}
	result, err := digest.Check(ctx, digests, keys, c)
	if err != nil {
		return err
	}
	result.Digests += len(faults)
	result.Faults = append(faults, result.Faults...)
	if err := p.writeValidation(f.format, result); err != nil {
		return err
	}
	if !result.OK() {
		return &exitError{Code: exitFailed}
	}
	return nil
}

func (p *program) writeValidation(format string, r digest.Result) error {
	if format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	var b strings.Builder
	for i, fault := range r.Faults {
		if i == maxFaultsShown {
			fmt.Fprintf(&b, "and %d more (--format json lists all)\n", len(r.Faults)-i)
			break
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", fault.Kind, fault.Object, fault.Reason)
	}
	fmt.Fprintf(&b, "%d of %d digest files valid, %d of %d log files valid\n", r.ValidDigests, r.Digests, r.ValidLogs, r.Logs)
	return p.writeText(b.String())
}

// copied is a copy of buckets on disk.
type copied struct {
	paths map[string]string // of digests, by bucket and object
	roots map[string]string // what stands before AWSLogs, by bucket
}

var _ digest.Files = (*copied)(nil)

const (
	logsFolder   = "AWSLogs/"
	digestFolder = "/CloudTrail-Digest/"
)

// find reads the digests below a folder. One that cannot be read is a fault.
func (c *copied) find(ctx context.Context, f validateFlags, folder string) (list []*digest.Digest, faults []digest.Fault, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch slash := filepath.ToSlash(path); {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() || !strings.Contains(slash, digestFolder) || !strings.HasSuffix(slash, ".json.gz"):
			return nil
		}
		text, err := readBounded(path, maxDigestBytes)
		var d *digest.Digest
		if err == nil {
			d, err = digest.Parse(text)
		}
		switch {
		case err != nil:
			faults = append(faults, digest.Fault{Kind: digest.BadDigest, Object: filepath.ToSlash(path), Reason: err.Error()})
		case !f.start.IsZero() && !d.End.After(f.start) || !f.end.IsZero() && !d.Start.Before(f.end):
		default:
			list = c.add(list, d, path)
		}
		return nil
	})
	return list, faults, err
}

func (c *copied) add(list []*digest.Digest, d *digest.Digest, path string) []*digest.Digest {
	id := d.Bucket + "/" + d.Object
	if _, twice := c.paths[id]; twice {
		return list
	}
	c.paths[id] = path
	root, _, _ := strings.Cut(filepath.ToSlash(path), logsFolder)
	c.roots[d.Bucket] = root
	return append(list, d)
}

// SignatureOf implements digest.Files.
func (c *copied) SignatureOf(bucket, object string) string {
	text, err := readBounded(c.paths[bucket+"/"+object]+".signature", maxKeysBytes)
	if err != nil {
		return ""
	}
	var head struct{ Metadata map[string]string }
	if json.Unmarshal(text, &head) == nil {
		return head.Metadata["signature"]
	}
	return strings.TrimSpace(string(text))
}

// HashOf implements digest.Files.
func (c *copied) HashOf(ctx context.Context, bucket, object string) (string, bool, error) {
	_, below, found := strings.Cut(object, logsFolder)
	root, known := c.roots[bucket]
	if !found || !known || !filepath.IsLocal(filepath.FromSlash(logsFolder+below)) {
		return "", false, nil
	}
	path := root + logsFolder + below
	bare := strings.TrimSuffix(path, ".gz")
	for _, candidate := range []string{path, bare + ".zst", bare, path + ".zst"} {
		hash, err := hashFile(ctx, filepath.FromSlash(candidate))
		if os.IsNotExist(err) {
			continue
		}
		return hash, err == nil, err
	}
	return "", false, nil
}

// readBounded reads a whole file, decompressed.
func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := plainText(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	body, err := io.ReadAll(io.LimitReader(text, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case int64(len(body)) > most:
		return nil, fmt.Errorf("read %s: more than %d MiB of text", path, most>>20)
	}
	return body, nil
}
