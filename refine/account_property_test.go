package refine

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// randomAccount has shared policies, some of AWS, groups, users and roles. All are old.
func randomAccount(r *rand.Rand) *inventory.Account {
	const prefix, fromAWSPrefix = "arn:aws:iam::111122223333:", "arn:aws:iam::aws:"
	a := &inventory.Account{ID: "111122223333", Partition: "aws"}
	old := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	text := func() string {
		var statements []string
		for range 1 + r.IntN(3) {
			statements = append(statements, randomStatement(r))
		}
		return doc(statements...)
	}
	var shared []string
	for i := range 1 + r.IntN(3) {
		p := &inventory.Policy{Name: fmt.Sprint("Shared", i), ARN: fmt.Sprint([]string{prefix, fromAWSPrefix}[r.IntN(2)], "policy/Shared", i), Default: "v1", Created: old, Updated: old}
		p.Versions = []inventory.PolicyVersion{{ID: "v1", Document: text(), Created: old}}
		a.Policies = append(a.Policies, p)
		shared = append(shared, p.ARN)
	}
	some := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(string) bool { return r.IntN(2) == 0 })
	}
	own := func() (list []inventory.Inline) {
		for i := range r.IntN(3) {
			list = append(list, inventory.Inline{Name: fmt.Sprint("own", i), Document: text()})
		}
		return list
	}
	a.Groups = []*inventory.Group{{Name: "g", ARN: prefix + "group/g", Attached: some(shared), Inline: own()}}
	for _, name := range []string{"u", "v"} {
		a.Users = append(a.Users, &inventory.User{Name: name, ID: "AIDA" + strings.ToUpper(name), ARN: prefix + "user/" + name, Created: old, Groups: some([]string{"g"}), Attached: some(shared), Inline: own()})
	}
	for _, name := range []string{"r", "s"} {
		a.Roles = append(a.Roles, &inventory.Role{Name: name, ID: "AROA" + strings.ToUpper(name), ARN: prefix + "role/" + name, Path: "/", Created: old, Attached: some(shared), Inline: own()})
	}
	a.Index()
	return a
}

// factsOf are events of one principal.
func factsOf(who report.Entity, events string) report.FactSource {
	all := uses(events)
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			if principal != who.ID {
				return
			}
			for f, err := range all(app.ID) {
				if f.Principal = who.ID; !yield(f, err) {
					return
				}
			}
		}
	}
}

// made is an account after changes, made as IAM would; it shares nothing with the old one.
func made(t *testing.T, a *inventory.Account, changes []Change) *inventory.Account {
	t.Helper()
	b := &inventory.Account{ID: a.ID, Partition: a.Partition}
	for _, p := range a.Policies {
		c := *p
		c.Versions = slices.Clone(p.Versions)
		b.Policies = append(b.Policies, &c)
	}
	inline, attached := map[string]*[]inventory.Inline{}, map[string]*[]string{}
	for _, g := range a.Groups {
		c := *g
		c.Inline, c.Attached = slices.Clone(g.Inline), slices.Clone(g.Attached)
		b.Groups = append(b.Groups, &c)
		inline[c.ARN], attached[c.ARN] = &c.Inline, &c.Attached
	}
	for _, u := range a.Users {
		c := *u
		c.Inline, c.Attached = slices.Clone(u.Inline), slices.Clone(u.Attached)
		b.Users = append(b.Users, &c)
		inline[c.ARN], attached[c.ARN] = &c.Inline, &c.Attached
	}
	for _, r := range a.Roles {
		c := *r
		c.Inline, c.Attached = slices.Clone(r.Inline), slices.Clone(r.Attached)
		b.Roles = append(b.Roles, &c)
		inline[c.ARN], attached[c.ARN] = &c.Inline, &c.Attached
	}
	b.Index()
	for _, c := range changes {
		switch c.Kind {
		case ChangePolicy:
			i := slices.IndexFunc(b.Policies, func(p *inventory.Policy) bool { return p.ARN == c.Policy })
			switch {
			case c.From == "" && i < 0:
				b.Policies = append(b.Policies, &inventory.Policy{ARN: c.Policy, Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: c.To}}})
			case c.To == "" && i >= 0 && b.Policies[i].DefaultDocument() == c.From:
				b.Policies = slices.Delete(b.Policies, i, i+1)
			default:
				t.Fatalf("%s is not what is changed", c)
			}
		case ChangeVersion:
			v := &b.Policy(c.Policy).Versions[0]
			if v.Document != c.From {
				t.Fatalf("%s is not what is changed", c)
			}
			v.Document = c.To
		case ChangeInline:
			list := inline[c.Holder]
			i := slices.IndexFunc(*list, func(p inventory.Inline) bool { return p.Name == c.Policy })
			if (i < 0) != (c.From == "") || i >= 0 && (*list)[i].Document != c.From {
				t.Fatalf("%s is not what is changed", c)
			}
			if i >= 0 {
				*list = slices.Delete(*list, i, i+1)
			}
			if c.To != "" {
				*list = append(*list, inventory.Inline{Name: c.Policy, Document: c.To})
			}
		case ChangeAttachment:
			list := attached[c.Holder]
			if slices.Contains(*list, c.Policy) != (c.From == Attached) {
				t.Fatalf("%s is not what is changed", c)
			}
			if *list = slices.DeleteFunc(*list, func(arn string) bool { return arn == c.Policy }); c.To == Attached {
				*list = append(*list, c.Policy)
			}
		}
	}
	b.Index()
	return b
}

