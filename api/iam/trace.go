package iam

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"

	"github.com/ebbmark/ebbmark/tracing"
)

var tracer = tracing.For("api/iam")

// tracedCompute is compute, in a span.
func (a *API) tracedCompute(ctx context.Context, id string, j *job) (jobBody, error) {
	ctx, span := tracer.Start(ctx, "report job")
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("ebbmark.job.id", id),
			attribute.String("ebbmark.job.type", j.Type),
			attribute.String("ebbmark.job.granularity", j.Granularity.String()),
			attribute.String("ebbmark.job.account", j.Owner.Account))
	}
	body, err := a.compute(ctx, id, j)
	if errors.Is(err, ErrHold) {
		span.End()
	} else {
		tracing.End(span, err)
	}
	return body, err
}
