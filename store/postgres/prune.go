package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
)

// PruneBucket implements store.Pruner: transactions of pruneRows rows at most,
// under the gate that writers of facts hold too.
func (db *DB) PruneBucket(ctx context.Context, bucket int, before activity.Day) (gone int64, err error) {
	for _, table := range []string{"rollups", "facts"} {
		for again := true; again; {
			n, calls := int64(0), 0
			err := db.write(ctx, "PruneBucket", bucket, func(ctx context.Context, t tx) error {
				g, err := gate(ctx, t, bucket)
				if err != nil {
					return err
				}
				n, calls, err = pruneIn(ctx, t, table, bucket, g.Since, before)
				return err
			})
			if err != nil {
				return gone, explain("prune facts", err)
			}
			if again = calls == pruneRows; table == "facts" {
				gone += n
			}
		}
	}
	return gone, nil
}

// pruneIn prunes some calls, and all coverage, of a bucket. It returns how many rows
// are gone, and how many of them are calls.
func pruneIn(ctx context.Context, t tx, table string, bucket int, since int64, before activity.Day) (gone int64, calls int, err error) {
	start := before.Start().UnixMilli()
	var same []string
	for _, c := range strings.Split(keyColumns, ", ") {
		same = append(same, "f."+c+" = o."+c)
	}
	var classes []int16
	for _, c := range activity.DatedClasses {
		classes = append(classes, int16(c))
	}
	done, err := t.Exec(ctx, "delete from ebbmark."+table+" f using (select bucket, generation, "+keyColumns+" from ebbmark."+table+
		" where bucket = $1 and generation = any($2) and class = any($3) and last_at < $4 order by generation, "+keyColumns+" limit $5) o"+
		" where f.bucket = $1 and f.bucket = o.bucket and f.generation = o.generation and "+strings.Join(same, " and "),
		int32(bucket), []int64{since, keptFacts}, classes, start, pruneRows)
	if err != nil {
		return 0, 0, err
	}
	gone, calls = done.RowsAffected(), int(done.RowsAffected())
	for _, generation := range []int64{keptFacts, since} {
		n, err := pruneCoverage(ctx, t, place{table, bucket, generation}, before)
		if err != nil {
			return 0, 0, err
		}
		gone += n
	}
	return gone, calls, nil
}

// pruneCoverage takes days out of facts of coverage, and removes those of which
// nothing is left.
func pruneCoverage(ctx context.Context, t tx, of place, before activity.Day) (gone int64, err error) {
	var rest, over []row
	found, err := t.Query(ctx, "select "+selectFact+" from ebbmark."+of.table+" where bucket = $1 and generation = $2 and class = $3 and first_at < $4 order by "+keyColumns,
		int32(of.bucket), of.generation, int16(activity.Coverage), before.Start().UnixMilli())
	err = scan(found, err, func(r pgx.Rows) error {
		f, short, more, err := scanFact(r)
		left, any := f.Pruned(before)
		if any {
			rest = append(rest, row{short, more, &left})
		} else {
			over = append(over, row{short, more, &left})
		}
		return err
	})
	if err == nil && len(rest) > 0 {
		_, err = t.Exec(ctx, of.writeRows(), of.allArgs(rest)...)
	}
	if err == nil && len(over) > 0 {
		_, err = t.Exec(ctx, of.deleteRows(), of.keyArgs(over)...)
	}
	return int64(len(over)), err
}

// deleteRows is the statement that removes rows by key.
func (p place) deleteRows() string {
	var same []string
	for _, c := range strings.Split(keyColumns, ", ") {
		same = append(same, "f."+c+" = w."+c)
	}
	return "delete from ebbmark." + p.table + " f using unnest(" + keyArrays + ") as w(" + keyColumns + ") where f.bucket = $1 and f.generation = $2 and " + strings.Join(same, " and ")
}
