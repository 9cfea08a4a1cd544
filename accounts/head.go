package accounts

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// head is the document that says what the inventory of an account is.
type head struct {
	Format int `json:"format"`
	// Generation counts the changes of the account, from 1. A segment's id
	// begins with the generation it was written for.
	Generation int64  `json:"generation"`
	ID         string `json:"id"`
	Partition  string `json:"partition"`
	// Mode says whether the account is a mirror or a home; empty is a mirror.
	Mode      Mode               `json:"mode,omitempty"`
	Settings  inventory.Settings `json:"settings,omitzero"`
	Users     shelf              `json:"users,omitempty"`
	Groups    shelf              `json:"groups,omitempty"`
	Roles     shelf              `json:"roles,omitempty"`
	Policies  shelf              `json:"policies,omitempty"`
	Profiles  shelf              `json:"profiles,omitempty"`
	Devices   shelf              `json:"devices,omitempty"`
	SAML      shelf              `json:"saml,omitempty"`
	OIDC      shelf              `json:"oidc,omitempty"`
	Deletions shelf              `json:"deletions,omitempty"`
}

// shelves are those of all kinds.
func (h *head) shelves() []*shelf {
	return []*shelf{&h.Users, &h.Groups, &h.Roles, &h.Policies, &h.Profiles, &h.Devices, &h.SAML, &h.OIDC, &h.Deletions}
}

// same reports whether both heads say the same inventory.
func (h *head) same(o *head) bool {
	return h.Partition == o.Partition && h.Mode == o.Mode && h.Settings.Equal(o.Settings) &&
		slices.EqualFunc(h.shelves(), o.shelves(), func(a, b *shelf) bool { return slices.Equal(*a, *b) })
}

// shelf lists the segments of one kind of entity by bucket. Its length is the
// number of buckets; an empty bucket has no segment.
type shelf []ref

// ref is a segment: its id without the account, and its size in bytes.
type ref struct {
	ID   string `json:"id,omitempty"`
	Size int    `json:"size,omitempty"`
}

func (h *head) encode() ([]byte, error) { return json.Marshal(h) }

func decodeHead(id string, body []byte) (head, error) {
	var h head
	err := decode(body, &h, &h.Format)
	if err == nil && h.ID != id {
		err = errDamaged
	}
	if err != nil {
		return h, fmt.Errorf("inventory of account %s: head: %w", id, err)
	}
	return h, nil
}

// decode reads a head or segment into v, of which found is the format. A
// document of a newer format may not decode as a whole: then its format alone is
// looked at, because what it needs is a newer program.
func decode(body []byte, v any, found *int) error {
	err := json.Unmarshal(body, v)
	if err != nil {
		var f struct{ Format int }
		if json.Unmarshal(body, &f) != nil {
			return errDamaged
		}
		*found = f.Format
	}
	if *found > format {
		return fmt.Errorf("written in format %d, this program knows %d: update ebbmark: %w", *found, format, store.ErrNewer)
	}
	if err != nil || *found < 1 {
		return errDamaged
	}
	return nil
}

// refs yields every segment of the head.
func (h *head) refs() iter.Seq[ref] {
	return func(yield func(ref) bool) {
		for _, s := range h.shelves() {
			for _, r := range *s {
				if r.ID != "" && !yield(r) {
					return
				}
			}
		}
	}
}

// size is the bytes of all segments.
func (h *head) size() int {
	n := 0
	for r := range h.refs() {
		n += r.Size
	}
	return n
}
