package analyzers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// head is the document that says what the findings of an analyzer are. Whoever
// swaps it makes a generation.
type head struct {
	Format     int   `json:"format"`
	Generation int64 `json:"generation"`
	// Scanned is the moment that the last whole scan speaks of, and Configured
	// the configuration that it went by. Zero: there was none yet.
	Scanned        time.Time `json:"scanned,omitzero"`
	Configured     string    `json:"configured,omitempty"`
	LastResource   string    `json:"lastResource,omitempty"`
	LastResourceAt time.Time `json:"lastResourceAt,omitzero"`
	Parts          []part    `json:"parts,omitempty"` // by account, then in the order of findings
	// Changes wait to be delivered, the oldest first.
	Changes []changeSet `json:"changes,omitempty"`
}

// part is a document with some findings of an account, and another with the
// unused permissions of these. They are never written anew: an id begins with
// the generation that it was made for.
type part struct {
	Account string `json:"account"`
	ID      string `json:"id"`
	Details string `json:"details,omitempty"`
	Count   int    `json:"count"`
}

// changeSet is a document with changes of a generation.
type changeSet struct {
	Generation int64  `json:"generation"`
	ID         string `json:"id"`
	Count      int    `json:"count"`
}

// refs are the ids of all documents that the head refers to.
func (h *head) refs() map[string]bool {
	ids := map[string]bool{}
	for _, p := range h.Parts {
		ids[p.ID] = true
		if p.Details != "" {
			ids[p.Details] = true
		}
	}
	for _, c := range h.Changes {
		ids[c.ID] = true
	}
	return ids
}

// of are the parts of an account.
func (h *head) of(account string) []part {
	var list []part
	for _, p := range h.Parts {
		if p.Account == account {
			list = append(list, p)
		}
	}
	return list
}

// with is the list of parts with those of some accounts replaced.
func (h *head) with(replaced map[string][]part) []part {
	var list []part
	for _, p := range h.Parts {
		if _, gone := replaced[p.Account]; !gone {
			list = append(list, p)
		}
	}
	for _, account := range sortedKeys(replaced) {
		list = append(list, replaced[account]...)
	}
	slices.SortStableFunc(list, func(a, b part) int { return strings.Compare(a.Account, b.Account) })
	return list
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// configured stands for what a scan goes by: another one wants another scan.
func configured(a *finding.Analyzer) string {
	text, _ := json.Marshal(struct { // of numbers and strings
		Age        int
		Exclusions []finding.Exclusion
	}{a.Age, a.Exclusions})
	return digest(text)
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// partID names a document by its generation and content.
func partID(generation int64, body []byte) string {
	return strconv.FormatInt(generation, 36) + "." + digest(body)
}

// generationOf is the generation in the id of a part; ok: there is one.
func generationOf(id string) (generation int64, ok bool) {
	text, _, _ := strings.Cut(id, ".")
	generation, err := strconv.ParseInt(text, 36, 64)
	return generation, err == nil
}

func docID(uid, id string) string { return uid + "/" + id }

// head reads that of an analyzer; without one it is empty, at version zero.
func (k *Keeper) head(ctx context.Context, uid string) (*head, store.Version, error) {
	body, version, err := k.Store.GetDoc(ctx, store.KindFindings, uid)
	if errors.Is(err, store.ErrNotFound) {
		return &head{Format: format}, 0, nil
	}
	h := new(head)
	if err == nil {
		err = readJSON(body, h)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read findings of analyzer %s: %w", uid, err)
	}
	return h, version, nil
}

// Analysis is how far an analyzer has come.
func (k *Keeper) Analysis(ctx context.Context, a *finding.Analyzer) (finding.Analysis, error) {
	h, _, err := k.head(ctx, a.UID)
	if err != nil {
		return finding.Analysis{}, err
	}
	return finding.Analysis{LastResource: h.LastResource, LastResourceAt: h.LastResourceAt}, nil
}
