package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

var (
	_ store.Versions  = (*DB)(nil)
	_ store.LastCalls = (*DB)(nil)
)

// versionOf and callsOf are what answers are remembered by.
type (
	versionOf struct{ kind, id string }
	callsOf   struct{ account, principals string }
)

// DocVersion implements store.Versions. The version lies before the body, of
// which nothing is read.
func (db *DB) DocVersion(ctx context.Context, kind store.Kind, id string) (store.Version, error) {
	version, err := remembered(ctx, db, versionOf{string(kind), id}, always[store.Version], func() (version store.Version, err error) {
		err = db.query(ctx, func(r *sql.Rows) error { return r.Scan(&version) },
			"SELECT version FROM docs WHERE kind = ? AND id = ?", string(kind), id)
		return version, explain(fmt.Sprintf("read %s %q", kind, id), err)
	})
	if err == nil && version == 0 {
		return 0, notFound(kind, id)
	}
	return version, err
}

func always[V any](V) bool { return true }

// LastCalls implements store.LastCalls. SQLite walks the principals' facts
// itself, which costs a tenth of handing them over; and it looks up the names,
// so that one that was never seen costs nothing besides.
func (db *DB) LastCalls(ctx context.Context, account string, principals []string) ([]store.RegionCalls, error) {
	if len(principals) == 0 {
		return nil, ctx.Err()
	}
	list, err := remembered(ctx, db, callsOf{account, fmt.Sprintf("%q", principals)}, always[[]store.RegionCalls],
		func() ([]store.RegionCalls, error) { return db.lastCalls(ctx, account, principals) })
	return slices.Clone(list), err
}

func (db *DB) lastCalls(ctx context.Context, account string, principals []string) (list []store.RegionCalls, err error) {
	args := make([]any, 0, 2*len(principals)+3)
	for _, p := range principals {
		args = append(args, store.Bucket(account, p), p)
	}
	args = append(args, account, int64(activity.Management), int64(activity.Data))
	err = db.query(ctx, func(r *sql.Rows) error {
		var region string
		var at int64
		err := r.Scan(&region, &at)
		list = append(list, store.RegionCalls{Region: region, Last: time.UnixMilli(at).UTC()})
		return err
	}, "WITH want (bucket, name) AS (VALUES "+places(len(principals), 2)+`)
		SELECT (SELECT name FROM names WHERE id = f.region), max(f.last_at)
		FROM want CROSS JOIN names p ON p.name = want.name
		CROSS JOIN facts f ON f.bucket = want.bucket AND f.account = (SELECT id FROM names WHERE name = ?) AND f.principal = p.id
		WHERE f.class IN (?, ?) GROUP BY f.region`, args...)
	return list, explain("read the last calls of account "+account, err)
}
