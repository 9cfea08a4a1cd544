package accounts

import (
	"cmp"
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
	label func(*E) string // its name: a bucket is in the order of names, then ids
	equal func(a, b *E) bool
	list  func(*inventory.Account) *[]*E
	shelf func(*head) *shelf
	parts func(*entry) *[][]*E
	edit  func(*inventory.Edits) *inventory.Edit[E]
	// own are the entities of a home's list that it does not have of the
	// program; nil: all.
	own func(partition string, list []*E) []*E
}

func users() kind[inventory.User] {
	return kind[inventory.User]{
		name: "user", id: func(u *inventory.User) string { return u.ID }, equal: (*inventory.User).Equal,
		label: func(u *inventory.User) string { return u.Name },
		parts: func(e *entry) *[][]*inventory.User { return &e.users },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.User] { return &e.Users },
		list:  func(a *inventory.Account) *[]*inventory.User { return &a.Users }, shelf: func(h *head) *shelf { return &h.Users },
	}
}

func groups() kind[inventory.Group] {
	return kind[inventory.Group]{
		name: "group", id: func(g *inventory.Group) string { return g.ID }, equal: (*inventory.Group).Equal,
		label: func(g *inventory.Group) string { return g.Name },
		parts: func(e *entry) *[][]*inventory.Group { return &e.groups },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.Group] { return &e.Groups },
		list:  func(a *inventory.Account) *[]*inventory.Group { return &a.Groups }, shelf: func(h *head) *shelf { return &h.Groups },
	}
}

func roles() kind[inventory.Role] {
	return kind[inventory.Role]{
		name: "role", id: func(r *inventory.Role) string { return r.ID }, equal: (*inventory.Role).Equal,
		label: func(r *inventory.Role) string { return r.Name },
		parts: func(e *entry) *[][]*inventory.Role { return &e.roles },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.Role] { return &e.Roles },
		list:  func(a *inventory.Account) *[]*inventory.Role { return &a.Roles }, shelf: func(h *head) *shelf { return &h.Roles },
	}
}

func policies() kind[inventory.Policy] {
	return kind[inventory.Policy]{
		name: "policy", id: func(p *inventory.Policy) string { return p.ARN }, equal: (*inventory.Policy).Equal,
		label: func(p *inventory.Policy) string { return p.Name },
		parts: func(e *entry) *[][]*inventory.Policy { return &e.policies },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.Policy] { return &e.Policies },
		list:  func(a *inventory.Account) *[]*inventory.Policy { return &a.Policies }, shelf: func(h *head) *shelf { return &h.Policies },
		own: inventory.WithoutBuiltIn,
	}
}

func profiles() kind[inventory.InstanceProfile] {
	return kind[inventory.InstanceProfile]{
		name: "profile", id: func(p *inventory.InstanceProfile) string { return p.ID }, equal: (*inventory.InstanceProfile).Equal,
		label: func(p *inventory.InstanceProfile) string { return p.Name },
		parts: func(e *entry) *[][]*inventory.InstanceProfile { return &e.profiles },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.InstanceProfile] { return &e.Profiles },
		list:  func(a *inventory.Account) *[]*inventory.InstanceProfile { return &a.Profiles }, shelf: func(h *head) *shelf { return &h.Profiles },
	}
}

func devices() kind[inventory.Device] {
	return kind[inventory.Device]{
		name: "device", id: func(d *inventory.Device) string { return d.Serial }, equal: (*inventory.Device).Equal,
		label: func(d *inventory.Device) string { return d.Serial },
		parts: func(e *entry) *[][]*inventory.Device { return &e.devices },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.Device] { return &e.Devices },
		list:  func(a *inventory.Account) *[]*inventory.Device { return &a.Devices }, shelf: func(h *head) *shelf { return &h.Devices },
	}
}

func samlProviders() kind[inventory.SAMLProvider] {
	return kind[inventory.SAMLProvider]{
		name: "saml", id: func(p *inventory.SAMLProvider) string { return p.ARN }, equal: (*inventory.SAMLProvider).Equal,
		label: func(p *inventory.SAMLProvider) string { return p.Name },
		parts: func(e *entry) *[][]*inventory.SAMLProvider { return &e.saml },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.SAMLProvider] { return &e.SAML },
		list:  func(a *inventory.Account) *[]*inventory.SAMLProvider { return &a.SAML }, shelf: func(h *head) *shelf { return &h.SAML },
	}
}

func oidcProviders() kind[inventory.OIDCProvider] {
	return kind[inventory.OIDCProvider]{
		name: "oidc", id: func(p *inventory.OIDCProvider) string { return p.ARN }, equal: (*inventory.OIDCProvider).Equal,
		label: func(p *inventory.OIDCProvider) string { return p.ARN },
		parts: func(e *entry) *[][]*inventory.OIDCProvider { return &e.oidc },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.OIDCProvider] { return &e.OIDC },
		list:  func(a *inventory.Account) *[]*inventory.OIDCProvider { return &a.OIDC }, shelf: func(h *head) *shelf { return &h.OIDC },
	}
}

