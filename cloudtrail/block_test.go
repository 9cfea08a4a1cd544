package cloudtrail

import (
	"math/rand/v2"
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
	for name, classify := range map[string]func([]byte, []block, *stringState){"portable": classifyPortable, "this processor's": classify} {
		blocks := make([]block, 1)
		classify([]byte(text+strings.Repeat(" ", blockBytes-len(text))), blocks, new(stringState))
		b := blocks[0]
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
			{"back ", b.back, "...1......11................."},
			{"curly", b.curly & (b.open | b.close), "1.........................111"},
		} {
			if got := picture(c.mask, len(text)); got != c.want {
				t.Errorf("%s: of %s\n%s is %s\n want    %s", name, text, c.what, got, c.want)
			}
		}
	}
}

// checkBlocks holds both classifications against each other, in pieces of
// several blocks and of one.
func checkBlocks(t *testing.T, text []byte) {
	t.Helper()
	n := len(text) / blockBytes
	want, got, one := make([]block, n), make([]block, n), make([]block, n)
	var a, b, c stringState
	classifyPortable(text, want, &a)
	classify(text, got, &b)
	for i := range n {
		classify(text[i*blockBytes:], one[i:i+1], &c)
	}
	for i := range n {
		if got[i] != want[i] || one[i] != want[i] {
			t.Fatalf("block %d of %q:\n got %+v\n one %+v\nwant %+v", i, text, got[i], one[i], want[i])
		}
	}
	if a != b || a != c {
		t.Fatalf("behind %q: %v and %v, want %v", text, b, c, a)
	}
}

// checkBlocksNaively holds a classification against its meaning of a block, byte by byte.
func checkBlocksNaively(t *testing.T, text []byte) {
	t.Helper()
	blocks := make([]block, len(text)/blockBytes)
	classify(text, blocks, new(stringState))
	inside, escaped := false, false
	for i, c := range text[:len(blocks)*blockBytes] {
		b, bit := &blocks[i/blockBytes], i%blockBytes
		quote := c == '"' && !escaped
		escaped = c == '\\' && !escaped
		inside = inside != quote
		for _, m := range []struct {
			name string
			mask uint64
			want bool
		}{
			{"quote", b.quote, quote}, {"text", b.text, inside}, {"back", b.back, c == '\\'},
			{"open", b.open, !inside && (c == '{' || c == '[')}, {"close", b.close, !inside && (c == '}' || c == ']')},
			{"colon", b.colon, !inside && c == ':'}, {"comma", b.comma, !inside && c == ','},
		} {
			if (m.mask>>bit&1 == 1) != m.want {
				t.Fatalf("%s of byte %d of %q is not %v", m.name, i, text, m.want)
			}
		}
	}
}

func TestBlocksOfRandomText(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	text := make([]byte, 40*blockBytes)
	for range 500 {
		for i := range text {
			text[i] = "\"\\{}[]:,a \x02\x1a\xfb\xfd\xdb\x5f"[r.IntN(16)]
		}
		checkBlocks(t, text)
		checkBlocksNaively(t, text)
	}
}

func FuzzBlocks(f *testing.F) {
	f.Add([]byte(strings.Repeat(`{"a\"b":["\\",1,":{"],"c":{}}`, 10)))
	f.Add([]byte(strings.Repeat(`\`, 300) + `"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		checkBlocks(t, text)
		checkBlocksNaively(t, text)
	})
}
