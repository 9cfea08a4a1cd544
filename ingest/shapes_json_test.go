package ingest

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/store/mem"
)

// indented is JSON over several lines.
func indented(t testing.TB, text, by string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", by); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// queryPage is a page of GetQueryResults with the columns of records: structures
// are JSON here, for which Presto's text is another test's.
func queryPage(t testing.TB, list ...string) string {
	t.Helper()
	rows := [][]map[string]string{}
	for _, text := range list {
		var record map[string]any
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			t.Fatal(err)
		}
		row := []map[string]string{}
		for _, name := range []string{"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "eventID", "eventType", "managementEvent", "eventCategory", "recipientAccountId", "requestParameters"} {
			switch v := record[name].(type) {
			case string:
				row = append(row, map[string]string{name: v})
			case bool:
				row = append(row, map[string]string{name: strconv.FormatBool(v)})
			case map[string]any:
				inner, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				row = append(row, map[string]string{name: string(inner)})
			}
		}
		rows = append(rows, row)
	}
	return page(t, rows)
}

// page is an answer of GetQueryResults as the AWS CLI prints it.
func page(t testing.TB, rows [][]map[string]string) string {
	t.Helper()
	text, err := json.MarshalIndent(map[string]any{
		"QueryStatus": "FINISHED", "QueryStatistics": map[string]int{"ResultsCount": len(rows), "TotalResultsCount": 2582, "BytesScanned": 27044},
		"QueryResultRows": rows, "NextToken": "x",
	}, "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// lookups is a page of LookupEvents.
func lookups(list ...string) string {
	var events []string
	for _, text := range list {
		events = append(events, `{"EventId":"x","ReadOnly":"false","Resources":[],"CloudTrailEvent":`+strconv.Quote(text)+`}`)
	}
	return `{"Events":[` + strings.Join(events, ",") + `],"NextToken":null}`
}

// factsOf is the facts of one file, and the records read and refused.
func factsOf(t *testing.T, data string) (facts string, read, refused int64) {
	t.Helper()
	s := mem.New()
	sum := run(t, s, memory{{"in", []byte(data)}})
	if !sum.OK() {
		t.Errorf("%+v", sum)
	}
	return dump(t, s), sum.Records, sum.AllRefused()
}

// TestWaysToWriteJSON writes the same records in every envelope of JSON, on one
// line and over many.
func TestWaysToWriteJSON(t *testing.T) {
	list := someRecords(3, 60)
	want, n, _ := factsOf(t, records(list...))
	if n != 60 || strings.Count(want, "\n") < 50 {
		t.Fatalf("the test tests nothing: %d records\n%s", n, want)
	}
	var bridged, eventJSON, columns []string
	var rows [][]map[string]string
	for _, text := range list {
		bridged = append(bridged, `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":`+text+`}`)
		eventJSON = append(eventJSON, strconv.Quote(text))
		rows = append(rows, []map[string]string{{"eventID": "x"}, {"eventJson": text}})
		columns = append(columns, queryPage(t, text))
	}
	bare, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	for sentence, documents := range map[string][]string{
		"a log file":                        {records(list...)},
		"single records":                    list,
		"a list of records":                 {"[" + strings.Join(list, ",") + "]"},
		"EventBridge events":                bridged,
		"a list of EventBridge events":      {"[" + strings.Join(bridged, ",") + "]"},
		"pages of LookupEvents":             {lookups(list[:20]...), lookups(list[20:]...)},
		"a list of CloudTrailEvent":         {"[" + strings.Join(eventJSON, ",") + "]"},
		"a page of a query":                 {queryPage(t, list...)},
		"pages of a query":                  columns,
		"a page of a query, whole records":  {page(t, rows)},
		"the rows of a query without page":  {string(bare)},
		"pages of a query, the first empty": append([]string{page(t, [][]map[string]string{})}, columns...),
	} {
		for way, write := range map[string]func(string) string{
			"as AWS writes them": func(s string) string { return s + "\n" },
			"without an end":     func(s string) string { return s },
			"by four blanks":     func(s string) string { return indented(t, s, "    ") + "\n" },
			"by tabs, with \\r":  func(s string) string { return strings.ReplaceAll(indented(t, s, "\t"), "\n", "\r\n") + "\r\n" },
		} {
			var b strings.Builder
			for _, d := range documents {
				b.WriteString(write(d))
			}
			if got, read, refused := factsOf(t, b.String()); got != want || read != 60 || refused != 0 {
				t.Errorf("%s %s: %d records, %d refused, other facts: %t", sentence, way, read, refused, got != want)
			}
		}
	}
}

// ocsfOf is the event that Security Lake makes of call number id.
func ocsfOf(id int) string {
	return strings.NewReplacer(`"ev-1"`, `"ev-`+strconv.Itoa(id)+`"`, "1780136130000", strconv.Itoa(1780136130000-id*86400000), "2026-05-30T10:15:30Z", "").Replace(ocsf11)
}

func TestOCSFInLists(t *testing.T) {
	var list []string
	for id := range 30 {
		list = append(list, ocsfOf(id))
	}
	want, n, _ := factsOf(t, strings.Join(list, "\n"))
	if n != 30 || strings.Count(want, "\n") != 3 {
		t.Fatalf("the test tests nothing: %d records\n%s", n, want)
	}
	whole := "[" + strings.Join(list, ",") + "]"
	for sentence, text := range map[string]string{
		"a list on one line":                whole,
		"a list over many lines":            indented(t, whole, "  "),
		"a list without indentation":        indented(t, whole, ""),
		"a list with an element a line":     "[\n" + strings.Join(list, ",\n") + "\n]\n",
		"objects over many lines":           indented(t, strings.Join(list[:1], ""), "\t") + "\n" + strings.Join(indentAll(t, list[1:]), "\n"),
		"objects without anything between":  strings.Join(list, ""),
		"objects with a byte order mark":    "\xef\xbb\xbf" + strings.Join(list, "\n"),
		"lists behind lists":                "[" + strings.Join(list[:7], ",") + "]\n[]\n[" + strings.Join(list[7:], ",") + "]",
		"on lines and over many, in a file": strings.Join(list[:15], "\n") + "\n" + strings.Join(indentAll(t, list[15:]), "\n"),
	} {
		if got, read, refused := factsOf(t, text); got != want || read != 30 || refused != 0 {
			t.Errorf("%s: %d records, %d refused, other facts: %t", sentence, read, refused, got != want)
		}
	}
}

func indentAll(t *testing.T, list []string) (out []string) {
	for _, text := range list {
		out = append(out, indented(t, text, "  "))
	}
	return out
}

// TestWhatBreaksInListsIsNamed: what stands before the break counts, and the file
// fails.
func TestWhatBreaksInListsIsNamed(t *testing.T) {
	rows := page(t, [][]map[string]string{{{"eventJson": theCall}}, {{"eventJson": theCall}}})
	for sentence, tt := range map[string]struct {
		text, problem string
		records       int64
	}{
		"a list of OCSF that is cut off":       {"[" + ocsf11 + ",", "the text is cut off", 1},
		"a list of OCSF cut off in an element": {"[" + ocsf11 + "," + ocsf11[:300], "the text is cut off", 1},
		"a list of OCSF without a comma":       {"[" + ocsf11 + ocsf11 + "]", "broken JSON", 1},
		"a broken element of a list":           {"[" + ocsf11 + `,{"class_uid":},` + ocsf11 + "]", "broken JSON", 2},
		"an object of OCSF that is cut off":    {ocsf11 + "\n" + ocsf11[:300], "cut off", 1},
		"an object cut off within a string":    {ocsf11 + "\n" + ocsf11[:20], "cut off", 1},
		"a page that is cut off":               {rows[:len(rows)-4], "the text is cut off", 2},
		"a page that is cut off in a row":      {rows[:len(rows)/2], "the text is cut off", 0},
		"a page of wrong brackets":             {strings.Replace(rows, "]", "}", 1), "broken JSON", 0},
		"a query that runs":                    {strings.Replace(rows, "FINISHED", "RUNNING", 1), "QueryStatus RUNNING", 3},
		"a row that is no record":              {page(t, [][]map[string]string{{{"count": "5"}}}), "row without a record", 1},
		"a row that is no list":                {`{"QueryResultRows":[{"eventName":"x"}]}`, "row without a record", 1},
	} {
		s := mem.New()
		sum := run(t, s, memory{{"in", []byte(tt.text)}})
		if len(sum.Problems) == 0 || !strings.Contains(sum.Problems[len(sum.Problems)-1].Reason, tt.problem) || sum.Records < tt.records {
			t.Errorf("%s: %d records, %+v", sentence, sum.Records, sum.Problems)
		}
	}
}

// TestAnEndlessValueTakesNoMemory: brackets that never close end in an error.
func TestAnEndlessValueTakesNoMemory(t *testing.T) {
	for sentence, head := range map[string]string{"OCSF": ocsf11 + "\n", "a list": "[" + ocsf11 + ",", "rows": `{"QueryResultRows":[[`} {
		for fill, text := range map[string]string{"lines": "{" + strings.Repeat(" ", 999) + "\n", "nesting": `{"a":[`, "blanks": "           ", "a string": `"xxxxxxxx`} {
			d := new(decoder)
			endless := io.MultiReader(strings.NewReader(head+"{"), &again{text: text, left: 18 << 20})
			r, err := d.open(endless)
			if err == nil {
				err = cloudtrail.Scan(r, func(*cloudtrail.Record) error { return nil })
			}
			if err == nil {
				t.Errorf("%s, %s: no error", sentence, fill)
			}
		}
	}
}

// again is a text again and again, left bytes of it.
type again struct {
	text string
	left int
}

func (a *again) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(a.text) <= len(p) {
		n += copy(p[n:], a.text)
	}
	a.left -= n
	return n, nil
}

// TestDamagedListsAreReadTheSameInPieces: however much a reader gives at a time, the records are the
// same, and so is the place of damage.
func TestDamagedListsAreReadTheSameInPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	seeds := []string{ocsf11 + "\n" + ocsf10 + "\n", "[" + ocsf11 + "," + ocsf10 + "]", queryPage(t, theCall, theCall), `[[{"eventJson":` + jsonText(theCall) + `}]]`}
	for range 300 {
		text := []byte(seeds[r.IntN(len(seeds))])
		for range r.IntN(3) {
			text[r.IntN(len(text))] = "\"\\{}[],:\n x"[r.IntN(11)]
		}
		whole, pieces := shapeOf(bytes.NewReader(text)), shapeOf(&trickle{text})
		if whole != pieces {
			t.Fatalf("%q\nwhole  %s\npieces %s", text, whole, pieces)
		}
	}
}

// trickle gives one byte at a time.
type trickle struct{ text []byte }

func (c *trickle) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	p[0] = c.text[0]
	c.text = c.text[1:]
	return 1, nil
}

func shapeOf(r io.Reader) string {
	text, err := Decompress(r)
	var b []byte
	if err == nil {
		b, err = io.ReadAll(text)
	}
	if err != nil {
		return string(b) + err.Error()
	}
	return string(b)
}
