package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/api/organizations"
	"github.com/ebbmark/ebbmark/api/sts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/httpd"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/notify"
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
	reading             reading
	push                pushFlags
	sources             []string
	interval            time.Duration
	aws                 awsFlags
	analyzers           analyzerFlags
	console             consoleFlags
	keep                int // days; 0: all
}

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the AWS APIs and the web console",
		Long: `Serves the APIs of AWS IAM, STS, Organizations and IAM Access Analyzer for what is
in a store. The AWS CLI and the SDKs call it with --endpoint-url.

A store that does not exist is made when --init says so, or when no --store is
given. It gets an account and a key of its root: those of EBBMARK_ACCOUNT_ID,
EBBMARK_ROOT_ACCESS_KEY_ID and EBBMARK_ROOT_SECRET_ACCESS_KEY, or random ones,
which are printed once.

The server prints "listening on http://ADDRESS" when it is ready. A browser finds
the web console there, at /console/, and signs in with an access key of this
server; --no-console leaves it out. The server tells how it is at /healthz,
/readyz and /metrics, without a signature. SIGTERM or Ctrl-C stop it after the
requests in progress.`,
		Example: `  ebbmark serve
  ebbmark serve --init --store sqlite:/var/lib/ebbmark/ebbmark.db --listen :4780 --tls-cert cert.pem --tls-key key.pem
  ebbmark serve --source s3://trail/AWSLogs/ --source sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail
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
	readingFlags(cmd, &f.reading)
	addPushFlags(cmd, &f.push)
	flags.StringSliceVar(&f.sources, "source", nil, "logs to read while serving: a folder, s3://BUCKET/PREFIX or sqs:QUEUE_URL; may be given several times, or as a list with commas")
	flags.DurationVar(&f.interval, "source-interval", time.Minute, "time between two looks at a folder or bucket")
	awsSourceFlags(cmd, &f.aws)
	addAnalyzerFlags(cmd, &f.analyzers)
	addConsoleFlags(cmd, &f.console)
	addPruneFlags(cmd, &f.keep)
	return cmd
}

// serving is what "ebbmark serve" works with, all of it checked before anything
// is made.
type serving struct {
	serveFlags
	log     *slog.Logger
	secure  *tls.Config // nil: no TLS
	catalog catalog.Config
	span    time.Duration
	feeds   []feed
	webhook *notify.Config // nil: there is none
}

// garbagePercent lets the heap grow further than Go's default of 100 before it
// is swept. A report makes much garbage at once, and collecting it was a fifth
// of its time; what lives is small, so the memory is well spent.
const garbagePercent = 400

func (p *program) serve(ctx context.Context, f serveFlags) error {
	v, err := p.checkServe(ctx, f)
	if err != nil {
		return err
	}
	defer p.startTraces(v.log)()
	// The port first: a server that cannot have it must not leave a new store.
	listener, err := listen(ctx, v.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	s, err := openOrCreateStore(ctx, v.store, v.init)
	if errors.Is(err, store.ErrNoStore) {
		return fmt.Errorf("%w; use --init to make one", err)
	} else if err != nil {
		return err
	}
	defer s.Close()
	if p.getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	return p.serveStore(ctx, v, s, listener)
}

// checkServe reads the command line.
func (p *program) checkServe(ctx context.Context, f serveFlags) (v serving, err error) {
	v.serveFlags = f
	if f.jobDelay < 0 || f.retention <= 0 {
		return v, usageError("--job-delay must not be negative, and --job-retention must be positive")
	}
	if v.catalog, err = f.reading.config(); err != nil {
		return v, err
	}
	if v.span, err = f.reading.span(); err != nil {
		return v, err
	}
	if err := checkKeep(f.keep, v.span, f.asOf); err != nil {
		return v, err
	}
	if v.feeds, err = p.openFeeds(ctx, f); err != nil {
		return v, err
	}
	if v.webhook, err = p.checkAnalyzers(f.analyzers); err != nil {
		return v, err
	}
	if v.log, err = p.logger(f.logLevel, f.logFormat); err != nil {
		return v, err
	}
	v.secure, err = tlsConfig(f.tlsCert, f.tlsKey)
	return v, err
}

// serveStore serves an open store until ctx ends.
func (p *program) serveStore(ctx context.Context, v serving, s store.Store, listener net.Listener) error {
	keys, err := p.keyring(s, v.store)
	if err != nil {
		return err
	}
	book := accounts.New(s)
	if err := p.setUp(ctx, setting{s, book, keys, p.present(v.asOf)}); err != nil {
		return err
	}
	if says, err := ingest.Outdated(ctx, s); err != nil {
		return err
	} else if says != "" {
		v.log.Warn(says)
	}
	if err := warnReach(ctx, s, p.present(v.asOf), v.span, v.log); err != nil {
		return err
	}
	engines := &engineSource{catalogs: &catalogSource{docs: s, config: v.catalog}}
	if _, _, err := engines.Current(ctx); err != nil {
		return err
	}
	bound := organizationPolicies(book)
	authority := &auth.Authority{Accounts: book, OrganizationPolicies: bound, Log: v.log}
	jobs := iam.New(iam.Config{
		Docs: s, Facts: s, Book: book, Keys: keys, Catalog: engines.Current, Clock: p.now, AsOf: v.asOf, Span: v.span,
		Guard: authority.Guard, OrganizationPolicies: bound, NewID: uuid.NewString, JobDelay: v.jobDelay, Retention: v.retention, Log: v.log,
	})
	tree := organizations.New(organizations.Config{
		Book: book, Random: keys.Random, Guard: authority.Guard, Clock: p.now, AsOf: v.asOf, Delay: v.jobDelay, Log: v.log,
	})
	defer tree.Close()
	tokens := &sts.API{Accounts: book, Keys: keys, Authority: authority, Now: p.now}
	pushes := p.newPushing(v, s)
	analysis, err := p.newAnalysis(ctx, v, s, book, engines)
	if err != nil {
		return err
	}
	defer analysis.keeper.Close()
	registry := prometheus.NewRegistry()
	fed, states := newFeedMetrics(registry), newFeedStates(v.feeds)
	web := httpd.Config{
		Services:     []wire.Service{jobs.Service(), tokens.Service(), tree.Service(), p.ownAPI(v, s, book, engines, states)},
		Guard:        authority.Guard,
		Authenticate: (&auth.Authenticator{Keys: keys, Accounts: book, Now: p.now}).Authenticate,
		Ready:        func(ctx context.Context) error { return ready(ctx, s, engines) },
		Log:          v.log,
		Registry:     registry,
		Now:          p.now,
	}
	pushes.addTo(&web)
	analysis.addTo(&web)
	site := p.addConsole(v, book, &web)
	server := httpd.New(web)
	site.api = server

	// The store closes after all that uses it has ended.
	background, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	working.Go(func() { tendJobs(background, jobs, v.log) })
	analysis.run(background, v, &working)
	if v.keep > 0 {
		working.Go(func() { p.tendPrune(background, s, v.keep, v.log) })
	}
	for _, source := range v.feeds {
		source.fed = analysis.fed
		working.Go(func() { p.tendFeed(background, source, s, fed, states, v.log) })
	}
	if pushes.own != nil {
		working.Go(func() { pushes.own.Run(background) })
	}
	p.announce(v, listener.Addr())
	return errors.Join(server.Serve(ctx, listener, v.secure), pushes.flush(ctx))
}

// announce says that the server is ready, and how safe it is.
func (p *program) announce(v serving, at net.Addr) {
	scheme := "http"
	if v.secure != nil {
		scheme = "https"
	}
	if tcp, ok := at.(*net.TCPAddr); ok && v.secure == nil && !tcp.IP.IsLoopback() {
		v.log.Warn("other machines can reach this server, and what they say to it is not encrypted: use --tls-cert and --tls-key, or a proxy that speaks TLS", "address", at.String())
	}
	fmt.Fprintf(p.stdout, "listening on %s://%s\n", scheme, at)
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