// text is all that the account's policies say and who has them, in lines.
func text(a *inventory.Account) []string {
	var lines []string
	of := func(arn string, attached []string, inline []inventory.Inline) {
		for _, p := range attached {
			lines = append(lines, arn+" has "+p)
		}
		for _, p := range inline {
			lines = append(lines, arn+" "+p.Name+" "+p.Document)
		}
	}
	for _, p := range a.Policies {
		lines = append(lines, p.ARN+" "+p.DefaultDocument())
	}
	for _, g := range a.Groups {
		of(g.ARN, g.Attached, g.Inline)
	}
	for _, u := range a.Users {
		of(u.ARN, u.Attached, u.Inline)
	}
	for _, r := range a.Roles {
		of(r.ARN, r.Attached, r.Inline)
	}
	slices.Sort(lines)
	return lines
}

// identityOf are by ARN the policies of all users and roles.
func identityOf(t *testing.T, a *inventory.Account) map[string][]*policy.Document {
	t.Helper()
	out := map[string][]*policy.Document{}
	for _, p := range people(a) {
		for _, s := range p.sources {
			d, err := policy.ParseString(s.Document)
			if err != nil {
				t.Fatalf("%s: %v", s.Document, err)
			}
			out[p.ARN] = append(out[p.ARN], d)
		}
	}
	return out
}

// TestAppliedProposals: with all proposals for an account applied at once, nobody is
// refused what worked in the window, whatever the resource and the context; and when they
// are taken back, every document is there again to the byte.
func TestAppliedProposals(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	changed, asked0 := 0, 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 11))
		a := randomAccount(r)
		events := map[string]string{}
		for _, p := range people(a) {
			events[p.ARN] = randomUses(r)
		}
		changes := proposeAll(t, seed, a, events, r.IntN(2) == 0)
		if len(changes) > 0 {
			changed++
		}
		after := made(t, a, changes)
		was, is := identityOf(t, a), identityOf(t, after)
		for arn := range was {
			for _, action := range asked(events[arn]) {
				for _, resource := range askedResources {
					for _, context := range askedContexts {
						req := policy.Request{Action: action, Resource: resource, Caller: policy.Caller{ARN: arn, Account: a.ID}, Context: context}
						if !policy.Evaluate(req, policy.Policies{Identity: was[arn]}).Allowed {
							continue
						}
						asked0++
						if !policy.Evaluate(req, policy.Policies{Identity: is[arn]}).Allowed {
							t.Fatalf("seed %d: %s is refused %s on %s in %v\n%s\n%s\nbecame\n%s", seed, arn, action, resource, context, events[arn], strings.Join(text(a), "\n"), strings.Join(text(after), "\n"))
						}
					}
				}
			}
		}
		var back []Change
		for _, c := range slices.Backward(changes) {
			back = append(back, c.Back())
		}
		if again := text(made(t, after, back)); !slices.Equal(again, text(a)) {
			t.Fatalf("seed %d: taken back:\n%s\nwant\n%s", seed, strings.Join(again, "\n"), strings.Join(text(a), "\n"))
		}
	}
	if changed < rounds/2 || asked0 < 20*rounds {
		t.Errorf("%d of %d accounts were changed, %d requests were asked about: the test looked at little", changed, rounds, asked0)
	}
}

