package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/api/sts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/httpd"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// defaultListen is the address of a server that is not told another.
const defaultListen = "127.0.0.1:4780"

// serveFlags is the command line of "ebbmark serve".
type serveFlags struct {
	store, listen       string
	init                bool
	asOf                time.Time
	jobDelay, retention time.Duration
	tlsCert, tlsKey     string
	logLevel, logFormat string
}

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the AWS APIs",
		Long: `Serves the APIs of AWS IAM and STS for what is in a store. The AWS CLI and the
SDKs call it with --endpoint-url.

A store that does not exist is made when --init says so, or when no --store is
given. It gets an account and a key of its root: those of EBBMARK_ACCOUNT_ID,
EBBMARK_ROOT_ACCESS_KEY_ID and EBBMARK_ROOT_SECRET_ACCESS_KEY, or random ones,
which are printed once.

The server prints "listening on http://ADDRESS" when it is ready. It tells how it
is at /healthz, /readyz and /metrics, without a signature. SIGTERM or Ctrl-C stop
it after the requests in progress.`,
		Example: `  ebbmark serve
  ebbmark serve --init --store sqlite:/var/lib/ebbmark/ebbmark.db --listen :4780 --tls-cert cert.pem --tls-key key.pem
  ebbmark serve --as-of 2026-06-01T12:00:00Z`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", defaultListen, "address to listen on; port 0 takes a free one")
	flags.BoolVar(&f.init, "init", false, "make the store if it does not exist")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "answer as of this moment (RFC 3339) instead of now; signatures and sessions go by the real clock")
	flags.DurationVar(&f.jobDelay, "job-delay", 0, "keep every report job IN_PROGRESS that long, so that clients can rehearse their polling")
	flags.DurationVar(&f.retention, "job-retention", 24*time.Hour, "how long a finished report can be read")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "certificate file (PEM), to speak TLS")
	flags.StringVar(&f.tlsKey, "tls-key", "", "private key file (PEM) of the certificate")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	return cmd
}

func (p *program) serve(ctx context.Context, f serveFlags) error {
	log, err := p.logger(f.logLevel, f.logFormat)
	if err != nil {
		return err
	}
	if f.jobDelay < 0 || f.retention <= 0 {
		return usageError("--job-delay must not be negative, and --job-retention must be positive")
	}
	secure, err := tlsConfig(f.tlsCert, f.tlsKey)
	if err != nil {
		return err
	}
	// The port first: a server that cannot have it must not leave a new store.
	listener, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	s, err := openOrCreateStore(ctx, f.store, f.init)
	if errors.Is(err, store.ErrNoStore) {
		return fmt.Errorf("%w; use --init to make one", err)
	} else if err != nil {
		return err
	}
	defer s.Close()
	return p.serveStore(ctx, f, s, listener, secure, log)
}

// serveStore serves an open store until ctx ends.
func (p *program) serveStore(ctx context.Context, f serveFlags, s store.Store, listener net.Listener, secure *tls.Config, log *slog.Logger) error {
	keys, err := p.keyring(s, f.store)
	if err != nil {
		return err
	}
	book := accounts.New(s)
	if err := p.setUp(ctx, setting{s, book, keys, p.present(f.asOf)}); err != nil {
		return err
	}
	engines := &engineSource{catalogs: &catalogSource{docs: s}}
	if _, _, err := engines.Current(ctx); err != nil {
		return err
	}
	authority := &auth.Authority{Accounts: book, Log: log}
	jobs := iam.New(iam.Config{
		Docs: s, Facts: s, Book: book, Catalog: engines.Current, Clock: p.now, AsOf: f.asOf,
		Guard: authority.Guard, NewID: uuid.NewString, JobDelay: f.jobDelay, Retention: f.retention, Log: log,
	})
	tokens := &sts.API{Accounts: book, Keys: keys, Authority: authority, Now: p.now}
	server := httpd.New(httpd.Config{
		Services:     []wire.Service{jobs.Service(), tokens.Service()},
		Guard:        authority.Guard,
		Authenticate: (&auth.Authenticator{Keys: keys, Accounts: book, Now: p.now}).Authenticate,
		Ready:        func(ctx context.Context) error { return ready(ctx, s, engines) },
		Log:          log,
		Now:          p.now,
	})

	// The store closes after all that uses it has ended.
	background, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	working.Go(func() { tendJobs(background, jobs, log) })

	scheme := "http"
	if secure != nil {
		scheme = "https"
	}
	fmt.Fprintf(p.stdout, "listening on %s://%s\n", scheme, listener.Addr())
	return server.Serve(ctx, listener, secure)
}

// present is the moment that answers are about.
func (p *program) present(asOf time.Time) time.Time {
	if asOf.IsZero() {
		return p.now()
	}
	return asOf
}

// ready asks the parts that a request needs.
func ready(ctx context.Context, docs store.Docs, engines *engineSource) error {
	if _, _, err := docs.GetDoc(ctx, store.KindServer, setupID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, _, err := engines.Current(ctx)
	return err
}

// listen takes a TCP address.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen on %s: another program uses this port; is it another ebbmark? Choose a port with --listen", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("cannot listen on %s: ports below 1024 need a privilege; choose a port with --listen", address)
	case err != nil:
		return nil, usageError("--listen %q: %w", address, err)
	}
	return listener, nil
}

// tlsConfig reads a certificate; nil when there is none to read.
func tlsConfig(certFile, keyFile string) (*tls.Config, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil
	}
	if certFile == "" || keyFile == "" {
		return nil, usageError("--tls-cert and --tls-key go together")
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("read --tls-cert %s and --tls-key %s: %w", certFile, keyFile, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// logger writes to standard error.
func (p *program) logger(level, format string) (*slog.Logger, error) {
	var options slog.HandlerOptions
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError("--log-level %q: want debug, info, warn or error", level)
	}
	options.Level = least
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(p.stderr, &options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.stderr, &options)), nil
	}
	return nil, usageError("--log-format %q: want text or json", format)
}
