package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/store"
)

// bodyOf is what documents are remembered by.
type bodyOf struct{ kind, id string }

// GetDoc implements store.Docs.
func (db *DB) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	small := func(d document) bool { return len(d.body) <= maxRememberedBody }
	d, err := remembered(ctx, db, bodyOf{string(kind), id}, small, func() (document, error) { return db.document(ctx, kind, id) })
	switch {
	case err != nil:
		return nil, 0, err
	case d.version == 0:
		return nil, 0, notFound(kind, id)
	case small(d):
		return bytes.Clone(d.body), d.version, nil // the remembered one is everybody's
	}
	return d.body, d.version, nil
}

func notFound(kind store.Kind, id string) error {
	return fmt.Errorf("%s %q: %w", kind, id, store.ErrNotFound)
}

// document is a stored document, or without a version none.
type document struct {
	body    []byte
	version store.Version
}

func (db *DB) document(ctx context.Context, kind store.Kind, id string) (d document, err error) {
	err = db.query(ctx, func(r *sql.Rows) error { return r.Scan(&d.body, &d.version) },
		"SELECT body, version FROM docs WHERE kind = ? AND id = ?", string(kind), id)
	return d, explain(fmt.Sprintf("read %s %q", kind, id), err)
}

// PutDoc implements store.Docs.
func (db *DB) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if err := fits(kind, store.Doc{ID: id, Body: body}); err != nil {
		return 0, err
	}
	var version store.Version
	err := db.write.do(ctx, func(t *tx) (err error) {
		if version, err = t.versions(1); err != nil {
			return err
		}
		if old == 0 {
			return t.one(store.ErrConflict, `INSERT INTO docs (kind, id, version, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				string(kind), id, int64(version), blob(body))
		}
		return t.one(store.ErrConflict, "UPDATE docs SET version = ?, body = ? WHERE kind = ? AND id = ? AND version = ?",
			int64(version), blob(body), string(kind), id, int64(old))
	})
	if err != nil {
		return 0, explain(fmt.Sprintf("write %s %q", kind, id), err)
	}
	return version, nil
}

// docChunk is the number of documents that one statement writes, as chunk is for
// facts; docWidth, how many values each has.
const (
	docChunk = 128
	docWidth = 4
)

// SetDocs implements store.Docs. It writes all of them or none.
func (db *DB) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	if err := fits(kind, docs...); err != nil || len(docs) == 0 {
		return err
	}
	err := db.write.do(ctx, func(t *tx) error {
		last, err := t.versions(len(docs))
		version := int64(last) - int64(len(docs))
		for some := range slices.Chunk(docs, docChunk) {
			if err = errors.Join(err, t.caller.Err()); err != nil {
				return err
			}
			args := make([]any, 0, docWidth*len(some))
			for _, d := range some {
				version++
				args = append(args, string(kind), d.ID, version, blob(d.Body))
			}
			_, err = t.exec(`INSERT INTO docs (kind, id, version, body) VALUES `+places(len(some), docWidth)+`
				ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body`, args...)
		}
		return err
	})
	return explain(fmt.Sprintf("write %d documents of kind %s", len(docs), kind), err)
}

// DeleteDoc implements store.Docs.
func (db *DB) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	err := db.write.do(ctx, func(t *tx) error {
		found := store.Version(0)
		err := t.query(func(r *sql.Rows) error { return r.Scan(&found) }, "SELECT version FROM docs WHERE kind = ? AND id = ?", string(kind), id)
		switch {
		case err != nil:
			return err
		case found == 0:
			return store.ErrNotFound
		case found != old:
			return store.ErrConflict
		}
		return t.one(store.ErrConflict, "DELETE FROM docs WHERE kind = ? AND id = ?", string(kind), id)
	})
	return explain(fmt.Sprintf("delete %s %q", kind, id), err)
}

// ListDocs implements store.Docs. Ids are read a page at a time: an open read
// would keep the WAL from shrinking for as long as the caller's loop takes.
func (db *DB) ListDocs(ctx context.Context, kind store.Kind, after string, limit int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		op := ">"
		if after == "" {
			op = ">=" // the empty id is an id
		}
		for left := limit; ; op = ">" {
			want := pageIDs
			if limit > 0 {
				want = min(left, pageIDs)
			}
			page, err := db.ids(ctx, kind, op, after, want)
			for _, id := range page {
				if !yield(id, nil) {
					return
				}
			}
			if err != nil {
				yield("", explain(fmt.Sprintf("list documents of kind %s", kind), err))
				return
			}
			if left -= len(page); len(page) < want || left == 0 {
				return
			}
			after = page[len(page)-1]
		}
	}
}

func (db *DB) ids(ctx context.Context, kind store.Kind, op, after string, limit int) (list []string, err error) {
	rows, err := db.read.QueryContext(ctx, "SELECT id FROM docs WHERE kind = ? AND id "+op+" ? ORDER BY id LIMIT ?", string(kind), after, limit)
	return list, scan(rows, err, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		if err == nil {
			list = append(list, id)
		}
		return err
	})
}

// NextDocs implements store.Series.
func (db *DB) NextDocs(ctx context.Context, kind store.Kind, from string, limit int) (list []store.Doc, err error) {
	rows, err := db.read.QueryContext(ctx, "SELECT id, body FROM docs WHERE kind = ? AND id >= ? ORDER BY id LIMIT ?", string(kind), from, limit)
	err = scan(rows, err, func(r *sql.Rows) error {
		var d store.Doc
		err := r.Scan(&d.ID, &d.Body)
		if err == nil {
			list = append(list, d)
		}
		return err
	})
	return list, explain(fmt.Sprintf("read documents of kind %s", kind), err)
}

// fits refuses documents that are too large.
func fits(kind store.Kind, docs ...store.Doc) error {
	for _, d := range docs {
		if len(d.Body) > store.MaxDoc {
			return fmt.Errorf("%s %q of %d bytes: %w", kind, d.ID, len(d.Body), store.ErrTooLarge)
		}
	}
	return nil
}

// versions takes n versions that were never used and returns the last of them.
func (t *tx) versions(n int) (last store.Version, err error) {
	err = t.query(func(r *sql.Rows) error { return r.Scan(&last) }, "UPDATE clock SET version = version + ? RETURNING version", n)
	return last, err
}

// one runs a statement that must change one row; otherwise fails with without.
func (t *tx) one(without error, query string, args ...any) error {
	res, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(without, err)
	}
	return nil
}

// blob is the value to bind for bytes: a nil slice would be bound as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
