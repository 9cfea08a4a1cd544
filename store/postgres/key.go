package postgres

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ebbmark/ebbmark/activity"
)

// A string of a key may be of any length, and all columns of a key must fit into
// 2700 bytes of index. One that is longer than its column takes is stored as its
// beginning and its SHA-256, one byte longer than any that is stored as it is:
// so the two cannot be taken for each other, and equal is still equal.
const (
	maxPart  = 255  // of a string of a fact's key, and of a kind
	maxID    = 1800 // of a document's id
	hashSize = sha256.Size
)

// shorten is the stored form of a string.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return s[:most+1-hashSize] + string(sum[:])
}

// parts are the strings of a key that may be shortened.
func parts(k *activity.Key) [6]*string {
	return [6]*string{&k.Account, &k.Principal, &k.Source, &k.Name, &k.Region, &k.Target}
}

// shortKey is the stored form of a key, and what was shortened: for each such
// string its number, its length as a varint, and itself. Nil: nothing.
func shortKey(k activity.Key) (short activity.Key, more []byte) {
	short = k
	for i, part := range parts(&short) {
		if len(*part) <= maxPart {
			continue
		}
		more = append(more, byte(i))
		more = binary.AppendUvarint(more, uint64(len(*part)))
		more = append(more, *part...)
		*part = shorten(*part, maxPart)
	}
	return short, more
}

// fullKey undoes shortKey.
func fullKey(k *activity.Key, more []byte) error {
	all := parts(k)
	for len(more) > 0 {
		i := int(more[0])
		size, n := binary.Uvarint(more[1:])
		if n <= 0 || i >= len(all) || size > uint64(len(more)-1-n) {
			return errDamaged
		}
		more = more[1+n:]
		*all[i] = string(more[:size])
		more = more[size:]
	}
	return nil
}
