package arn

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		text             string
		want             ARN
		kind, path, last string
	}{
		"a user with a path":  {"arn:aws:iam::111122223333:user/dev/bob", ARN{"aws", "iam", "", "111122223333", "user/dev/bob"}, "user", "/dev/", "bob"},
		"a user without":      {"arn:aws:iam::111122223333:user/alice", ARN{"aws", "iam", "", "111122223333", "user/alice"}, "user", "/", "alice"},
		"root":                {"arn:aws-cn:iam::111122223333:root", ARN{"aws-cn", "iam", "", "111122223333", "root"}, "root", "", "root"},
		"colons in the rest":  {"arn:aws:sns:us-east-1:111122223333:topic:sub", ARN{"aws", "sns", "us-east-1", "111122223333", "topic:sub"}, "topic:sub", "", "topic:sub"},
		"empty fields":        {"arn:::::", ARN{}, "", "", ""},
		"an AWS policy":       {"arn:aws:iam::aws:policy/job-function/Billing", ARN{"aws", "iam", "", "aws", "policy/job-function/Billing"}, "policy", "/job-function/", "Billing"},
		"a slash at the end":  {"arn:aws:iam::1:role/a/", ARN{"aws", "iam", "", "1", "role/a/"}, "role", "/a/", ""},
		"an object in bucket": {"arn:aws:s3:::b/k", ARN{"aws", "s3", "", "", "b/k"}, "b", "/", "k"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err != nil || got != test.want {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got.Kind() != test.kind || got.Path() != test.path || got.Name() != test.last {
				t.Errorf("kind %q, path %q, name %q", got.Kind(), got.Path(), got.Name())
			}
			if got.String() != test.text {
				t.Errorf("printed as %q", got)
			}
		})
	}
	for _, text := range []string{"", "arn", "arn:aws:iam::111122223333", "ARN:aws:iam::1:x", "urn:aws:iam::1:x", "alice"} {
		if got, err := Parse(text); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}
