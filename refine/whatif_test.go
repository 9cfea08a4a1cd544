package refine

import (
	"errors"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// TestSuppose: whom a change concerns, and which policies it leaves.
func TestSuppose(t *testing.T) {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}`
	shared := "arn:aws:iam::111122223333:policy/Shared"
	a := &inventory.Account{ID: "111122223333", Partition: "aws",
		Policies: []*inventory.Policy{{Name: "Shared", ARN: shared, Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}}},
		Groups:   []*inventory.Group{{Name: "team", ID: "AGPATEAM", Attached: []string{shared}, Inline: []inventory.Inline{{Name: "Own", Document: text}}}},
		Users: []*inventory.User{
			{Name: "ada", ID: "AIDAADA", ARN: "arn:aws:iam::111122223333:user/ada", Groups: []string{"team"}},
			{Name: "bob", ID: "AIDABOB", ARN: "arn:aws:iam::111122223333:user/bob", Inline: []inventory.Inline{{Name: "Own", Document: text}}},
			{Name: "eve", ID: "AIDAEVE", ARN: "arn:aws:iam::111122223333:user/eve", Inline: []inventory.Inline{{Name: "Odd", Document: "{"}}},
		},
		Roles: []*inventory.Role{{Name: "app", ID: "AROAAPP", ARN: "arn:aws:iam::111122223333:role/app", Attached: []string{shared}, Boundary: shared}},
	}
	a.Index()
	doc, err := policy.ParseString(text)
	if err != nil {
		t.Fatal(err)
	}
	app, ada, bob := a.Roles[0].ARN, a.Users[0].ARN, a.Users[1].ARN
	for name, c := range map[string]struct {
		arn           string
		s             Supposition
		who           []string
		before, after int // policies of the first
		err           error
	}{
		"a policy that two have, one through a group": {shared, Supposition{Policy: doc}, []string{app, ada}, 1, 1, nil},
		"all policies of a user":                      {ada, Supposition{Policy: doc}, []string{ada}, 2, 1, nil},
		"one of the group":                            {ada, Supposition{Policy: doc, Replaces: "Own"}, []string{ada}, 2, 2, nil},
		"the shared one goes":                         {ada, Supposition{Remove: shared}, []string{ada}, 2, 1, nil},
		"one that it has not":                         {ada, Supposition{Remove: "None"}, nil, 0, 0, ErrNoSuchPolicy},
		"a boundary in place of one":                  {app, Supposition{Boundary: doc}, []string{app}, 1, 1, nil},
		"a control policy":                            {bob, Supposition{Control: doc}, []string{bob}, 1, 1, nil},
		"nobody":                                      {"arn:aws:iam::111122223333:role/none", Supposition{Policy: doc}, nil, 0, 0, ErrNoSubject},
		"the root without a control policy":           {"arn:aws:iam::111122223333:root", Supposition{Policy: doc}, nil, 0, 0, ErrNoSubject},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Suppose(a, c.arn, c.s)
			if !errors.Is(err, c.err) || len(list) != len(c.who) {
				t.Fatalf("%d, %v; want %d, %v", len(list), err, len(c.who), c.err)
			}
			for i, who := range c.who {
				if list[i].Principal.ARN != who {
					t.Errorf("%s, want %s", list[i].Principal.ARN, who)
				}
			}
			if len(list) > 0 && (len(list[0].Before) != c.before || len(list[0].After) != c.after) {
				t.Errorf("%d policies before and %d after, want %d and %d", len(list[0].Before), len(list[0].After), c.before, c.after)
			}
		})
	}
	if _, err := Suppose(a, a.Users[2].ARN, Supposition{Policy: doc}); err == nil {
		t.Error("a policy that cannot be read is passed over")
	}
}
