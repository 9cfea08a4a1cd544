package iam

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// The acceptance examples of docs/spec/last-accessed.md, with the wanted
// answers read from there.

func TestExamplesOfReports(t *testing.T) {
	for _, c := range []struct {
		example     string
		block       int
		arn         string
		granularity string
		entitiesOf  string // the namespace of GetServiceLastAccessedDetailsWithEntities
	}{
		{"A1", 0, f1Prefix + "user/alice", "SERVICE_LEVEL", ""},
		{"A2", 0, f1Prefix + "user/alice", "ACTION_LEVEL", ""},
		{"A3", 0, f1Prefix + "group/developers", "SERVICE_LEVEL", ""},
		{"A4", 0, f1Prefix + "group/developers", "SERVICE_LEVEL", "s3"},
		{"A5", 0, teamEc2, "SERVICE_LEVEL", ""},
		{"A5", 1, teamEc2, "SERVICE_LEVEL", "ec2"},
		{"A6", 0, sqsRead, "SERVICE_LEVEL", ""},
		{"A7", 0, f1Prefix + "role/service/app", "ACTION_LEVEL", ""},
		{"A8", 0, f1Prefix + "policy/Orphan", "SERVICE_LEVEL", ""},
		{"A1", 0, f1Prefix + "user/wrong/alice", "SERVICE_LEVEL", ""}, // A13
	} {
		t.Run(c.example+" "+c.arn, func(t *testing.T) {
			w := newWorld(t)
			job := w.generate(c.arn, c.granularity)
			got := any(w.details(job))
			if c.entitiesOf != "" {
				got = w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", c.entitiesOf)
			}
			same(t, got, example(t, c.example, c.block))
		})
	}
}

func TestExampleA9AllServices(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"policy/BoundaryAll", "SERVICE_LEVEL")
	all := w.details(job, "MaxItems", "1000")
	services := all["ServicesLastAccessed"].([]any)
	if len(services) != 456 || all["IsTruncated"] != "false" || namespace(services[0]) != "a2c" {
		t.Errorf("got %d services, truncated %v, first %v", len(services), all["IsTruncated"], services[0])
	}
	for _, s := range services {
		if s.(map[string]any)["TotalAuthenticatedEntities"] != "0" {
			t.Errorf("used: %v", s)
		}
	}
	page := w.details(job)
	if list := page["ServicesLastAccessed"].([]any); len(list) != 200 || namespace(list[199]) != "healthlake" {
		t.Errorf("first page has %d services and ends with %v", len(list), list[len(list)-1])
	}
	sizes := []int{200}
	for page["IsTruncated"] == "true" {
		page = w.details(job, "Marker", page["Marker"].(string))
		sizes = append(sizes, len(page["ServicesLastAccessed"].([]any)))
	}
	if !slices.Equal(sizes, []int{200, 200, 56}) {
		t.Errorf("pages of %v services", sizes)
	}
}

func namespace(service any) any { return service.(map[string]any)["ServiceNamespace"] }

