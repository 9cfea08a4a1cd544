package refine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
)

const opsText = `{"Version":"2012-10-17","Statement":[{"Sid":"Ops","Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue","sqs:SetQueueAttributes"],"Resource":"*"}]}`

// setAccount has the role of permission set Ops. Its unique id is AROA and the last
// digit of the account.
func setAccount(id, document string, policies ...*inventory.Policy) *inventory.Account {
	name := "AWSReservedSSO_Ops_0123456789abcde" + id[:1]
	r := &inventory.Role{Name: name, ID: "AROA" + id[:1], ARN: "arn:aws:iam::" + id + ":role/aws-reserved/sso.amazonaws.com/eu-west-1/" + name, Path: "/aws-reserved/sso.amazonaws.com/eu-west-1/", Created: longAgo}
	if document != "" {
		r.Inline = []inventory.Inline{{Name: "AwsSSOInlinePolicy", Document: document}}
	}
	for _, p := range policies {
		r.Attached = append(r.Attached, p.ARN)
	}
	a := &inventory.Account{ID: id, Partition: "aws", Roles: []*inventory.Role{r}, Policies: policies}
	a.Index()
	return a
}

func onlySet(t *testing.T, list ...*inventory.Account) *PermissionSet {
	t.Helper()
	sets := PermissionSets(list)
	if len(sets) != 1 || sets[0].Name != "Ops" {
		t.Fatalf("%+v", sets)
	}
	return sets[0]
}

func TestSetName(t *testing.T) {
	for _, c := range []struct{ path, role, want string }{
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Ops_0123456789abcdef", "Ops"},
		{"/aws-reserved/sso.amazonaws.com/eu-west-1/", "AWSReservedSSO_A_b-C_0123456789abcdef", "A_b-C"},
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Ops_0123456789abcde", ""},
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Ops_0123456789abcdeg", ""},
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO__0123456789abcdef", ""},
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_0123456789abcdef", ""},
		{"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_", ""},
		{"/", "AWSReservedSSO_Ops_0123456789abcdef", ""},
	} {
		if got, ok := setName(&inventory.Role{Path: c.path, Name: c.role}); got != c.want || ok != (c.want != "") {
			t.Errorf("%s is of %q, want %q", c.role, got, c.want)
		}
	}
}

