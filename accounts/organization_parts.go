package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
)

// organizationsID is the id of the one document of heads.
const organizationsID = "organizations"

// organizationHeads is that document. It is never deleted, so that generations
// do not repeat: sweep.go says what that is good for.
type organizationHeads struct {
	Format        int                `json:"format"`
	Generation    int64              `json:"generation"` // counts the changes of all organizations
	Organizations []organizationHead `json:"organizations,omitempty"`

	version store.Version
}

// organizationHead says of which parts an organization is.
type organizationHead struct {
	ID    string   `json:"id"`
	Mode  Mode     `json:"mode"`
	Parts []string `json:"parts"` // in order: "GENERATION-HASH", the generation they were written for
}

func (h *organizationHeads) find(id string) int {
	return slices.IndexFunc(h.Organizations, func(o organizationHead) bool { return o.ID == id })
}

// next is a copy to be changed, one generation later.
func (h *organizationHeads) next() *organizationHeads {
	return &organizationHeads{Format: format, Generation: h.Generation + 1, Organizations: slices.Clone(h.Organizations)}
}

func (h *organizationHeads) remove(id string) {
	h.Organizations = slices.DeleteFunc(h.Organizations, func(o organizationHead) bool { return o.ID == id })
}

func (h *organizationHeads) put(o organizationHead) {
	h.remove(o.ID)
	h.Organizations = append(h.Organizations, o)
	slices.SortFunc(h.Organizations, func(a, b organizationHead) int { return strings.Compare(a.ID, b.ID) })
}

func (h *organizationHeads) encode() ([]byte, error) { return json.Marshal(h) }

