package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseForms(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Document
	}{
		"single forms everywhere": {
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`,
			Document{Version: "2012-10-17", Statements: []Statement{{Allow: true,
				Action: []string{"s3:GetObject"}, Resource: []string{"*"},
				Line: 1, Column: 37, EndLine: 1, EndColumn: 93}}},
		},
		"list forms everywhere": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","iam:*"],"Resource":["*","arn:aws:s3:::b"]}]}`,
			Document{Version: "2012-10-17", Statements: []Statement{{Allow: true,
				Action: []string{"s3:GetObject", "iam:*"}, Resource: []string{"*", "arn:aws:s3:::b"},
				Line: 1, Column: 38, EndLine: 1, EndColumn: 123}}},
		},
		"any order of elements, no version": {
			`{"Statement":[{"Resource":"*","NotAction":"iam:*","Sid":"A","Effect":"Deny"}],"Id":"x"}`,
			Document{ID: "x", Statements: []Statement{{Sid: "A",
				NotAction: []string{"iam:*"}, Resource: []string{"*"},
				Line: 1, Column: 15, EndLine: 1, EndColumn: 76}}},
		},
		"NotResource": {
			`{"Statement":{"Effect":"Allow","Action":"*","NotResource":["arn:aws:s3:::b/*"]}}`,
			Document{Statements: []Statement{{Allow: true,
				Action: []string{"*"}, NotResource: []string{"arn:aws:s3:::b/*"},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 79}}},
		},
		"everyone as principal": {
			`{"Statement":{"Effect":"Allow","Action":"*","Principal":"*"}}`,
			Document{Statements: []Statement{{Allow: true, Action: []string{"*"}, Principal: &Principal{Any: true},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 60}}},
		},
		"principals by type": {
			`{"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":"111122223333","Service":["ec2.amazonaws.com","ecs.amazonaws.com"]}}}`,
			Document{Statements: []Statement{{Allow: true, Action: []string{"*"}, Principal: &Principal{Types: map[string][]string{
				"AWS": {"111122223333"}, "Service": {"ec2.amazonaws.com", "ecs.amazonaws.com"}}},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 131}}},
		},
		"NotPrincipal": {
			`{"Statement":{"Effect":"Deny","Action":"*","NotPrincipal":{"AWS":"*"}}}`,
			Document{Statements: []Statement{{Action: []string{"*"}, NotPrincipal: &Principal{Types: map[string][]string{"AWS": {"*"}}},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 70}}},
		},
		"booleans and numbers as condition values": {
			`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false},"NumericLessThan":{"s3:max-keys":[10,1.5e3,"7"]}}}}`,
			Document{Statements: []Statement{{Action: []string{"*"}, Resource: []string{"*"}, Condition: []Condition{
				{"Bool", "aws:SecureTransport", []string{"false"}},
				{"NumericLessThan", "s3:max-keys", []string{"10", "1.5e3", "7"}}},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 158}}},
		},
		"two keys under one operator are two lines": {
			`{"Statement":{"Effect":"Deny","Action":"*","Condition":{"StringLike":{"aws:a":"x","aws:b":[]}}}}`,
			Document{Statements: []Statement{{Action: []string{"*"}, Condition: []Condition{
				{"StringLike", "aws:a", []string{"x"}}, {"StringLike", "aws:b", []string{}}},
				Line: 1, Column: 14, EndLine: 1, EndColumn: 95}}},
		},
		"empty lists, an empty condition and no statements": {
			`{"Statement":[{"Effect":"Allow","Action":[],"Resource":[],"Condition":{"StringEquals":{}}}]}`,
			Document{Statements: []Statement{{Allow: true, Action: []string{}, Resource: []string{},
				Line: 1, Column: 15, EndLine: 1, EndColumn: 90}}},
		},
		"a list without statements": {`{"Statement":[]}`, Document{Statements: []Statement{}}},
		"policy variables and escapes stay as they are written": {
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/${*}\u0041\/\ud83d\ude00"}}`,
			Document{Version: "2012-10-17", Statements: []Statement{{Allow: true, Action: []string{"*"},
				Resource: []string{"arn:aws:s3:::b/${aws:username}/${*}A/😀"},
				Line:     1, Column: 37, EndLine: 1, EndColumn: 136}}},
		},
		"what AWS would refuse to write today": {
			`{"Statement":{"Effect":"Allow","Action":["iam*:Get","nosuch:Thing"],"Resource":"x","Condition":{"StringResembles":{"k":"v"}}}}`,
			Document{Statements: []Statement{{Allow: true, Action: []string{"iam*:Get", "nosuch:Thing"}, Resource: []string{"x"},
				Condition: []Condition{{"StringResembles", "k", []string{"v"}}},
				Line:      1, Column: 14, EndLine: 1, EndColumn: 125}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			for i := range got.Statements { // TestSimulatedPositions has these
				got.Statements[i].FromLine, got.Statements[i].FromColumn = 0, 0
			}
			if !reflect.DeepEqual(*got, c.want) {
				t.Errorf("got  %+v\nwant %+v", *got, c.want)
			}
		})
	}
}

