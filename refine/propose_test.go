package refine

import (
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// TestCandidates: which policies may become smaller, who has them, and why others
// must stay.
func TestCandidates(t *testing.T) {
	at := func(day string) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	old, young := at("2024-01-01"), at("2026-05-20")
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}`
	prefix := "arn:aws:iam::111122223333:"
	managed := func(name string, created, updated time.Time) *inventory.Policy {
		return &inventory.Policy{Name: name, ARN: prefix + "policy/" + name, Default: "v1", Created: created, Updated: updated, Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}}
	}
	own := []inventory.Inline{{Name: "Own", Document: text}}
	aws := &inventory.Policy{Name: "ReadOnlyAccess", ARN: "arn:aws:iam::aws:policy/ReadOnlyAccess", Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}}
	a := &inventory.Account{ID: "111122223333", Partition: "aws",
		Policies: []*inventory.Policy{aws, managed("Shared", old, old), managed("New", young, young), managed("Changed", old, young), managed("Fence", old, old), managed("Nobody", old, old)},
		Groups:   []*inventory.Group{{Name: "team", ARN: prefix + "group/team", Inline: own, Attached: []string{prefix + "policy/Shared"}}},
		Users: []*inventory.User{
			{Name: "ada", ID: "AIDAADA", ARN: prefix + "user/ada", Created: old, Groups: []string{"team"}, Inline: own},
			{Name: "bob", ID: "AIDABOB", ARN: prefix + "user/bob", Created: young, Inline: own},
		},
		Roles: []*inventory.Role{
			{Name: "app", ID: "AROAAPP", ARN: prefix + "role/app", Path: "/", Created: old, Boundary: prefix + "policy/Fence", Attached: []string{prefix + "policy/Shared", prefix + "policy/Fence", prefix + "policy/New", prefix + "policy/Changed"}},
			{Name: "AWSServiceRoleForX", ID: "AROAX", ARN: prefix + "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", Path: "/aws-service-role/x.amazonaws.com/", Created: old, Inline: own},
		},
	}
	a.Index()
	got := map[string]Candidate{}
	for _, c := range Candidates(a, Window{at("2026-03-01"), at("2026-06-01")}) {
		got[c.Holder+" "+c.ID] = c
	}
	for key, want := range map[string]struct {
		users int
		doubt string
	}{
		" " + prefix + "policy/Shared":  {2, ""},
		" " + prefix + "policy/New":     {1, "it is younger than the window"},
		" " + prefix + "policy/Changed": {1, "it was changed within the window"},
		" " + prefix + "policy/Fence":   {1, "it is the permissions boundary of " + prefix + "role/app"},
		" " + prefix + "policy/Nobody":  {0, "nobody has it"},
		prefix + "group/team Own":       {1, ""},
		prefix + "user/ada Own":         {1, ""},
		prefix + "user/bob Own":         {1, prefix + "user/bob is younger than the window"},
	} {
		c, there := got[key]
		if !there || len(c.Users) != want.users || c.Doubt != want.doubt {
			t.Errorf("%s: %v, %d users, doubt %q; want %d, %q", key, there, len(c.Users), c.Doubt, want.users, want.doubt)
		}
		delete(got, key)
	}
	for key := range got {
		t.Errorf("%s is a candidate", key)
	}
}
