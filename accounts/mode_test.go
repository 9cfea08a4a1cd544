package accounts

import (
	"errors"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

const adminARN = "arn:aws:iam::aws:policy/AdministratorAccess"

func addZoe(a *inventory.Account) error {
	a.Users = append(a.Users, &inventory.User{Name: "zoe", ID: "AIDAZOEEXAMPLE0000001", ARN: a.NewARN("user", "/", "zoe"), Path: "/"})
	return nil
}

func TestHomesAreWrittenAndMirrorsAreNot(t *testing.T) {
	b, ctx := New(mem.New()), t.Context()
	if err := b.Create(ctx, &inventory.Account{ID: "111122223333", Partition: "aws"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Create(ctx, &inventory.Account{ID: "111122223333", Partition: "aws"}); !errors.Is(err, ErrExists) {
		t.Errorf("created again: %v", err)
	}
	if err := b.Write(ctx, "111122223333", addZoe); err != nil {
		t.Errorf("a home: %v", err)
	}
	if err := b.Replace(ctx, sample(3)); !errors.Is(err, ErrHome) {
		t.Errorf("a home was replaced: %v", err)
	}
	if err := b.Replaceable(ctx, "111122223333"); !errors.Is(err, ErrHome) {
		t.Errorf("replaceable: %v", err)
	}
	if err := b.SetMode(ctx, "111122223333", Mirror); err != nil {
		t.Fatal(err)
	}
	called := false
	err := b.Write(ctx, "111122223333", func(*inventory.Account) error { called = true; return nil })
	if !errors.Is(err, ErrMirror) || called {
		t.Errorf("a mirror was written: %v", err)
	}
	if err := b.Replace(ctx, sample(3)); err != nil {
		t.Errorf("a mirror: %v", err)
	}
	if mode, err := New(b.docs).Mode(ctx, "111122223333"); mode != Mirror || err != nil {
		t.Errorf("mode %s, %v", mode, err)
	}
	if err := b.SetMode(ctx, "444455556666", Home); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's mode: %v", err)
	}
}

func TestAnEmptyHomeMayBecomeAMirror(t *testing.T) {
	b, ctx := New(mem.New()), t.Context()
	root := inventory.AccessKey{ID: "AKIAROOT000000000001", Active: true}
	err := b.Create(ctx, &inventory.Account{ID: "111122223333", Partition: "aws", Settings: inventory.Settings{RootKeys: []inventory.AccessKey{root}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Replace(ctx, sample(3)); err != nil {
		t.Fatal(err)
	}
	a, err := b.Account(ctx, "111122223333")
	if err != nil || a.KeyOf("", root.ID) == nil {
		t.Errorf("the root lost its key: %v", err)
	}
	if mode, _ := b.Mode(ctx, "111122223333"); mode != Mirror {
		t.Errorf("mode %s", mode)
	}
}

// The policies of the program are in every home and take no room in the store;
// one that says something else is stored.
func TestBuiltInPoliciesOfHomes(t *testing.T) {
	docs, ctx := mem.New(), t.Context()
	if err := New(docs).Create(ctx, &inventory.Account{ID: "111122223333", Partition: "aws"}); err != nil {
		t.Fatal(err)
	}
	for _, err := range docs.ListDocs(ctx, store.KindSegment, "", 0) {
		t.Errorf("an empty home has a segment (%v)", err)
	}
	a, err := New(docs).Account(ctx, "111122223333")
	if err != nil || a.Policy(adminARN) == nil {
		t.Fatalf("no AdministratorAccess: %v", err)
	}
	err = New(docs).Write(ctx, "111122223333", func(a *inventory.Account) error {
		a.Policy(adminARN).Versions[0].Document = "{}"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if a, err = New(docs).Account(ctx, "111122223333"); err != nil || a.Policy(adminARN).DefaultDocument() != "{}" {
		t.Errorf("the stored document is lost: %v", err)
	}
	names := map[string]int{}
	for _, p := range a.Policies {
		if names[p.Name]++; names[p.Name] > 1 {
			t.Errorf("%s is there twice", p.Name)
		}
	}
	b := New(docs)
	if err := b.SetMode(ctx, "111122223333", Mirror); err != nil {
		t.Fatal(err)
	}
	if a, err = b.Account(ctx, "111122223333"); err != nil || len(a.Policies) != 1 {
		t.Errorf("a mirror has %d policies, %v", len(a.Policies), err)
	}
}

// A home that becomes a mirror keeps what it uses: its grants stay known.
func TestAMirrorKeepsTheBuiltInPoliciesThatItUses(t *testing.T) {
	docs, ctx := mem.New(), t.Context()
	if err := New(docs).Create(ctx, &inventory.Account{ID: "111122223333", Partition: "aws"}); err != nil {
		t.Fatal(err)
	}
	err := New(docs).Write(ctx, "111122223333", func(a *inventory.Account) error {
		a.Users = append(a.Users, &inventory.User{Name: "zoe", ID: "AIDAZOEEXAMPLE0000001", Attached: []string{adminARN}, Boundary: "arn:aws:iam::aws:policy/PowerUserAccess"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // and back again
		for _, step := range []struct {
			mode Mode
			want bool // an unused policy is there
		}{{Mirror, false}, {Home, true}} {
			if err := New(docs).SetMode(ctx, "111122223333", step.mode); err != nil {
				t.Fatal(err)
			}
			a, err := New(docs).Account(ctx, "111122223333")
			if err != nil {
				t.Fatal(err)
			}
			unused := a.Policy("arn:aws:iam::aws:policy/AmazonS3FullAccess") != nil
			if a.Policy(adminARN) == nil || a.Policy("arn:aws:iam::aws:policy/PowerUserAccess") == nil || unused != step.want {
				t.Errorf("as %s: %d policies, unused ones: %t", step.mode, len(a.Policies), unused)
			}
		}
	}
}

// Everything that an account can hold comes back from the store.
func TestEveryKindIsStored(t *testing.T) {
	docs, ctx := mem.New(), t.Context()
	a := sample(3)
	a.Users[0].Keys = []inventory.AccessKey{{ID: "AKIAONE0000000000001", Active: true, Created: a.Users[0].Created}}
	a.Users[0].Login = &inventory.LoginProfile{Hash: "h", Former: []string{"g"}, ResetRequired: true, Created: a.Users[0].Created}
	a.Profiles = []*inventory.InstanceProfile{{Name: "web", ID: "AIPAWEBEXAMPLE0000001", Role: "x", Tags: []inventory.Tag{{Key: "a", Value: "b"}}}}
	a.Devices = []*inventory.Device{{Serial: "arn:aws:iam::111122223333:mfa/d", Name: "d", Sealed: "s", Owner: a.ID, Step: 5, Drift: -1}}
	a.SAML = []*inventory.SAMLProvider{{Name: "idp", ARN: "arn:aws:iam::111122223333:saml-provider/idp", Metadata: "<x/>"}}
	a.OIDC = []*inventory.OIDCProvider{{ARN: "arn:aws:iam::111122223333:oidc-provider/x.example", URL: "x.example", Clients: []string{"c"}}}
	a.Deletions = []*inventory.Deletion{{ID: "task/1", Role: "r", Failed: "why"}}
	a.Settings = inventory.Settings{Name: "n", Aliases: []string{"acme"}, PasswordPolicy: &inventory.PasswordPolicy{MinLength: 9, MaxAge: 90}}
	if err := New(docs).Replace(ctx, a); err != nil {
		t.Fatal(err)
	}
	got, err := New(docs).Account(ctx, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !got.UserByID(a.Users[0].ID).Equal(a.Users[0]) || !got.Profile("WEB").Equal(a.Profiles[0]) || !got.Device(a.Devices[0].Serial).Equal(a.Devices[0]) ||
		!got.SAMLProvider(a.SAML[0].ARN).Equal(a.SAML[0]) || !got.OIDCProvider(a.OIDC[0].ARN).Equal(a.OIDC[0]) ||
		!got.Deletions[0].Equal(a.Deletions[0]) || !got.Settings.Equal(a.Settings) {
		t.Errorf("got %+v", got)
	}
	if got.UserByKey("AKIAONE0000000000001") != got.UserByID(a.Users[0].ID) || got.DevicesOf(a.ID)[0] != got.Devices[0] || got.ProfilesOf("X")[0] != got.Profiles[0] {
		t.Error("the lookups are incomplete")
	}
}
