package refine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// The random policies and events are about few services, so that they meet.
var (
	randomPatterns = []string{"*", "s3:*", "S3:Get*", "s3:CreateBucket", "s3:DeleteBucket", "s3:GetObject", "s3:PutObject", "s3:List*", "sqs:*", "sqs:*Queue",
		"sqs:CreateQueue", "sqs:SendMessage", "ec2:*", "ec2:RunInstances", "ec2:Describe*", "iam:PassRole", "iam:*", "iam:Create?ser", "dynamodb:*", "dynamodb:PutItem",
		"dynamodb:CreateTable", "new:Thing", "sns:*", "kms:Decrypt", "*:*", "s3:BrandNewCall"}
	randomResources = []string{`"*"`, `"*"`, `"arn:aws:s3:::b/*"`, `["arn:aws:s3:::b","arn:aws:sqs:us-east-1:111122223333:q"]`, `"arn:aws:s3:::${aws:username}/*"`, `"arn:aws:sqs"`, `"arn:aws:iam::111122223333:role/r"`}
	randomEvents    = []string{"s3 CreateBucket", "s3 DeleteBucket", "s3 GetObject data", "s3 ListBuckets", "sqs CreateQueue", "sqs SendMessage data", "sqs BrandNewCall", "ec2 RunInstances",
		"ec2 DescribeInstances", "iam CreateUser", "dynamodb TransactWriteItems data", "dynamodb CreateTable", "sns Publish data", "kms Decrypt", "s3 BrandNewCall"}
	// Resources and contexts of requests: written down, not made of policies.
	askedResources = []string{"*", "arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::u/k", "arn:aws:s3:::other/k", "arn:aws:sqs:us-east-1:111122223333:q",
		"arn:aws:sqs:eu-west-1:111122223333:z", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "arn:aws:iam::111122223333:role/r",
		"arn:aws:iam::111122223333:user/u", "arn:aws:dynamodb:us-east-1:111122223333:table/t", "arn:aws:kms:us-east-1:111122223333:key/k", "arn:aws:sns:us-east-1:111122223333:t"}
	askedContexts = []policy.Context{nil, {"aws:username": {"u"}}, {"aws:username": {"b"}, "aws:SecureTransport": {"true"}}, {"aws:SecureTransport": {"false"}}}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func randomList(r *rand.Rand, from []string) string {
	var out []string
	for range 1 + r.IntN(4) {
		out = append(out, `"`+pick(r, from)+`"`)
	}
	return "[" + strings.Join(out, ",") + "]"
}

func randomStatement(r *rand.Rand) string {
	effect, action, resource, condition := "Allow", "Action", "Resource", ""
	if r.IntN(5) == 0 {
		effect = "Deny"
	}
	if r.IntN(8) == 0 {
		action = "NotAction"
	}
	if r.IntN(8) == 0 {
		resource = "NotResource"
	}
	if r.IntN(4) == 0 {
		condition = `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`
	}
	return fmt.Sprintf(`{"Effect":%q,%q:%s,%q:%s%s}`, effect, action, randomList(r, randomPatterns), resource, pick(r, randomResources), condition)
}

func randomPolicies(r *rand.Rand) []Policy {
	var out []Policy
	for i := range 1 + r.IntN(4) {
		var statements []string
		for range 1 + r.IntN(4) {
			statements = append(statements, randomStatement(r))
		}
		out = append(out, inline(fmt.Sprint("p", i), statements...))
	}
	return out
}

// randomUses are events, half of them in the window.
func randomUses(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(8) {
		fmt.Fprintf(&b, "2026-0%d-15 %s %s %s\n", 1+r.IntN(5), pick(r, randomEvents), pick(r, []string{"", "", "denied", "failed"}), pick(r, []string{"us-east-1", "mx-central-1"}))
	}
	return b.String()
}

// asked are the actions that the events that worked in the window asked for,
// worked out from their text alone.
func asked(events string) []string {
	var out []string
	for line := range strings.Lines(events) {
		w := strings.Fields(line)
		if w[0] < "2026-03-04" || slices.Contains(w, "denied") {
			continue
		}
		switch w[2] {
		case "ListBuckets":
			out = append(out, "s3:ListAllMyBuckets")
		case "TransactWriteItems":
			out = append(out, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem")
		case "RunInstances":
			out = append(out, "ec2:RunInstances", "iam:PassRole", "ec2:CreateTags")
		case "BrandNewCall": // whatever it needed
			out = append(out, w[1]+":BrandNewCall", w[1]+":List"+"Queues", w[1]+":DeleteQueue", w[1]+":DeleteBucket", w[1]+":GetObject")
		default:
			out = append(out, w[1]+":"+w[2])
		}
	}
	return out
}

func documentsOf(t *testing.T, policies []Policy) []*policy.Document {
	t.Helper()
	var out []*policy.Document
	for _, p := range policies {
		d, err := policy.ParseString(p.Document)
		if err != nil {
			t.Fatalf("%s: %v", p.Document, err)
		}
		out = append(out, d)
	}
	return out
}

// follow is the policies after the steps.
func follow(policies []Policy, steps []Step) []Policy {
	var out []Policy
	for _, p := range policies {
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.ExistingPolicy == p.ID }) {
			out = append(out, p)
		}
	}
	for i, s := range steps {
		if s.Action == CreatePolicy {
			out = append(out, Policy{ID: fmt.Sprint(s.ExistingPolicy, "-", i), Document: s.Recommended})
		}
	}
	return out
}

