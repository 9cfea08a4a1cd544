package activity

import (
	"slices"
	"testing"
)

func TestSpansSplitAWindow(t *testing.T) {
	days := DaysOf(-70, -3, 1, 2, 3, 7, 64, 65, 200)
	for sentence, tt := range map[string]struct {
		from, to Day
		in, gaps []Span
	}{
		"days at both ends":            {1, 7, []Span{{1, 3}, {7, 7}}, []Span{{4, 6}}},
		"a window that cuts a span":    {2, 5, []Span{{2, 3}}, []Span{{4, 5}}},
		"gaps at both ends":            {0, 8, []Span{{1, 3}, {7, 7}}, []Span{{0, 0}, {4, 6}, {8, 8}}},
		"a span over two words":        {63, 66, []Span{{64, 65}}, []Span{{63, 63}, {66, 66}}},
		"days before the epoch":        {-80, -1, []Span{{-70, -70}, {-3, -3}}, []Span{{-80, -71}, {-69, -4}, {-2, -1}}},
		"a window without a day":       {100, 102, nil, []Span{{100, 102}}},
		"a window of one covered day":  {200, 200, []Span{{200, 200}}, nil},
		"a window that ends before it": {5, 4, nil, nil},
	} {
		in, gaps := days.Spans(tt.from, tt.to)
		if !slices.Equal(in, tt.in) || !slices.Equal(gaps, tt.gaps) {
			t.Errorf("%s: in %v, gaps %v", sentence, in, gaps)
		}
		n := 0
		for _, s := range slices.Concat(in, gaps) {
			n += s.Len()
		}
		if n != max(0, int(tt.to-tt.from)+1) {
			t.Errorf("%s: the spans have %d days", sentence, n)
		}
	}
}
