package policy

import "unicode/utf8"

// Match reports whether s fits pattern as a whole: * stands for any run of
// characters, also an empty one and one with colons and slashes, ? for exactly
// one character. Case counts.
func Match(pattern, s string) bool { return match(pattern, s, false, false) }

// MatchFold is Match for action names: the case of ASCII letters is ignored
// (LA-11).
func MatchFold(pattern, s string) bool { return match(pattern, s, true, false) }

// Bytes that stand for an ordinary * and ? in a pattern whose variables were
// replaced. They occur in no UTF-8 text, so no document can hold them.
const (
	literalStar     = 0xFE
	literalQuestion = 0xFF
)

// match compares without recursion and without allocation. When a byte does not
// fit, only the last star can still be stretched: an earlier star could reach
// nothing that the last one cannot, so the time is at most len(pattern)*len(s).
func match(p, s string, fold, literals bool) bool {
	if hopeless(p, s, fold, literals) {
		return false
	}
	star, retry := -1, 0 // index after the last star in p; where in s to try next
	i, j := 0, 0
	for j < len(s) {
		if i < len(p) {
			switch c := p[i]; {
			case c == '*':
				i++
				star, retry = i, j
				if i == len(p) {
					return true
				}
				continue
			case c == '?':
				i++
				j += runeSize(s, j)
				continue
			case c == s[j] || (fold || literals) && alike(c, s[j], fold):
				i++
				j++
				continue
			}
		}
		if star < 0 {
			return false
		}
		// By whole characters: else a ? could match a part of one.
		retry += runeSize(s, retry)
		i, j = star, retry
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// hopeless reports whether the first or the last byte alone rules a match out,
// as it does for most of a policy's patterns.
func hopeless(p, s string, fold, literals bool) bool {
	if p == "" || s == "" {
		return false
	}
	return !mayFit(p[0], s[0], fold, literals) || !mayFit(p[len(p)-1], s[len(s)-1], fold, literals)
}

func mayFit(p, c byte, fold, literals bool) bool {
	return p == c || p == '*' || p == '?' || (fold || literals) && alike(p, c, fold)
}

func runeSize(s string, at int) int {
	if s[at] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return size
}

// alike compares bytes that are not equal.
func alike(p, c byte, fold bool) bool {
	if fold {
		return lower(p) == lower(c)
	}
	return p == literalStar && c == '*' || p == literalQuestion && c == '?'
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
