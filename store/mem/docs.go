package mem

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/store"
)

// doc is a stored document. Its body is never changed, only replaced.
type doc struct {
	body    []byte
	version store.Version
}

// GetDoc implements store.Docs.
func (s *Store) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	s.mu.RLock()
	d, ok := s.docs[kind][id]
	s.mu.RUnlock()
	if !ok {
		return nil, 0, fmt.Errorf("%s %q: %w", kind, id, store.ErrNotFound)
	}
	return bytes.Clone(d.body), d.version, nil
}

// PutDoc implements store.Docs.
func (s *Store) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if err := fits(ctx, kind, store.Doc{ID: id, Body: body}); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.docs[kind][id].version != old {
		return 0, fmt.Errorf("%s %q: %w", kind, id, store.ErrConflict)
	}
	return s.set(kind, id, body), nil
}

// SetDocs implements store.Docs. It writes all of them or none.
func (s *Store) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	if err := fits(ctx, kind, docs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range docs {
		s.set(kind, d.ID, d.Body)
	}
	return nil
}

// fits refuses documents that are too large, and callers that have left.
func fits(ctx context.Context, kind store.Kind, docs ...store.Doc) error {
	for _, d := range docs {
		if len(d.Body) > store.MaxDoc {
			return fmt.Errorf("%s %q of %d bytes: %w", kind, d.ID, len(d.Body), store.ErrTooLarge)
		}
	}
	return ctx.Err()
}

func (s *Store) set(kind store.Kind, id string, body []byte) store.Version {
	if s.docs[kind] == nil {
		s.docs[kind] = map[string]doc{}
	}
	s.last++
	s.docs[kind][id] = doc{bytes.Clone(body), s.last}
	return s.last
}

// DeleteDoc implements store.Docs.
func (s *Store) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.docs[kind][id]
	switch {
	case !ok:
		return fmt.Errorf("%s %q: %w", kind, id, store.ErrNotFound)
	case d.version != old:
		return fmt.Errorf("%s %q: %w", kind, id, store.ErrConflict)
	}
	delete(s.docs[kind], id)
	return nil
}

// ListDocs implements store.Docs. The iteration goes over a copy, so the loop
// may write.
func (s *Store) ListDocs(ctx context.Context, kind store.Kind, after string, limit int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range s.ids(kind, after, limit) {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(id, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", err)
		}
	}
}

// ids lists the ids of a kind, ascending.
func (s *Store) ids(kind store.Kind, after string, limit int) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := slices.DeleteFunc(slices.Collect(maps.Keys(s.docs[kind])), func(id string) bool {
		return after != "" && id <= after
	})
	slices.Sort(list)
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return list
}

// DocVersion implements store.Versions.
func (s *Store) DocVersion(ctx context.Context, kind store.Kind, id string) (store.Version, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	d, ok := s.docs[kind][id]
	s.mu.RUnlock()
	if !ok {
		return 0, fmt.Errorf("%s %q: %w", kind, id, store.ErrNotFound)
	}
	return d.version, nil
}
