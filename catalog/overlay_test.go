package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The Service Reference documents of these tests are our own, in AWS's form.

const brandNewDoc = `{
  "Name": "brandnew", "Version": "v1.4",
  "Actions": [
    {"Name": "UpdateThing", "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false, "IsTaggingOnly": false, "IsWrite": true}},
     "Resources": [{"Name": "thing"}],
     "SupportedBy": {"IAM Access Analyzer Policy Generation": true, "IAM Action Last Accessed": true}},
    {"Name": "ListThings", "Annotations": {"Properties": {"IsList": true, "IsPermissionManagement": false, "IsTaggingOnly": false, "IsWrite": false}},
     "SupportedBy": {"IAM Access Analyzer Policy Generation": false, "IAM Action Last Accessed": false}},
    {"Name": "ShareThing", "Annotations": {"Properties": {"IsPermissionManagement": true, "IsWrite": true}}, "Resources": [{"Name": "undescribed"}],
     "SupportedBy": {"IAM Access Analyzer Policy Generation": true}},
    {"Name": "TagThing", "Annotations": {"Properties": {"IsTaggingOnly": true, "IsWrite": true}}, "Resources": [{"Name": "thing"}]},
    {"Name": "Mystery"}
  ],
  "Resources": [
    {"Name": "thing", "ARNFormats": ["arn:${Partition}:brandnew:${Region}:${Account}:thing/${ThingId}"]},
    {"Name": "unused", "ARNFormats": ["arn:${Partition}:brandnew:::unused"]}
  ],
  "Operations": [
    {"Name": "BatchUpdateThings", "AuthorizedActions": [
      {"Name": "UpdateThing", "Service": "brandnew"}, {"Name": "TagThing", "Service": "brandnew"}, {"Name": "PassRole", "Service": "iam"}]},
    {"Name": "AmbiguousThing", "AuthorizedActions": [{"Name": "UpdateThing", "Service": "brandnew"}, {"Name": "ShareThing", "Service": "brandnew"}]},
    {"Name": "TagOnly", "AuthorizedActions": [{"Name": "TagThing", "Service": "brandnew"}]},
    {"Name": "UpdateThing", "AuthorizedActions": [{"Name": "ShareThing", "Service": "brandnew"}]},
    {"Name": "Free"}
  ]
}`

// s3Doc changes the service that the catalogue knows best.
const s3Doc = `{
  "Name": "s3", "Version": "v1.5", "SomethingNew": {"a": [1]},
  "Actions": [
    {"Name": "GetObject", "Annotations": {"Properties": {"IsWrite": true}}, "Resources": [{"Name": "object"}, {"Name": "vault"}],
     "SupportedBy": {"IAM Action Last Accessed": true, "IAM Access Analyzer Policy Generation": false}},
    {"Name": "CreateBucket", "Annotations": {"Properties": {"IsWrite": true}}, "Resources": [{"Name": "bucket"}], "SupportedBy": {"IAM Something Else": false}},
    {"Name": "CopyObject", "Annotations": {"Properties": {"IsWrite": true}}, "SupportedBy": {"IAM Action Last Accessed": false}}
  ],
  "Resources": [
    {"Name": "bucket", "ARNFormats": ["arn:${Partition}:s3:::${TheNameOfTheBucket}"]},
    {"Name": "object", "ARNFormats": ["arn:${Partition}:s3:::${BucketName}/${ObjectName}", "arn:${Partition}:s3:${Region}:${Account}:object/${Key}"]},
    {"Name": "vault", "ARNFormats": ["arn:${Partition}:s3:::vault/${Name}"]}
  ],
  "Operations": [{"Name": "HeadObject", "AuthorizedActions": [{"Name": "CreateBucket", "Service": "s3"}]}]
}`

