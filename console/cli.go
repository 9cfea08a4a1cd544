package console

import "strings"

// cli is a line for a shell that asks the API the same.
func (q *request) cli(words ...string) string {
	scheme := "http"
	if q.TLS != nil {
		scheme = "https"
	}
	line := "aws --endpoint-url " + quoted(scheme+"://"+q.Host)
	for _, w := range words {
		line += " " + quoted(w)
	}
	return line
}

// quoted is a word of a shell: text that a shell might understand otherwise is
// in single quotes.
func quoted(word string) string {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_./:=+@,", c)
	}
	if word != "" && strings.IndexFunc(word, func(c rune) bool { return !plain(c) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// accessCLI are the lines that give a report: a new one, and the one shown.
func (q *request) accessCLI(s subject, r *accessReport) []string {
	return []string{
		q.cli("iam", "generate-service-last-accessed-details", "--arn", s.ARN, "--granularity", "ACTION_LEVEL"),
		q.cli("iam", "get-service-last-accessed-details", "--job-id", r.JobID),
	}
}
