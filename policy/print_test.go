package policy

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// documents are policies of every shape, also the seeds of the fuzz targets.
var documents = []string{
	`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["iam:ListUsers","iam:PassRole"],"Resource":"*"}]}`,
	`{"Version":"2012-10-17","Id":"trust","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root","Service":["ec2.amazonaws.com","ecs.amazonaws.com"]},"Action":["sts:AssumeRole"],"Condition":{"StringEquals":{"sts:ExternalId":"x"}}}]}`,
	`{"Statement":[{"Effect":"Deny","NotPrincipal":"*","NotAction":["s3:*"],"NotResource":["arn:aws:s3:::a","arn:aws:s3:::b/*"]}]}`,
	`{"Version":"2008-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"ForAllValues:StringLike":{"aws:TagKeys":["a*","b?"],"x:y":[]}}}]}`,
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[],"Resource":"arn:aws:s3:::b/${aws:username, 'none'}/${*}"}]}`,
	`{"Statement":[]}`,
}

// roundTrip fails unless printing doc and reading it back gives doc again,
// except for the positions, and printing that gives the same text.
func roundTrip(t *testing.T, doc *Document) {
	t.Helper()
	text, err := doc.MarshalJSON()
	if err != nil {
		t.Fatalf("print %+v: %v", doc, err)
	}
	if !json.Valid(text) {
		t.Fatalf("no JSON: %s", text)
	}
	again, err := Parse(text)
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	if got, want := placeless(again), placeless(doc); !reflect.DeepEqual(got, want) {
		t.Fatalf("text %s\ngot  %+v\nwant %+v", text, got, want)
	}
	if twice, err := again.MarshalJSON(); err != nil || string(twice) != string(text) {
		t.Fatalf("printed %s, then %s (%v)", text, twice, err)
	}
}

// placeless is a copy without positions.
func placeless(doc *Document) Document {
	d := *doc
	d.Statements = make([]Statement, len(doc.Statements))
	for i, st := range doc.Statements {
		st.Line, st.Column, st.EndLine, st.EndColumn = 0, 0, 0, 0
		st.FromLine, st.FromColumn = 0, 0
		d.Statements[i] = st
	}
	return d
}

func TestPrintIsCanonical(t *testing.T) {
	for _, text := range documents {
		doc, err := ParseString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := doc.MarshalJSON()
		if err != nil || string(got) != text {
			t.Errorf("got  %s (%v)\nwant %s", got, err, text)
		}
		roundTrip(t, doc)
	}
}

func TestPrintSortsElements(t *testing.T) {
	doc, err := ParseString(`{"Statement":{"Condition":{"Bool":{"a:b":true}},"Resource":["*"],"Action":"a:b","Principal":{"Service":"x.y","AWS":["*"]},"Effect":"Deny","Sid":"S"},"Version":"2012-10-17"}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Deny","Principal":{"AWS":"*","Service":"x.y"},"Action":["a:b"],"Resource":"*","Condition":{"Bool":{"a:b":"true"}}}]}`
	if got, err := doc.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

func TestPrintEscapes(t *testing.T) {
	doc := Document{ID: "\"\\\n\x01 <&> ü\u2028\xff", Statements: []Statement{}}
	const want = `{"Id":"\"\\\u000a\u0001 <&> ü` + "\u2028\ufffd" + `","Statement":[]}`
	if got, err := doc.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

func TestPrintGathersOperators(t *testing.T) {
	doc := Document{Statements: []Statement{{Action: []string{"*"}, Condition: []Condition{
		{"Bool", "a:b", []string{"true"}}, {"Null", "a:b", []string{"true"}}, {"Bool", "a:c", []string{"true"}}}}}}
	const want = `{"Statement":[{"Effect":"Deny","Action":["*"],"Condition":{"Bool":{"a:b":"true","a:c":"true"},"Null":{"a:b":"true"}}}]}`
	if got, err := doc.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

func TestPrintRefusesWhatNoTextCanSay(t *testing.T) {
	for name, st := range map[string]Statement{
		"a condition key twice": {Action: []string{"*"}, Condition: []Condition{{"Bool", "a:b", []string{"true"}}, {"Bool", "a:b", []string{"false"}}}},
		"everyone and a list":   {Action: []string{"*"}, Principal: &Principal{Any: true, Types: map[string][]string{"AWS": {"*"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := Document{Statements: []Statement{st}}
			if text, err := doc.MarshalJSON(); err == nil {
				t.Errorf("printed %s", text)
			}
		})
	}
}

func TestDocumentInsideOtherJSON(t *testing.T) {
	var v struct{ PolicyDocument *Document }
	if err := json.Unmarshal([]byte(`{"PolicyDocument":`+documents[0]+`}`), &v); err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(v); err != nil || string(text) != `{"PolicyDocument":`+documents[0]+`}` {
		t.Errorf("got %s (%v)", text, err)
	}
}

// TestPrintThenParse makes documents at random and reads them back.
func TestPrintThenParse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		doc := randomDocument(r)
		roundTrip(t, doc)
	}
}

func randomDocument(r *rand.Rand) *Document {
	doc := &Document{Version: []string{"", Version2008, Version2012}[r.IntN(3)], ID: randomText(r), Statements: []Statement{}}
	for range r.IntN(4) {
		doc.Statements = append(doc.Statements, randomStatement(r))
	}
	return doc
}

func randomStatement(r *rand.Rand) Statement {
	st := Statement{Sid: randomText(r), Allow: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		st.Action = randomList(r)
	} else {
		st.NotAction = randomList(r)
	}
	switch r.IntN(3) {
	case 0:
		st.Resource = randomList(r)
	case 1:
		st.NotResource = randomList(r)
	}
	switch r.IntN(4) {
	case 0:
		st.Principal = &Principal{Any: true}
	case 1:
		st.NotPrincipal = &Principal{Types: map[string][]string{"AWS": randomList(r), randomText(r): randomList(r)}}
	}
	for i := range r.IntN(3) {
		operator := []string{"StringEquals", "Bool", "ForAnyValue:ArnLike"}[i]
		for j := range 1 + r.IntN(2) {
			key := strings.Repeat("k", j+1) + randomText(r)
			st.Condition = append(st.Condition, Condition{operator, key, randomList(r)})
		}
	}
	return st
}

func randomList(r *rand.Rand) []string {
	list := []string{}
	for range r.IntN(4) {
		list = append(list, randomText(r))
	}
	return list
}

func randomText(r *rand.Rand) string {
	parts := []string{"", "s3:*", "\"", "\\", "\n", "${aws:username}", "ü", "😀", "\x00", "<", "arn:aws:s3:::b/?", "'", "\u2028"}
	return parts[r.IntN(len(parts))] + parts[r.IntN(len(parts))]
}

// A Document inside a struct value is not addressable; it prints all the same.
func TestPrintDocumentValue(t *testing.T) {
	v := struct{ Policy Document }{*mustParse(t, documents[5])}
	if text, err := json.Marshal(v); err != nil || string(text) != `{"Policy":{"Statement":[]}}` {
		t.Errorf("got %s (%v)", text, err)
	}
}
