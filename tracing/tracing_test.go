package tracing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// record turns tracing on until the test ends.
func record(t *testing.T) *tracetest.SpanRecorder {
	t.Helper()
	r := tracetest.NewSpanRecorder()
	Use(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r), sdktrace.WithSampler(sdktrace.AlwaysSample())))
	t.Cleanup(func() { Use(nil) })
	return r
}

var header = http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}

func TestOffMakesNothing(t *testing.T) {
	tracer := For("test")
	for name, start := range map[string]func(context.Context) (context.Context, trace.Span){
		"Start":  func(ctx context.Context) (context.Context, trace.Span) { return tracer.Start(ctx, "x") },
		"Within": func(ctx context.Context) (context.Context, trace.Span) { return tracer.Within(ctx, "x") },
		"Serve":  func(ctx context.Context) (context.Context, trace.Span) { return tracer.Serve(ctx, header, "x") },
	} {
		before := t.Context()
		after, span := start(before)
		if after != before || span.IsRecording() || span.SpanContext().IsValid() {
			t.Errorf("%s made a span", name)
		}
		allocs := testing.AllocsPerRun(100, func() {
			ctx, span := start(before)
			Event(ctx, "x")
			End(span, nil)
		})
		if allocs != 0 {
			t.Errorf("%s allocates %v times", name, allocs)
		}
	}
}

func TestParents(t *testing.T) {
	r := record(t)
	tracer := For("test")
	if ctx, span := tracer.Within(t.Context(), "alone"); ctx != t.Context() || span.IsRecording() {
		t.Error("Within made a trace of its own")
	}
	ctx, outer := tracer.Serve(t.Context(), header, "outer")
	_, inner := tracer.Serve(ctx, http.Header{"Traceparent": {"00-11111111111111111111111111111111-2222222222222222-01"}}, "inner")
	_, within := tracer.Within(ctx, "within")
	End(within, nil)
	End(inner, nil)
	End(outer, nil)
	spans := r.Ended()
	if len(spans) != 3 {
		t.Fatalf("%d spans", len(spans))
	}
	for i, want := range []struct {
		name, parent string
		kind         trace.SpanKind
	}{
		{"within", outer.SpanContext().SpanID().String(), trace.SpanKindInternal},
		{"inner", outer.SpanContext().SpanID().String(), trace.SpanKindInternal},
		{"outer", "b7ad6b7169203331", trace.SpanKindServer},
	} {
		s := spans[i]
		if s.Name() != want.name || s.Parent().SpanID().String() != want.parent || s.SpanKind() != want.kind ||
			s.SpanContext().TraceID().String() != "0af7651916cd43dd8448eb211c80319c" || s.InstrumentationScope().Name != "github.com/ebbmark/ebbmark/test" {
			t.Errorf("%s: parent %s, kind %s, %v", s.Name(), s.Parent().SpanID(), s.SpanKind(), s.SpanContext())
		}
	}
}

func TestErrorsAreTypesOnly(t *testing.T) {
	for want, err := range map[string]error{
		"canceled":            fmt.Errorf("a secret: %w", context.Canceled),
		"timeout":             fmt.Errorf("a secret: %w", context.DeadlineExceeded),
		"*errors.errorString": fmt.Errorf("a secret: %w", &fs.PathError{Path: "a secret", Err: errors.New("a secret")}),
	} {
		r := record(t)
		_, span := For("test").Start(t.Context(), "x")
		End(span, err)
		s := r.Ended()[0]
		if s.Status().Code != codes.Error || s.Status().Description != want || len(s.Events()) > 0 || len(s.Attributes()) != 1 || s.Attributes()[0].Value.AsString() != want {
			t.Errorf("%v: %v %v", err, s.Status(), s.Attributes())
		}
	}
}

// BenchmarkOff is what a span costs while tracing is off.
func BenchmarkOff(b *testing.B) {
	tracer, ctx := For("test"), b.Context()
	b.ReportAllocs()
	for b.Loop() {
		ctx, span := tracer.Start(ctx, "x")
		Event(ctx, "x")
		End(span, nil)
	}
}
