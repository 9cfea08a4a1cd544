package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/ebbmark/ebbmark/cloudtrail"
)

// parquetMagic begins a Parquet file, and ends it.
const parquetMagic = "PAR1"

// noColumns is what is wrong with a Parquet file that is no log.
const noColumns = "it has none of the columns of CloudTrail records or of Security Lake's events"

// parquetText is the records of a Parquet file, one a line. Its table is at its
// end, so the file is copied to a temporary one first, which has no name any
// more when this returns.
type parquetText struct {
	file *os.File
	rest []parquet.RowGroup
	cols []*column
	left []byte
	err  error
	more int64 // rows that may follow
}

// openParquet copies r, up to most bytes.
func openParquet(r io.Reader, most int64) (_ io.Reader, err error) {
	file, err := os.CreateTemp("", "ebbmark-*.parquet")
	if err != nil {
		return nil, fmt.Errorf("a Parquet file needs a temporary copy: %w", err)
	}
	os.Remove(file.Name()) // where an open file cannot be removed, the system tidies up its folder
	defer func() {
		if reason := recover(); reason != nil {
			err = &formatError{"parquet", fmt.Sprintf("damaged: %v", reason)}
		}
		if err != nil {
			file.Close()
		}
	}()
	size, err := io.Copy(file, io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if size > most {
		return nil, &formatError{"parquet", fmt.Sprintf("the file has more than %d MiB", most>>20)}
	}
	table, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, &formatError{"parquet", "damaged or cut off: " + err.Error()}
	}
	return &parquetText{file: file, rest: table.RowGroups(), more: size * maxRowsPerByte}, nil
}

func (t *parquetText) Read(p []byte) (int, error) {
	for len(t.left) == 0 {
		if t.err != nil {
			t.file.Close()
			return 0, t.err
		}
		var line []byte
		if line, t.err = t.row(); len(line) > 0 {
			t.left = append(append(t.left[:0], line...), '\n')
		}
	}
	n := copy(p, t.left)
	t.left = t.left[n:]
	return n, nil
}

// row is the next row as a record; io.EOF behind the last. The library panics
// on some damage.
func (t *parquetText) row() (line []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			line, err = nil, &formatError{"parquet", fmt.Sprintf("damaged: %v", reason)}
		}
	}()
	for {
		if t.cols == nil {
			if len(t.rest) == 0 {
				return nil, io.EOF
			}
			t.cols, t.rest = columnsOf(t.rest[0]), t.rest[1:]
			if len(t.cols) == 0 {
				return nil, &formatError{"parquet", noColumns}
			}
		}
		f, err := nextRow(t.cols)
		if t.more--; err == nil && t.more < 0 {
			err = fmt.Errorf("more than %d rows for each of its bytes", maxRowsPerByte)
		}
		if err == nil {
			return f.Line(), nil
		}
		for _, c := range t.cols {
			c.pages.Close()
		}
		t.cols = nil
		if !errors.Is(err, io.EOF) {
			return nil, &formatError{"parquet", "damaged: " + err.Error()}
		}
	}
}

// column reads one column of a row group.
type column struct {
	path   string // lower-cased, with dots; for the parts of a map that of the map
	part   string // "key" or "value" of a map, else empty
	unit   time.Duration
	pages  parquet.Pages
	values parquet.ValueReader
	buf    [256]parquet.Value
	have   []parquet.Value
}

// columnsOf are the columns that a record needs; none of a table that has no
// records.
func columnsOf(group parquet.RowGroup) []*column {
	var out []*column
	telling := false
	schema, chunks := group.Schema(), group.ColumnChunks()
	for i, path := range schema.Columns() {
		c := &column{path: strings.ToLower(strings.Join(path, "."))}
		leaf, ok := schema.Lookup(path...)
		if !ok {
			continue
		}
		if n := len(path); leaf.MaxRepetitionLevel > 0 {
			c.part = strings.ToLower(path[n-1])
			if n != 3 || leaf.MaxRepetitionLevel > 1 || c.part != "key" && c.part != "value" {
				continue
			}
			c.path = strings.ToLower(path[0])
		}
		if !cloudtrail.Wanted(c.path) {
			continue
		}
		telling = telling || cloudtrail.Telling(c.path)
		c.unit = timeUnit(leaf.Node.Type())
		c.pages = chunks[i].Pages()
		out = append(out, c)
	}
	if !telling {
		for _, c := range out {
			c.pages.Close()
		}
		return nil
	}
	return out
}

// timeUnit is the unit of a column of timestamps; zero for others.
func timeUnit(t parquet.Type) time.Duration {
	kind := t.LogicalType()
	if kind == nil {
		return 0
	}
	stamp, ok := kind.Value.(*format.TimestampType)
	if !ok {
		return 0
	}
	switch stamp.Unit.Value.(type) {
	case *format.MilliSeconds:
		return time.Millisecond
	case *format.MicroSeconds:
		return time.Microsecond
	}
	return time.Nanosecond
}

// nextRow reads the next row of all columns.
func nextRow(cols []*column) (cloudtrail.Fields, error) {
	f := cloudtrail.Fields{}
	keys := map[string][]string{}
	values := map[string][]string{}
	for _, c := range cols {
		for first := true; ; first = false {
			v, err := c.peek()
			if errors.Is(err, io.EOF) && !first || err == nil && !first && v.RepetitionLevel() == 0 {
				break
			}
			if err != nil {
				return nil, err
			}
			c.have = c.have[1:]
			switch {
			case c.part == "key":
				keys[c.path] = append(keys[c.path], c.text(v))
			case c.part == "value":
				values[c.path] = append(values[c.path], c.text(v))
			case !v.IsNull():
				f.AddText(c.path, c.text(v))
			}
		}
	}
	for path, list := range keys {
		for i, key := range list {
			if key != "" && i < len(values[path]) {
				f.AddText(path+"."+key, values[path][i])
			}
		}
	}
	return f, nil
}

// peek is the next value of the column.
func (c *column) peek() (parquet.Value, error) {
	for len(c.have) == 0 {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return parquet.Value{}, err
			}
			c.values = page.Values()
		}
		n, err := c.values.ReadValues(c.buf[:])
		c.have = c.buf[:n]
		if errors.Is(err, io.EOF) {
			c.values = nil
		} else if err != nil {
			return parquet.Value{}, err
		}
	}
	return c.have[0], nil
}

// text is a value as a record has it.
func (c *column) text(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Int96: // days and nanoseconds, as Hive and Spark write timestamps
		n := v.Int96()
		return time.Unix((int64(n[2])-julianEpoch)*86400, int64(n[1])<<32|int64(n[0])).UTC().Format(time.RFC3339)
	case c.unit != 0:
		per := int64(time.Second / c.unit)
		return time.Unix(v.Int64()/per, 0).UTC().Format(time.RFC3339)
	}
	return v.String()
}

// julianEpoch is 1970-01-01 as a Julian day.
const julianEpoch = 2440588
