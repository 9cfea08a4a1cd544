package accounts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// errDamaged: the store does not hold what was written to it.
var errDamaged = errors.New("the stored inventory is damaged: import the account again")

// kind is one kind of entity and how it is stored.
type kind[E any] struct {
	name  string
	id    func(*E) string // what puts an entity into its bucket: it never changes
	equal func(a, b *E) bool
	list  func(*inventory.Account) *[]*E
	shelf func(*head) *shelf
}

func users() kind[inventory.User] {
	return kind[inventory.User]{"user", func(u *inventory.User) string { return u.ID }, (*inventory.User).Equal,
		func(a *inventory.Account) *[]*inventory.User { return &a.Users }, func(h *head) *shelf { return &h.Users }}
}

func groups() kind[inventory.Group] {
	return kind[inventory.Group]{"group", func(g *inventory.Group) string { return g.ID }, (*inventory.Group).Equal,
		func(a *inventory.Account) *[]*inventory.Group { return &a.Groups }, func(h *head) *shelf { return &h.Groups }}
}

func roles() kind[inventory.Role] {
	return kind[inventory.Role]{"role", func(r *inventory.Role) string { return r.ID }, (*inventory.Role).Equal,
		func(a *inventory.Account) *[]*inventory.Role { return &a.Roles }, func(h *head) *shelf { return &h.Roles }}
}

func policies() kind[inventory.Policy] {
	return kind[inventory.Policy]{"policy", func(p *inventory.Policy) string { return p.ARN }, (*inventory.Policy).Equal,
		func(a *inventory.Account) *[]*inventory.Policy { return &a.Policies }, func(h *head) *shelf { return &h.Policies }}
}

// plan is the state in which the inventory is a, and the segments that have to
// be written for it; it is old itself when nothing differs.
func plan(old *entry, a *inventory.Account) (*entry, []store.Doc, error) {
	next := &entry{account: a, head: head{Format: format, Generation: old.head.Generation + 1, ID: a.ID, Partition: a.Partition}}
	var fresh []store.Doc
	err := errors.Join(
		shelve(users(), old, next, &fresh), shelve(groups(), old, next, &fresh),
		shelve(roles(), old, next, &fresh), shelve(policies(), old, next, &fresh))
	if err != nil {
		return nil, nil, err
	}
	if old.version != 0 && next.sameContent(old) {
		return old, nil, nil
	}
	return next, fresh, nil
}

// sameContent reports whether both heads list the same segments.
func (e *entry) sameContent(o *entry) bool {
	return e.head.Partition == o.head.Partition && slices.Equal(e.head.Users, o.head.Users) && slices.Equal(e.head.Groups, o.head.Groups) &&
		slices.Equal(e.head.Roles, o.head.Roles) && slices.Equal(e.head.Policies, o.head.Policies)
}

// shelve fills one shelf of next. A bucket whose entities are as they were keeps
// its segment. The number of buckets grows with the account, and further while
// a segment is too large; it never shrinks, so that an account whose size
// swings is not rewritten each time.
func shelve[E any](k kind[E], old, next *entry, fresh *[]store.Doc) error {
	list, had := *k.list(next.account), *k.shelf(&old.head)
	n := max(len(had), bucketsFor(len(list)))
	for {
		var was [][]*E
		if n == len(had) && old.account != nil {
			was = split(k, *k.list(old.account), n)
		}
		shelf, docs, tooLarge, err := fill(k, next, split(k, list, n), was, had)
		if err != nil {
			return err
		}
		if tooLarge && n < maxBuckets {
			n *= 2
			continue
		}
		*k.shelf(&next.head) = shelf
		*fresh = append(*fresh, docs...)
		return nil
	}
}

// bucketsFor is the least number of buckets for so many entities: a power of
// two, or none.
func bucketsFor(entities int) int {
	if entities == 0 {
		return 0
	}
	return min(1<<bits.Len(uint((entities-1)/perBucket)), maxBuckets)
}

// split puts entities into buckets, keeping their order.
func split[E any](k kind[E], list []*E, n int) [][]*E {
	out := make([][]*E, n)
	for _, e := range list {
		h := fnv.New32a()
		h.Write([]byte(k.id(e)))
		i := h.Sum32() % uint32(n)
		out[i] = append(out[i], e)
	}
	return out
}

// fill makes the segments of a shelf. was holds the buckets of the shelf had;
// nil: none can be kept.
func fill[E any](k kind[E], next *entry, buckets, was [][]*E, had shelf) (s shelf, fresh []store.Doc, tooLarge bool, err error) {
	s = make(shelf, len(buckets))
	for i, entities := range buckets {
		if was != nil && slices.EqualFunc(entities, was[i], k.equal) {
			s[i] = had[i]
			continue
		}
		if len(entities) == 0 {
			continue
		}
		body, err := json.Marshal(segment[E]{format, k.name, entities})
		if err != nil {
			return nil, nil, false, err
		}
		if len(body) > store.MaxDoc && len(entities) == 1 {
			return nil, nil, false, fmt.Errorf("%s %s: %d bytes, at most %d can be stored", k.name, k.id(entities[0]), len(body), store.MaxDoc)
		}
		if len(body) > maxSegment && len(entities) > 1 {
			tooLarge = true
		}
		s[i] = ref{segmentID(next.head.Generation, body), len(body)}
		fresh = append(fresh, store.Doc{ID: next.head.ID + "/" + s[i].ID, Body: body})
	}
	return s, fresh, tooLarge, nil
}

// segment is the stored form of a bucket.
type segment[E any] struct {
	Format   int    `json:"format"`
	Kind     string `json:"kind"`
	Entities []*E   `json:"entities"`
}

// segmentID is GENERATION-HASH: see sweep.go for the first part. The second
// proves on reading that the content is what was written.
func segmentID(generation int64, body []byte) string {
	return strconv.FormatInt(generation, 10) + "-" + hashOf(body)
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// generationOf is the generation a segment was written for; false for an id
// that is none of ours.
func generationOf(id string) (int64, bool) {
	text, _, ok := strings.Cut(id, "-")
	generation, err := strconv.ParseInt(text, 10, 64)
	return generation, ok && err == nil
}

// decodeSegment reads what fill made.
func decodeSegment[E any](k kind[E], r ref, body []byte) ([]*E, error) {
	if _, hash, _ := strings.Cut(r.ID, "-"); hash != hashOf(body) {
		return nil, fmt.Errorf("segment %s: %w", r.ID, errDamaged)
	}
	var s segment[E]
	if err := decode(body, &s, &s.Format); err != nil {
		return nil, fmt.Errorf("segment %s: %w", r.ID, err)
	}
	if s.Kind != k.name || slices.Contains(s.Entities, nil) {
		return nil, fmt.Errorf("segment %s: %w", r.ID, errDamaged)
	}
	return s.Entities, nil
}
