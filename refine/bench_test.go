package refine

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// BenchmarkRecommend is a principal with 20 policies of 40 actions each, and 60
// used ones.
func BenchmarkRecommend(b *testing.B) {
	cat := catalogue(b)
	var policies []Policy
	for p := range 20 {
		statement := `{"Effect":"Allow","Action":["ec2:Describe*","s3:Get*"`
		for i := range 38 {
			statement += fmt.Sprintf(",%q", cat.FullName((p*977+i*131)%len(cat.Actions())))
		}
		policies = append(policies, inline(fmt.Sprint("p", p), statement+`],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*","*"]}`))
	}
	events := "2026-05-01 ec2 DescribeInstances\n"
	s, _ := cat.Service("ec2")
	for i := range 60 {
		events += "2026-05-02 ec2 " + cat.Actions()[cat.Services()[s].First+i*3].Name + "\n"
	}
	in, facts := input(b, policies...), uses(events)
	for b.Loop() {
		if _, err := Recommend(in, facts); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplay replays what 20 roles that share a policy did, 60 actions each, against
// a smaller one; "uses/op" is how many uses that are. Nothing is kept from one round to
// the next.
func BenchmarkReplay(b *testing.B) {
	cat := catalogue(b)
	a := &inventory.Account{ID: "111122223333", Partition: "aws"}
	text := doc(`{"Effect":"Allow","Action":["s3:Get*","s3:List*","ec2:Describe*","sqs:*"],"Resource":"*"}`, `{"Effect":"Allow","Action":["kms:Decrypt","sns:*"],"Resource":"arn:aws:kms:*:*:key/*"}`)
	shared := &inventory.Policy{Name: "Shared", ARN: "arn:aws:iam::111122223333:policy/Shared", Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}}
	a.Policies = []*inventory.Policy{shared}
	for i := range 20 {
		a.Roles = append(a.Roles, &inventory.Role{Name: fmt.Sprint("r", i), ID: fmt.Sprint("AROA", i), ARN: fmt.Sprint("arn:aws:iam::111122223333:role/r", i), Path: "/", Attached: []string{shared.ARN}})
	}
	a.Index()
	actions := slices.Collect(engineOnce().Granted([]*policy.Document{parsed(b, text)}).All())
	for i := range actions { // two in three are used by nobody
		if actions = slices.Delete(actions, i, min(i+2, len(actions))); i+1 >= len(actions) {
			break
		}
	}
	p := NewProposer(a, Editing{Catalog: cat, Engine: engineOnce()}, func(who report.Entity) (h, _ History, _ error) {
		for i := range 60 {
			action := actions[(i*7+int(who.ARN[len(who.ARN)-1]))%len(actions)]
			h = append(h, Use{Service: cat.Actions()[action].Service, Action: action, Worked: true, Counted: true, CountedAction: true})
		}
		return h, nil, nil
	})
	c := Candidates(a, Window{})[0]
	one, err := p.Propose(c)
	if err != nil || !one.Changed() || len(one.Denied) > 0 {
		b.Fatal(err, one)
	}
	users, err := p.users(c)
	if err != nil {
		b.Fatal(err)
	}
	uses := 0
	for b.Loop() {
		s, err := p.swap(c, one.Edited)
		if err != nil {
			b.Fatal(err)
		}
		uses = 0
		for _, who := range users {
			proof, err := s.replay(who)
			if err != nil || len(proof.Denied) > 0 {
				b.Fatal(err, proof)
			}
			uses += proof.Uses
		}
	}
	if uses < 600 {
		b.Fatal(uses)
	}
	b.ReportMetric(float64(uses), "uses/op")
}

func parsed(tb testing.TB, text string) *policy.Document {
	tb.Helper()
	d, err := policy.ParseString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}
