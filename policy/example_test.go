package policy_test

import (
	"fmt"

	"github.com/ebbmark/ebbmark/policy"
)

// A user asks to assume a role whose trust policy names the user's account.
func ExampleEvaluate_assumeRole() {
	trust, err := policy.ParseString(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
		"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	alice := policy.Caller{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", UserID: "AIDAALICEEXAMPLE00001"}
	decision := policy.Evaluate(policy.Request{
		Action:   "sts:AssumeRole",
		Resource: "arn:aws:iam::111122223333:role/ops",
		Caller:   alice,
		Owner:    "111122223333",
		Context:  policy.Context{"sts:ExternalId": {"x"}},
	}, policy.Policies{Trust: trust})
	fmt.Println(decision.Allowed, decision.Delegated)
	fmt.Println(decision.Reason("sts:AssumeRole"))
	// Output:
	// false true
	// because no identity-based policy allows the sts:AssumeRole action
}

// A document is read, checked as a policy to be written, and printed.
func ExampleValidate() {
	doc, err := policy.ParseString(`{"Statement": {"Action": "iam*:Get", "Effect": "Allow", "Resource": "*"}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Validate(doc, policy.Identity))
	text, err := doc.AppendJSON(nil)
	fmt.Println(string(text), err)
	// Output:
	// Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.
	// {"Statement":[{"Effect":"Allow","Action":["iam*:Get"],"Resource":"*"}]} <nil>
}
