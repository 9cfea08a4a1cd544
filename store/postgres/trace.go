package postgres

import (
	"cmp"
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/tracing"
)

var tracer = tracing.For("store/postgres")

// everyBucket is the bucket of a transaction that takes all gates.
const everyBucket = -1

// change is retry for work that writes to a bucket: in a span, if it is part of
// something that has one. Repeated attempts are events of it.
func (db *DB) change(ctx context.Context, name string, bucket int, work func(context.Context) error) error {
	ctx, span := tracer.Within(ctx, "postgres "+name)
	if span.IsRecording() {
		span.SetAttributes(attribute.String("db.system.name", "postgresql"), attribute.String("db.operation.name", name))
		if bucket != everyBucket {
			span.SetAttributes(attribute.Int("ebbmark.bucket", bucket))
		}
	}
	err := db.retry(ctx, work)
	if err != nil && span.IsRecording() {
		span.SetAttributes(attribute.String("error.type", sortOf(err)))
		if !isAnswer(err) {
			tracing.Fail(span, sortOf(err))
		}
	}
	span.End()
	return err
}

// sortOf is an error in a word: the SQLSTATE, or what became of the connection.
func sortOf(err error) string {
	switch {
	case errors.Is(err, store.ErrConflict):
		return "conflict"
	case errors.Is(err, store.ErrNotFound):
		return "not found"
	case sqlState(err) == "" && lost(err):
		return "connection lost"
	}
	return cmp.Or(sqlState(err), "other")
}
