package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// TOTPStep is how long a code of a virtual MFA device is shown (RFC 6238).
const TOTPStep = 30 * time.Second

// StepAt is the number of the time step of a moment.
func StepAt(t time.Time) int64 { return t.Unix() / int64(TOTPStep/time.Second) }

// Code is the code of six digits that a device with the seed shows in a time
// step (RFC 4226 with HMAC-SHA-1, which is what authenticator apps use).
func Code(seed []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, seed)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	number := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%06d", number%1_000_000)
}

// FindCodes is the step of the second of two codes that a device shows one
// after the other, at most window steps away from the step now; false: there is
// none. It looks at all steps whatever it finds, in constant time.
func FindCodes(seed []byte, first, second string, now, window int64) (step int64, ok bool) {
	for s := now - window; s <= now+window; s++ {
		if same(Code(seed, s-1), first)&same(Code(seed, s), second) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

func same(a, b string) int { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) }
