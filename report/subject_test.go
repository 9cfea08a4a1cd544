package report

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

// account has a user in two groups, a role and two managed policies.
func account() *inventory.Account {
	const p = "arn:aws:iam::111122223333:"
	a := &inventory.Account{
		ID: "111122223333", Partition: "aws",
		Users: []*inventory.User{
			{Name: "alice", ID: "AIDAALICE", ARN: alice, Path: "/", Groups: []string{"devs", "ops"},
				Inline: []inventory.Inline{{Name: "Own", Document: "own"}}, Attached: []string{p + "policy/Gone"},
				Boundary: p + "policy/Other"},
			{Name: "bob", ID: "AIDABOB", ARN: bob, Path: "/dev/", Groups: []string{"devs"}, Attached: []string{p + "policy/Team"}},
		},
		Groups: []*inventory.Group{
			{Name: "devs", ID: "AGPADEVS", ARN: p + "group/devs", Path: "/", Attached: []string{p + "policy/Team"}},
			{Name: "ops", ID: "AGPAOPS", ARN: p + "group/ops", Path: "/", Inline: []inventory.Inline{{Name: "Ops", Document: "ops"}}},
		},
		Roles: []*inventory.Role{{Name: "app", ID: "AROAAPP", ARN: app, Path: "/service/",
			Attached: []string{"arn:aws:iam::aws:policy/ReadOnly", p + "policy/Team"}}},
		Policies: []*inventory.Policy{
			{Name: "Team", ARN: p + "policy/Team", Default: "v2", Versions: []inventory.PolicyVersion{
				{ID: "v1", Document: "team 1"}, {ID: "v2", Document: "team 2"}}},
			{Name: "Other", ARN: p + "policy/Other", Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: "other"}}},
			{Name: "ReadOnly", ARN: "arn:aws:iam::aws:policy/ReadOnly", Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: "read"}}},
		},
	}
	a.Index()
	return a
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		arn      string
		err      error
		policies string // documents, sorted
		entities string // names
		missing  string
	}{
		"a user: own, groups' (LA-4)":              {"arn:aws:iam::111122223333:user/alice", nil, "ops,own,team 2", "alice", "arn:aws:iam::111122223333:policy/Gone"},
		"a user by name whatever the path (LA-50)": {"arn:aws:iam::111122223333:user/some/where/alice", nil, "ops,own,team 2", "alice", "arn:aws:iam::111122223333:policy/Gone"},
		"a user with a policy twice":               {"arn:aws:iam::111122223333:user/dev/bob", nil, "team 2", "bob", ""},
		"a group: its own only":                    {"arn:aws:iam::111122223333:group/ops", nil, "ops", "alice", ""},
		"a group and its members":                  {"arn:aws:iam::111122223333:group/devs", nil, "team 2", "alice,bob", ""},
		"a role without its path":                  {"arn:aws:iam::111122223333:role/app", nil, "read,team 2", "app", ""},
		"a policy: default version, everyone once": {"arn:aws:iam::111122223333:policy/Team", nil, "team 2", "app,alice,bob", ""},
		"a policy that is only a boundary (LA-33)": {"arn:aws:iam::111122223333:policy/Other", nil, "other", "", ""},
		"an AWS managed policy":                    {"arn:aws:iam::aws:policy/ReadOnly", nil, "read", "app", ""},
		"a policy with a wrong path":               {"arn:aws:iam::111122223333:policy/x/Team", ErrAbsent, "", "", ""},
		"an absent user":                           {"arn:aws:iam::111122223333:user/nobody", ErrAbsent, "", "", ""},
		"a user without a name":                    {"arn:aws:iam::111122223333:user/", ErrAbsent, "", "", ""},
		"an absent AWS managed policy":             {"arn:aws:iam::aws:policy/Nosuch", ErrAbsent, "", "", ""},
		"another account":                          {"arn:aws:iam::999999999999:user/alice", ErrForeign, "", "", ""},
		"a user of AWS":                            {"arn:aws:iam::aws:user/alice", ErrForeign, "", "", ""},
		"root":                                     {"arn:aws:iam::111122223333:root", ErrUnsupported, "", "", ""},
		"root of another account":                  {"arn:aws:iam::999999999999:root", ErrUnsupported, "", "", ""},
		"an instance profile":                      {"arn:aws:iam::111122223333:instance-profile/app", ErrUnsupported, "", "", ""},
		"a kind alone":                             {"arn:aws:iam::111122223333:user", ErrUnsupported, "", "", ""},
		"another service":                          {"arn:aws:s3:::bucket-of-mine", ErrService, "", "", ""},
		"a role session":                           {"arn:aws:sts::111122223333:assumed-role/app/s", ErrService, "", "", ""},
		"another partition":                        {"arn:aws-cn:iam::111122223333:user/alice", ErrPartition, "", "", ""},
		"no ARN":                                   {"this is not an ARN at all", ErrSyntax, "", "", ""},
		"an ARN with a Region, which IAM has none": {"arn:aws:iam:us-east-1:111122223333:user/alice", ErrSyntax, "", "", ""},
		"an ARN without account, which IAM needs":  {"arn:aws:iam:::user/alice", ErrSyntax, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Find(account(), c.arn)
			if !errors.Is(err, c.err) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			slices.Sort(s.Policies)
			var names []string
			for _, e := range s.Entities {
				names = append(names, e.ARN[strings.LastIndexByte(e.ARN, '/')+1:])
			}
			got := [3]string{strings.Join(s.Policies, ","), strings.Join(names, ","), strings.Join(s.Missing, ",")}
			if want := [3]string{c.policies, c.entities, c.missing}; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestPrincipals(t *testing.T) {
	for name, c := range map[string]struct {
		entity Entity
		want   []string
	}{
		"a user":                  {Entity{User, "AIDABOB", bob}, []string{"AIDABOB", bob}},
		"a role with a path":      {Entity{Role, "AROAAPP", app}, []string{"AROAAPP", app, "arn:aws:iam::111122223333:role/app"}},
		"a role without":          {Entity{Role, "AROAX", "arn:aws:iam::111122223333:role/x"}, []string{"AROAX", "arn:aws:iam::111122223333:role/x"}},
		"an entity of unknown id": {Entity{User, "", bob}, []string{bob}},
	} {
		if got := c.entity.Principals(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestAPolicyWithoutDefaultVersionHasNoReport(t *testing.T) {
	a := account()
	a.Policies[0].Default, a.Policies[1].Default, a.Policies[2].Default = "v9", "v9", "v9"
	a.Index()
	s, err := Find(a, "arn:aws:iam::111122223333:policy/Team")
	if err != nil {
		t.Fatal(err)
	}
	if docs, err := s.Documents(); err == nil {
		t.Errorf("got documents %v", docs)
	}
}
