package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/store"
)

// applicationID marks a SQLite file as a store of ours: "ebmk" in ASCII.
const applicationID = 0x65626d6b

// migrations is the history of the schema: step i leads from version i to
// version i+1. Steps that were released are never changed, only followed.
//
// facts: the key columns are those of activity.Key led by store.Bucket, their
// strings replaced by numbers of the table names. Without a rowid the key is
// stored once and a principal's facts lie side by side. The view "activity"
// shows facts as people read them.
//
// docs: a table with rowid, so that listing ids walks a small index and not
// the bodies.
//
// generation: one row. generation.go says what is done with it, and with further
// tables of facts and rollups.
//
// clock: one row, the youngest version given to a document. SQLite has one
// writer at a time, so a counter costs no waiting, and unlike a number kept in
// the document it survives the document's deletion. (A backend with many
// writers at once will want random versions instead.)
var migrations = []string{
	`CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
	CREATE TABLE facts (
		bucket      INTEGER NOT NULL,
		account     INTEGER NOT NULL,
		principal   INTEGER NOT NULL,
		source      INTEGER NOT NULL,
		name        INTEGER NOT NULL,
		region      INTEGER NOT NULL,
		class       INTEGER NOT NULL,
		outcome     INTEGER NOT NULL,
		target      INTEGER NOT NULL,
		first_at    INTEGER NOT NULL, -- Unix milliseconds
		first_event BLOB    NOT NULL, -- encode.go says how
		last_at     INTEGER NOT NULL,
		last_event  BLOB    NOT NULL,
		days        BLOB    NOT NULL, -- activity.Days
		PRIMARY KEY (bucket, account, principal, source, name, region, class, outcome, target)
	) WITHOUT ROWID;
	` + activityView + `
	CREATE TABLE docs (
		kind    TEXT    NOT NULL,
		id      TEXT    NOT NULL,
		version INTEGER NOT NULL,
		body    BLOB    NOT NULL,
		UNIQUE (kind, id)
	);
	CREATE TABLE clock (version INTEGER NOT NULL);
	INSERT INTO clock VALUES (0);`,
	`CREATE TABLE rollups (
		account INTEGER NOT NULL,
		source  INTEGER NOT NULL,
		calls   BLOB    NOT NULL, -- rollup.go says how
		PRIMARY KEY (account, source)
	) WITHOUT ROWID;`,
	factsTable("facts_kept") + `
	CREATE TABLE generation (
		epoch       INTEGER NOT NULL, -- store.Generation has the meaning of all
		since       INTEGER NOT NULL,
		rules       INTEGER NOT NULL,
		draft       INTEGER NOT NULL,
		draft_rules INTEGER NOT NULL
	);
	INSERT INTO generation SELECT 1, 0, EXISTS (SELECT 1 FROM facts), 0, 0;`,
}

// factsTable is the statement that makes a further table of facts.
func factsTable(name string) string {
	return "CREATE TABLE " + name + ` (
		bucket      INTEGER NOT NULL,
		account     INTEGER NOT NULL,
		principal   INTEGER NOT NULL,
		source      INTEGER NOT NULL,
		name        INTEGER NOT NULL,
		region      INTEGER NOT NULL,
		class       INTEGER NOT NULL,
		outcome     INTEGER NOT NULL,
		target      INTEGER NOT NULL,
		first_at    INTEGER NOT NULL,
		first_event BLOB    NOT NULL,
		last_at     INTEGER NOT NULL,
		last_event  BLOB    NOT NULL,
		days        BLOB    NOT NULL,
		PRIMARY KEY (bucket, account, principal, source, name, region, class, outcome, target)
	) WITHOUT ROWID;`
}

// rollupsTable is the same for rollups.
func rollupsTable(name string) string {
	return "CREATE TABLE " + name + ` (
		account INTEGER NOT NULL,
		source  INTEGER NOT NULL,
		calls   BLOB    NOT NULL,
		PRIMARY KEY (account, source)
	) WITHOUT ROWID;`
}

// activityView is the statement that makes the view of that name.
const activityView = `CREATE VIEW activity AS
		SELECT a.name AS account, p.name AS principal, s.name AS source, n.name AS name, r.name AS region, class, outcome, t.name AS target,
			strftime('%FT%TZ', first_at / 1000, 'unixepoch') AS first, strftime('%FT%TZ', last_at / 1000, 'unixepoch') AS last
		FROM facts f JOIN names a ON a.id = f.account JOIN names p ON p.id = f.principal JOIN names s ON s.id = f.source
			JOIN names n ON n.id = f.name JOIN names r ON r.id = f.region JOIN names t ON t.id = f.target;`

// fills are what a step does besides, with the tables that its SQL has made;
// by the version that the step leads to.
var fills = map[int]func(*tx) error{
	2: func(t *tx) error { return t.rollAll(live) },
}

// migrate brings the schema up to date. It holds the write lock, so of several
// processes that start at once one does the work and the others find it done.
// Only a new store may be without a mark that it is ours.
func (db *DB) migrate(ctx context.Context, isNew bool) error {
	what := "open store " + db.path
	version, err := db.schemaVersion(ctx)
	if err == nil && version == len(migrations) {
		return nil
	}
	if err != nil && !(isNew && errors.Is(err, errForeign)) {
		return explain(what, err)
	}
	return explain(what, db.write.do(ctx, func(t *tx) error { return t.migrate() }))
}

// errForeign: a SQLite file that we did not make.
var errForeign = errors.New("the file is a database, but not an ebbmark store")

// schemaVersion reads and judges the version of the stored schema.
func (db *DB) schemaVersion(ctx context.Context) (version int, err error) {
	var id int
	row := db.read.QueryRowContext(ctx, "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version")
	switch err = row.Scan(&id, &version); {
	case err != nil:
		return 0, err
	case id != applicationID:
		return 0, errForeign
	case version > len(migrations):
		return 0, fmt.Errorf("its schema has version %d, this program knows up to %d: %w; use the version of ebbmark that wrote it, or a later one", version, len(migrations), store.ErrNewer)
	}
	return version, nil
}

// migrate runs the steps that are missing. The version is read again, because
// another process may have been faster.
func (t *tx) migrate() error {
	version := 0
	err := t.query(func(r *sql.Rows) error { return r.Scan(&version) }, "SELECT user_version FROM pragma_user_version")
	if err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		steps := migrations[version] + fmt.Sprintf("; PRAGMA user_version=%d; PRAGMA application_id=%d", version+1, applicationID)
		if _, err := t.w.conn.ExecContext(t.ctx, steps); err != nil {
			return fmt.Errorf("migrate its schema to version %d: %w", version+1, err)
		}
		if fill := fills[version+1]; fill != nil {
			if err := fill(t); err != nil {
				return fmt.Errorf("migrate its schema to version %d: %w", version+1, err)
			}
		}
	}
	return nil
}