func TestParseKeepsPositions(t *testing.T) {
	doc, err := ParseString("{\n \"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \"*\"},\r\n\t{\n\t\t\"Sid\": \"für\", \"Effect\": \"Deny\",\n\t\t\"Action\": \"*\" }, { \"Effect\": \"Deny\", \"Action\": \"a:b\"}\n ]\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := [][4]int{{3, 3, 3, 36}, {4, 2, 6, 17}, {6, 20, 6, 55}}
	for i, st := range doc.Statements {
		if got := [4]int{st.Line, st.Column, st.EndLine, st.EndColumn}; got != want[i] {
			t.Errorf("statement %d at %v, want %v", i, got, want[i])
		}
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text         string
		line, column int
		problem      string
	}{
		"nothing":                    {"", 1, 1, "the document must be an object, found the end of the text"},
		"white space":                {" \n ", 2, 2, "the document must be an object, found the end of the text"},
		"a list":                     {"[]", 1, 1, "the document must be an object, found a list"},
		"null":                       {"null", 1, 1, "the document must be an object, found 'n'"},
		"no statement":               {`{"Version":"2012-10-17"}`, 1, 1, "the document has no Statement element: add one"},
		"cut off":                    {`{"Statement":[`, 1, 15, "a statement must be an object, found the end of the text"},
		"cut off in a string":        {`{"Statement`, 1, 2, "a string without closing quotation mark"},
		"cut off after an escape":    {`{"State\`, 1, 8, `an escape that JSON does not know: write a backslash itself as \\`},
		"text after the end":         {`{"Statement":[]} x`, 1, 18, "text after the end of the document: remove it"},
		"unknown version":            {`{"Version":"2012-10-7","Statement":[]}`, 1, 12, `version "2012-10-7" does not exist: write "2012-10-17"`},
		"unknown element":            {"{\"Statement\":[],\n\"Comment\":1}", 2, 1, `unknown element "Comment" in the document: it may have Version, Id, Statement`},
		"wrong case of an element":   {`{"statement":[]}`, 1, 2, `unknown element "statement" in the document: upper and lower case count, write "Statement"`},
		"Statement twice":            {`{"Statement":[],"Statement":[]}`, 1, 17, `"Statement" appears twice in the document: keep one of them`},
		"twice, once with an escape": {`{"Statement":{"Effect":"Allow","\u0045ffect":"Deny"}}`, 1, 32, `"Effect" appears twice in the statement: keep one of them`},
		"operator twice":             {`{"Statement":{"Condition":{"Bool":{},"Bool":{}}}}`, 1, 38, `"Bool" appears twice in Condition: keep one of them`},
		"condition key twice":        {`{"Statement":{"Condition":{"Bool":{"a:b":"c","a:b":"d"}}}}`, 1, 46, `"a:b" appears twice in Bool: keep one of them`},
		"principal type twice":       {`{"Statement":{"Principal":{"AWS":"*","AWS":"*"}}}`, 1, 38, `"AWS" appears twice in Principal: keep one of them`},
		"wrong effect":               {`{"Statement":{"Effect":"allow"}}`, 1, 24, `effect "allow" does not exist: write "Allow" or "Deny", upper and lower case count`},
		"no effect":                  {"{\"Statement\":[\n {\"Action\":\"*\"}]}", 2, 2, `the statement has no Effect: add "Effect": "Allow" or "Effect": "Deny"`},
		"no action":                  {`{"Statement":{"Effect":"Allow","Resource":"*"}}`, 1, 14, "the statement has neither Action nor NotAction: add one of them"},
		"Action and NotAction":       {`{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*"}}`, 1, 14, "the statement has both Action and NotAction: keep one of them"},
		"Resource and NotResource":   {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}}`, 1, 14, "the statement has both Resource and NotResource: keep one of them"},
		"Principal and NotPrincipal": {`{"Statement":{"Effect":"Allow","Action":"*","Principal":"*","NotPrincipal":"*"}}`, 1, 14, "the statement has both Principal and NotPrincipal: keep one of them"},
		"principal without type":     {`{"Statement":{"Principal":"111122223333"}}`, 1, 27, `Principal is the string "111122223333": write "*", or an object such as {"AWS": "111122223333"}`},
		"a number as action":         {`{"Statement":{"Action":7}}`, 1, 24, "Action must be a string or a list of strings, found '7'"},
		"an object in a list":        {`{"Statement":{"Action":["a",{}]}}`, 1, 29, "Action must be a string or a list of strings, found an object"},
		"a list in a list":           {`{"Statement":{"Action":[["a"]]}}`, 1, 25, "Action must be a string or a list of strings, found a list inside the list"},
		"null as condition value":    {`{"Statement":{"Condition":{"Null":{"a:b":null}}}}`, 1, 42, "condition key a:b must be a string, number or boolean, or a list of them, found 'n'"},
		"a number JSON has not":      {`{"Statement":{"Condition":{"Null":{"a:b":01}}}}`, 1, 42, "condition key a:b must be a string, number or boolean, or a list of them, found '0'"},
		"Sid as number":              {`{"Statement":{"Sid":1}}`, 1, 21, "Sid must be a string, found '1'"},
		"Condition as list":          {`{"Statement":{"Condition":[]}}`, 1, 27, "Condition must be an object, found a list"},
		"comma before the end":       {`{"Statement":[],}`, 1, 17, `a comma before the closing '}' of the document: remove the comma`},
		"missing comma":              {`{"Id":"a" "Statement":[]}`, 1, 11, `expected a comma or the closing '}' of the document, found a string`},
		"missing colon":              {`{"Id" "a"}`, 1, 7, `expected a colon after "Id", found a string`},
		"name without quotation":     {`{Id:"a"}`, 1, 2, "expected an element name in quotation marks in the document, found 'I'"},
		"control character":          {"{\"Id\":\"a\tb\"}", 1, 9, `a control character inside a string: write it as an escape, such as \n`},
		"control character later":    {"{\"Id\":\"\\na\nb\"}", 1, 11, `a control character inside a string: write it as an escape, such as \n`},
		"half a surrogate":           {`{"Id":"\ud83dx"}`, 1, 8, `an escape that JSON does not know: write a backslash itself as \\`},
		"bytes that are no UTF-8":    {"{\"Id\":\n\"\xff\"}", 2, 2, "a byte that is not UTF-8: save the document as UTF-8"},
		"byte order mark":            {"\ufeff{}", 1, 1, `the document must be an object, found '\ufeff'`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseString(c.text)
			syntax, ok := errors.AsType[*SyntaxError](err)
			if !ok {
				t.Fatalf("error %v, want a SyntaxError", err)
			}
			if want := (SyntaxError{c.line, c.column, c.problem}); *syntax != want {
				t.Errorf("got  %+v\nwant %+v", *syntax, want)
			}
		})
	}
}

func TestParseErrorText(t *testing.T) {
	_, err := ParseString(`{"Statement":{"Effect":"allow"}}`)
	const want = `policy document line 1, column 24: effect "allow" does not exist: write "Allow" or "Deny", upper and lower case count`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

func TestParseBounds(t *testing.T) {
	head, tail := `{"Statement":[],"Id":"`, `"}`
	fits := head + strings.Repeat("ü", 1_000_000-len(head)-len(tail)) + tail
	if _, err := ParseString(fits); err != nil {
		t.Errorf("1,000,000 characters: %v", err)
	}
	if _, err := ParseString(fits + " "); err == nil || !strings.Contains(err.Error(), "more than 1000000 characters") {
		t.Errorf("1,000,001 characters: %v", err)
	}
	// 31 characters each: more statements than the limit need more room than a
	// document has, so the limit is tried with the shortest there are.
	one := `{"Effect":"Deny","Action":"*"}`
	many := func(n int) string { return `{"Statement":[` + strings.Repeat(one+",", n-1) + one + `]}` }
	if doc, err := ParseString(many(4096)); err != nil || len(doc.Statements) != 4096 {
		t.Errorf("4096 statements: %v", err)
	}
	if _, err := ParseString(many(4097)); err == nil || !strings.Contains(err.Error(), "more than 4096 statements") {
		t.Errorf("4097 statements: %v", err)
	}
}

// Deep nesting must fail where the grammar ends, without recursion.
func TestParseRefusesDepth(t *testing.T) {
	for name, text := range map[string]string{
		"lists":      strings.Repeat("[", 60_000),
		"objects":    strings.Repeat(`{"Statement":`, 9_000),
		"statements": `{"Statement":` + strings.Repeat("[", 60_000),
		"actions":    `{"Statement":{"Action":` + strings.Repeat("[", 60_000),
		"conditions": `{"Statement":{"Condition":` + strings.Repeat(`{"a":`, 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseString(text); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// A document of many keys is read in linear time, and a repeated one is still
// found among them.
func TestParseManyKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"Statement":{"Effect":"Deny","Action":"*","Condition":{"Bool":{`)
	for i := range 9000 {
		fmt.Fprintf(&b, `"k%d":1,`, i)
	}
	if _, err := ParseString(b.String() + `"last":1}}}}`); err != nil {
		t.Error(err)
	}
	if _, err := ParseString(b.String() + `"k4711":1}}}}`); err == nil || !strings.Contains(err.Error(), `"k4711" appears twice`) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Action":["a\u0000\ud83d\ude00"],"Principal":{"":[]}}}`))
	f.Add([]byte(`{"Statement":[{"Effect":"Deny","NotAction":[],"NotPrincipal":"*","Condition":{"x":{},"y":{"z":[-0.5E+1,true]}}}]} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := Parse(text)
		if err != nil {
			syntax, ok := errors.AsType[*SyntaxError](err)
			if !ok || syntax.Line < 1 || syntax.Column < 1 || syntax.Problem == "" {
				t.Fatalf("error %#v", err)
			}
			return
		}
		roundTrip(t, doc)
		for kind := RCP; kind < kinds; kind++ {
			_ = Validate(doc, kind)
		}
		Evaluate(Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Caller: alice}, Policies{
			Identity: []*Document{doc}, Boundary: doc, Session: []*Document{doc}, Trust: doc,
			SCP: [][]*Document{{doc}}, RCP: [][]*Document{{doc}}})
	})
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{"small": documents[0], "large": large()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseString(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// large is a document of the size of AWS's own long managed policies.
func large() string {
	statements := []string{}
	for i := range 60 {
		actions := []string{}
		for j := range 12 {
			actions = append(actions, fmt.Sprintf("%q", fmt.Sprintf("service%d:DescribeThing%d*", i, j)))
		}
		statements = append(statements, fmt.Sprintf(`
    {
      "Sid": "Statement%d",
      "Effect": "Allow",
      "Action": [%s],
      "Resource": ["arn:aws:service%d:*:111122223333:thing/*"],
      "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    }`, i, strings.Join(actions, ", "), i))
	}
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + "]}"
}

// Where AWS's simulator says that statements begin and end, with columns that
// it has answered: AWS CLI examples of simulate-custom-policy and
// simulate-principal-policy (the first two rows).
func TestSimulatedPositions(t *testing.T) {
	type place struct{ fromLine, fromColumn, endLine, endColumn int }
	for name, c := range map[string]struct {
		text string
		want []place
	}{
		"a statement alone": {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`,
			[]place{{1, 38, 1, 166}}},
		"the first of a list": {"{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": [\n                \"codecommit:ListRepositories\"],\n            \"Resource\": \"*\"\n        }\n    ]\n}",
			[]place{{3, 19, 9, 9}}},
		"the next of a list": {`{"Statement":[{"Effect":"Deny","Action":"*"}, {"Effect":"Deny","Action":"*"}]}`,
			[]place{{1, 15, 1, 44}, {1, 45, 1, 76}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []place
			for _, st := range mustParse(t, c.text).Statements {
				got = append(got, place{st.FromLine, st.FromColumn, st.EndLine, st.EndColumn})
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