// overlayOf makes an overlay of documents.
func overlayOf(t testing.TB, date string, documents ...string) *Overlay {
	t.Helper()
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOverlay(day, "a test")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		if _, err := o.Add([]byte(d)); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestOverlayText(t *testing.T) {
	want := `ebbmark services 1
version v1.4
date 2026-11-01
flags 2026-11-01
origin a test
services 1
actions 5

service brandnew brandnew
type thing = arn:${Partition}:brandnew:${Region}:${Account}:thing/${ThingId}
type undescribed = *
operation BatchUpdateThings brandnew:UpdateThing
 ListThings L --
 Mystery ? ??
 ShareThing P ?? undescribed
 TagThing T ?? thing
 UpdateThing W ag thing
`
	if got := string(overlayOf(t, "2026-11-01", brandNewDoc).Text()); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestOverlayAddsAService(t *testing.T) {
	base := embedded(t)
	c, change, err := base.Overlay(overlayOf(t, "2026-11-01", brandNewDoc))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Change{Services: []string{"brandnew"}, Actions: 5, KeptService: 456}); fmt.Sprint(change) != fmt.Sprint(want) {
		t.Errorf("change is %+v", change)
	}
	i, ok := c.Service("brandnew")
	if !ok || c.Services()[i].Name != "brandnew" || len(c.Services()) != 457 || c.Info().Counts.Actions != 22_096 || c.Info().Counts.Tracked != 9_808 {
		t.Errorf("found %v, counts %+v", ok, c.Info().Counts)
	}
	for name, want := range map[string]string{
		"UpdateThing": "brandnew:UpdateThing", "BatchUpdateThings": "brandnew:UpdateThing", "AmbiguousThing": "brandnew", "TagOnly": "brandnew",
	} {
		if got := c.useName(c.Resolve("brandnew.amazonaws.com", name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	share, _ := c.Action("brandnew", "ShareThing")
	if a := c.Actions()[share]; a.Level != Permissions || !a.NewFlag || a.Tracked || len(a.Resources) != 1 || c.Resources()[a.Resources[0]].Patterns[0] != "*" {
		t.Errorf("an action on an undescribed resource is %+v", a)
	}
	mystery, _ := c.Action("brandnew", "Mystery")
	if a := c.Actions()[mystery]; a.Level != Write {
		t.Errorf("an action without level is %s", a.Level)
	}
	if got := base.useName(base.Resolve("brandnew.amazonaws.com", "UpdateThing")); got != "unmapped" {
		t.Errorf("the catalogue below has changed: %s", got)
	}
}

func TestNewerReferenceCorrects(t *testing.T) {
	c, change, err := embedded(t).Overlay(overlayOf(t, "2026-11-01", s3Doc))
	if err != nil {
		t.Fatal(err)
	}
	// A bucket's format under another variable name is the same one.
	if change.Levels != 1 || change.Flags != 1 || change.Resources != 1 || change.Formats != 2 || change.Actions != 1 || change.Outdated {
		t.Errorf("change is %+v", change)
	}
	i, _ := c.Action("s3", "GetObject")
	a := c.Actions()[i]
	var types []string
	for _, r := range a.Resources {
		types = append(types, c.Resources()[r].Name)
	}
	if a.Level != Write || !a.Tracked || a.PolicyGen || !slices.Equal(types, []string{"accesspointobject", "object", "vault"}) {
		t.Errorf("GetObject is %+v on %s", a, types)
	}
	i, _ = c.Action("s3", "CreateBucket")
	if a := c.Actions()[i]; !a.Tracked || a.NewFlag {
		t.Errorf("flags that the reference does not have became %+v", a)
	}
	for name, want := range map[string]string{
		"CopyObject": "s3:CopyObject", // now an action, which comes first (CT-31)
		"HeadObject": "s3:GetObject",  // chosen by people
		"PutObject":  "s3:PutObject",  // missing in the reference, kept
	} {
		if got := c.useName(c.Resolve("s3.amazonaws.com", name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if i, _ := c.Service("s3"); c.Services()[i].Name != "Amazon S3" {
		t.Errorf("s3 is called %s", c.Services()[i].Name)
	}
}

func TestOlderReferenceOnlyAdds(t *testing.T) {
	c, change, err := embedded(t).Overlay(overlayOf(t, "2025-01-01", s3Doc))
	if err != nil {
		t.Fatal(err)
	}
	if change.Levels != 0 || change.Flags != 0 || change.Actions != 1 || change.Resources != 1 || !change.Outdated {
		t.Errorf("change is %+v", change)
	}
	if i, _ := c.Action("s3", "GetObject"); c.Actions()[i].Level != Read || c.Actions()[i].Tracked {
		t.Errorf("GetObject is %+v", c.Actions()[i])
	}
}

// TestReferenceBetweenTheDates: flags are older than the other data of the
// catalogue, so a reference may correct them and nothing else.
func TestReferenceBetweenTheDates(t *testing.T) {
	_, change, err := embedded(t).Overlay(overlayOf(t, "2026-05-01", s3Doc))
	if err != nil || change.Levels != 0 || change.Flags != 1 || !change.Outdated {
		t.Errorf("%v, change is %+v", err, change)
	}
}

func TestUnknownFlagsAreFilledByAnyReference(t *testing.T) {
	doc := `{"Name": "acm", "Version": "v1.0", "Actions": [{"Name": "TagResource", "SupportedBy": {"IAM Action Last Accessed": true}}]}`
	c, change, err := embedded(t).Overlay(overlayOf(t, "2020-01-01", doc))
	if err != nil || change.Flags != 1 {
		t.Fatalf("%v, change is %+v", err, change)
	}
	if i, _ := c.Action("acm", "TagResource"); !c.Actions()[i].Tracked || c.Actions()[i].NewFlag || c.Actions()[i].Level != Tagging {
		t.Errorf("acm:TagResource is %+v", c.Actions()[i])
	}
}

func TestOverlaysLieUponEachOther(t *testing.T) {
	first, second := overlayOf(t, "2026-11-01", brandNewDoc), overlayOf(t, "2026-12-01", s3Doc)
	before := string(first.Text())
	step, _, err := embedded(t).Overlay(first)
	if err != nil {
		t.Fatal(err)
	}
	step, change, err := step.Overlay(second)
	if err != nil {
		t.Fatal(err)
	}
	if len(change.Services) != 0 || change.Levels != 1 || change.KeptService != 456 {
		t.Errorf("the second changed %+v", change)
	}
	merged := first.Merge(second)
	once, _, err := embedded(t).Overlay(merged)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Catalog{"one after the other": step, "merged": once} {
		i := c.Info()
		if i.Counts.Services != 457 || i.Overlay == nil || i.Overlay.Services != 2 || i.Overlay.Actions != 8 || i.Overlay.Version != "v1.5" ||
			i.Overlay.Date.Format(time.DateOnly) != "2026-12-01" || i.Version != "0.21.202609261" {
			t.Errorf("%s: %+v, overlay %+v", name, i.Counts, i.Overlay)
		}
		if a, _ := c.Action("s3", "GetObject"); !c.Actions()[a].Tracked {
			t.Errorf("%s: s3:GetObject is not tracked", name)
		}
	}
	if string(first.Text()) != before {
		t.Error("merging has changed the overlay")
	}
	again, err := ParseOverlay(string(merged.Text()))
	if err != nil || string(again.Text()) != string(merged.Text()) {
		t.Errorf("the text of the merged overlay cannot be read back: %v", err)
	}
}

// TestMergeWithItself: importing twice is importing once.
func TestMergeWithItself(t *testing.T) {
	o := overlayOf(t, "2026-11-01", brandNewDoc, s3Doc)
	if got := string(o.Merge(o).Text()); got != string(o.Text()) {
		t.Errorf("got\n%s", got)
	}
}

func TestOverlayKeepsTheConfiguration(t *testing.T) {
	c, err := embedded(t).With(Config{Aliases: map[string]string{"mine.example": "sqs"}})
	if err != nil {
		t.Fatal(err)
	}
	if c, _, err = c.Overlay(overlayOf(t, "2026-11-01", brandNewDoc)); err != nil {
		t.Fatal(err)
	}
	if got := c.useName(c.Resolve("mine.example", "SendMessage")); got != "sqs:SendMessage" {
		t.Errorf("got %s", got)
	}
}

func TestReferenceRefuses(t *testing.T) {
	long := strings.Repeat("x", 129)
	for name, doc := range map[string]string{
		"nothing":                   ``,
		"no JSON":                   `<html>`,
		"cut off":                   brandNewDoc[:len(brandNewDoc)/2],
		"text after the end":        brandNewDoc + "{}",
		"another document":          `{"openapi": "3.0"}`,
		"null":                      `null`,
		"a list":                    `[]`,
		"a string":                  `"s3"`,
		"no name":                   `{"Version": "v1.4", "Actions": []}`,
		"no version":                `{"Name": "s3", "Actions": []}`,
		"another version":           `{"Name": "s3", "Version": "v2.0", "Actions": []}`,
		"a version in disguise":     `{"Name": "s3", "Version": "v1.4\nservice x y", "Actions": []}`,
		"name of wrong type":        `{"Name": 3, "Version": "v1.4", "Actions": []}`,
		"name in upper case":        `{"Name": "S3", "Version": "v1.4", "Actions": []}`,
		"name with a path":          `{"Name": "../s3", "Version": "v1.4", "Actions": []}`,
		"a very long name":          `{"Name": "` + long + `", "Version": "v1.4", "Actions": []}`,
		"actions of wrong type":     `{"Name": "s3", "Version": "v1.4", "Actions": {"GetObject": {}}}`,
		"action of wrong type":      `{"Name": "s3", "Version": "v1.4", "Actions": ["GetObject"]}`,
		"action without name":       `{"Name": "s3", "Version": "v1.4", "Actions": [{}]}`,
		"action with a newline":     `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "Get\nObject"}]}`,
		"action with a wildcard":    `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "*"}]}`,
		"flag of wrong type":        `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "A", "SupportedBy": {"IAM Action Last Accessed": "yes"}}]}`,
		"level of wrong type":       `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "A", "Annotations": {"Properties": {"IsWrite": "no"}}}]}`,
		"type with a comma":         `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "A", "Resources": [{"Name": "a, b"}]}]}`,
		"type of wrong type":        `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "A", "Resources": ["bucket"]}]}`,
		"resource without name":     `{"Name": "s3", "Version": "v1.4", "Resources": [{"ARNFormats": ["a"]}], "Actions": []}`,
		"format with a blank":       `{"Name": "s3", "Version": "v1.4", "Resources": [{"Name": "a", "ARNFormats": ["arn: x"]}], "Actions": []}`,
		"format that is empty":      `{"Name": "s3", "Version": "v1.4", "Resources": [{"Name": "a", "ARNFormats": [""]}], "Actions": []}`,
		"too many formats":          `{"Name": "s3", "Version": "v1.4", "Resources": [{"Name": "a", "ARNFormats": ["a"` + strings.Repeat(`,"a"`, 100) + `]}], "Actions": []}`,
		"too many types":            `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "A", "Resources": [{"Name":"a"}` + strings.Repeat(`,{"Name":"a"}`, 500) + `]}]}`,
		"too many actions":          `{"Name": "s3", "Version": "v1.4", "Actions": [{"Name":"A"}` + strings.Repeat(`,{"Name":"A"}`, 20_000) + `]}`,
		"operation of wrong type":   `{"Name": "s3", "Version": "v1.4", "Actions": [], "Operations": ["PutObject"]}`,
		"operation without name":    `{"Name": "s3", "Version": "v1.4", "Actions": [], "Operations": [{}]}`,
		"deep nesting":              `{"Name": "s3", "Version": "v1.4", "Actions": [], "X": ` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		"invalid UTF-8 in a name":   "{\"Name\": \"s3\", \"Version\": \"v1.4\", \"Actions\": [{\"Name\": \"A\", \"Resources\": [{\"Name\": \"\xff\"}]}]}",
		"larger than the limit":     strings.Repeat(" ", MaxDocument+1),
		"a name and nothing else":   `{"Name": "s3"}`,
		"actions null, name of one": `{"Name": "", "Version": "v1.4", "Actions": null}`,
	} {
		t.Run(name, func(t *testing.T) {
			o := overlayOf(t, "2026-11-01")
			if _, err := o.Add([]byte(doc)); !errors.Is(err, ErrReference) {
				t.Errorf("got %v, want %v", err, ErrReference)
			}
			if o.Services() != 0 {
				t.Error("something of it was kept")
			}
		})
	}
}

func TestOverlayHoldsAServiceOnce(t *testing.T) {
	o := overlayOf(t, "2026-11-01", s3Doc)
	if _, err := o.Add([]byte(s3Doc)); err == nil || !strings.Contains(err.Error(), "s3") {
		t.Errorf("got %v", err)
	}
}

func TestServiceWithoutActionsIsLeftOut(t *testing.T) {
	o := overlayOf(t, "2026-11-01")
	if name, err := o.Add([]byte(`{"Name": "empty", "Version": "v1.4", "Actions": []}`)); err != nil || name != "empty" || o.Services() != 0 {
		t.Errorf("got %q, %v, %d services", name, err, o.Services())
	}
}

func TestDoublesInADocumentAreJoined(t *testing.T) {
	doc := `{"Name": "x", "Version": "v1", "Actions": [
		{"Name": "Do", "Resources": [{"Name": "a"}], "SupportedBy": {"IAM Action Last Accessed": false, "IAM Access Analyzer Policy Generation": true}},
		{"Name": "DO", "Resources": [{"Name": "b"}, {"Name": "a"}], "SupportedBy": {"IAM Action Last Accessed": true}},
		{"Name": "dO"}],
		"Resources": [{"Name": "a", "ARNFormats": ["arn:b", "arn:a"]}, {"Name": "a", "ARNFormats": ["arn:c", "arn:a"]}, {"Name": "b", "ARNFormats": ["arn:b"]}]}`
	text := string(overlayOf(t, "2026-11-01", doc).Text())
	want := "\nservice x x\ntype a = arn:a\ntype a = arn:b\ntype a = arn:c\ntype b = arn:b\n Do ? ag a, b\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("got\n%s", text)
	}
}

func TestParseIndex(t *testing.T) {
	list, err := ParseIndex([]byte(`[{"service": "s3", "url": "https://h/v1/s3/s3.json"}, {"service": "ec2", "url": "ec2.json", "more": 1}]`))
	if want := []Document{{"ec2", "ec2.json"}, {"s3", "https://h/v1/s3/s3.json"}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("got %v, %v", list, err)
	}
	for name, text := range map[string]string{
		"empty": ``, "no entries": `[]`, "an object": `{}`, "null": `null`, "wrong type": `[3]`, "cut off": `[{"service": "s3"`,
		"no url": `[{"service": "s3"}]`, "no service": `[{"url": "u"}]`, "twice": `[{"service":"a","url":"u"},{"service":"a","url":"v"}]`,
		"newline in the url": `[{"service": "s3", "url": "u\nv"}]`,
	} {
		if _, err := ParseIndex([]byte(text)); !errors.Is(err, ErrReference) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzReference(f *testing.F) {
	f.Add([]byte(brandNewDoc))
	f.Add([]byte(s3Doc))
	f.Add([]byte(`{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "a", "Resources": [{"Name": "=x"}]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		o := overlayOf(t, "2026-11-01")
		if _, err := o.Add(document); err != nil || o.Services() == 0 {
			return
		}
		again, err := ParseOverlay(string(o.Text()))
		if err != nil {
			t.Fatalf("what was taken cannot be read back: %v\n%s", err, o.Text())
		}
		if both := again.Merge(o); string(both.Text()) != string(o.Text()) {
			t.Fatalf("merged with itself:\n%s\nbefore:\n%s", both.Text(), o.Text())
		}
	})
}

func BenchmarkOverlay(b *testing.B) {
	c := embedded(b)
	all, err := ParseOverlay(servicesText)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := c.Overlay(all); err != nil {
			b.Fatal(err)
		}
	}
}
