package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/ebbmark/ebbmark/tracing"
)

// flushTime is how long the end of a command may wait for its last spans to be
// taken. A variable for tests.
var flushTime = 5 * time.Second

// traceErrorsEvery is the time between two lines about spans that could not be
// sent.
const traceErrorsEvery = time.Minute

// startTraces turns tracing on when the environment names a receiver, and returns
// what ends it: it sends what there is still, within flushTime. What is wrong
// with the environment is logged, and then there are no traces: its variables
// are not only ours.
func (p *program) startTraces(log *slog.Logger) (end func()) {
	client, err := p.traceClient()
	if err != nil {
		log.Warn("no traces are sent", "error", err)
	}
	if client == nil {
		return func() {}
	}
	trouble := &traceTrouble{log: log}
	otel.SetErrorHandler(trouble)
	count := &countedSpans{SpanProcessor: sdktrace.NewBatchSpanProcessor(otlptrace.NewUnstarted(client))}
	// The sampler, the sizes of batches and the limits of spans are read from the
	// environment by these.
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(count), sdktrace.WithResource(traceResource(trouble)))
	tracing.Use(provider)
	log.Info("sending traces", "to", client.host())
	return func() {
		tracing.Use(nil)
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		client.hurry()
		if err := provider.Shutdown(ctx); err != nil {
			trouble.Handle(fmt.Errorf("send the last spans within %s: %w", flushTime, err))
		}
		client.stop()
		if lost := count.ended.Load() - client.sent.Load(); lost > 0 {
			log.Warn("spans were not sent", "spans", lost)
		}
	}
}

// traceResource says who sends the spans. Nothing of the machine is looked up.
func traceResource(trouble *traceTrouble) *resource.Resource {
	ours := resource.NewSchemaless(attribute.String("service.name", "ebbmark"), attribute.String("service.version", programVersion()))
	said, err := resource.New(context.Background(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		trouble.Handle(err)
	}
	all, err := resource.Merge(ours, said)
	if err != nil {
		trouble.Handle(err)
	}
	return all
}

// tracesWanted reports whether OTEL_TRACES_EXPORTER and OTEL_SDK_DISABLED leave
// traces on, and if the former asks for something that there is not, for what.
func (p *program) tracesWanted() (wanted bool, unknown string) {
	if strings.EqualFold(strings.TrimSpace(p.getenv("OTEL_SDK_DISABLED")), "true") {
		return false, ""
	}
	names := strings.FieldsFunc(p.getenv("OTEL_TRACES_EXPORTER"), func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case len(names) == 0 || slices.Contains(names, "otlp"):
		return true, ""
	case slices.Contains(names, "none"):
		return false, ""
	}
	return false, names[0]
}

// countedSpans counts the spans that are to be sent.
type countedSpans struct {
	sdktrace.SpanProcessor
	ended atomic.Int64
}

// OnEnd implements sdktrace.SpanProcessor.
func (c *countedSpans) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.SpanContext().IsSampled() {
		c.ended.Add(1)
	}
	c.SpanProcessor.OnEnd(s)
}

// traceTrouble logs what goes wrong with traces, now and then.
type traceTrouble struct {
	log    *slog.Logger
	mu     sync.Mutex
	last   time.Time
	untold int64
}

// Handle implements otel.ErrorHandler.
func (t *traceTrouble) Handle(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); t.last.IsZero() || now.Sub(t.last) >= traceErrorsEvery {
		t.log.Warn("trouble with traces", "error", err, "and before", t.untold)
		t.last, t.untold = now, 0
		return
	}
	t.untold++
}
