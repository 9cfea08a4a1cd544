package inventory

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/policy"
)

// random makes accounts that have entities of every kind with every member set or not.
type random struct {
	*rand.Rand
	account *Account
}

func newRandom(seed uint64) *Account {
	r := random{rand.New(rand.NewPCG(seed, 1)), &Account{ID: "444455556666", Partition: "aws-us-gov"}}
	a := r.account
	for i := range r.IntN(4) {
		a.Policies = append(a.Policies, r.policy(i, a.ID))
	}
	for i := range r.IntN(3) {
		a.Policies = append(a.Policies, r.policy(10+i, "aws"))
	}
	for i := range r.IntN(3) {
		a.Groups = append(a.Groups, r.group(i))
	}
	for i := range r.IntN(5) {
		a.Users = append(a.Users, r.user(i))
	}
	for i := range 1 + r.IntN(4) {
		a.Roles = append(a.Roles, r.role(i))
	}
	a.Index()
	return a
}

func (r random) name(i int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@-_"
	var b strings.Builder
	for range 1 + r.IntN(20) {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return fmt.Sprintf("%s%d", b.String(), i)
}

func (r random) path() string {
	return []string{"/", "/dev/", "/aws-reserved/sso.amazonaws.com/eu-west-1/", "/a!b~/"}[r.IntN(4)]
}

func (r random) id(prefix string) string {
	return fmt.Sprintf("%s%017d", prefix, r.Uint64N(1e17))
}

func (r random) time() time.Time { return time.Unix(r.Int64N(2e9), 0).UTC() }

func (r random) maybeTime() time.Time {
	if r.IntN(2) == 0 {
		return time.Time{}
	}
	return r.time()
}

func (r random) arn(kind, path, name, account string) string {
	return "arn:aws-us-gov:iam::" + account + ":" + kind + path + name
}

func (r random) document() string {
	text, err := normal([]string{
		`{"Statement": []}`,
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": ["a<b>&c", "\u00e4ä\"\\/\/"]}}`,
		`{"Statement": [{"Sid": "", "Effect": "Deny", "NotAction": ["s3:*"], "NotResource": "*", "Condition": {"NumericLessThan": {"a:b": 1.50}, "Bool": {"x": [true, "false"]}}}]}`,
	}[r.IntN(3)])
	if err != nil {
		panic(err)
	}
	return text
}

func (r random) inline() (out []Inline) {
	for i := range r.IntN(3) {
		out = append(out, Inline{r.name(i), r.document()})
	}
	return out
}

func (r random) attached() (out []string) {
	for _, p := range r.account.Policies {
		if r.IntN(3) == 0 {
			out = append(out, p.ARN)
		}
	}
	return out
}

func (r random) boundary() string {
	return []string{"", "arn:aws-us-gov:iam::aws:policy/Boundary", "arn:aws-us-gov:iam::444455556666:policy/b/B"}[r.IntN(3)]
}

func (r random) tags() (out []Tag) {
	for range r.IntN(3) {
		out = append(out, Tag{r.name(0), []string{"", "v <&> ü\u2028"}[r.IntN(2)]})
	}
	return out
}

func (r random) user(i int) *User {
	u := &User{Name: r.name(i), ID: r.id("AIDA"), Path: r.path(), Created: r.time(), PasswordLastUsed: r.maybeTime(),
		Inline: r.inline(), Attached: r.attached(), Boundary: r.boundary(), Tags: r.tags()}
	u.ARN = r.arn("user", u.Path, u.Name, r.account.ID)
	for _, g := range r.account.Groups {
		if r.IntN(2) == 0 {
			u.Groups = append(u.Groups, g.Name)
		}
	}
	return u
}

func (r random) group(i int) *Group {
	g := &Group{Name: r.name(i), ID: r.id("AGPA"), Path: r.path(), Created: r.time(), Inline: r.inline(), Attached: r.attached()}
	g.ARN = r.arn("group", g.Path, g.Name, r.account.ID)
	return g
}

func (r random) role(i int) *Role {
	o := &Role{Name: r.name(i), ID: r.id("AROA"), Path: r.path(), Created: r.time(), Trust: r.document(), Inline: r.inline(),
		Attached: r.attached(), Boundary: r.boundary(), Tags: r.tags(), LastUsed: r.maybeTime(), MaxSession: time.Duration(r.IntN(2)) * time.Hour}
	o.ARN = r.arn("role", o.Path, o.Name, r.account.ID)
	if !o.LastUsed.IsZero() {
		o.LastUsedRegion = "us-gov-west-1"
	}
	if r.IntN(2) == 0 {
		o.Description = "for <b>&\"tests\"\n"
		p := &InstanceProfile{Name: r.name(i), ID: r.id("AIPA"), Path: r.path(), Created: r.time(), Role: o.Name, Tags: r.tags()}
		p.ARN = r.arn("instance-profile", p.Path, p.Name, r.account.ID)
		r.account.Profiles = append(r.account.Profiles, p)
	}
	return o
}

func (r random) policy(i int, account string) *Policy {
	p := &Policy{Name: r.name(i), ID: r.id("ANPA"), Path: r.path(), Default: "v1", Attachable: r.IntN(2) == 0,
		Created: r.maybeTime(), Updated: r.maybeTime(), Tags: r.tags()}
	p.ARN = r.arn("policy", p.Path, p.Name, account)
	for v := range 1 + r.IntN(3) {
		p.Default = fmt.Sprintf("v%d", 9+v)
		p.Versions = append(p.Versions, PolicyVersion{p.Default, r.document(), r.maybeTime()})
	}
	return p
}

func TestReadingWhatIsWrittenGivesTheSame(t *testing.T) {
	for seed := range uint64(200) {
		a := newRandom(seed)
		var text bytes.Buffer
		if err := WriteSnapshot(&text, a); err != nil {
			t.Fatal(err)
		}
		b := read(t, text.String())
		if c := Diff(a, b); !c.None() || a.ID != b.ID || a.Partition != b.Partition {
			t.Fatalf("seed %d: %+v\n%s", seed, c, text.String())
		}
		var again bytes.Buffer
		if err := WriteSnapshot(&again, b); err != nil || !bytes.Equal(text.Bytes(), again.Bytes()) {
			t.Fatalf("seed %d: written differently (%v)", seed, err)
		}
	}
}

func FuzzSnapshot(f *testing.F) {
	f.Add(f1(f))
	f.Add([]byte(alice()))
	f.Add([]byte(one(`"%7B%22Statement%22:%5B%5D%7D"`) + role(`"RoleLastUsed": {"LastUsedDate": "2024-01-01 00:00:00+00:00", "Region": "x"}, "MaxSessionDuration": 3600`)))
	f.Add([]byte(`[` + managed(own, v1) + `,{"UserDetailList":[],"IsTruncated":true}]`))
	f.Add([]byte(policyFile))
	f.Add([]byte(`{"Records":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := NewSnapshot()
		if err := s.Read("f", bytes.NewReader(text)); err != nil {
			if s.Pages() != 0 {
				t.Fatal("pages of a bad file are kept")
			}
			return
		}
		accounts, _, err := s.Accounts()
		if err != nil {
			return
		}
		for _, a := range accounts {
			checkRead(t, a)
		}
		managed, err := s.Managed()
		if err != nil {
			return
		}
		for _, p := range managed {
			if _, err := policy.Parse([]byte(p.DefaultDocument())); err != nil || !IsAWSManaged(p.ARN) || len(accounts) > 0 {
				t.Fatalf("policy %s by itself, %d accounts: %v", p.ARN, len(accounts), err)
			}
		}
	})
}

// checkRead holds what every account that was read must keep to.
func checkRead(t *testing.T, a *Account) {
	for _, r := range a.Roles {
		if _, err := policy.Parse([]byte(r.Trust)); err != nil {
			t.Fatalf("role %s: trust policy: %v", r.Name, err)
		}
	}
	for _, u := range a.Users {
		for _, s := range a.UserPolicies(u) {
			if _, err := policy.Parse([]byte(s.Document)); err != nil {
				t.Fatalf("user %s: policy %s: %v", u.Name, s.Name, err)
			}
		}
	}
	for _, p := range a.Policies {
		if _, err := policy.Parse([]byte(p.DefaultDocument())); err != nil {
			t.Fatalf("policy %s: %v", p.ARN, err)
		}
	}
	var out bytes.Buffer
	if err := WriteSnapshot(&out, a); err != nil {
		t.Fatal(err)
	}
	s := NewSnapshot()
	if err := s.Read("again", bytes.NewReader(out.Bytes())); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	again, _, err := s.Accounts()
	if err != nil || len(again) != 1 || !Diff(a, again[0]).None() {
		t.Fatalf("written and read again: %v\n%s", err, out.Bytes())
	}
}