func TestExamplesA10AndA20Paging(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	page := w.details(job, "MaxItems", "2")
	marker := page["Marker"].(string)
	same(t, page, strings.ReplaceAll(example(t, "A10", 0), `"MARKER"`, `"`+marker+`"`))
	const rest = `{"JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL", "JobCreationDate": "2026-06-01T12:00:00.000Z",
		"ServicesLastAccessed": [{"ServiceName": "Amazon S3", "LastAuthenticated": "2026-05-30T10:15:30Z", "ServiceNamespace": "s3",
			"LastAuthenticatedEntity": "arn:aws:iam::111122223333:user/alice", "LastAuthenticatedRegion": "us-east-1", "TotalAuthenticatedEntities": 1}],
		"JobCompletionDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false}`
	same(t, w.details(job, "Marker", marker), rest)
	same(t, w.details(job, "Marker", marker, "MaxItems", "5"), rest) // again, and with another size
	if len(marker) > 320 {
		t.Errorf("marker of %d characters", len(marker))
	}

	const foreign = "400 InvalidInput: The marker passed in the request was invalid."
	other := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	for name, got := range map[string]string{
		"another job":           w.fails(auditor(), "GetServiceLastAccessedDetails", "JobId", other, "Marker", marker),
		"the other operation":   w.fails(auditor(), "GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3", "Marker", marker),
		"ListPoliciesGranting…": w.fails(auditor(), "ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"user/alice", "ServiceNamespaces.member.1", "s3", "Marker", marker),
	} {
		if got != foreign {
			t.Errorf("marker with %s: %s", name, got)
		}
	}
}

func TestExampleA11GrantingPolicies(t *testing.T) {
	w := newWorld(t)
	got := w.get("ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"user/alice", "ServiceNamespaces.member.1", "s3",
		"ServiceNamespaces.member.2", "ec2", "ServiceNamespaces.member.3", "iam", "ServiceNamespaces.member.4", "sqs")
	same(t, got, example(t, "A11", 0))
}

func TestExampleA12Owner(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	unknown := "404 NoSuchEntity: Job " + job + " does not exist."
	session := func(user string) wire.Caller {
		return wire.Caller{Account: f1Account, Partition: "aws", UserID: user, Kind: wire.RoleCaller}
	}
	otherAccount := auditor()
	otherAccount.Account = "999999999999"
	for name, caller := range map[string]wire.Caller{
		"another user":    {Account: f1Account, Partition: "aws", UserID: aliceID, Kind: wire.UserCaller},
		"root":            {Account: f1Account, Partition: "aws", UserID: f1Account, Kind: wire.RootCaller},
		"a role session":  session("AROAOPSEXAMPLE0000001:s1"),
		"another account": otherAccount,
	} {
		if got := w.fails(caller, "GetServiceLastAccessedDetails", "JobId", job); got != unknown {
			t.Errorf("%s: %s", name, got)
		}
		if got := w.fails(caller, "GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3"); got != unknown {
			t.Errorf("%s, entities: %s", name, got)
		}
	}
	_, answer := w.call(session("AROAOPSEXAMPLE0000001:s1"), "GenerateServiceLastAccessedDetails", "Arn", f1Prefix+"user/alice")
	id := answer.(map[string]any)["GenerateServiceLastAccessedDetailsResult"].(map[string]any)["JobId"].(string)
	if status, got := w.call(session("AROAOPSEXAMPLE0000001:s1"), "GetServiceLastAccessedDetails", "JobId", id); status != 200 {
		t.Errorf("the same session: %v", got)
	}
	w.fails(session("AROAOPSEXAMPLE0000001:s2"), "GetServiceLastAccessedDetails", "JobId", id)
}

func TestExampleA16InProgress(t *testing.T) {
	const pending = `{"JobStatus": "IN_PROGRESS", "JobCreationDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false}`
	t.Run("by the hook", func(t *testing.T) {
		var hold error = ErrHold
		w := newWorld(t, func(c *Config) { c.Hook = func(string) error { return hold } })
		job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
		same(t, w.details(job), pending)
		same(t, w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3"), pending)
		hold = nil
		same(t, w.details(job), example(t, "A1", 0))
	})
	t.Run("by the delay", func(t *testing.T) {
		w := newWorld(t, func(c *Config) { c.JobDelay = 2 * time.Second })
		job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
		w.clock = w.clock.Add(2*time.Second - time.Millisecond)
		same(t, w.details(job), pending)
		w.clock = w.clock.Add(time.Millisecond)
		want := strings.Replace(example(t, "A1", 0), `"JobCompletionDate": "2026-06-01T12:00:00.000Z"`, `"JobCompletionDate": "2026-06-01T12:00:02.000Z"`, 1)
		same(t, w.details(job), want)
	})
	t.Run("by the delay, at a fixed moment", func(t *testing.T) {
		w := newWorld(t, func(c *Config) {
			c.JobDelay = 2 * time.Second
			c.AsOf = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		})
		w.clock = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
		job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
		same(t, w.details(job), pending)
		w.clock = w.clock.Add(2 * time.Second)
		same(t, w.details(job), example(t, "A1", 0))
	})
}

func TestFailedJob(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Hook = func(string) error { return context.DeadlineExceeded } })
	job := w.generate(f1Prefix+"user/alice", "ACTION_LEVEL")
	same(t, w.details(job), `{"JobStatus": "FAILED", "JobType": "ACTION_LEVEL", "JobCreationDate": "2026-06-01T12:00:00.000Z",
		"JobCompletionDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false,
		"Error": {"Message": "The report could not be computed because of an internal error.", "Code": "ServiceFailure"}}`)
	same(t, w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3"),
		`{"JobStatus": "FAILED", "JobCreationDate": "2026-06-01T12:00:00.000Z", "JobCompletionDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false,
		"Error": {"Message": "The report could not be computed because of an internal error.", "Code": "ServiceFailure"}}`)
	if !strings.Contains(w.log.String(), "context deadline exceeded") {
		t.Errorf("the log does not say why: %s", w.log)
	}
}

// change edits the account's inventory.
func (w *world) change(f func(*inventory.Account)) {
	w.t.Helper()
	w.must(w.Book.Update(w.t.Context(), f1Account, func(a *inventory.Account) error { f(a); return nil }))
}

