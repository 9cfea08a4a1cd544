package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Reading is how many groups of log files are being read now, by any process
// with the store, as far as the first maxLeasesCounted leases tell.
func Reading(ctx context.Context, docs store.Docs, now time.Time) (n int, err error) {
	for id, err := range docs.ListDocs(ctx, store.KindLease, "", maxLeasesCounted) {
		if err != nil {
			return 0, fmt.Errorf("list leases: %w", err)
		}
		body, _, err := docs.GetDoc(ctx, store.KindLease, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // given back meanwhile
		} else if err != nil {
			return 0, err
		}
		var doc leaseDoc // of the ledger's epoch it is empty
		if json.Unmarshal(body, &doc) == nil && doc.Holder != "" && now.Before(doc.Until) {
			n++
		}
	}
	return n, nil
}
