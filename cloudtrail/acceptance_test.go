package cloudtrail

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// testNow is the ingester's clock in the tests.
var testNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// evidence tells in lines what the records of a text are evidence of.
func evidence(text string) string {
	var out []string
	err := Scan(strings.NewReader(text), func(r *Record) error {
		list, reason, err := r.Attempts(nil, testNow)
		for _, a := range list {
			out = append(out, tell(a))
		}
		if reason != "" {
			out = append(out, "none: "+reason)
		}
		if err != nil {
			out = append(out, "refused: "+err.Error())
		}
		return nil
	})
	if err != nil {
		out = append(out, "error: "+err.Error())
	}
	return strings.Join(out, "\n")
}

// tell is an attempt on one line: kind, account, principal, source, name,
// Region, class, outcome, target, time, event.
func tell(a Attempt) string {
	words := []string{[]string{"call", "key", "sign-in", "session", "pass"}[a.Kind], a.Account, a.Principal, a.Source, a.Name, a.Region}
	words = append(words, map[bool]string{true: "management", false: "data"}[a.Management])
	switch {
	case a.Denied && a.Failed:
		words = append(words, "denied")
	case a.Failed:
		words = append(words, "failed")
	}
	if a.Target != "" {
		words = append(words, "of "+a.Target)
	}
	return strings.TrimSpace(strings.Join(append(words, a.Time.Format(time.RFC3339Nano), a.EventID), " "))
}

// TestEvidence reads testdata/evidence.txtar: files NAME.in hold log text, and
// NAME.want the lines of evidence expected of it.
func TestEvidence(t *testing.T) {
	data, err := os.ReadFile("testdata/evidence.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := txtar.Parse(data).Files
	if len(files) < 100 {
		t.Fatalf("only %d files in testdata/evidence.txtar", len(files))
	}
	for pair := range slices.Chunk(files, 2) {
		name, ok := strings.CutSuffix(pair[0].Name, ".in")
		if len(pair) != 2 || !ok || pair[1].Name != name+".want" {
			t.Fatalf("files %q do not make a case", pair)
		}
		t.Run(name, func(t *testing.T) {
			got, want := evidence(string(pair[0].Data)), strings.TrimSpace(string(pair[1].Data))
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// usual is a record of a usual call with some members replaced or added; a
// member set to "" is left out.
func usual(changes ...string) string {
	members := [][2]string{
		{"eventVersion", `"1.08"`},
		{"userIdentity", `{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333"}`},
		{"eventTime", `"2026-05-30T10:15:30Z"`},
		{"eventSource", `"s3.amazonaws.com"`},
		{"eventName", `"ListBuckets"`},
		{"awsRegion", `"us-east-1"`},
		{"eventID", `"e1"`},
		{"eventType", `"AwsApiCall"`},
		{"eventCategory", `"Management"`},
	}
	for i := 0; i < len(changes); i += 2 {
		at := slices.IndexFunc(members, func(m [2]string) bool { return m[0] == changes[i] })
		if at < 0 {
			members = append(members, [2]string{changes[i], changes[i+1]})
			continue
		}
		members[at][1] = changes[i+1]
	}
	var parts []string
	for _, m := range members {
		if m[1] != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// attemptOf is the first attempt of one record.
func attemptOf(t *testing.T, record string) (a Attempt, reason string, err error) {
	t.Helper()
	var list []Attempt
	if scanErr := Scan(strings.NewReader(record), func(r *Record) error {
		list, reason, err = r.Attempts(nil, testNow)
		return nil
	}); scanErr != nil {
		t.Fatal(scanErr)
	}
	if len(list) > 0 {
		a = list[0]
	}
	return a, reason, err
}

func refusalOf(err error) Refusal {
	if e, ok := errors.AsType[*RecordError](err); ok {
		return e.Refusal
	}
	return ""
}
