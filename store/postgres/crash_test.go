package postgres

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ebbmark/ebbmark/internal/servers"
)

// killer is a tracer that kills the server as a chosen statement begins.
type killer struct {
	left atomic.Int64
	kill func()
}

func (k *killer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if writes.MatchString(data.SQL) && k.left.Add(-1) == 0 {
		k.kill()
	}
	return ctx
}

func (k *killer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestServerKilledInMidMerge kills the server in the middle of a call, starts it
// again, and wants the call to have gone on as if nothing had been.
func TestServerKilledInMidMerge(t *testing.T) {
	server := servers.Postgres(t)
	dsn := database(t, server.DSN("postgres"))
	check(t, create(t, dsn).Close())
	k := &killer{}
	started := make(chan struct{})
	k.kill = func() {
		server.Kill(t)
		go func() { server.Start(t); close(started) }()
	}
	k.left.Store(9)
	db, err := open(t.Context(), dsn, false, func(c *pgxpool.Config) { c.ConnConfig.Tracer = k })
	check(t, err)
	t.Cleanup(func() { db.Close() })
	facts := hot(6, 3000)
	check(t, db.MergeFacts(t.Context(), facts))
	<-started
	if left := k.left.Load(); left >= 0 {
		t.Fatalf("%d writes too few: nothing was killed", left)
	}
	wantMerged(t, db, facts)
	wantMerged(t, reopen(t, dsn), facts)
}

// TestLostAnswers cuts the connection before and after a write of a document
// takes effect: each fault comes twice.
func TestLostAnswers(t *testing.T) {
	dsn := database(t, servers.Postgres(t).DSN("postgres"))
	quiet := create(t, dsn)
	for sentence, after := range map[string]bool{"not written": false, "written, and the answer lost": true} {
		t.Run(sentence, func(t *testing.T) {
			c := &cutter{after: after}
			db, err := open(t.Context(), dsn, false, func(p *pgxpool.Config) { p.ConnConfig.Tracer = c })
			check(t, err)
			defer db.Close()
			v, err := db.PutDoc(t.Context(), "test", sentence, []byte("1"), 0)
			check(t, err)
			v, err = db.PutDoc(t.Context(), "test", sentence, []byte("2"), v)
			check(t, err)
			if body, found, err := quiet.GetDoc(t.Context(), "test", sentence); err != nil || found != v || string(body) != "2" {
				t.Fatalf("%q at %d, %v; want 2 at %d", body, found, err, v)
			}
			err = db.DeleteDoc(t.Context(), "test", sentence, v)
			if _, _, gone := quiet.GetDoc(t.Context(), "test", sentence); gone == nil {
				t.Fatalf("it is still there: %v", err)
			}
			if after != errors.Is(err, errUnknown) || !after && err != nil {
				t.Fatalf("deleting: %v", err)
			}
			if c.cuts != 3 {
				t.Fatalf("%d cuts, want 3", c.cuts)
			}
		})
	}
}

// cutter is a tracer that cuts the connection once for each text of a write.
type cutter struct {
	after bool
	seen  []string
	cuts  int
	now   bool
}

func (c *cutter) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !writes.MatchString(data.SQL) {
		return ctx
	}
	for _, text := range c.seen {
		if text == data.SQL {
			return ctx
		}
	}
	c.seen = append(c.seen, data.SQL)
	c.cuts++
	if !c.after {
		conn.PgConn().Conn().Close()
		return ctx
	}
	// The statement is done over another connection, and this one is cut.
	other, err := pgx.ConnectConfig(ctx, untraced(conn))
	if err == nil {
		_, err = other.Exec(ctx, data.SQL, data.Args...)
		other.Close(ctx)
	}
	if err != nil {
		panic(err)
	}
	conn.PgConn().Conn().Close()
	return ctx
}

func untraced(conn *pgx.Conn) *pgx.ConnConfig {
	config := conn.Config()
	config.Tracer = nil
	return config
}

func (c *cutter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
