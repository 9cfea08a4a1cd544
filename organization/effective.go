package organization

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Management policies (tag policies, backup policies and their like) are merged
// on the way from the root to an account by operators that begin with "@@" (AWS
// Organizations User Guide, "Inheritance operators"). A parent may limit the
// operators that policies further down may use.

// maxMerge is how deep policies that are merged may nest; what is below is left
// out of none: it is an error.
const maxMerge = 32

const (
	assignOperator = "@@assign"
	appendOperator = "@@append"
	removeOperator = "@@remove"
	limitOperator  = "@@operators_allowed_for_child_policies"
	operatorPrefix = "@@"
	everyOperator  = "@@all"
)

// EffectivePolicy is what the policies of a management policy type say together
// for a root, unit or account; false: there is none. Policies on one target are
// merged in the order of their ids.
func (o *Organization) EffectivePolicy(id, policyType string) (text string, ok bool, err error) {
	root := &setting{}
	for _, target := range o.Line(id) {
		if !o.Enabled(policyType) {
			break
		}
		for _, p := range o.PoliciesOf(target, policyType) {
			var said map[string]any
			if err := json.Unmarshal([]byte(p.Content), &said); err != nil {
				return "", false, fmt.Errorf("policy %s: %w", p.ID, err)
			}
			if err := root.merge(said, 0); err != nil {
				return "", false, fmt.Errorf("policy %s: %w", p.ID, err)
			}
			ok = true
		}
		root.freeze()
	}
	if !ok {
		return "", false, nil
	}
	out, err := json.Marshal(root.plain())
	return string(out), true, err
}

// setting is one place of a policy that is being merged: a value, or settings
// below it.
type setting struct {
	value   any // nil: none; a text, a number, a boolean or a list of texts
	under   map[string]*setting
	limited bool     // somebody has limited the operators
	allowed []string // then these only, for policies further down
	pending []string // the limit that begins below this level; nil: none
}

// merge applies what one policy says at this place.
func (s *setting) merge(said map[string]any, depth int) error {
	if depth > maxMerge {
		return fmt.Errorf("nested more than %d levels: %w", maxMerge, ErrMalformedPolicy)
	}
	for _, operator := range []string{assignOperator, removeOperator, appendOperator} {
		if value, ok := said[operator]; ok && s.may(operator) {
			s.apply(operator, value)
		}
	}
	if limit, ok := said[limitOperator]; ok && !s.limited {
		s.pending = append([]string{}, texts(limit)...)
	}
	for key, below := range said {
		if strings.HasPrefix(key, operatorPrefix) {
			continue
		}
		if s.under == nil {
			s.under = map[string]*setting{}
		}
		at := s.under[key]
		if at == nil {
			at = &setting{limited: s.limited, allowed: s.allowed}
			s.under[key] = at
		}
		object, isObject := below.(map[string]any)
		if !isObject { // a value without an operator is assigned
			object = map[string]any{assignOperator: below}
		}
		if err := at.merge(object, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// may reports whether policies at this level may use an operator here.
func (s *setting) may(operator string) bool {
	return !s.limited || slices.Contains(s.allowed, operator) || slices.Contains(s.allowed, everyOperator)
}

func (s *setting) apply(operator string, value any) {
	list := texts(s.value)
	switch operator {
	case assignOperator:
		s.value = value
	case appendOperator:
		for _, v := range texts(value) {
			if !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
		s.value = list
	case removeOperator:
		drop := texts(value)
		s.value = slices.DeleteFunc(list, func(v string) bool { return slices.Contains(drop, v) })
	}
}

// texts are the members of a list of texts; a single text is a list of one. The
// result is the caller's.
func texts(value any) []string {
	out := []string{}
	switch v := value.(type) {
	case string:
		out = append(out, v)
	case []string:
		out = append(out, v...)
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				out = append(out, text)
			}
		}
	}
	return out
}

// freeze makes the limits that were said at this level hold from the next one
// on, for a place and, where nothing else is said, for all below it.
func (s *setting) freeze() {
	if s.pending != nil {
		s.limited, s.allowed, s.pending = true, s.pending, nil
	}
	for _, below := range s.under {
		if s.limited && !below.limited && below.pending == nil {
			below.limited, below.allowed = true, s.allowed
		}
		below.freeze()
	}
}

// plain is the setting without operators.
func (s *setting) plain() any {
	if len(s.under) == 0 && s.value != nil {
		return s.value
	}
	out := map[string]any{}
	for key, below := range s.under {
		out[key] = below.plain()
	}
	return out
}
