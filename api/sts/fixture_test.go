package sts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	homeID  = "111122223333"
	annID   = "AIDAANN00000000000001"
	prefix  = "arn:aws:iam::111122223333:"
	phone   = prefix + "mfa/phone"
	rootMFA = prefix + "mfa/safe"
	seed    = "0123456789012345678901234567890123456789"
)

// home is STS with one account in it, spoken to by signed requests.
type home struct {
	*API
	t      *testing.T
	clock  time.Time
	book   *accounts.Book
	auth   *auth.Authenticator
	router *wire.Router
}

// who are credentials.
type who struct{ AccessKeyId, SecretAccessKey, SessionToken string }

func newHome(t *testing.T) *home {
	t.Helper()
	db := mem.New()
	key := make([]byte, auth.KeySize)
	rand.Read(key)
	sealer, err := auth.NewSealer(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h := &home{t: t, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), book: accounts.New(db)}
	now := func() time.Time { return h.clock }
	ring := &auth.Keyring{Docs: db, Sealer: sealer, Random: rand.Reader}
	authority := &auth.Authority{Accounts: h.book, Log: slog.New(slog.DiscardHandler)}
	h.auth = &auth.Authenticator{Keys: ring, Accounts: h.book, Now: now}
	h.API = &API{Accounts: h.book, Keys: ring, Authority: authority, Now: now}
	// A second service, so that sessions can be seen at work.
	work := wire.Service{Name: "iam", Version: "2010-05-08", Namespace: "x", Operations: []wire.Operation{
		wire.Op("ListUsers", nil, noProviders), wire.Op("ListRoles", nil, noProviders),
	}}
	other := wire.Service{Name: "s3", Version: "2010-05-08", Namespace: "x", Operations: []wire.Operation{
		wire.Op("ListUsers", nil, noProviders), wire.Op("ListRoles", nil, noProviders),
	}}
	h.router = wire.NewRouter(authority.Guard, h.Service(), work, other)
	if err := h.book.Create(t.Context(), fixture(t, sealer)); err != nil {
		t.Fatal(err)
	}
	return h
}

const (
	trustAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}`
	mayAll       = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// conditioned trusts the account under a condition.
func conditioned(condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":` + condition + `}]}`
}

func fixture(t *testing.T, sealer *auth.Sealer) *inventory.Account {
	t.Helper()
	role := func(name, trust string, longest time.Duration) *inventory.Role {
		return &inventory.Role{Name: name, ID: "AROA" + strings.ToUpper(name) + "00000000001", ARN: prefix + "role/" + name, Path: "/", Trust: trust, MaxSession: longest,
			Inline: []inventory.Inline{{Name: "all", Document: mayAll}}, Tags: []inventory.Tag{{Key: "team", Value: "blue"}}}
	}
	device := func(serial, owner string) *inventory.Device {
		sealed, err := sealer.Seal([]byte(seed), auth.SeedUse(serial))
		if err != nil {
			t.Fatal(err)
		}
		return &inventory.Device{Serial: serial, Path: "/", Name: serial[strings.LastIndexByte(serial, '/')+1:], Sealed: sealed, Owner: owner}
	}
	user := func(name, id, document string) *inventory.User {
		return &inventory.User{Name: name, ID: id, ARN: prefix + "user/" + name, Path: "/", Inline: []inventory.Inline{{Name: "own", Document: document}}, Tags: []inventory.Tag{{Key: "team", Value: "blue"}}}
	}
	a := &inventory.Account{ID: homeID, Partition: "aws",
		Users: []*inventory.User{
			user("ann", annID, mayAll),
			user("bob", "AIDABOB00000000000001", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*","Condition":{"Null":{"aws:TagKeys":"true"}}},{"Effect":"Deny","Action":"s3:ListRoles","Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`),
			user("eve", "AIDAEVE00000000000001", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`),
		},
		Roles: []*inventory.Role{
			role("open", trustAccount, 2*time.Hour),
			role("next", trustAccount, 0),
			role("external", conditioned(`{"StringEquals":{"sts:ExternalId":"vendor-7"}}`), 0),
			role("mfa", conditioned(`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), 0),
			role("recent", conditioned(`{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}`), 0),
			role("named", conditioned(`{"StringEquals":{"sts:RoleSessionName":"jane","sts:SourceIdentity":"jane"}}`), 0),
			role("tagged", conditioned(`{"StringEquals":{"aws:RequestTag/team":"red"}}`), 0),
		},
		Policies: []*inventory.Policy{{Name: "Lists", ID: "ANPALISTS000000000001", ARN: prefix + "policy/Lists", Path: "/", Default: "v1", Attachable: true,
			Versions: []inventory.PolicyVersion{{ID: "v1", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListUsers","s3:ListUsers"],"Resource":"*"}]}`}}}},
		Devices: []*inventory.Device{device(phone, annID), device(rootMFA, homeID), device(prefix+"mfa/spare", "")},
	}
	a.Index()
	return a
}

