package grant

// solver decides questions about globs within a budget. Once that is spent, or
// for what is beyond another limit, two globs always intersect, one never
// contains another, and every question is answered with yes. Not safe for
// concurrent use.
type solver struct {
	steps budget

	a, b glob     // the globs of the search at hand
	seen []uint64 // a bit per pair of positions
	todo []pair
}

type pair struct{ i, j int }

func newSolver(steps int) solver { return solver{steps: budget{steps}} }

// intersects reports whether a string exists that both globs match.
func (s *solver) intersects(a, b glob) bool {
	a, b, ok := trim(a, b)
	if !ok {
		return false
	}
	if !s.begin(a, b) {
		return true
	}
	for len(s.todo) > 0 {
		p := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if !s.steps.spend(1) || s.wins(p) {
			return true
		}
		s.expand(p)
	}
	return false
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

// begin starts a walk over the pairs of positions that a common string reaches;
// false: that is too much.
func (s *solver) begin(a, b glob) bool {
	s.a, s.b = a, b
	n := (len(a)+1)*(len(b)+1)/64 + 1
	if n > maxPairWords || !s.steps.spend(n/8) {
		return false
	}
	if n > len(s.seen) {
		s.seen = make([]uint64, max(n, 64))
	}
	clear(s.seen[:n])
	s.todo = s.todo[:0]
	s.push(0, 0)
	return true
}

// wins reports whether a common rest exists for certain: no rest is wanted, or
// one side can swallow what the other one begins with and the other one what
// this one ends with.
func (s *solver) wins(p pair) bool {
	a, b := s.a[p.i:], s.b[p.j:]
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return a[0] == star && b[len(b)-1] == star || b[0] == star && a[len(a)-1] == star
}

func (s *solver) expand(p pair) {
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

func (s *solver) push(i, j int) {
	n := i*(len(s.b)+1) + j
	if s.seen[n>>6]&(1<<(n&63)) == 0 {
		s.seen[n>>6] |= 1 << (n & 63)
		s.todo = append(s.todo, pair{i, j})
	}
}

// contains reports whether g plainly contains h: reading h as text, g matches
// it, where only stars match stars. It may miss, but never claims, containment
// that is not there. g has no field tokens.
func (s *solver) contains(g, h glob) bool {
	i, mark, back := 0, -1, 0
	for j := 0; j < len(h); {
		switch {
		case !s.steps.spend(1):
			return false
		case i < len(g) && g[i] == star:
			i, mark, back = i+1, i, j
		case i < len(g) && (g[i] == h[j] && !h[j].starry() || g[i] == anyChar && h[j] >= 0):
			i, j = i+1, j+1
		case mark >= 0:
			back++
			i, j = mark+1, back
		default:
			return false
		}
	}
	for i < len(g) && g[i] == star {
		i++
	}
	return i == len(g)
}
