package sqlite

import (
	"bytes"
	"testing"
)

func TestEventIDsComeBack(t *testing.T) {
	for sentence, tt := range map[string]struct {
		id   string
		size int
	}{
		"a UUID takes 16 bytes":             {"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", 17},
		"upper case is another id":          {"0A1B2C3D-4e5f-6071-8293-a4b5c6d7e8f9", 37},
		"a hyphen elsewhere":                {"0a1b2c3d4-e5f-6071-8293-a4b5c6d7e8f9", 37},
		"no hyphens":                        {"0a1b2c3d4e5f60718293a4b5c6d7e8f9", 33},
		"36 characters that are not digits": {"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fg", 37},
		"nothing":                           {"", 1},
		"16 bytes":                          {"0123456789abcdef", 17},
	} {
		b := encodeEvent(tt.id)
		if len(b) != tt.size {
			t.Errorf("%s: %d bytes, want %d", sentence, len(b), tt.size)
		}
		if got, err := decodeEvent(b); err != nil || got != tt.id {
			t.Errorf("%s: came back as %q, %v", sentence, got, err)
		}
	}
	for _, b := range [][]byte{nil, {}, {'u'}, bytes.Repeat([]byte{'u'}, 18), {'x', 1}} {
		if got, err := decodeEvent(b); err == nil {
			t.Errorf("%q was read as %q", b, got)
		}
	}
}
