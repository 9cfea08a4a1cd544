package grant

import (
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// The table of LA-19. A policy is a line or several; documents of one policy set
// are separated by "---". Report and Grants are those of s3, as in the spec.
var conformance = []struct {
	name, policies, report, grants string
}{
	{"P1", `A s3:GetObject *`, "yes", "yes"},
	{"P1 in capitals", `A S3:GETOBJECT *`, "yes", "yes"},
	{"P1 with a wildcard", `A s3:Get* *`, "yes", "yes"},
	{"P2", `D s3:* *`, "no", "no"},
	{"P3", "A s3:GetObject *\nD s3:* *", "no", "no"},
	{"P4", `A s3:GetObject * if`, "yes", "yes"},
	{"P5", "A s3:GetObject * if\nD s3:* *", "no", "no"},
	{"P6", "A s3:GetObject *\nD s3:* * if", "yes", "yes"},
	{"P7", `A s3:GetObject arn:aws:s3:::bucket-a`, "no", "yes"},
	{"P8", `A s3:GetObject arn:aws:iam::111122223333:user/nobody`, "no", "no"},
	{"P9", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:GetObject arn:aws:s3:::bucket-a/*", "no", "yes"},
	{"P10", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:* arn:aws:s3:::bucket-a/*", "no", "yes"},
	{"P11", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:* arn:aws:s3:::*", "no", "yes"},
	{"P12", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:GetObject *", "no", "yes"},
	{"P13", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:* arn:aws:s3:::bucket-b/*", "yes", "yes"},
	{"P14", "A s3:* *\nD s3:* arn:aws:s3:::bucket-a/*", "yes", "yes"},
	{"P15", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:GetObject !arn:aws:s3:::bucket-a/*", "yes", "yes"},
	{"P16", "A s3:GetObject arn:aws:s3:::bucket-a/*\nD s3:GetObject !arn:aws:s3:::bucket-b/*", "no", "yes"},
	{"P17", `A s3:NoSuchAction *`, "no", "yes"},
	{"P18", `A !s3:* *`, "no", "no"},
	{"P19", `A s3:GetObject !*`, "no", "no"},
	{"P20", "A s3:GetObject *\n---\nD s3:* *", "no", "yes no"},
	{"P21", `A iam:PassRole *`, "no", "no"},
}

func TestConformanceTable(t *testing.T) {
	e := engine(t)
	for _, c := range conformance {
		set := policies(c.policies)
		if got := yesNo(grantsService(t, e, set, "s3")); got != c.report {
			t.Errorf("%s: report lists s3: %s, want %s", c.name, got, c.report)
		}
		var grants []string
		for _, doc := range set {
			grants = append(grants, yesNo(reachesService(t, e, doc, "s3")))
		}
		if got := strings.Join(grants, " "); got != c.grants {
			t.Errorf("%s: policy listed for s3: %s, want %s", c.name, got, c.grants)
		}
	}
}

func TestP18GrantsAllOtherServices(t *testing.T) {
	e := engine(t)
	set := policies(`A !s3:* *`)
	services := catalogue(t).Services()
	if len(services) < 400 {
		t.Fatalf("only %d services", len(services))
	}
	for _, s := range services {
		if got, want := grantsService(t, e, set, s.Namespace), s.Namespace != "s3"; got != want {
			t.Errorf("report lists %s: %t, want %t", s.Namespace, got, want)
		}
	}
	for _, namespace := range []string{"sqs", "iam"} {
		if !reachesService(t, e, set[0], namespace) {
			t.Errorf("policy is not listed for %s", namespace)
		}
	}
}

func TestP21IsListedForIAM(t *testing.T) {
	e := engine(t)
	set := policies(`A iam:PassRole *`)
	if !grantsService(t, e, set, "iam") || !reachesService(t, e, set[0], "iam") {
		t.Error("iam is not listed")
	}
	if got := e.Granted(set).Count(); got != 1 {
		t.Errorf("%d actions granted, want 1", got)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func grantsService(t *testing.T, e *Engine, set []*policy.Document, namespace string) bool {
	t.Helper()
	s := catalogue(t).Services()[service(t, namespace)]
	return e.Granted(set).Any(s.First, s.End)
}

func reachesService(t *testing.T, e *Engine, doc *policy.Document, namespace string) bool {
	t.Helper()
	return e.Reaches(doc, service(t, namespace))
}