// verdicts asks the evaluator about every action, resource and context.
func verdicts(docs []*policy.Document, actions []string) map[string]bool {
	out := map[string]bool{}
	for _, a := range actions {
		for _, resource := range askedResources {
			for i, c := range askedContexts {
				req := policy.Request{Action: a, Resource: resource, Context: c, Caller: policy.Caller{ARN: app.ARN, Account: "111122223333"}}
				if policy.Evaluate(req, policy.Policies{Identity: docs}).Allowed {
					out[fmt.Sprint(a, " ", resource, " ", i)] = true
				}
			}
		}
	}
	return out
}

const rounds = 150

// TestRecommendedPoliciesKeepWhatWasUsed: whatever was used is still allowed for
// every resource and context for which it was, nothing is allowed that was not,
// what is left is needed, and a second recommendation finds nothing to do.
func TestRecommendedPoliciesKeepWhatWasUsed(t *testing.T) {
	steps := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 6))
		before, events := randomPolicies(r), randomUses(r)
		got, err := Recommend(input(t, before...), uses(events))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		steps += len(got)
		after := follow(before, got)
		oldDocs, newDocs := documentsOf(t, before), documentsOf(t, after)
		used := asked(events)
		kept := verdicts(newDocs, used)
		for request := range verdicts(oldDocs, used) {
			if !kept[request] {
				t.Fatalf("seed %d: %s was used and is not allowed any more\nbefore %v\nuses\n%s\nsteps\n%s", seed, request, before, events, show(got))
			}
		}
		all := []string{"s3:DeleteBucket", "s3:GetObject", "sqs:DeleteQueue", "ec2:StopInstances", "iam:CreateUser", "sns:Publish", "dynamodb:CreateTable", "new:Thing", "sqs:Other"}
		old := verdicts(oldDocs, all)
		for request := range verdicts(newDocs, all) {
			if !old[request] {
				t.Fatalf("seed %d: %s is allowed and was not\nbefore %v\nuses\n%s\nsteps\n%s", seed, request, before, events, show(got))
			}
		}
		again, err := Recommend(input(t, after...), uses(events))
		if err != nil || len(again) > 0 {
			t.Fatalf("seed %d: a second time %v, %s\nbefore %v\nuses\n%s\nfirst\n%s", seed, err, show(again), before, events, show(got))
		}
		minimal(t, seed, events, after)
	}
	if steps < rounds/2 {
		t.Errorf("%d steps in %d rounds: the test looked at little", steps, rounds)
	}
}

// minimal: no policy grants by itself a tracked action that was neither used nor
// may have been needed, nor anything of a service without use.
func minimal(t *testing.T, seed uint64, events string, after []Policy) {
	t.Helper()
	in := input(t)
	h, err := Gather(app, in.Window(), Evidence{Catalog: in.Catalog, Extras: in.Extras}, uses(events))
	if err != nil {
		t.Fatal(err)
	}
	n := newNeeds(in.Catalog, h)
	for _, d := range documentsOf(t, after) {
		if slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Allow && s.NotAction != nil }) {
			continue // kept as written for a call of no known action
		}
		for i := range in.Engine.Granted([]*policy.Document{d}).All() {
			if !n.of(i).keeps() {
				t.Fatalf("seed %d: %s is still granted: %s", seed, in.Catalog.FullName(i), n.of(i))
			}
		}
	}
}

