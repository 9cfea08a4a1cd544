package auth_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/auth"
)

func TestAKeyIDSaysItsAccount(t *testing.T) {
	h := newHouse(t)
	key := h.key(t, auth.Owner{Account: account})
	session, _, err := (&auth.Keyring{Sealer: sealer(t), Random: rand.Reader}).NewSession(auth.Session{Account: "000000000012"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ id, want string }{
		"a key made here":               {key.ID, account},
		"a session made here":           {session.KeyID, "000000000012"},
		"one of AWS":                    {"ASIAQNZGKIQY56JQ7WML", "029608264753"},
		"a long-term one of AWS":        {"AKIAQNZGKIQY56JQ7WML", "029608264753"},
		"one of before 2019":            {"AKIAIOSFODNN7EXAMPLE", ""},
		"a number of thirteen digits":   {"AKIA7777777777777777", ""},
		"another prefix":                {"AIDAQNZGKIQY56JQ7WML", ""},
		"one character less":            {"ASIAQNZGKIQY56JQ7WM", ""},
		"one character more":            {"ASIAQNZGKIQY56JQ7WMLA", ""},
		"characters of another base":    {"ASIAQNZGKIQY56JQ7W01", ""},
		"small letters":                 {"ASIAqnzgkiqy56jq7wml", ""},
		"nothing":                       {"", ""},
		"padding instead of characters": {"ASIAQNZGKIQY56JQ7W==", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := auth.AccountOfKeyID(test.id)
			if got != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
	if len(key.ID) != 20 || !strings.HasPrefix(key.ID, "AKIA") || !strings.HasPrefix(session.KeyID, "ASIA") {
		t.Errorf("ids %s, %s", key.ID, session.KeyID)
	}
}

// FuzzAccountOfKeyID: whatever the text, an account has twelve digits.
func FuzzAccountOfKeyID(f *testing.F) {
	f.Add("ASIAQNZGKIQY56JQ7WML")
	f.Add("AKIA7777777777777777")
	f.Add("AKIA\n\nQNZGKIQY56JQ7WML")
	f.Fuzz(func(t *testing.T, id string) {
		got, ok := auth.AccountOfKeyID(id)
		if ok != (len(got) == 12) || strings.Trim(got, "0123456789") != "" {
			t.Errorf("%q: %q, %v", id, got, ok)
		}
	})
}

// FuzzUnsigned: a request without a signature is refused, whatever it holds.
func FuzzUnsigned(f *testing.F) {
	f.Add("Action=AssumeRoleWithSAML", "")
	f.Add("", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15")
	f.Add("Action=%zz&a;b", "Action=")
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, query, body string) {
		_, _, err := h.Authenticate(t.Context(), bare(t, query), []byte(body))
		wantCodes(t, err, "MissingAuthenticationToken", "InvalidAction")
	})
}
