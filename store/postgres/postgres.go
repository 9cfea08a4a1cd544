// Package postgres keeps a store in PostgreSQL 15 or later, for several nodes
// at once, or with the same statements in Citus.
//
// Every row has a bucket as its first key column. A write transaction touches
// one bucket and writes rows in the order of their keys, so that writers wait
// for each other but never in a circle, and so that on Citus it stays on one
// machine. The exceptions are BeginDraft, DropDraft, SetRules and Switch: they
// lock the gates of all buckets, in order (generation.go).
//
// What PostgreSQL's distributed relatives lack is not used: no SKIP LOCKED,
// advisory locks, LISTEN, sequences, triggers, temporary tables or now().
// Statements have no names on the server, so that a PgBouncer in transaction
// mode may stand between.
//
// The tables lie in a schema of their own, "ebbmark", and are always named in
// full: no search_path matters.
package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ebbmark/ebbmark/store"
)

// DB is an open store. Make one with Open or Create.
type DB struct {
	pool    *pgxpool.Pool
	random  func() uint64 // for versions of documents and for pauses
	patient int           // attempts of one piece of work
}

var _ store.Store = (*DB)(nil)

// Open opens the store in the database of a DSN (a postgres:// or
// postgresql:// URL). There must be one (store.ErrNoStore), not newer than this
// program (store.ErrNewer). An older one is brought up to date.
func Open(ctx context.Context, dsn string) (*DB, error) { return open(ctx, dsn, false, nil) }

// Create makes a store in the database of a DSN, which must exist and have none
// (store.ErrExists). It appears all at once.
func Create(ctx context.Context, dsn string) (*DB, error) { return open(ctx, dsn, true, nil) }

// open is both; tune may change the configuration.
func open(ctx context.Context, dsn string, create bool, tune func(*pgxpool.Config)) (*DB, error) {
	config, err := configure(dsn)
	if err != nil {
		return nil, err
	}
	if tune != nil {
		tune(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db := &DB{pool: pool, random: randomNumber, patient: openAttempts}
	what := "open store in database " + config.ConnConfig.Database
	if create {
		what = "create store in database " + config.ConnConfig.Database
	}
	if err := explain(what, db.migrate(ctx, create)); err != nil {
		pool.Close()
		return nil, err
	}
	db.patient = attempts
	return db, nil
}

// configure reads a DSN and sets what it does not say.
func configure(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the DSN of the store: %w", err) // which hides the password
	}
	said := func(option string) bool { return strings.Contains(dsn, option+"=") }
	if !said("pool_max_conns") {
		config.MaxConns = maxConns
	}
	if !said("pool_max_conn_lifetime") {
		config.MaxConnLifetime, config.MaxConnLifetimeJitter = lifetime, lifetime/10
	}
	if !said("pool_max_conn_idle_time") {
		config.MaxConnIdleTime = idletime
	}
	if !said("default_query_exec_mode") {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	if config.ConnConfig.ValidateConnect == nil {
		// Of several hosts the one that can be written. A lone standby is refused
		// as well: it would only fail later.
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "ebbmark"
	}
	return config, nil
}

func randomNumber() uint64 {
	var b [8]byte
	rand.Read(b[:]) // has no way to fail
	return binary.BigEndian.Uint64(b[:])
}

// Close implements store.Store.
func (db *DB) Close() error {
	db.pool.Close()
	return nil
}

// tx is an open transaction.
type tx = pgx.Tx

// write runs work in a transaction of one bucket, as change does.
func (db *DB) write(ctx context.Context, name string, bucket int, work func(context.Context, tx) error) error {
	return db.change(ctx, name, bucket, func(ctx context.Context) error { return db.transact(ctx, begin, work) })
}

// transact runs work in one transaction: all of it is durable when it returns
// nil. On error nothing of it is, unless the connection was lost.
func (db *DB) transact(ctx context.Context, begin string, work func(context.Context, tx) error) error {
	t, err := db.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return err
	}
	defer t.Rollback(context.WithoutCancel(ctx)) // after a commit it does nothing
	if err := work(ctx, t); err != nil {
		return err
	}
	return t.Commit(ctx)
}

// query hands the rows of a statement to each. A read may be run several times:
// reset is called before each.
func (db *DB) query(ctx context.Context, reset func(), each func(pgx.Rows) error, text string, args ...any) error {
	return db.retry(ctx, func(ctx context.Context) error {
		reset()
		rows, err := db.pool.Query(ctx, text, args...)
		return scan(rows, err, each)
	})
}

// scan hands each row to each, until one fails.
func scan(rows pgx.Rows, err error, each func(pgx.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// errDamaged: a row that this program did not write.
var errDamaged = errors.New("damaged row")
