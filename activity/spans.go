package activity

// Span is some days in a row, both ends included.
type Span struct{ From, To Day }

// Len is the number of days of the span.
func (s Span) Len() int { return int(s.To-s.From) + 1 }

// Spans splits the days from … to, both included, into those that are in the set
// and the gaps between them, each as few spans as possible, ascending. Both are
// empty when from is after to.
func (s Days) Spans(from, to Day) (in, gaps []Span) {
	next := from // the first day that is in no span yet
	for d := range s.All() {
		if d < from || d > to {
			continue
		}
		if d > next {
			gaps = append(gaps, Span{next, d - 1})
		}
		if n := len(in); n > 0 && in[n-1].To == d-1 {
			in[n-1].To = d
		} else {
			in = append(in, Span{d, d})
		}
		next = d + 1
	}
	if next <= to {
		gaps = append(gaps, Span{next, to})
	}
	return in, gaps
}
