// Package tracing makes OpenTelemetry spans: what the program was doing, for how
// long, and within what else.
//
// It is off until Use. While it is off, starting a span reads one variable, makes
// nothing and leaves the context as it is; that is why rooms do not use the
// global provider of OpenTelemetry, which makes a span for everybody.
//
// A span never holds the text of an error, a policy, a signature or the like: it
// leaves the machine.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// provider makes the tracers; nil: tracing is off.
var provider atomic.Pointer[trace.TracerProvider]

// none is the span of everything while tracing is off.
var none trace.Span = noop.Span{}

// Use turns tracing on, for the whole program; nil turns it off again.
func Use(p trace.TracerProvider) {
	if p == nil {
		provider.Store(nil)
		return
	}
	provider.Store(&p)
}

// On reports whether tracing is on.
func On() bool { return provider.Load() != nil }

// Tracer makes the spans of a room.
type Tracer struct{ scope string }

// For is the tracer of a room, such as "httpd".
func For(room string) Tracer { return Tracer{"github.com/ebbmark/ebbmark/" + room} }

// Start begins a span within that of ctx, or a trace when there is none. The
// caller ends it. Names are few: what differs each time is an attribute.
func (t Tracer) Start(ctx context.Context, name string) (context.Context, trace.Span) {
	p := provider.Load()
	if p == nil {
		return ctx, none
	}
	return (*p).Tracer(t.scope).Start(ctx, name)
}

// Within is Start for what is no trace of its own: without a span in ctx there
// will be none.
func (t Tracer) Within(ctx context.Context, name string) (context.Context, trace.Span) {
	if provider.Load() == nil || !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, none
	}
	return t.Start(ctx, name)
}

// Serve begins the span of a request that came with a header: within that of
// ctx when the request comes from this process, else within the one that the
// client names (W3C traceparent), if it does.
func (t Tracer) Serve(ctx context.Context, header http.Header, name string) (context.Context, trace.Span) {
	p := provider.Load()
	if p == nil {
		return ctx, none
	}
	kind := trace.SpanKindInternal
	if !trace.SpanContextFromContext(ctx).IsValid() {
		kind = trace.SpanKindServer
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(header))
	}
	return (*p).Tracer(t.scope).Start(ctx, name, trace.WithSpanKind(kind))
}

// End ends a span. Of an error it tells the sort.
func End(span trace.Span, err error) {
	if err != nil && span.IsRecording() {
		Fail(span, sort(err))
	}
	span.End()
}

// Fail marks a span as failed, for a reason in few fixed words.
func Fail(span trace.Span, reason string) {
	span.SetAttributes(attribute.String("error.type", reason))
	span.SetStatus(codes.Error, reason)
}

// Event notes on the span of ctx that something happened. Its attributes are
// names and values in turn.
func Event(ctx context.Context, name string, attributes ...string) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	var list []attribute.KeyValue
	for i := 0; i+1 < len(attributes); i += 2 {
		list = append(list, attribute.String(attributes[i], attributes[i+1]))
	}
	span.AddEvent(name, trace.WithAttributes(list...))
}

// sort is the type of the innermost error.
func sort(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}
