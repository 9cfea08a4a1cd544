package cloudtrail

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// answers reads what CloudTrail Lake's GetQueryResults answers, page behind page
// (CT-59): in QueryResultRows a row is a list of objects with one key each, the
// column, and its text. It also reads the list of rows alone.
type answers struct {
	split *splitter
	in    place
	begun bool   // behind an element of the list, or a member of the page
	state string // QueryStatus of the page
}

// place is where in the answers the next byte is.
type place uint8

const (
	between place = iota // pages
	page                 // among its members
	pageRows
	bareRows
)

func (a *answers) line() ([]byte, error) {
	switch a.in {
	case page:
		return a.member()
	case pageRows, bareRows:
		return a.row()
	}
	c, err := a.split.peek()
	if err != nil {
		return nil, err
	}
	switch a.begun = false; c {
	case '{':
		a.in, a.state = page, ""
		_, err = a.split.take("{")
		return nil, err
	case '[':
		a.in = bareRows
		_, err = a.split.take("[")
		return []byte(noRecords), err
	}
	line, err := readLine(a.split.r, a.split.buf[:0])
	a.split.buf = line
	return line, err
}

// member takes one member of a page, or its end.
func (a *answers) member() ([]byte, error) {
	c, err := a.split.inside()
	if err != nil {
		return nil, err
	}
	switch {
	case c == '}' && !a.begun, a.begun:
		if c, err = a.split.take(",}"); err != nil {
			return nil, err
		}
		if c == '}' {
			a.in = between
			return a.verdict(), nil
		}
	}
	a.begun = true
	key, err := a.key()
	if err != nil {
		return nil, err
	}
	if c, err = a.split.inside(); err == nil && key == "QueryResultRows" && c == '[' {
		a.in, a.begun = pageRows, false
		_, err = a.split.take("[")
		return []byte(noRecords), err
	}
	value, err := a.split.value()
	if err == nil && key == "QueryStatus" && json.Unmarshal(value, &a.state) != nil {
		a.state = "?"
	}
	return nil, err
}

func (a *answers) key() (key string, err error) {
	if c, err := a.split.inside(); err != nil || c != '"' {
		return "", errors.Join(err, fmt.Errorf("%w: expected a key", ErrBroken))
	}
	text, err := a.split.scalar()
	if err == nil && json.Unmarshal(text, &key) == nil {
		_, err = a.split.take(":")
	}
	return key, err
}

// verdict is what the end of a page says: an answer of a query that has not
// ended, or has failed, is not the whole of what was asked.
func (a *answers) verdict() []byte {
	if a.state == "" || a.state == "FINISHED" {
		return nil
	}
	line, err := json.Marshal(map[string]any{fmt.Sprintf("QueryStatus %.20s", a.state): nil})
	if err != nil {
		return nil
	}
	return line
}

// row takes one row, or the end of their list.
func (a *answers) row() ([]byte, error) {
	more, err := a.split.next(a.begun)
	if err != nil {
		return nil, err
	}
	a.begun = true
	if !more {
		if a.in == pageRows {
			a.in = page
		} else {
			a.in = between
		}
		return nil, nil
	}
	text, err := a.split.value()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	var cells []map[string]*string
	if json.Unmarshal(text, &cells) != nil {
		return []byte(noRow), nil
	}
	f := Fields{}
	for _, cell := range cells {
		for name, value := range cell {
			if value != nil && len(f) < maxFieldPaths {
				f.AddText(columnPath(name), *value)
			}
		}
	}
	if line := f.Line(); line != nil {
		return line, nil
	}
	return []byte(noRow), nil
}
