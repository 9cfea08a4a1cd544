package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// bare is a request without a signature.
func bare(t *testing.T, query string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:4780/", http.NoBody)
	r.URL.RawQuery = query
	return r
}

func wantCodes(t *testing.T, err error, codes ...string) {
	t.Helper()
	refusal, ok := errors.AsType[*wire.Error](err)
	if !ok || !slices.Contains(codes, refusal.Code) {
		t.Errorf("got %v, want one of %v", err, codes)
	}
}

// TestKeysOfSessions: what policies can ask about a session.
func TestKeysOfSessions(t *testing.T) {
	h := newHouse(t)
	h.update(t, func(a *inventory.Account) {
		a.RoleByID("AROAOPS00000000000001").Tags = []inventory.Tag{{Key: "Team", Value: "green"}, {Key: "cost", Value: "7"}}
	})
	role := auth.Session{Account: account, Role: "AROAOPS00000000000001", Name: "s1"}
	user := auth.Session{Account: account, User: "AIDAALICE0000000000001"}
	federated := user
	federated.Federated, federated.Name = true, "jo"
	tagged, proved := role, user
	tagged.Tags = map[string]string{"team": "red"}
	proved.MFA = now.Add(-90 * time.Second)
	for name, test := range map[string]struct {
		session    auth.Session
		key, value string // empty: absent
	}{
		"a role's tag":                        {role, "aws:PrincipalTag/Team", "green"},
		"a session's tag goes first":          {tagged, "aws:PrincipalTag/team", "red"},
		"and the other spelling is gone":      {tagged, "aws:PrincipalTag/Team", ""},
		"the role's other tag stays":          {tagged, "aws:PrincipalTag/cost", "7"},
		"a session without MFA":               {user, "aws:MultiFactorAuthPresent", "false"},
		"has no age of it":                    {user, "aws:MultiFactorAuthAge", ""},
		"a session with MFA":                  {proved, "aws:MultiFactorAuthPresent", "true"},
		"has an age in seconds":               {proved, "aws:MultiFactorAuthAge", "90"},
		"a federated user is itself":          {federated, "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/jo"},
		"of its own type":                     {federated, "aws:PrincipalType", "FederatedUser"},
		"with the account in its id":          {federated, "aws:userid", "111122223333:jo"},
		"the tags of its user":                {federated, "aws:PrincipalTag/team", "blue"},
		"and not the name":                    {federated, "aws:username", ""},
		"the Region is that of the signature": {role, "aws:RequestedRegion", "us-east-1"},
		"nobody calls for others":             {role, "aws:ViaAWSService", "false"},
		"the account of the principal":        {role, "aws:PrincipalAccount", account},
	} {
		t.Run(name, func(t *testing.T) {
			s := test.session
			s.Issued, s.Expires = now, now.Add(time.Hour)
			s, token, err := h.Keys.NewSession(s)
			if err != nil {
				t.Fatal(err)
			}
			r, body := signedFor(t, "s3", s.KeyID, s.Secret, token, now)
			c, _, err := h.Authenticate(t.Context(), r, body)
			if err != nil {
				t.Fatal(err)
			}
			got := c.Keys[test.key]
			if test.value == "" && got != nil || test.value != "" && !slices.Equal(got, []string{test.value}) {
				t.Errorf("%s is %v, want %q", test.key, got, test.value)
			}
		})
	}
}

func TestAFederatedUserMayNotCallIAM(t *testing.T) {
	h := newHouse(t)
	s, token, err := h.Keys.NewSession(auth.Session{Account: account, Federated: true, Name: "jo", Issued: now, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	r, body := signedFor(t, "iam", s.KeyID, s.Secret, token, now)
	_, _, err = h.Authenticate(t.Context(), r, body)
	wantCode(t, err, "InvalidClientTokenId")
}

// TestUsersMayChangeTheirPassword: by the account's password policy, which
// gives way to a Deny and to what limits the user.
func TestUsersMayChangeTheirPassword(t *testing.T) {
	const change, read = "iam:ChangePassword", "iam:GetAccountPasswordPolicy"
	alice, _, role, _ := callers()
	limited := alice
	limited.SessionPolicies = []string{onlyS3}
	for name, test := range map[string]struct {
		rules  *inventory.PasswordPolicy
		caller wire.Caller
		own    string // the user's inline policy
		action string
		want   bool
	}{
		"no password policy":              {nil, alice, onlyS3, change, false},
		"a policy that does not say so":   {&inventory.PasswordPolicy{}, alice, onlyS3, change, false},
		"a policy that says so":           {&inventory.PasswordPolicy{UsersMayChange: true}, alice, onlyS3, change, true},
		"they may read it, too":           {&inventory.PasswordPolicy{UsersMayChange: true}, alice, onlyS3, read, true},
		"and nothing else":                {&inventory.PasswordPolicy{UsersMayChange: true}, alice, onlyS3, "iam:UpdateLoginProfile", false},
		"a Deny goes first":               {&inventory.PasswordPolicy{UsersMayChange: true}, alice, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`, change, false},
		"a session policy limits it":      {&inventory.PasswordPolicy{UsersMayChange: true}, limited, onlyS3, change, false},
		"roles are not users":             {&inventory.PasswordPolicy{UsersMayChange: true}, role, onlyS3, read, false},
		"who has the permission keeps it": {nil, alice, everything, change, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.update(t, func(a *inventory.Account) {
				a.Settings.PasswordPolicy = test.rules
				a.UserByName("alice").Inline[0].Document = test.own
			})
			if err := h.Guard(t.Context(), test.caller, test.action, "arn:aws:iam::111122223333:user/alice"); (err == nil) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}
