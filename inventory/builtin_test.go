package inventory

import (
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

func TestBuiltInPoliciesAreWhatAWSWouldStore(t *testing.T) {
	list := BuiltIn("aws-cn")
	if len(list) < 20 {
		t.Fatalf("%d policies", len(list))
	}
	ids := map[string]bool{}
	for i, p := range list {
		doc, err := policy.ParseString(p.DefaultDocument())
		if err == nil {
			err = policy.Validate(doc, policy.Identity)
		}
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if p.ARN != "arn:aws-cn:iam::aws:policy/"+p.Name || !p.Attachable || len(p.ID) != 21 || !strings.HasPrefix(p.ID, "ANPA") || ids[p.ID] {
			t.Errorf("got %+v", p)
		}
		ids[p.ID] = true
		if i > 0 && list[i-1].Name >= p.Name {
			t.Errorf("%s comes after %s", p.Name, list[i-1].Name)
		}
	}
}

func TestBuiltInPoliciesGiveWayToImportedOnes(t *testing.T) {
	own := &Policy{Name: "AdministratorAccess", ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Path: "/", Default: "v2"}
	a := &Account{ID: "111122223333", Partition: "aws", Policies: []*Policy{own}}
	a.AddBuiltIn()
	a.AddBuiltIn()
	a.Index()
	if len(a.Policies) != len(BuiltIn("aws")) || a.Policy(own.ARN) != own {
		t.Errorf("%d policies, AdministratorAccess %+v", len(a.Policies), a.Policy(own.ARN))
	}
	if rest := WithoutBuiltIn("aws", a.Policies); len(rest) != 1 || rest[0] != own {
		t.Errorf("%d are left", len(rest))
	}
}

func TestKeepTakesOverWhatSnapshotsDoNotSay(t *testing.T) {
	old := read(t, string(f1(t)))
	users := map[string]*User{}
	for _, u := range old.Users {
		u.Keys, u.Login = []AccessKey{{ID: "AKIA" + u.ID[4:], Active: true}}, &LoginProfile{Hash: u.Name}
		users[u.Name] = u
	}
	old.Devices = []*Device{{Serial: "root", Owner: old.ID}, {Serial: "bob", Owner: users["bob"].ID}, {Serial: "free"}, {Serial: "gone", Owner: "AIDAGONE"}}
	old.Profiles = []*InstanceProfile{{Name: "empty", ID: "AIPAEMPTY"}, {Name: "held", ID: "AIPAHELD", Role: "app"}}
	old.SAML, old.OIDC = []*SAMLProvider{{Name: "s", ARN: "s"}}, []*OIDCProvider{{ARN: "o"}}
	old.Settings = Settings{Name: "n", RootKeys: []AccessKey{{ID: "AKIAROOT"}}}
	old.Index()

	next := read(t, string(f1(t)))
	next.UserByName("alice").ID = "AIDAANOTHERALICE00001" // deleted and made again
	next.Index()
	next.Keep(old)
	next.Index()
	if got := next.UserByName("alice"); got.Keys != nil || got.Login != nil {
		t.Errorf("another alice has the keys of the first: %+v", got)
	}
	if got := next.UserByName("bob"); len(got.Keys) != 1 || got.Login.Hash != "bob" {
		t.Errorf("bob lost something: %+v", got)
	}
	if len(next.Devices) != 3 || next.Device("gone") != nil || next.Profile("empty") == nil || next.Profile("held") != nil ||
		next.SAMLProvider("s") == nil || next.OIDCProvider("o") == nil || next.KeyOf("", "AKIAROOT") == nil {
		t.Errorf("got %+v", next)
	}
}
