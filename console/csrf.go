package console

import (
	"crypto/subtle"
	"encoding/base64"
	"io"
)

// masked is a token as a form carries it: other text in each page, so that the
// length of compressed pages tells nothing about it (the attack is known as
// BREACH). Without randomness it is empty, and the form is refused.
func (c *Console) masked(token string) string {
	text := make([]byte, 2*len(token))
	pad := text[:len(token)]
	if _, err := io.ReadFull(c.Random, pad); err != nil {
		c.Log.Error("console form has no token", "error", err)
		return ""
	}
	subtle.XORBytes(text[len(token):], pad, []byte(token))
	return base64.RawURLEncoding.EncodeToString(text)
}

// unmask is the token that a form carries; nil when it is none.
func unmask(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw)%2 != 0 {
		return nil
	}
	token := make([]byte, len(raw)/2)
	subtle.XORBytes(token, raw[:len(token)], raw[len(token):])
	return token
}
