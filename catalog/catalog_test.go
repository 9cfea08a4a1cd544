package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func embedded(t testing.TB) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmbeddedCounts(t *testing.T) {
	i := embedded(t).Info()
	want := Counts{
		Services: 456, Actions: 22_091, Tracked: 9_807, TrackedServices: 201, PolicyGen: 10_681, NewFlags: 1_858,
		ResourceTypes: 2_250, EventSources: 101, Operations: 333, Regions: 30,
	}
	if i.Counts != want {
		t.Errorf("got  %+v\nwant %+v", i.Counts, want)
	}
	if i.Version != "0.21.202609261" || i.Date.Format(time.DateOnly) != "2026-09-26" || i.Flags.Format(time.DateOnly) != "2026-02-13" || i.Overlay != nil {
		t.Errorf("info is %+v", i)
	}
}

func TestServicesAreSortedAndWhole(t *testing.T) {
	c := embedded(t)
	services, actions := c.Services(), c.Actions()
	if services[0].Namespace != "a2c" || services[199].Namespace != "healthlake" {
		t.Errorf("first is %s, 200th is %s; want a2c and healthlake (LA A9)", services[0].Namespace, services[199].Namespace)
	}
	if !slices.IsSortedFunc(services, func(a, b Service) int { return strings.Compare(a.Namespace, b.Namespace) }) {
		t.Error("services are not sorted by namespace (LA-70)")
	}
	if !slices.IsSorted(c.Keys()) {
		t.Error("keys are not sorted")
	}
	seen := 0
	for i, s := range services {
		for j := s.First; j < s.End; j++ {
			seen++
			if want := s.Namespace + ":" + strings.ToLower(actions[j].Name); actions[j].Service != i || c.Keys()[j] != want {
				t.Fatalf("action %d is %+v with key %s, want service %d and key %s", j, actions[j], c.Keys()[j], i, want)
			}
		}
	}
	if seen != 22_091 {
		t.Errorf("the services have %d actions in all", seen)
	}
	for _, a := range actions {
		for _, r := range a.Resources {
			if c.Resources()[r].Service != a.Service {
				t.Fatalf("action %s has resource type %+v of another service", a.Name, c.Resources()[r])
			}
		}
	}
}

func TestServiceNames(t *testing.T) {
	c := embedded(t)
	for namespace, want := range map[string]string{ // LA-71
		"s3": "Amazon S3", "iam": "AWS Identity and Access Management", "ec2": "Amazon EC2", "ses": "Amazon SES",
		"apigateway": "Manage - Amazon API Gateway", "kms": "AWS Key Management Service",
	} {
		if i, ok := c.Service(namespace); !ok || c.Services()[i].Name != want {
			t.Errorf("%s: found %v, name %q, want %q", namespace, ok, c.Services()[i].Name, want)
		}
	}
	if _, ok := c.Service("S3"); ok {
		t.Error("S3 was found: the case of a namespace matters")
	}
}

func TestActions(t *testing.T) {
	c := embedded(t)
	for _, test := range []struct {
		namespace, name    string
		want               string // spelling
		level              Level
		tracked, gen, new_ bool
		patterns           []string
	}{
		{"s3", "GetObject", "s3:GetObject", Read, false, false, false,
			[]string{"arn:*:s3:*:*:accesspoint/*/object/*", "arn:*:s3:::*/*"}},
		{"S3", "getbucketcors", "s3:GetBucketCORS", Read, true, true, false, []string{"arn:*:s3:*:*:accesspoint/*", "arn:*:s3:::*"}},
		{"s3", "ListAllMyBuckets", "s3:ListAllMyBuckets", List, true, true, false, nil},
		{"iam", "PassRole", "iam:PassRole", Write, false, false, false, []string{"arn:*:iam::*:role/*"}},
		{"sts", "AssumeRole", "sts:AssumeRole", Write, true, true, false, []string{"arn:*:iam::*:role/*"}},
		{"acm", "TagResource", "acm:TagResource", Tagging, false, false, true, nil},
		{"vpc-lattice", "AssociateViaAWSService-EventsAndStates", "vpc-lattice:AssociateViaAWSService-EventsAndStates", Permissions, false, false, false, nil},
	} {
		t.Run(test.want, func(t *testing.T) {
			i, ok := c.Action(test.namespace, test.name)
			if !ok || c.FullName(i) != test.want {
				t.Fatalf("found %v, %d", ok, i)
			}
			a := c.Actions()[i]
			if a.Level != test.level || a.Tracked != test.tracked || a.PolicyGen != test.gen || a.NewFlag != test.new_ {
				t.Errorf("got %+v (%s)", a, a.Level)
			}
			var patterns []string
			for _, r := range a.Resources {
				patterns = append(patterns, c.Resources()[r].Patterns...)
			}
			if test.patterns != nil && !slices.Equal(patterns, test.patterns) || !slices.IsSorted(a.Resources) {
				t.Errorf("patterns are %q, want %q", patterns, test.patterns)
			}
		})
	}
	for _, absent := range [][2]string{{"s3", "ListBuckets"}, {"s3", ""}, {"", "GetObject"}, {"nosuch", "GetObject"}, {"s3", strings.Repeat("A", 5000)}} {
		if i, ok := c.Action(absent[0], absent[1]); ok {
			t.Errorf("%.80q: found action %s", absent, c.FullName(i))
		}
	}
}

