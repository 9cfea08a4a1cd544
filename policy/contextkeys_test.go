package policy

import (
	"slices"
	"testing"
)

func TestContextKeys(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		want  []string
	}{
		// The example of AWS's page on GetContextKeysForCustomPolicy.
		"a variable and a condition": {[]string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}`},
			[]string{"aws:username", "aws:CurrentTime"}},
		"nothing is asked":            {[]string{allowAll}, nil},
		"no documents":                {nil, nil},
		"each key once":               {[]string{conditioned(`"StringEquals":{"aws:a":"1"},"StringLike":{"aws:a":"2","aws:b":"3"}`), conditioned(`"Bool":{"aws:b":"true"}`)}, []string{"aws:a", "aws:b"}},
		"as it is written first":      {[]string{conditioned(`"StringEquals":{"aws:SourceIp":"1"},"StringLike":{"aws:sourceip":"2"}`)}, []string{"aws:SourceIp"}},
		"variable in a condition":     {[]string{conditioned(`"StringEquals":{"aws:a":"${aws:b}/${aws:c, 'none'}"}`)}, []string{"aws:a", "aws:b", "aws:c"}},
		"escapes ask nothing":         {[]string{conditioned(`"StringLike":{"aws:a":"${*}${?}${$}"}`)}, []string{"aws:a"}},
		"numbers have no variables":   {[]string{conditioned(`"NumericEquals":{"aws:a":"${aws:b}"}`)}, []string{"aws:a"}},
		"Null asks too":               {[]string{conditioned(`"Null":{"aws:a":"true"}`)}, []string{"aws:a"}},
		"an unknown operator as well": {[]string{conditioned(`"StringResembles":{"aws:a":"${aws:b}"}`)}, []string{"aws:a"}},
		"NotResource":                 {[]string{`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::${aws:userid}"}}`}, []string{"aws:userid"}},
		"no variables before 2012":    {[]string{`{"Version":"2008-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::${aws:userid}","Condition":{"Bool":{"aws:a":"${aws:b}"}}}}`}, []string{"aws:a"}},
		"statements in their order":   {[]string{`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"${aws:z}"},{"Effect":"Allow","Action":"*","Resource":"${aws:a}"}]}`}, []string{"aws:z", "aws:a"}},
	} {
		t.Run(name, func(t *testing.T) {
			var docs []*Document
			for _, text := range c.texts {
				docs = append(docs, mustParse(t, text))
			}
			if got := ContextKeys(docs...); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// conditioned is a document with conditions.
func conditioned(conditions string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + conditions + `}}}`
}

// Whatever Evaluate misses, ContextKeys has announced.
func TestContextKeysCoverTheMissing(t *testing.T) {
	doc := mustParse(t, `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:SourceVpc}"},
	 {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}"}}}]}`)
	keys := ContextKeys(doc)
	got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Caller: alice, Context: Context{"aws:PrincipalTag/team": {"red"}}},
		Policies{Identity: []*Document{doc}})
	if want := []string{"aws:ResourceTag/team", "aws:SourceVpc"}; !slices.Equal(got.Missing, want) {
		t.Errorf("missing %q, want %q", got.Missing, want)
	}
	for _, key := range got.Missing {
		if !slices.Contains(keys, key) {
			t.Errorf("%s is missing but not among %q", key, keys)
		}
	}
}