func TestSetCandidate(t *testing.T) {
	young := setAccount("222222222222", opsText)
	young.Roles[0].Created = justNow
	spaced := strings.ReplaceAll(opsText, ":", ": ")
	spaced = strings.ReplaceAll(spaced, "sqs: ", "sqs:")
	own := func(account string) *inventory.Policy {
		return managedPolicy("arn:aws:iam::"+account+":policy/team/Own", longAgo, teamText)
	}
	for name, c := range map[string]struct {
		second *inventory.Account
		doubt  string
	}{
		"the same, but for white space": {setAccount("222222222222", spaced, own("222222222222")), ""},
		"a young role":                  {young, "its attached policies are not the same in all accounts (111111111111, 333333333333 / 222222222222): provision it to all, and sync"},
		"another document":              {setAccount("222222222222", teamText, own("222222222222")), "its inline policies are not the same in all accounts (111111111111, 333333333333 / 222222222222): provision it to all, and sync"},
		"no document":                   {setAccount("222222222222", "", own("222222222222")), "its inline policies are not the same in all accounts (111111111111, 333333333333 / 222222222222): provision it to all, and sync"},
	} {
		set := onlySet(t, setAccount("333333333333", opsText, own("333333333333")), c.second, setAccount("111111111111", opsText, own("111111111111")))
		got := set.Candidate(quarter)
		if got.Doubt != c.doubt || got.ID != "AwsSSOInlinePolicy" || got.Holder != "permission set Ops" || len(got.Users) != 3 || !slices.Equal(got.Accounts, []string{"111111111111", "222222222222", "333333333333"}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := onlySet(t, setAccount("111111111111", opsText), young).Candidate(quarter); got.Doubt != young.Roles[0].ARN+" is younger than the window" {
		t.Errorf("%+v", got)
	}
	aws := managedPolicy(fromAWS+"Team", longAgo, teamText)
	set := onlySet(t, setAccount("111111111111", opsText, own("111111111111"), aws))
	if got := set.References(false); len(got) != 2 || got[0].ID != "policy/team/Own" || !strings.HasPrefix(got[0].Doubt, "each account has a policy of its own of that name") || got[1].ID != fromAWS+"Team" || !strings.HasPrefix(got[1].Doubt, "it is one of AWS") {
		t.Errorf("%+v", got)
	}
	if got := set.References(true); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

// proposedSet judges the permission set Ops; lines are the uses by unique id of a role:
// "AROA1 2026-05-20 sqs CreateQueue".
func proposedSet(t *testing.T, set *PermissionSet, replace bool, lines string) (*Proposal, []*Proposal) {
	t.Helper()
	c := set.Candidate(quarter)
	if c.Doubt != "" {
		t.Fatal(c.Doubt)
	}
	p, stay, err := set.Propose(c, setProposers(t, lines), quarter, replace)
	if err != nil {
		t.Fatal(err)
	}
	return p, stay
}

func setProposers(t *testing.T, lines string) func(*inventory.Account) *Proposer {
	t.Helper()
	cat := catalogue(t)
	return func(a *inventory.Account) *Proposer {
		return NewProposer(a, Editing{Catalog: cat, Engine: engineOnce()}, func(who report.Entity) (now, longer History, err error) {
			own := ""
			for line := range strings.Lines(lines) {
				if rest, ok := strings.CutPrefix(line, who.ID+" "); ok {
					own += rest
				}
			}
			both, err := GatherIn(who, []Window{quarter, {quarter.To.AddDate(0, 0, -400), quarter.To}}, Evidence{Catalog: cat}, factsOf(who, own))
			if err != nil {
				return nil, nil, err
			}
			return both[0], both[1], nil
		})
	}
}

// TestSetUnion: what anybody used anywhere stays, and each role's use is replayed.
func TestSetUnion(t *testing.T) {
	set := onlySet(t, setAccount("111111111111", opsText), setAccount("222222222222", opsText), setAccount("333333333333", opsText))
	p, stay := proposedSet(t, set, true, "AROA1 2026-05-20 sqs CreateQueue\nAROA2 2026-04-01 sqs SetQueueAttributes\nAROA2 2026-05-21 sqs CreateQueue\nAROA3 2025-09-01 sqs DeleteQueue\n")
	if p.Edited.Document != strings.Replace(opsText, `"sqs:DeleteQueue",`, "", 1) || !slices.Equal(p.Taken(), []string{"sqs:DeleteQueue"}) || p.Uses != 3 || len(p.Denied)+len(stay) > 0 || len(p.Changes) > 0 {
		t.Errorf("%+v %s", p, p.Edited.Document)
	}
	if len(p.Earlier) != 1 || p.Earlier[0].Action != "sqs:DeleteQueue" || !p.Earlier[0].Last.Equal(time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", p.Earlier)
	}
	if p, _ := proposedSet(t, set, false, "AROA1 2026-05-20 sqs CreateQueue\nAROA2 2026-04-01 sqs SetQueueAttributes\nAROA3 2026-05-21 sqs DeleteQueue\n"); p.Changed() || p.Edited.Document != opsText {
		t.Errorf("%+v", p)
	}
	if p, _ := proposedSet(t, set, false, ""); !p.Delete || p.Edited.Document != "" {
		t.Errorf("%+v", p)
	}
	// The proof is of each role: with a wrong edit, that of account 3 finds it.
	p.Delete = false
	p.Edited.Document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}]}`
	users, in, err := set.users(setProposers(t, "AROA3 2026-05-20 sqs DeleteQueue\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.exchange(users, in); err != nil || len(p.Denied) != 1 || p.Denied[0].Action != "sqs:DeleteQueue" {
		t.Errorf("%v %+v", err, p.Denied)
	}
}

// TestSetUnseen: what the logs of one account would not show stays for all.
func TestSetUnseen(t *testing.T) {
	cat := catalogue(t)
	set := onlySet(t, setAccount("111111111111", opsText), setAccount("222222222222", opsText))
	of := func(a *inventory.Account) *Proposer {
		unseen := func(action int) bool { return a.ID == "111111111111" && cat.FullName(action) == "sqs:DeleteQueue" }
		return NewProposer(a, Editing{Catalog: cat, Engine: engineOnce(), Unseen: unseen}, func(report.Entity) (now, longer History, err error) { return nil, nil, nil })
	}
	p, _, err := set.Propose(set.Candidate(quarter), of, quarter, false)
	if err != nil || !slices.Equal(p.Taken(), []string{"sqs:CreateQueue", "sqs:SetQueueAttributes"}) {
		t.Errorf("%v, %+v", err, p)
	}
}

// TestSetFolds: what stays of AWS's policies goes into the inline policy.
func TestSetFolds(t *testing.T) {
	const buckets = `{"Version":"2012-10-17","Statement":[{"Sid":"Ops","Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`
	policies := []*inventory.Policy{managedPolicy(fromAWS+"Buckets", longAgo, buckets), managedPolicy(fromAWS+"Keys", longAgo, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:CreateKey","Resource":"*"}]}`),
		managedPolicy(fromAWS+"Used", longAgo, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}]}`)}
	const use = "AROA1 2026-05-20 sqs CreateQueue\nAROA2 2026-05-20 s3 CreateBucket\n"
	set := onlySet(t, setAccount("111111111111", opsText, policies...), setAccount("222222222222", opsText, policies...))
	p, stay := proposedSet(t, set, true, use)
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"Ops","Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"},{"Sid":"Ops2","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}`
	if p.Edited.Document != want || len(p.Folded) != 2 || p.Folded[0].ID != fromAWS+"Buckets" || p.Folded[0].Delete || !p.Folded[1].Delete || len(p.Denied) > 0 || p.Uses != 2 ||
		!slices.Equal(p.Taken(), []string{"kms:CreateKey", "s3:DeleteBucket", "sqs:DeleteQueue", "sqs:SetQueueAttributes"}) {
		t.Errorf("%+v\n%s", p, p.Edited.Document)
	}
	if len(stay) != 1 || stay[0].ID != fromAWS+"Used" || !strings.HasPrefix(stay[0].Doubt, "everything in it is used") {
		t.Errorf("%+v", stay)
	}
	// Unasked, AWS's stay as they are.
	if p, stay := proposedSet(t, set, false, use); len(p.Folded)+len(stay) > 0 || !slices.Equal(p.Taken(), []string{"sqs:DeleteQueue", "sqs:SetQueueAttributes"}) {
		t.Errorf("%+v", p)
	}
	// Without an inline policy there is one afterwards.
	set = onlySet(t, setAccount("111111111111", "", policies[0]), setAccount("222222222222", "", policies[0]))
	if p, _ := proposedSet(t, set, true, use); p.Edited.Document != `{"Version":"2012-10-17","Statement":[{"Sid":"Ops","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}` {
		t.Errorf("%s", p.Edited.Document)
	}
	for name, c := range map[string]struct {
		second *inventory.Policy
		doubt  string
	}{
		"another document": {managedPolicy(fromAWS+"Buckets", longAgo, teamText), "the snapshots of accounts 111111111111 and 222222222222 do not have the same document of it: sync both"},
		"no document":      {nil, "account 222222222222: the store does not have its document: take the snapshot again"},
		"a young document": {managedPolicy(fromAWS+"Buckets", justNow, buckets), "account 222222222222: AWS has changed it within the window"},
	} {
		second := setAccount("222222222222", opsText, policies[0])
		if second.Policies = nil; c.second != nil {
			second.Policies = []*inventory.Policy{c.second}
		}
		second.Index()
		p, stay := proposedSet(t, onlySet(t, setAccount("111111111111", opsText, policies[0]), second), true, use)
		if len(p.Folded) > 0 || len(stay) != 1 || !strings.HasPrefix(stay[0].Doubt, c.doubt) {
			t.Errorf("%s: %+v %+v", name, p, stay)
		}
	}
	// There is room for 10,240 characters.
	full := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"arn:aws:sqs:*:*:` + strings.Repeat("x", 10100) + `"}]}`
	p, stay = proposedSet(t, onlySet(t, setAccount("111111111111", full, policies[0])), true, "AROA1 2026-05-20 sqs CreateQueue\nAROA1 2026-05-20 s3 CreateBucket\n")
	if len(p.Folded) > 0 || p.Changed() || len(stay) != 1 || !strings.HasSuffix(stay[0].Doubt, "characters, and 10240 is the most") {
		t.Errorf("%+v %+v", p, stay)
	}
	// What variables mean depends on the version.
	p, stay = proposedSet(t, onlySet(t, setAccount("111111111111", `{"Statement":[{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"arn:aws:sqs:*:*:${aws:username}"}]}`, policies[0])), true, "AROA1 2026-05-20 sqs CreateQueue\nAROA1 2026-05-20 s3 CreateBucket\n")
	if len(p.Folded) > 0 || len(stay) != 1 || !strings.Contains(stay[0].Doubt, "different versions of the policy language") {
		t.Errorf("%+v %+v", p, stay)
	}
}

// TestSetHoldsPolicy: nobody can take a policy off the role of a permission set.
func TestSetHoldsPolicy(t *testing.T) {
	own := managedPolicy("arn:aws:iam::111111111111:policy/Own", longAgo, teamText)
	a := setAccount("111111111111", "", own)
	list := Candidates(a, quarter)
	if len(list) != 1 || list[0].Doubt != "" || len(list[0].Users) != 1 {
		t.Fatalf("%+v", list)
	}
	if _, err := setProposers(t, "")(a).Propose(list[0]); err == nil || err.Error() != "nothing of it is left, but permission set Ops names it: take it out there first" {
		t.Errorf("%v", err)
	}
}