// TestGeneratedPoliciesAllowWhatWasDone: a complete policy allows every call that
// worked, and without one of its actions some call would be refused.
func TestGeneratedPoliciesAllowWhatWasDone(t *testing.T) {
	complete := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 7))
		events := randomUses(r)
		o, err := Observe(Generation{Principal: app, From: now.AddDate(0, 0, -90), To: now, Catalog: catalogue(t)}, uses(events))
		if err != nil {
			t.Fatal(err)
		}
		texts, whole, err := Generate(o, Form{Template: r.IntN(2) == 0, Partition: "aws"}, catalogue(t))
		if err != nil {
			t.Fatal(err)
		}
		if !whole {
			continue
		}
		complete++
		var made []Policy
		for _, text := range texts {
			made = append(made, Policy{Document: text})
		}
		docs := documentsOf(t, made)
		calls := called(events)
		if bad := refused(docs, calls); bad != "" {
			t.Fatalf("seed %d: %s is refused by %s\nuses\n%s", seed, bad, texts, events)
		}
		for _, d := range docs {
			for i := range d.Statements {
				st := &d.Statements[i]
				for k, action := range st.Action {
					whole := st.Action
					st.Action = slices.Delete(slices.Clone(whole), k, k+1)
					if refused(docs, calls) == "" {
						t.Fatalf("seed %d: %s is not needed in %s\nuses\n%s", seed, action, texts, events)
					}
					st.Action = whole
				}
			}
		}
	}
	if complete < rounds/4 {
		t.Errorf("%d complete policies in %d rounds: the test looked at little", complete, rounds)
	}
}

// called are the actions of all calls in the window, also of refused ones: those
// are in a generated policy too (AA-50).
func called(events string) []string {
	var out []string
	for line := range strings.Lines(events) {
		w := strings.Fields(line)
		switch {
		case w[0] < "2026-03-04":
		case w[2] == "ListBuckets":
			out = append(out, "s3:ListAllMyBuckets")
		default:
			out = append(out, w[1]+":"+w[2])
		}
	}
	return out
}

func refused(docs []*policy.Document, calls []string) string {
	for _, a := range calls {
		if !policy.Evaluate(policy.Request{Action: a, Resource: "arn:aws:s3:::any"}, policy.Policies{Identity: docs}).Findings[policy.Identity].Allows {
			return a
		}
	}
	return ""
}

// FuzzRecommend: whatever the document, what is recommended parses, keeps every
// Deny, and is final.
func FuzzRecommend(f *testing.F) {
	f.Add(doc(`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","NotAction":["s3:*"],"Resource":"*"}`))
	f.Add(`{ "Statement" : {"Effect":"Allow","NotAction":"i?m:*","NotResource":["arn:aws:s3:::${aws:username}/*"],"Condition":{"Null":{"a:b":true}}}}`)
	f.Add(doc(`{"Sid":"A","Effect":"Allow","Action":["s3*","s*:Get*","sqs:BrandNewCall"],"Resource":"arn:aws:sqs"}`))
	const events = "2026-05-01 s3 CreateBucket\n2026-05-01 sqs BrandNewCall\n2026-05-02 ec2 RunInstances\n"
	f.Fuzz(func(t *testing.T, text string) {
		before, err := policy.ParseString(text)
		steps, failed := Recommend(input(t, Policy{ID: "p", Document: text}), uses(events))
		if failed != nil {
			if err == nil {
				if _, denied := failed.(*DeniedError); denied {
					t.Fatalf("%s: %v", text, failed)
				}
			}
			return
		}
		var after []*policy.Document
		for _, p := range follow([]Policy{{ID: "p", Document: text}}, steps) {
			d, err := policy.ParseString(p.Document)
			if err != nil {
				t.Fatalf("%s: %v", p.Document, err)
			}
			after = append(after, d)
			again, err := Recommend(input(t, p), uses(events))
			if err != nil || len(again) > 0 {
				t.Fatalf("%s: a second time %v %s", p.Document, err, show(again))
			}
		}
		if a, b := countDenies(before), countDenies(after...); b < a { // more, when each of several policies has them
			t.Fatalf("%d Denies became %d: %s", a, b, show(steps))
		}
	})
}

func countDenies(docs ...*policy.Document) (n int) {
	for st := range statements(docs) {
		if !st.Allow {
			n++
		}
	}
	return n
}
