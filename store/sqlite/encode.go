package sqlite

import (
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/ebbmark/ebbmark/activity"
)

// value holds the value columns of a row as they are read.
type value struct {
	firstAt, lastAt       int64
	firstEvent, lastEvent sql.RawBytes
	days                  sql.RawBytes
}

// columns are the places to scan valueColumns into.
func (v *value) columns() []any {
	return []any{&v.firstAt, &v.firstEvent, &v.lastAt, &v.lastEvent, &v.days}
}

// decode puts the value into the fact. The fact keeps nothing of v's memory.
func (v *value) decode(f *activity.Fact) (err error) {
	f.First.At, f.Last.At = v.firstAt, v.lastAt
	if f.First.Event, err = decodeEvent(v.firstEvent); err != nil {
		return err
	}
	if f.Last.Event, err = decodeEvent(v.lastEvent); err != nil {
		return err
	}
	return f.Days.UnmarshalBinary(v.days)
}

// valueArgs are the values to bind for valueColumns.
func valueArgs(f *activity.Fact) []any {
	days, _ := f.Days.MarshalBinary() // has no way to fail
	return []any{f.First.At, encodeEvent(f.First.Event), f.Last.At, encodeEvent(f.Last.Event), blob(days)}
}

// Event ids are UUIDs almost always. The first byte of the stored form says
// what follows.
const (
	eventText = 's' // the id as it is
	eventUUID = 'u' // the 16 bytes that lower-case hexadecimal digits and four hyphens stand for
)

// encodeEvent is the stored form of an event id.
func encodeEvent(id string) []byte {
	out := make([]byte, 17, 18)
	out[0] = eventUUID
	if parseUUID(out[1:], id) {
		return out
	}
	return append(append(out[:0], eventText), id...)
}

var errEvent = errors.New("damaged row: not an event id")

// decodeEvent reads the stored form.
func decodeEvent(b []byte) (string, error) {
	switch {
	case len(b) == 17 && b[0] == eventUUID:
		return formatUUID(b[1:]), nil
	case len(b) > 0 && b[0] == eventText:
		return string(b[1:]), nil
	}
	return "", errEvent
}

// hyphens are the places of the hyphens in a UUID's text.
const hyphens = 1<<8 | 1<<13 | 1<<18 | 1<<23

// parseUUID reads a UUID into 16 bytes and reports whether formatUUID would
// give back the very same text.
func parseUUID(out []byte, id string) bool {
	if len(id) != 36 {
		return false
	}
	n := 0
	for i := 0; i < len(id); i++ {
		if hyphens>>i&1 == 1 {
			if id[i] != '-' {
				return false
			}
			continue
		}
		d, ok := digit(id[i])
		if !ok {
			return false
		}
		out[n/2] = out[n/2]<<4 | d
		n++
	}
	return true
}

func digit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

func formatUUID(b []byte) string {
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