func TestExampleA17Snapshot(t *testing.T) {
	for name, delay := range map[string]time.Duration{"finished": 0, "still in progress": time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *Config) {
				c.JobDelay = delay
				c.AsOf = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			})
			job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
			w.change(func(a *inventory.Account) { a.UserByName("alice").Inline = nil })
			w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
				event("2026-06-01T11:59:00Z", aliceID, "s3", "CreateBucket", "us-east-1", activity.Management, activity.Succeeded),
			}))
			again := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
			w.clock = w.clock.Add(delay)
			same(t, w.details(job), example(t, "A1", 0))
			same(t, w.details(again), `{"JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL", "JobCreationDate": "2026-06-01T12:00:00.000Z",
				"ServicesLastAccessed": [
				{"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "TotalAuthenticatedEntities": 0},
				{"ServiceName": "Amazon S3", "LastAuthenticated": "2026-06-01T11:59:00Z", "ServiceNamespace": "s3",
				"LastAuthenticatedEntity": "arn:aws:iam::111122223333:user/alice", "LastAuthenticatedRegion": "us-east-1", "TotalAuthenticatedEntities": 1}],
				"JobCompletionDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false}`)
		})
	}
}

func TestExampleA18Namespaces(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"group/developers", "SERVICE_LEVEL")
	same(t, w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "sns"),
		`{"JobStatus": "COMPLETED", "JobCreationDate": "2026-06-01T12:00:00.000Z", "JobCompletionDate": "2026-06-01T12:00:00.000Z",
		"EntityDetailsList": [], "IsTruncated": false}`)
	if got := w.fails(auditor(), "GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "S3"); got !=
		"400 InvalidInput: Service namepace S3 is either invalid or unsupported." {
		t.Error(got)
	}
	same(t, w.get("ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"group/developers",
		"ServiceNamespaces.member.1", "s3", "ServiceNamespaces.member.2", "s3", "ServiceNamespaces.member.3", "ec2"),
		`{"PoliciesGrantingServiceAccess": [
		{"ServiceNamespace": "s3", "Policies": [{"PolicyName": "DevInline", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "developers"}]},
		{"ServiceNamespace": "ec2", "Policies": [{"PolicyName": "TeamEc2", "PolicyType": "MANAGED", "PolicyArn": "arn:aws:iam::111122223333:policy/TeamEc2"}]}],
		"IsTruncated": false}`)
}

func TestExampleA19FrozenMembers(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"group/developers", "SERVICE_LEVEL")
	w.change(func(a *inventory.Account) {
		bob := a.UserByName("bob")
		bob.Name, bob.Path, bob.ARN = "robert", "/", f1Prefix+"user/robert"
		a.UserByName("carol").Groups = nil
		a.Users = slices.DeleteFunc(a.Users, func(u *inventory.User) bool { return u.Name == "alice" })
		a.Users = append(a.Users, user("/", "dora", "AIDADORAEXAMPLE000001", "developers"))
	})
	want := `{"JobStatus": "COMPLETED", "JobCreationDate": "2026-06-01T12:00:00.000Z", "JobCompletionDate": "2026-06-01T12:00:00.000Z",
		"EntityDetailsList": [
		{"EntityInfo": {"Arn": "arn:aws:iam::111122223333:user/robert", "Name": "robert", "Type": "USER", "Id": "AIDABOBEXAMPLE0000001", "Path": "/"},
			"LastAuthenticated": "2026-05-31T09:00:00Z"},
		{"EntityInfo": {"Arn": "arn:aws:iam::111122223333:user/carol", "Name": "carol", "Type": "USER", "Id": "AIDACAROLEXAMPLE00001", "Path": "/"}}],
		"IsTruncated": false}`
	same(t, w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3"), want)
}

func TestEntityPagesDoNotMoveWhenAnEntityIsDeleted(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"group/developers", "SERVICE_LEVEL")
	page := w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3", "MaxItems", "1").(map[string]any)
	w.change(func(a *inventory.Account) {
		a.Users = slices.DeleteFunc(a.Users, func(u *inventory.User) bool { return u.Name == "bob" })
	})
	rest := w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3", "Marker", page["Marker"].(string)).(map[string]any)
	var names []any
	for _, e := range rest["EntityDetailsList"].([]any) {
		names = append(names, e.(map[string]any)["EntityInfo"].(map[string]any)["Name"])
	}
	if !slices.Equal(names, []any{"alice", "carol"}) {
		t.Errorf("second page has %v", names)
	}
	w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "ec2", "Marker", page["Marker"].(string)) // LA-97
}

