package wire

import (
	"fmt"
	"strings"
)

// Violation is one broken constraint of an input. It names the field and never
// repeats its value (LA-69).
type Violation struct {
	At         string // "tags.1.member.key"
	Constraint Constraint
	Text       string // "Member must not be null"
}

// Constraint says which kind of constraint is broken.
type Constraint uint8

// The constraints, as the tags of input structs have them.
const (
	Missing  Constraint = iota + 1 // required
	TooShort                       // min of a string or list
	TooLong                        // max of a string or list
	TooSmall                       // min of a number
	TooLarge                       // max of a number
	Pattern
	Enum
	Member // any of those of a list's members
)

// Violations are the broken constraints of one input, in the order of its
// fields. As an error they are answered as the service words them
// (Service.Invalid), or else as its protocol does.
type Violations []Violation

// Error lists them in AWS's words (IAM-7).
func (v Violations) Error() string {
	all := make([]string, len(v))
	for i, one := range v {
		all[i] = "Value at '" + one.At + "' failed to satisfy constraint: " + one.Text
	}
	errors := "errors"
	if len(v) == 1 {
		errors = "error"
	}
	return fmt.Sprintf("%d validation %s detected: %s", len(v), errors, strings.Join(all, "; "))
}

func (v *Violations) add(at place, c Constraint, text string) {
	*v = append(*v, Violation{at.label, c, text})
}

// addOnce adds what was not the last one added.
func (v *Violations) addOnce(at place, c Constraint, text string) {
	before := len(*v)
	v.add(at, c, text)
	if before > 0 && (*v)[before-1] == (*v)[before] {
		*v = (*v)[:before]
	}
}

// err is the violations as an error, or nil when there are none.
func (v Violations) err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}
