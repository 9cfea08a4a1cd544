package auth_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const account = "111122223333"

// house is a server's authentication with one account in it.
type house struct {
	*auth.Authenticator
	*auth.Authority
	docs store.Docs
	book *accounts.Book
}

func newHouse(t testing.TB) *house {
	t.Helper()
	db := mem.New()
	book := accounts.New(db)
	ring := &auth.Keyring{Docs: db, Sealer: sealer(t), Random: rand.Reader}
	h := &house{
		&auth.Authenticator{Keys: ring, Accounts: book, Now: func() time.Time { return now }},
		&auth.Authority{Accounts: book, Log: slog.New(slog.DiscardHandler)}, db, book,
	}
	replace(t, book, &inventory.User{Name: "alice", ID: "AIDAALICE0000000000001", ARN: "arn:aws:iam::111122223333:user/alice", Path: "/",
		Tags:   []inventory.Tag{{Key: "team", Value: "blue"}},
		Inline: []inventory.Inline{{Name: "p", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*"},{"Effect":"Deny","Action":"iam:ListRoles","Resource":"*"}]}`}}})
	return h
}

func sealer(t testing.TB) *auth.Sealer {
	t.Helper()
	key := make([]byte, auth.KeySize)
	rand.Read(key)
	s, err := auth.NewSealer(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func replace(t testing.TB, book *accounts.Book, users ...*inventory.User) {
	t.Helper()
	a := &inventory.Account{ID: account, Partition: "aws", Users: users, Roles: []*inventory.Role{
		{Name: "ops", ID: "AROAOPS00000000000001", ARN: "arn:aws:iam::111122223333:role/x/ops", Path: "/x/"},
	}}
	a.Index()
	if err := book.Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// signed is a request signed by AWS's signer.
func signed(t *testing.T, id, secret, token string, at time.Time) (*http.Request, []byte) {
	t.Helper()
	return signedFor(t, "iam", id, secret, token, at)
}

// signedFor is one for a service.
func signedFor(t *testing.T, service, id, secret, token string, at time.Time) (*http.Request, []byte) {
	t.Helper()
	body := "Action=ListUsers&Version=2010-05-08"
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:4780/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}
	if err := signer.NewSigner().SignHTTP(t.Context(), creds, r, hex.EncodeToString(sum[:]), service, "us-east-1", at); err != nil {
		t.Fatal(err)
	}
	return r, []byte(body)
}

func (h *house) key(t *testing.T, owner auth.Owner) auth.Key {
	t.Helper()
	key, err := h.Keys.Issue(t.Context(), h.book.Update, owner, "", "", now)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// orphan is a key that the inventory does not list.
func (h *house) orphan(t *testing.T, owner auth.Owner) auth.Key {
	t.Helper()
	key, err := h.Keys.Create(t.Context(), owner, "", "", now)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (h *house) update(t *testing.T, change func(*inventory.Account)) {
	t.Helper()
	err := h.book.Update(t.Context(), account, func(a *inventory.Account) error {
		change(a)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*wire.Error](err)
	if !ok || refusal.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestALongTermKeyNamesItsUser(t *testing.T) {
	h := newHouse(t)
	key := h.key(t, auth.Owner{Account: account, User: "AIDAALICE0000000000001"})
	r, body := signed(t, key.ID, key.Secret, "", now)
	c, service, err := h.Authenticate(t.Context(), r, body)
	if err != nil {
		t.Fatal(err)
	}
	if c.ARN != "arn:aws:iam::111122223333:user/alice" || c.UserID != "AIDAALICE0000000000001" || service != "iam" || c.Temporary {
		t.Errorf("got %+v, service %s", c, service)
	}
	if got := c.Keys["aws:PrincipalTag/team"]; len(got) != 1 || got[0] != "blue" {
		t.Errorf("principal tag team: got %v", got)
	}
}

func TestRootNeedsNoUser(t *testing.T) {
	h := newHouse(t)
	key := h.key(t, auth.Owner{Account: account})
	r, body := signed(t, key.ID, key.Secret, "", now)
	c, _, err := h.Authenticate(t.Context(), r, body)
	if err != nil || c.ARN != "arn:aws:iam::111122223333:root" || c.UserID != account {
		t.Fatalf("got %+v, %v", c, err)
	}
	if err := h.Guard(t.Context(), c, "iam:DeleteUser", "arn:aws:iam::111122223333:user/alice"); err != nil {
		t.Errorf("root may not: %v", err)
	}
}

func TestARoleSession(t *testing.T) {
	h := newHouse(t)
	s, token, err := h.Keys.NewSession(auth.Session{Account: account, Role: "AROAOPS00000000000001", Name: "s1", Issued: now, Expires: now.Add(time.Hour), Source: "jane"})
	if err != nil {
		t.Fatal(err)
	}
	r, body := signed(t, s.KeyID, s.Secret, token, now)
	c, _, err := h.Authenticate(t.Context(), r, body)
	if err != nil {
		t.Fatal(err)
	}
	if c.ARN != "arn:aws:sts::111122223333:assumed-role/ops/s1" || c.UserID != "AROAOPS00000000000001:s1" || !c.Temporary || c.SourceIdentity != "jane" {
		t.Errorf("got %+v", c)
	}
	if got := c.Keys["aws:PrincipalArn"][0]; got != "arn:aws:iam::111122223333:role/x/ops" {
		t.Errorf("aws:PrincipalArn is %s", got)
	}

	h.Now = func() time.Time { return now.Add(time.Hour) }
	r, body = signed(t, s.KeyID, s.Secret, token, now.Add(time.Hour))
	_, _, err = h.Authenticate(t.Context(), r, body)
	wantCode(t, err, "ExpiredToken")
}

func TestRefusedCredentials(t *testing.T) {
	h := newHouse(t)
	key := h.key(t, auth.Owner{Account: account, User: "AIDAALICE0000000000001"})
	gone := h.orphan(t, auth.Owner{Account: account, User: "AIDAGONE00000000000001"})
	elsewhere := h.orphan(t, auth.Owner{Account: "999999999999"})
	unlisted := h.orphan(t, auth.Owner{Account: account, User: "AIDAALICE0000000000001"})
	asRoot := h.orphan(t, auth.Owner{Account: account})
	resting := h.key(t, auth.Owner{Account: account, User: "AIDAALICE0000000000001"})
	h.update(t, func(a *inventory.Account) { a.KeyOf("AIDAALICE0000000000001", resting.ID).Active = false })
	foreign := &auth.Keyring{Sealer: sealer(t), Random: rand.Reader}
	fs, foreignToken, err := foreign.NewSession(auth.Session{Account: account, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	own, ownToken, err := h.Keys.NewSession(auth.Session{Account: account, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ id, secret, token, want string }{
		"an unknown key":                     {"AKIANOSUCHKEY0000001", "x", "", "InvalidClientTokenId"},
		"a key id that is none":              {"x", "x", "", "InvalidClientTokenId"},
		"a wrong secret":                     {key.ID, "x", "", "SignatureDoesNotMatch"},
		"an inactive key":                    {resting.ID, resting.Secret, "", "InvalidClientTokenId"},
		"an inactive key, a wrong secret":    {resting.ID, "x", "", "InvalidClientTokenId"},
		"a key that its user does not list":  {unlisted.ID, unlisted.Secret, "", "InvalidClientTokenId"},
		"a key that the root does not list":  {asRoot.ID, asRoot.Secret, "", "InvalidClientTokenId"},
		"a user that is gone":                {gone.ID, gone.Secret, "", "InvalidClientTokenId"},
		"an account that is gone":            {elsewhere.ID, elsewhere.Secret, "", "InvalidClientTokenId"},
		"a session of another server":        {fs.KeyID, fs.Secret, foreignToken, "InvalidClientTokenId"},
		"a session key without its token":    {own.KeyID, own.Secret, "", "InvalidClientTokenId"},
		"a session key with another's token": {key.ID, key.Secret, ownToken, "InvalidClientTokenId"},
		"a token that is none":               {own.KeyID, own.Secret, "abc", "InvalidClientTokenId"},
	} {
		t.Run(name, func(t *testing.T) {
			r, body := signed(t, test.id, test.secret, test.token, now)
			_, _, err := h.Authenticate(t.Context(), r, body)
			wantCode(t, err, test.want)
		})
	}
}

func TestTheCallersPoliciesDecide(t *testing.T) {
	h := newHouse(t)
	key := h.key(t, auth.Owner{Account: account, User: "AIDAALICE0000000000001"})
	r, body := signed(t, key.ID, key.Secret, "", now)
	c, _, err := h.Authenticate(t.Context(), r, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ action, want string }{
		"allowed":           {"iam:ListUsers", ""},
		"not allowed":       {"iam:GetServiceLastAccessedDetails", "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:GetServiceLastAccessedDetails on resource: * because no identity-based policy allows the iam:GetServiceLastAccessedDetails action"},
		"explicitly denied": {"iam:ListRoles", "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:ListRoles on resource: * with an explicit deny in an identity-based policy"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := h.Guard(t.Context(), c, test.action, "*"); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}

	c.SessionPolicies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`}
	if err := h.Guard(t.Context(), c, "iam:ListUsers", "*"); err == nil || !strings.Contains(err.Error(), "because no session policy allows") {
		t.Errorf("a session policy that does not allow: got %v", err)
	}
}

func TestKeysAreUniqueAndSealed(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	if _, err := h.Keys.Create(ctx, auth.Owner{Account: account}, "AKIAMYOWNKEY00000001", "my-own-secret-0123456789", now); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Keys.Create(ctx, auth.Owner{Account: account}, "AKIAMYOWNKEY00000001", "another-secret-0123456789", now); !errors.Is(err, auth.ErrKeyExists) {
		t.Errorf("the same id again: got %v", err)
	}
	if _, err := h.Keys.Create(ctx, auth.Owner{Account: account}, "short", "", now); err == nil {
		t.Error("a short id was taken")
	}
	body, _, err := h.docs.GetDoc(ctx, store.KindCredential, "AKIAMYOWNKEY00000001")
	if err != nil || strings.Contains(string(body), "my-own-secret") {
		t.Errorf("stored %s, %v: the secret must not be readable", body, err)
	}
	other := &auth.Keyring{Docs: h.docs, Sealer: sealer(t), Random: rand.Reader}
	if _, err := other.Lookup(ctx, "AKIAMYOWNKEY00000001"); !errors.Is(err, auth.ErrSealed) {
		t.Errorf("with another server's secret key: got %v", err)
	}
}

func TestAnOwnerHasTwoKeysAtMost(t *testing.T) {
	h := newHouse(t)
	for _, owner := range []auth.Owner{{Account: account}, {Account: account, User: "AIDAALICE0000000000001"}} {
		h.key(t, owner)
		h.key(t, owner)
		_, err := h.Keys.Issue(t.Context(), h.book.Update, owner, "AKIATHIRD00000000001", "secret-of-16-char", now)
		if !errors.Is(err, auth.ErrTooManyKeys) {
			t.Errorf("got %v", err)
		}
		if _, err := h.Keys.Lookup(t.Context(), "AKIATHIRD00000000001"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the refused key was left behind: %v", err)
		}
	}
}

func TestAKeyOfAMirrorIsForTheOperatorOnly(t *testing.T) {
	h := newHouse(t)
	_, err := h.Keys.Issue(t.Context(), h.book.Write, auth.Owner{Account: account}, "AKIATHIRD00000000001", "", now)
	if !errors.Is(err, accounts.ErrMirror) {
		t.Errorf("got %v", err)
	}
	if _, err := h.Keys.Lookup(t.Context(), "AKIATHIRD00000000001"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the refused key was left behind: %v", err)
	}
}
