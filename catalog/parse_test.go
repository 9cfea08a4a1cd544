package catalog

import (
	"errors"
	"strings"
	"testing"
)

// smallText is a services text that uses everything the format has.
const smallText = `ebbmark services 1
version v1.4
date 2026-10-01
flags 2026-10-01
origin somewhere
services 3
actions 4

service ec2-x Of the first block, because a colon follows
 Do W --

service ec2 Amazon EC2
type bot alias = arn:${Partition}:ec2:::bot:${Name}
type instance = arn:${Partition}:ec2:${Region}:${Account}:instance/${Id}
type instance = arn:${Partition}:ec2:${Region}:${Account}:old/${Id}
operation BatchRun ec2:RunInstances
 RunInstances W ag bot alias, instance
 terminateInstances ? ?? instance

service s3 Amazon S3
 GetObject R a-
`

func TestTextRoundTrip(t *testing.T) {
	for name, text := range map[string]string{"small": smallText, "embedded": servicesText} {
		s, err := parseSet(text)
		if err != nil {
			t.Fatal(err)
		}
		got := string(s.appendText(nil))
		want := strings.ReplaceAll(text, "# Written by go generate ./catalog. Do not edit.\n", "")
		if got != want {
			t.Errorf("%s: not the same text", name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ old, new string }{
		"no newline at the end":         {"GetObject R a-\n", "GetObject R a-"},
		"an unknown first line":         {"ebbmark services 1", "ebbmark actions 1"},
		"a missing version":             {"version v1.4\n", ""},
		"a missing origin":              {"origin somewhere\n", ""},
		"a day that is none":            {"date 2026-10-01", "date 2026-13-01"},
		"a count that is none":          {"actions 4", "actions four"},
		"a negative count":              {"actions 4", "actions -4"},
		"too few actions":               {"actions 4", "actions 5"},
		"too many services":             {"services 3", "services 2"},
		"an unknown head":               {"origin somewhere", "colour blue"},
		"an unknown line":               {"operation BatchRun", "operate BatchRun"},
		"services not in order":         {"service s3 ", "service a3 "},
		"a service twice":               {"service s3 ", "service ec2 "},
		"a service in upper case":       {"service s3 ", "service S3 "},
		"a service without a name":      {"service s3 Amazon S3", "service s3"},
		"types not in order":            {":old/", ":aold/"},
		"a type twice":                  {":old/", ":instance/"},
		"a type without a format":       {"type bot alias = arn:${Partition}:ec2:::bot:${Name}", "type bot alias"},
		"a type after actions":          {" GetObject R a-\n", " GetObject R a-\ntype x = arn\n"},
		"an operation after actions":    {" GetObject R a-\n", " GetObject R a-\noperation X s3:GetObject\n"},
		"an operation of no action":     {"BatchRun ec2:RunInstances", "BatchRun RunInstances"},
		"actions not in order":          {" terminateInstances", " aterminateInstances"},
		"an action twice in other case": {" terminateInstances", " RUNINSTANCES"},
		"an action before services":     {"services 3\n", " Do W --\nservices 3\n"},
		"an action with a colon":        {" GetObject", " s3:GetObject"},
		"an unknown level":              {"GetObject R a-", "GetObject X a-"},
		"unknown flags":                 {"GetObject R a-", "GetObject R -a"},
		"missing flags":                 {"GetObject R a-", "GetObject R"},
		"an unknown type":               {"GetObject R a-", "GetObject R a- bucket"},
		"types of an action unordered":  {"bot alias, instance", "instance, bot alias"},
		"a type of an action twice":     {"bot alias, instance", "instance, instance"},
		"types without a blank":         {"bot alias, instance", "bot alias,instance"},
		"an open list of types":         {"bot alias, instance", "bot alias,"},
		"a control character":           {"Amazon S3", "Amazon\x00S3"},
		"invalid UTF-8":                 {"Amazon S3", "Amazon \xff"},
		"a very long line":              {"Amazon S3", "Amazon " + strings.Repeat("S3", 1<<16)},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(smallText, test.old, test.new, 1)
			if text == smallText {
				t.Fatal("nothing was replaced")
			}
			if _, err := parseSet(text); !errors.Is(err, ErrFormat) {
				t.Errorf("got %v, want %v", err, ErrFormat)
			}
		})
	}
}

// TestCountsAreNotBelieved: a short text that promises much must not make the
// program reserve much.
func TestCountsAreNotBelieved(t *testing.T) {
	text := strings.Replace(smallText, "actions 4", "actions 2000000000", 1)
	if _, err := parseSet(text); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want %v", err, ErrFormat)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(smallText)
	f.Add(strings.ReplaceAll(smallText, "\n", "\r\n"))
	f.Add("ebbmark services 1\n")
	f.Add(" ")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseOverlay(text)
		if err != nil {
			return
		}
		again, err := ParseOverlay(string(o.Text()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, o.Text())
		}
		if string(again.Text()) != string(o.Text()) {
			t.Fatal("writing and reading changes the text")
		}
		b := builder{c: &Catalog{tracking: &tracking{}, events: &events{}}}
		o.set.pass(&b)
		if err := b.finish(); err != nil {
			t.Fatal(err)
		}
		for i, k := range b.c.Keys() {
			namespace, name, _ := strings.Cut(k, ":")
			if j, ok := b.c.Action(namespace, name); !ok || j != i {
				t.Fatalf("action %s is not found", k)
			}
		}
	})
}

func FuzzResolve(f *testing.F) {
	c := embedded(f)
	f.Add("s3.amazonaws.com", "GetObject20150331v2")
	f.Add(" .api.aws", "#")
	f.Add(strings.Repeat("a", 300), strings.Repeat("20", 300))
	f.Fuzz(func(t *testing.T, source, name string) {
		u, ok := c.Resolve(source, name)
		if ok && (u.Service < 0 || u.Service >= len(c.Services()) || u.Action < -1 || u.Action >= len(c.Actions())) {
			t.Fatalf("%q %q: %+v", source, name, u)
		}
		if ok && u.Action >= 0 && c.Actions()[u.Action].Service != u.Service {
			t.Fatalf("%q %q: action %d is not of service %d", source, name, u.Action, u.Service)
		}
	})
}