func deletions() kind[inventory.Deletion] {
	return kind[inventory.Deletion]{
		name: "deletion", id: func(d *inventory.Deletion) string { return d.ID }, equal: (*inventory.Deletion).Equal,
		label: func(d *inventory.Deletion) string { return d.ID },
		parts: func(e *entry) *[][]*inventory.Deletion { return &e.deletions },
		edit:  func(e *inventory.Edits) *inventory.Edit[inventory.Deletion] { return &e.Deletions },
		list:  func(a *inventory.Account) *[]*inventory.Deletion { return &a.Deletions }, shelf: func(h *head) *shelf { return &h.Deletions },
	}
}

// stored are those of the entities of an account that are stored. What homes
// have of the program itself is not; a mirror has only what it was given.
func (k *kind[E]) stored(list []*E, partition string, mode Mode) []*E {
	if k.own == nil || mode != Home || len(list) == 0 {
		return list
	}
	return k.own(partition, list)
}

// compare is the order of a bucket.
func (k *kind[E]) compare(a, b *E) int {
	return cmp.Or(inventory.CompareNames(k.label(a), k.label(b)), strings.Compare(k.id(a), k.id(b)))
}

// bucket is the number of an entity's bucket among n.
func (k *kind[E]) bucket(e *E, n int) int {
	h := fnv.New32a()
	h.Write([]byte(k.id(e)))
	return int(h.Sum32() % uint32(n))
}

// plan is the state in which the inventory is a, and the segments that have to
// be written for it; it is old itself when nothing differs. Without edits all
// of a is compared with what was, else a is old's inventory with these edits.
func plan(old *entry, a *inventory.Account, mode Mode, edits *inventory.Edits) (*entry, []store.Doc, error) {
	next := &entry{account: a, head: head{
		Format: format, Generation: old.head.Generation + 1, ID: a.ID, Partition: a.Partition, Mode: mode, Settings: a.Settings,
	}}
	var fresh []store.Doc
	err := errors.Join(
		shelve(users(), old, next, edits, &fresh), shelve(groups(), old, next, edits, &fresh),
		shelve(roles(), old, next, edits, &fresh), shelve(policies(), old, next, edits, &fresh),
		shelve(profiles(), old, next, edits, &fresh), shelve(devices(), old, next, edits, &fresh),
		shelve(samlProviders(), old, next, edits, &fresh), shelve(oidcProviders(), old, next, edits, &fresh),
		shelve(deletions(), old, next, edits, &fresh))
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
func shelve[E any](k kind[E], old, next *entry, edits *inventory.Edits, fresh *[]store.Doc) error {
	had, was := *k.shelf(&old.head), *k.parts(old)
	if edits != nil && old.account != nil {
		done, err := reshelve(k, old, next, k.edit(edits), fresh)
		if done || err != nil {
			return err
		}
	}
	list := k.stored(*k.list(next.account), next.account.Partition, next.head.Mode)
	n := max(len(had), bucketsFor(len(list)))
	for {
		if n != len(had) || old.account == nil {
			was = nil
		}
		parts := split(k, list, n)
		tooLarge, err := fill(k, next, parts, was, had, fresh)
		if err != nil {
			return err
		}
		if !tooLarge {
			return nil
		}
		n *= 2
	}
}

// reshelve is shelve for a few edits: it looks at their buckets only. False:
// there have to be more buckets.
func reshelve[E any](k kind[E], old, next *entry, edit *inventory.Edit[E], fresh *[]store.Doc) (done bool, err error) {
	had, was := *k.shelf(&old.head), *k.parts(old)
	if edit.None() {
		*k.shelf(&next.head), *k.parts(next) = had, was
		return true, nil
	}
	n := len(had)
	if bucketsFor(len(*k.list(next.account))) > n && bucketsFor(len(k.stored(*k.list(next.account), next.account.Partition, next.head.Mode))) > n {
		return false, nil
	}
	parts := slices.Clone(was)
	for _, e := range edit.Gone {
		i := k.bucket(e, n)
		parts[i] = slices.DeleteFunc(slices.Clone(parts[i]), func(o *E) bool { return o == e })
	}
	for _, e := range k.stored(edit.New, next.account.Partition, next.head.Mode) {
		i := k.bucket(e, n)
		at, _ := slices.BinarySearchFunc(parts[i], e, k.compare)
		parts[i] = slices.Insert(slices.Clone(parts[i]), at, e)
	}
	tooLarge, err := fill(k, next, parts, was, had, fresh)
	return !tooLarge, err
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
		i := k.bucket(e, n)
		out[i] = append(out[i], e)
	}
	return out
}

// fill makes the segments of next's shelf and takes over its buckets, unless one
// is too large and could be split. was holds the buckets of the shelf had; nil:
// none can be kept.
func fill[E any](k kind[E], next *entry, buckets, was [][]*E, had shelf, fresh *[]store.Doc) (tooLarge bool, err error) {
	s := make(shelf, len(buckets))
	var docs []store.Doc
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
			return false, err
		}
		if len(body) > store.MaxDoc && len(entities) == 1 {
			return false, fmt.Errorf("%s %s: %d bytes, at most %d can be stored", k.name, k.id(entities[0]), len(body), store.MaxDoc)
		}
		if len(body) > maxSegment && len(entities) > 1 && len(buckets) < maxBuckets {
			return true, nil
		}
		s[i] = ref{segmentID(next.head.Generation, body), len(body)}
		docs = append(docs, store.Doc{ID: next.head.ID + "/" + s[i].ID, Body: body})
	}
	*k.shelf(&next.head), *k.parts(next) = s, buckets
	*fresh = append(*fresh, docs...)
	return false, nil
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
