package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/tracing"
)

// told is a span with its attributes and events in a line.
func told(s sdktrace.ReadOnlySpan) string {
	var list []string
	for _, a := range s.Attributes() {
		list = append(list, string(a.Key)+"="+a.Value.String())
	}
	slices.Sort(list)
	for _, e := range s.Events() {
		list = append(list, e.Name+" "+e.Attributes[0].Value.String())
	}
	return fmt.Sprint(s.Name(), " ", list)
}

func TestSpansOfChanges(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	tracing.Use(provider)
	t.Cleanup(func() { tracing.Use(nil) })
	db := create(t, servers.Postgres(t).DSN("postgres"))
	if _, err := db.PutDoc(t.Context(), "ledger", "alone", []byte("secret"), 0); err != nil {
		t.Fatal(err)
	}
	if n := len(spans.Ended()); n != 0 {
		t.Fatalf("%d spans that are part of nothing", n)
	}

	ctx, outer := provider.Tracer("test").Start(t.Context(), "outer")
	_, err := db.PutDoc(ctx, "ledger", "x", []byte("secret"), 0)
	_, conflict := db.PutDoc(ctx, "ledger", "x", []byte("secret"), 0)
	if err != nil || !errors.Is(conflict, store.ErrConflict) {
		t.Fatal(err, conflict)
	}
	tries := 0
	fail := func(err error, times int) func(context.Context) error {
		return func(context.Context) error {
			if tries++; tries <= times {
				return err
			}
			return nil
		}
	}
	deadlock := &pgconn.PgError{Code: "40P01", Message: "secret", Detail: "secret"}
	if err := db.change(ctx, "Toy", 7, fail(deadlock, 2)); err != nil {
		t.Fatal(err)
	}
	tries = 0
	broken := db.change(ctx, "Toy", everyBucket, fail(&pgconn.PgError{Code: "42P01", Message: "secret"}, 1))
	tries = 0
	if err := db.retry(ctx, fail(deadlock, 1)); err != nil || broken == nil {
		t.Fatal(err, broken)
	}
	outer.End()

	bucket := fmt.Sprintf("ebbmark.bucket=%d", keyOf("ledger", "x").bucket)
	want := []string{
		"postgres PutDoc [db.operation.name=PutDoc db.system.name=postgresql " + bucket + "]",
		"postgres PutDoc [db.operation.name=PutDoc db.system.name=postgresql " + bucket + " error.type=conflict]",
		"postgres Toy [db.operation.name=Toy db.system.name=postgresql ebbmark.bucket=7 retry 40P01 retry 40P01]",
		"postgres Toy [db.operation.name=Toy db.system.name=postgresql error.type=42P01]",
		"outer [retry 40P01]",
	}
	var got []string
	for _, s := range spans.Ended() {
		got = append(got, told(s))
		if failed := s.Status().Code == codes.Error; failed != (told(s) == want[3]) {
			t.Errorf("%s: status %v", told(s), s.Status())
		}
		if s.Name() != "outer" && s.Parent().SpanID() != outer.SpanContext().SpanID() {
			t.Errorf("%s is not within the outer one", told(s))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
