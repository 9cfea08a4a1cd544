package policy

import "testing"

// The callers of the tests.
var (
	alice = Caller{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", UserID: "AIDAALICEEXAMPLE00001"}
	app   = Caller{ARN: "arn:aws:sts::111122223333:assumed-role/app/s1", Account: "111122223333", UserID: "AROAAPPEXAMPLE0000001:s1",
		Issuer: "arn:aws:iam::111122223333:role/service/app"}
	root = Caller{ARN: "arn:aws:iam::111122223333:root", Account: "111122223333", UserID: "111122223333"}
	fed  = Caller{ARN: "arn:aws:sts::111122223333:federated-user/fred", Account: "111122223333", UserID: "111122223333:fred",
		Issuer: "arn:aws:iam::111122223333:user/alice"}
	ec2  = Caller{Service: "ec2.amazonaws.com"}
	saml = Caller{Provider: "arn:aws:iam::111122223333:saml-provider/corp"}
)

func mustParse(t *testing.T, text string) *Document {
	t.Helper()
	doc, err := ParseString(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
