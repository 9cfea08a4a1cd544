package policy

import "testing"

func TestSmoke(t *testing.T) {
	d, err := ParseString(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	dec := Evaluate(Request{Action: "iam:GetUser", Resource: "arn:aws:iam::111122223333:user/x", Caller: Caller{ARN: "arn:aws:iam::111122223333:user/a", Account: "111122223333"}}, Policies{Identity: []*Document{d}})
	if !dec.Allowed || dec.By != Identity {
		t.Fatal(dec)
	}
	b, err := d.MarshalJSON()
	t.Log(string(b), err)
}
