package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// inputDecoder is the compiled plan of an input struct.
type inputDecoder struct{ fields []inputField }

// inputField decodes one field.
type inputField struct {
	index int
	name  string // as the request writes it
	label string // as a constraint message writes it
	kind  decoder
	rules rules

	embedded *inputDecoder // instead of all but index: a struct whose fields belong to the outer one
}

// decoder writes what a node said into a value and collects the constraints it
// breaks. It is only asked about nodes that said something it can take.
type decoder interface {
	// decode reports whether the value was there.
	decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (there bool, err error)
}

// place is where a value stands in the input.
type place struct {
	path  string // as the request writes it: Tags.member.1.Key
	label string // as a constraint message writes it: tags.1.member.key
}

func (p place) field(f *inputField) place {
	return place{joinDot(p.path, f.name), joinDot(p.label, f.label)}
}

func (p place) member(i int) place {
	number := strconv.Itoa(i + 1)
	return place{p.path + ".member." + number, p.label + "." + number + ".member"}
}

func joinDot(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

// compileInput makes the plan of a struct type, or panics: input structs are
// part of the program.
func compileInput(t reflect.Type) *inputDecoder { return compileInputStruct(t, 0) }

func compileInputStruct(t reflect.Type, depth int) *inputDecoder {
	if t.Kind() != reflect.Struct || depth > maxNesting {
		panic(fmt.Sprintf("wire: input %v: not a struct, or one that contains itself", t))
	}
	d := new(inputDecoder)
	for i := range t.NumField() {
		f := t.Field(i)
		name, _ := wireTag(f)
		if name == "-" {
			continue
		}
		if !f.IsExported() {
			panic(fmt.Sprintf("wire: input %v: field %s is not exported", t, f.Name))
		}
		if f.Anonymous {
			d.fields = append(d.fields, inputField{index: i, embedded: compileInputStruct(f.Type, depth+1)})
			continue
		}
		d.fields = append(d.fields, inputField{
			index: i,
			name:  name,
			label: lowerFirst(name),
			kind:  compileDecoder(f.Type, depth),
			rules: compileRules(t, f),
		})
	}
	return d
}

func compileDecoder(t reflect.Type, depth int) decoder {
	if t == reflect.TypeFor[time.Time]() {
		return timeDecoder{}
	}
	switch t.Kind() {
	case reflect.String:
		return stringDecoder{}
	case reflect.Bool:
		return boolDecoder{}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return intDecoder{t.Bits()}
	case reflect.Pointer:
		return pointerDecoder{t.Elem(), compileDecoder(t.Elem(), depth)}
	case reflect.Struct:
		return compileInputStruct(t, depth+1)
	case reflect.Slice:
		if k := t.Elem().Kind(); k != reflect.Slice && k != reflect.Pointer {
			return listDecoder{t, compileDecoder(t.Elem(), depth+1)}
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && depth <= maxNesting {
			return mapDecoder{t, compileDecoder(t.Elem(), depth+1)}
		}
	}
	panic(fmt.Sprintf("wire: input type %v is not supported", t))
}

// decodeInput fills an input struct, or returns the Error that says what is wrong
// with it: what cannot be read first, then all broken constraints at once.
func (d *inputDecoder) decodeInput(to reflect.Value, said *node) error {
	var broken Violations
	if err := d.decodeFields(to, said, place{}, &broken); err != nil {
		return err
	}
	return broken.err()
}

func (d *inputDecoder) decodeFields(to reflect.Value, said *node, at place, broken *Violations) error {
	if said != nil {
		if err := said.mustBe(jsonObject, at); err != nil {
			return err
		}
	}
	for i := range d.fields {
		f := &d.fields[i]
		if f.embedded != nil {
			if err := f.embedded.decodeFields(to.Field(f.index), said, at, broken); err != nil {
				return err
			}
			continue
		}
		where := at.field(f)
		there, err := f.kind.decode(to.Field(f.index), said.kid(f.name), where, &f.rules, broken)
		if err != nil {
			return err
		}
		if !there && f.rules.required {
			broken.add(where, Missing, mustNotBeNull)
		}
	}
	return nil
}

func (d *inputDecoder) decode(to reflect.Value, said *node, at place, _ *rules, broken *Violations) (bool, error) {
	if said == nil || len(said.kids) == 0 && said.kind == untyped {
		return false, nil
	}
	return true, d.decodeFields(to, said, at, broken)
}

type stringDecoder struct{}

func (stringDecoder) decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (bool, error) {
	if said == nil || !said.said {
		return false, nil
	}
	if err := said.mustBe(jsonString, at); err != nil {
		return false, err
	}
	to.SetString(said.text)
	r.checkString(said.text, at, broken)
	return true, nil
}

type boolDecoder struct{}

func (boolDecoder) decode(to reflect.Value, said *node, at place, _ *rules, _ *Violations) (bool, error) {
	if said == nil || !said.said {
		return false, nil
	}
	if err := said.mustBe(jsonBool, at); err != nil {
		return false, err
	}
	if said.text != "true" && said.text != "false" {
		return false, malformedAt(at, "Invalid boolean for %s", at.path)
	}
	to.SetBool(said.text == "true")
	return true, nil
}

type intDecoder struct{ bits int }

func (d intDecoder) decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (bool, error) {
	if said == nil || !said.said {
		return false, nil
	}
	if err := said.mustBe(jsonNumber, at); err != nil {
		return false, err
	}
	value, err := strconv.ParseInt(said.text, 10, d.bits)
	if err != nil {
		return false, malformedAt(at, "Invalid integer for %s", at.path)
	}
	to.SetInt(value)
	r.checkInt(value, at, broken)
	return true, nil
}

type pointerDecoder struct {
	elem reflect.Type
	of   decoder
}

func (d pointerDecoder) decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (bool, error) {
	value := reflect.New(d.elem)
	there, err := d.of.decode(value.Elem(), said, at, r, broken)
	if there {
		to.Set(value)
	}
	return there, err
}

type listDecoder struct {
	list reflect.Type
	of   decoder
}

func (d listDecoder) decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (bool, error) {
	if said != nil {
		if err := said.mustBe(jsonList, at); err != nil {
			return false, err
		}
	}
	members, there, err := said.list(at.path)
	if err != nil || !there {
		return false, err
	}
	list := reflect.MakeSlice(d.list, len(members), len(members))
	to.Set(list)
	for i, m := range members {
		if err := d.member(list.Index(i), m, at, i, r, broken); err != nil {
			return false, err
		}
	}
	if len(members) == 0 && r.required {
		return false, nil // LA-107: a list that must be there must not be empty either
	}
	r.checkLength(len(members), at, broken)
	return true, nil
}

// member decodes one member of the list at a place. What a member of a plain
// type breaks is told of the list, and once (LA-107); a struct tells of its own
// fields.
func (d listDecoder) member(to reflect.Value, said *node, at place, i int, r *rules, broken *Violations) error {
	switch of := d.of.(type) {
	case *inputDecoder:
		return of.decodeFields(to, said, at.member(i), broken)
	case mapDecoder:
		there, err := of.decode(to, said, at.member(i), r.member, broken)
		if !there && err == nil {
			broken.add(at.member(i), Missing, mustNotBeNull)
		}
		return err
	}
	var inside Violations
	there, err := d.of.decode(to, said, at.member(i), r.member, &inside)
	if (!there || len(inside) > 0) && err == nil {
		broken.addOnce(at, Member, r.member.ofMember())
	}
	return err
}

// wireTag is the name of a field on the wire and the option of its tag.
func wireTag(f reflect.StructField) (name, option string) {
	name, option, _ = strings.Cut(f.Tag.Get("wire"), ",")
	if name == "" {
		name = f.Name
	}
	return name, option
}

// lowerFirst is the lower camel case of an upper camel case name (LA-51).
func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }
