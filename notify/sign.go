package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// The headers of an event.
const (
	HeaderEventID   = "Ebbmark-Event-Id"  // format.EventID: the same whenever the event is sent
	HeaderTimestamp = "Ebbmark-Timestamp" // of this sending, in Unix seconds
	HeaderSignature = "Ebbmark-Signature" // see Signature
)

// Signature is what a receiver must compute itself and compare: HMAC-SHA256 with
// the secret over timestamp, ".", body, in 64 small hexadecimal digits.
func Signature(secret, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
