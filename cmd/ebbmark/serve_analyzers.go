package main

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/api/accessanalyzer"
	"github.com/ebbmark/ebbmark/httpd"
	"github.com/ebbmark/ebbmark/notify"
	"github.com/ebbmark/ebbmark/store"
)

// analyzerFlags say when a server scans, and whom it tells of findings.
type analyzerFlags struct {
	interval               time.Duration
	afterIngest, unlimited bool
	webhook, secretFile    string
	insecure               bool
}

const (
	// minScanInterval is the shortest --scan-interval: a scan reads all facts.
	minScanInterval = time.Minute
	// webhookOff is the --webhook that ends a webhook.
	webhookOff = "off"
	// webhookSecretVar has the secret of --webhook.
	webhookSecretVar = "EBBMARK_WEBHOOK_SECRET"
	// maxSecretFile bounds the file of the secret, in bytes.
	maxSecretFile = 4 << 10
)

func addAnalyzerFlags(cmd *cobra.Command, f *analyzerFlags) {
	flags := cmd.Flags()
	flags.DurationVar(&f.interval, "scan-interval", 24*time.Hour, "time between two scans of an analyzer")
	flags.BoolVar(&f.afterIngest, "scan-after-ingest", false, "scan also each time that new files of a --source were read")
	flags.BoolVar(&f.unlimited, "unlimited-generation", false, "generate policies for more than 90 days, several at a time and more than 50 a day")
	flags.StringVar(&f.webhook, "webhook", "", "URL to POST events of findings to, signed with the secret in "+webhookSecretVar+"; off ends what an earlier --webhook began (docs/findings.md)")
	flags.StringVar(&f.secretFile, "webhook-secret-file", "", "file of the secret instead of "+webhookSecretVar)
	flags.BoolVar(&f.insecure, "webhook-insecure-http", false, "let --webhook be http on another machine: who is on the way reads the findings")
}

// checkAnalyzers reads the command line: the settings of the webhook, or nil.
func (p *program) checkAnalyzers(f analyzerFlags) (*notify.Config, error) {
	if f.interval < minScanInterval {
		return nil, usageError("--scan-interval %s: want at least %s", f.interval, minScanInterval)
	}
	if f.webhook == "" || f.webhook == webhookOff {
		return nil, nil
	}
	secret, from := p.getenv(webhookSecretVar), webhookSecretVar
	if f.secretFile != "" {
		body, err := readSecretFile(f.secretFile)
		if err != nil {
			return nil, err
		}
		secret, from = body, f.secretFile
	}
	c := &notify.Config{URL: f.webhook, InsecureHTTP: f.insecure, Secret: secret, Clock: p.now}
	if _, err := notify.New(*c); err != nil {
		return nil, usageError("--webhook, with its secret from %s: %w", from, err)
	}
	return c, nil
}

// readSecretFile is the text of a file without the line end.
func readSecretFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", usageError("--webhook-secret-file %s may be read by others: chmod 600 %[1]s", path)
	}
	body, err := readBounded(path, maxSecretFile)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(body), "\r\n"), nil
}

// analysis is the parts of a server that look for unused and external access.
type analysis struct {
	keeper *analyzers.Keeper
	api    *accessanalyzer.API
	sender *notify.Sender // nil: there is no webhook
	fed    func()         // what is called when a source was read; nil: nothing
}

// newAnalysis makes the parts. The keeper must be closed before the store.
func (p *program) newAnalysis(ctx context.Context, v serving, s store.Store, book *accounts.Book, engines *engineSource) (*analysis, error) {
	if v.webhook != nil || v.analyzers.webhook == webhookOff {
		if err := markWebhook(ctx, s, v.webhook != nil); err != nil {
			return nil, err
		}
	}
	told, err := webhookInUse(ctx, s)
	if err != nil {
		return nil, err
	}
	x := &analysis{keeper: analyzers.New(analyzers.Config{
		Store: s, Book: book, Catalog: engines.Current, Clock: p.now, AsOf: v.asOf, NewID: uuid.NewString, Span: v.span,
		Every: v.analyzers.interval, Delay: v.jobDelay, Unlimited: v.analyzers.unlimited, Changes: told, Log: v.log,
	})}
	x.api = &accessanalyzer.API{Analyzers: x.keeper, Book: book}
	if v.analyzers.afterIngest {
		x.fed = x.keeper.Wake
	}
	if v.webhook == nil {
		return x, nil
	}
	c := *v.webhook
	c.Outbox, c.Jitter, c.Log = outbox{x.keeper}, rand.Float64, v.log
	x.sender, err = notify.New(c)
	return x, err
}

// outbox is the events of a keeper.
type outbox struct{ keeper *analyzers.Keeper }

var _ notify.Outbox = outbox{}

// Pending implements notify.Outbox.
func (o outbox) Pending(ctx context.Context, limit int) ([]notify.Event, error) {
	pending, err := o.keeper.Pending(ctx, limit)
	list := make([]notify.Event, 0, len(pending))
	for _, e := range pending {
		done := func(ctx context.Context) error { return o.keeper.Delivered(ctx, e) }
		list = append(list, notify.Event{Analyzer: e.Analyzer, Finding: e.Finding, Done: done})
	}
	return list, err
}

// addTo gives the parts their places in a server.
func (x *analysis) addTo(c *httpd.Config) {
	c.Services = append(c.Services, x.api.Service())
	if x.sender != nil {
		addWebhookMetrics(c.Registry, x.sender)
	}
}

// run works in the background until ctx ends.
func (x *analysis) run(ctx context.Context, v serving, working *sync.WaitGroup) {
	working.Go(func() { x.keeper.Run(ctx) })
	if x.sender == nil {
		return
	}
	working.Go(func() {
		if err := x.sender.Run(ctx); err != nil && ctx.Err() == nil {
			v.log.Error("events of findings are not delivered", "error", err)
		}
	})
}

// addWebhookMetrics shows what became of events.
func addWebhookMetrics(registry *prometheus.Registry, s *notify.Sender) {
	counter := func(name, help, result string, of func(notify.Counts) int64) {
		labels := prometheus.Labels(nil)
		if result != "" {
			labels = prometheus.Labels{"result": result}
		}
		registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: "ebbmark_webhook_" + name, Help: help, ConstLabels: labels},
			func() float64 { return float64(of(s.Counts())) }))
	}
	const events = "Events of findings by what became of them: accepted by the webhook's target, or given up because it refused them."
	counter("events_total", events, "accepted", func(c notify.Counts) int64 { return c.Accepted })
	counter("events_total", events, "given_up", func(c notify.Counts) int64 { return c.GivenUp })
	counter("failures_total", "Tries to deliver an event that failed and are made again.", "", func(c notify.Counts) int64 { return c.Failed })
	registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "ebbmark_webhook_gone", Help: "1 when the target answered 410 Gone, and gets no more until the server starts anew."},
		func() float64 {
			if s.Counts().Gone {
				return 1
			}
			return 0
		}))
}
