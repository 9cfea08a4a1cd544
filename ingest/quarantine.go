package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Refused is a record in quarantine.
type Refused struct {
	File   string    `json:"file"`
	Offset int64     `json:"offset"` // of its first byte in the decompressed text
	Reason string    `json:"reason"`
	Head   string    `json:"head,omitempty"` // its first bytes; none when the record was too long to go back to them
	When   time.Time `json:"when"`
}

// quarantineID is the document id of a record of an object. The offset has a
// fixed width, so that ids sort by it.
func quarantineID(id string, offset int64) string { return fmt.Sprintf("%s@%015d", id, offset) }

func (r Refused) doc(id string) store.Doc {
	r.Head = strings.ToValidUTF8(r.Head, "\ufffd")
	body, _ := json.Marshal(r) // strings, a number and a time: it cannot fail
	return store.Doc{ID: quarantineID(id, r.Offset), Body: body}
}

// countQuarantine counts what is in quarantine, up to its bound.
func countQuarantine(ctx context.Context, docs store.Docs) (n int, err error) {
	for _, err := range docs.ListDocs(ctx, store.KindQuarantine, "", maxQuarantine) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// release removes what an earlier reading of an object has put into
// quarantine, and returns how many records that were.
func release(ctx context.Context, docs store.Docs, id string) (n int, err error) {
	for doc, err := range docs.ListDocs(ctx, store.KindQuarantine, id+"@", 0) {
		if err != nil || !strings.HasPrefix(doc, id+"@") {
			return n, err
		}
		_, version, err := docs.GetDoc(ctx, store.KindQuarantine, doc)
		if err == nil {
			err = docs.DeleteDoc(ctx, store.KindQuarantine, doc, version)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
			return n, err
		}
		n++
	}
	return n, nil
}
