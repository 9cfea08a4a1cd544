package cloudtrail

import (
	"bytes"
	"encoding/json"
	"strings"
)

// writing is another way to write records than CloudTrail's.
type writing uint8

const (
	asUsual   writing = iota
	inObjects         // envelope_objects.go
	inAnswers         // envelope_query.go
)

// strangeKeys are keys that belong to another way to write records: of an OCSF
// event, of a record with lower-cased keys, of an answer of GetQueryResults.
var strangeKeys = map[string]writing{
	"class_uid": inObjects, "class_name": inObjects, "category_uid": inObjects, "type_uid": inObjects,
	"eventname": inObjects, "eventsource": inObjects,
	"QueryResultRows": inAnswers, "QueryStatistics": inAnswers, "QueryStatus": inAnswers,
}

// strange says how the object that text begins with is written, by the keys at
// its top; of a list, its first element. The cheap look comes first: few logs
// have any of these texts.
func strange(text []byte) writing {
	if text[0] == '[' {
		switch first := bytes.TrimLeft(text[1:], " \t\r\n"); {
		case len(first) == 0:
			return asUsual
		case first[0] == '{':
			return strange(first)
		case first[0] == '[':
			return rowsOrNot(first)
		case first[0] == '"' && strings.HasPrefix(strings.TrimSpace(string(first[1:min(len(first), 16)])), "{"):
			return inObjects
		}
		return asUsual
	}
	if !mentions(text) {
		return asUsual
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	depth, key := 0, false // key: the next token at depth 1 is a key
	for {
		token, err := dec.Token()
		if err != nil {
			return asUsual
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			if depth == 0 {
				return asUsual
			}
			key = depth == 1
			continue
		case string:
			if depth == 1 && key && strangeKeys[v] != asUsual {
				return strangeKeys[v]
			}
		}
		if depth == 1 {
			key = !key
		}
	}
}

func mentions(text []byte) bool {
	for key := range strangeKeys {
		if bytes.Contains(text, []byte(`"`+key+`"`)) {
			return true
		}
	}
	return false
}

// rowsOrNot tells rows of an answer: lists of objects with one text each.
func rowsOrNot(first []byte) writing {
	dec := json.NewDecoder(bytes.NewReader(first))
	for _, want := range []string{"[", "{", "key", "text", "}"} {
		token, err := dec.Token()
		if err != nil {
			return asUsual
		}
		if d, ok := token.(json.Delim); len(want) == 1 && (!ok || d.String() != want) || len(want) > 1 && ok {
			return asUsual
		}
	}
	return inAnswers
}
