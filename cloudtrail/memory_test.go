package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// repeated reads as head, then n times unit, then tail, without holding it.
func repeated(head, unit string, n int64, tail string) io.Reader {
	chunk := strings.Repeat(unit, max(1, (32<<10)/len(unit)))
	per := int64(len(chunk) / len(unit))
	return io.MultiReader(strings.NewReader(head),
		&loopReader{text: chunk, left: n / per * int64(len(chunk))},
		strings.NewReader(strings.Repeat(unit, int(n%per))), strings.NewReader(tail))
}

// loopReader gives text again and again, left bytes in all.
type loopReader struct {
	text string
	at   int
	left int64
}

func (l *loopReader) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), l.left)], l.text[l.at:])
	l.at, l.left = (l.at+n)%len(l.text), l.left-int64(n)
	return n, nil
}

// allocated is how many bytes f allocates, freed ones included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestMemoryIsBounded scans huge texts of every shape. What is allocated in all,
// not only what is held, must stay below the size of the scanner.
func TestMemoryIsBounded(t *testing.T) {
	const huge = 200 << 20
	const bound = 2 << 20
	for name, c := range map[string]struct {
		head, unit string
		n          int64
		tail       string
		want       Refusal // of the only record; empty: it is sound
	}{
		"a record of 200 MB":                 {`{"Records":[{"eventName":"A","x":[0`, `,{"key":"value","list":[1,2,3]}`, huge / 31, `]}]}`, ""},
		"a value of 200 MB that is skipped":  {`{"Records":[{"x":"`, `aaaaaaaaaaaaaaaa`, huge / 16, `","eventName":"A"}]}`, ""},
		"a value of 200 MB that is needed":   {`{"Records":[{"eventName":"`, `aaaaaaaaaaaaaaaa`, huge / 16, `"}]}`, RefusedLong},
		"a needed value of escapes":          {`{"eventName":"`, `\u0041\n\ud83d\ude00`, huge / 160, `"}`, RefusedLong},
		"a key of 20 MB":                     {`{"eventName":"A","`, `key`, huge / 30, `":1}`, ""},
		"a statement of 20 MB":               {`{"eventName":"A","requestParameters":{"statement":"select `, `column, `, huge / 80, `"}}`, ""},
		"a million members":                  {`{"eventName":"A"`, `,"k":null`, 1 << 20, `}`, ""},
		"white space":                        {`{"eventName":"A"`, " \n\t\r", huge / 40, `}`, ""},
		"a number of 20 MB":                  {`{"eventName":"A","x":1`, `0`, huge / 10, `}`, ""},
		"a record of 20 MB in LookupEvents":  {`{"Events":[{"CloudTrailEvent":"{\"eventName\":\"A\",\"x\":[0`, `,{\"k\":\"v\"}`, huge / 120, `]}"}]}`, ""},
		"an identity of 20 MB":               {`{"eventName":"A","userIdentity":{"type":"x","attributes":[0`, `,{"k":"v"}`, huge / 100, `]}}`, ""},
		"a first document of unknown keys":   {`{"eventName":"A"`, `,"some-unknown-key":{}`, 1 << 20, `}`, ""},
		"objects nested as deep as is known": {`{"eventName":"A","x":`, `{"a":`, 65536, `1` + strings.Repeat("}", 65536) + `}`, ""},
		"arrays nested as deep as is known":  {`{"eventName":"A","x":`, `[`, 65536, strings.Repeat("]", 65536) + `}`, ""},
		"arrays nested deeper":               {`{"eventName":"A","x":`, `[`, 65537, strings.Repeat("]", 65537) + `}`, RefusedDeep},
		"both nested far deeper":             {`{"eventName":"A","x":`, `[{"a":`, 1 << 20, `1` + strings.Repeat("}]", 1<<20) + `}`, RefusedDeep},
	} {
		t.Run(name, func(t *testing.T) {
			text := repeated(c.head, c.unit, c.n, c.tail)
			n := 0
			var err error
			used := allocated(func() {
				err = Scan(text, func(r *Record) error {
					n++
					malformed, _ := errors.AsType[*RecordError](r.Malformed)
					switch {
					case c.want == "" && (malformed != nil || r.EventName != "A"):
						t.Errorf("record %q is malformed: %v", r.EventName, malformed)
					case c.want != "" && (malformed == nil || malformed.Refusal != c.want):
						t.Errorf("record is not refused for %q: %v", c.want, malformed)
					}
					return nil
				})
			})
			if err != nil || n != 1 {
				t.Errorf("%d records, %v", n, err)
			}
			if used > bound {
				t.Errorf("%d bytes allocated", used)
			}
		})
	}
}

