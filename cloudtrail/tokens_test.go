package cloudtrail

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// picture shows a mask as people read it: one character a byte of the text.
func picture(mask uint64, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(".1"[mask>>i&1])
	}
	return b.String()
}

func TestBlocks(t *testing.T) {
	const text = `{"a\"b":["\\",1,":{"],"c":{}}`
	st := new(tokenState)
	b := st.classify((*[blockBytes]byte)([]byte(text + strings.Repeat(" ", blockBytes))))
	tokens, bad := st.check(&b)
	for _, c := range []struct {
		what string
		mask uint64
		want string
	}{
		//        {"a\"b":["\\",1,":{"],"c":{}}
		{"quote", b.quote, ".1....1..1..1...1..1..1.1...."},
		{"text ", b.text, ".11111...111....111...11....."},
		{"open ", b.open, "1.......1.................1.."},
		{"close", b.close, "....................1......11"},
		{"colon", b.colon, ".......1.................1..."},
		{"comma", b.comma, ".............1.1.....1......."},
		{"token", tokens, "1.......1.....1.....1.....111"},
		{"bad  ", bad, "1............................"},
	} {
		if got := picture(c.mask, len(text)); got != c.want {
			t.Errorf("of %s\n%s is %s\n want    %s", text, c.what, got, c.want)
		}
	}
}

// tokenized is what a tokenizer has found in text that is handed to it in pieces.
type tokenized struct {
	at   []int
	to   []int // colons
	bad  []uint64
	last tokenState
}

func tokensOf(text []byte, blocks int, tokenize func([]byte, []uint64, *tokenList, *tokenList, *tokenState) (int, int)) (f tokenized) {
	var list, colons tokenList
	n := len(text) / blockBytes
	for from := 0; from < n; from += blocks {
		bad := make([]uint64, min(blocks, n-from))
		count, marks := tokenize(text[from*blockBytes:], bad, &list, &colons, &f.last)
		for _, at := range list[:count] {
			f.at = append(f.at, from*blockBytes+int(at))
		}
		for _, at := range colons[:marks] {
			f.to = append(f.to, from*blockBytes+int(at))
		}
		f.bad = append(f.bad, bad...)
	}
	f.last.unusual = min(f.last.unusual, 1)
	return f
}

// checkTokens holds both tokenizers against each other and against the meaning
// of tokens, byte by byte.
func checkTokens(t *testing.T, text []byte) {
	t.Helper()
	want := tokensOf(text, maxBlocks, tokenizePortable)
	for name, got := range map[string]tokenized{
		"at once":                tokensOf(text, maxBlocks, tokenize),
		"block by block":         tokensOf(text, 1, tokenize),
		"portably, in fives":     tokensOf(text, 5, tokenizePortable),
		"by vectors, in sevens ": tokensOf(text, 7, tokenize),
	} {
		if !slices.Equal(got.at, want.at) || !slices.Equal(got.to, want.to) || !slices.Equal(got.bad, want.bad) || got.last != want.last {
			t.Fatalf("%s: %q\n got %v\nwant %v", name, text, got, want)
		}
	}
	at, to, bad := naiveTokens(text[:len(want.bad)*blockBytes])
	if !slices.Equal(at, want.at) || !slices.Equal(to, want.to) || !slices.Equal(bad, want.bad) {
		t.Fatalf("%q\n got %v %v %v\nwant %v %v %v", text, want.at, want.to, want.bad, at, to, bad)
	}
}

// naiveTokens reads byte by byte. The classes of bytes are their characters,
// with S for numbers, words and whatever else stands outside strings, " and e
// for the beginning and end of a string, k for the end of one that may be a key,
// and t for text.
func naiveTokens(text []byte) (at, to []int, bad []uint64) {
	behind := map[byte]string{ // what may stand before
		'"': ":,{[", '{': ":,{[", '[': ":,{[", 'S': ":,{[S", ',': "ekS}]", '}': "eS}]{[", ']': "ekS}]{[", ':': "k",
	}
	before, inside, escaped, key := byte(0), false, false, false
	bad = make([]uint64, len(text)/blockBytes)
	for i, c := range text {
		class := byte('S')
		quote := c == '"' && !escaped
		escaped = c == '\\' && !escaped
		switch {
		case quote && inside && key:
			class, inside = 'k', false
		case quote && inside:
			class, inside = 'e', false
		case quote:
			class, inside, key = '"', true, before == ',' || before == '{'
		case inside:
			class = 't'
		case strings.IndexByte("[]{}:,", c) >= 0:
			class = c
		}
		switch {
		case class == ':':
			to = append(to, i)
		case strings.IndexByte("[]{}", class) >= 0, class == 'S' && before != 'S', class == ',' && before == 'k':
			at = append(at, i)
		}
		if may, ok := behind[class]; ok && strings.IndexByte(may, before) < 0 {
			bad[i/blockBytes] |= 1 << (i % blockBytes)
		}
		before = class
	}
	return at, to, bad
}

func TestTokensOfRandomText(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	text := make([]byte, 80*blockBytes)
	for range 500 {
		for i := range text {
			text[i] = "\"\\{}[]:,a \x02\x1a\xfb\xfd\xdb\x5f"[r.IntN(16)]
		}
		checkTokens(t, text)
	}
	for range 100 {
		checkTokens(t, []byte(generator{r}.document()))
	}
}

func FuzzTokens(f *testing.F) {
	f.Add([]byte(strings.Repeat(`{"a\"b":["\\",1,":{"],"c":{}}`, 10)))
	f.Add([]byte(strings.Repeat(`\`, 300) + `"`))
	f.Fuzz(checkTokens)
}
