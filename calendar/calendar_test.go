package calendar

import (
	"errors"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
)

var app = report.Entity{Kind: report.Role, ID: "AROAAPP", ARN: "arn:aws:iam::111122223333:role/service/app"}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func day(text string) activity.Day { return activity.DayOf(at(text + "T00:00:00Z")) }

// calls are facts of lines "TIME PRINCIPAL SOURCE NAME CLASS", each of one event.
func calls(text string) (list []activity.Fact) {
	classes := map[string]activity.Class{"management": activity.Management, "data": activity.Data, "keyuse": activity.KeyUse, "coverage": activity.Coverage}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		k := activity.Key{Account: "111122223333", Principal: w[1], Source: w[2], Name: w[3], Region: "mars-1", Class: classes[w[4]], Outcome: activity.Denied}
		list = append(list, activity.Attempt(k, at(w[0]), w[0]))
	}
	return list
}

const history = `
	2026-05-01T10:00:00Z AROAAPP                                s3.amazonaws.com      CreateBucket management
	2026-05-03T23:59:59Z AROAAPP                                s3.amazonaws.com      GetObject    data
	2026-05-04T00:00:00Z arn:aws:iam::111122223333:role/app     s3.amazonaws.com      GetObject    data
	2025-01-01T00:00:00Z arn:aws:iam::111122223333:role/service/app ec2.amazonaws.com RunInstances management
	2026-05-02T12:00:00Z AROAAPP                                new.example.com       Anything     management
	2026-05-02T12:00:00Z AROAAPP                                kms.amazonaws.com     Decrypt      keyuse
	2026-05-02T12:00:00Z AROAOTHER                              sqs.amazonaws.com     SendMessage  management
	2026-06-02T12:00:00Z AROAAPP                                sns.amazonaws.com     Publish      management`

func source(list []activity.Fact) report.FactSource {
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

func activityOf(t *testing.T, list []activity.Fact) []Service {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Activity(app, source(list), cat, at("2026-06-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestActivityIsEverythingTheLogsHave(t *testing.T) {
	want := []Service{
		{"ec2", "Amazon EC2", at("2025-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z"), activity.DaysOf(day("2025-01-01"))},
		{"new.example.com", "", at("2026-05-02T12:00:00Z"), at("2026-05-02T12:00:00Z"), activity.DaysOf(day("2026-05-02"))},
		{"s3", "Amazon S3", at("2026-05-01T10:00:00Z"), at("2026-05-04T00:00:00Z"), activity.DaysOf(day("2026-05-01"), day("2026-05-03"), day("2026-05-04"))},
	}
	list := calls(history)
	if got := activityOf(t, list); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		again := slices.Concat(list, list[:r.IntN(len(list))])
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := activityOf(t, again); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order: %+v", got)
		}
	}
}

func TestActivityPassesErrorsOn(t *testing.T) {
	broken := errors.New("disk")
	_, err := Activity(app, func(string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }
	}, nil, at("2026-06-01T00:00:00Z"))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestCoverageOfAWindow(t *testing.T) {
	var list []activity.Fact
	for _, line := range []string{"eu-west-1 2026-05-01", "eu-west-1 2026-05-02", "eu-west-1 2026-05-05", "us-east-1 2026-04-01", "sa-east-1 2026-07-01"} {
		region, date, _ := strings.Cut(line, " ")
		k := activity.Key{Account: "111122223333", Region: region, Class: activity.Coverage}
		f := activity.Attempt(k, at(date+"T08:00:00Z"), "")
		if n := len(list); n > 0 && list[n-1].Key == k {
			list[n-1] = activity.Merge(list[n-1], f)
			continue
		}
		list = append(list, f)
	}
	list = append(list, calls("2026-05-03T00:00:00Z AROAAPP s3.amazonaws.com GetObject data")...)
	facts := func(yield func(activity.Fact, error) bool) {
		for _, f := range slices.Backward(list) {
			if !yield(f, nil) {
				return
			}
		}
	}
	got, err := Coverage(facts, day("2026-05-01"), day("2026-05-06"), at("2026-05-06T12:00:00Z"))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, error %v", got, err)
	}
	eu, us := got[0], got[1]
	if eu.Name != "eu-west-1" || eu.Covered != 3 || !eu.Latest.Equal(at("2026-05-05T08:00:00Z")) ||
		!slices.Equal(eu.In, []activity.Span{{From: day("2026-05-01"), To: day("2026-05-02")}, {From: day("2026-05-05"), To: day("2026-05-05")}}) ||
		!slices.Equal(eu.Gaps, []activity.Span{{From: day("2026-05-03"), To: day("2026-05-04")}, {From: day("2026-05-06"), To: day("2026-05-06")}}) {
		t.Errorf("eu-west-1: %+v", eu)
	}
	if us.Name != "us-east-1" || us.Covered != 0 || len(us.In) != 0 || len(us.Gaps) != 1 || us.Gaps[0].Len() != 6 {
		t.Errorf("us-east-1: %+v", us)
	}
	if days := Any(got); days.Len() != 4 {
		t.Errorf("any Region: %d days", days.Len())
	}
}