func TestPattern(t *testing.T) {
	for format, want := range map[string]string{
		"arn:${Partition}:s3:::${BucketName}/${ObjectName}": "arn:*:s3:::*/*",
		"arn:${Partition}:x:${Region}:${Account}:a/*":       "arn:*:x:*:*:a/*",
		"arn:${Partition}:x:::${A}${B}*":                    "arn:*:x:::*",
		"arn:${Partition":                                   "arn:${Partition",
		"*":                                                 "*",
		"a$b{c}":                                            "a$b{c}",
	} {
		if got := pattern(format); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
}

func TestTracking(t *testing.T) {
	c := embedded(t)
	for region, want := range map[string]string{ // LA-41
		"us-east-1": "2015-10-01", "us-east-2": "2017-10-27", "sa-east-1": "2015-12-11", "us-gov-west-1": "2023-07-01",
	} {
		if got, ok := c.RegionStart(region); !ok || got.Format(time.RFC3339) != want+"T00:00:00Z" {
			t.Errorf("%s: %s, %v, want %s", region, got, ok, want)
		}
	}
	for _, region := range []string{"mars-north-1", "", "cn-north-1"} {
		if got, ok := c.RegionStart(region); ok {
			t.Errorf("%q starts at %s", region, got)
		}
	}
	for namespace, want := range map[string]string{ // LA-42
		"s3": "2020-04-12", "ec2": "2021-04-07", "iam": "2021-04-07", "lambda": "2021-04-07", "sqs": "2023-05-23",
	} {
		i, _ := c.Service(namespace)
		if got := c.ActionStart(i); got.Format(time.RFC3339) != want+"T00:00:00Z" {
			t.Errorf("%s starts at %s, want %s", namespace, got, want)
		}
	}
	for namespace, want := range map[string]string{"iam": "us-east-1", "s3": "", "sts": ""} {
		i, _ := c.Service(namespace)
		if got := c.DefaultRegion(i); got != want {
			t.Errorf("default Region of %s is %q, want %q", namespace, got, want)
		}
	}
	regions := c.Regions()
	if len(regions) != 30 || regions[0].Name != "af-south-1" || regions[0].Title != "Africa (Cape Town)" || regions[27].Partition != "aws-us-gov" {
		t.Errorf("regions are %+v", regions)
	}
}

// TestIAMPassRoleIsNeverTracked holds even if AWS flags it (LA-28).
func TestIAMPassRoleIsNeverTracked(t *testing.T) {
	text := strings.Replace(servicesText, "\n PassRole W -- role\n", "\n PassRole W a- role\n", 1)
	if text == servicesText {
		t.Fatal("the line is not there")
	}
	c, err := load(text, trackingText, eventsText)
	if err != nil {
		t.Fatal(err)
	}
	if i, ok := c.Action("iam", "PassRole"); !ok || c.Actions()[i].Tracked {
		t.Error("iam:PassRole is tracked")
	}
}

func TestWithConfig(t *testing.T) {
	start := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	plain := embedded(t)
	c, err := plain.With(Config{
		Aliases: map[string]string{"BrandNew.amazonaws.com": "s3", "ec2": "sqs"},
		Regions: map[string]time.Time{"mars-north-1": start, "us-east-1": start},
	})
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{"brandnew.amazonaws.com": "s3", "ec2.amazonaws.com": "sqs", "sns.amazonaws.com": "sns"} {
		if got := c.useName(c.Resolve(source, "NoSuchCall")); got != want {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
	}
	for _, region := range []string{"mars-north-1", "us-east-1"} {
		if got, ok := c.RegionStart(region); !ok || !got.Equal(start) {
			t.Errorf("%s: %s, %v", region, got, ok)
		}
	}
	if regions := c.Regions(); len(regions) != 31 || !slices.ContainsFunc(regions, func(r Region) bool { return r.Name == "mars-north-1" && r.Start.Equal(start) }) {
		t.Errorf("regions are %+v", regions)
	}
	if got := plain.useName(plain.Resolve("brandnew.amazonaws.com", "X")); got != "unmapped" {
		t.Errorf("the catalogue without the alias answers %s", got)
	}
	if _, err := plain.With(Config{Aliases: map[string]string{"a.amazonaws.com": "nosuch"}}); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("an alias for an unknown namespace: %v", err)
	}
}

func TestLoadRefusesDamage(t *testing.T) {
	half := servicesText[:strings.Index(servicesText, "\nservice m2 ")]
	for name, test := range map[string]struct {
		services, tracking, events string
		want                       error
	}{
		"empty":                {"", trackingText, eventsText, ErrFormat},
		"cut within a line":    {servicesText[:len(servicesText)-3], trackingText, eventsText, ErrFormat},
		"cut between services": {half, trackingText, eventsText, ErrFormat},
		"another kind":         {eventsText, trackingText, eventsText, ErrFormat},
		"a later format":       {strings.Replace(servicesText, "services 1\n", "services 2\n", 1), trackingText, eventsText, ErrNewer},
		"small but consistent": {smallText, trackingText, eventsText, ErrTooSmall},
		"few Regions":          {servicesText, trackingText[:strings.Index(trackingText, "\nregion sa-")+1], eventsText, ErrTooSmall},
		"few event sources":    {servicesText, trackingText, "ebbmark events 1\nhost email ses\n", ErrTooSmall},
		"two services swapped": {strings.NewReplacer("service s3 ", "service sqs ", "service sqs ", "service s3 ").Replace(servicesText), trackingText, eventsText, ErrFormat},
		"unsorted tracking":    {servicesText, strings.Replace(trackingText, "region ap-east-1", "region zp-east-1", 1), eventsText, ErrFormat},
		"unsorted events":      {servicesText, trackingText, strings.Replace(eventsText, "host email ", "host zemail ", 1), ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(test.services, test.tracking, test.events); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestLoadRefusesUnknownNames(t *testing.T) {
	for want, texts := range map[string][2]string{
		"ses2":         {trackingText, strings.Replace(eventsText, "host email ses\n", "host email ses2\n", 1)},
		"PutObjectX":   {trackingText, strings.Replace(eventsText, "CopyObject PutObject\n", "CopyObject PutObjectX\n", 1)},
		"iam:PassRolx": {strings.Replace(trackingText, "never iam:PassRole\n", "never iam:PassRolx\n", 1), eventsText},
		"es2":          {trackingText, strings.Replace(eventsText, "alternate opensearch es\n", "alternate opensearch es2\n", 1)},
	} {
		if _, err := load(servicesText, texts[0], texts[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
}

func TestExtras(t *testing.T) {
	c := embedded(t)
	e, err := LoadExtras(c)
	if err != nil {
		t.Fatal(err)
	}
	for event, want := range map[[2]string][]string{
		{"ec2.amazonaws.com", "RunInstances"}:                   {"ec2:CreateTags", "iam:PassRole"}, // C20
		{"access-analyzer.amazonaws.com", "createanalyzer"}:     {"access-analyzer:TagResource"},
		{"lambda.amazonaws.com", "CreateFunction20150331"}:      {"iam:PassRole"},
		{"brandnew.amazonaws.com", "RunInstances"}:              nil,
		{"ec2.amazonaws.com", "DescribeInstancesOfAnotherKind"}: nil,
	} {
		var got []string
		for _, a := range e.Of(event[0], event[1]) {
			got = append(got, c.FullName(a))
		}
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %s is not among %s", event, w, got)
			}
		}
		if want == nil && got != nil {
			t.Errorf("%s: got %s", event, got)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		embedded(b)
	}
}

func BenchmarkResolve(b *testing.B) {
	c := embedded(b)
	for name, fact := range map[string][2]string{
		"action":    {"ec2.amazonaws.com", "DescribeInstances"},
		"operation": {"s3.amazonaws.com", "ListBuckets"},
		"version":   {"lambda.amazonaws.com", "GetFunction20150331v2"},
		"unknown":   {"s3.amazonaws.com", "GetStorageLensDashboardDataInternal"},
		"suffix":    {"autoscaling.amazonaws.com", "PutScalingPolicy#ecs"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Resolve(fact[0], fact[1])
			}
		})
	}
}
