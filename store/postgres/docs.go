package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/store"
)

var _ store.Versions = (*DB)(nil)

// docKey is the key of a document as it is stored.
type docKey struct {
	bucket   int32
	kind, id []byte
	full     []byte // the id, if it was shortened
}

func keyOf(kind store.Kind, id string) docKey {
	k := docKey{int32(store.Bucket("", id)), []byte(shorten(string(kind), maxPart)), []byte(shorten(id, maxID)), nil}
	if len(id) > maxID {
		k.full = []byte(id)
	}
	return k
}

// args are the arguments that name the document, and more.
func (k docKey) args(more ...any) []any { return append([]any{k.bucket, k.kind, k.id}, more...) }

const thisDoc = " where bucket = $1 and kind = $2 and id = $3"

// version makes a version. 63 random bits, because a counter would be a place
// where all writers meet: a writer whose version is out of date is taken for the
// last one once in 9,000,000,000,000,000,000 times.
func (db *DB) version() store.Version {
	for {
		if v := store.Version(db.random() >> 1); v != 0 {
			return v
		}
	}
}

// GetDoc implements store.Docs.
func (db *DB) GetDoc(ctx context.Context, kind store.Kind, id string) (body []byte, version store.Version, err error) {
	err = db.query(ctx, func() { version = 0 }, func(r pgx.Rows) error { return r.Scan(&body, &version) },
		"select body, version from ebbmark.docs"+thisDoc, keyOf(kind, id).args()...)
	if err == nil && version == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, 0, explain(fmt.Sprintf("read %s %q", kind, id), err)
	}
	return body, version, nil
}

// DocVersion implements store.Versions. The body, which lies outside the row when
// it is large, is not read.
func (db *DB) DocVersion(ctx context.Context, kind store.Kind, id string) (version store.Version, err error) {
	err = db.query(ctx, func() { version = 0 }, func(r pgx.Rows) error { return r.Scan(&version) },
		"select version from ebbmark.docs"+thisDoc, keyOf(kind, id).args()...)
	if err == nil && version == 0 {
		err = store.ErrNotFound
	}
	return version, explain(fmt.Sprintf("read %s %q", kind, id), err)
}

// PutDoc implements store.Docs. The version is made once: when the connection is
// lost and the document is then found at it, the write that was lost has won.
func (db *DB) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if err := fits(kind, store.Doc{ID: id, Body: body}); err != nil {
		return 0, err
	}
	version, key, lost := db.version(), keyOf(kind, id), false
	for version == old {
		version = db.version()
	}
	err := db.change(ctx, "PutDoc", int(key.bucket), func(ctx context.Context) error {
		err := db.swap(ctx, key, version, old, bytesOf(body))
		if errors.Is(err, store.ErrConflict) && lost {
			found := store.Version(0)
			if failed := db.pool.QueryRow(ctx, "select version from ebbmark.docs"+thisDoc, key.args()...).Scan(&found); failed == nil && found == version {
				return nil
			} else if failed != nil && !errors.Is(failed, pgx.ErrNoRows) {
				return failed
			}
		}
		lost = lost || uncertain(err)
		return err
	})
	if err != nil {
		return 0, explain(fmt.Sprintf("write %s %q", kind, id), err)
	}
	return version, nil
}

// swap writes the document if it is at old.
func (db *DB) swap(ctx context.Context, key docKey, version, old store.Version, body []byte) error {
	text := "insert into ebbmark.docs (bucket, kind, id, full_id, version, body) values ($1, $2, $3, $4, $5, $6) on conflict do nothing"
	args := key.args(key.full, int64(version), body)
	if old != 0 {
		text = "update ebbmark.docs set version = $4, body = $5" + thisDoc + " and version = $6"
		args = key.args(int64(version), body, int64(old))
	}
	done, err := db.pool.Exec(ctx, text, args...)
	if err == nil && done.RowsAffected() != 1 {
		err = store.ErrConflict
	}
	return err
}

// DeleteDoc implements store.Docs. When the connection is lost and the document
// is then gone, nobody knows who has deleted it: the caller learns of the loss.
func (db *DB) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	var lost error
	key := keyOf(kind, id)
	err := db.change(ctx, "DeleteDoc", int(key.bucket), func(ctx context.Context) error {
		done, err := db.pool.Exec(ctx, "delete from ebbmark.docs"+thisDoc+" and version = $4", key.args(int64(old))...)
		if uncertain(err) {
			lost = err
		}
		if err != nil || done.RowsAffected() == 1 {
			return err
		}
		found := store.Version(0)
		err = db.pool.QueryRow(ctx, "select version from ebbmark.docs"+thisDoc, key.args()...).Scan(&found)
		switch {
		case errors.Is(err, pgx.ErrNoRows) && lost != nil:
			return fmt.Errorf("it is gone, and may have been deleted by this call or by another: %w", errors.Join(errUnknown, lost))
		case errors.Is(err, pgx.ErrNoRows):
			return store.ErrNotFound
		case err == nil:
			return store.ErrConflict
		}
		return err
	})
	return explain(fmt.Sprintf("delete %s %q", kind, id), err)
}

// errUnknown: what became of a write is not known, and cannot be found out.
var errUnknown = errors.New("the connection was lost")

// ListDocs implements store.Docs, a page at a time: an open read would hold a
// connection while the caller's loop runs.
func (db *DB) ListDocs(ctx context.Context, kind store.Kind, after string, limit int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		op := ">"
		if after == "" {
			op = ">=" // the empty id is an id
		}
		for left := limit; ; op = ">" {
			want := pageRows
			if limit > 0 {
				want = min(left, pageRows)
			}
			page, err := db.ids(ctx, kind, op, after, want)
			if err != nil {
				yield("", explain(fmt.Sprintf("list documents of kind %s", kind), err))
				return
			}
			for _, id := range page {
				if !yield(id, nil) {
					return
				}
			}
			if left -= len(page); len(page) < want || left == 0 {
				return
			}
			after = page[len(page)-1]
		}
	}
}

// ids reads a page of ids in byte order. Those that were shortened are not in
// the order of what is stored of them, so that they are sorted by themselves.
func (db *DB) ids(ctx context.Context, kind store.Kind, op, after string, limit int) (list []string, err error) {
	one := func(column, only string) string {
		return "(select " + column + " as text from ebbmark.docs where kind = $1 and full_id is " + only + " and " + column + " " + op + " $2 order by 1 limit $3)"
	}
	err = db.query(ctx, func() { list = nil }, func(r pgx.Rows) error {
		var id []byte
		err := r.Scan(&id)
		list = append(list, string(id))
		return err
	}, one("id", "null")+" union all "+one("full_id", "not null")+" order by text limit $3",
		[]byte(shorten(string(kind), maxPart)), []byte(after), int64(limit))
	return list, err
}

// NextDocs implements store.Series. Shortened ids are sorted by themselves, as ids
// does.
func (db *DB) NextDocs(ctx context.Context, kind store.Kind, from string, limit int) (list []store.Doc, err error) {
	one := func(column, only string) string {
		return "(select " + column + " as text, body from ebbmark.docs where kind = $1 and full_id is " + only + " and " + column + " >= $2 order by 1 limit $3)"
	}
	err = db.query(ctx, func() { list = nil }, func(r pgx.Rows) error {
		var id, body []byte
		err := r.Scan(&id, &body)
		list = append(list, store.Doc{ID: string(id), Body: body})
		return err
	}, one("id", "null")+" union all "+one("full_id", "not null")+" order by text limit $3",
		[]byte(shorten(string(kind), maxPart)), []byte(from), int64(limit))
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

// bytesOf is the argument for bytes: a nil slice would be null.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
