package ingest

import (
	"cmp"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/ebbmark/ebbmark/tracing"
)

var tracer = tracing.For("ingest")

// endLook ends the span of a Run.
func endLook(span trace.Span, sum *Summary, err error) {
	if span.IsRecording() {
		span.SetAttributes(
			attribute.Int64("ebbmark.files.done", sum.Files.Done),
			attribute.Int64("ebbmark.files.skipped", sum.Files.Skipped),
			attribute.Int64("ebbmark.files.failed", sum.Files.Failed),
			attribute.Int64("ebbmark.files.busy", sum.Busy))
		span.SetAttributes(counted(&sum.Counts)...)
	}
	tracing.End(span, err)
}

// endFile ends the span of an object that was read. The reason of a failure
// stands in the ledger: it may have text of the file.
func (w *reader) endFile(span trace.Span, j job, failure error) {
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("ebbmark.source.kind", cmp.Or(j.object.Kind, j.source.Kind())),
			attribute.String("ebbmark.object.name", w.name))
		span.SetAttributes(counted(&w.row.Counts)...)
	}
	tracing.End(span, failure)
}

func counted(c *Counts) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.Int64("ebbmark.bytes", c.Bytes),
		attribute.Int64("ebbmark.records", c.Records),
		attribute.Int64("ebbmark.attempts", c.Attempts),
		attribute.Int64("ebbmark.records.refused", c.AllRefused()),
	}
}
