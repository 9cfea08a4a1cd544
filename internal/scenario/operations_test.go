package scenario

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Documents that the tours put in, with what must not be lost on the way.
const (
	allowSend  = `{"Version":"2012-10-17","Statement":[{"Sid":"Send","Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:*:*:a+b c%&<é>"}]}`
	allowRead  = "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"iam:ListUsers\"], \"Resource\": \"*\"}\n}"
	trustEC2   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	trustSelf  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}`
	ownPrefix  = "arn:aws:iam::111122223333:"
	s3ReadOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
	powerUser  = "arn:aws:iam::aws:policy/PowerUserAccess"
	asOf       = "2026-06-01T12:00:00Z" // when everything happens
)

// tours call the operations of docs/operations.txt, each by what it is about:
// what is put in comes back, the second read shows no difference, and what is in
// use is not deleted.
var tours = []struct {
	name string
	walk func(*visit)
}{
	{"users", tourUsers},
	{"groups", tourGroups},
	{"roles", tourRoles},
	{"policies", tourPolicies},
	{"keys and passwords", tourCredentials},
	{"the account", tourAccount},
	{"MFA devices", tourDevices},
	{"identity providers", tourProviders},
	{"service-linked roles", tourServiceLinkedRoles},
	{"reports", tourReports},
	{"simulation", tourSimulation},
	{"sessions", tourSessions},
	{"an organization", tourOrganization},
	{"analyzers", tourAnalyzers},
}

// TestEveryOperationIsCalled goes the tours on fixture F1 as a home, through
// aws-sdk-go-v2, and then no operation that docs/operations.txt says works may be
// left over.
func TestEveryOperationIsCalled(t *testing.T) {
	p := newPlace(t)
	p.must("import", "--init", "--store", p.dsn, "testdata/f1/iam.json")
	p.must("ingest", "--store", p.dsn, "testdata/f1/events.json")
	p.must("accounts", "mode", "--store", p.dsn, "111122223333", "home")
	v := newVisit(t, p, p.serve("--as-of", asOf), ownPrefix+"root")
	gone := 0
	for _, tour := range tours {
		t.Run(tour.name, func(t *testing.T) {
			gone++
			tour.walk(v.in(t))
		})
	}
	if gone < len(tours) {
		return // -run chose some
	}
	for _, operation := range supported(t) {
		if !v.answered[operation] {
			t.Errorf("no tour calls %s", operation)
		}
	}
}

// supported are the operations with state full or partial of the services that
// the tours speak to.
func supported(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		row := strings.Fields(line)
		if len(row) < 3 || !slices.Contains([]string{"iam", "sts", "organizations", "access-analyzer"}, row[0]) {
			continue
		}
		switch row[2] {
		case "full", "partial":
			list = append(list, strings.ReplaceAll(row[0], "-", "")+" "+row[1]) // as SDKs call services
		case "none":
		default:
			t.Errorf("docs/operations.txt: %s has state %s", row[1], row[2])
		}
	}
	if len(list) < 150 {
		t.Fatalf("docs/operations.txt has %d operations that work: looked in the wrong place", len(list))
	}
	return list
}
