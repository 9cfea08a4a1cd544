package sqlite

import (
	"bytes"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

func TestCallsArePacked(t *testing.T) {
	list := []call{
		{callKey{3, 2, 1}, 1777887000000, 1778198400000, activity.DaysOf(20577, 20581)},
		{callKey{3, 9, 1}, -5, -5, activity.DaysOf(-1)},
		{callKey{700, 1, 2}, 0, 0, activity.Days{}},
	}
	got := encodeCalls(list)
	back, err := decodeCalls(got)
	if err != nil || len(back) != 3 {
		t.Fatalf("%v, %v", back, err)
	}
	for i, c := range back {
		if c.callKey != list[i].callKey || c.first != list[i].first || c.last != list[i].last || !c.days.Equal(list[i].days) {
			t.Errorf("call %d came back as %v", i, c)
		}
	}
}

func FuzzDecodeCalls(f *testing.F) {
	f.Add([]byte{})
	f.Add(encodeCalls([]call{{callKey{3, 2, 1}, 1777887000000, 1778198400000, activity.DaysOf(20577, 20581)}, {callKey{3, 9, 1}, -5, -5, activity.DaysOf(-1)}}))
	f.Add([]byte{1, 1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		list, err := decodeCalls(in)
		if err != nil {
			return
		}
		once := encodeCalls(list)
		again, err := decodeCalls(once)
		if err != nil || !bytes.Equal(encodeCalls(again), once) {
			t.Fatalf("% x was read, and % x is written of it: %v", in, once, err)
		}
	})
}
