package iam

import (
	"fmt"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

// twenty are inline policies as people write them: three statements each, some
// with conditions and variables.
func twenty() (list []inventory.Inline) {
	for i := range 20 {
		list = append(list, inventory.Inline{Name: fmt.Sprintf("P%d", i), Document: fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
		 {"Sid":"Read","Effect":"Allow","Action":["s3:Get*","s3:List*","dynamodb:GetItem","dynamodb:Query","sqs:ReceiveMessage","logs:*"],"Resource":["arn:aws:s3:::team%[1]d-*","arn:aws:s3:::team%[1]d-*/*","arn:aws:dynamodb:*:111122223333:table/team%[1]d-*"]},
		 {"Sid":"Home","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home%[1]d/${aws:username}/*","Condition":{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:PrincipalTag/team":"t%[1]d"}}},
		 {"Sid":"Deny","Effect":"Deny","Action":["s3:DeleteBucket","iam:*","kms:ScheduleKeyDeletion"],"Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}}]}`, i)})
	}
	return list
}

// One action of a principal with 20 policies: the operation whole, from its
// input struct to its output struct, documents parsed.
func BenchmarkSimulatePrincipalPolicy(b *testing.B) {
	w := newWorld(b)
	w.change(func(a *inventory.Account) { a.UserByName("alice").Inline = twenty() })
	in := &SimulatePrincipalPolicyInput{PolicySourceArn: alice, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::team19-data/a/b/c"}}
	out, err := w.SimulatePrincipalPolicy(b.Context(), auditor(), in)
	if err != nil || out.EvaluationResults[0].EvalDecision != allowed {
		b.Fatal(out, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.SimulatePrincipalPolicy(b.Context(), auditor(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// The engine alone: what each further resource or action costs.
func BenchmarkSimulation(b *testing.B) {
	w := newWorld(b)
	w.change(func(a *inventory.Account) { a.UserByName("alice").Inline = twenty() })
	account, err := w.account(b.Context(), auditor())
	if err != nil {
		b.Fatal(err)
	}
	p, err := w.principalOf(b.Context(), auditor(), account, "SimulatePrincipalPolicy", alice)
	if err != nil {
		b.Fatal(err)
	}
	caller := alice
	s, err := (&simulationInput{actions: []string{"s3:GetObject"}, resources: []string{"arn:aws:s3:::team19-data/a/b/c"}, caller: &caller}).simulation(account)
	if err != nil {
		b.Fatal(err)
	}
	if err := w.addPrincipal(s, account, p, exclusions{}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if result, _, err := s.evaluate(b.Context(), "s3:GetObject"); err != nil || result.EvalDecision != allowed {
			b.Fatal(result, err)
		}
	}
}
