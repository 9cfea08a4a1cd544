package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
)

// rankStore has four principals: ada uses one of two actions, and the other one long ago, bob none of a grave
// one, carl is new, and a service owns the last one. Logs begin in 2025 or, late, in May.
func rankStore(t *testing.T, late bool) string {
	t.Helper()
	dsn := newDSN(t)
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	may := func(actions string) []inventory.Inline {
		return []inventory.Inline{{Name: "P", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}]}`}}
	}
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	user := func(name string, created time.Time, actions string) *inventory.User {
		return &inventory.User{Name: name, ID: "AIDA" + strings.ToUpper(name), ARN: "arn:aws:iam::111122223333:user/" + name, Path: "/", Created: created, Inline: may(actions)}
	}
	a := &inventory.Account{ID: "111122223333", Partition: "aws",
		Users: []*inventory.User{
			user("ada", created, `"s3:CreateBucket","s3:DeleteBucket"`),
			user("bob", created, `"iam:PutRolePolicy","iam:PassRole"`),
			user("carl", time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC), `"s3:*"`),
		},
		Roles: []*inventory.Role{{Name: "AWSServiceRoleForX", ID: "AROAX", ARN: "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", Path: "/aws-service-role/x.amazonaws.com/", Created: created, Inline: may(`"*"`)}},
	}
	a.Index()
	if err := accounts.New(s).Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	call := func(day, name string) activity.Fact {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return activity.Attempt(activity.Key{Account: "111122223333", Principal: "AIDAADA", Source: "s3.amazonaws.com", Name: name, Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}, at, "e")
	}
	facts := []activity.Fact{call("2026-05-10", "CreateBucket")}
	if !late {
		facts = append(facts, call("2025-12-01", "CreateBucket"), call("2025-12-05", "DeleteBucket"))
	}
	if err := s.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestRank(t *testing.T) {
	dsn := rankStore(t, false)
	lines, _, code := runAt(t.Context(), moment1, "rank", "--store", dsn)
	// PutRolePolicy counts 20 and 100, DeleteBucket 5; iam:PassRole nothing.
	want := "120\t1\t2\tarn:aws:iam::111122223333:user/bob\t\tiam:PutRolePolicy\t\n" +
		"5\t1\t2\tarn:aws:iam::111122223333:user/ada\t2026-05-10T00:00:00Z\t\t\n"
	if code != 0 || !strings.HasPrefix(lines, want) || strings.Count(lines, "\n") != 3 || !strings.HasSuffix(lines, "\tyounger than the window\n") {
		t.Errorf("exit %d\n%s\nwant\n%s", code, lines, want)
	}
	table, warned, _ := runAt(t.Context(), moment1, "rank", "--store", dsn, "--format", "table", "--top", "1")
	if !strings.Contains(table, "    120        1        2  -           arn:aws:iam::111122223333:user/bob\nEach unused action counts 1 for List, 2 for Read, 2 for Tagging, 5 for Write, 20 for Permissions management, and 100 more") || strings.Contains(table, "ada") {
		t.Errorf("%s", table)
	}
	if !strings.Contains(warned, "no log of account 111122223333 was read") {
		t.Errorf("says %s", warned)
	}
	text, _, _ := runAt(t.Context(), moment1, "rank", "--store", dsn, "--format", "json", "--account", "111122223333")
	var out struct {
		Weights    []struct{ Level string }
		Principals []struct {
			ARN                 string
			Score               int
			UnusedEscalations   []string
			LastUsed, Doubt     string
			UnusedActions, Rest int
		}
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Weights) != 5 || len(out.Principals) != 3 || out.Principals[0].UnusedEscalations[0] != "iam:PutRolePolicy" || out.Principals[2].Doubt == "" {
		t.Errorf("%v: %s", err, text)
	}
	// Somebody was given something in the window: nothing of users is known to be unused.
	given := rankStore(t, false)
	s, err := openStore(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	put := activity.Attempt(activity.Key{Account: "111122223333", Principal: "AIDAADMIN", Source: "iam.amazonaws.com", Name: "PutUserPolicy", Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}, time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC), "e")
	if err := s.MergeFacts(t.Context(), []activity.Fact{put}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if lines, _, _ := runAt(t.Context(), moment1, "rank", "--store", given); !strings.Contains(lines, "0\t0\t2\tarn:aws:iam::111122223333:user/bob\t") {
		t.Errorf("given within the window:\n%s", lines)
	}
	if lines, _, _ := runAt(t.Context(), moment1, "rank", "--store", rankStore(t, true)); strings.Count(lines, "\tthe account's logs do not reach over the window\n") != 3 {
		t.Errorf("with short logs %s", lines)
	}
	for args, says := range map[string]string{
		"--window 0": "want 1 to 400 days", "--window 401": "want 1 to 400 days", "--top -1": "want a number", "--format xml": "want table, tsv or json", "--account 999988887777": "--account 999988887777 is not in",
	} {
		if _, stderr, code := runAt(t.Context(), moment1, append([]string{"rank", "--store", dsn}, strings.Fields(args)...)...); code != 2 || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit %d, %s", args, code, stderr)
		}
	}
}
