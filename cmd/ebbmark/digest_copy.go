package main

import (
	"cmp"
	"context"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/digest"
)

// digestWindow is the time that digests are looked at of; a zero time is no
// bound.
type digestWindow struct{ start, end time.Time }

func (w digestWindow) has(d *digest.Digest) bool {
	return (w.start.IsZero() || d.End.After(w.start)) && (w.end.IsZero() || d.Start.Before(w.end))
}

// shelf is a place that has digests and the logs that they list.
type shelf interface {
	// digests yields the digest files. One that cannot be read has err set; an
	// error beside it ends the sequence.
	digests(ctx context.Context) iter.Seq2[digestFile, error]
	// hash is that of the text of a log file, named as digests are.
	hash(ctx context.Context, name string) (hash string, found bool, err error)
}

// digestFile is a digest as it was found.
type digestFile struct {
	name      string // with slashes
	text      []byte
	signature string // that stands with it; empty: none
	err       error
}

// copied is what was found on a shelf, by the names that digests use. The
// bucket that they name may have another name here.
type copied struct {
	on         shelf
	signatures map[string]string // of digests, by bucket and object
	roots      map[string]string // what stands before AWSLogs, by bucket
	seen       map[string]bool
}

var _ digest.Files = (*copied)(nil)

const (
	logsFolder   = "AWSLogs/"
	digestFolder = "/CloudTrail-Digest/"
)

// checkDigests proves the digests on a shelf and the logs that they list.
func checkDigests(ctx context.Context, on shelf, window digestWindow, keys digest.Keys) (digest.Result, error) {
	c := &copied{on: on, signatures: map[string]string{}, roots: map[string]string{}, seen: map[string]bool{}}
	var list []*digest.Digest
	var faults []digest.Fault
	for file, err := range on.digests(ctx) {
		if err != nil {
			return digest.Result{}, err
		}
		d, err := (*digest.Digest)(nil), file.err
		if err == nil {
			d, err = digest.Parse(file.text)
		}
		switch {
		case err != nil:
			faults = append(faults, digest.Fault{Kind: digest.BadDigest, Object: file.name, Reason: err.Error()})
		case c.add(d, file) && window.has(d):
			list = append(list, d)
		}
	}
	r, err := digest.Check(ctx, list, keys, c)
	r.Digests += len(faults)
	r.Faults = append(faults, r.Faults...)
	if r.Faults == nil {
		r.Faults = []digest.Fault{}
	}
	return r, err
}

// add notes where a digest is, and its signature and that of the digest before
// it, whoever has it: a signature proves itself. It reports whether the digest is
// a new one.
func (c *copied) add(d *digest.Digest, file digestFile) bool {
	id := d.Bucket + "/" + d.Object
	if c.seen[id] {
		return false
	}
	c.seen[id] = true
	c.signatures[id] = cmp.Or(file.signature, c.signatures[id])
	if b := d.Previous; b != nil {
		before := b.Bucket + "/" + b.Object
		c.signatures[before] = cmp.Or(c.signatures[before], b.Signature)
	}
	root, _, _ := strings.Cut(file.name, logsFolder)
	c.roots[d.Bucket] = root
	return true
}

// SignatureOf implements digest.Files.
func (c *copied) SignatureOf(bucket, object string) string { return c.signatures[bucket+"/"+object] }

// HashOf implements digest.Files. A name that leads out of the shelf has no
// file.
func (c *copied) HashOf(ctx context.Context, bucket, object string) (string, bool, error) {
	_, below, found := strings.Cut(object, logsFolder)
	root, known := c.roots[bucket]
	if !found || !known || path.Clean("/"+below) != "/"+below {
		return "", false, nil
	}
	return c.on.hash(ctx, root+logsFolder+below)
}
