package trail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// object is the members of a JSON object, each of which may be there once:
// encoding/json would take the last of two, and a condition would be lost.
func object(raw json.RawMessage) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string)
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("key %.80q occurs twice in one object", name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// list is the elements of a JSON list; null is an empty one.
func list(raw json.RawMessage, most int) (out []json.RawMessage, err error) {
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, errors.New("not a JSON list")
	}
	if len(out) > most {
		return nil, fmt.Errorf("a list of %d, more than %d", len(out), most)
	}
	return out, nil
}

// strange are the names of members that are not among the known ones. A null
// says nothing.
func strange(members map[string]json.RawMessage, known ...string) (out []string) {
	for name, raw := range members {
		if !slices.Contains(known, name) && string(raw) != "null" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// text is a member that is a string; empty when it is not there or null.
func text(members map[string]json.RawMessage, name string) (s string, err error) {
	if raw, ok := members[name]; ok {
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", fmt.Errorf("%s: not a JSON string", name)
		}
	}
	if len(s) > maxText {
		return "", fmt.Errorf("%s: a text of %d bytes, more than %d", name, len(s), maxText)
	}
	return s, nil
}

// flag is a member that is true or false; nil when it is not there or null.
func flag(members map[string]json.RawMessage, name string) (b *bool, err error) {
	if raw, ok := members[name]; ok {
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, fmt.Errorf("%s: neither true nor false", name)
		}
	}
	return b, nil
}

// texts is a member that is a list of strings.
func texts(members map[string]json.RawMessage, name string) (out []string, err error) {
	raw, ok := members[name]
	if !ok {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("%s: not a list of JSON strings", name)
	}
	if i := slices.IndexFunc(out, func(s string) bool { return len(s) > maxText }); i >= 0 || len(out) > maxSelectors {
		return nil, fmt.Errorf("%s: more or longer than a trail may have", name)
	}
	return out, nil
}

// moment is a member that is a time: as version 2 of the AWS CLI prints it, or as
// version 1 does, in seconds since 1970.
func moment(members map[string]json.RawMessage, name string) (t time.Time, err error) {
	raw, ok := members[name]
	if !ok || string(raw) == "null" {
		return t, nil
	}
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err == nil {
		if !(seconds >= 0 && seconds < lastSecond) {
			return t, fmt.Errorf("%s: no time", name)
		}
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		if t, err = time.Parse(time.RFC3339, s); err == nil && t.Year() < 10000 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%s: no time such as 2026-06-01T12:00:00Z", name)
}
