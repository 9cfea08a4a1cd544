package refine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

var (
	longAgo  = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	justNow  = now.AddDate(0, 0, -10)
	quarter  = Window{now.AddDate(0, 0, -90), now}
	ours     = "arn:aws:iam::111122223333:"
	fromAWS  = "arn:aws:iam::aws:policy/"
	teamText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}]}`
)

func managedPolicy(arn string, updated time.Time, documents ...string) *inventory.Policy {
	p := &inventory.Policy{Name: arn[strings.LastIndexByte(arn, '/')+1:], ARN: arn, Created: longAgo, Updated: updated, Attachable: true}
	for i, d := range documents {
		p.Default = fmt.Sprintf("v%d", i+1)
		at := longAgo
		if i == len(documents)-1 {
			at = updated
		}
		p.Versions = append(p.Versions, inventory.PolicyVersion{ID: p.Default, Document: d, Created: at})
	}
	return p
}

func oldRole(name string, attached ...string) *inventory.Role {
	return &inventory.Role{Name: name, ID: "AROA" + strings.ToUpper(name), ARN: ours + "role/" + name, Path: "/", Created: longAgo, Attached: attached}
}

// accountOf has the roles and policies.
func accountOf(roles []*inventory.Role, policies ...*inventory.Policy) *inventory.Account {
	a := &inventory.Account{ID: "111122223333", Partition: "aws", Roles: roles, Policies: policies}
	a.Index()
	return a
}

func TestAWSCandidates(t *testing.T) {
	young := oldRole("young", fromAWS+"Young")
	young.Created = justNow
	sso := &inventory.Role{Name: "AWSReservedSSO_Ops_0123456789abcdef", ID: "AROASSO", ARN: ours + "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef", Path: "/aws-reserved/sso.amazonaws.com/",
		Created: longAgo, Attached: []string{fromAWS + "Team", fromAWS + "OnlyTheirs"}}
	fenced := oldRole("fenced")
	fenced.Boundary = fromAWS + "Fence"
	a := &inventory.Account{ID: "111122223333", Partition: "aws",
		Groups: []*inventory.Group{{Name: "ops", ARN: ours + "group/ops", Attached: []string{fromAWS + "Team"}}, {Name: "empty", ARN: ours + "group/empty", Attached: []string{fromAWS + "Nobodys"}}},
		Users:  []*inventory.User{{Name: "ada", ID: "AIDAADA", ARN: ours + "user/ada", Created: longAgo, Groups: []string{"ops"}, Attached: []string{fromAWS + "Team"}}},
		Roles: []*inventory.Role{young, sso, fenced,
			oldRole("app", fromAWS+"Team", fromAWS+"Missing", fromAWS+"New", fromAWS+"Grown", fromAWS+"Twice", fromAWS+"Dateless", ours+"policy/Own")},
		Policies: []*inventory.Policy{managedPolicy(ours+"policy/Own", longAgo, teamText), managedPolicy(fromAWS+"Team", longAgo, teamText), managedPolicy(fromAWS+"OnlyTheirs", longAgo, teamText), managedPolicy(fromAWS+"Young", longAgo, teamText),
			managedPolicy(fromAWS+"New", justNow, teamText), managedPolicy(fromAWS+"Grown", justNow, `{"Statement":[]}`, teamText), managedPolicy(fromAWS+"Fence", longAgo, teamText), managedPolicy(fromAWS+"Dateless", time.Time{}, teamText),
			managedPolicy(fromAWS+"Nobodys", longAgo, teamText), managedPolicy(fromAWS+"Twice", justNow, teamText, teamText, teamText)},
	}
	a.Policies[len(a.Policies)-1].Versions[1].Created = justNow.AddDate(0, 0, -1)
	a.Index()
	const changed = "AWS has changed it within the window, and the store does not have what it said before"
	want := map[string]struct {
		users        int
		doubt, prior string
	}{
		"Team": {2, "", ""}, "Young": {1, ours + "role/young is younger than the window", ""}, "Nobodys": {0, "nobody has it", ""},
		"New": {1, changed, ""}, "Twice": {1, changed, ""}, "Dateless": {1, changed, ""}, "Grown": {1, "", `{"Statement":[]}`},
		"Missing": {1, "the store does not have its document: take the snapshot again, or import what these print: aws iam get-policy --policy-arn arn:aws:iam::aws:policy/Missing; aws iam get-policy-version --policy-arn arn:aws:iam::aws:policy/Missing --version-id ITS-DEFAULT-VERSION (docs/import.md)", ""},
	}
	for _, c := range AWSCandidates(a, quarter) {
		w, there := want[strings.TrimPrefix(c.ID, fromAWS)]
		if !there || len(c.Users) != w.users || c.Doubt != w.doubt || c.Prior != w.prior || !c.Replaces || !slices.Equal(c.Accounts, []string{"111122223333"}) {
			t.Errorf("%+v, want %+v", c, w)
		}
		delete(want, strings.TrimPrefix(c.ID, fromAWS))
	}
	if len(want) > 0 {
		t.Errorf("lacks %v", want)
	}
}

// replaced proposes what takes the place of the one policy of AWS that the role app has.
func replaced(t *testing.T, a *inventory.Account, in Editing, lines string) (*Proposal, error) {
	t.Helper()
	list := AWSCandidates(a, quarter)
	if len(list) != 1 || list[0].Doubt != "" {
		t.Fatalf("%+v", list)
	}
	return NewReplacements(proposerOf(t, a, in, lines), quarter).Propose(list[0])
}

// proposerOf knows the use of the role app.
func proposerOf(t *testing.T, a *inventory.Account, in Editing, lines string) *Proposer {
	t.Helper()
	in.Catalog, in.Engine = catalogue(t), engineOnce()
	return NewProposer(a, in, func(who report.Entity) (now, longer History, err error) {
		now, err = Gather(who, quarter, Evidence{Catalog: in.Catalog}, uses(lines))
		return now, nil, err
	})
}

func appAccount(document string, more ...*inventory.Policy) *inventory.Account {
	role := oldRole("app", fromAWS+"Team")
	role.ID, role.ARN = app.ID, app.ARN
	return accountOf([]*inventory.Role{role}, append(more, managedPolicy(fromAWS+"Team", longAgo, document))...)
}

func TestReplacementName(t *testing.T) {
	const small = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"}]}`
	const spaced = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:CreateQueue"], "Resource": "*"}]}`
	for name, c := range map[string]struct {
		others  []*inventory.Policy
		arn     string
		from    string
		changes int
	}{
		"free":                             {nil, ours + "policy/Team-refined", "", 3},
		"taken, in other letters":          {[]*inventory.Policy{managedPolicy(ours+"policy/team/TEAM-refined", longAgo, teamText)}, ours + "policy/Team-refined-2", "", 3},
		"two taken":                        {[]*inventory.Policy{managedPolicy(ours+"policy/Team-refined", longAgo, teamText), managedPolicy(ours+"policy/Team-refined-2", longAgo, teamText)}, ours + "policy/Team-refined-3", "", 3},
		"the same, from a moment ago":      {[]*inventory.Policy{managedPolicy(ours+"policy/path/Team-refined", justNow, spaced)}, ours + "policy/path/Team-refined", small, 3},
		"the same, but it may be edited":   {[]*inventory.Policy{managedPolicy(ours+"policy/Team-refined", longAgo, spaced)}, ours + "policy/Team-refined-2", "", 3},
		"one of AWS has a name of its own": {[]*inventory.Policy{managedPolicy(fromAWS+"Team-refined", longAgo, teamText)}, ours + "policy/Team-refined", "", 3},
	} {
		p, err := replaced(t, appAccount(teamText, c.others...), Editing{}, "2026-05-20 sqs CreateQueue")
		if err != nil || len(p.Parts) != 1 || p.Parts[0].ARN != c.arn || p.Parts[0].Document != small || len(p.Changes) != c.changes || p.Uses != 1 {
			t.Errorf("%s: %v, %+v", name, err, p)
			continue
		}
		want := []Change{{ChangePolicy, c.arn, "", c.from, small, teamText, fromAWS + "Team", "v1"}, {Kind: ChangeAttachment, Policy: c.arn, Holder: app.ARN, To: Attached},
			{Kind: ChangeAttachment, Policy: fromAWS + "Team", Holder: app.ARN, From: Attached, Of: fromAWS + "Team", OfVersion: "v1"}}
		if !slices.Equal(p.Changes, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, p.Changes, want)
		}
		if a, b := p.TakenBy(want[0]), p.TakenBy(want[1]); !slices.Equal(a, []string{"sqs:DeleteQueue"}) || len(b) != 0 {
			t.Errorf("%s: %v, %v", name, a, b)
		}
	}
	long := strings.Repeat("x", 128)
	a := accountOf([]*inventory.Role{{Name: "app", ID: app.ID, ARN: app.ARN, Path: "/service/", Created: longAgo, Attached: []string{fromAWS + long}}}, managedPolicy(fromAWS+long, longAgo, teamText))
	if p, err := replaced(t, a, Editing{}, "2026-05-20 sqs CreateQueue"); err != nil || p.Parts[0].ARN != ours+"policy/"+strings.Repeat("x", 120)+"-refined" {
		t.Errorf("%v, %+v", err, p)
	}
}

