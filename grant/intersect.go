package grant

// intersects reports whether a string exists that both globs match. It answers
// true when the budget is spent.
func intersects(a, b glob, steps *budget) bool {
	a, b, ok := trim(a, b)
	if !ok {
		return false
	}
	return search{a: a, b: b}.run(steps)
}

// trim takes off the literals that both globs begin and end with; false: they
// differ there.
func trim(a, b glob) (glob, glob, bool) {
	for len(a) > 0 && len(b) > 0 && a[0] >= 0 && b[0] >= 0 {
		if a[0] != b[0] {
			return nil, nil, false
		}
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] >= 0 && b[len(b)-1] >= 0 {
		if a[len(a)-1] != b[len(b)-1] {
			return nil, nil, false
		}
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b, true
}

// search walks the pairs of positions that a common string can reach.
type search struct {
	a, b glob
	seen []uint64 // a bit per pair
	todo []pair
}

type pair struct{ i, j int }

func (s search) run(steps *budget) bool {
	var seen [64]uint64 // enough for most ARNs, without an allocation
	var todo [64]pair
	s.seen, s.todo = seen[:], todo[:0]
	if n := (len(s.a)+1)*(len(s.b)+1)/64 + 1; n > len(seen) {
		s.seen = make([]uint64, n)
	}
	s.push(0, 0)
	for len(s.todo) > 0 {
		p := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if !steps.spend(1) || s.wins(p) {
			return true
		}
		s.expand(p)
	}
	return false
}

// wins reports whether a common rest exists for certain: no rest is wanted, or
// one side can swallow what the other one begins with and the other one what
// this one ends with.
func (s *search) wins(p pair) bool {
	a, b := s.a[p.i:], s.b[p.j:]
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return a[0] == star && b[len(b)-1] == star || b[0] == star && a[len(a)-1] == star
}

func (s *search) expand(p pair) {
	restA, restB := p.i < len(s.a), p.j < len(s.b)
	starA := restA && s.a[p.i].starry()
	starB := restB && s.b[p.j].starry()
	if starA {
		s.push(p.i+1, p.j)
	}
	if starB {
		s.push(p.i, p.j+1)
	}
	if !restA || !restB || starA && starB || !s.a[p.i].meets(s.b[p.j]) {
		return
	}
	switch {
	case starA:
		s.push(p.i, p.j+1)
	case starB:
		s.push(p.i+1, p.j)
	default:
		s.push(p.i+1, p.j+1)
	}
}

func (s *search) push(i, j int) {
	n := i*(len(s.b)+1) + j
	if s.seen[n>>6]&(1<<(n&63)) == 0 {
		s.seen[n>>6] |= 1 << (n & 63)
		s.todo = append(s.todo, pair{i, j})
	}
}
