package refine

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

func TestGiveBack(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine := grant.New(cat)
	const from = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket","sqs:CreateQueue"],"Resource":"*"}]}`
	c := Change{Kind: ChangeInline, Policy: "P", Holder: "arn:aws:iam::111122223333:role/app", From: from}
	removed := []string{"s3:CreateBucket", "s3:DeleteBucket", "sqs:CreateQueue"}
	for service, want := range map[string]string{
		"s3": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`,
		"S3": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`,
	} {
		back, any, err := GiveBack(c, removed, service, cat, engine)
		if err != nil || !any || back.From != "" || back.To != want || back.Policy != "P" {
			t.Errorf("%s: %+v, %v, %v", service, back, any, err)
		}
	}
	if _, any, err := GiveBack(c, removed, "ec2", cat, engine); any || err != nil {
		t.Errorf("of a service of which nothing was taken: %v, %v", any, err)
	}
	if back, any, err := GiveBack(c, removed[2:], "sqs", cat, engine); !any || err != nil || back != c.Back() {
		t.Errorf("of all that was taken: %+v, %v, %v", back, any, err)
	}
	c = Change{Kind: ChangeAttachment, Policy: "arn:aws:iam::111122223333:policy/p", Holder: c.Holder, From: Attached}
	if _, _, err := GiveBack(c, removed, "s3", cat, engine); !errors.Is(err, ErrWhole) {
		t.Errorf("a part of an attachment: %v", err)
	}
}

// TestGiveBackGivesThatServiceOnly, over random policies with wildcards: what is left
// grants what was kept, and of what was taken the service's actions and no others.
func TestGiveBackGivesThatServiceOnly(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine := grant.New(cat)
	r := rand.New(rand.NewPCG(7, 8))
	patterns := []string{"s3:*", "s3:Get*", "sqs:*Queue", "sqs:*", "iam:Put*", "ec2:Create*", "kms:*Key", "sns:CreateTopic"}
	granted := func(text string) grant.Set {
		if text == "" {
			return engine.Granted(nil)
		}
		d, err := policy.ParseString(text)
		if err != nil {
			t.Fatal(err)
		}
		return engine.Granted([]*policy.Document{d})
	}
	for range 100 {
		var some []string
		for range 1 + r.IntN(4) {
			some = append(some, patterns[r.IntN(len(patterns))])
		}
		from := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(some, `","`) + `"],"Resource":"*"}]}`
		var removed []string
		for i := range granted(from).All() {
			if r.IntN(3) > 0 {
				removed = append(removed, cat.FullName(i))
			}
		}
		if len(removed) == 0 {
			continue
		}
		out, err := Edit(from, Editing{Catalog: cat, Engine: engine, Take: removed})
		if err != nil {
			t.Fatal(err)
		}
		after := granted(out.Document)
		service, _, _ := strings.Cut(removed[r.IntN(len(removed))], ":")
		back, any, err := GiveBack(Change{Kind: ChangeInline, Policy: "P", From: from, To: out.Document}, removed, service, cat, engine)
		if err != nil || !any {
			t.Fatal(any, err)
		}
		given := granted(back.To)
		for i := range granted(from).All() {
			name := cat.FullName(i)
			taken, its := slices.Contains(removed, name), strings.HasPrefix(name, service+":")
			if !given.Has(i) && (!taken || its) {
				t.Fatalf("%s of %s is not given back in %s", name, from, back.To)
			}
			if given.Has(i) && taken && !its && !after.Has(i) {
				t.Fatalf("%s was given back with %s: %s", name, service, back.To)
			}
		}
	}
}
