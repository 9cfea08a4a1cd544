package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/store"
)

// migrations is the history of the schema: step i leads from version i to
// version i+1. Steps that were released are never changed, only followed.
//
// facts: the key columns are those of activity.Key, led by store.Bucket and the
// generation that a fact belongs to (generation.go). Strings of keys hold any
// bytes, and an index row holds 2700, so that long ones are shortened (key.go).
// rollups has the same columns, of keys as activity.Key.Rolled makes them, and
// is merged within each bucket only: whoever reads merges over buckets.
//
// docs: the bucket is that of the id alone, so that documents of two kinds with
// one id lie side by side when Switch moves them.
//
// gates: one row for each bucket, all alike, with the meaning of
// store.Generation. Who writes facts holds the gate of their bucket; who reads
// goes by the row of bucket 0.
var migrations = []string{
	factsTable("facts") + factsTable("rollups") + `
	create table ebbmark.docs (
		bucket    integer  not null,
		kind      bytea    not null,
		id        bytea    not null, -- shortened, as kind is
		full_id   bytea, -- if it was shortened
		version   bigint   not null,
		body      bytea    not null,
		primary key (bucket, kind, id)
	);
	create index docs_list on ebbmark.docs (kind, id) where full_id is null;
	create index docs_long on ebbmark.docs (kind) where full_id is not null;
	create table ebbmark.gates (
		bucket      integer primary key,
		epoch       bigint not null,
		since       bigint not null,
		rules       bigint not null,
		draft       bigint not null,
		draft_rules bigint not null
	);
	insert into ebbmark.gates select bucket, 1, 0, 0, 0, 0 from generate_series(0, ` + fmt.Sprint(store.Buckets-1) + `) bucket;`,
}

// factsTable is the statement that makes a table of facts.
func factsTable(name string) string {
	return `create table ebbmark.` + name + ` (
		bucket      integer  not null,
		generation  bigint   not null,
		account     bytea    not null,
		principal   bytea    not null,
		source      bytea    not null,
		name        bytea    not null,
		region      bytea    not null,
		class       smallint not null,
		outcome     smallint not null,
		target      bytea    not null,
		more        bytea, -- what was shortened, in full
		first_at    bigint   not null, -- Unix milliseconds
		first_event bytea    not null,
		last_at     bigint   not null,
		last_event  bytea    not null,
		days        bytea    not null, -- activity.Days
		primary key (bucket, generation, account, principal, source, name, region, class, outcome, target)
	);`
}

// madeMeanwhile are the SQLSTATEs of two that make the same at once: unique
// violation in a system table, and what is there already.
var madeMeanwhile = []string{"23505", "42P06", "42P07"}

// migrate brings the schema up to date, or makes it. Of several nodes that start
// at once one does the work and the others find it done.
func (db *DB) migrate(ctx context.Context, create bool) error {
	version, err := db.schemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case create && version != 0:
		return store.ErrExists
	case !create && version == 0:
		return fmt.Errorf("%w (check the DSN, or use --init to make a new one)", store.ErrNoStore)
	case version == len(migrations):
		return nil
	}
	err = db.retry(unhurried(ctx), func(ctx context.Context) error {
		return db.transact(ctx, beginAll, func(ctx context.Context, t tx) error { return migrateIn(ctx, t, create) })
	})
	if create && slices.Contains(madeMeanwhile, sqlState(err)) {
		return store.ErrExists
	}
	return err
}

// schemaVersion reads and judges the version of the stored schema; zero: there
// is none.
func (db *DB) schemaVersion(ctx context.Context) (version int, err error) {
	there := false
	err = db.query(ctx, func() {}, func(r pgx.Rows) error { return r.Scan(&there) }, "select to_regclass('ebbmark.schema') is not null")
	if err != nil || !there {
		return 0, err
	}
	err = db.query(ctx, func() {}, func(r pgx.Rows) error { return r.Scan(&version) }, "select version from ebbmark.schema")
	if err == nil {
		err = judge(version)
	}
	return version, err
}

func judge(version int) error {
	if version > len(migrations) {
		return fmt.Errorf("its schema has version %d, this program knows up to %d: %w; use the version of ebbmark that wrote it, or a later one", version, len(migrations), store.ErrNewer)
	}
	return nil
}

// migrateIn runs the steps that are missing. The version is read again under the
// lock, because another node may have been faster.
func migrateIn(ctx context.Context, t tx, create bool) error {
	if create {
		_, err := t.Exec(ctx, "create schema if not exists ebbmark; create table ebbmark.schema (version integer not null); insert into ebbmark.schema values (0)")
		if err != nil {
			return err
		}
	}
	version := 0
	if _, err := t.Exec(ctx, "lock table ebbmark.schema in access exclusive mode"); err != nil {
		return err
	}
	if err := t.QueryRow(ctx, "select version from ebbmark.schema").Scan(&version); err != nil {
		return err
	}
	if err := judge(version); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		_, err := t.Exec(ctx, migrations[version]+fmt.Sprintf("update ebbmark.schema set version = %d", version+1))
		if err != nil {
			return fmt.Errorf("migrate its schema to version %d: %w", version+1, err)
		}
	}
	return nil
}

var errGate = errors.New("damaged store: a row of gates is missing")
