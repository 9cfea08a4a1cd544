package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// found tells in short what a scan hands over: offset and eventName, or the
// refusal of a malformed record.
func found(r io.Reader) (string, error) {
	var out []string
	err := Scan(r, func(r *Record) error {
		what := r.EventName
		if e, ok := errors.AsType[*RecordError](r.Malformed); ok {
			what = "(" + string(e.Refusal) + ")"
		}
		out = append(out, fmt.Sprintf("%d:%s", r.Offset, what))
		return nil
	})
	return strings.Join(out, " "), err
}

func TestEnvelopes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a log file":                       {`{"Records":[{"eventName":"A"},{"eventName":"B"}]}`, "12:A 30:B"},
		"Records among other keys":         {`{"x":{"Records":[{"eventName":"no"}]},"Records":[{"eventName":"A"}],"y":1}`, "49:A"},
		"Records written with an escape":   {`{"\u0052ecords":[{"event\u004eame":"A"}]}`, "17:A"},
		"two lists in one object":          {`{"Records":[{"eventName":"A"}],"Records":[{"eventName":"B"}]}`, "12:A 42:B"},
		"a log file without records":       {`{"Records":[]}`, ""},
		"a byte order mark":                {"\xef\xbb\xbf" + `{"Records":[{"eventName":"A"}]}`, "15:A"},
		"a bare array":                     {`[{"eventName":"A"}, {"eventName":"B"}]`, "1:A 20:B"},
		"an empty array":                   {` [ ] `, ""},
		"an array of log files":            {`[{"Records":[{"eventName":"A"}]},{"Records":[{"eventName":"B"}]}]`, "13:A 45:B"},
		"a single record":                  {` {"eventName":"A"} `, "1:A"},
		"one record a line":                {"{\"eventName\":\"A\"}\n{\"eventName\":\"B\"}\r\n\n{\"eventName\":\"C\"}", "0:A 18:B 38:C"},
		"records without anything between": {`{"eventName":"A"}{"eventName":"B"}`, "0:A 17:B"},
		"records over several lines":       {"{\n \"eventName\": \"A\"\n}\n{\n \"eventName\": \"B\"\n}\n", "0:A 22:B"},
		"log files one behind the other":   {`{"Records":[{"eventName":"A"}]}{"Records":[{"eventName":"B"}]}`, "12:A 43:B"},
		"an answer of LookupEvents":        {`{"Events":[{"EventId":"1","CloudTrailEvent":"{\"eventName\":\"A\"}","Resources":[]}],"NextToken":"x"}`, "45:A"},
		"the events of LookupEvents alone": {`[{"CloudTrailEvent":"{\n \"event\u004eame\" : \"\\u0041\"}"}]`, "21:A"},
		"an event from EventBridge":        {`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":{"eventName":"A"}}`, "86:A"},
		"the detail before its type":       {`{"detail":{"eventName":"A"},"eventName":"no","detail-type":"AWS Console Sign In via CloudTrail"}`, "10:A"},
		"EventBridge, one event a line":    {"{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{\"eventName\":\"A\"}}\n{\"eventName\":\"B\"}", "54:A 73:B"},
		"elements that are no objects":     {`{"Records":[null,1,{"eventName":"A"},"x",[{"eventName":"no"}],true]}`, "12:(not a CloudTrail record) 17:(not a CloudTrail record) 19:A 37:(not a CloudTrail record) 41:(not a CloudTrail record) 62:(not a CloudTrail record)"},
		"a strange line among records":     {"{\"eventName\":\"A\"}\n{\"level\":\"info\"}\nnull\n{\"eventName\":\"B\"}", "0:A 18:(not a CloudTrail record) 35:(not a CloudTrail record) 40:B"},
		"a strange first line":             {"{\"level\":\"info\"}\n{\"eventName\":\"B\"}", "0:(not a CloudTrail record) 17:B"},
		"LookupEvents without its text":    {`{"Events":[{"EventId":"1"},{"CloudTrailEvent":null},{"CloudTrailEvent":"[]"},{"CloudTrailEvent":"{\"eventName\":"},{"CloudTrailEvent":"{}{}"},{"CloudTrailEvent":"{\"eventName\":\"\\x\"}"},{"CloudTrailEvent":"{\"eventName\":\"A\"}\x"},{"CloudTrailEvent":"{\"eventName\":\"B\"}"}]}`, "11: 27: 72:(not a CloudTrail record) 97:(broken JSON) 135:(broken JSON) 162:(bad characters) 208:(broken JSON) 254:B"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := found(strings.NewReader(c.text))
			if err != nil || got != c.want {
				t.Errorf("got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestWhatIsNoLog(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		is   error
		says string
	}{
		"nothing":                    {"", ErrEmpty, "log text at byte 0: no CloudTrail log: it is empty"},
		"blanks":                     {" \n\t\r\n", ErrEmpty, "log text at byte 5: no CloudTrail log: it is empty"},
		"a digest file":              {`{"awsAccountId":"1","digestStartTime":"x","logFiles":[{"s3Object":"y"}]}`, ErrNotLog, "a CloudTrail digest file"},
		"some other JSON":            {`{"fileVersion":"1.0","configurationItems":[],"c":1,"d":2,"e":3}`, ErrNotLog, `a JSON object with the keys ["fileVersion" "configurationItems" "c" "d"]`},
		"an empty object":            {`{}`, ErrNotLog, "a JSON object without a key of a record"},
		"Records that are no list":   {`{"Records":null}`, ErrNotLog, `keys ["Records"]`},
		"another EventBridge event":  {`{"detail-type":"Object Created","detail":{"eventName":"A"}}`, ErrNotLog, `the EventBridge event "Object Created"`},
		"lines that are no records":  {"{\"a\":1}\n{\"b\":1}\n", ErrNotLog, `keys ["a"]`},
		"text":                       {"date,event\n2026,x", ErrNotLog, `it begins with "date,event"`},
		"a string":                   {`"{\"Records\":[]}"`, ErrNotLog, `it begins with "\"{`},
		"gzip":                       {"\x1f\x8b\x08\x00\x00", ErrNotLog, "gzip data, still compressed"},
		"zstd":                       {"\x28\xb5\x2f\xfdxx", ErrNotLog, "Zstandard data, still compressed"},
		"parquet":                    {"PAR1xxxx", ErrNotLog, "a Parquet file"},
		"a broken first record":      {"{\"eventName\" 1}\n", ErrBroken, "at byte 13: broken JSON: found '1', expected a colon"},
		"NUL bytes":                  {"\x00\x00\x00", ErrNotLog, `it begins with "\x00\x00\x00"`},
		"a file that ends at once":   {"{", io.ErrUnexpectedEOF, "at byte 1: the text ends too early"},
		"a list that ends too early": {`{"Records":[{"eventName":"A"},`, io.ErrUnexpectedEOF, "at byte 30"},
		"a text in a text left open": {`{"Events":[{"CloudTrailEvent":"{\"eventName\":`, io.ErrUnexpectedEOF, "at byte 46"},
		"a string left open":         {`{"Records":[{"eventName":"A`, io.ErrUnexpectedEOF, "at byte 27"},
		"a broken record in a list":  {`{"Records":[{"eventName":"A"},{"eventName" "B"},{"eventName":"C"}]}`, ErrBroken, `at byte 43: broken JSON: found '"', expected a colon`},
		"brackets that do not match": {`{"Records":[{"x":{"y":[1,2}}]}`, ErrBroken, "at byte 26: broken JSON: found '}', expected a comma or ]"},
		"a comma too many":           {`{"Records":[{"eventName":"A",}]}`, ErrBroken, "at byte 29: broken JSON: found '}', expected a key"},
		"a literal cut short":        {`{"Records":[{"x":nul}]}`, ErrBroken, "at byte 20"},
		"a number with two points":   {`{"Records":[{"x":1.2.3}]}`, ErrBroken, "at byte 20"},
		"a key without quotes":       {`[{x:1}]`, ErrBroken, "at byte 2: broken JSON: found 'x', expected a key"},
		"NUL between tokens":         {"[{\"x\":\x001}]", ErrBroken, "at byte 6: broken JSON: found byte 0x00, expected a value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := found(iotest.OneByteReader(strings.NewReader(c.text)))
			if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("got %v\nwant %s", err, c.says)
			}
			if (c.is == ErrEmpty) != errors.Is(err, ErrEmpty) {
				t.Errorf("%v: wrong about being empty", err)
			}
		})
	}
}

