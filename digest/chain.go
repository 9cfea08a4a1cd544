package digest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Files is where the files are that digests speak of.
type Files interface {
	// HashOf is the hexadecimal SHA-256 of the decompressed text of a log file;
	// found is false when there is no such file, and err says why it cannot be
	// read.
	HashOf(ctx context.Context, bucket, object string) (hash string, found bool, err error)
	// SignatureOf is the signature that stands beside a digest file; empty when
	// there is none.
	SignatureOf(bucket, object string) string
}

// Fault is one thing that is wrong.
type Fault struct {
	Kind   FaultKind `json:"kind"`
	Object string    `json:"object"` // key of the file
	Digest string    `json:"digest,omitempty"`
	Reason string    `json:"reason"`
}

// FaultKind says what sort of fault it is.
type FaultKind string

// The kinds of faults.
const (
	Missing    FaultKind = "missing log file"
	Altered    FaultKind = "altered log file"
	Unreadable FaultKind = "unreadable log file"
	BadDigest  FaultKind = "invalid digest file"
	NoDigest   FaultKind = "missing digest file"
	Gap        FaultKind = "gap between digests"
	Unsigned   FaultKind = "digest file without signature"
)

// Result is what became of the digests.
type Result struct {
	Digests      int     `json:"digests"`      // looked at
	ValidDigests int     `json:"validDigests"` // authentic, and their place in the chain is right
	Logs         int     `json:"logFiles"`     // that these list
	ValidLogs    int     `json:"validLogFiles"`
	Faults       []Fault `json:"faults"`
}

// OK reports whether everything that was looked at is proven.
func (r *Result) OK() bool { return len(r.Faults) == 0 && r.Digests > 0 }

// Check proves digests and the log files that they list. A digest whose
// signature is neither beside it nor in the digest that follows is not proven:
// that is a fault (Unsigned), and so is everything else that is not as it
// should be. Log files of a digest that is not authentic are not looked at: its
// word is worth nothing.
func Check(ctx context.Context, digests []*Digest, keys Keys, files Files) (Result, error) {
	r := Result{Digests: len(digests), Faults: []Fault{}}
	byObject := map[string]*Digest{}
	next := map[string]*Digest{} // by the object of the digest before
	for _, d := range digests {
		byObject[place(d.Bucket, d.Object)] = d
		if p := d.Previous; p != nil {
			next[place(p.Bucket, p.Object)] = d
		}
	}
	for _, d := range sorted(digests) {
		follower := next[place(d.Bucket, d.Object)]
		if !r.digest(d, follower, keys, files) {
			continue
		}
		r.ValidDigests++
		r.link(d, byObject)
		for _, l := range d.Logs {
			if err := ctx.Err(); err != nil {
				return r, err
			}
			r.log(ctx, d, l, files)
		}
	}
	return r, nil
}

func place(bucket, object string) string { return bucket + "/" + object }

func sorted(digests []*Digest) []*Digest {
	return slices.SortedFunc(slices.Values(digests), func(a, b *Digest) int {
		return cmp.Or(strings.Compare(chainOf(a), chainOf(b)), a.End.Compare(b.End), strings.Compare(a.Object, b.Object))
	})
}

// chainOf is the part of a digest's key that all of its chain have: account,
// Region and trail.
func chainOf(d *Digest) string {
	i := strings.LastIndexByte(d.Object, '_')
	if i < 0 {
		return d.Object
	}
	return d.Object[strings.LastIndexByte(d.Object, '/')+1 : i]
}

func (r *Result) fault(kind FaultKind, object string, d *Digest, format string, args ...any) {
	f := Fault{Kind: kind, Object: object, Reason: fmt.Sprintf(format, args...)}
	if d != nil && d.Object != object {
		f.Digest = d.Object
	}
	r.Faults = append(r.Faults, f)
}

// digest proves a digest by its signature: the one beside it, or the one that
// the digest after it repeats.
func (r *Result) digest(d, follower *Digest, keys Keys, files Files) bool {
	signature := files.SignatureOf(d.Bucket, d.Object)
	if follower != nil {
		if h := Hash(d.text); !strings.EqualFold(follower.Previous.Hash, h) {
			r.fault(BadDigest, d.Object, follower, "its hash is %s, and the digest that follows says %.64s", h, follower.Previous.Hash)
			return false
		}
		signature = cmp.Or(signature, follower.Previous.Signature)
	}
	if signature == "" {
		r.fault(Unsigned, d.Object, nil, "its signature is in the metadata of the object in the bucket: put it into a file beside it, or get the digest that follows")
		return false
	}
	if err := d.Verify(signature, keys); err != nil {
		r.fault(BadDigest, d.Object, nil, "%s", err)
		return false
	}
	return true
}

// link looks for the digest before.
func (r *Result) link(d *Digest, byObject map[string]*Digest) {
	if d.Previous == nil {
		return
	}
	before := byObject[place(d.Previous.Bucket, d.Previous.Object)]
	switch {
	case before == nil && r.hasEarlier(d, byObject):
		r.fault(NoDigest, d.Previous.Object, d, "the chain is broken: digests before it are here")
	case before != nil && before.End.Before(d.Start):
		r.fault(Gap, d.Object, before, "no digest tells of %s to %s", before.End.Format(time.RFC3339), d.Start.Format(time.RFC3339))
	}
}

// hasEarlier reports whether a digest of the same chain that is older is here.
// The first of those that one has may name one before it.
func (r *Result) hasEarlier(d *Digest, byObject map[string]*Digest) bool {
	for _, o := range byObject {
		if o.End.Before(d.End) && chainOf(o) == chainOf(d) {
			return true
		}
	}
	return false
}

func (r *Result) log(ctx context.Context, d *Digest, l Log, files Files) {
	r.Logs++
	if l.Algorithm != hashAlgorithm {
		r.fault(Unreadable, l.Object, d, "hash algorithm %.40q is unknown", l.Algorithm)
		return
	}
	hash, found, err := files.HashOf(ctx, l.Bucket, l.Object)
	switch {
	case err != nil:
		r.fault(Unreadable, l.Object, d, "%s", err)
	case !found:
		r.fault(Missing, l.Object, d, "it is not here")
	case !strings.EqualFold(hash, l.Hash):
		r.fault(Altered, l.Object, d, "its hash is %s, and was %.64s", hash, l.Hash)
	default:
		r.ValidLogs++
	}
}
