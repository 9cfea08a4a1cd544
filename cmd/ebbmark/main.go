// Command ebbmark serves and computes IAM last accessed information.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// program is what the commands share: the world they run in. Tests make their
// own.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time // the real clock; --as-of is applied by the commands that have it
	random         io.Reader        // source of ids and secrets
}

// Exit codes.
const (
	exitFailed = 1 // the command did its work, and something was refused or failed
	exitUsage  = 2 // the command line was wrong; nothing was done
)

// exitError ends the program with a code. A nil Err says nothing more, because
// the command has already printed what there is to say.
type exitError struct {
	Code int
	Err  error
}

func (e *exitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

func (e *exitError) Unwrap() error { return e.Err }

// usageError is an exitError for a wrong command line.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// realClock is the clock of the program. A variable for tests, whose processes may have
// a wrong one.
var realClock = time.Now

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{os.Stdin, os.Stdout, os.Stderr, os.Getenv, realClock, randomSource()}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// run executes one command line and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	root := &cobra.Command{
		Use:   "ebbmark",
		Short: "IAM last accessed information from your own logs",
		Long: `ebbmark reads the IAM snapshots and CloudTrail logs of your accounts and answers,
through AWS's own APIs, which services and actions each user, group, role and
policy may use and when they last did.

Every flag can be given in the environment: --store is EBBMARK_STORE,
--as-of is EBBMARK_AS_OF, and so on.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &exitError{exitUsage, err} })
	root.AddCommand(p.commands()...)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return p.flagsFromEnv(cmd.Flags()) }

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code := exitFailed
	if exit, ok := errors.AsType[*exitError](err); ok {
		code = exit.Code
		if exit.Err == nil {
			return code
		}
	} else if cmd == root || strings.HasPrefix(err.Error(), "unknown command") {
		code = exitUsage
	}
	fmt.Fprintf(p.stderr, "ebbmark: %v\n", err)
	if code == exitUsage {
		fmt.Fprintf(p.stderr, "Run '%s --help' for usage.\n", cmd.CommandPath())
	}
	return code
}

// flagsFromEnv gives every flag that the command line left out the value of its
// environment variable, if that is set.
func (p *program) flagsFromEnv(flags *pflag.FlagSet) error {
	var problem error
	flags.VisitAll(func(f *pflag.Flag) {
		name := envName(f.Name)
		value := p.getenv(name)
		if f.Changed || value == "" || f.Name == "help" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil && problem == nil {
			problem = usageError("environment variable %s: %w", name, err)
		}
	})
	return problem
}

// envName is the environment variable of a flag: EBBMARK_AS_OF of "as-of".
func envName(flag string) string {
	return "EBBMARK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