// proposeAll proposes for all policies of an account, and compares each replay with
// Prove, which is asked about every principal by itself.
func proposeAll(t *testing.T, seed uint64, a *inventory.Account, events map[string]string, drop bool) (changes []Change) {
	t.Helper()
	window := Window{now.AddDate(0, 0, -90), now}
	evidence := Evidence{Catalog: catalogue(t), Extras: extras(t), AllExtras: true}
	histories := map[string]History{}
	p := NewProposer(a, Editing{Catalog: catalogue(t), Engine: engineOnce(), DropUntracked: drop}, func(who report.Entity) (History, History, error) {
		both, err := GatherIn(who, []Window{window, {now.AddDate(0, 0, -400), now}}, evidence, factsOf(who, events[who.ARN]))
		if err != nil {
			return nil, nil, err
		}
		histories[who.ARN] = both[0]
		return both[0], both[1], nil
	})
	replacements := NewReplacements(p, window)
	for _, c := range append(Candidates(a, window), AWSCandidates(a, window)...) {
		if c.Doubt != "" {
			continue
		}
		propose := p.Propose
		if c.Replaces {
			propose = replacements.Propose
		}
		one, err := propose(c)
		if errors.Is(err, ErrTooLarge) {
			continue // a wildcard of AWS's that loses actions becomes too many names
		}
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, c.ID, err)
		}
		if len(one.Denied) > 0 {
			t.Fatalf("seed %d: %s: the edit denies %v", seed, c.ID, one.Denied)
		}
		if c.Replaces && !one.Changed() {
			continue // nothing is replayed
		}
		want := 0
		after := identityOf(t, made(t, a, one.Changes))
		before := identityOf(t, a)
		for _, u := range c.Users {
			s := Supposed{Question{u, catalogue(t), before[u.ARN], after[u.ARN]}, before[u.ARN]}
			proof := s.Prove(engineOnce(), histories[u.ARN])
			if len(proof.Denied) > 0 {
				t.Fatalf("seed %d: %s of %s: Prove finds %v denied", seed, c.ID, u.ARN, proof.Denied)
			}
			want += proof.Uses
		}
		if one.Uses != want {
			t.Fatalf("seed %d: %s: %d uses were replayed, Prove replays %d", seed, c.ID, one.Uses, want)
		}
		changes = append(changes, one.Changes...)
	}
	return changes
}

// TestSwapFindsWhatIsDenied: the replay of a proposal finds the same as Prove, also where
// the edit is wrong: here it takes out random actions, used or not.
func TestSwapFindsWhatIsDenied(t *testing.T) {
	rounds, denied := 100, 0
	if testing.Short() {
		rounds = 30
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 12))
		a := randomAccount(r)
		p := NewProposer(a, Editing{Catalog: catalogue(t), Engine: engineOnce()}, func(who report.Entity) (History, History, error) {
			h, err := Gather(who, Window{now.AddDate(0, 0, -90), now}, Evidence{Catalog: catalogue(t), Extras: extras(t), AllExtras: true}, factsOf(who, randomUses(r)))
			return h, nil, err
		})
		for _, c := range Candidates(a, Window{now.AddDate(0, 0, -90), now}) {
			if c.Doubt != "" {
				continue
			}
			var names []string
			for _, event := range randomEvents {
				if w := strings.Fields(event); r.IntN(3) == 0 {
					names = append(names, w[0]+":"+w[1])
				}
			}
			edited, err := Edit(c.Document, Editing{Catalog: catalogue(t), Engine: engineOnce(), Take: names})
			if err != nil {
				t.Fatal(err)
			}
			users, err := p.users(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.swap(c, edited)
			if err != nil {
				t.Fatal(err)
			}
			wrong := &Proposal{Candidate: c, Edited: edited}
			before, after := identityOf(t, a), identityOf(t, made(t, a, wrong.changes(a)))
			for _, who := range users {
				got, err := s.replay(who)
				if err != nil {
					t.Fatal(err)
				}
				one := Supposed{Question{who.Entity, catalogue(t), before[who.ARN], after[who.ARN]}, before[who.ARN]}
				want := one.Prove(engineOnce(), who.now)
				denied += len(want.Denied)
				if got.Uses != want.Uses || !maps.Equal(deniedActions(got), deniedActions(want)) {
					t.Fatalf("seed %d: %s of %s: %+v, Prove says %+v", seed, c.ID, who.ARN, got, want)
				}
			}
		}
	}
	if denied < rounds/3 {
		t.Errorf("%d denials in %d accounts: the test looked at little", denied, rounds)
	}
}

func deniedActions(p Proof) map[string]bool {
	out := map[string]bool{}
	for _, d := range p.Denied {
		out[d.Action] = true
	}
	return out
}
