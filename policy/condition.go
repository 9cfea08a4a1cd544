package policy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operator is one row of the operator table: how a value of the policy is
// compared with a value of the request.
type operator struct {
	name      string
	compare   func(want, got string) bool // of the positive form
	negated   bool
	variables bool // policy variables are replaced: string, ARN and Boolean operators
}

// operators is the table of IAM's condition operators (User Guide, "IAM JSON
// policy elements: Condition operators"). ForAllValues:, ForAnyValue: and
// IfExists are not rows: they go with every operator. Null is asked about
// presence, not about values, and compares nothing.
var operators = []operator{
	{"StringEquals", stringEquals, false, true},
	{"StringNotEquals", stringEquals, true, true},
	{"StringEqualsIgnoreCase", stringEqualsFold, false, true},
	{"StringNotEqualsIgnoreCase", stringEqualsFold, true, true},
	{"StringLike", stringLike, false, true},
	{"StringNotLike", stringLike, true, true},
	{"NumericEquals", numeric(func(c int) bool { return c == 0 }), false, false},
	{"NumericNotEquals", numeric(func(c int) bool { return c == 0 }), true, false},
	{"NumericLessThan", numeric(func(c int) bool { return c < 0 }), false, false},
	{"NumericLessThanEquals", numeric(func(c int) bool { return c <= 0 }), false, false},
	{"NumericGreaterThan", numeric(func(c int) bool { return c > 0 }), false, false},
	{"NumericGreaterThanEquals", numeric(func(c int) bool { return c >= 0 }), false, false},
	{"DateEquals", date(func(c int) bool { return c == 0 }), false, false},
	{"DateNotEquals", date(func(c int) bool { return c == 0 }), true, false},
	{"DateLessThan", date(func(c int) bool { return c < 0 }), false, false},
	{"DateLessThanEquals", date(func(c int) bool { return c <= 0 }), false, false},
	{"DateGreaterThan", date(func(c int) bool { return c > 0 }), false, false},
	{"DateGreaterThanEquals", date(func(c int) bool { return c >= 0 }), false, false},
	{"Bool", boolEquals, false, true},
	{"BinaryEquals", binaryEquals, false, false},
	{"IpAddress", ipAddress, false, false},
	{"NotIpAddress", ipAddress, true, false},
	{"ArnEquals", arnLike, false, true}, // the same as ArnLike, says the guide
	{"ArnNotEquals", arnLike, true, true},
	{"ArnLike", arnLike, false, true},
	{"ArnNotLike", arnLike, true, true},
	{"Null", nil, false, false},
}

// quantifier is the set operator before the colon.
type quantifier uint8

const (
	noQuantifier quantifier = iota
	forAllValues
	forAnyValue
)

// test is an operator with its prefix and suffix.
type test struct {
	operator
	quantifier quantifier
	ifExists   bool
}

