package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// CopyToDraft implements store.Generations. Each page is a transaction, so that
// others may write between: facts are never removed, and what is written
// meanwhile is in the draft already.
func (db *DB) CopyToDraft(ctx context.Context, draft int64) error {
	g, err := db.Generation(ctx)
	if err == nil {
		err = isDraft(g, draft)
	}
	for bucket := 0; bucket < store.Buckets && err == nil; bucket++ {
		err = db.copyBucket(ctx, bucket, g.Since, draft)
	}
	return explain("copy facts to the draft", err)
}

func (db *DB) copyBucket(ctx context.Context, bucket int, since, draft int64) error {
	args, after := []any{int32(bucket), since}, ""
	for {
		page, err := db.facts(ctx, "select "+selectFact+" from ebbmark.facts where bucket = $1 and generation = $2"+after+
			" order by "+keyColumns+fmt.Sprintf(" limit %d", pageRows), args...)
		if err != nil || len(page) == 0 {
			return err
		}
		rows := make([]row, len(page))
		for i := range page {
			rows[i] = row{page[i].short, page[i].more, &page[i].fact}
		}
		_, err = db.mergeBucket(ctx, bucket, rows, func(g store.Generation) ([]int64, error) { return []int64{g.Draft}, isDraft(g, draft) })
		if err != nil || len(page) < pageRows {
			return err
		}
		after = " and (" + keyColumns + ") > ($3, $4, $5, $6, $7, $8, $9, $10)"
		args = append([]any{int32(bucket), since}, keyAfter(page[len(page)-1].short)...)
	}
}

// keyAfter are the arguments for keyColumns.
func keyAfter(k activity.Key) []any {
	return []any{[]byte(k.Account), []byte(k.Principal), []byte(k.Source), []byte(k.Name), []byte(k.Region), int16(k.Class), int16(k.Outcome), []byte(k.Target)}
}

// CompareDraft implements store.Generations.
func (db *DB) CompareDraft(ctx context.Context, draft int64) (d store.Difference, err error) {
	g, err := db.Generation(ctx)
	if err == nil {
		err = isDraft(g, draft)
	}
	for bucket := 0; bucket < store.Buckets && err == nil; bucket++ {
		var gone, fresh int64
		if gone, err = db.missing(ctx, bucket, g.Since, draft); err == nil {
			fresh, err = db.missing(ctx, bucket, draft, g.Since)
		}
		d.Gone, d.New = d.Gone+gone, d.New+fresh
	}
	if err != nil {
		return store.Difference{}, explain("compare the draft of facts", err)
	}
	return d, nil
}

// missing counts the keys of one generation that another has not.
func (db *DB) missing(ctx context.Context, bucket int, have, other int64) (n int64, err error) {
	var same []string
	for _, c := range strings.Split(keyColumns, ", ") {
		same = append(same, fmt.Sprintf("o.%s = f.%[1]s", c))
	}
	err = db.query(unhurried(ctx), func() {}, func(r pgx.Rows) error { return r.Scan(&n) },
		"select count(*) from ebbmark.facts f where f.bucket = $1 and f.generation = $2 and not exists (select 1 from ebbmark.facts o where o.bucket = f.bucket and o.generation = $3 and "+
			strings.Join(same, " and ")+")", int32(bucket), have, other)
	return n, err
}
