package cloudtrail

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Convert recognises text by its beginning, head, as one of the forms that hold
// CloudTrail records otherwise than CloudTrail itself writes them, and returns
// a function that turns such text into records, one a line. nil: it is none of
// them, and goes to Scan as it is.
//
// The offsets that Scan tells are then places in the converted text.
func Convert(head []byte) func(io.Reader) io.Reader {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) == 0:
		return nil
	case bytes.HasPrefix(text, []byte(`{"Records":[`)): // most files: nothing more to look at
		return nil
	case text[0] == '{' || text[0] == '[':
		switch strange(text) {
		case inObjects:
			return func(r io.Reader) io.Reader { return newLines(&objects{split: newSplitter(r)}) }
		case inAnswers:
			return func(r io.Reader) io.Reader { return newLines(&answers{split: newSplitter(r)}) }
		}
	case isTable(text):
		return func(r io.Reader) io.Reader { return newLines(newTable(r)) }
	}
	return nil
}

// converter gives one line after the other, without its end; io.EOF behind the
// last.
type converter interface{ line() ([]byte, error) }

// lines is the text of a converter.
type lines struct {
	from converter
	left []byte
	err  error
}

func newLines(from converter) *lines { return &lines{from: from} }

func (l *lines) Read(p []byte) (int, error) {
	for len(l.left) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		var line []byte
		if line, l.err = l.from.line(); len(line) > 0 {
			l.left = append(append(l.left[:0], line...), '\n')
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// ErrLongLine reports a line or row beyond maxLineBytes.
var ErrLongLine = fmt.Errorf("%w: a line has more than %d MiB", ErrBroken, maxLineBytes>>20)

// readLine appends a line of any length up to maxLineBytes.
func readLine(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(buf)+len(part) > maxLineBytes {
			return nil, ErrLongLine
		}
		buf = append(buf, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return buf, err
		}
	}
}

// isTable reports whether text begins with the header of a table that has
// records in it: one of the columns of a record, or one that holds whole
// records as JSON.
func isTable(text []byte) bool {
	head, rest, found := bytes.Cut(text, []byte("\n"))
	if !found || !bytes.Contains(head, []byte(",")) && !isRecordColumn(strings.Trim(strings.TrimSpace(string(head)), `"`)) {
		return false
	}
	header, err := csv.NewReader(bytes.NewReader(head)).Read()
	if err != nil {
		return false
	}
	known := 0
	for _, name := range header {
		switch column := columnPath(name); {
		case isRecordColumn(name):
			return true
		case column == "eventname" || column == "eventsource" || column == "eventtime":
			known++
		}
	}
	return known >= 2 && len(rest) > 0
}

// columnPath is the path that a column's name means: "eventName",
// "event_name", "useridentity.type".
func columnPath(name string) string {
	name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
	if short, ok := strings.CutPrefix(name, "event_"); ok {
		return "event" + short
	}
	return name
}

// isRecordColumn reports whether a column of that name holds whole records.
func isRecordColumn(name string) bool {
	switch columnPath(name) {
	case "cloudtrailevent", "cloudtrail_event", "eventjson", "eventdata", "record", "records", "_raw", "raw", "@message", "message", "json", "detail":
		return true
	}
	return false
}

// rows reads a table of comma-separated values (RFC 4180): records as JSON in
// one of its columns, or one field a column.
type rows struct {
	csv    *csv.Reader
	budget *budget
	header []string
}

func newTable(r io.Reader) *rows {
	b := &budget{r: r}
	c := csv.NewReader(b)
	c.ReuseRecord, c.FieldsPerRecord, c.LazyQuotes = true, -1, true
	return &rows{csv: c, budget: b}
}

// budget bounds what is read for one row: an open quote would swallow the rest.
type budget struct {
	r    io.Reader
	left int
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrLongLine
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

func (t *rows) line() ([]byte, error) {
	t.budget.left = maxLineBytes
	cells, err := t.csv.Read()
	if err != nil {
		if _, ok := errors.AsType[*csv.ParseError](err); ok {
			err = fmt.Errorf("%w: %w", ErrBroken, err)
		}
		return nil, err
	}
	if t.header == nil {
		for _, name := range cells {
			t.header = append(t.header, columnPath(name))
		}
		return nil, nil
	}
	return t.row(cells), nil
}

func (t *rows) row(cells []string) []byte {
	f := Fields{}
	for i, cell := range cells {
		if i < len(t.header) {
			f.AddText(t.header[i], cell)
		}
	}
	return f.Line()
}

// oneLine is JSON text without line breaks: outside of strings they mean
// nothing, and inside they are forbidden.
func oneLine(text string) []byte {
	return []byte(strings.NewReplacer("\n", " ", "\r", " ").Replace(text))
}
