package inventory

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/ebbmark/ebbmark/policy"
)

// documents remembers the policy documents that were read, by the hash of what
// the file said: the same AWS managed policies come with every account, and
// each is parsed and kept once.
type documents map[[sha256.Size]byte]string

// text is the document in the form it is kept in: JSON, indented, whatever the
// form in the file. It parses with policy.Parse.
func (ds documents) text(d document) (string, error) {
	if len(d.raw) == 0 || string(d.raw) == "null" {
		return "", errors.New("no document")
	}
	key := sha256.Sum256(d.raw)
	if text, ok := ds[key]; ok {
		return text, nil
	}
	decoded, err := d.decode()
	if err != nil {
		return "", err
	}
	if _, err := policy.ParseString(decoded); err != nil {
		return "", err
	}
	text, err := normal(decoded)
	if err == nil {
		ds[key] = text
	}
	return text, err
}

// decode is the document's JSON text.
func (d document) decode() (string, error) {
	switch d.raw[0] {
	case '{':
		return string(d.raw), nil
	case '"':
		var s string
		if err := json.Unmarshal(d.raw, &s); err != nil {
			return "", err
		}
		return decodeString(s)
	}
	return "", errors.New("the document is neither a JSON object nor a string")
}

// decodeString tells plain from URL-encoded text by its first character: no
// policy document begins with a percent sign, and no encoded one with a brace.
func decodeString(s string) (string, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "{") {
		return s, nil
	}
	decoded, err := url.PathUnescape(s)
	if err != nil {
		return "", errors.New("the document is neither JSON nor URL-encoded JSON: " + err.Error())
	}
	if !strings.HasPrefix(strings.TrimSpace(decoded), "{") {
		return "", errors.New("the document is neither JSON nor URL-encoded JSON: it begins with " + quoteStart(s))
	}
	return decoded, nil
}

// normal gives equal documents equal text, so that an import of the same
// account is known as unchanged whichever client printed it. Indented, because
// people read it and because statements are pointed to by line.
func normal(text string) (string, error) {
	var compact, out bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return "", err
	}
	if err := json.Indent(&out, compact.Bytes(), "", "    "); err != nil {
		return "", err
	}
	if out.Len() > policy.MaxCharacters {
		return compact.String(), nil
	}
	return out.String(), nil
}

func quoteStart(s string) string {
	quoted, _ := json.Marshal(clip(s))
	return string(quoted)
}
