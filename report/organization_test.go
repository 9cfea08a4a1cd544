package report

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
)

// scp writes a policy of statements such as "Allow s3:* ec2:* on *", "Deny -iam:*
// on *" (NotAction), "Allow s3:* on -arn:…" (NotResource), "Deny s3:* on * if"
// (with a condition).
func scp(statements ...string) string {
	var out []string
	for _, s := range statements {
		words := strings.Fields(s)
		on := slices.Index(words, "on")
		list := func(key string, values []string) string {
			if strings.HasPrefix(values[0], "-") {
				key = "Not" + key
			}
			for i, v := range values {
				values[i] = `"` + strings.TrimPrefix(v, "-") + `"`
			}
			return `"` + key + `":[` + strings.Join(values, ",") + `]`
		}
		condition := ""
		resources := words[on+1:]
		if resources[len(resources)-1] == "if" {
			resources, condition = resources[:len(resources)-1], `,"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}`
		}
		out = append(out, `{"Effect":"`+words[0]+`",`+list("Action", words[1:on])+`,`+list("Resource", resources)+condition+`}`)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(out, ",") + `]}`
}

// The tree of the table: root r-ab12, in it a unit, in that a sub-unit, in that
// an account.
const (
	tRoot    = "r-ab12"
	tUnit    = "ou-ab12-unit0001"
	tSub     = "ou-ab12-sub00001"
	tAccount = "222222222222"
	tPath    = "o-exampleorg1/r-ab12/ou-ab12-unit0001/ou-ab12-sub00001/222222222222"
)

// tree hangs the policies of each level on the tree.
func tree(t testing.TB, levels ...[]string) *organization.Organization {
	t.Helper()
	o := organization.New("o-exampleorg1", tRoot, organization.Account{ID: "111111111111", Name: "management", Status: organization.Active})
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(o.CreateUnit(organization.Unit{ID: tUnit, Parent: tRoot, Name: "unit"}))
	check(o.CreateUnit(organization.Unit{ID: tSub, Parent: tUnit, Name: "sub"}))
	check(o.AddAccount(organization.Account{ID: tAccount, Parent: tSub, Name: "member", Status: organization.Active}))
	o = o.Clone()
	o.Root.PolicyTypes = []string{organization.SCP}
	for i, target := range []string{tRoot, tUnit, tSub, tAccount} {
		for k, text := range levels[i] {
			id := fmt.Sprintf("p-level%d_%d", i, k)
			check(o.CreatePolicy(organization.Policy{ID: id, Name: id, Type: organization.SCP, Content: text}))
			check(o.Attach(id, target))
		}
	}
	check(o.Check())
	return o
}

// TestInheritance is worked out by hand: which of the services s3, ec2, sqs,
// kms, iam and sts a report lists (ORG-12 to ORG-17).
func TestInheritance(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine := grant.New(cat)
	const allServices = "ec2 iam kms s3 sqs sts"
	const bucketA, bucketB = "arn:aws:s3:::bucket-a/*", "arn:aws:s3:::bucket-b/*"
	full := scp("Allow * on *")
	f := []string{full}
	one := func(statements ...string) []string { return []string{scp(statements...)} }
	with := func(statements ...string) []string { return []string{full, scp(statements...)} }
	for sentence, c := range map[string]struct {
		root, unit, sub, account []string
		of                       string // empty: the account
		want                     string
	}{
		"all levels allow all":                                        {f, f, f, f, "", allServices},
		"nothing on the account":                                      {f, f, f, nil, "", ""},
		"nothing on the root":                                         {nil, f, f, f, "", ""},
		"nothing on a unit between":                                   {f, nil, f, f, "", ""},
		"nothing below does not matter to the unit":                   {f, f, nil, nil, tUnit, allServices},
		"nothing below does not matter to the root":                   {f, nil, nil, nil, tRoot, allServices},
		"nothing on the root blocks the root":                         {nil, f, f, f, tRoot, ""},
		"an allow list on the root":                                   {one("Allow s3:* ec2:* on *"), f, f, f, "", "ec2 s3"},
		"an allow list on the account":                                {f, f, f, one("Allow s3:* ec2:* on *"), "", "ec2 s3"},
		"an allow list on the account does not narrow the unit":       {f, f, f, one("Allow s3:* on *"), tSub, allServices},
		"allow lists that overlap":                                    {one("Allow s3:* ec2:* on *"), one("Allow ec2:* sqs:* on *"), f, f, "", "ec2"},
		"allow lists that do not overlap":                             {one("Allow s3:* on *"), one("Allow ec2:* on *"), f, f, "", ""},
		"allow lists of different actions of one service":             {one("Allow s3:GetObject on *"), one("Allow s3:PutObject on *"), f, f, "", ""},
		"allow lists with one action in common":                       {one("Allow s3:GetObject s3:PutObject on *"), one("Allow s3:Get* on *"), f, f, "", "s3"},
		"two policies of a level add up":                              {[]string{scp("Allow s3:* on *"), scp("Allow sqs:* on *")}, f, f, f, "", "s3 sqs"},
		"an allow list beside FullAWSAccess does nothing":             {with("Allow s3:* on *"), f, f, f, "", allServices},
		"a deny list on the root":                                     {with("Deny sqs:* on *"), f, f, f, "", "ec2 iam kms s3 sts"},
		"a deny list on the account":                                  {f, f, f, with("Deny sqs:* on *"), "", "ec2 iam kms s3 sts"},
		"a deny list on the account does not reach up":                {f, f, f, with("Deny sqs:* on *"), tSub, allServices},
		"a deny list on a unit reaches down":                          {f, with("Deny sqs:* kms:* on *"), f, f, tSub, "ec2 iam s3 sts"},
		"deny lists of several levels add up":                         {with("Deny sqs:* on *"), with("Deny kms:* on *"), with("Deny iam:* on *"), with("Deny sts:* on *"), "", "ec2 s3"},
		"an allow below does not undo a deny above":                   {with("Deny s3:* on *"), f, f, one("Allow s3:* on *"), "", ""},
		"a deny below beats an allow above":                           {one("Allow s3:* on *"), f, f, with("Deny s3:* on *"), "", ""},
		"a deny alone on a level blocks all":                          {f, one("Deny sqs:* on *"), f, f, "", ""},
		"a deny of all but some":                                      {with("Deny -s3:* -sts:* on *"), f, f, f, "", "s3 sts"},
		"an allow of all but some":                                    {one("Allow -s3:* -sts:* on *"), f, f, f, "", "ec2 iam kms sqs"},
		"an allow of all but some under an allow list":                {one("Allow s3:* ec2:* on *"), one("Allow -s3:* on *"), f, f, "", "ec2"},
		"a deny of one action leaves the service":                     {with("Deny s3:GetObject on *"), f, f, f, "", allServices},
		"a deny of the only allowed action":                           {one("Allow s3:GetObject on *"), f, f, with("Deny s3:GetObject on *"), "", ""},
		"a deny of half of it, by wildcard":                           {one("Allow s3:GetObject s3:PutObject on *"), with("Deny s3:Get* on *"), f, f, "", "s3"},
		"a deny with a condition removes nothing":                     {with("Deny s3:* on * if"), f, f, f, "", allServices},
		"a deny of all with a condition removes nothing":              {f, f, with("Deny * on * if"), f, "", allServices},
		"an allow with a condition allows":                            {one("Allow s3:* on * if"), f, f, f, "", "s3"},
		"conditions on allows of two levels":                          {one("Allow s3:* on * if"), one("Allow s3:* on * if"), f, f, "", "s3"},
		"a deny on some buckets":                                      {with("Deny s3:* on " + bucketA), f, f, f, "", allServices},
		"an allow and a deny on the same bucket, two levels":          {one("Allow s3:GetObject on " + bucketA), f, with("Deny s3:* on " + bucketA), f, "", ""},
		"an allow and a deny on different buckets, two levels":        {one("Allow s3:GetObject on " + bucketA), f, with("Deny s3:* on " + bucketB), f, "", "s3"},
		"two levels allow different buckets":                          {one("Allow s3:GetObject on " + bucketA), one("Allow s3:GetObject on " + bucketB), f, f, "", ""},
		"two levels allow buckets that overlap":                       {one("Allow s3:GetObject on arn:aws:s3:::bucket-*"), one("Allow s3:GetObject on " + bucketB), f, f, "", "s3"},
		"three levels, any two overlap, all three do not":             {one("Allow s3:GetObject on " + bucketA + " " + bucketB), one("Allow s3:GetObject on " + bucketB + " arn:aws:s3:::bucket-c/*"), one("Allow s3:GetObject on " + bucketA + " arn:aws:s3:::bucket-c/*"), f, "", ""},
		"one level names a bucket, the next all but it":               {one("Allow s3:GetObject on " + bucketA), one("Allow s3:GetObject on -" + bucketA), f, f, "", ""},
		"one level names buckets, the next all but one of them":       {one("Allow s3:GetObject on arn:aws:s3:::bucket-*"), one("Allow s3:GetObject on -" + bucketA), f, f, "", "s3"},
		"all but one on two levels, the other denied":                 {one("Allow s3:GetObject on -" + bucketA), one("Allow s3:GetObject on " + bucketA + " " + bucketB), with("Deny s3:* on " + bucketB), f, "", ""},
		"a resource of the wrong type allows nothing":                 {one("Allow s3:GetObject on arn:aws:s3:::bucket-a"), f, f, f, "", ""},
		"an unknown action lists nothing":                             {one("Allow s3:NoSuchAction on *"), f, f, f, "", ""},
		"an unknown namespace lists nothing":                          {one("Allow nosuch:* s3:* on *"), f, f, f, "", "s3"},
		"action names ignore case":                                    {one("Allow S3:GETOBJECT on *"), one("Allow s3:getobject on *"), f, f, "", "s3"},
		"*:* is all":                                                  {one("Allow *:* on *"), f, f, f, "", allServices},
		"NotResource of all allows nothing":                           {one("Allow s3:* on -*"), f, f, f, "", ""},
		"a variable in an allow counts as anything":                   {one("Allow s3:GetObject on arn:aws:s3:::${aws:username}/*"), one("Allow s3:GetObject on " + bucketA), f, f, "", "s3"},
		"a variable in a deny removes nothing":                        {one("Allow s3:GetObject on " + bucketA), with("Deny s3:* on arn:aws:s3:::${aws:username}/*"), f, f, "", "s3"},
		"the report of a unit takes its own level and those above it": {one("Allow s3:* sqs:* on *"), one("Allow s3:* ec2:* on *"), one("Allow sqs:* on *"), f, tUnit, "s3"},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := tree(t, c.root, c.unit, c.sub, c.account)
			entity := c.of
			if entity == "" {
				entity = tAccount
			}
			subject, err := FindOrganization(o, o.Path(entity), "")
			if err != nil {
				t.Fatal(err)
			}
			rep, err := ComputeOrganization(OrganizationInput{Subject: subject, Now: time.Unix(1780000000, 0), Catalog: cat, Engine: engine}, noUses)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range rep.Services {
				if slices.Contains(strings.Fields(allServices), s.Namespace) {
					got = append(got, s.Namespace)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("lists %q, want %q", got, c.want)
			}
		})
	}
}

