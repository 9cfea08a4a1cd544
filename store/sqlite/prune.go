package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
)

// PruneBucket implements store.Pruner in one transaction: others who write wait
// for a moment only. Rollups stay as they are: they have no buckets and no
// principals, and grow no larger than what accounts can call.
func (db *DB) PruneBucket(ctx context.Context, bucket int, before activity.Day) (gone int64, err error) {
	err = db.write.do(ctx, func(t *tx) error {
		gone = 0
		for _, of := range []tables{live, kept} {
			for _, prune := range []func(tables, int, activity.Day) (int64, error){t.pruneCalls, t.pruneCoverage} {
				n, err := prune(of, bucket, before)
				if err != nil {
					return err
				}
				gone += n
			}
		}
		return nil
	})
	if err != nil {
		return 0, explain("prune facts", err)
	}
	return gone, nil
}

func (t *tx) pruneCalls(of tables, bucket int, before activity.Day) (int64, error) {
	args := []any{bucket, before.Start().UnixMilli()}
	for _, c := range activity.DatedClasses {
		args = append(args, int(c))
	}
	done, err := t.exec("DELETE FROM "+of.facts+" WHERE bucket = ? AND last_at < ? AND class IN (?"+strings.Repeat(", ?", len(activity.DatedClasses)-1)+")", args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// pruneCoverage takes days out of facts of coverage, and removes those of which
// nothing is left.
func (t *tx) pruneCoverage(of tables, bucket int, before activity.Day) (gone int64, err error) {
	type found struct {
		key  []any
		fact activity.Fact
	}
	var list []found
	err = t.query(func(r *sql.Rows) error {
		var v value
		key := make([]int64, keyWidth)
		var columns []any
		for i := range key {
			columns = append(columns, &key[i])
		}
		if err := r.Scan(append(columns, v.columns()...)...); err != nil {
			return err
		}
		f := found{fact: activity.Fact{Key: activity.Key{Class: activity.Coverage}}}
		for _, k := range key {
			f.key = append(f.key, k)
		}
		err := v.decode(&f.fact)
		list = append(list, f)
		return err
	}, "SELECT "+keyColumns+", "+valueColumns+" FROM "+of.facts+" WHERE bucket = ? AND class = ? AND first_at < ?", bucket, int(activity.Coverage), before.Start().UnixMilli())
	for _, f := range list {
		if err != nil {
			break
		}
		if left, any := f.fact.Pruned(before); any {
			_, err = t.exec(writeQuery(of, 1), append(f.key, valueArgs(&left)...)...)
			continue
		}
		gone++
		_, err = t.exec("DELETE FROM "+of.facts+" WHERE ("+keyColumns+") = ("+places(1, keyWidth)[1:], f.key...)
	}
	return gone, err
}
