package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRefine(t *testing.T) {
	dsn := rankStore(t, false)
	for name, c := range map[string]struct {
		args string
		code int
		says []string
	}{
		"what is not used goes": {"arn:aws:iam::111122223333:user/ada", 0, []string{
			"inline policy P of arn:aws:iam::111122223333:user/ada, which 1 principal has\n  1 action goes; 0 of 1 recorded uses would be denied\n",
			"  careful: 1 of them were used before the window, as once a quarter or a year: s3:DeleteBucket (2025-12-05)\n",
			`"s3:CreateBucket"`, "warning: no log of account 111122223333"}},
		"a longer window":              {"arn:aws:iam::111122223333:user/ada --window 180", 0, []string{"stays as it is: everything in it is used, or must stay"}},
		"no log tells of iam:PassRole": {"arn:aws:iam::111122223333:user/bob", 0, []string{"  1 action goes; 0 of 0", `"iam:PassRole"`}},
		"unless it is asked for":       {"arn:aws:iam::111122223333:user/bob --drop-untracked", 0, []string{"  2 actions go", "nothing of it is left: detach or delete it"}},
		"what is to be kept":           {"arn:aws:iam::111122223333:user/bob --keep iam:Put*", 0, []string{"stays as it is: everything in it is used, or must stay"}},
		"who is too young":             {"arn:aws:iam::111122223333:user/carl", 0, []string{"stays as it is: arn:aws:iam::111122223333:user/carl is younger than the window"}},
		"a whole account":              {"arn:aws:iam::111122223333:root", 0, []string{"user/ada", "user/bob", "user/carl"}},
		"nobody":                       {"arn:aws:iam::111122223333:role/none", 1, []string{"no policy in the snapshot of account 111122223333 that could become smaller"}},
		"a service's own role":         {"arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", 1, []string{"no policy"}},
		"no window":                    {"arn:aws:iam::111122223333:user/ada --window 0", 2, []string{"want 1 to 400 days"}},
		"no format":                    {"arn:aws:iam::111122223333:user/ada --format xml", 2, []string{"want text, json, diff"}},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"refine", "--store", dsn}, strings.Fields(c.args)...)...)
			for _, says := range c.says {
				if code != c.code || !strings.Contains(stdout+stderr, says) {
					t.Errorf("exit %d, want %d and %q:\n%s%s", code, c.code, says, stdout, stderr)
				}
			}
		})
	}
	if text, _, _ := runAt(t.Context(), moment1, "refine", "--store", rankStore(t, true), "arn:aws:iam::111122223333:root"); strings.Count(text, "stays as it is: the account's logs do not reach over the window\n") != 3 {
		t.Errorf("with short logs\n%s", text)
	}
	text, _, _ := runAt(t.Context(), moment1, "refine", "--store", dsn, "--format", "json", "arn:aws:iam::111122223333:user/ada")
	var out struct {
		Proposals []struct {
			Policy, Holder, Before, After string
			ReplayedUses                  int
			Removed                       []struct{ Action, Reason string }
			Kept                          []struct{ Action, Reason string }
			Earlier                       []struct{ Action string } `json:"removedAndUsedBeforeTheWindow"`
		}
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Proposals) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	p := out.Proposals[0]
	if p.Policy != "P" || !strings.HasSuffix(p.Holder, "user/ada") || p.After != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}` || p.ReplayedUses != 1 ||
		len(p.Removed) != 1 || p.Removed[0].Reason != "action not used" || len(p.Kept) != 1 || p.Kept[0].Reason != "used" || len(p.Earlier) != 1 {
		t.Errorf("%+v", p)
	}
}