func noUses([]string) iter.Seq2[activity.Fact, error] {
	return func(func(activity.Fact, error) bool) {}
}

// TestWhoseActivityCounts: the table of section 1.1, ORG-7 and ORG-8.
func TestWhoseActivityCounts(t *testing.T) {
	f := []string{scp("Allow * on *")}
	o := tree(t, f, f, f, f)
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(o.AddAccount(organization.Account{ID: "333333333333", Parent: tUnit, Name: "b", Status: organization.Active}))
	check(o.AddAccount(organization.Account{ID: "444444444444", Parent: tRoot, Name: "c", Status: organization.Active}))
	for _, id := range []string{"p-onroot_1", "p-onsub__1", "p-both___1", "p-nowhere1"} {
		check(o.CreatePolicy(organization.Policy{ID: id, Name: id, Type: organization.SCP, Content: f[0]}))
	}
	check(o.Attach("p-onroot_1", tRoot))
	check(o.Attach("p-onsub__1", tSub))
	check(o.Attach("p-both___1", tAccount))
	check(o.Attach("p-both___1", tUnit))
	check(o.Attach("p-both___1", "444444444444"))
	for sentence, c := range map[string]struct{ entity, policy, want string }{
		"root":                                              {tRoot, "", "222222222222 333333333333 444444444444"},
		"unit":                                              {tUnit, "", "222222222222 333333333333"},
		"account":                                           {tAccount, "", "222222222222"},
		"management account":                                {"111111111111", "", "111111111111"},
		"management account with a policy id":               {"111111111111", "p-nosuch__", "111111111111"},
		"root with a policy of the root":                    {tRoot, "p-onroot_1", "222222222222 333333333333 444444444444"},
		"root with a policy of a unit":                      {tRoot, "p-onsub__1", "222222222222"},
		"root with a policy of several points":              {tRoot, "p-both___1", "222222222222 333333333333 444444444444"},
		"root with a policy of nowhere":                     {tRoot, "p-nowhere1", ""},
		"unit with a policy of its parent":                  {tUnit, "p-onroot_1", ""},
		"unit with a policy of a unit below":                {tUnit, "p-onsub__1", "222222222222"},
		"unit with a policy on itself and an account below": {tUnit, "p-both___1", "222222222222 333333333333"},
		"unit with a policy on an account below":            {tSub, "p-both___1", "222222222222"},
		"account with its own policy":                       {tAccount, "p-both___1", "222222222222"},
		"account with a policy of its unit":                 {tAccount, "p-onsub__1", ""},
	} {
		s, err := FindOrganization(o, o.Path(c.entity), c.policy)
		if err != nil {
			t.Errorf("%s: %v", sentence, err)
			continue
		}
		var got []string
		for _, a := range s.Accounts {
			got = append(got, a.ID)
			if a.Path != o.Path(a.ID) {
				t.Errorf("%s: path %s", sentence, a.Path)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", sentence, got, c.want)
		}
	}
	if _, err := FindOrganization(o, o.Path(tUnit), "p-nosuch__"); !errors.Is(err, ErrOrganizationPolicy) {
		t.Errorf("an unknown policy: %v", err)
	}
	if _, err := FindOrganization(o, tPath+"/", ""); !errors.Is(err, ErrEntityPath) {
		t.Errorf("a slash at the end: %v", err)
	}
}

// TestOrganizationActivity: what counts, and which access is shown.
func TestOrganizationActivity(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := []string{scp("Allow * on *")}
	o := tree(t, f, f, f, f)
	if err := o.AddAccount(organization.Account{ID: "333333333333", Parent: tUnit, Name: "b", Status: organization.Active}); err != nil {
		t.Fatal(err)
	}
	subject, err := FindOrganization(o, o.Path(tUnit), "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	fact := func(account, source, region string, class activity.Class, at time.Time) activity.Fact {
		return activity.Attempt(activity.Key{Account: account, Principal: "AIDA", Source: source + ".amazonaws.com", Name: "DoIt", Region: region, Class: class, Outcome: activity.Denied}, at, "e")
	}
	const mgmt, data = activity.Management, activity.Data
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	facts := []activity.Fact{
		fact(tAccount, "s3", "us-east-1", mgmt, day(5)), fact("333333333333", "s3", "eu-west-1", data, day(3)), fact(tAccount, "s3", "eu-west-1", mgmt, day(9)),
		fact(tAccount, "sqs", "us-east-1", mgmt, day(2)), fact("333333333333", "sqs", "eu-west-1", mgmt, day(2)), fact(tAccount, "sqs", "eu-central-1", mgmt, day(2)),
		fact("111111111111", "kms", "us-east-1", mgmt, day(1)), fact("999999999999", "kms", "us-east-1", mgmt, day(1)),
		fact(tAccount, "ec2", "mx-central-1", mgmt, day(1)),            // untracked Region (LA-41)
		fact(tAccount, "sns", "us-east-1", mgmt, day(400)),             // too old (LA-40)
		fact(tAccount, "lambda", "us-east-1", activity.SignIn, day(1)), // no call
		fact(tAccount, "nosuchservice", "us-east-1", mgmt, day(1)),
		fact(tAccount, "logs", "us-east-1", mgmt, now.Add(time.Hour)), // the future
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		rep, err := ComputeOrganization(OrganizationInput{Subject: subject, Now: now, Catalog: cat, Engine: grant.New(cat)}, usesOf(facts))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range rep.Services {
			want := OrganizationService{Namespace: s.Namespace, Name: s.Name}
			switch s.Namespace {
			case "s3":
				want.Region, want.Path, want.At, want.Accounts = "eu-west-1", "o-exampleorg1/r-ab12/ou-ab12-unit0001/333333333333", day(3).UnixMilli(), 2
			case "sqs": // equal times: the smaller path, then the smaller Region
				want.Region, want.Path, want.At, want.Accounts = "eu-west-1", "o-exampleorg1/r-ab12/ou-ab12-unit0001/333333333333", day(2).UnixMilli(), 2
			case "iam":
				want.Region = "us-east-1"
			}
			if s != want {
				t.Fatalf("got %+v, want %+v", s, want)
			}
		}
		if rep.Unused() != len(rep.Services)-2 {
			t.Fatalf("%d unused of %d", rep.Unused(), len(rep.Services))
		}
	}
	broken := errors.New("broken")
	_, err = ComputeOrganization(OrganizationInput{Subject: subject, Now: now, Catalog: cat, Engine: grant.New(cat)}, func([]string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }
	})
	if !errors.Is(err, broken) {
		t.Errorf("an error of the store: %v", err)
	}
}

