package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Digest tells whether two stores hold the same. It is a sum of the SHA-256 of
// every fact and document, so that the order in which a store yields them does
// not matter.
type Digest struct {
	Facts int64  `json:"facts"`
	Kept  int64  `json:"kept"` // facts that are kept apart
	Docs  int64  `json:"docs"`
	Sum   string `json:"sum"`
}

// adder adds hashes as numbers of 64 bits, four to a hash.
type adder [4]uint64

// add adds the hash of some texts, each with its length before it, so that no
// text can run over into the next.
func (a *adder) add(parts ...[]byte) {
	var b []byte
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	hash := sha256.Sum256(b)
	for i := range a {
		a[i] += binary.BigEndian.Uint64(hash[8*i:])
	}
}

func (a *adder) String() string { return fmt.Sprintf("%016x%016x%016x%016x", a[0], a[1], a[2], a[3]) }

// What is hashed begins with a letter that says what it is.
var (
	aFact = []byte("f")
	aKept = []byte("k")
	aDoc  = []byte("d")
	state = []byte("g")
)

func (a *adder) fact(what []byte, f *activity.Fact) error {
	numbers := []byte{byte(f.Class), byte(f.Outcome)}
	numbers = binary.BigEndian.AppendUint64(numbers, uint64(f.First.At))
	numbers = binary.BigEndian.AppendUint64(numbers, uint64(f.Last.At))
	days, err := f.Days.MarshalBinary()
	if err != nil {
		return err
	}
	a.add(what, []byte(f.Account), []byte(f.Principal), []byte(f.Source), []byte(f.Name), []byte(f.Region), []byte(f.Target),
		numbers, []byte(f.First.Event), []byte(f.Last.Event), days)
	return nil
}

// DigestOf reads a whole store. Documents are read before facts, as they are
// copied.
func DigestOf(ctx context.Context, s store.Store, show *Progress) (d Digest, err error) {
	var sum adder
	g, err := s.Generation(ctx)
	if err != nil {
		return d, err
	}
	sum.add(state, binary.AppendVarint(nil, g.Since), binary.AppendVarint(nil, int64(g.Rules)))
	for _, kind := range copied() {
		err := eachDoc(ctx, s, kind, func(doc store.Doc) error {
			sum.add(aDoc, []byte(kind), []byte(doc.ID), doc.Body)
			d.Docs++
			show.Verified.Add(1)
			return nil
		})
		if err != nil {
			return d, err
		}
	}
	for _, of := range []struct {
		kept  bool
		what  []byte
		count *int64
	}{{false, aFact, &d.Facts}, {true, aKept, &d.Kept}} {
		for f, err := range s.AllFacts(ctx, of.kept) {
			if err == nil {
				err = sum.fact(of.what, &f)
			}
			if err != nil {
				return d, err
			}
			*of.count++
			show.Verified.Add(1)
		}
	}
	d.Sum = sum.String()
	return d, nil
}
