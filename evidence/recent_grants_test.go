package evidence

import (
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
)

// policyOf is a policy: the holder of an inline one, and who has it.
type policyOf struct {
	holder string
	users  []report.Entity
}

// TestRecentGrants: what somebody may have been given within the window is in doubt, and nothing
// else is.
func TestRecentGrants(t *testing.T) {
	const prefix = "arn:aws:iam::111122223333:"
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	role, other := report.Entity{Kind: report.Role, ARN: prefix + "role/team/App"}, report.Entity{Kind: report.Role, ARN: prefix + "role/other"}
	user := report.Entity{Kind: report.User, ARN: prefix + "user/ada"}
	candidates := map[string]policyOf{
		"role's":      {role.ARN, []report.Entity{role}},
		"other's":     {other.ARN, []report.Entity{other}},
		"user's":      {user.ARN, []report.Entity{user}},
		"group's":     {prefix + "group/team", []report.Entity{user}},
		"shared":      {"", []report.Entity{role, other}},
		"of all":      {"", []report.Entity{other, user}},
		"of nobody's": {},
	}
	for name, c := range map[string]struct {
		events string // "DAY NAME [TARGET] [denied|failed|other]"
		doubt  string // which candidates, in order
	}{
		"nothing":                        {"", ""},
		"a policy put into a role":       {"2026-05-02 PutRolePolicy App", "role's"},
		"by its ARN":                     {"2026-05-02 PutRolePolicy arn:aws:iam::111122223333:role/team/App", "role's"},
		"whatever the case":              {"2026-05-02 PutRolePolicy aPP", "role's"},
		"attached to a role":             {"2026-05-02 AttachRolePolicy App", "shared"},
		"another boundary":               {"2026-05-02 DeleteRolePermissionsBoundary App", "role's shared"},
		"before the window":              {"2026-02-02 PutRolePolicy App", ""},
		"refused":                        {"2026-05-02 PutRolePolicy App denied", ""},
		"failed, perhaps after it":       {"2026-05-02 PutRolePolicy App failed", "role's"},
		"of a role that is not known":    {"2026-05-02 PutRolePolicy -", "other's role's"},
		"known on another day alone":     {"2026-05-02 PutRolePolicy -\n2026-05-03 PutRolePolicy App", "other's role's"},
		"one more role than can be kept": {"2026-05-02 PutRolePolicy *", "other's role's"},
		"a user":                         {"2026-05-02 PutUserPolicy -", "user's"},
		"attached to a user":             {"2026-05-02 AttachUserPolicy -", "of all"},
		"a member":                       {"2026-05-02 AddUserToGroup -", "group's of all"},
		"a group":                        {"2026-05-02 PutGroupPolicy -", "group's"},
		"attached to a group":            {"2026-05-02 AttachGroupPolicy -", "of all"},
		"a user's boundary":              {"2026-05-02 DeleteUserPermissionsBoundary -", "group's of all user's"},
		"a call that gives nothing":      {"2026-05-02 DetachRolePolicy App\n2026-05-02 CreatePolicyVersion -", ""},
		"of another service":             {"2026-05-02 PutRolePolicy App other", ""},
	} {
		g := NewRecentGrants(now.AddDate(0, 0, -90), now)
		for line := range strings.Lines(c.events) {
			w := strings.Fields(line)
			at, err := time.Parse(time.DateOnly, w[0])
			if err != nil {
				t.Fatal(err)
			}
			k := activity.Key{Account: "111122223333", Principal: "AIDAADMIN", Source: "iam.amazonaws.com", Name: w[1], Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}
			for _, word := range w[3:] {
				switch word {
				case "denied":
					k.Outcome = activity.Denied
				case "failed":
					k.Outcome = activity.Failed
				case "other":
					k.Source = "example.amazonaws.com"
				}
			}
			call := activity.Attempt(k, at.Add(9*time.Hour), "e")
			g.Add(&call)
			if w[2] != "-" {
				k.Class, k.Target = activity.Passed, w[2]
				named := activity.Attempt(k, at.Add(9*time.Hour), "e")
				g.Add(&named)
			}
		}
		var got []string
		for _, who := range []string{"group's", "of all", "of nobody's", "other's", "role's", "shared", "user's"} {
			if why := g.Doubt(candidates[who].holder, candidates[who].users); why != "" {
				got = append(got, who)
				if !strings.Contains(why, "was called on 2026-05-0") || !strings.HasPrefix(why, "iam:") {
					t.Errorf("%s: %s", name, why)
				}
			}
		}
		if strings.Join(got, " ") != c.doubt {
			t.Errorf("%s: in doubt are %q, want %q", name, strings.Join(got, " "), c.doubt)
		}
	}
}
