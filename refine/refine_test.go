package refine

import (
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/report"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

var app = report.Entity{Kind: report.Role, ID: "AROAAPPEXAMPLE0000001", ARN: "arn:aws:iam::111122223333:role/service/app"}

var loadOnce = sync.OnceValues(catalog.Load)

func catalogue(tb testing.TB) *catalog.Catalog {
	tb.Helper()
	c, err := loadOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

var engineOnce = sync.OnceValue(func() *grant.Engine {
	c, err := loadOnce()
	if err != nil {
		panic(err)
	}
	return grant.New(c)
})

var extrasOnce = sync.OnceValues(func() (*catalog.Extras, error) {
	c, err := loadOnce()
	if err != nil {
		return nil, err
	}
	return catalog.LoadExtras(c)
})

func extras(tb testing.TB) *catalog.Extras {
	tb.Helper()
	e, err := extrasOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// use is an event of role app: "DAY SOURCE NAME", and words that make it
// something else than a management event in us-east-1 that succeeded.
func use(text string) activity.Fact {
	w := strings.Fields(text)
	at, err := time.Parse(time.RFC3339, w[0])
	if err != nil {
		at, err = time.Parse(time.DateOnly, w[0])
	}
	if err != nil {
		panic(err)
	}
	k := activity.Key{Account: "111122223333", Principal: app.ID, Source: w[1] + ".amazonaws.com", Name: w[2],
		Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}
	for _, word := range w[3:] {
		switch word {
		case "data":
			k.Class = activity.Data
		case "keyuse":
			k.Class = activity.KeyUse
		case "denied":
			k.Outcome = activity.Denied
		case "failed":
			k.Outcome = activity.Failed
		default:
			k.Region = word
		}
	}
	return activity.Attempt(k, at, text)
}

// uses reads events, one per line.
func uses(text string) report.FactSource {
	merged := map[activity.Key]activity.Fact{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		f := use(line)
		if old, ok := merged[f.Key]; ok {
			f = activity.Merge(old, f)
		}
		merged[f.Key] = f
	}
	var list []activity.Fact
	for _, f := range merged {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Compare(b.Key) })
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

// inline is an inline policy of statements, without the frame around them.
func inline(name string, statements ...string) Policy {
	return Policy{ID: name, Document: doc(statements...)}
}

func doc(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func input(tb testing.TB, policies ...Policy) Input {
	return Input{Principal: app, Policies: policies, Now: now, Age: 90 * 24 * time.Hour,
		Catalog: catalogue(tb), Engine: engineOnce(), Extras: extras(tb)}
}

// show writes steps as lines.
func show(steps []Step) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.Action + " " + s.ExistingPolicy)
		if !s.PolicyUpdatedAt.IsZero() {
			b.WriteString(" " + s.PolicyUpdatedAt.Format(time.DateOnly))
		}
		if s.Recommended != "" {
			b.WriteString(" " + s.Recommended)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
