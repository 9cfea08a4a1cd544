package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// encoder appends a value as XML content or as JSON, and says which values are
// left out.
type encoder interface {
	absent(v reflect.Value) bool
	encode(buf []byte, v reflect.Value) []byte
	encodeJSON(buf []byte, v reflect.Value, form timeForm) []byte
}

// structEncoder is the compiled plan of an output struct.
type structEncoder struct{ fields []outputField }

type outputField struct {
	index    int
	tag      element
	of       encoder
	embedded bool // of is a struct whose fields belong to the outer one: it has no element
}

// element is the name of an XML element with its tags ready to be written.
type element struct{ name, open, close, empty string }

func newElement(name string) element {
	return element{name, "<" + name + ">", "</" + name + ">", "<" + name + "/>"}
}

// write appends an element around the content that e makes of v.
func (t *element) write(buf []byte, e encoder, v reflect.Value) []byte {
	start := len(buf)
	buf = append(buf, t.open...)
	inside := len(buf)
	buf = e.encode(buf, v)
	if len(buf) == inside {
		return append(buf[:start], t.empty...)
	}
	return append(buf, t.close...)
}

// compileOutput makes the plan of a struct type, or panics: output structs are
// part of the program.
func compileOutput(t reflect.Type) *structEncoder { return compileOutputStruct(t, 0) }

func compileOutputStruct(t reflect.Type, depth int) *structEncoder {
	if t.Kind() != reflect.Struct || depth > maxNesting {
		panic(fmt.Sprintf("wire: output %v: not a struct, or one that contains itself", t))
	}
	e := new(structEncoder)
	for i := range t.NumField() {
		f := t.Field(i)
		name, option := wireTag(f)
		if name == "-" {
			continue
		}
		if !f.IsExported() {
			panic(fmt.Sprintf("wire: output %v: field %s is not exported", t, f.Name))
		}
		if f.Anonymous {
			e.fields = append(e.fields, outputField{index: i, of: compileOutputStruct(f.Type, depth+1), embedded: true})
			continue
		}
		e.fields = append(e.fields, outputField{index: i, tag: newElement(name), of: compileEncoder(f.Type, option, depth)})
	}
	return e
}

func compileEncoder(t reflect.Type, option string, depth int) encoder {
	if t == reflect.TypeFor[time.Time]() {
		return newTimeEncoder(option)
	}
	if t.Kind() == reflect.String && (option == "" || option == "always") {
		return stringEncoder{always: option != ""}
	}
	if option != "" {
		panic(fmt.Sprintf("wire: output type %v: no option %q", t, option))
	}
	switch t.Kind() {
	case reflect.Bool:
		return boolEncoder{}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return intEncoder{}
	case reflect.Pointer:
		return pointerEncoder{compileEncoder(t.Elem(), option, depth)}
	case reflect.Struct:
		return compileOutputStruct(t, depth+1)
	case reflect.Slice:
		return listEncoder{newElement("member"), compileEncoder(t.Elem(), option, depth+1)}
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return mapEncoder{newElement("value"), compileEncoder(t.Elem(), option, depth+1)}
		}
	}
	panic(fmt.Sprintf("wire: output type %v is not supported", t))
}

func (e *structEncoder) absent(reflect.Value) bool { return false }

func (e *structEncoder) encode(buf []byte, v reflect.Value) []byte {
	for i := range e.fields {
		f := &e.fields[i]
		value := v.Field(f.index)
		switch {
		case f.embedded:
			buf = f.of.encode(buf, value)
		case !f.of.absent(value):
			buf = f.tag.write(buf, f.of, value)
		}
	}
	return buf
}

// stringEncoder leaves empty strings out, unless it always writes them.
type stringEncoder struct{ always bool }

func (e stringEncoder) absent(v reflect.Value) bool { return !e.always && v.Len() == 0 }

func (stringEncoder) encode(buf []byte, v reflect.Value) []byte { return appendText(buf, v.String()) }

type boolEncoder struct{}

func (boolEncoder) absent(reflect.Value) bool { return false }

func (boolEncoder) encode(buf []byte, v reflect.Value) []byte {
	return strconv.AppendBool(buf, v.Bool())
}

type intEncoder struct{}

func (intEncoder) absent(reflect.Value) bool { return false }

func (intEncoder) encode(buf []byte, v reflect.Value) []byte {
	return strconv.AppendInt(buf, v.Int(), 10)
}

type pointerEncoder struct{ of encoder }

func (pointerEncoder) absent(v reflect.Value) bool { return v.IsNil() }

func (e pointerEncoder) encode(buf []byte, v reflect.Value) []byte { return e.of.encode(buf, v.Elem()) }

// timeEncoder writes ISO 8601 in UTC (IAM-4).
type timeEncoder struct{ layout string }

func newTimeEncoder(option string) timeEncoder {
	switch option {
	case "":
		return timeEncoder{time.RFC3339} // package time writes this one fast
	case "millis":
		return timeEncoder{"2006-01-02T15:04:05.000Z07:00"}
	}
	panic(fmt.Sprintf("wire: no time format %q", option))
}

func (timeEncoder) absent(v reflect.Value) bool { return v.IsZero() }

func (e timeEncoder) encode(buf []byte, v reflect.Value) []byte {
	if v.CanAddr() { // which saves a copy on the heap
		return v.Addr().Interface().(*time.Time).UTC().AppendFormat(buf, e.layout)
	}
	return v.Interface().(time.Time).UTC().AppendFormat(buf, e.layout)
}

type listEncoder struct {
	tag element
	of  encoder
}

func (listEncoder) absent(v reflect.Value) bool { return v.IsNil() }

// encode writes every member, also one that would be left out as a field: a
// list must not lose its length.
func (e listEncoder) encode(buf []byte, v reflect.Value) []byte {
	start, n := len(buf), v.Len()
	for i := range n {
		buf = e.tag.write(buf, e.of, v.Index(i))
		switch i {
		case 0: // one member says little of many
			buf = reserve(buf, start, 1, min(n, fewMembers)-1)
		case fewMembers - 1:
			buf = reserve(buf, start, fewMembers, n-fewMembers)
		}
	}
	return buf
}

// reserve makes room for more members that are as long as those written since
// start are on average.
func reserve(buf []byte, start, written, more int) []byte {
	return slices.Grow(buf, min((len(buf)-start)/written*more, maxGuess))
}

type mapEncoder struct {
	tag element
	of  encoder
}

func (mapEncoder) absent(v reflect.Value) bool { return v.IsNil() }

// encode writes the entries sorted by key, so that equal answers are equal
// bytes.
func (e mapEncoder) encode(buf []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		buf = append(buf, "<entry><key>"...)
		buf = appendText(buf, k.String())
		buf = append(buf, "</key>"...)
		buf = e.tag.write(buf, e.of, v.MapIndex(k))
		buf = append(buf, "</entry>"...)
	}
	return buf
}
