package auth_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
)

// The seed and codes of RFC 6238, appendix B, of which the last six digits are
// shown.
func TestCodesOfTheStandard(t *testing.T) {
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := auth.Code([]byte("12345678901234567890"), auth.StepAt(time.Unix(seconds, 0))); got != want {
			t.Errorf("at %d: got %s, want %s", seconds, got, want)
		}
	}
}

func TestTwoCodesAreFoundWithinTheWindowOnly(t *testing.T) {
	seed := []byte("12345678901234567890")
	const now = 1000
	for name, test := range map[string]struct {
		first, second int64
		want          int64
	}{
		"now":                {now - 1, now, now},
		"five steps late":    {now - 6, now - 5, now - 5},
		"five steps early":   {now + 4, now + 5, now + 5},
		"six steps early":    {now + 5, now + 6, 0},
		"in the wrong order": {now, now - 1, 0},
		"with a gap":         {now - 2, now, 0},
	} {
		step, ok := auth.FindCodes(seed, auth.Code(seed, test.first), auth.Code(seed, test.second), now, 5)
		if step != test.want || ok != (test.want != 0) {
			t.Errorf("%s: got %d, %t", name, step, ok)
		}
	}
}

func TestPasswordsAreKeptAsSaltedHashes(t *testing.T) {
	one, err := auth.HashPassword("correct horse", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	two, err := auth.HashPassword("correct horse", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if one == two || !strings.HasPrefix(one, "pbkdf2-sha256$600000$") || strings.Contains(one, "correct") {
		t.Errorf("got %s and %s", one, two)
	}
	if !auth.CheckPassword(one, "correct horse") || !auth.CheckPassword(two, "correct horse") || auth.CheckPassword(one, "Correct horse") {
		t.Error("the wrong password is right, or the right one wrong")
	}
	// The key 120fb6cf…2b59 of "password" and "salt" after one round, as other
	// programs make it too.
	if !auth.CheckPassword("pbkdf2-sha256$1$c2FsdA$Eg+2z/z4syxD5yJSVsT4N6hlSMkszDVICAWYfLcL4Xs", "password") {
		t.Error("a known hash is not known")
	}
	for _, hash := range []string{"", "x", "pbkdf2-sha256$600000$AA$", "pbkdf2-sha256$0$AA$AA", "pbkdf2-sha256$99999999999$AA$AA", "md5$1$AA$AA"} {
		if auth.CheckPassword(hash, "") {
			t.Errorf("%q is the hash of the empty password", hash)
		}
	}
}
