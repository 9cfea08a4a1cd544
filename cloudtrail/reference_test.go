package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// seen is a record as the tests compare it.
type seen struct {
	Offset int64
	Text   string // "*" stands for anything
}

// scanAll is what Scan finds.
func scanAll(s *Scanner, r io.Reader) (list []seen, err error) {
	err = s.Scan(r, func(rec *Record) error {
		list = append(list, seen{rec.Offset, view(rec)})
		return nil
	})
	return list, err
}

func view(r *Record) string {
	if r.Malformed != nil {
		return "malformed: " + r.Malformed.Error()
	}
	return fmt.Sprintf("%q %q %q %q %q %q %q %q %q %q %q mgmt=%d ro=%d ns=%q verb=%q login=%q roles=%q more=%t %+q",
		r.EventVersion, r.EventTime, r.EventSource, r.EventName, r.Region, r.ErrorCode, r.EventID, r.SharedID, r.Recipient,
		r.EventType, r.Category, r.Management, r.ReadOnly, r.ServiceNamespace, r.StatementVerb, r.ConsoleLogin, r.Roles, r.MoreRoles,
		fmt.Sprintf("%+v", r.User))
}

// reference is a full decoder of one JSON document on encoding/json, written
// for plainness: what Scan has to agree with.
type reference struct{ list []seen }

func referenceScan(doc []byte) ([]seen, error) {
	var r reference
	start := int64(len(doc) - len(bytes.TrimLeft(doc, " \t\r\n")))
	doc = bytes.TrimSpace(doc)
	switch doc[0] {
	case '{':
		if !r.item(doc, start, true, true) {
			return nil, ErrNotLog
		}
	case '[':
		r.array(doc, start, true)
	default:
		return nil, ErrNotLog
	}
	return r.list, nil
}

func (r *reference) array(raw []byte, at int64, topLevel bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.Token()
	for dec.More() {
		var e json.RawMessage
		dec.Decode(&e)
		start := at + dec.InputOffset() - int64(len(e))
		if e[0] != '{' {
			r.list = append(r.list, seen{start, "malformed: not a CloudTrail record: " + kindOf(e)})
			continue
		}
		r.item(e, start, topLevel, false)
	}
}