func TestDeletedSubject(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	w.change(func(a *inventory.Account) {
		a.Users = slices.DeleteFunc(a.Users, func(u *inventory.User) bool { return u.Name == "alice" })
	})
	same(t, w.details(job), example(t, "A1", 0)) // LA-64
	got := w.get("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3").(map[string]any)
	if got["EntityDetailsList"] != "" { // LA-96
		t.Errorf("entities: %v", got["EntityDetailsList"])
	}
}

// A permission for one path must not reach an entity of another.
func TestWrongPathIsAuthorizedByTheRealARN(t *testing.T) {
	w := newWorld(t)
	w.generate(f1Prefix+"user/dev/bob", "SERVICE_LEVEL")
	if len(w.asked) != 0 {
		t.Errorf("asked again about %q", w.asked)
	}
	w.deny = wire.Errorf(403, "AccessDenied", "no")
	if got := w.fails(auditor(), "GenerateServiceLastAccessedDetails", "Arn", f1Prefix+"user/mine/bob"); got != "403 AccessDenied: no" {
		t.Error(got)
	}
	if got := w.fails(auditor(), "ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"group/mine/developers", "ServiceNamespaces.member.1", "s3"); got != "403 AccessDenied: no" {
		t.Error(got)
	}
	want := []string{
		"iam:GenerateServiceLastAccessedDetails on " + f1Prefix + "user/dev/bob",
		"iam:ListPoliciesGrantingServiceAccess on " + f1Prefix + "group/developers",
	}
	if !slices.Equal(w.asked, want) {
		t.Errorf("asked about %q", w.asked)
	}
}

func TestAnAccountThatNothingWasImportedFor(t *testing.T) {
	w := newWorld(t)
	root := wire.Caller{Account: "999999999999", Partition: "aws", Kind: wire.RootCaller, UserID: "999999999999", ARN: "arn:aws:iam::999999999999:root"}
	if got := w.fails(root, "GenerateServiceLastAccessedDetails", "Arn", "arn:aws:iam::999999999999:user/x"); got !=
		"404 NoSuchEntity: ARN arn:aws:iam::999999999999:user/x does not exist." {
		t.Error(got)
	}
}

// LA-105: managed policies by ARN and once, then the entity's own inline
// policies, then those of its groups.
func TestOrderOfGrantingPolicies(t *testing.T) {
	w := newWorld(t)
	w.change(func(a *inventory.Account) {
		alice := a.UserByName("alice")
		alice.Inline = []inventory.Inline{{Name: "Z", Document: allow("ec2:*")}, {Name: "B", Document: allow("ec2:RunInstances")}}
		alice.Attached = []string{teamEc2, f1Prefix + "policy/BoundaryAll", f1Prefix + "policy/Orphan"}
		alice.Groups = append(alice.Groups, "admins")
		a.Groups = append(a.Groups, &inventory.Group{Name: "admins", ID: "AGPAADMINSEXAMPLE0001", ARN: f1Prefix + "group/admins", Path: "/",
			Inline: []inventory.Inline{{Name: "All", Document: allow("*")}}})
		a.GroupByName("developers").Inline = []inventory.Inline{{Name: "Dev", Document: allow("ec2:Describe*")}}
	})
	same(t, w.get("ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"user/alice", "ServiceNamespaces.member.1", "ec2"),
		`{"PoliciesGrantingServiceAccess": [{"ServiceNamespace": "ec2", "Policies": [
		{"PolicyName": "BoundaryAll", "PolicyType": "MANAGED", "PolicyArn": "arn:aws:iam::111122223333:policy/BoundaryAll"},
		{"PolicyName": "TeamEc2", "PolicyType": "MANAGED", "PolicyArn": "arn:aws:iam::111122223333:policy/TeamEc2"},
		{"PolicyName": "B", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "alice"},
		{"PolicyName": "Z", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "alice"},
		{"PolicyName": "All", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "admins"},
		{"PolicyName": "Dev", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "developers"}]}], "IsTruncated": false}`)
	same(t, w.get("ListPoliciesGrantingServiceAccess", "Arn", f1Prefix+"role/app", "ServiceNamespaces.member.1", "sqs", "ServiceNamespaces.member.2", "s3"),
		`{"PoliciesGrantingServiceAccess": [
		{"ServiceNamespace": "sqs", "Policies": [{"PolicyName": "AmazonSQSReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}]},
		{"ServiceNamespace": "s3", "Policies": [{"PolicyName": "AppInline", "PolicyType": "INLINE", "EntityType": "ROLE", "EntityName": "app"}]}],
		"IsTruncated": false}`)
}
