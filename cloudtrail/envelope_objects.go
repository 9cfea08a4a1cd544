package cloudtrail

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// objects reads objects whose keys are written otherwise, such as OCSF: one a
// line, over several lines, or as elements of lists. One that cannot be converted
// is handed on as it is: Scan says what is wrong with it. A list that holds
// records as text, as the AWS CLI prints with --query 'Events[].CloudTrailEvent',
// gives these.
type objects struct {
	split *splitter
	list  bool // inside of a list,
	begun bool // behind one of its elements
}

func (o *objects) line() ([]byte, error) {
	if o.list {
		more, err := o.split.next(o.begun)
		if err != nil {
			return nil, err
		}
		o.list, o.begun = more, more
		if !more {
			return nil, nil
		}
	}
	c, err := o.split.peek()
	switch {
	case errors.Is(err, io.EOF) && o.list:
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	case c == '[' && !o.list:
		o.list, o.begun = true, false
		_, err = o.split.take("[")
		return []byte(noRecords), err
	case c == '{':
		return o.object()
	case o.list:
		return o.text()
	}
	line, err := readLine(o.split.r, o.split.buf[:0])
	o.split.buf = line
	return line, err
}

// noRecords is a log without records: what a list is, even if nothing is in it.
const noRecords = `{"Records":[]}`

func (o *objects) object() ([]byte, error) {
	if o.list {
		o.split.lines = false
	}
	value, valid, err := o.split.object()
	if !valid && err == nil && o.list {
		err = ErrBroken // nothing tells where the next element begins
	}
	f := Fields{}
	if valid && f.AddJSON("", value) {
		if record, ok := f.Record(); ok {
			return record, err
		}
	}
	return oneLine(string(value)), err
}

// text takes an element of a list that is no object.
func (o *objects) text() ([]byte, error) {
	value, err := o.split.value()
	var text string
	if err == nil && json.Unmarshal(value, &text) == nil && strings.HasPrefix(strings.TrimSpace(text), "{") {
		return oneLine(text), nil
	}
	return oneLine(string(value)), err
}
