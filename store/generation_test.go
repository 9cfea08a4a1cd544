package store

import (
	"errors"
	"fmt"
	"testing"
)

func TestAgain(t *testing.T) {
	other := errors.New("other")
	for what, c := range map[string]struct {
		answers []error // of the reads, the last one from then on
		reads   int
		want    error
	}{
		"a read that works":           {[]error{nil}, 1, nil},
		"one that breaks once":        {[]error{fmt.Errorf("read: %w", ErrSwitched), nil}, 2, nil},
		"one that fails":              {[]error{other}, 1, other},
		"one that breaks, then fails": {[]error{ErrSwitched, other}, 2, other},
		"one that never works":        {[]error{ErrSwitched}, 5, ErrSwitched},
	} {
		reads := 0
		err := Again(func() error {
			reads++
			return c.answers[min(reads, len(c.answers))-1]
		})
		if reads != c.reads || !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v after %d reads, want %v after %d", what, err, reads, c.want, c.reads)
		}
	}
}
