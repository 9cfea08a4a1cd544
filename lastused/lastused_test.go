package lastused

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
)

var (
	app   = report.Entity{Kind: report.Role, ID: "AROAAPP", ARN: "arn:aws:iam::111122223333:role/service/app"}
	alice = report.Entity{Kind: report.User, ID: "AIDAALICE", ARN: "arn:aws:iam::111122223333:user/alice"}
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// regions tracks three of them, one since 2026.
func regions(name string) (time.Time, bool) {
	start, ok := map[string]time.Time{
		"us-east-1": at("2015-10-01T00:00:00Z"), "eu-west-1": at("2015-10-01T00:00:00Z"), "eu-north-1": at("2026-03-01T00:00:00Z"),
	}[name]
	return start, ok
}

// use is a fact of "TIME CLASS PRINCIPAL SOURCE REGION", perhaps "denied".
func use(text string) activity.Fact {
	w := strings.Fields(text)
	k := activity.Key{Account: "111122223333", Principal: w[2], Source: w[3] + ".amazonaws.com", Region: w[4], Outcome: activity.Succeeded}
	switch w[1] {
	case "management":
		k.Class = activity.Management
	case "data":
		k.Class = activity.Data
	case "signin":
		k.Class = activity.SignIn
	case "keyuse":
		k.Class, k.Target = activity.KeyUse, "AIDAALICE"
	}
	if w[4] == "-" {
		k.Region = ""
	}
	if len(w) > 5 {
		k.Outcome = activity.Denied
	}
	return activity.Attempt(k, at(w[0]), text)
}

// source merges uses as a store does.
func source(uses ...string) report.FactSource {
	var list []activity.Fact
	for _, text := range uses {
		f, known := use(text), false
		for i := range list {
			if list[i].Key == f.Key {
				list[i], known = activity.Merge(list[i], f), true
			}
		}
		if !known {
			list = append(list, f)
		}
	}
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			for _, f := range list {
				if f.Principal == principal && !yield(f, nil) {
					return
				}
			}
		}
	}
}

func rules() Rules { return Rules{Now: at("2026-06-01T12:00:00Z"), RegionStart: regions} }

func show(u Use) string {
	if !u.Ever() {
		return "never"
	}
	return strings.TrimSpace(u.At.Format(time.RFC3339) + " " + u.Region + " " + strings.TrimSuffix(u.Source, ".amazonaws.com"))
}

