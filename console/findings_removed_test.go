package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// unusedOf are the details of a finding: s3 was used but for two actions, ec2 and
// iam not at all.
func unusedOf() []unusedPermission {
	at := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)
	return []unusedPermission{
		{ServiceNamespace: "ec2", unusedSince: unusedSince{at}},
		{ServiceNamespace: "iam"},
		{ServiceNamespace: "s3", unusedSince: unusedSince{at}, Actions: []unusedAction{{Action: "DeleteBucket"}, {"PutObject", unusedSince{at}}}},
	}
}

func TestRemoved(t *testing.T) {
	const kept = `{"Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}]}`
	for name, c := range map[string]struct {
		before, after string
		want          []string // ACTION, with what is known of it
	}{
		"literal actions": {
			`{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteBucket","S3:PutObject","ec2:RunInstances"]}]}`, kept,
			[]string{"ec2:RunInstances service 2025", "s3:DeleteBucket action never", "s3:PutObject action 2025"},
		},
		"one action and one statement": {`{"Statement":{"Effect":"Allow","Action":"s3:DeleteBucket"}}`, "", []string{"s3:DeleteBucket action never"}},
		"a pattern of a service that is used in part": {
			`{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}`, kept, []string{"s3:DeleteBucket action never", "s3:PutObject action 2025"},
		},
		"patterns of a service that is not used": {
			`{"Statement":[{"Effect":"Allow","Action":["ec2:Describe*","ec2:?unInstances","s3:GetObject"]}]}`, kept,
			[]string{"ec2:?unInstances service 2025", "ec2:Describe* service 2025"},
		},
		"everything": {
			`{"Statement":[{"Effect":"Allow","Action":"*"}]}`, kept,
			[]string{"ec2:* service 2025", "iam:* service never unseen", "s3:DeleteBucket action never", "s3:PutObject action 2025"},
		},
		"all but": {
			`{"Statement":[{"Effect":"Allow","NotAction":["iam:*","s3:Put*"]}]}`, kept,
			[]string{"ec2:* service 2025", "s3:DeleteBucket action never"},
		},
		"what stays is not listed": {kept, kept, nil},
		"nor what stays and is unused": {
			`{"Statement":[{"Effect":"Allow","Action":["s3:DeleteBucket","s3:PutObject","ec2:RunInstances"]}]}`,
			`{"Statement":[{"Effect":"Allow","Action":["s3:*","ec2:RunInstances"]}]}`, nil,
		},
		"a Deny removes nothing":         {`{"Statement":[{"Effect":"Deny","Action":"s3:DeleteBucket"}]}`, "", nil},
		"of which the finding is silent": {`{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","kms:Decrypt"]}]}`, kept, []string{"kms:Decrypt unknown"}},
		"no logs show it":                {`{"Statement":[{"Effect":"Allow","Action":["iam:PassRole","iam:Pass*","iam:Get*"]}]}`, "", []string{"iam:Get* service never", "iam:Pass* service never unseen", "iam:PassRole service never unseen"}},
		"no policy":                      {"nonsense", "", nil},
		"nothing":                        {"", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range removed(unusedOf(), c.before, c.after) {
				got = append(got, described(r))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func described(r removedAction) string {
	text := r.Action + " action"
	if r.Whole {
		text = r.Action + " service"
	}
	switch {
	case !r.Known:
		return r.Action + " unknown"
	case r.Last.IsZero():
		text += " never"
	default:
		text += fmt.Sprintf(" %d", r.Last.Year())
	}
	if r.Unseen {
		text += " unseen"
	}
	return text
}

func TestSideBySide(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"the same":              {"a\nb", "a\nb", "a||a b||b"},
		"a comma is no change":  {"a,\nb", "a", "a,||a b|removed|"},
		"one goes":              {"a\nb\nc", "a\nc", "a||a b|removed| c||c"},
		"one comes":             {"a\nc", "a\nb\nc", "a||a |added|b c||c"},
		"one becomes two":       {"a\nx\nc", "a\ny\nz\nc", "a||a x|changed|y |added|z c||c"},
		"nothing is in common":  {"a\nb", "c", "a|changed|c b|removed|"},
		"the last line changes": {"a\nb", "a\nc", "a||a b|changed|c"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range sideBySide(c.before, c.after) {
				got = append(got, r.Old+"|"+r.Change+"|"+r.New)
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("got  %q\nwant %q", text, c.want)
			}
		})
	}
}

// FuzzRemoved: of any two documents, every line is shown on its side, and no
// action is told twice or told to go that stays as it is written.
func FuzzRemoved(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Action":["s3:*","ec2:RunInstances"]}]}`, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject"}}`)
	f.Add(`{"Statement":[{"Effect":"Allow","NotAction":"iam:*"}]}`, "")
	f.Add(`{"Statement":[{"Effect":"Allow","Action":"[\\"}]}`, "[")
	f.Fuzz(func(t *testing.T, before, after string) {
		var old, come []string
		for _, r := range sideBySide(before, after) {
			if r.Change != lineAdded {
				old = append(old, r.Old)
			}
			if r.Change != lineRemoved {
				come = append(come, r.New)
			}
		}
		if strings.Join(old, "\n") != before || strings.Join(come, "\n") != after {
			t.Errorf("%q and %q are shown as %q and %q", before, after, old, come)
		}
		seen := map[string]bool{}
		for _, r := range removed(unusedOf(), before, after) {
			if seen[r.Action] || allowed(allows(after), r.Action) {
				t.Errorf("%q is told twice, or stays", r.Action)
			}
			seen[r.Action] = true
		}
	})
}
