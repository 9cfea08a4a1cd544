package cloudtrail

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fields is a record as other formats have it: a table's row, an object whose
// keys are written otherwise. It holds texts by path, lower-cased, parts joined
// by dots: "useridentity.sessioncontext.sessionissuer.arn".
type Fields map[string]string

// AddJSON takes up the members of a JSON object below a path. Nulls say
// nothing that is looked at and are left out, and so are lists but for those of
// request parameters, and what is nested deeper than maxFieldDepth. It reports false for what is no JSON object.
func (f Fields) AddJSON(path string, text []byte) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil || object == nil {
		return false
	}
	f.addMembers(path, object, 0)
	return true
}

func (f Fields) addMembers(path string, object map[string]json.RawMessage, depth int) {
	for key, value := range object {
		if len(f) >= maxFieldPaths {
			return
		}
		at := joinPath(path, key)
		switch value[0] {
		case '{':
			var inner map[string]json.RawMessage
			if depth < maxFieldDepth && json.Unmarshal(value, &inner) == nil {
				f.addMembers(at, inner, depth+1)
			}
		case '"':
			var text string
			if json.Unmarshal(value, &text) == nil {
				f.addText(at, text)
			}
		case '[':
			var list []json.RawMessage
			if depth < maxFieldDepth && strings.HasPrefix(at, rolePaths) && json.Unmarshal(value, &list) == nil {
				f.addMembers(at, elements(at, list), depth+1)
			}
		case 'n':
		default:
			f[at] = string(value)
		}
	}
}

// elements are those of a list at a path as members, whose keys are their
// numbers; in a list of roles they are keys of roles themselves.
func elements(path string, list []json.RawMessage) map[string]json.RawMessage {
	object, end := map[string]json.RawMessage{}, ""
	if endsRole(path) {
		end = "role"
	}
	for i, value := range list {
		object[strconv.Itoa(i)+end] = value
	}
	return object
}

// structured are the paths whose text may be an object written as text, as
// Athena and CloudTrail Lake export it.
func structured(path string) bool {
	switch path {
	case "useridentity", "requestparameters", "responseelements":
		return true
	}
	return false
}

// AddText takes up the text at a path, as a cell of a table has it.
func (f Fields) AddText(path, text string) { f.addText(strings.ToLower(path), text) }

func (f Fields) addText(path, text string) {
	if structured(path) && strings.HasPrefix(text, "{") {
		if !f.AddJSON(path, []byte(text)) {
			f.addStruct(path, text)
		}
		return
	}
	if text != "" && text != "null" {
		f[path] = text
	}
}

func joinPath(path, key string) string {
	key = strings.ToLower(key)
	if path == "" {
		return key
	}
	return path + "." + key
}

// addStruct takes up {type=IAMUser, sessioncontext={attributes=null}}: the way
// Presto, behind Athena and CloudTrail Lake, writes structures as text. Nothing
// is quoted in it, so a value that holds a comma and a blank is cut there.
func (f Fields) addStruct(path, text string) {
	stack := []string{path}
	for rest := strings.TrimPrefix(text, "{"); rest != "" && len(stack) > 0 && len(f) < maxFieldPaths; {
		rest = strings.TrimLeft(rest, ", ")
		if strings.HasPrefix(rest, "}") {
			rest, stack = rest[1:], stack[:len(stack)-1]
			continue
		}
		key, value, found := strings.Cut(rest, "=")
		if !found {
			return
		}
		at := joinPath(stack[len(stack)-1], key)
		if strings.HasPrefix(value, "{") && len(stack) <= maxFieldDepth {
			rest, stack = value[1:], append(stack, at)
			continue
		}
		end := valueEnd(value)
		if v := value[:end]; v != "" && v != "null" {
			f[at] = v
		}
		rest = value[end:]
	}
}

// valueEnd is where the value that s begins with ends.
func valueEnd(s string) int {
	comma, brace := strings.Index(s, ", "), strings.IndexByte(s, '}')
	switch {
	case comma < 0 && brace < 0:
		return len(s)
	case comma < 0 || brace >= 0 && brace < comma:
		return brace
	}
	return comma
}

