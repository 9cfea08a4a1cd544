package store

import (
	"context"
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
