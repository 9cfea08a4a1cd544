package policy

import (
	"errors"
	"testing"
)

func TestRewriteLeavesAllOtherBytes(t *testing.T) {
	const pretty = `{
  "Version": "2012-10-17",
  "Id" : "x",
  "Statement": [
    {
      "Sid": "One", "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:PutObject"
      ],
      "Resource": ["*"]
    },
    { "Sid": "Two", "Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::\u0062/*" },

    {"Effect":"Deny","Action":["sqs:*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}
  ]
}
`
	for name, c := range map[string]struct {
		text  string
		edits []Edit
		want  string
	}{
		"no edit": {pretty, nil, pretty},
		"a list that stands on lines keeps its lines": {pretty, []Edit{{Statement: 0, Action: []string{"s3:A", "s3:B", "s3:C"}}}, `{
  "Version": "2012-10-17",
  "Id" : "x",
  "Statement": [
    {
      "Sid": "One", "Effect": "Allow",
      "Action": [
        "s3:A",
        "s3:B",
        "s3:C"
      ],
      "Resource": ["*"]
    },
    { "Sid": "Two", "Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::\u0062/*" },

    {"Effect":"Deny","Action":["sqs:*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}
  ]
}
`},
		"the first goes, NotAction becomes Action": {pretty, []Edit{{Statement: 1, Action: []string{"s3:A", "s3:B"}}, {Statement: 0, Remove: true}}, `{
  "Version": "2012-10-17",
  "Id" : "x",
  "Statement": [
    { "Sid": "Two", "Effect": "Allow", "Action": ["s3:A", "s3:B"], "Resource": "arn:aws:s3:::\u0062/*" },

    {"Effect":"Deny","Action":["sqs:*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}
  ]
}
`},
		"the last two go": {pretty, []Edit{{Statement: 1, Remove: true}, {Statement: 2, Remove: true}}, `{
  "Version": "2012-10-17",
  "Id" : "x",
  "Statement": [
    {
      "Sid": "One", "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:PutObject"
      ],
      "Resource": ["*"]
    }
  ]
}
`},
		"the first two go": {
			`{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}, {"Effect":"Allow","Action":"a:c","Resource":"*"}, {"Effect":"Deny","Action":"a:d","Resource":"*"}]}`,
			[]Edit{{Statement: 0, Remove: true}, {Statement: 1, Remove: true}},
			`{"Statement":[{"Effect":"Deny","Action":"a:d","Resource":"*"}]}`,
		},
		"the first and the last go": {
			`{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}, {"Effect":"Allow","Action":"a:c","Resource":"*"}, {"Effect":"Deny","Action":"a:d","Resource":"*"} ]}`,
			[]Edit{{Statement: 0, Remove: true}, {Statement: 2, Remove: true}},
			`{"Statement":[{"Effect":"Allow","Action":"a:c","Resource":"*"} ]}`,
		},
		"all go": {
			`{"Statement": {"Effect":"Allow","Action":"a:b","Resource":"*"}, "Version":"2012-10-17"}`,
			[]Edit{{Statement: 0, Remove: true}},
			`{"Statement": [], "Version":"2012-10-17"}`,
		},
		"a statement alone; a text stays one": {
			`{"Statement":{"Effect":"Allow","Action":"a:*","Resource":"*"}}`,
			[]Edit{{Statement: 0, Action: []string{`a:"b`}}},
			`{"Statement":{"Effect":"Allow","Action":"a:\"b","Resource":"*"}}`,
		},
		"an element name with an escape": {
			`{"Statement":{"Effect":"Allow","Not\u0041ction":"a:*","Resource":"*"}}`,
			[]Edit{{Statement: 0, Action: []string{"a:b"}}},
			`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}`,
		},
		"a text becomes a list": {
			`{"Statement":{"Effect":"Allow","Action":"a:*","Resource":"*"}}`,
			[]Edit{{Statement: 0, Action: []string{"a:b", "a:c"}}},
			`{"Statement":{"Effect":"Allow","Action":["a:b","a:c"],"Resource":"*"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Rewrite(c.text, c.edits)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if _, err := ParseString(got); err != nil {
				t.Errorf("result does not parse: %v", err)
			}
		})
	}
}

func TestRewriteRefusesEditsThatDoNotFit(t *testing.T) {
	const text = `{"Statement":{"Effect":"Allow","Action":"a:*","Resource":"*"}}`
	for name, edits := range map[string][]Edit{
		"no such statement": {{Statement: 1, Remove: true}},
		"negative":          {{Statement: -1, Remove: true}},
		"twice":             {{Statement: 0, Remove: true}, {Statement: 0, Remove: true}},
		"no action left":    {{Statement: 0}},
	} {
		if got, err := Rewrite(text, edits); !errors.Is(err, ErrEdit) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := Rewrite(`{}`, nil); err == nil {
		t.Error("a text that does not parse was rewritten")
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:b"],"Resource":"*"},{"Effect":"Deny","NotAction":"c:d","Resource":"*"}]}`, 1)
	f.Add(`{ "Statement" : { "NotAction" : "\u0041:*" , "Effect" : "Allow" , "Resource" : [ "*" , "x" ] } , "Id" : "\"" }`, 0)
	f.Fuzz(func(t *testing.T, text string, which int) {
		doc, err := ParseString(text)
		if err != nil || len(doc.Statements) == 0 {
			return
		}
		if same, err := Rewrite(text, nil); err != nil || same != text {
			t.Fatalf("without edits: %q, %v", same, err)
		}
		n := len(doc.Statements)
		i := (which%n + n) % n
		got, err := Rewrite(text, []Edit{{Statement: i, Action: []string{"a:b", "c:*"}}})
		if err != nil {
			t.Fatal(err)
		}
		after, err := ParseString(got)
		if err != nil || len(after.Statements) != n || len(after.Statements[i].Action) != 2 || after.Statements[i].NotAction != nil {
			t.Fatalf("%q, %v", got, err)
		}
		if got, err = Rewrite(text, []Edit{{Statement: i, Remove: true}}); err != nil {
			t.Fatal(err)
		}
		if after, err = ParseString(got); err != nil || len(after.Statements) != n-1 {
			t.Fatalf("%q, %v", got, err)
		}
	})
}