func TestMemoryIsBoundedWhenNothingRepeats(t *testing.T) {
	s := new(Scanner)
	for i := range 20000 {
		unique := strings.Repeat(string(rune('a'+i%26)), 300) + string(rune(0x4e00+i))
		text := `{"eventName":"` + unique + `","userIdentity":{"type":"` + unique + `","arn":"` + unique + `"}}`
		if err := s.Scan(strings.NewReader(text), func(*Record) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for _, set := range s.mem.strings {
		for _, text := range set {
			kept += len(text)
		}
	}
	for _, set := range s.mem.memo.sets {
		for _, way := range set {
			kept += cap(way.raw)
		}
	}
	if kept > 2<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
}

func TestDeepTextThatBreaksOff(t *testing.T) {
	for name, text := range map[string]string{
		"a record":              `{"x":` + strings.Repeat("[", 10000),
		"too deep a record":     `{"x":` + strings.Repeat(`{"a":`, 100000),
		"lists of lists":        strings.Repeat("[", 100000),
		"documents as elements": strings.Repeat(`[{"Records":`, 10000),
		"identities":            strings.Repeat(`{"userIdentity":{"sessionContext":{"sessionIssuer":`, 10000),
		"details":               strings.Repeat(`{"detail":`, 100000),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := found(strings.NewReader(text)); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Error(err)
			}
		})
	}
}

func TestSteadyStateAllocations(t *testing.T) {
	const records = 1000
	s, list := new(Scanner), make([]Attempt, 0, 4)
	text := logFile(records)
	r := bytes.NewReader(text)
	n := 0
	perScan := testing.AllocsPerRun(5, func() {
		r.Reset(text)
		s.Scan(r, func(rec *Record) error {
			list, _, _ = rec.Attempts(list[:0], benchNow)
			n += len(list)
			return nil
		})
	})
	if n != 6*2*records || // calls and sessions
		perScan > records/10 {
		t.Errorf("%d attempts, %v allocations in %d records", n, perScan, records)
	}
}

// TestKeptStringsDoNotChange keeps what came out of one record while others are read.
func TestKeptStringsDoNotChange(t *testing.T) {
	var list []Attempt
	if err := Scan(bytes.NewReader(logFile(500)), func(r *Record) (err error) {
		list, _, err = r.Attempts(list, benchNow)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, a := range list {
		if a.Kind == Call {
			ids[a.EventID] = true
		}
	}
	if len(list) != 1000 || len(ids) != 500 || list[0].EventID != "0d7c4a5e-93a1-4c55-8f9f-000000000000" ||
		list[998].EventID != "0d7c4a5e-93a1-4c55-8f9f-0000000001f3" {
		t.Errorf("%d attempts with %d ids, %q to %q", len(list), len(ids), list[0].EventID, list[998].EventID)
	}
}

func TestTextThatWasReadLately(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"Records":[`)
	for i := range 3000 {
		fmt.Fprintf(&b, `{"eventName":"Name%d","x":%q},`, i, strings.Repeat("long ", i%40))
	}
	fmt.Fprintf(&b, `{"eventName":"last","x":%q}]}`, strings.Repeat("x", 100_000))
	text := b.String()
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "pieces": iotest.HalfReader(strings.NewReader(text))} {
		s := new(Scanner)
		n := 0
		if err := s.Scan(r, func(r *Record) error {
			n++
			if got, want := string(s.Text(r.Offset, 500)), text[r.Offset:]; len(got) < 20 || !strings.HasPrefix(want, got) {
				t.Fatalf("%s: at %d: %q", name, r.Offset, got)
			}
			if r.Offset > 2*windowBytes+1000 && s.Text(r.Offset-2*windowBytes-1000, 1) != nil {
				t.Fatalf("%s: remembers more than it has", name)
			}
			return nil
		}); err != nil || n != 3001 {
			t.Fatalf("%s: %d records, %v", name, n, err)
		}
		if got := s.Text(-1, 10); got != nil {
			t.Errorf("%s: %q before the text", name, got)
		}
	}
}