// usesOf yields all facts, whatever accounts are wanted.
func usesOf(facts []activity.Fact) Uses {
	return func([]string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			for _, f := range facts {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// TestAUnitIsTheMergeOfItsAccounts: for random trees and facts the report of a
// unit or root is what its accounts' reports say together.
func TestAUnitIsTheMergeOfItsAccounts(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine := grant.New(cat)
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(11, 12))
	used := 0
	for range 60 {
		o := randomTree(t, r)
		facts := randomCalls(r, o, now)
		reportOf := func(id string) *OrganizationReport {
			s, err := FindOrganization(o, o.Path(id), "")
			if err != nil {
				t.Fatal(err)
			}
			rep, err := ComputeOrganization(OrganizationInput{Subject: s, Now: now, Catalog: cat, Engine: engine}, usesOf(facts))
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		for _, id := range append([]string{tRoot}, unitIDs(o)...) {
			whole := reportOf(id)
			merged := map[string]OrganizationService{}
			for _, account := range o.MembersUnder(id) {
				for _, s := range reportOf(account).Services {
					merged[s.Namespace] = mergeServices(merged[s.Namespace], s)
				}
			}
			for _, s := range whole.Services {
				want := mergeServices(OrganizationService{Namespace: s.Namespace, Name: s.Name}, merged[s.Namespace])
				if s.At == 0 {
					want.Region = s.Region // the catalogue's default, also of a unit without accounts
				}
				if s != want {
					t.Fatalf("%s: got %+v, its accounts say %+v", o.Path(id), s, want)
				}
				used += s.Accounts
			}
			if len(whole.Services) < 400 {
				t.Fatalf("%d services", len(whole.Services))
			}
		}
	}
	if used < 1000 {
		t.Errorf("%d uses: the test tests nothing", used)
	}
}

// mergeServices joins what two disjoint groups of accounts say of a service.
func mergeServices(a, b OrganizationService) OrganizationService {
	out := b
	if a.At > b.At || a.At == b.At && a.Ever() && a.Path < b.Path {
		out = a
	}
	out.Namespace, out.Name = max(a.Namespace, b.Namespace), max(a.Name, b.Name)
	out.Accounts = a.Accounts + b.Accounts
	return out
}

func unitIDs(o *organization.Organization) (ids []string) {
	for _, u := range o.Units {
		ids = append(ids, u.ID)
	}
	return ids
}

// randomTree has up to 12 units, 20 accounts, and policies that allow all.
func randomTree(t *testing.T, r *rand.Rand) *organization.Organization {
	o := organization.New("o-exampleorg1", tRoot, organization.Account{ID: "111111111111", Name: "management", Status: organization.Active})
	if err := o.EnablePolicyType(tRoot, organization.SCP); err != nil {
		t.Fatal(err)
	}
	parents := []string{tRoot}
	for i := range r.IntN(12) {
		id := fmt.Sprintf("ou-ab12-unit%04d", i)
		err := o.CreateUnit(organization.Unit{ID: id, Parent: parents[r.IntN(len(parents))], Name: id})
		if err == nil {
			parents = append(parents, id)
		} else if !errors.Is(err, organization.ErrTooDeep) {
			t.Fatal(err)
		}
	}
	for i := range 1 + r.IntN(20) {
		a := organization.Account{ID: fmt.Sprintf("2%011d", i), Parent: parents[r.IntN(len(parents))], Name: fmt.Sprint(i), Status: organization.Active}
		if err := o.AddAccount(a); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func randomCalls(r *rand.Rand, o *organization.Organization, now time.Time) (out []activity.Fact) {
	for range r.IntN(400) {
		k := activity.Key{
			Account: o.Accounts[r.IntN(len(o.Accounts))].ID,
			Source:  []string{"s3", "ec2", "sqs", "iam"}[r.IntN(4)] + ".amazonaws.com",
			Name:    []string{"ListBuckets", "RunInstances", "DoIt"}[r.IntN(3)],
			Region:  []string{"us-east-1", "eu-west-1", "mx-central-1"}[r.IntN(3)],
			Class:   activity.Class(1 + r.IntN(4)),
		}
		at := now.Add(-time.Duration(r.IntN(420*24)) * time.Hour).Add(time.Duration(r.IntN(2)) * 24 * time.Hour)
		out = append(out, activity.Attempt(k, at, "e"))
	}
	return out
}
