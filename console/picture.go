package console

import (
	"fmt"
	"strings"
	"time"
)

// Pictures are inline SVG: a table or list beside them says the same in words,
// for who cannot see them. Days are drawn by strokes of paths, one path for each
// kind of day, so that a picture of 400 days takes a few KiB.

// span is some days in a row as the API has them, both ends included.
type span struct {
	From string `json:"from"`
	To   string `json:"to"`
	Days int    `json:"days"`
}

// frameOfDays is the days of a picture, both ends included.
type frameOfDays struct{ from, to time.Time }

func newFrameOfDays(from, to string) frameOfDays { return frameOfDays{dateOf(from), dateOf(to)} }

// dateOf is a date of the API; the zero time when it is none.
func dateOf(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Len is the number of days.
func (f frameOfDays) Len() int { return f.place(f.to) + 1 }

// place is the number of the day that t is in, from 0 for the first.
func (f frameOfDays) place(t time.Time) int {
	d := t.Sub(f.from)
	if d < 0 {
		return -int((-d + day - 1) / day)
	}
	return int(d / day)
}

// each calls do with every day of the spans that is in the frame.
func (f frameOfDays) each(spans []span, do func(place int)) {
	for _, s := range spans {
		for i, last := max(f.place(dateOf(s.From)), 0), min(f.place(dateOf(s.To)), f.Len()-1); i <= last; i++ {
			do(i)
		}
	}
}

// layer is the days of one kind.
type layer struct{ Class, Path string }

// weeks is a calendar: a column a week, Sunday at the top.
type weeks struct {
	Title         string
	Width, Height int
	Months        []mark
	Layers        []layer
}

// mark is a text at a place of a picture.
type mark struct {
	X    int
	Text string
}

// Sizes of a calendar in pixels: of a day with its margin, of a day, and of the
// line of months above.
const (
	dayPitch   = 12
	daySize    = 10
	monthsLine = 16
)

// newWeeks draws days by their class; days without one are left out.
func newWeeks(title string, f frameOfDays, classes []string) weeks {
	first := int(f.from.Weekday())
	w := weeks{Title: title, Width: (first + f.Len() + 6) / 7 * dayPitch, Height: monthsLine + 7*dayPitch}
	paths := map[string]*strings.Builder{}
	var order []string
	for i := range f.Len() {
		if at := f.from.AddDate(0, 0, i); at.Day() == 1 && (first+i)/7*dayPitch+2*dayPitch <= w.Width {
			w.Months = append(w.Months, mark{(first + i) / 7 * dayPitch, at.Format("Jan")})
		}
		class := classes[i]
		if class == "" {
			continue
		}
		if paths[class] == nil {
			paths[class], order = &strings.Builder{}, append(order, class)
		}
		cell := first + i
		fmt.Fprintf(paths[class], "M%d %dh%d", cell/7*dayPitch, monthsLine+cell%7*dayPitch+daySize/2, daySize)
	}
	for _, class := range order {
		w.Layers = append(w.Layers, layer{class, paths[class].String()})
	}
	return w
}

// strip is the days of one row of a table, from left to right, a unit each.
type strip struct {
	Title  string
	Width  int
	Layers []layer
}

// middle is the line of a strip that strokes are drawn on.
const middle = 8

// newStrip draws spans by their class, in the order of layers.
func newStrip(title string, f frameOfDays, layers ...stripLayer) strip {
	s := strip{Title: title, Width: f.Len()}
	for _, l := range layers {
		var b strings.Builder
		for _, one := range l.spans {
			from, to := max(f.place(dateOf(one.From)), 0), min(f.place(dateOf(one.To)), f.Len()-1)
			if from <= to {
				fmt.Fprintf(&b, "M%d %dh%d", from, middle, to-from+1)
			}
		}
		if b.Len() > 0 {
			s.Layers = append(s.Layers, layer{l.class, b.String()})
		}
	}
	return s
}

type stripLayer struct {
	class string
	spans []span
}
