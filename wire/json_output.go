package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The JSON form of the output encoders. What is left out is the same as in XML
// (doc.go).

func (e *structEncoder) encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte {
	buf = append(buf, '{')
	start := len(buf)
	buf = e.members(buf, start, v, form)
	return append(buf, '}')
}

// members writes the members of an object that begins at start.
func (e *structEncoder) members(buf []byte, start int, v reflect.Value, form timeForm) []byte {
	for i := range e.fields {
		f := &e.fields[i]
		value := v.Field(f.index)
		if f.embedded {
			buf = f.of.(*structEncoder).members(buf, start, value, form)
			continue
		}
		if f.of.absent(value) {
			continue
		}
		if len(buf) > start {
			buf = append(buf, ',')
		}
		buf = append(appendJSONText(buf, f.tag.name), ':')
		buf = f.of.encodeJSON(buf, value, form)
	}
	return buf
}

func (stringEncoder) encodeJSON(buf []byte, v reflect.Value, _ timeForm) []byte {
	return appendJSONText(buf, v.String())
}

func (boolEncoder) encodeJSON(buf []byte, v reflect.Value, _ timeForm) []byte {
	return strconv.AppendBool(buf, v.Bool())
}

func (intEncoder) encodeJSON(buf []byte, v reflect.Value, _ timeForm) []byte {
	return strconv.AppendInt(buf, v.Int(), 10)
}

func (e pointerEncoder) encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte {
	return e.of.encodeJSON(buf, v.Elem(), form)
}

// timeForm is how a protocol writes moments in JSON.
type timeForm uint8

const (
	epochTimes timeForm = iota // seconds since the epoch with a fraction (ORG-41)
	isoTimes                   // ISO 8601 texts, as in XML (AA-1)
)

func (e timeEncoder) encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte {
	if form == isoTimes {
		return append(e.encode(append(buf, '"'), v), '"')
	}
	millis := v.Interface().(time.Time).UnixMilli()
	if millis < 0 {
		buf, millis = append(buf, '-'), -millis
	}
	buf = strconv.AppendInt(buf, millis/1000, 10)
	fraction := millis % 1000
	return append(buf, '.', byte('0'+fraction/100), byte('0'+fraction/10%10), byte('0'+fraction%10))
}

func (e listEncoder) encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte {
	buf = append(buf, '[')
	for i := range v.Len() {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = e.of.encodeJSON(buf, v.Index(i), form)
	}
	return append(buf, ']')
}

// encodeJSON writes the entries sorted by key, so that equal answers are equal
// bytes.
func (e mapEncoder) encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	buf = append(buf, '{')
	for i, k := range keys {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(appendJSONText(buf, k.String()), ':')
		buf = e.of.encodeJSON(buf, v.MapIndex(k), form)
	}
	return append(buf, '}')
}

// appendJSONText appends a JSON string. Invalid UTF-8 becomes U+FFFD.
func appendJSONText(buf []byte, s string) []byte {
	const hex = "0123456789abcdef"
	buf = append(buf, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			buf = append(buf, '\\', byte(r))
		case r == '\n':
			buf = append(buf, `\n`...)
		case r < ' ' || r == 0x7F:
			buf = append(buf, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xF])
		default:
			buf = utf8.AppendRune(buf, r)
		}
	}
	return append(buf, '"')
}
