package finding

import (
	"maps"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/policy"
)

// confines reports whether one of the conditions lets only those in who are of
// the zone (AA-72). All conditions of a statement must hold, so one is enough.
func (z *Zone) confines(list []policy.Condition) bool {
	return slices.ContainsFunc(list, func(c policy.Condition) bool {
		operator, many := operatorOf(c.Operator)
		return many != "forallvalues" && slices.Contains(equalOperators(), operator) && z.ours(c)
	})
}

// shuts reports whether the condition of a Deny meets all who are not of the
// zone: those who lack the key too.
func (z *Zone) shuts(c policy.Condition) bool {
	operator, many := operatorOf(c.Operator)
	operator = strings.TrimSuffix(operator, "ifexists")
	return many == "" && slices.Contains([]string{"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}, operator) && z.ours(c)
}

// equalOperators are those that a key must be there and equal for. With
// IfExists a request without the key would pass.
func equalOperators() []string {
	return []string{"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
}

// operatorOf splits an operator, in lower case, from what says how several
// values of a key count.
func operatorOf(text string) (operator, many string) {
	text = strings.ToLower(text)
	if many, operator, ok := strings.Cut(text, ":"); ok {
		return operator, many
	}
	return text, ""
}

// ours reports whether the key tells where a principal belongs, and every value
// is a place in the zone.
func (z *Zone) ours(c policy.Condition) bool {
	var in func(value string) bool
	switch strings.ToLower(c.Key) {
	case "aws:principalorgid":
		in = func(v string) bool { return z.Organization != "" && v == z.Organization }
	case "aws:principalorgpaths":
		in = func(v string) bool { return z.Organization != "" && strings.HasPrefix(v, z.Organization+"/") }
	case "aws:principalaccount":
		in = z.holds
	case "aws:principalarn":
		in = func(v string) bool {
			a, err := arn.Parse(v)
			return err == nil && z.holds(a.Account)
		}
	default:
		return false
	}
	return len(c.Values) > 0 && !slices.ContainsFunc(c.Values, func(v string) bool { return !in(v) })
}

// limitingKeys are the keys that say from where or as whom a request may come;
// with one of them a grant to everyone is not public.
func limitingKeys() []string {
	return []string{
		"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn",
		"aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:username", "aws:vpcsourceip",
	}
}

// limits reports whether a condition keeps the grant from being public: a
// limiting key must be equal to something that is not everything.
func limits(list []policy.Condition) bool {
	return slices.ContainsFunc(list, func(c policy.Condition) bool {
		operator, many := operatorOf(c.Operator)
		if many == "forallvalues" || !slices.Contains(append(equalOperators(), "ipaddress"), operator) || len(c.Values) == 0 {
			return false
		}
		return slices.Contains(limitingKeys(), strings.ToLower(c.Key)) && !slices.ContainsFunc(c.Values, everything)
	})
}

// everything reports whether a value leaves all in.
func everything(v string) bool { return strings.Trim(v, "*:") == "" || v == "0.0.0.0/0" || v == "::/0" }

// conditions are those of a statement as findings show them: by key. The
// operators are not shown, but two conditions on one key are kept apart by them.
func conditions(list []policy.Condition) map[string]string {
	byKey := map[string][]string{}
	for _, c := range list {
		values := slices.Sorted(slices.Values(c.Values))
		byKey[c.Key] = append(byKey[c.Key], strings.Join(values, ","))
	}
	out := map[string]string{}
	for key := range maps.Keys(byKey) {
		slices.Sort(byKey[key])
		out[key] = strings.Join(byKey[key], ",")
	}
	return out
}