// Record is the CloudTrail record that the fields stand for, on one line of
// JSON. It reports false when they are none: neither an OCSF event made from
// CloudTrail nor a row with the columns of a record.
func (f Fields) Record() ([]byte, bool) {
	r := f
	if f["class_uid"] != "" {
		if r = f.fromOCSF(); r == nil {
			return nil, false
		}
	} else if r.get("eventname") == "" && r.get("eventsource") == "" && r.get("eventtime") == "" {
		return nil, false
	}
	tree := map[string]any{}
	for _, name := range recordPaths {
		if value := r.get(strings.ToLower(name)); value != "" {
			put(tree, name, value)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r)) {
		if isRolePath(path) {
			put(tree, "requestParameters."+path[len(rolePaths):], r[path])
		}
	}
	if at, ok := tree["eventTime"].(string); ok {
		tree["eventTime"] = isoTime(at)
	}
	if user, ok := tree["userIdentity"]; ok {
		if _, ok := user.(map[string]any); !ok {
			delete(tree, "userIdentity")
		}
	}
	line, err := json.Marshal(tree)
	return line, err == nil
}

// get is the text at a path; columns of a table may write its dots as
// underscores.
func (f Fields) get(path string) string {
	if v, ok := f[path]; ok {
		return v
	}
	return f[strings.ReplaceAll(path, ".", "_")]
}

// put sets the value at a path of a tree of objects.
func put(tree map[string]any, path, value string) {
	for {
		key, rest, more := strings.Cut(path, ".")
		if !more {
			tree[key] = value
			return
		}
		inner, ok := tree[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			tree[key] = inner
		}
		tree, path = inner, rest
	}
}

// recordPaths are the fields of a record that are looked at (member.go).
var recordPaths = []string{
	"eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "eventID", "sharedEventID",
	"recipientAccountId", "eventType", "eventCategory", "managementEvent", "readOnly",
	"userIdentity.type", "userIdentity.principalId", "userIdentity.arn", "userIdentity.accountId",
	"userIdentity.accessKeyId", "userIdentity.userName", "userIdentity.invokedBy",
	"userIdentity.sessionContext.sessionIssuer.type", "userIdentity.sessionContext.sessionIssuer.principalId",
	"userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.sessionContext.sessionIssuer.accountId",
	"userIdentity.sessionContext.sessionIssuer.userName", "userIdentity.sessionContext.sourceIdentity",
	"requestParameters.serviceNamespace", "requestParameters.statement", "responseElements.ConsoleLogin",
}

// rolePaths is what the paths of request parameters begin with.
const rolePaths = "requestparameters."

// isRolePath reports whether a path is that of a role (role.go), or below one.
func isRolePath(path string) bool {
	rest, ok := strings.CutPrefix(path, rolePaths)
	if !ok {
		return false
	}
	above, _ := cutPath(rest)
	return endsRole(rest) || endsRole(above)
}

// cutPath splits the last part of a path off.
func cutPath(path string) (above, last string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// isoTime is a time as records have it, of one as SQL engines write it:
// "2026-05-30 10:15:30.000". Without a zone it is UTC.
func isoTime(text string) string {
	for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999 MST", "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			if _, offset := at.Zone(); offset == 0 {
				return at.UTC().Format(time.RFC3339)
			}
		}
	}
	return text
}

// Wanted reports whether Record looks at a path, lower-cased, or at what is
// below it: a reader of columns need not read the others.
func Wanted(path string) bool {
	switch path {
	case "class_uid", "metadata.product.name", "time", "time_dt", "actor.user.uid", "actor.user.uid_alt", "actor.user.uuid", "api.request.data", "unmapped":
		return true
	}
	if strings.HasPrefix(path, "unmapped.") || structured(path) || isRolePath(path) || isRecordColumn(path) {
		return true
	}
	for _, name := range recordPaths {
		if strings.EqualFold(name, path) {
			return true
		}
	}
	for _, m := range ocsfPaths {
		for _, from := range strings.Fields(m.from) {
			if from == path {
				return true
			}
		}
	}
	return false
}

// Telling reports whether a column of that path, lower-cased, is one that tables
// of records have; what else is wanted, such as "time", many tables have.
func Telling(path string) bool {
	switch path {
	case "api.operation", "eventname", "eventsource":
		return true
	}
	return isRecordColumn(path)
}

// Line is the record of a row of any table: the JSON in one of its columns, or
// what its fields make. A row that is none becomes an object that Scan refuses;
// nil: the row is empty.
func (f Fields) Line() []byte {
	for path, text := range f {
		if isRecordColumn(path) && strings.HasPrefix(strings.TrimSpace(text), "{") {
			return oneLine(text)
		}
	}
	if record, ok := f.Record(); ok {
		return record
	}
	if len(f) == 0 {
		return nil
	}
	return []byte(noRow)
}

// noRow is an object that Scan refuses, in the place of a row that is no record.
const noRow = `{"row without a record":null}`
