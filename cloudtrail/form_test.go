package cloudtrail

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const formRecord = `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAAPPEXAMPLE0000001:i-0abc",` +
	`"arn":"arn:aws:sts::111122223333:assumed-role/app/i-0abc","accountId":"111122223333","sessionContext":{"sessionIssuer":` +
	`{"type":"Role","principalId":"AROAAPPEXAMPLE0000001","arn":"arn:aws:iam::111122223333:role/app","accountId":"111122223333"},` +
	`"attributes":{"mfaAuthenticated":"false"},"sourceIdentity":"ada"}},"eventTime":"2026-05-30T10:15:30Z","eventSource":"s3.amazonaws.com",` +
	`"eventName":"GetObject","awsRegion":"eu-west-1","requestParameters":{"bucketName":"b","list":[1,-2.5e3,"x",null,{},[]],"taskRoleArn":"r","executionRoleArn":"e"},` +
	`"responseElements":null,"bytes":20,"eventID":"E","readOnly":true,"managementEvent":false}`

// learned is a scanner that has learned the form of a record.
func learned(t *testing.T, record string) *Scanner {
	t.Helper()
	s := new(Scanner)
	_, _ = scanAll(s, strings.NewReader(`{"Records":[`+record+`]}`))
	return s
}

func TestARecordOfAKnownFormIsFollowed(t *testing.T) {
	for what, c := range map[string]struct {
		old, other string
		want       bool
	}{
		"the same":                         {"", "", true},
		"other values":                     {`"GetObject"`, `"PutObjectAcl"`, true},
		"a longer value":                   {`"x"`, `"` + strings.Repeat("x", 100) + `"`, true},
		"an empty value":                   {`"E"`, `""`, true},
		"another number":                   {`:20,`, `:-0.5E+7,`, true},
		"no number":                        {`:20,`, `:020,`, false},
		"an unfinished number":             {`:20,`, `:2.,`, false},
		"a word in place of a number":      {`:20,`, `:null,`, false},
		"an escape":                        {`"x"`, `"\""`, false},
		"a control character":              {`"x"`, "\"\x01\"", false},
		"NUL":                              {`"x"`, "\"\x00\"", false},
		"what is not ASCII":                {`"x"`, `"é"`, false},
		"a value too long":                 {`"x"`, `"` + strings.Repeat("x", maxFieldBytes+1) + `"`, false},
		"the longest value":                {`"x"`, `"` + strings.Repeat("x", maxFieldBytes) + `"`, true},
		"another key":                      {`"list"`, `"lisp"`, false},
		"an object in place of a string":   {`"GetObject"`, `{}`, false},
		"other roles":                      {`"taskRoleArn":"r"`, `"taskRoleArn":"s"`, true},
		"a list in place of a role":        {`"taskRoleArn":"r"`, `"taskRoleArn":["s"]`, false},
		"another source identity":          {`"ada"`, `"bob"`, true},
		"another word":                     {`"readOnly":true`, `"readOnly":false`, false},
		"a key that matters more than one": {`"bytes":20`, `"eventID":"F","bytes":20`, false},
		"an issuer that is not known":      {`role/app","accountId":"111122223333"}`, `role/ape","accountId":"111122223333"}`, false},
		"a record cut off":                 {`"managementEvent":false}`, `"managementEvent":fals`, false},
	} {
		t.Run(what, func(t *testing.T) {
			s := learned(t, formRecord)
			text := strings.Replace(formRecord, c.old, c.other, 1)
			s.open(strings.NewReader(text), windowBytes)
			s.fill()
			s.rec = &s.main
			if got := s.follow(); got != c.want {
				t.Errorf("followed: %t, want %t", got, c.want)
			}
			if c.want && s.pos != len(text) {
				t.Errorf("ended at %d of %d", s.pos, len(text))
			}
		})
	}
}

