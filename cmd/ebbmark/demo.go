package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/internal/sample"
)

type demo struct {
	write, listen, end string
	events, days       int
	seed               uint64
}

func (p *program) demoCommand() *cobra.Command {
	var d demo
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make a sample organization and serve it",
		Long: `Makes a sample organization: five accounts with their users, roles and policies,
the tree they are in, and 400 days of CloudTrail log files. It imports and ingests them as it would
yours, serves the result and prints the address of its web console and AWS CLI lines to try.

Everything is made in a temporary folder that is removed at the end, so nothing
of yours is touched. With --write the files are written to a folder of your
choice, and nothing else is done.`,
		Example: "  ebbmark demo\n  ebbmark demo --write sample --events 1000000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if d.write != "" {
				return p.writeSample(d)
			}
			return p.runDemo(cmd.Context(), d)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&d.write, "write", "", "only write the files, to this folder")
	flags.StringVar(&d.listen, "listen", "127.0.0.1:4780", "address to serve on")
	flags.IntVar(&d.events, "events", 150_000, "about how many CloudTrail records to make")
	flags.IntVar(&d.days, "days", 400, "days of history")
	flags.StringVar(&d.end, "end", "", "end of the history (RFC 3339); default now")
	flags.Uint64Var(&d.seed, "seed", 1, "varies the details; the same seed and end give the same files")
	return cmd
}

// Bounds of what one demo may make.
const (
	maxSampleEvents = 20_000_000
	maxSampleDays   = 3650
)

func (p *program) writeSample(d demo) error {
	if d.events < 1 || d.events > maxSampleEvents || d.days < 1 || d.days > maxSampleDays {
		return usageError("--events must be 1 to %d and --days 1 to %d", maxSampleEvents, maxSampleDays)
	}
	end := p.now()
	if d.end != "" {
		var err error
		if end, err = time.Parse(time.RFC3339, d.end); err != nil {
			return usageError("--end %q: want a time such as 2026-06-01T12:00:00Z", d.end)
		}
	}
	if entries, err := os.ReadDir(d.write); err == nil && len(entries) > 0 {
		return fmt.Errorf("folder %s is not empty: name a new one, so that nothing is mixed up", d.write)
	}
	create := func(name string) (io.WriteCloser, error) {
		path := filepath.Join(d.write, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		return os.Create(path)
	}
	sum, err := sample.Write(sample.Config{End: end, Days: d.days, Events: d.events, Seed: d.seed}, create, nil)
	if err != nil {
		return fmt.Errorf("write the sample organization: %w", err)
	}
	fmt.Fprintf(p.stderr, "wrote %d accounts with %d users and roles, and %d records in %d log files (%.1f MB) to %s\n",
		sum.Accounts, sum.Principals, sum.Records, sum.Files, float64(sum.Bytes)/1e6, d.write)
	return nil
}

// The demo's callers: an administrator of the payments account, and one of the
// management account for the organization, with keys that are the same in every
// demo so that its lines can be pasted.
const (
	demoPrincipal = "arn:aws:iam::333344445555:root"
	demoKeyID     = "AKIAEBBMARKDEMO00001"
	demoManager   = "arn:aws:iam::111122223333:root"
	demoManagerID = "AKIAEBBMARKDEMO00002"
	demoSecret    = "ebbmark-demo-secret-key-not-for-use" // of both
)

// runDemo plays the part of an operator: it calls the program's own commands.
func (p *program) runDemo(ctx context.Context, d demo) (err error) {
	dir, err := os.MkdirTemp("", "ebbmark-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d.write = filepath.Join(dir, "organization")
	if err := p.writeSample(d); err != nil {
		return err
	}
	dsn := "sqlite:" + filepath.Join(dir, "demo.db")
	snapshots, err := filepath.Glob(filepath.Join(d.write, "iam", "*.json"))
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		append([]string{"import", "--init", "--store", dsn, filepath.Join(d.write, "organization.json")}, snapshots...),
		{"ingest", "--store", dsn, filepath.Join(d.write, "logs")},
		{"keys", "create", "--store", dsn, "--id", demoKeyID, "--secret", demoSecret, demoPrincipal},
		{"keys", "create", "--store", dsn, "--id", demoManagerID, "--secret", demoSecret, demoManager},
		{"serve", "--store", dsn, "--listen", d.listen},
	} {
		part := *p
		switch args[0] {
		case "keys":
			part.stdout = io.Discard
		case "serve":
			part.stdout = &listeningLine{p.stdout, p.demoLines}
		}
		if code := part.run(ctx, args); code != 0 {
			return &exitError{Code: code}
		}
	}
	return nil
}

// listeningLine is the standard output of the demo's server: once the address
// is known, it says what to do with it.
type listeningLine struct {
	out  io.Writer
	then func(endpoint string) string
}

func (l *listeningLine) Write(text []byte) (int, error) {
	n, err := l.out.Write(text)
	if endpoint, ok := strings.CutPrefix(string(text), "listening on "); ok && err == nil {
		_, err = io.WriteString(l.out, l.then(strings.TrimSpace(endpoint)))
	}
	return n, err
}

// demoLines are lines to paste into another shell.
func (p *program) demoLines(endpoint string) string {
	return fmt.Sprintf(`
The sample organization is ready. Look at it in a browser: %[3]s/console/
Sign in with the access key ID %[1]s (an account) or %[4]s (the management
account), and the secret access key %[2]s.

Or paste into another shell:

  export AWS_ACCESS_KEY_ID=%[1]s AWS_SECRET_ACCESS_KEY=%[2]s AWS_DEFAULT_REGION=us-east-1
  job=$(aws --endpoint-url %[3]s iam generate-service-last-accessed-details --arn arn:aws:iam::333344445555:role/payments/payments-api --granularity ACTION_LEVEL --query JobId --output text)
  aws --endpoint-url %[3]s iam get-service-last-accessed-details --job-id $job
  aws --endpoint-url %[3]s iam list-policies-granting-service-access --arn arn:aws:iam::333344445555:user/developers/paula --service-namespaces athena redshift
  export AWS_ACCESS_KEY_ID=%[4]s
  job=$(aws --endpoint-url %[3]s iam generate-organizations-access-report --entity-path o-ebbmarkdemo/r-ebbm/ou-ebbm-workload/ou-ebbm-payments --query JobId --output text)
  aws --endpoint-url %[3]s iam get-organizations-access-report --job-id $job
  analyzer=$(aws --endpoint-url %[3]s accessanalyzer create-analyzer --analyzer-name unused --type ORGANIZATION_UNUSED_ACCESS --query arn --output text)
  aws --endpoint-url %[3]s accessanalyzer list-findings-v2 --analyzer-arn $analyzer --filter '{"findingType":{"eq":["UnusedIAMRole","UnusedIAMUserAccessKey"]}}'

Ctrl-C ends the demo and removes its files.

`, demoKeyID, demoSecret, endpoint, demoManagerID)
}
