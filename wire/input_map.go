package wire

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// mapDecoder reads a JSON object whose names are data. Query has no maps.
type mapDecoder struct {
	typ reflect.Type
	of  decoder
}

// decode reads the entries in the order of their keys, so that the same input
// breaks the same constraints in the same order.
func (d mapDecoder) decode(to reflect.Value, said *node, at place, r *rules, broken *Violations) (bool, error) {
	if said == nil || !said.said {
		return false, nil
	}
	if said.kind != jsonObject {
		return false, cannotBe(said, at)
	}
	all := reflect.MakeMapWithSize(d.typ, len(said.kids))
	for _, key := range slices.Sorted(maps.Keys(said.kids)) {
		value := reflect.New(d.typ.Elem()).Elem()
		if err := d.entry(value, said.kids[key], at.entry(key), broken); err != nil {
			return false, err
		}
		all.SetMapIndex(reflect.ValueOf(key).Convert(d.typ.Key()), value)
	}
	to.Set(all)
	r.checkLength(len(said.kids), at, broken)
	return true, nil
}

func (d mapDecoder) entry(to reflect.Value, said *node, at place, broken *Violations) error {
	if fields, ok := d.of.(*inputDecoder); ok && said != nil {
		return fields.decodeFields(to, said, at, broken)
	}
	there, err := d.of.decode(to, said, at, new(rules), broken)
	if !there && err == nil {
		broken.add(at, Missing, mustNotBeNull)
	}
	return err
}

// cannotBe is the error of what is no object and should be one.
func cannotBe(said *node, at place) error {
	return malformedAt(at, "%s can not be converted to %s at %s", said.kind, jsonObject, echo(at.path))
}

// entry is the place of an entry of a map. Its key is the client's: errors
// repeat it cut to what a message may hold.
func (p place) entry(key string) place {
	return place{p.path + "." + echo(key), p.label + "." + echo(key)}
}

// timeDecoder reads a moment: ISO 8601, as RFC 3339 has it, in REST-JSON.
type timeDecoder struct{}

func (timeDecoder) decode(to reflect.Value, said *node, at place, _ *rules, _ *Violations) (bool, error) {
	if said == nil || !said.said {
		return false, nil
	}
	if err := said.mustBe(jsonString, at); err != nil {
		return false, err
	}
	moment, err := time.Parse(time.RFC3339Nano, said.text)
	if err != nil {
		return false, malformedAt(at, "Invalid timestamp for %s", at.path)
	}
	to.Set(reflect.ValueOf(moment.UTC()))
	return true, nil
}
