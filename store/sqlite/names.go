package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// names mirrors the table of that name: every string of every key, numbered
// from 1 without gaps in the order in which they were first seen. Rows of the
// table are never changed or removed, so what was committed once is true for
// ever, and a mirror can only be behind, never wrong.
//
// The mirror is in memory as a whole: about 100 bytes for every principal,
// operation, Region and target that was ever seen.
type names struct {
	mu   sync.RWMutex
	text []string         // name n is text[n-1]; only ever appended to
	ids  map[string]int64 // the same the other way round
}

// texts returns the names known so far. The caller must not write to it.
func (n *names) texts() []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.text
}

func (n *names) id(text string) (int64, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.ids[text]
	return id, ok
}

// add takes up names that are committed; those that are known are left out.
func (n *names) add(first int64, list []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, text := range list {
		if id := first + int64(i); id == int64(len(n.text))+1 {
			n.text = append(n.text, text)
			n.ids[text] = id
		}
	}
}

var errNames = errors.New("damaged table names: a number is missing")

// update reads the names that the mirror does not have yet. query asks either
// a reader or, within a write transaction, the writer.
func (n *names) update(query func(each func(*sql.Rows) error, query string, args ...any) error) error {
	first := int64(len(n.texts())) + 1
	var list []string
	err := query(func(r *sql.Rows) error {
		var id int64
		var text string
		if err := r.Scan(&id, &text); err != nil {
			return err
		}
		if id != first+int64(len(list)) {
			return errNames
		}
		list = append(list, text)
		return nil
	}, "SELECT id, name FROM names WHERE id >= ? ORDER BY id", first)
	if err == nil {
		n.add(first, list)
	}
	return err
}

// updateNames brings the mirror up to what is committed now.
func (db *DB) updateNames(ctx context.Context) error {
	return db.names.update(func(each func(*sql.Rows) error, query string, args ...any) error {
		return db.query(ctx, each, query, args...)
	})
}

// naming gives numbers to strings within one write transaction. New ones reach
// the mirror only by publish, after the commit: a number from a transaction
// that was rolled back will be given to another string.
type naming struct {
	all   *names
	first int64            // of the new names
	fresh []string         // new names, in order
	ids   map[string]int64 // of the new names
}

func (t *tx) naming(all *names) (*naming, error) {
	if err := all.update(t.query); err != nil {
		return nil, err
	}
	return &naming{all, int64(len(all.texts())) + 1, nil, map[string]int64{}}, nil
}

// id is the number of a string, new if it has none.
func (n *naming) id(text string) int64 {
	if id, ok := n.all.id(text); ok {
		return id
	}
	if id, ok := n.ids[text]; ok {
		return id
	}
	id := n.first + int64(len(n.fresh))
	n.fresh = append(n.fresh, text)
	n.ids[text] = id
	return id
}

// write writes the new names to the table.
func (n *naming) write(t *tx) error {
	for i, text := range n.fresh {
		if _, err := t.exec("INSERT INTO names (id, name) VALUES (?, ?)", n.first+int64(i), text); err != nil {
			return err
		}
	}
	return nil
}

func (n *naming) publish() { n.all.add(n.first, n.fresh) }
