package analyzers

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/tracing"
)

var tracer = tracing.For("analyzers")

// startScan begins the span of a scan.
func startScan(ctx context.Context, a *finding.Analyzer, name string) (context.Context, trace.Span) {
	ctx, span := tracer.Start(ctx, name)
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("ebbmark.analyzer.name", a.Name.Name),
			attribute.String("ebbmark.analyzer.type", string(a.Type)),
			attribute.String("ebbmark.analyzer.account", a.Name.Account))
	}
	return ctx, span
}
