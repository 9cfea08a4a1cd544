package postgres

import (
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

func TestShorten(t *testing.T) {
	long := strings.Repeat("x", maxPart+1)
	short := shorten(long, maxPart)
	if !strings.HasPrefix(short, strings.Repeat("x", 224)) || len(short) != 256 || short == long {
		t.Errorf("%q, want 224 bytes as they were and 32 of a hash", short)
	}
	if shorten(long+"y", maxPart) == short || shorten(long[1:], maxPart) != long[1:] {
		t.Error("two strings have one form, or a short one is not kept")
	}
	if again := shorten(short, maxPart); again == short {
		t.Error("the form of a string is a string that is stored as it is")
	}
}

func FuzzKey(f *testing.F) {
	f.Add("", "AIDAALICEEXAMPLE00001", "s3.amazonaws.com", strings.Repeat("x", 300), "\xff\x00", strings.Repeat("é", 200), []byte{3, 1, 'a'})
	f.Add("", "", "", "", "", "", []byte{5, 0x80})
	f.Fuzz(func(t *testing.T, account, principal, source, name, region, target string, damaged []byte) {
		key := activity.Key{Account: account, Principal: principal, Source: source, Name: name, Region: region, Class: 1, Outcome: 2, Target: target}
		back, more := shortKey(key)
		for _, part := range parts(&back) {
			if len(*part) > maxPart+1 {
				t.Fatalf("%d bytes are left", len(*part))
			}
		}
		if err := fullKey(&back, more); err != nil || back != key {
			t.Fatalf("%q became %q, %v", key, back, err)
		}
		_ = fullKey(&back, damaged) // must end, and not panic
	})
}
