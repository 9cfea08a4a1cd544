package policy

import (
	"slices"
	"testing"
)

func TestHasVariable(t *testing.T) {
	for s, want := range map[string]bool{
		"":                               false,
		"arn:aws:s3:::b/*":               false,
		"arn:aws:s3:::b/${aws:username}": true,
		"${aws:PrincipalTag/my team}":    true,
		"${aws:userid, 'anonymous'}":     true,
		"${ aws:userid , 'a''b}' }":      true,
		"${*}${?}${$}":                   false,
		"${*}/${aws:username}":           true,
		"${}":                            false,
		"${ }":                           false,
		"${aws:username":                 false,
		"$aws:username}":                 false,
		"${aws:userid, anonymous}":       false,
		"${aws:userid, 'anonymous}":      false,
		"${aws:userid, 'a' b}":           false,
		"${, 'a'}":                       false,
		"$${aws:username}":               true,
		"${":                             false,
		"$":                              false,
	} {
		if got := HasVariable(s); got != want {
			t.Errorf("HasVariable(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for pattern, want := range map[string][]Token{
		"":                   nil,
		"a*b?":               {{Kind: Literal, Text: "a"}, {Kind: AnyRun}, {Kind: Literal, Text: "b"}, {Kind: AnyOne}},
		"a${*}b":             {{Kind: Literal, Text: "a"}, {Kind: Literal, Text: "*"}, {Kind: Literal, Text: "b"}},
		"${$}{x}":            {{Kind: Literal, Text: "$"}, {Kind: Literal, Text: "{x}"}},
		"x/${aws:username}*": {{Kind: Literal, Text: "x/"}, {Kind: Variable, Text: "aws:username"}, {Kind: AnyRun}},
		"${k, 'd''e'}":       {{Kind: Variable, Text: "k", Default: "d'e", HasDefault: true}},
		"${k,''}":            {{Kind: Variable, Text: "k", HasDefault: true}},
		"${oops":             {{Kind: Literal, Text: "${oops"}},
		"a$*":                {{Kind: Literal, Text: "a"}, {Kind: Literal, Text: "$"}, {Kind: AnyRun}},
	} {
		if got := slices.Collect(Tokens(pattern)); !slices.Equal(got, want) {
			t.Errorf("Tokens(%q) = %+v, want %+v", pattern, got, want)
		}
	}
}

func TestTokensStopWhenAsked(t *testing.T) {
	for token := range Tokens("a*b") {
		if token.Text != "a" {
			t.Errorf("got %+v after the loop was left", token)
		}
		break
	}
}

// A Resource pattern with variables against one resource.
func TestVariablesInResources(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, resource string
		want              bool
	}{
		"the user's own name":                   {"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x", true},
		"another name":                          {"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/bob/x", false},
		"case of the key is ignored":            {"arn:aws:s3:::b/${AWS:UserName}", "arn:aws:s3:::b/alice", true},
		"absent key fits nothing":               {"arn:aws:s3:::b/${aws:SourceVpc}", "arn:aws:s3:::b/", false},
		"absent key is no literal":              {"arn:aws:s3:::b/${aws:SourceVpc}", "arn:aws:s3:::b/${aws:SourceVpc}", false},
		"absent key with a default":             {"arn:aws:s3:::b/${aws:SourceVpc, 'none'}", "arn:aws:s3:::b/none", true},
		"present key, default unused":           {"arn:aws:s3:::b/${aws:username, 'none'}", "arn:aws:s3:::b/none", false},
		"a star in the value is no wildcard":    {"arn:aws:s3:::b/${test:star}", "arn:aws:s3:::b/anything", false},
		"a star in the value is a star":         {"arn:aws:s3:::b/${test:star}", "arn:aws:s3:::b/*", true},
		"a question mark likewise":              {"arn:aws:s3:::b/${test:question}", "arn:aws:s3:::b/x", false},
		"a variable in the value is text":       {"arn:aws:s3:::b/${test:dollar}", "arn:aws:s3:::b/alice", false},
		"escaped star":                          {"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", true},
		"escaped star fits nothing else":        {"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", false},
		"escaped question mark":                 {"arn:aws:s3:::b/${?}", "arn:aws:s3:::b/?", true},
		"escaped dollar":                        {"arn:aws:s3:::b/${$}{aws:username}", "arn:aws:s3:::b/${aws:username}", true},
		"several values fit nothing":            {"arn:aws:s3:::b/${test:many}", "arn:aws:s3:::b/a", false},
		"several values take the default":       {"arn:aws:s3:::b/${test:many, 'z'}", "arn:aws:s3:::b/z", true},
		"a value that is no UTF-8 fits nothing": {"arn:aws:s3:::b/${test:bytes}", "arn:aws:s3:::b/*", false},
		"unfinished variable is text":           {"arn:aws:s3:::b/${aws", "arn:aws:s3:::b/${aws", true},
	} {
		t.Run(name, func(t *testing.T) {
			doc := &Document{Version: Version2012, Statements: []Statement{{Allow: true, Action: []string{"*"}, Resource: []string{c.pattern}}}}
			got := Evaluate(Request{Action: "s3:GetObject", Resource: c.resource, Caller: alice, Context: Context{
				"test:star": {"*"}, "test:question": {"?"}, "test:dollar": {"${aws:username}"}, "test:many": {"a", "b"}, "test:bytes": {"\xfe"},
			}}, Policies{Identity: []*Document{doc}})
			if got.Allowed != c.want {
				t.Errorf("pattern %s, resource %s: allowed %v, want %v", c.pattern, c.resource, got.Allowed, c.want)
			}
		})
	}
}

func TestVariablesAreTextInOldDocuments(t *testing.T) {
	for _, version := range []string{"", Version2008} {
		doc := &Document{Version: version, Statements: []Statement{{Allow: true, Action: []string{"*"}, Resource: []string{"a/${aws:username}"},
			Condition: []Condition{{"StringEquals", "test:text", []string{"${aws:username}"}}}}}}
		for resource, want := range map[string]bool{"a/alice": false, "a/${aws:username}": true} {
			got := Evaluate(Request{Action: "s3:GetObject", Resource: resource, Caller: alice,
				Context: Context{"test:text": {"${aws:username}"}}}, Policies{Identity: []*Document{doc}})
			if got.Allowed != want {
				t.Errorf("version %q, resource %s: allowed %v, want %v", version, resource, got.Allowed, want)
			}
		}
	}
}

// Nobody can tell what "all but ${absent}" leaves out: an Allow allows nothing,
// a Deny denies all.
func TestNotResourceWithAbsentVariable(t *testing.T) {
	all := mustParse(t, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"Allow":               {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::${aws:SourceVpc}"}}`, false},
		"Allow, key present":  {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::${aws:username}"}}`, true},
		"Allow, with default": {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::${aws:SourceVpc, 'x'}"}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, c.text)
			if got := Evaluate(Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", Caller: alice}, Policies{Identity: []*Document{doc}}); got.Allowed != c.want {
				t.Errorf("allowed %v, want %v", got.Allowed, c.want)
			}
		})
	}
	deny := mustParse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::${aws:SourceVpc}"}}`)
	if got := Evaluate(Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", Caller: alice}, Policies{Identity: []*Document{all, deny}}); !got.Explicit {
		t.Errorf("Deny with NotResource did not apply: %+v", got)
	}
}
