package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// chunkReader gives its text in pieces of random length, some of them empty.
type chunkReader struct {
	text []byte
	r    *rand.Rand
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.r.IntN(12))], c.text)
	c.text = c.text[n:]
	return n, nil
}

// checkScan holds Scan against everything that must be true of any text.
func checkScan(t *testing.T, s *Scanner, text []byte) {
	t.Helper()
	got, err := scanAll(s, bytes.NewReader(text))
	for name, r := range map[string]io.Reader{
		"one byte at a time": iotest.OneByteReader(bytes.NewReader(text)),
		"random pieces":      &chunkReader{text, rand.New(rand.NewPCG(1, uint64(len(text))))},
		"end with data":      iotest.DataErrReader(bytes.NewReader(text)),
	} {
		again, errAgain := scanAll(s, r)
		if !slices.Equal(got, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("%s: %q\n gives %v %v\n whole %v %v", name, text, again, errAgain, got, err)
		}
	}
	if _, ok := errors.AsType[*ScanError](err); err != nil && !ok {
		t.Fatalf("%q: error %v is no ScanError", text, err)
	}
	if !json.Valid(text) {
		return
	}
	want, wantErr := referenceScan(text)
	compare(t, text, got, err, want, wantErr)
	if c := bytes.TrimSpace(text)[0]; c == '{' || c == '[' {
		checkLines(t, s, text)
	}
}

func compare(t *testing.T, text []byte, got []seen, err error, want []seen, wantErr error) {
	t.Helper()
	same := slices.EqualFunc(got, want, func(g, w seen) bool {
		return g.Offset == w.Offset && (g.Text == w.Text || w.Text == "*")
	})
	if !same || !errors.Is(err, wantErr) {
		t.Fatalf("%q\n got %v %v\nwant %v %v", text, got, err, want, wantErr)
	}
}

// checkLines puts the document on lines of a file, with a broken line in the
// middle when no document is an envelope.
func checkLines(t *testing.T, s *Scanner, text []byte) {
	t.Helper()
	var line bytes.Buffer
	if json.Compact(&line, text) != nil {
		return
	}
	line.WriteByte('\n')
	one, wantErr := referenceScan(line.Bytes())
	if one == nil && wantErr != nil {
		one = []seen{{0, "*"}}
	}
	want := slices.Clone(one)
	for _, r := range one {
		want = append(want, seen{r.Offset + int64(line.Len()), r.Text})
	}
	twice := slices.Concat(line.Bytes(), line.Bytes())
	got, err := scanAll(s, bytes.NewReader(twice))
	compare(t, twice, got, err, want, wantErr)
}

func FuzzScan(f *testing.F) {
	for _, seed := range seedTexts {
		f.Add([]byte(seed))
	}
	s := new(Scanner) // one for all: what it has learned must not matter
	f.Fuzz(func(t *testing.T, text []byte) { checkScan(t, s, text) })
}

// TestWhatIsRememberedIsSound: a key that is no UTF-8, of a text that is no log, is not
// taken for the value of a later record.
func TestWhatIsRememberedIsSound(t *testing.T) {
	s := new(Scanner)
	if _, err := scanAll(s, strings.NewReader("{\"\xff\":1}")); err == nil {
		t.Error("it is a log")
	}
	checkScan(t, s, []byte("{\"Records\":[{\"eventVersion\":\"\xff\"}]}"))
}

var seedTexts = []string{
	`{"0000000000000000000000000000000000000000000000000000000000000000":""}`, `{"00000000000000000000000000000000000000000000000000000000000000000":""}`,
	``, ` `, `null`, `[]`, `{}`, `{"Records":[]}`, `{"Records":null}`, "\xef\xbb\xbf{\"Records\":[]}", "\x1f\x8b\x08",
	`{"x":1,"Records":[{"eventVersion":"1.08","eventTime":"2026-05-30T10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","userIdentity":{"type":"IAMUser","sessionContext":{"sessionIssuer":{"arn":"a"}}}}],"y":[{}]}`,
	`{"\u0065ventName":"a\ud83d\ude00\ud800\n","eventName":"b","readOnly":"true","requestParameters":{"statement":"select 1","serviceNamespace":"ecs"}}`,
	`{"Events":[{"EventId":"1","CloudTrailEvent":"{\"eventName\":\"x\\u0041\"}"},{"CloudTrailEvent":"{"},{"EventId":"2"}],"NextToken":null}`,
	`{"detail":{"eventName":"x","responseElements":{"ConsoleLogin":"Success"}},"detail-type":"AWS API Call via CloudTrail"}`,
	"{\"eventName\":\"a\"}\n{\"eventName\":\"b\",\n{\"eventName\":\"c\"}\n{\"eventName\":\"d\n{\"eventName\":\"e\"}{\"eventName\":\"f\"}",
	`[{"eventName":1},2,"x",null,[{}],{"Records":[{"eventID":"\u0000"}]},{"a":-1.5e+3,"b":[true,false,{"c":[]}]}]`,
	`{"eventName":"` + strings.Repeat("x", 2048) + `"}`, `{"eventName":"` + strings.Repeat("é", 1025) + `"}`,
	strings.Repeat(`{"a":[`, 300), `{"a":[}`, `{"a":{]}`, `{"digestStartTime":"x"}`, `{"eventName":"\x"}`, `{"a":"\u12"}`,
}