func TestReplacementStays(t *testing.T) {
	if p, err := replaced(t, appAccount(teamText), Editing{}, "2026-05-20 sqs CreateQueue\n2026-05-20 sqs DeleteQueue"); err != nil || p.Changed() || len(p.Changes)+len(p.Parts) > 0 {
		t.Errorf("nothing goes: %v, %+v", err, p)
	}
	if p, err := replaced(t, appAccount(teamText), Editing{}, ""); err != nil || !p.Delete || len(p.Parts) > 0 ||
		!slices.Equal(p.Changes, []Change{{Kind: ChangeAttachment, Policy: fromAWS + "Team", Holder: app.ARN, From: Attached, Of: fromAWS + "Team", OfVersion: "v1"}}) || !slices.Equal(p.TakenBy(p.Changes[0]), []string{"sqs:CreateQueue", "sqs:DeleteQueue"}) {
		t.Errorf("all goes: %v, %+v", err, p)
	}
	a := appAccount(teamText)
	for i := range 9 {
		p := managedPolicy(fmt.Sprintf("%spolicy/P%d", ours, i), longAgo, teamText)
		a.Policies, a.Roles[0].Attached = append(a.Policies, p), append(a.Roles[0].Attached, p.ARN)
	}
	a.Index()
	if _, err := replaced(t, a, Editing{}, "2026-05-20 sqs CreateQueue"); err == nil || !strings.Contains(err.Error(), app.ARN+" has 10 managed policies attached") || !strings.Contains(err.Error(), "IAM's quota is 10") {
		t.Errorf("no room: %v", err)
	}
	if p, err := replaced(t, a, Editing{}, ""); err != nil || len(p.Changes) != 1 {
		t.Errorf("taking off needs no room: %v, %+v", err, p)
	}
	// What AWS has added within the window has not had its time.
	grown := appAccount(teamText)
	grown.Policies[0].Updated = justNow
	grown.Policies[0].Versions = []inventory.PolicyVersion{{ID: "v1", Created: longAgo, Document: strings.Replace(teamText, `,"sqs:DeleteQueue"`, "", 1)}, {ID: "v2", Created: justNow, Document: teamText}}
	grown.Policies[0].Default = "v2"
	grown.Index()
	if p, err := replaced(t, grown, Editing{}, ""); err != nil || p.Delete || !slices.Equal(p.Taken(), []string{"sqs:CreateQueue"}) || p.Parts[0].Document != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:DeleteQueue"],"Resource":"*"}]}` {
		t.Errorf("%v, %+v", err, p)
	}
	// The proof: a denial would be found.
	p := &Proposal{}
	a = appAccount(teamText)
	proposer, c := proposerOf(t, a, Editing{}, "2026-05-20 sqs DeleteQueue"), AWSCandidates(a, quarter)[0]
	users, err := proposer.users(c)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := policy.ParseString(`{"Statement":[{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	s, err := proposer.swapFor(c, []*policy.Document{wrong})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.prove(s, users); err != nil || len(p.Denied) != 1 || p.Denied[0].Action != "sqs:DeleteQueue" {
		t.Errorf("%v, %+v", err, p.Denied)
	}
}

// TestReplacementSplits: AWS's policy may be longer than one of an account.
func TestReplacementSplits(t *testing.T) {
	cat := catalogue(t)
	n, ok := cat.Service("ec2")
	if !ok {
		t.Fatal("no ec2")
	}
	ec2 := cat.Services()[n]
	var names []string
	for i := ec2.First; i < ec2.First+600; i++ {
		names = append(names, `"`+cat.FullName(i)+`"`)
	}
	long := `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue",` + strings.Join(names[:300], ",") + `],"Resource":"*"},` +
		`{"Sid":"B","Effect":"Allow","Action":[` + strings.Join(names[300:], ",") + `],"Resource":"*"}]}`
	if len(long) < 2*MaxPolicy {
		t.Fatalf("%d characters are not long", len(long))
	}
	in := Editing{Keep: []string{"ec2:*"}}
	p, err := replaced(t, appAccount(long), in, "2026-05-20 sqs CreateQueue")
	if err != nil || len(p.Parts) < 3 || len(p.Parts) > 4 || p.Parts[2].ARN != ours+"policy/Team-refined-3" || !slices.Equal(p.Taken(), []string{"sqs:DeleteQueue"}) || len(p.Changes) != 2*len(p.Parts)+1 || p.Uses != 1 {
		t.Fatalf("%v, %d parts, %d changes", err, len(p.Parts), len(p.Changes))
	}
	engine := engineOnce()
	all := map[string]int{}
	for _, part := range p.Parts {
		doc, err := policy.ParseString(part.Document)
		if err != nil || bare(part.Document) > 6144 || len(doc.Statements) == 0 {
			t.Fatal(err, part.Document)
		}
		for i := range engine.Granted([]*policy.Document{doc}).All() {
			all[cat.FullName(i)]++
		}
	}
	if len(all) != 601 || all["sqs:CreateQueue"] != 1 || all["sqs:DeleteQueue"] != 0 {
		t.Errorf("%d actions, %d, %d", len(all), all["sqs:CreateQueue"], all["sqs:DeleteQueue"])
	}
	// A service is given back in its part.
	back, some, err := GiveBack(p.Changes[0], p.TakenBy(p.Changes[0]), "sqs", cat, engine)
	if err != nil || !some || back.Kind != ChangePolicy || back.From != p.Parts[0].Document || !strings.Contains(back.To, `"sqs:CreateQueue","sqs:DeleteQueue"`) {
		t.Errorf("%v %v %+v", some, err, back)
	}
	for _, c := range p.Changes[1:] {
		if _, some, err := GiveBack(c, p.TakenBy(c), "sqs", cat, engine); some || err != nil {
			t.Errorf("%s: %v, %v", c, some, err)
		}
	}
	// What cannot be given back within the length of a policy.
	if _, some, err := GiveBack(Change{Kind: ChangePolicy, Policy: ours + "policy/Team-refined", To: teamText, Base: long}, []string{"sqs:DeleteQueue"}, "sqs", cat, engine); !some || !errors.Is(err, ErrLong) {
		t.Errorf("%v, %v", some, err)
	}
	// A wildcard cannot be cut: it is in the policy whole, or nothing is proposed.
	for _, text := range []string{`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`, `{"Statement":[{"Effect":"Allow","Action":["*","sqs:DeleteQueue"],"Resource":"*"}]}`} {
		if _, err := replaced(t, appAccount(text), Editing{}, "2026-05-20 sqs CreateQueue"); err == nil || !strings.Contains(err.Error(), "and a policy of the account 6144 at most") {
			t.Errorf("%v", err)
		}
	}
	p, err = replaced(t, appAccount(`{"Statement":[{"Effect":"Allow","Action":["ec2:*","sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}]}`), Editing{Keep: []string{"ec2:*s"}}, "2026-05-20 sqs CreateQueue")
	if err != nil || len(p.Parts) == 0 || bare(p.Parts[0].Document) > 6144 {
		t.Errorf("%v, %+v", err, p)
	}
}
