package cloudtrail

// skip passes over the value at pos, whose first byte is c. It checks the
// grammar without recursion and without keeping anything but one bit a level.
func (l *lexer) skip(c byte) bool {
	depth := 0
	for {
		switch {
		case c != '{' && c != '[':
			if !l.scalar(c) {
				return false
			}
		case depth == maxNesting:
			if !l.skipDeep() {
				return false
			}
		default:
			l.pos++
			l.enter(depth, c)
			depth++
			if next := l.peek(); next != c+2 { // '{' and '[' stand two before their closing bracket
				if c = l.element(depth, next); c == 0 {
					return false
				}
				continue
			}
		}
		if depth = l.leave(depth); depth <= 0 {
			return depth == 0
		}
		if c = l.element(depth, l.peek()); c == 0 {
			return false
		}
	}
}

// enter notes the kind of the bracket that opens level depth+1.
func (l *lexer) enter(depth int, c byte) {
	word, bit := &l.kinds[depth/64], uint64(1)<<(depth%64)
	*word &^= bit
	if c == '{' {
		*word |= bit
	}
}

func (l *lexer) inObject(depth int) bool {
	return l.kinds[(depth-1)/64]>>((depth-1)%64)&1 != 0
}

// leave takes the brackets that close behind a value and the comma that
// follows. It gives the level then reached, 0 when all are closed, and -1 when
// something else stands there.
func (l *lexer) leave(depth int) int {
	for depth > 0 {
		closing := byte(']')
		if l.inObject(depth) {
			closing = '}'
		}
		switch l.peek() {
		case closing:
			l.pos++
			depth--
		case ',':
			l.pos++
			return depth
		default:
			l.expect("a comma or " + string(closing))
			return -1
		}
	}
	return 0
}

// element takes the key and colon before a value when the level is an object,
// and gives the first byte of the value; 0 when there is none.
func (l *lexer) element(depth int, c byte) byte {
	if !l.inObject(depth) {
		if c == 0 {
			l.expect("a value")
		}
		return c
	}
	if c != '"' {
		l.expect("a key")
		return 0
	}
	if !l.skipString() {
		return 0
	}
	if l.peek() != ':' {
		l.expect("a colon")
		return 0
	}
	l.pos++
	if c = l.peek(); c == 0 {
		l.expect("a value")
	}
	return c
}

// skipDeep passes over a container that lies too deep to remember the kinds of
// its brackets: it counts them, and the record is malformed.
func (l *lexer) skipDeep() bool {
	l.deep = true
	for level := 0; ; {
		switch l.peek() {
		case '"':
			if !l.skipString() {
				return false
			}
			continue
		case '{', '[':
			level++
		case '}', ']':
			level--
		case 0:
			return l.expect("a closing bracket")
		}
		l.pos++
		if level == 0 {
			return true
		}
	}
}

// scalar passes over a string, number or literal.
func (l *lexer) scalar(c byte) bool {
	switch c {
	case '"':
		return l.skipString()
	case 't':
		return l.literal("true")
	case 'f':
		return l.literal("false")
	case 'n':
		return l.literal("null")
	}
	if c == '-' || isDigit(c) {
		return l.number()
	}
	return l.expect("a value")
}

func (l *lexer) literal(word string) bool {
	for i := range len(word) {
		if l.at() != word[i] {
			return l.expect(word)
		}
		l.pos++
	}
	return true
}

func (l *lexer) number() bool {
	if l.at() == '-' {
		l.pos++
	}
	if l.at() == '0' {
		l.pos++
	} else if !l.digits() {
		return false
	}
	if l.at() == '.' {
		l.pos++
		if !l.digits() {
			return false
		}
	}
	if l.at()|0x20 == 'e' {
		l.pos++
		if c := l.at(); c == '+' || c == '-' {
			l.pos++
		}
		return l.digits()
	}
	return true
}

// digits takes one digit or more.
func (l *lexer) digits() bool {
	if !isDigit(l.at()) {
		return l.expect("a digit")
	}
	for isDigit(l.at()) {
		l.pos++
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
