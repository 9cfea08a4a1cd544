package inventory

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// strict refuses what encoding/json would let pass in text, which is one valid
// JSON value: bytes that are not UTF-8 (it replaces them), a key twice in one
// object (it drops the first, and a grant with it), and needless depth.
func strict(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("text that is not UTF-8: save the file as UTF-8")
	}
	var open []level
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '{', '[':
			if len(open) == maxDepth {
				return errDepth
			}
			open = append(open, level{object: c == '{', atKey: c == '{'})
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			top := &open[len(open)-1]
			top.atKey = top.object
		case '"':
			end := stringEnd(text, i)
			if len(open) > 0 {
				if err := open[len(open)-1].key(text[i+1 : end]); err != nil {
					return err
				}
			}
			i = end
		}
	}
	return nil
}

var errDepth = fmt.Errorf("JSON nested more than %d deep", maxDepth)

// level is an object or list that is open.
type level struct {
	object, atKey bool // atKey: the next string is a key
	few           []string
	many          map[string]bool // once few is full: a long object must not take quadratic time
}

const fewKeys = 16

func (l *level) key(raw []byte) error {
	if !l.atKey {
		return nil
	}
	l.atKey = false
	key := string(raw)
	for _, k := range l.few {
		if k == key {
			return fmt.Errorf("key %q occurs twice in one object", clip(key))
		}
	}
	if len(l.few) < fewKeys {
		l.few = append(l.few, key)
		return nil
	}
	if l.many[key] {
		return fmt.Errorf("key %q occurs twice in one object", clip(key))
	}
	if l.many == nil {
		l.many = map[string]bool{}
	}
	l.many[key] = true
	return nil
}

// stringEnd is the index of the quote that ends the string begun at i.
func stringEnd(text []byte, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