func TestScanAgreesWithAFullParser(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 11))}
	s := new(Scanner)
	for range 400 {
		checkScan(t, s, []byte(g.document()))
	}
}

func TestScanOfDamagedTextNeverPanics(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 5))}
	s := new(Scanner)
	for range 400 {
		text := []byte(g.document())
		for range 1 + g.IntN(3) {
			text[g.IntN(len(text))] = []byte("\"\\{}[],:\n x1\x00\xff")[g.IntN(14)]
		}
		checkScan(t, s, text[:g.IntN(len(text)+1)])
	}
}

// generator makes documents of the keys that matter, with values of any type.
type generator struct{ *rand.Rand }

// vocabulary holds the keys that matter in an object, by the key of the object.
var vocabulary = map[string][]string{
	"": {"eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "eventID", "sharedEventID",
		"recipientAccountId", "eventType", "eventCategory", "managementEvent", "readOnly", "userIdentity", "userIdentity",
		"requestParameters", "responseElements", "detail", "detail-type", "CloudTrailEvent", "Records", "Events", "other",
		"eventname", ""},
	"userIdentity": {"type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy", "sessionContext",
		"sessionContext", "sessionContext", "eventName"},
	"sessionContext":     {"sessionIssuer", "sessionIssuer", "attributes", "sourceIdentity"},
	"sessionIssuer":      {"type", "principalId", "arn", "accountId", "userName", "type"},
	"requestParameters":  {"statement", "statement", "serviceNamespace", "eventName", "taskRoleArn", "targets", "iamInstanceProfile", "roles"},
	"targets":            {"roleArn", "targets", "role", "name", "iamInstanceProfile", "statement"},
	"iamInstanceProfile": {"arn", "name", "Name", "role", "roleARN", "other", "targets"},
	"roles":              {"authenticated", "unauthenticated", "name"},
	"responseElements":   {"ConsoleLogin", "eventName"},
}

func (g generator) document() string {
	switch g.IntN(6) {
	case 0:
		return g.space() + g.value(0)
	case 1:
		return "[" + g.object("", 0) + "," + g.object("", 0) + "]"
	case 2:
		return g.object("", 0)
	case 3:
		return `{"Events":[{"a":1,"CloudTrailEvent":` + g.quote(g.object("", 0)) + `}]}`
	case 4:
		return `{"detail-type":"AWS API Call via CloudTrail","detail":` + g.object("", 0) + `}`
	}
	return `{"Records":[` + g.object("", 0) + "," + g.object("", 0) + "," + g.value(1) + `]}`
}

func (g generator) object(of string, depth int) string {
	var b strings.Builder
	b.WriteString("{" + g.space())
	for i := range g.IntN(9) {
		if i > 0 {
			b.WriteString("," + g.space())
		}
		keys := vocabulary[of]
		key := keys[g.IntN(len(keys))]
		b.WriteString(g.quote(key) + g.space() + ":" + g.space() + g.member(key, depth+1) + g.space())
	}
	return b.String() + "}"
}

func (g generator) member(key string, depth int) string {
	if vocabulary[key] != nil && g.IntN(8) > 0 {
		return g.object(key, depth)
	}
	return g.value(depth)
}

func (g generator) value(depth int) string {
	n := g.IntN(14)
	if depth > 6 {
		n = min(n, 8)
	}
	switch n {
	case 0:
		return "null"
	case 1:
		return []string{"true", "false"}[g.IntN(2)]
	case 2:
		return []string{"0", "-1", "1.5e3", "12E-2", "-0.25"}[g.IntN(5)]
	case 3, 4, 5, 6, 7, 8:
		return g.quote(g.word())
	case 9:
		return "[" + g.space() + g.value(depth+1) + "," + g.value(depth+1) + "]"
	}
	return g.object("", depth)
}

func (g generator) word() string {
	words := []string{"", "1.08", "IAMUser", "true", "FALSE", "x via CloudTrail", "select * from t", "\tDELETE\"x\"", "a\x01b", "\\",
		"né", "😀", "\"", "arn:aws:iam::111122223333:role/a/b", "arn:aws:iam::111122223333:instance-profile/c", "role-d", "{\"eventName\":\"inside a string\"}", "ecs", "Success", "a\xffb", "</script>\u2028"}
	if g.IntN(60) == 0 {
		return strings.Repeat("long", 510+g.IntN(5))
	}
	return words[g.IntN(len(words))]
}

// quote writes s as a JSON string, with escapes that need not be.
func (g generator) quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c < 0x80 && g.IntN(12) == 0:
			fmt.Fprintf(&b, "\\u%04x", c)
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case g.IntN(200) == 0 && c < 0x80:
			b.WriteString([]string{`\ud800`, `\udc00`, `\ud83d\ude00`, `\/`}[g.IntN(4)])
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

func (g generator) space() string { return []string{"", "", "", " ", "\n", "\r\n\t "}[g.IntN(6)] }