func TestRole(t *testing.T) {
	const path = "arn:aws:iam::111122223333:role/app" // as records without a session issuer have it
	for name, c := range map[string]struct {
		said, region string
		uses         []string
		want         string
	}{
		"never":                              {"", "", nil, "never"},
		"the latest of any service and kind": {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP s3 us-east-1", "2026-05-29T23:59:59Z data AROAAPP dynamodb eu-west-1"}, "2026-05-29T23:59:59Z eu-west-1 dynamodb"},
		"a refused request is use":           {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP s3 us-east-1 denied"}, "2026-05-20T00:00:01Z us-east-1 s3"},
		"a service nobody knows is use":      {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP brandnew us-east-1"}, "2026-05-20T00:00:01Z us-east-1 brandnew"},
		"records without an id":              {"", "", []string{"2026-05-20T00:00:01Z management " + path + " s3 us-east-1"}, "2026-05-20T00:00:01Z us-east-1 s3"},
		"another role's use":                 {"", "", []string{"2026-05-20T00:00:01Z management AROAOTHER s3 us-east-1"}, "never"},
		"key use and sign-ins are none":      {"", "", []string{"2026-05-20T00:00:01Z keyuse AROAAPP s3 us-east-1", "2026-05-20T00:00:01Z signin AROAAPP signin us-east-1"}, "never"},
		"an untracked Region (LA-41)":        {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP s3 mx-central-1"}, "never"},
		"a Region before its tracking":       {"", "", []string{"2026-02-28T23:59:59Z management AROAAPP s3 eu-north-1"}, "never"},
		"a Region from its first day on":     {"", "", []string{"2026-03-01T00:00:00Z management AROAAPP s3 eu-north-1"}, "2026-03-01T00:00:00Z eu-north-1 s3"},
		"400 days ago":                       {"", "", []string{"2025-04-27T12:00:00Z management AROAAPP s3 us-east-1"}, "never"},
		"a second less":                      {"", "", []string{"2025-04-27T12:00:01Z management AROAAPP s3 us-east-1"}, "2025-04-27T12:00:01Z us-east-1 s3"},
		"after now":                          {"", "", []string{"2026-06-01T12:00:01Z management AROAAPP s3 us-east-1"}, "never"},
		"equal times, smallest Region":       {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP s3 us-east-1", "2026-05-20T00:00:01Z management AROAAPP s3 eu-west-1"}, "2026-05-20T00:00:01Z eu-west-1 s3"},
		"equal times, smallest source":       {"", "", []string{"2026-05-20T00:00:01Z management AROAAPP sqs us-east-1", "2026-05-20T00:00:01Z management AROAAPP s3 us-east-1"}, "2026-05-20T00:00:01Z us-east-1 s3"},
		"a later snapshot":                   {"2026-05-30T00:00:00Z", "sa-east-1", []string{"2026-05-20T00:00:01Z management AROAAPP s3 us-east-1"}, "2026-05-30T00:00:00Z sa-east-1"},
		"an earlier snapshot":                {"2026-05-10T00:00:00Z", "sa-east-1", []string{"2026-05-20T00:00:01Z management AROAAPP s3 us-east-1"}, "2026-05-20T00:00:01Z us-east-1 s3"},
		"a snapshot alone":                   {"2026-05-10T00:00:00Z", "sa-east-1", nil, "2026-05-10T00:00:00Z sa-east-1"},
		"a snapshot of long ago":             {"2025-04-27T12:00:00Z", "sa-east-1", nil, "never"},
		"a snapshot from after now":          {"2026-06-01T12:00:01Z", "sa-east-1", nil, "never"},
	} {
		t.Run(name, func(t *testing.T) {
			said := Use{Region: c.region}
			if c.said != "" {
				said.At = at(c.said)
			}
			got, err := Role(app, said, source(c.uses...), rules())
			if err != nil || show(got) != c.want {
				t.Errorf("got %s, %v, want %s", show(got), err, c.want)
			}
		})
	}
}

func TestPassword(t *testing.T) {
	for name, c := range map[string]struct {
		said string
		uses []string
		want string
	}{
		"never":                           {"", nil, ""},
		"no 400 days":                     {"", []string{"2019-05-20T00:00:01Z signin AIDAALICE signin us-east-1"}, "2019-05-20T00:00:01Z"},
		"requests are none":               {"", []string{"2026-05-20T00:00:01Z management AIDAALICE s3 us-east-1"}, ""},
		"the first within five minutes":   {"", []string{"2026-05-20T10:00:30Z signin AIDAALICE signin us-east-1", "2026-05-20T10:04:59Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:00:30Z"},
		"also of two Regions":             {"", []string{"2026-05-20T10:04:59Z signin AIDAALICE signin eu-west-1", "2026-05-20T10:00:30Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:00:30Z"},
		"the next five minutes":           {"", []string{"2026-05-20T10:04:59Z signin AIDAALICE signin us-east-1", "2026-05-20T10:05:00Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:05:00Z"},
		"by id and by ARN":                {"", []string{"2026-05-20T10:00:00Z signin AIDAALICE signin us-east-1", "2026-05-21T10:00:00Z signin " + alice.ARN + " signin us-east-1"}, "2026-05-21T10:00:00Z"},
		"an untracked Region counts":      {"", []string{"2026-05-20T10:00:00Z signin AIDAALICE signin mx-central-1"}, "2026-05-20T10:00:00Z"},
		"a snapshot's, when later":        {"2026-05-22T10:00:00Z", []string{"2026-05-20T10:00:00Z signin AIDAALICE signin us-east-1"}, "2026-05-22T10:00:00Z"},
		"a snapshot's stands 5 minutes":   {"2026-05-20T10:01:00Z", []string{"2026-05-20T10:03:00Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:01:00Z"},
		"and is not made earlier":         {"2026-05-20T10:03:00Z", []string{"2026-05-20T10:01:00Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:03:00Z"},
		"a snapshot's, when earlier":      {"2026-05-19T10:00:00Z", []string{"2026-05-20T10:00:00Z signin AIDAALICE signin us-east-1"}, "2026-05-20T10:00:00Z"},
		"a snapshot's from after now":     {"2026-06-02T10:00:00Z", nil, ""},
		"a sign-in after now":             {"", []string{"2026-06-01T12:00:01Z signin AIDAALICE signin us-east-1"}, ""},
		"a snapshot's of more than 400 d": {"2019-06-02T10:00:00Z", nil, "2019-06-02T10:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			var said time.Time
			if c.said != "" {
				said = at(c.said)
			}
			got, err := Password(alice, said, source(c.uses...), rules())
			text := ""
			if !got.IsZero() {
				text = got.Format(time.RFC3339)
			}
			if err != nil || text != c.want {
				t.Errorf("got %s, %v, want %s", text, err, c.want)
			}
		})
	}
}

func TestKey(t *testing.T) {
	const id = "AKIAALICEEXAMPLE0001"
	for name, c := range map[string]struct {
		uses  []string
		want  string
		owner string
	}{
		"never": {nil, "never", ""},
		"the first within fifteen minutes": {[]string{"2026-05-30T10:15:30Z keyuse " + id + " s3 us-east-1", "2026-05-30T10:20:00Z keyuse " + id + " s3 us-east-1"},
			"2026-05-30T10:15:30Z us-east-1 s3", "AIDAALICE"},
		"also of two services": {[]string{"2026-05-30T10:20:00Z keyuse " + id + " ec2 eu-west-1", "2026-05-30T10:15:30Z keyuse " + id + " s3 us-east-1"},
			"2026-05-30T10:15:30Z us-east-1 s3", "AIDAALICE"},
		"the next fifteen minutes": {[]string{"2026-05-30T10:29:59Z keyuse " + id + " s3 us-east-1", "2026-05-30T10:30:00Z keyuse " + id + " ec2 eu-west-1"},
			"2026-05-30T10:30:00Z eu-west-1 ec2", "AIDAALICE"},
		"a refused request, no Region": {[]string{"2016-05-30T10:29:59Z keyuse " + id + " sts - denied"}, "2016-05-30T10:29:59Z  sts", "AIDAALICE"},
		"another key":                  {[]string{"2026-05-30T10:29:59Z keyuse AKIABOBEXAMPLE000001 s3 us-east-1"}, "never", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, owner, err := Key(id, source(c.uses...), rules())
			if err != nil || show(got) != c.want || owner != c.owner {
				t.Errorf("got %s of %q, %v, want %s of %q", show(got), owner, err, c.want, c.owner)
			}
		})
	}
}

func TestABrokenSourceIsAnError(t *testing.T) {
	broken := errors.New("disk on fire")
	facts := func(string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }
	}
	_, err1 := Role(app, Use{}, facts, rules())
	_, err2 := Password(alice, time.Time{}, facts, rules())
	_, _, err3 := Key("AKIAALICEEXAMPLE0001", facts, rules())
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}
