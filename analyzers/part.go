package analyzers

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// entry is a finding with the place of its unused permissions, if it has any.
type entry struct {
	*finding.Finding
	details        string // id of the document; empty: none
	offset, length int    // in it
	frame          []byte // what is not written yet; in place of the others
}

func (e *entry) detailed() bool { return e.frame != nil || e.details != "" }

// row is an entry as a part has it.
type row struct {
	*finding.Finding
	Offset int `json:"o,omitempty"`
	Length int `json:"n,omitempty"`
}

// readPart reads the findings of a part.
func (k *Keeper) readPart(ctx context.Context, uid string, p part) ([]entry, error) {
	body, _, err := k.Store.GetDoc(ctx, store.KindFindingPart, docID(uid, p.ID))
	var rows []row
	if err == nil {
		err = k.codec.decode(body, &rows)
	}
	if err != nil {
		return nil, fmt.Errorf("read findings of analyzer %s: part %s: %w", uid, p.ID, err)
	}
	list := make([]entry, len(rows))
	for i, r := range rows {
		if r.Finding == nil {
			return nil, fmt.Errorf("read findings of analyzer %s: part %s: %w", uid, p.ID, errDamaged)
		}
		list[i] = entry{Finding: r.Finding}
		if r.Length > 0 {
			list[i].details, list[i].offset, list[i].length = p.Details, r.Offset, r.Length
		}
	}
	return list, nil
}

// writer writes the parts of an account.
type writer struct {
	k          *Keeper
	uid        string
	generation int64
	account    string
	have       map[string]string // ids of documents that are there, by the digest of their content
	read       map[string][]byte // details that were read, by id
	batch      []store.Doc
	size       int
}

// write writes the findings of an account, which are in their order, and returns
// the parts. Documents of old parts that stay as they are are not written again.
func (k *Keeper) write(ctx context.Context, uid string, generation int64, account string, list []entry, old []part) ([]part, error) {
	w := &writer{k: k, uid: uid, generation: generation, account: account, have: map[string]string{}, read: map[string][]byte{}}
	for _, p := range old {
		for _, id := range []string{p.ID, p.Details} {
			_, sum, _ := strings.Cut(id, ".")
			w.have[sum] = id
		}
	}
	var parts []part
	for _, chunk := range cut(list) {
		p, err := w.part(ctx, chunk)
		if err != nil {
			return nil, fmt.Errorf("write findings of analyzer %s: %w", uid, err)
		}
		parts = append(parts, p)
	}
	return parts, wrap(w.flush(ctx), "write findings of analyzer "+uid)
}

// cut divides a list so that what comes and goes in one place leaves the
// divisions elsewhere as they are.
func cut(list []entry) [][]entry {
	var out [][]entry
	start := 0
	for i := range list {
		if i == start {
			continue
		}
		h := fnv.New32a()
		h.Write([]byte(list[i].Resource))
		if i-start >= maxPart || h.Sum32()%cutEvery == 0 && list[i].Resource != list[i-1].Resource {
			out, start = append(out, list[start:i]), i
		}
	}
	if start < len(list) {
		out = append(out, list[start:])
	}
	return out
}

func (w *writer) part(ctx context.Context, list []entry) (part, error) {
	details, err := w.details(ctx, list)
	if err != nil {
		return part{}, err
	}
	rows := make([]row, len(list))
	for i := range list {
		rows[i] = row{list[i].Finding, list[i].offset, list[i].length}
	}
	body, err := w.k.codec.encode(rows)
	if err != nil {
		return part{}, err
	}
	id, err := w.put(ctx, body)
	return part{w.account, id, details, len(list)}, err
}

// details gives the findings of a part one document of details, and is its id.
func (w *writer) details(ctx context.Context, list []entry) (string, error) {
	if id, same := together(list); same {
		return id, nil
	}
	var body []byte
	for i := range list {
		e := &list[i]
		if !e.detailed() {
			continue
		}
		frame := e.frame
		if frame == nil {
			var err error
			if frame, err = w.old(ctx, e); err != nil {
				return "", err
			}
		}
		e.frame, e.offset, e.length = nil, len(body), len(frame)
		body = append(body, frame...)
	}
	id, err := w.put(ctx, body)
	for i := range list {
		if list[i].length > 0 {
			list[i].details = id
		}
	}
	return id, err
}

// together reports whether all details of a list are in one document already, or
// there are none.
func together(list []entry) (id string, same bool) {
	for i := range list {
		switch e := &list[i]; {
		case e.frame != nil, e.details != "" && id != "" && e.details != id:
			return "", false
		case e.details != "":
			id = e.details
		}
	}
	return id, true
}

func (w *writer) old(ctx context.Context, e *entry) ([]byte, error) {
	body := w.read[e.details]
	if body == nil {
		var err error
		if body, _, err = w.k.Store.GetDoc(ctx, store.KindFindingPart, docID(w.uid, e.details)); err != nil {
			return nil, err
		}
		w.read[e.details] = body
	}
	return within(body, e)
}

func within(body []byte, e *entry) ([]byte, error) {
	if e.offset < 0 || e.length < 0 || e.offset > len(body) || e.length > len(body)-e.offset {
		return nil, errDamaged
	}
	return body[e.offset : e.offset+e.length], nil
}

// put writes a document, soon, unless one of its content is there.
func (w *writer) put(ctx context.Context, body []byte) (string, error) {
	if id := w.have[digest(body)]; id != "" {
		return id, nil
	}
	id := partID(w.generation, body)
	w.batch = append(w.batch, store.Doc{ID: docID(w.uid, id), Body: body})
	if w.size += len(body); w.size < maxBatch {
		return id, nil
	}
	return id, w.flush(ctx)
}

func (w *writer) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	err := w.k.Store.SetDocs(ctx, store.KindFindingPart, w.batch)
	w.batch, w.size = w.batch[:0], 0
	return err
}