func TestRecordsBeforeABreakAreKept(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"in a log file":          {`{"Records":[{"eventName":"A"},{"eventName":"B"},{"eventName" 1}]}`, "12:A 30:B"},
		"at the end of the text": {`{"Records":[{"eventName":"A"},{"eventName":"B"`, "12:A"},
		"behind the list":        {`{"Records":[{"eventName":"A"}],"x":]`, "12:A"},
		"in the last line":       {"{\"eventName\":\"A\"}\n{\"eventNa", "0:A"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := found(strings.NewReader(c.text))
			if err == nil || got != c.want {
				t.Errorf("got %s, %v; want %s and an error", got, err, c.want)
			}
		})
	}
}

func TestABrokenLineDoesNotHarmTheNext(t *testing.T) {
	const a, z = "{\"eventName\":\"A\"}\n", "\n{\"eventName\":\"Z\"}\n"
	for name, c := range map[string]struct{ line, want string }{
		"a missing colon":                 {`{"eventName" "B"}`, "18:(broken JSON) 36:Z"},
		"a line cut in a string":          {`{"eventName":"B`, "18:(broken JSON) 34:Z"},
		"a line cut in an escape":         {`{"eventName":"B\`, "18:(broken JSON) 35:Z"},
		"a line cut in a key":             {`{"eventNa`, "18:(broken JSON) 28:Z"},
		"a line cut in what is skipped":   {`{"userAgent":"aws-cl`, "18:(broken JSON) 39:Z"},
		"a line cut behind a comma":       {`{"eventName":"B",`, "18:(broken JSON) 36:Z"},
		"a line cut behind a colon":       {`{"x":`, "18:(broken JSON) 24:Z"},
		"a line cut in an array":          {`{"x":[1,`, "18:(broken JSON) 27:Z"},
		"a line cut in an inner object":   {`{"eventName":"B","x":{"y":{"z":1}`, "18:(broken JSON) 52:Z"},
		"a bracket too many":              {`{"eventName":"B"}}`, "18:B 35:(broken JSON) 37:Z"},
		"garbage":                         {"\x00\xffgarbage{", "18:(broken JSON) 29:Z"},
		"brackets that do not match":      {`{"x":[}]}`, "18:(broken JSON) 28:Z"},
		"a wrong literal":                 {`{"eventName":NULL}`, "18:(broken JSON) 37:Z"},
		"broken over several lines":       {"{\n\"eventName\":\"B\",\n\"x\" 1,\n\"y\":2\n}", "18:(broken JSON) 52:Z"},
		"a cut event of EventBridge":      {`{"detail-type":"x via CloudTrail","detail":{"eventName":"B`, "18:(broken JSON) 77:Z"},
		"a cut element of LookupEvents":   {`{"CloudTrailEvent":"{\"eventName\":\"B\"`, "18:(broken JSON) 59:Z"},
		"a raw control character skipped": {"{\"userAgent\":\"a\tb\x00\",\"eventName\":\"B\"}", "18:B 55:Z"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(a + c.line + z), iotest.OneByteReader(strings.NewReader(a + c.line + z))} {
				if got, err := found(r); err != nil || got != "0:A "+c.want {
					t.Errorf("got %s, %v\nwant 0:A %s", got, err, c.want)
				}
			}
		})
	}
}