// parseOperator reads an operator as a policy writes it; ok is false when IAM
// has no such operator. Case is ignored: AWS's own managed policies write "bool".
func parseOperator(name string) (t test, ok bool) {
	if rest, found := cutPrefixFold(name, "ForAllValues:"); found {
		t.quantifier, name = forAllValues, rest
	} else if rest, found := cutPrefixFold(name, "ForAnyValue:"); found {
		t.quantifier, name = forAnyValue, rest
	}
	const suffix = "IfExists"
	if cut := len(name) - len(suffix); cut > 0 && equalFold(name[cut:], suffix) {
		t.ifExists, name = true, name[:cut]
	}
	for _, op := range operators {
		if equalFold(op.name, name) {
			t.operator = op
			return t, op.compare != nil || !t.ifExists // there is no NullIfExists
		}
	}
	return test{}, false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !equalFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// equalFold ignores the case of ASCII letters only: a long s is no s.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// conditionsHold reports whether a statement's conditions let it apply. A
// condition that cannot be judged (an unknown operator) never lets an Allow
// apply and never keeps a Deny from applying. Every line is judged even after
// one has failed, so that the missing keys are complete.
func conditionsHold(doc *Document, st *Statement, ctx *lookup) bool {
	all := true
	for i := range st.Condition {
		c := &st.Condition[i]
		t, known := parseOperator(c.Operator)
		holds := !st.Allow
		if known {
			holds = t.holds(c, doc.HasVariables(), st.Allow, ctx)
		}
		all = all && holds
	}
	return all
}

func (t *test) holds(c *Condition, variables, allow bool, ctx *lookup) bool {
	if t.compare == nil {
		return nullHolds(c, ctx)
	}
	got := ctx.all(c.Key)
	if t.quantifier != noQuantifier {
		got = nonEmpty(got)
	}
	if len(got) == 0 {
		return t.absent()
	}
	want, complete := t.wanted(c, variables, ctx)
	if !complete && t.negated && allow {
		// "Is not ${key}" without that key is no proof of anything.
		return false
	}
	return t.among(got, want)
}

// absent is the answer for a key that the request does not have.
func (t *test) absent() bool {
	switch {
	case t.ifExists, t.quantifier == forAllValues:
		return true
	case t.quantifier == forAnyValue:
		return false
	}
	return t.negated
}

// among is the answer for a key with values. Without a quantifier a negated
// operator is the exact opposite of its positive form, also for a key with
// several values: none of them may fit.
func (t *test) among(got, want []string) bool {
	all := t.quantifier == forAllValues || t.quantifier == noQuantifier && t.negated
	for _, g := range got {
		if t.one(g, want) != all {
			return !all
		}
	}
	return all
}

// one compares one value of the request with the policy's values: any of them
// for a positive operator, none of them for a negated one.
func (t *test) one(got string, want []string) bool {
	for _, w := range want {
		if t.compare(w, got) {
			return !t.negated
		}
	}
	return t.negated
}

// wanted are the policy's values with variables replaced. A value whose
// variable has no value is left out, and complete is false.
func (t *test) wanted(c *Condition, variables bool, ctx *lookup) (want []string, complete bool) {
	if !t.variables || !variables {
		return c.Values, true
	}
	complete = true
	want = make([]string, 0, len(c.Values))
	for _, v := range c.Values {
		if resolved, ok := resolve(v, ctx); ok {
			want = append(want, resolved)
		} else {
			complete = false
		}
	}
	return want, complete
}

// nonEmpty drops empty strings: for the set operators they are no values.
func nonEmpty(values []string) []string {
	for i, v := range values {
		if v != "" {
			continue
		}
		kept := append([]string(nil), values[:i]...)
		for _, v := range values[i+1:] {
			if v != "" {
				kept = append(kept, v)
			}
		}
		return kept
	}
	return values
}

// nullHolds: "true" asks for a key that is absent, "false" for one that is
// there.
func nullHolds(c *Condition, ctx *lookup) bool {
	for _, v := range c.Values {
		if absent, ok := parseBool(v); ok && absent != ctx.has(c.Key) {
			return true
		}
	}
	return false
}

func stringEquals(want, got string) bool { return plain(want) == got }

func stringEqualsFold(want, got string) bool { return strings.EqualFold(plain(want), got) }

func stringLike(want, got string) bool { return match(want, got, false, true) }

const arnFields = 6

// arnLike compares field by field: a star does not reach over a colon, except
// in the last field, which holds every later colon.
func arnLike(want, got string) bool {
	w, g := strings.SplitN(want, ":", arnFields), strings.SplitN(got, ":", arnFields)
	if len(w) < arnFields {
		return match(want, got, false, true)
	}
	if len(g) < arnFields {
		return false
	}
	for i := range w {
		if !match(w[i], g[i], false, true) {
			return false
		}
	}
	return true
}

// numeric compares exactly, whatever the number of digits. What is no number
// compares with nothing.
func numeric(fits func(int) bool) func(want, got string) bool {
	return func(want, got string) bool {
		w, g := number(want), number(got)
		return w != nil && g != nil && fits(g.Cmp(w))
	}
}

// number reads a decimal number with or without exponent; nil: it is none, or
// beyond the bounds of limits.go.
func number(t string) *big.Rat {
	t = strings.TrimPrefix(t, "+")
	if len(t) > maxNumber || !isNumber(trimZeros(t)) {
		return nil
	}
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		if e, err := strconv.Atoi(t[i+1:]); err != nil || e > maxExponent || e < -maxExponent {
			return nil
		}
	}
	r, ok := new(big.Rat).SetString(t)
	if !ok {
		return nil
	}
	return r
}

// trimZeros drops leading zeros, which JSON does not have but people write.
func trimZeros(t string) string {
	minus := strings.HasPrefix(t, "-")
	t = strings.TrimPrefix(t, "-")
	for len(t) > 1 && t[0] == '0' && '0' <= t[1] && t[1] <= '9' {
		t = t[1:]
	}
	if minus {
		return "-" + t
	}
	return t
}

func date(fits func(int) bool) func(want, got string) bool {
	return func(want, got string) bool {
		w, ok := parseDate(want)
		if !ok {
			return false
		}
		g, ok := parseDate(got)
		return ok && fits(g.Compare(w))
	}
}

// dateForms are the W3C profiles of ISO 8601 and the compact form of AWS's own
// dates; without a zone a time is UTC. Go reads fractions of a second after any seconds field.
var dateForms = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05", "2006-01-02T15:04", "20060102T150405Z", "2006-01-02", "2006-01", "2006",
}

// parseDate reads a date of the W3C profiles or seconds since 1970. Four digits
// are a year.
func parseDate(t string) (time.Time, bool) {
	if len(t) > maxNumber {
		return time.Time{}, false
	}
	for _, form := range dateForms {
		if v, err := time.Parse(form, t); err == nil {
			return v, true
		}
	}
	seconds, err := strconv.ParseInt(t, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func boolEquals(want, got string) bool {
	w, ok := parseBool(want)
	g, also := parseBool(got)
	return ok && also && w == g
}

func parseBool(t string) (value, ok bool) {
	switch {
	case equalFold(t, "true"):
		return true, true
	case equalFold(t, "false"):
		return false, true
	}
	return false, false
}

// binaryEquals compares the bytes: both sides are base64 text.
func binaryEquals(want, got string) bool {
	w, err := base64.StdEncoding.DecodeString(want)
	if err != nil {
		return false
	}
	g, err := base64.StdEncoding.DecodeString(got)
	return err == nil && string(w) == string(g)
}

// ipAddress: want is an address or a CIDR block, of IPv4 or IPv6.
func ipAddress(want, got string) bool {
	g, err := netip.ParseAddr(got)
	if err != nil {
		return false
	}
	g = g.Unmap().WithZone("")
	if block, err := netip.ParsePrefix(want); err == nil {
		return block.Contains(g)
	}
	w, err := netip.ParseAddr(want)
	return err == nil && w.Unmap() == g
}
