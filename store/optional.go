package store

import (
	"context"
	"errors"
	"time"
)

// What a backend may do besides, because it can do it better than with the
// methods that all have. Whoever asks does without it otherwise.

// Versions tells the version of a document without reading its body.
type Versions interface {
	// DocVersion is GetDoc without the body.
	DocVersion(ctx context.Context, kind Kind, id string) (Version, error)
}

// DocVersion is the version of a document, or ErrNotFound.
func DocVersion(ctx context.Context, docs Docs, kind Kind, id string) (Version, error) {
	if v, ok := docs.(Versions); ok {
		return v.DocVersion(ctx, kind, id)
	}
	_, version, err := docs.GetDoc(ctx, kind, id)
	return version, err
}

// Series reads many documents at once, in the order of their ids.
type Series interface {
	// NextDocs is the documents whose ids are from or greater, ascending in byte
	// order, at most limit of them, which is 1 or more.
	NextDocs(ctx context.Context, kind Kind, from string, limit int) ([]Doc, error)
}

// NextDocs is what Series says. It is for small documents: all are in memory.
func NextDocs(ctx context.Context, docs Docs, kind Kind, from string, limit int) (list []Doc, err error) {
	if s, ok := docs.(Series); ok {
		return s.NextDocs(ctx, kind, from, limit)
	}
	add := func(id string) error {
		body, _, err := docs.GetDoc(ctx, kind, id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		list = append(list, Doc{ID: id, Body: body})
		return err
	}
	if from != "" { // ListDocs has the empty id itself
		if err := add(from); err != nil {
			return nil, err
		}
	}
	for id, err := range docs.ListDocs(ctx, kind, from, limit) {
		if err == nil && len(list) < limit {
			err = add(id)
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// RegionCalls is the latest call in a Region: raw, as facts have it.
type RegionCalls struct {
	Region string
	Last   time.Time
}

// LastCalls tells when principals last called anything, without reading all
// their facts.
type LastCalls interface {
	// LastCalls is, for each Region with facts of the classes Management and
	// Data under any of the names, the latest Last of them, in any order. It sees
	// what Facts would.
	LastCalls(ctx context.Context, account string, principals []string) ([]RegionCalls, error)
}