func TestErrorsOfTheReaderComeAfterTheRecords(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, text := range map[string]string{
		"in a record":      `{"Records":[{"eventName":"A"},{"even`,
		"between records":  `{"Records":[{"eventName":"A"},`,
		"behind the end":   `{"Records":[{"eventName":"A"}]}`,
		"in a line":        "{\"eventName\":\"A\"}\n{\"eventName",
		"within an escape": `{"Records":[{"eventName":"A"},{"eventName":"\u00`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := found(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
			at, _ := errors.AsType[*ScanError](err)
			if !errors.Is(err, broken) || at == nil || at.Offset != int64(len(text)) || strings.Count(got, "A") != 1 {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
	if _, err := found(emptyReader{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", err)
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

func TestAnErrorOfTheCallerEndsTheScan(t *testing.T) {
	enough := errors.New("enough")
	for name, text := range map[string]string{
		"a log file":       `{"Records":[{"eventName":"A"},{"eventName":"B"}]}`,
		"lines":            "{\"eventName\":\"A\"}\n{\"eventName\":\"B\"}",
		"a broken line":    "{\"eventName\"}\n{\"eventName\":\"B\"}",
		"a strange line":   "{\"a\":1}\n{\"eventName\":\"B\"}",
		"a wrapped record": `[{"CloudTrailEvent":"{}"},{"eventName":"B"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			err := Scan(strings.NewReader(text), func(*Record) error { calls++; return enough })
			if err != enough || calls != 1 {
				t.Errorf("%d calls, then %v", calls, err)
			}
		})
	}
}

func TestFieldsThatCannotBeRead(t *testing.T) {
	long := strings.Repeat("x", 2049)
	for name, c := range map[string]struct{ record, want string }{
		"a number for a name":            {`{"eventName":1}`, "wrong type: eventName"},
		"an object for a time":           {`{"eventTime":{"a":[]}}`, "wrong type: eventTime"},
		"a boolean for a code":           {`{"errorCode":false,"eventName":"A"}`, "wrong type: errorCode"},
		"a list for the identity":        {`{"userIdentity":[{"type":"IAMUser"}]}`, "wrong type: userIdentity"},
		"a string for the issuer":        {`{"userIdentity":{"sessionContext":{"sessionIssuer":"x"}}}`, "wrong type: sessionIssuer"},
		"a number in the issuer":         {`{"userIdentity":{"sessionContext":{"sessionIssuer":{"arn":1}}}}`, "wrong type: sessionIssuer.arn"},
		"a word for a boolean":           {`{"eventName":"A","readOnly":"yes"}`, "wrong type: readOnly"},
		"a value too long":               {`{"eventName":"` + long + `"}`, "value too long: eventName has more than 2048 bytes"},
		"a value too long with escapes":  {`{"eventName":"\u0041` + long + `"}`, "value too long: eventName has more than 2048 bytes"},
		"a value that grows too long":    {`{"eventName":"` + long[9:] + "\xff\xff\xff\xff\"}", "value too long: eventName has more than 2048 bytes"},
		"an escaped control character":   {`{"eventSource":"\b\f\r\t\n"}`, "bad characters: eventSource has a control character"},
		"a text nested too deep":         {`{"CloudTrailEvent":"{\"x\":` + strings.Repeat("[", 65537) + strings.Repeat("]", 65537) + `}"}`, "nested too deep: more than 65536 levels"},
		"a control character":            {"{\"eventName\":\"a\x01b\"}", "bad characters: eventName has a control character"},
		"an escaped NUL":                 {`{"eventName":"a\u0000b"}`, "bad characters: eventName has a control character"},
		"an unknown escape":              {`{"eventName":"a\qb"}`, "bad characters: eventName has an unknown escape"},
		"a short escape at the end":      {`{"eventName":"a\u12"}`, "bad characters: eventName has an unknown escape"},
		"the first field that is wrong":  {`{"eventID":1,"eventName":2,"userIdentity":3}`, "wrong type: eventName"},
		"the last of a doubled key":      {`{"eventName":"A","eventName":7}`, "wrong type: eventName"},
		"an identity after a wrong one":  {`{"userIdentity":{"arn":1},"userIdentity":{"arn":"x"},"eventID":1}`, "wrong type: eventID"},
		"a wrong one after an identity":  {`{"userIdentity":{"arn":"x"},"userIdentity":{"arn":1}}`, "wrong type: userIdentity.arn"},
		"a wrong key that is mended":     {`{"eventName":7,"eventName":"A"}`, "<nil>"},
		"wrong types nobody cares about": {`{"eventName":"A","requestParameters":7,"responseElements":"x","resources":1,"userAgent":{}}`, "<nil>"},
		"readOnly as a string":           {`{"eventName":"A","readOnly":"true","managementEvent":"FALSE"}`, "<nil>"},
		"null for everything":            {`{"eventName":"A","userIdentity":null,"eventTime":null,"readOnly":null,"errorCode":null}`, "<nil>"},
		"the longest value":              {`{"eventName":"` + long[1:] + `"}`, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.record), iotest.OneByteReader(strings.NewReader(c.record))} {
				err := Scan(r, func(r *Record) error {
					if got := fmt.Sprint(r.Malformed); got != c.want {
						t.Errorf("got %s, want %s", got, c.want)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestTextThatLooksLikeSomethingElse(t *testing.T) {
	for name, c := range map[string]struct{ record, want string }{
		"a key inside a string":         {`{"userAgent":"\",\"eventName\":\"no\",\"","eventName":"A"}`, "A"},
		"a key inside another object":   {`{"eventName":"A","x":{"eventName":"no"},"y":[{"eventName":"no"}]}`, "A"},
		"an escaped key":                {`{"\u0065vent\u004eame":"A"}`, "A"},
		"a key of another case":         {`{"EventName":"no","eventName":"A","eventname":"no"}`, "A"},
		"a longer key":                  {`{"eventName":"A","eventNames":"no","eventNam":"no"}`, "A"},
		"the last of doubled keys":      {`{"eventName":"no","eventName":"A"}`, "A"},
		"brackets inside strings":       {`{"x":["}]","{["],"eventName":"A"}`, "A"},
		"backslashes before a quote":    {`{"x":"\\","y":"\\\"","eventName":"A"}`, "A"},
		"escapes in a value":            {`{"eventName":"\u0041\/\\\"\ud83d\ude00é"}`, "A/\\\"😀é"},
		"halves of pairs":               {`{"eventName":"\ud800\ud800\udc00\udc00x\ud800"}`, "\ufffd\U00010000\ufffdx\ufffd"},
		"invalid UTF-8":                 {"{\"eventName\":\"a\xff\xc3b\xe2\x82\"}", "a\ufffd\ufffdb\ufffd\ufffd"},
		"white space everywhere":        {" \n{\t\"eventName\" \r\n:\n \"A\" \n}\n ", "A"},
		"a value from a doubled object": {`{"requestParameters":{"statement":"SELECT 1"},"requestParameters":{},"eventName":"A"}`, "A"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.record), iotest.OneByteReader(strings.NewReader(c.record))} {
				n := 0
				err := Scan(r, func(r *Record) error {
					n++
					if r.EventName != c.want || r.StatementVerb != "" {
						t.Errorf("got %q, want %q", r.EventName, c.want)
					}
					return nil
				})
				if err != nil || n != 1 {
					t.Error(n, err)
				}
			}
		})
	}
}

func TestAScannerServesManyTexts(t *testing.T) {
	s := new(Scanner)
	for _, text := range []string{`{"Records":[{"eventName":"A"`, "", `{"x":1}`, "{\"eventName\":\"A\"}\n{", `[{"x":`, `{"Records":[{"eventName":"\ud800`} {
		scanAll(s, strings.NewReader(text))
		got, err := scanAll(s, bytes.NewReader(logFile(3)))
		if err != nil || len(got) != 3 || got[0].Offset != 12 || !strings.Contains(got[2].Text, `"AssumeRole"`) {
			t.Errorf("after %q: %d records, %v", text, len(got), err)
		}
	}
}
