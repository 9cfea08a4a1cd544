package sts

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
)

func ownerOf(account string) auth.Owner { return auth.Owner{Account: account} }

func TestCodes(t *testing.T) {
	const none = "unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	const wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code."
	const half = "must provide both MFA serial number and one time pass code."
	for label, c := range map[string]struct {
		user, serial string
		ahead        int64 // steps; 99: a code that is never shown
		code         string
		message      string // empty: taken
	}{
		"now":                     {annID, phone, 0, "", ""},
		"half a minute ago":       {annID, phone, -1, "", ""},
		"half a minute ahead":     {annID, phone, 1, "", ""},
		"a minute ago":            {annID, phone, -2, "", wrong},
		"a minute ahead":          {annID, phone, 2, "", wrong},
		"the device of root":      {annID, rootMFA, 0, "", none},
		"a device of nobody":      {annID, prefix + "mfa/spare", 0, "", none},
		"a device that is absent": {annID, prefix + "mfa/absent", 0, "", none},
		"another user's":          {"AIDABOB00000000000001", phone, 0, "", none},
		"root's, by root":         {"", rootMFA, 0, "", ""},
		"a user's, by root":       {"", phone, 0, "", none},
		"no code":                 {annID, phone, 0, "none", half},
		"no device":               {annID, "", 0, "", half},
	} {
		t.Run(label, func(t *testing.T) {
			h := newHome(t)
			pairs := []string{}
			if c.serial != "" {
				pairs = append(pairs, "SerialNumber", c.serial)
			}
			if c.code == "" {
				pairs = append(pairs, "TokenCode", h.code(c.ahead))
			}
			got := h.call(h.key(c.user), "sts", form("GetSessionToken", pairs...))
			if c.message == "" {
				wantAnswer(t, got, "", "")
			} else {
				wantAnswer(t, got, "AccessDenied", c.message)
			}
		})
	}
}

func TestACodeProvesOneThing(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	with := func(code string) string { return form("GetSessionToken", "SerialNumber", phone, "TokenCode", code) }
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if h.call(ann, "sts", with(h.code(0))).Code == "" {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
	wantAnswer(t, h.call(ann, "sts", with(h.code(-1))), "AccessDenied", "invalid MFA")
	h.clock = h.clock.Add(auth.TOTPStep)
	h.must(ann, with(h.code(0)))
}

func TestGuessingIsBounded(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	with := func(code string) string { return assume("mfa", "SerialNumber", phone, "TokenCode", code) }
	bad := h.code(100)
	for range maxGuesses {
		wantAnswer(t, h.call(ann, "sts", with(bad)), "AccessDenied", "invalid MFA")
	}
	wantAnswer(t, h.call(ann, "sts", with(h.code(0))), "AccessDenied", "too many wrong codes")
	h.clock = h.clock.Add(guessPeriod)
	h.must(ann, with(h.code(0)))
}

func TestPoliciesSeeMFA(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	plain := h.must(ann, form("GetSessionToken")).Credentials
	wantAnswer(t, h.call(plain, "sts", assume("mfa")), "AccessDenied", "not authorized")
	proved := h.must(ann, form("GetSessionToken", "SerialNumber", phone, "TokenCode", h.code(0))).Credentials
	role := h.must(proved, assume("mfa")).Credentials
	h.must(proved, assume("recent"))
	h.must(role, assume("mfa"))
	h.clock = h.clock.Add(time.Minute)
	h.must(proved, assume("mfa"))
	wantAnswer(t, h.call(proved, "sts", assume("recent")), "AccessDenied", "not authorized")
	h.must(proved, assume("recent", "SerialNumber", phone, "TokenCode", h.code(0))) // a session may prove one anew
	second := h.must(role, assume("mfa")).Credentials
	wantAnswer(t, h.call(second, "sts", assume("mfa")), "AccessDenied", "not authorized") // a chain hands nothing on
}