// organizationHeads reads the heads; none were ever written: none.
func (b *Book) organizationHeads(ctx context.Context) (*organizationHeads, error) {
	body, version, err := b.docs.GetDoc(ctx, store.KindOrganization, organizationsID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &organizationHeads{}, nil
	case err != nil:
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	if h := b.organizations.headsAt(version); h != nil {
		return h, nil
	}
	h := &organizationHeads{}
	if err := decode(body, h, &h.Format); err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	h.version = version
	b.organizations.keepHeads(h)
	return h, nil
}

// storedPart is the document of one part.
type storedPart struct {
	Format int                        `json:"format"`
	Part   *organization.Organization `json:"part"`
}

// planOrganization is the head for a state, and the parts that have to be
// written for it. A part that is as it was keeps its document.
func planOrganization(old *organizationHead, o *organization.Organization, mode Mode, generation int64) (organizationHead, []store.Doc, error) {
	head := organizationHead{ID: o.ID, Mode: mode}
	var fresh []store.Doc
	before := map[string]string{}
	for _, name := range old.Parts {
		before[partHash(name)] = name
	}
	for _, part := range o.Split() {
		body, err := json.Marshal(storedPart{format, part})
		if err != nil {
			return head, nil, err
		}
		if len(body) > store.MaxDoc {
			return head, nil, fmt.Errorf("a part has %d bytes, and the store takes %d: %w", len(body), store.MaxDoc, store.ErrTooLarge)
		}
		hash := hashOf(body)
		name, kept := before[hash]
		if !kept {
			name = fmt.Sprintf("%d-%s", generation, hash)
			fresh = append(fresh, store.Doc{ID: o.ID + "/" + name, Body: body})
		}
		head.Parts = append(head.Parts, name)
	}
	return head, fresh, nil
}

func partHash(name string) string { return name[strings.IndexByte(name, '-')+1:] }

func (b *Book) writeParts(ctx context.Context, fresh []store.Doc) error {
	for len(fresh) > 0 {
		n, size := 0, 0
		for n < len(fresh) && (n == 0 || size+len(fresh[n].Body) <= maxBatch) {
			size += len(fresh[n].Body)
			n++
		}
		if err := b.docs.SetDocs(ctx, store.KindOrganizationPart, fresh[:n]); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	return nil
}

// loadOrganization is the state that a head lists. errGone: a part is not in
// the store.
func (b *Book) loadOrganization(ctx context.Context, h *organizationHead) (*organization.Organization, error) {
	known := b.organizations.get(h.ID)
	if known != nil && slices.Equal(known.parts, h.Parts) {
		return known.state, nil
	}
	parts := make([]*organization.Organization, len(h.Parts))
	for i, name := range h.Parts {
		body, _, err := b.docs.GetDoc(ctx, store.KindOrganizationPart, h.ID+"/"+name)
		if errors.Is(err, store.ErrNotFound) {
			return nil, errGone
		}
		if err != nil {
			return nil, fmt.Errorf("part %s: %w", name, err)
		}
		if parts[i], err = decodePart(name, body); err != nil {
			return nil, err
		}
	}
	o := organization.Join(parts)
	if o.ID != h.ID {
		return nil, errGone
	}
	b.organizations.put(h, o)
	return o, nil
}

// decodePart reads a part; one whose content is not what its name says is as
// good as gone.
func decodePart(name string, body []byte) (*organization.Organization, error) {
	var p storedPart
	if err := decode(body, &p, &p.Format); errors.Is(err, store.ErrNewer) {
		return nil, fmt.Errorf("part %s: %w", name, err)
	} else if err != nil || p.Part == nil || hashOf(body) != partHash(name) {
		return nil, errGone
	}
	return p.Part, nil
}

// sweepOrganization removes the parts of an organization that are of the stored
// generation or an earlier one and are not listed by it. Best effort, as in
// sweep.go.
func (b *Book) sweepOrganization(ctx context.Context, before, after *organizationHeads, id string) {
	listed := map[string]bool{}
	if i := after.find(id); i >= 0 {
		for _, name := range after.Organizations[i].Parts {
			listed[name] = true
		}
	} else {
		b.organizations.drop(id)
	}
	remove := func(name string) {
		if generation, ok := generationOf(name); ok && generation <= after.Generation && !listed[name] {
			b.removePart(ctx, id+"/"+name)
		}
	}
	if i := before.find(id); i >= 0 && after.Generation%sweepEvery != 0 {
		for _, name := range before.Organizations[i].Parts {
			remove(name)
		}
		return
	}
	for name, err := range b.docs.ListDocs(ctx, store.KindOrganizationPart, id+"/", 0) {
		part, ours := strings.CutPrefix(name, id+"/")
		if err != nil || !ours {
			return
		}
		remove(part)
	}
}

// searchOrganizationParts looks for what a lost race has left.
func (b *Book) searchOrganizationParts(ctx context.Context, id string) {
	if h, err := b.organizationHeads(ctx); err == nil {
		b.sweepOrganization(ctx, &organizationHeads{}, h, id)
	}
}

func (b *Book) removePart(ctx context.Context, name string) {
	if _, version, err := b.docs.GetDoc(ctx, store.KindOrganizationPart, name); err == nil {
		_ = b.docs.DeleteDoc(ctx, store.KindOrganizationPart, name, version)
	}
}

// organizationCache keeps the heads and the organizations as they were read
// last. There are few organizations; all stay.
type organizationCache struct {
	mu     sync.Mutex
	heads  *organizationHeads
	states map[string]*organizationState
}

type organizationState struct {
	parts []string
	state *organization.Organization
}

func (c *organizationCache) headsAt(version store.Version) *organizationHeads {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heads == nil || c.heads.version != version {
		return nil
	}
	return c.heads
}

func (c *organizationCache) keepHeads(h *organizationHeads) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heads = h
}

func (c *organizationCache) get(id string) *organizationState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.states[id]
}

func (c *organizationCache) put(h *organizationHead, o *organization.Organization) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.states == nil {
		c.states = map[string]*organizationState{}
	}
	c.states[h.ID] = &organizationState{h.Parts, o}
}

func (c *organizationCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.states, id)
}
