// Package push takes records from those who send them: POST /ingest of a server
// (handler.go), CloudTrail Lake's PutAuditEvents (through api/cloudtraildata),
// and the calls to the server itself (own.go).
//
// A push is like a file of an ingest: its records become facts by the same
// rules, its facts are durable before the sender is told so, and it has a row
// in the ledger whose id is the hash of what was sent. Sending it again is
// therefore harmless: the facts merge to what they were, and the row is written
// over with the same counts. Since nobody can read it again, its facts are kept
// apart as well, for a rebuild. Records that cannot be used are told to the
// sender, one by one, and counted in the row; they are not put into quarantine,
// since the one who can mend them has just got them back.
package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
)

// Door is where records come in. Its methods may be called at once.
type Door struct {
	Store store.Store      // required
	Now   func() time.Time // the clock; required
	// Trusted are the accounts whose callers may report for every account, as
	// the pipeline of an organization trail does. All others report for their
	// own account only.
	Trusted []string
}

// May is what an account may report of, for ingest.Fold.
func (d *Door) May(sender string) func(account string) error {
	for _, t := range d.Trusted {
		if t == sender {
			return nil
		}
	}
	return func(account string) error {
		if account == sender {
			return nil
		}
		return &cloudtrail.RecordError{Refusal: ingest.RefusedAccount,
			Detail: fmt.Sprintf("account %.12q is not the sender's, %s", account, sender)}
	}
}

// Commit writes the facts of a fold, and then the ledger row of what was sent.
// It returns the row's id. Everything is durable on return; after an error any
// part of the facts may be, and the same call again makes it whole.
func (d *Door) Commit(ctx context.Context, fold *ingest.Fold, kind, sender string, sent []byte) (string, error) {
	sum := sha256.Sum256(sent)
	id := kind + ":" + sender + "#" + hex.EncodeToString(sum[:16])
	row := ingest.Row{Status: ingest.Done, Counts: fold.Counts, When: d.Now().UTC()}
	row.Bytes = int64(len(sent))
	var err error
	if row.Epoch, err = ingest.MergeKept(ctx, d.Store, fold.Facts()); err != nil {
		return id, err
	}
	return id, setRow(ctx, d.Store, id, row)
}

func setRow(ctx context.Context, docs store.Docs, id string, row ingest.Row) error {
	row.Rules, row.Kept = ingest.Rules, true
	body, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return docs.SetDocs(ctx, store.KindLedger, []store.Doc{{ID: id, Body: body}})
}

// bounded cuts a reason that is too long.
func bounded(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "…"
	}
	return strings.ToValidUTF8(reason, "\ufffd")
}