// key is a long-term key of a user, or of root without one.
func (h *home) key(user string) who {
	h.t.Helper()
	k, err := h.Keys.Issue(h.t.Context(), h.book.Update, auth.Owner{Account: homeID, User: user}, "", "", h.clock)
	if err != nil {
		h.t.Fatal(err)
	}
	return who{AccessKeyId: k.ID, SecretAccessKey: k.Secret}
}

// answer is what STS said: an error's code and message, or the result.
type answer struct {
	Code, Message string
	Credentials   who
	Expiration    time.Time
	ARN, ID       string // of the session
	Account       string
	Packed        int
	Source        string
}

// call sends a request to a service: "Action=…&…".
func (h *home) call(as who, service, form string) answer {
	h.t.Helper()
	version := "2011-06-15"
	if service != "sts" {
		version = "2010-05-08"
	}
	body := form + "&Version=" + version
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://localhost:4780/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if as != (who{}) {
		sum := sha256.Sum256([]byte(body))
		creds := aws.Credentials{AccessKeyID: as.AccessKeyId, SecretAccessKey: as.SecretAccessKey, SessionToken: as.SessionToken}
		if err := signer.NewSigner().SignHTTP(h.t.Context(), creds, r, hex.EncodeToString(sum[:]), service, "us-east-1", h.clock); err != nil {
			h.t.Fatal(err)
		}
	}
	request := &wire.Request{ID: "r", HTTP: r, Body: []byte(body)}
	caller, signed, err := h.auth.Authenticate(h.t.Context(), r, []byte(body))
	if err != nil {
		return h.read(h.router.Fail(signed, request, err))
	}
	return h.read(h.router.Serve(h.t.Context(), caller, signed, request))
}

func (h *home) read(response wire.Response) answer {
	h.t.Helper()
	type named struct {
		Id  string `xml:"AssumedRoleId"`
		Fed string `xml:"FederatedUserId"`
		Arn string
	}
	type result struct {
		Credentials struct {
			who
			Expiration time.Time
		}
		AssumedRoleUser, FederatedUser named
		PackedPolicySize               int
		SourceIdentity, Account        string
	}
	var out struct {
		Error struct{ Code, Message string }
		Role  *result `xml:"AssumeRoleResult"`
		Fed   *result `xml:"GetFederationTokenResult"`
		Token *result `xml:"GetSessionTokenResult"`
		Key   *result `xml:"GetAccessKeyInfoResult"`
	}
	if err := xml.Unmarshal(response.Body, &out); err != nil {
		h.t.Fatalf("%v: %s", err, response.Body)
	}
	if response.Cause != nil {
		h.t.Fatal(response.Cause)
	}
	a := answer{Code: out.Error.Code, Message: out.Error.Message}
	for _, r := range []*result{out.Role, out.Fed, out.Token, out.Key} {
		if r != nil {
			a.Credentials, a.Expiration, a.Packed, a.Source, a.Account = r.Credentials.who, r.Credentials.Expiration, r.PackedPolicySize, r.SourceIdentity, r.Account
			a.ARN, a.ID = r.AssumedRoleUser.Arn+r.FederatedUser.Arn, r.AssumedRoleUser.Id+r.FederatedUser.Fed
		}
	}
	return a
}

// form writes parameters.
func form(action string, pairs ...string) string {
	v := url.Values{"Action": {action}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// assume is the form of AssumeRole for a role of the fixture.
func assume(role string, pairs ...string) string {
	return form("AssumeRole", append([]string{"RoleArn", prefix + "role/" + role, "RoleSessionName", "s1"}, pairs...)...)
}

// code is what the devices show, ahead by some steps.
func (h *home) code(ahead int64) string { return auth.Code([]byte(seed), auth.StepAt(h.clock)+ahead) }

// must is a call that succeeds.
func (h *home) must(as who, form string) answer {
	h.t.Helper()
	a := h.call(as, "sts", form)
	if a.Code != "" {
		h.t.Fatalf("%s: %s: %s", form, a.Code, a.Message)
	}
	return a
}

// worksAs reports what an operation of another service says to credentials:
// empty when they may call it.
func (h *home) worksAs(as who, service, action string) string {
	h.t.Helper()
	a := h.call(as, service, form(action))
	if a.Code == auth.ErrNoProviders.Code {
		return ""
	}
	return a.Code
}

func wantAnswer(t *testing.T, got answer, code, message string) {
	t.Helper()
	if got.Code != code || !strings.Contains(got.Message, message) {
		t.Errorf("got  %s: %s\nwant %s: %s", got.Code, got.Message, code, message)
	}
}
