package cloudtrail

import (
	"strings"
)

// fullName is the event's name, with the parameter that the mapping to an
// action depends on as a suffix (design: facts):
//
//   - "#ecs", the serviceNamespace of calls on the host that Auto Scaling and
//     Application Auto Scaling share (CT-37);
//   - "#SELECT", the verb of a DynamoDB ExecuteStatement (CT-34).
func (r *Record) fullName() string {
	name := strings.TrimSpace(r.EventName)
	if r.ServiceNamespace == "" && r.StatementVerb == "" {
		return name
	}
	host, _, _ := strings.Cut(strings.TrimSpace(r.EventSource), ".")
	switch {
	case r.ServiceNamespace != "" && strings.EqualFold(host, "autoscaling") && isNamespace(r.ServiceNamespace):
		return r.mem.joined(name, "#", r.ServiceNamespace)
	case r.StatementVerb != "" && strings.EqualFold(host, "dynamodb") && strings.EqualFold(name, "ExecuteStatement"):
		return r.mem.joined(name, "#", r.StatementVerb)
	}
	return name
}

// isNamespace reports whether s looks like ecs, elasticmapreduce or custom-resource.
func isNamespace(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' {
			return false
		}
	}
	return len(s) <= maxRegionBytes
}

// partiQLVerb is the first word of a statement when it is one of the four that
// decide its action, upper-cased; else empty.
func partiQLVerb(statement []byte) string {
	i := 0
	for i < len(statement) && isBlank(statement[i]) {
		i++
	}
	j := i
	for j < len(statement) && (isLetter(statement[j]) || isDigit(statement[j]) || statement[j] == '_') {
		j++
	}
	for _, verb := range [...]string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
		if j < len(statement) && len(verb) == j-i && strings.EqualFold(verb, string(statement[i:j])) {
			return verb
		}
	}
	return ""
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