func kindOf(raw []byte) string {
	switch raw[0] {
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// item reports false for a first document that is nothing we know.
func (r *reference) item(raw []byte, at int64, topLevel, first bool) bool {
	members, where := map[string]json.RawMessage{}, map[string]int64{}
	listed := false
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.Token()
	for dec.More() {
		k, _ := dec.Token()
		var v json.RawMessage
		dec.Decode(&v)
		start := at + dec.InputOffset() - int64(len(v))
		members[k.(string)], where[k.(string)] = v, start
		if (k == "Records" || k == "Events") && v[0] == '[' && topLevel {
			r.array(v, start, false)
			listed = true
		}
	}
	inner, isEvent := stringOf(members["CloudTrailEvent"])
	detail := members["detail"]
	kind := looseOf(members["detail-type"])
	switch {
	case listed:
	case isEvent && !json.Valid([]byte(inner)):
		r.list = append(r.list, seen{where["CloudTrailEvent"] + 1, "*"})
	case isEvent && strings.TrimSpace(inner)[0] != '{':
		r.list = append(r.list, seen{where["CloudTrailEvent"] + 1, "malformed: not a CloudTrail record: CloudTrailEvent holds no object"})
	case isEvent:
		r.list = append(r.list, seen{where["CloudTrailEvent"] + 1, referenceRecord([]byte(inner))})
	case strings.HasSuffix(kind, " via CloudTrail") && len(detail) > 0 && detail[0] == '{':
		r.list = append(r.list, seen{where["detail"], referenceRecord(detail)})
	case strings.HasSuffix(kind, " via CloudTrail"):
		r.list = append(r.list, seen{at, "malformed: not a CloudTrail record: an EventBridge event without detail"})
	case topLevel && !hasRecordKey(members) && first:
		return false
	case topLevel && !hasRecordKey(members):
		r.list = append(r.list, seen{at, "*"})
	default:
		r.list = append(r.list, seen{at, referenceRecord(raw)})
	}
	return true
}

func hasRecordKey(m map[string]json.RawMessage) bool {
	for _, k := range []string{"eventVersion", "eventTime", "eventSource", "eventName", "eventID"} {
		if v := m[k]; len(v) > 0 && string(v) != "null" && string(v) != `""` {
			return true
		}
	}
	v := m["userIdentity"]
	return len(v) > 0 && string(v) != "null"
}

func stringOf(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	json.Unmarshal(raw, &s)
	return s, true
}

func looseOf(raw json.RawMessage) string {
	s, _ := stringOf(raw)
	if len(s) > 2048 || hasControl(s) {
		return ""
	}
	return s
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

var verbPattern = regexp.MustCompile(`^[ \t\n\v\f\r]*([sS][eE][lL][eE][cC][tT]|[iI][nN][sS][eE][rR][tT]|[uU][pP][dD][aA][tT][eE]|[dD][eE][lL][eE][tT][eE])[^A-Za-z0-9_]`)

// refFields collects the fields of one record and the first fault in the order
// in which faults are told.
type refFields struct{ faults map[string]string }

func (f *refFields) text(name string, raw json.RawMessage) string {
	s, ok := stringOf(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
	case !ok:
		f.faults[name] = "wrong type: " + name
	case len(s) > 2048:
		f.faults[name] = "value too long: " + name + " has more than 2048 bytes"
	case hasControl(s):
		f.faults[name] = "bad characters: " + name + " has a control character"
	}
	return s
}

func (f *refFields) bool(name string, raw json.RawMessage) Bool {
	switch {
	case string(raw) == "true":
		return True
	case string(raw) == "false":
		return False
	case len(raw) == 0 || raw[0] != '"':
		f.text(name, raw)
		return Unset
	}
	s := f.text(name, raw)
	if f.faults[name] == "" && strings.EqualFold(s, "true") {
		return True
	}
	if f.faults[name] == "" && strings.EqualFold(s, "false") {
		return False
	}
	if f.faults[name] == "" {
		f.faults[name] = "wrong type: " + name
	}
	return Unset
}

func (f *refFields) object(name string, raw json.RawMessage) map[string]json.RawMessage {
	if len(raw) > 0 && raw[0] != '{' && string(raw) != "null" {
		f.faults[name] = "wrong type: " + name
	}
	return objectOf(raw)
}

func objectOf(raw json.RawMessage) (m map[string]json.RawMessage) {
	if len(raw) > 0 && raw[0] == '{' {
		json.Unmarshal(raw, &m)
	}
	return m
}

func referenceRecord(raw []byte) string {
	f := &refFields{map[string]string{}}
	m := objectOf(bytes.TrimSpace(raw))
	var r Record
	r.EventVersion = f.text("eventVersion", m["eventVersion"])
	r.EventTime = Text(f.text("eventTime", m["eventTime"]))
	r.EventSource = f.text("eventSource", m["eventSource"])
	r.EventName = f.text("eventName", m["eventName"])
	r.Region = f.text("awsRegion", m["awsRegion"])
	r.ErrorCode = f.text("errorCode", m["errorCode"])
	r.EventID = Text(f.text("eventID", m["eventID"]))
	r.SharedID = Text(f.text("sharedEventID", m["sharedEventID"]))
	r.Recipient = f.text("recipientAccountId", m["recipientAccountId"])
	r.EventType = f.text("eventType", m["eventType"])
	r.Category = f.text("eventCategory", m["eventCategory"])
	r.Management = f.bool("managementEvent", m["managementEvent"])
	r.ReadOnly = f.bool("readOnly", m["readOnly"])
	u := f.object("userIdentity", m["userIdentity"])
	r.User.Present = u != nil
	r.User.Type = f.text("userIdentity.type", u["type"])
	r.User.PrincipalID = Text(f.text("userIdentity.principalId", u["principalId"]))
	r.User.ARN = Text(f.text("userIdentity.arn", u["arn"]))
	r.User.AccountID = f.text("userIdentity.accountId", u["accountId"])
	r.User.AccessKeyID = Text(f.text("userIdentity.accessKeyId", u["accessKeyId"]))
	r.User.UserName = Text(f.text("userIdentity.userName", u["userName"]))
	r.User.InvokedBy = f.text("userIdentity.invokedBy", u["invokedBy"])
	context := f.object("userIdentity.sessionContext", u["sessionContext"])
	r.User.SourceIdentity = looseOf(context["sourceIdentity"])
	i := f.object("sessionIssuer", context["sessionIssuer"])
	r.User.Issuer.Type = f.text("sessionIssuer.type", i["type"])
	r.User.Issuer.PrincipalID = f.text("sessionIssuer.principalId", i["principalId"])
	r.User.Issuer.ARN = f.text("sessionIssuer.arn", i["arn"])
	r.User.Issuer.AccountID = f.text("sessionIssuer.accountId", i["accountId"])
	r.User.Issuer.UserName = f.text("sessionIssuer.userName", i["userName"])
	p := objectOf(m["requestParameters"])
	r.ServiceNamespace = looseOf(p["serviceNamespace"])
	if s, _ := stringOf(p["statement"]); s != "" {
		if verb := verbPattern.FindStringSubmatch(s[:min(len(s), 256)]); verb != nil {
			r.StatementVerb = strings.ToUpper(verb[1])
		}
	}
	for _, m := range membersOf(raw) {
		if m.key == "requestParameters" && m.value[0] == '{' {
			roles(&r, m.value, 1, false)
		}
	}
	r.ConsoleLogin = looseOf(objectOf(m["responseElements"])["ConsoleLogin"])
	for _, name := range fieldNames {
		if why := f.faults[name]; why != "" {
			r.Malformed = errors.New(why)
			break
		}
	}
	return view(&r)
}

// keyed is a member of an object; an element of a list has no key.
type keyed struct {
	key   string
	value json.RawMessage
}

// membersOf are the members of an object or list in their order, also those
// whose key comes again.
func membersOf(raw []byte) (list []keyed) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, _ := dec.Token()
	for dec.More() {
		var m keyed
		if open == json.Delim('{') {
			k, _ := dec.Token()
			m.key = k.(string)
		}
		dec.Decode(&m.value)
		list = append(list, m)
	}
	return list
}

var rolePattern = regexp.MustCompile(`(?i)(role|roles|rolearn|rolearns|rolename|instanceprofile|instanceprofilearn|instanceprofilename)$`)

var roleARNPattern = regexp.MustCompile(`^arn:[^:]*:iam:[^:]*:[^:]*:(role|instance-profile)/[\w+=,.@/:-]*[\w+=,.@-]$`)

// roles finds the roles in an object or list at a level. within: it stands behind
// the key of one.
func roles(r *Record, raw []byte, level int, within bool) {
	if level >= 16 {
		return
	}
	for _, m := range membersOf(raw) {
		named := len(m.key) <= 64 && !hasControl(m.key) && rolePattern.MatchString(m.key)
		switch m.value[0] {
		case '{', '[':
			roles(r, m.value, level+1, named)
		case '"':
			s := looseOf(m.value)
			takes := raw[0] == '[' && within || named ||
				within && (strings.EqualFold(m.key, "arn") || strings.EqualFold(m.key, "name") || roleARNPattern.MatchString(s))
			if takes && s != "" && len(s) <= 700 && !slices.Contains(r.Roles, s) {
				if r.MoreRoles = r.MoreRoles || len(r.Roles) == 16; len(r.Roles) < 16 {
					r.Roles = append(r.Roles, s)
				}
			}
		}
	}
}
