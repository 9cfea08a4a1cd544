package iam

import (
	"encoding/base64"
	"net/netip"
	"strings"

	"github.com/ebbmark/ebbmark/policy"
)

// ContextEntry gives a context key its values.
type ContextEntry struct {
	ContextKeyName   *string `min:"5" max:"256"`
	ContextKeyValues []string
	ContextKeyType   *string `enum:"string,stringList,numeric,numericList,boolean,booleanList,ip,ipList,binary,binaryList,date,dateList"`
}

// contextOf is the context of a simulation. Every value must be of its key's
// type.
func contextOf(entries []ContextEntry) (policy.Context, error) {
	ctx := policy.Context{}
	for i := range entries {
		e := &entries[i]
		if e.ContextKeyName == nil && e.ContextKeyType == nil && e.ContextKeyValues == nil {
			continue
		}
		if err := e.check(); err != nil {
			return nil, err
		}
		low := strings.ToLower(*e.ContextKeyName)
		if _, twice := ctx[low]; twice {
			return nil, invalidInput("Duplicate context key: %s.", *e.ContextKeyName)
		}
		ctx[low] = e.ContextKeyValues
	}
	return ctx, nil
}

func (e *ContextEntry) check() error {
	if e.ContextKeyName == nil {
		return invalidInput("ContextKeyName cannot be null or empty.")
	}
	name := *e.ContextKeyName
	switch {
	case e.ContextKeyType == nil:
		return invalidInput("Context key %s has invalid type null.", name)
	case len(e.ContextKeyValues) == 0:
		return invalidInput("Context values for context key %s cannot be null or empty.", name)
	}
	kind, list := strings.CutSuffix(*e.ContextKeyType, "List")
	if !list && len(e.ContextKeyValues) != 1 {
		return invalidInput("Context key %s expected a single value, but received %d.", name, len(e.ContextKeyValues))
	}
	for _, value := range e.ContextKeyValues {
		if form := wrongForm(kind, value); form != "" {
			return invalidInput("Invalid context value for key %s: expected %s.", name, form)
		}
	}
	return nil
}

// wrongForm is the form that a value of a type should have; empty: it has it.
func wrongForm(kind, value string) string {
	switch kind {
	case "numeric":
		if !policy.IsNumber(value) {
			return "numeric format"
		}
	case "date":
		if !policy.IsDate(value) {
			return "DateTime format"
		}
	case "boolean":
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return "true or false"
		}
	case "ip":
		if _, err := netip.ParseAddr(value); err != nil {
			return "IP address"
		}
	case "binary":
		if _, err := base64.StdEncoding.Strict().DecodeString(value); err != nil {
			return "base-64 encoded binary format"
		}
	}
	return ""
}