func TestKeysThatMatterInAnyValueAreNotLearned(t *testing.T) {
	for what, record := range map[string]string{
		"twice":               `{"eventName":"a","eventSource":"s","eventName":"b"}`,
		"a boolean as text":   `{"eventName":"a","readOnly":"true"}`,
		"a wrong type":        `{"eventName":"a","eventSource":7}`,
		"a rare key":          `{"eventName":"a","requestParameters":{"statement":"select"}}`,
		"roles in a list":     `{"eventName":"a","requestParameters":{"roles":["b"]}}`,
		"a role in an object": `{"eventName":"a","requestParameters":{"iamInstanceProfile":{"name":"b"}}}`,
		"an escaped value":    `{"eventName":"a","b":"\n"}`,
		"a wrapped record":    `{"eventName":"a","detail":{}}`,
		"a foreign identity":  `{"eventName":"a","userIdentity":[]}`,
	} {
		t.Run(what, func(t *testing.T) {
			if s := learned(t, record); len(s.forms.steps) > 0 {
				t.Errorf("learned %d steps", len(s.forms.steps))
			}
		})
	}
}

func TestFormsAreBounded(t *testing.T) {
	s, r := new(Scanner), rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var text strings.Builder
		for i := range 100 {
			if i > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `{"eventName":"a","x":{"%d":"%d","%s":1}}`, r.Uint64(), i, strings.Repeat("k", r.IntN(2000)))
		}
		if _, err := scanAll(s, strings.NewReader(`{"Records":[`+text.String()+`]}`)); err != nil {
			t.Fatal(err)
		}
		if f := &s.forms; len(f.steps) > maxSteps || f.size > maxFormText+maxFormBytes {
			t.Fatalf("%d steps with %d bytes", len(f.steps), f.size)
		}
	}
}

// checkRun holds run against its meaning, on text at which a record begins.
func checkRun(t *testing.T, s *Scanner, record string) {
	t.Helper()
	if len(s.forms.steps) == 0 {
		return
	}
	text := append([]byte(record), make([]byte, tailBytes)...)
	steps, again := slices.Clone(s.forms.steps), slices.Clone(s.forms.steps)
	var marks, marksAgain marks
	for last := range int32(len(steps)) {
		for at := range 3 {
			i, to, n := runPortable(steps, last, text, at, len(record), &marks)
			j, toAgain, m := run(again, last, text, at, len(record), &marksAgain)
			if i != j || to != toAgain || n != m || !slices.Equal(marks[:n], marksAgain[:m]) || !reflect.DeepEqual(steps, again) {
				t.Fatalf("%q behind step %d gives %d %d %v, want %d %d %v", record, last, j, toAgain, marksAgain[:m], i, to, marks[:n])
			}
		}
	}
}

// FuzzForms changes a record whose form was learned.
func FuzzForms(f *testing.F) {
	for _, damage := range []string{"", `"`, `\`, "\x00", "é", `","x":"`, `null`, `0`, `}`, `{}`, strings.Repeat("long", 20)} {
		f.Add([]byte(formRecord), uint16(len(formRecord)/2), uint16(1), []byte(damage))
	}
	f.Add([]byte(`{"eventName":"a","requestParameters":{"a":[{"roleArn":"b"}],"roleArn":"c"}}`), uint16(60), uint16(0), []byte(`Role`))
	f.Add([]byte(`{"eventName":"a","b":[{"c":"d"},1.5,true]}`), uint16(27), uint16(0), []byte(`1`))
	f.Fuzz(func(t *testing.T, record []byte, at, cut uint16, damage []byte) {
		from := min(int(at), len(record))
		changed := slices.Concat(record[:from], damage, record[min(from+int(cut), len(record)):])
		checkScan(t, learned(t, string(record)), bytes.Join([][]byte{[]byte(`{"Records":[`), record, []byte(","), changed, []byte(","), record, []byte(`]}`)}, nil))
		s := learned(t, string(record))
		_, _ = scanAll(s, strings.NewReader(`{"Records":[`+string(changed)+`]}`))
		checkRun(t, s, string(record))
		checkRun(t, s, string(changed))
	})
}
