package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

var _ store.LastCalls = (*DB)(nil)

// LastCalls implements store.LastCalls.
func (db *DB) LastCalls(ctx context.Context, account string, principals []string) ([]store.RegionCalls, error) {
	if len(principals) == 0 {
		return nil, ctx.Err()
	}
	var buckets []int32
	var names [][]byte
	for _, p := range principals {
		buckets, names = append(buckets, int32(store.Bucket(account, p))), append(names, []byte(shorten(p, maxPart)))
	}
	var last map[string]int64
	err := db.query(ctx, func() { last = map[string]int64{} }, func(r pgx.Rows) error {
		var region, more []byte
		var at int64
		if err := r.Scan(&region, &more, &at); err != nil {
			return err
		}
		key := activity.Key{Region: string(region)}
		if err := fullKey(&key, more); err != nil {
			return err
		}
		if old, there := last[key.Region]; !there || at > old {
			last[key.Region] = at
		}
		return nil
	}, `select f.region, f.more, max(f.last_at) from unnest($1::integer[], $2::bytea[]) as w(bucket, principal)
		join ebbmark.facts f on f.bucket = w.bucket and f.principal = w.principal
		where f.generation = `+answering+` and f.account = $3 and f.class in ($4, $5) group by f.region, f.more`,
		buckets, names, []byte(shorten(account, maxPart)), int16(activity.Management), int16(activity.Data))
	var list []store.RegionCalls
	for region, at := range last {
		list = append(list, store.RegionCalls{Region: region, Last: time.UnixMilli(at).UTC()})
	}
	return list, explain("read the last calls of account "+account, err)
}
