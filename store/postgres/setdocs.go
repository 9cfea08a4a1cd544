package postgres

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/store"
)

// setDoc is a document to be set.
type setDoc struct {
	key  docKey
	body []byte
}

// SetDocs implements store.Docs: of each bucket all or, when they are large,
// parts at once.
func (db *DB) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	if err := fits(kind, docs...); err != nil || len(docs) == 0 {
		return err
	}
	last := map[string]setDoc{}
	for _, d := range docs {
		last[d.ID] = setDoc{keyOf(kind, d.ID), bytesOf(d.Body)}
	}
	buckets := map[int32][]setDoc{}
	for d := range maps.Values(last) {
		buckets[d.key.bucket] = append(buckets[d.key.bucket], d)
	}
	for _, bucket := range slices.Sorted(maps.Keys(buckets)) {
		list := buckets[bucket]
		slices.SortFunc(list, func(a, b setDoc) int { return bytes.Compare(a.key.id, b.key.id) })
		for len(list) > 0 {
			n := chunkOf(list)
			if err := db.setChunk(ctx, list[:n]); err != nil {
				return explain(fmt.Sprintf("write %d documents of kind %s", len(docs), kind), err)
			}
			list = list[n:]
		}
	}
	return nil
}

// chunkOf is how many of the documents one statement writes.
func chunkOf(list []setDoc) (n int) {
	size := 0
	for n < len(list) && n < chunkRows && (n == 0 || size+len(list[n].body) <= chunkBytes) {
		size += len(list[n].body)
		n++
	}
	return n
}

// setChunk writes documents of one bucket and kind, in the order of their ids.
func (db *DB) setChunk(ctx context.Context, list []setDoc) error {
	var ids, full, bodies [][]byte
	var versions []int64
	for _, d := range list {
		ids, full, bodies = append(ids, d.key.id), append(full, d.key.full), append(bodies, d.body)
		versions = append(versions, int64(db.version()))
	}
	return db.change(ctx, "SetDocs", int(list[0].key.bucket), func(ctx context.Context) error {
		_, err := db.pool.Exec(ctx, `insert into ebbmark.docs (bucket, kind, id, full_id, version, body)
			select $1::integer, $2::bytea, w.* from unnest($3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[]) as w
			on conflict (bucket, kind, id) do update set version = excluded.version, body = excluded.body`,
			list[0].key.bucket, list[0].key.kind, ids, full, versions, bodies)
		return err
	})
}
