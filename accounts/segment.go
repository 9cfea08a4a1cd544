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
	// own are the entities of a home's list that it does not have of the
	// program; nil: all.
	own func(partition string, list []*E) []*E
}

func users() kind[inventory.User] {
	return kind[inventory.User]{
		name: "user", id: func(u *inventory.User) string { return u.ID }, equal: (*inventory.User).Equal,
		list: func(a *inventory.Account) *[]*inventory.User { return &a.Users }, shelf: func(h *head) *shelf { return &h.Users },
	}
}

func groups() kind[inventory.Group] {
	return kind[inventory.Group]{
		name: "group", id: func(g *inventory.Group) string { return g.ID }, equal: (*inventory.Group).Equal,
		list: func(a *inventory.Account) *[]*inventory.Group { return &a.Groups }, shelf: func(h *head) *shelf { return &h.Groups },
	}
}

func roles() kind[inventory.Role] {
	return kind[inventory.Role]{
		name: "role", id: func(r *inventory.Role) string { return r.ID }, equal: (*inventory.Role).Equal,
		list: func(a *inventory.Account) *[]*inventory.Role { return &a.Roles }, shelf: func(h *head) *shelf { return &h.Roles },
	}
}

func policies() kind[inventory.Policy] {
	return kind[inventory.Policy]{
		name: "policy", id: func(p *inventory.Policy) string { return p.ARN }, equal: (*inventory.Policy).Equal,
		list: func(a *inventory.Account) *[]*inventory.Policy { return &a.Policies }, shelf: func(h *head) *shelf { return &h.Policies },
		own: inventory.WithoutBuiltIn,
	}
}

func profiles() kind[inventory.InstanceProfile] {
	return kind[inventory.InstanceProfile]{
		name: "profile", id: func(p *inventory.InstanceProfile) string { return p.ID }, equal: (*inventory.InstanceProfile).Equal,
		list: func(a *inventory.Account) *[]*inventory.InstanceProfile { return &a.Profiles }, shelf: func(h *head) *shelf { return &h.Profiles },
	}
}

func devices() kind[inventory.Device] {
	return kind[inventory.Device]{
		name: "device", id: func(d *inventory.Device) string { return d.Serial }, equal: (*inventory.Device).Equal,
		list: func(a *inventory.Account) *[]*inventory.Device { return &a.Devices }, shelf: func(h *head) *shelf { return &h.Devices },
	}
}

func samlProviders() kind[inventory.SAMLProvider] {
	return kind[inventory.SAMLProvider]{
		name: "saml", id: func(p *inventory.SAMLProvider) string { return p.ARN }, equal: (*inventory.SAMLProvider).Equal,
		list: func(a *inventory.Account) *[]*inventory.SAMLProvider { return &a.SAML }, shelf: func(h *head) *shelf { return &h.SAML },
	}
}

func oidcProviders() kind[inventory.OIDCProvider] {
	return kind[inventory.OIDCProvider]{
		name: "oidc", id: func(p *inventory.OIDCProvider) string { return p.ARN }, equal: (*inventory.OIDCProvider).Equal,
		list: func(a *inventory.Account) *[]*inventory.OIDCProvider { return &a.OIDC }, shelf: func(h *head) *shelf { return &h.OIDC },
	}
}

func deletions() kind[inventory.Deletion] {
	return kind[inventory.Deletion]{
		name: "deletion", id: func(d *inventory.Deletion) string { return d.ID }, equal: (*inventory.Deletion).Equal,
		list: func(a *inventory.Account) *[]*inventory.Deletion { return &a.Deletions }, shelf: func(h *head) *shelf { return &h.Deletions },
	}
}

// of are the entities of a state that are stored. What homes have of the
// program itself is not; a mirror has only what it was given.
func (k *kind[E]) of(e *entry) []*E {
	list := *k.list(e.account)
	if k.own == nil || e.head.Mode != Home {
		return list
	}
	return k.own(e.account.Partition, list)
}

// plan is the state in which the inventory is a, and the segments that have to
// be written for it; it is old itself when nothing differs.
func plan(old *entry, a *inventory.Account, mode Mode) (*entry, []store.Doc, error) {
	next := &entry{account: a, head: head{
		Format: format, Generation: old.head.Generation + 1, ID: a.ID, Partition: a.Partition, Mode: mode, Settings: a.Settings,
	}}
	var fresh []store.Doc
	err := errors.Join(
		shelve(users(), old, next, &fresh), shelve(groups(), old, next, &fresh),
		shelve(roles(), old, next, &fresh), shelve(policies(), old, next, &fresh),
		shelve(profiles(), old, next, &fresh), shelve(devices(), old, next, &fresh),
		shelve(samlProviders(), old, next, &fresh), shelve(oidcProviders(), old, next, &fresh),
		shelve(deletions(), old, next, &fresh))
	if err != nil {
		return nil, nil, err
	}
	if old.version != 0 && next.head.same(&old.head) {
		return old, nil, nil
	}
	return next, fresh, nil
}

// shelve fills one shelf of next. A bucket whose entities are as they were keeps
// its segment. The number of buckets grows with the account, and further while
// a segment is too large; it never shrinks, so that an account whose size
// swings is not rewritten each time.
func shelve[E any](k kind[E], old, next *entry, fresh *[]store.Doc) error {
	list, had := k.of(next), *k.shelf(&old.head)
	n := max(len(had), bucketsFor(len(list)))
	for {
		var was [][]*E
		if n == len(had) && old.account != nil {
			was = split(k, k.of(old), n)
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
