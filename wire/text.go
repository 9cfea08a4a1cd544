package wire

import "unicode/utf8"

// appendText appends XML character data. What XML 1.0 cannot hold (most control
// characters, invalid UTF-8) becomes U+FFFD, so that no value can break the
// document.
func appendText(buf []byte, s string) []byte {
	done := 0 // s[:done] is written
	for i := 0; i < len(s); {
		if plain(s[i]) {
			i++
			continue
		}
		text, width := escape(s[i:])
		if text != "" {
			buf = append(buf, s[done:i]...)
			buf = append(buf, text...)
			done = i + width
		}
		i += width
	}
	return append(buf, s[done:]...)
}

// plain reports whether a byte is a character that always stands for itself.
func plain(c byte) bool {
	return c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>'
}

// escape is what stands for the first character of s, or "" for itself, and its
// width in bytes. s is not empty.
func escape(s string) (text string, width int) {
	switch c := s[0]; {
	case c == '&':
		return "&amp;", 1
	case c == '<':
		return "&lt;", 1
	case c == '>':
		return "&gt;", 1
	case c == '\r': // a bare one would be read as a line feed
		return "&#xD;", 1
	case c < ' ' && c != '\n' && c != '\t':
		return "\uFFFD", 1
	case c < utf8.RuneSelf:
		return "", 1
	}
	r, width := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
		return "\uFFFD", width
	}
	return "", width
}
