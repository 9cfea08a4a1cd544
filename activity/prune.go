package activity

// Pruned is what is left of a fact when what was before a day is given up, and
// whether anything is left.
//
// A call whose last use was before goes, and a role that was passed or a session
// likewise; one that was used since stays as it is, with its older days. Coverage loses the days before, so that nobody takes them
// for days without calls. What tells the last use of an access key or a password
// always stays: it is one fact for each, and "never used" would be wrong.
func (f Fact) Pruned(before Day) (left Fact, any bool) {
	start := before.Start().UnixMilli()
	switch {
	case f.Class.Dated():
		return f, f.Last.At >= start
	case f.Class != Coverage || f.First.At >= start:
		return f, true
	}
	f.Days = f.Days.From(before)
	for first := range f.Days.All() {
		f.First = Mark{At: first.Start().UnixMilli()}
		return f, true
	}
	return f, false
}
