package accounts

import (
	"context"
	"strings"

	"github.com/ebbmark/ebbmark/store"
)

// When may a segment be removed?
//
// A writer that starts from a head of generation g writes segments whose ids
// begin with g+1, and commits the head of generation g+1 only if the head of
// generation g is still the stored one. It refers to segments that head g
// lists and to those it has just written, never to others.
//
// So once head g is stored, a segment whose id says g or less and which head g
// does not list can never be listed again: writers that still hold an older
// head will lose their swap, and those that start from head g (or, by
// induction, a later one) only list what head g lists or ids above g. That is
// exactly what is removed here, and no clock is involved. What a writer in
// progress has written for its own commit says g+1 and is left alone.
//
// A reader that still holds an older head may miss a segment; it then reads the
// head again (see current). The argument needs that generations never repeat,
// so heads are never deleted. What a crash left of an account that never got a
// head goes with its first commit.
//
// Removing is best effort: an error or a crash leaves a segment that costs
// space only, until the next sweep. The commit before it stands in any case, so
// errors are not reported.

// clear removes the segments that the commit from old to next made obsolete,
// and now and then searches for others.
func (b *Book) clear(ctx context.Context, old, next *entry) {
	if next.head.Generation%sweepEvery == 0 {
		b.sweep(ctx, next.head.ID)
		return
	}
	listed := listedBy(&next.head)
	for r := range old.head.refs() {
		if !listed[r.ID] {
			b.remove(ctx, next.head.ID+"/"+r.ID)
		}
	}
}

// sweep searches the store for segments of the account that may be removed.
func (b *Book) sweep(ctx context.Context, id string) {
	body, _, err := b.docs.GetDoc(ctx, store.KindAccount, id)
	if err != nil {
		return
	}
	h, err := decodeHead(id, body)
	if err != nil {
		return
	}
	listed := listedBy(&h)
	for name, err := range b.docs.ListDocs(ctx, store.KindSegment, id+"/", 0) {
		segment, ours := strings.CutPrefix(name, id+"/")
		if err != nil || !ours {
			return
		}
		if generation, ok := generationOf(segment); ok && generation <= h.Generation && !listed[segment] {
			b.remove(ctx, name)
		}
	}
}

func listedBy(h *head) map[string]bool {
	listed := map[string]bool{}
	for r := range h.refs() {
		listed[r.ID] = true
	}
	return listed
}

func (b *Book) remove(ctx context.Context, name string) {
	if version, err := store.DocVersion(ctx, b.docs, store.KindSegment, name); err == nil {
		_ = b.docs.DeleteDoc(ctx, store.KindSegment, name, version)
	}
}
