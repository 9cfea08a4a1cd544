package postgres

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
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

// committer is a tracer that lets one commit in mid way: the server has done it,
// and its answer is lost.
type committer struct{ armed atomic.Bool }

func (c *committer) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if data.SQL == "commit" && c.armed.CompareAndSwap(true, false) {
		if _, err := conn.PgConn().Exec(ctx, "commit").ReadAll(); err != nil {
			panic(err)
		}
		conn.PgConn().Conn().Close()
	}
	return ctx
}

func (c *committer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestLostCommits: what was committed, though nobody heard of it, is not done
// again, and is no error.
func TestLostCommits(t *testing.T) {
	dsn := database(t, servers.Postgres(t).DSN("postgres"))
	check(t, create(t, dsn).Close())
	c := &committer{}
	db, err := open(t.Context(), dsn, false, func(p *pgxpool.Config) { p.ConnConfig.Tracer = c })
	check(t, err)
	t.Cleanup(func() { db.Close() })
	lose := func(what string, work func() error) {
		c.armed.Store(true)
		if err := work(); err != nil || c.armed.Load() {
			t.Fatalf("%s: %v (the commit was not reached: %v)", what, err, c.armed.Load())
		}
	}
	facts := hot(7, 3000)
	lose("MergeFacts", func() error { return db.MergeFacts(t.Context(), facts) })
	lose("SetRules", func() error { return db.SetRules(t.Context(), 4) })
	check(t, db.sweep(t.Context())) // whose commits would be the first to be lost
	for _, epoch := range []int64{2, 4} {
		var g store.Generation
		lose("BeginDraft", func() error {
			g, err = db.beginDraft(t.Context(), 5)
			return err
		})
		if g != (store.Generation{Epoch: epoch, Rules: 4, Draft: epoch, DraftRules: 5}) {
			t.Fatalf("a draft was begun: %+v", g)
		}
		if epoch == 2 {
			lose("DropDraft", func() error { return db.DropDraft(t.Context()) })
		}
	}
	check(t, db.MergeDraft(t.Context(), 4, facts))
	_, err = db.PutDoc(t.Context(), "draft", "a", []byte("new"), 0)
	check(t, err)
	lose("Switch", func() error { return db.Switch(t.Context(), 4, "draft", "live") })
	if g, err := db.Generation(t.Context()); err != nil || g != (store.Generation{Epoch: 5, Since: 4, Rules: 5}) {
		t.Fatalf("after the switch: %+v, %v", g, err)
	}
	if body, _, err := db.GetDoc(t.Context(), "live", "a"); err != nil || string(body) != "new" {
		t.Fatalf("%q, %v", body, err)
	}
	wantMerged(t, db, facts)
	left := ""
	for _, table := range []string{"facts", "rollups"} {
		check(t, db.pool.QueryRow(t.Context(), "select string_agg(distinct generation::text, ' ') from ebbmark."+table).Scan(&left))
		if left != "4" {
			t.Errorf("%s has generations %s, want 4 alone: nothing was swept away", table, left)
		}
	}
}
