package organizations

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/wire"
)

// Paging is what every list operation takes (ORG-43). Embed it last.
type Paging struct {
	NextToken  *string `max:"100000"`
	MaxResults *int32  `min:"1" max:"20"` // default 20
}

// Page is what every list operation answers after its list. Embed it last.
type Page struct{ NextToken string }

// defaultResults is the page of a list operation, and the largest.
const defaultResults = 20

// cut is the page that is asked for of a list sorted by key, whose keys differ.
// scope tells lists apart: a token of another one is refused. The page begins
// after a key and not at a number, so that entries that come or go meanwhile
// neither hide others nor repeat them.
func cut[E any](in Paging, list []E, key func(E) string, scope ...string) ([]E, Page, error) {
	name := strings.Join(scope, " ")
	start := 0
	if in.NextToken != nil {
		after, ok := opened(name, *in.NextToken)
		if !ok {
			return nil, Page{}, errToken
		}
		i, found := slices.BinarySearchFunc(list, after, func(e E, after string) int { return strings.Compare(key(e), after) })
		if start = i; found {
			start++
		}
	}
	size := defaultResults
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	rest := list[start:]
	if len(rest) <= size {
		return rest, Page{}, nil
	}
	return rest[:size], Page{sealed(name, key(rest[size-1]))}, nil
}

// sealed is the token for what comes after a key. A checksum tells ours from
// what anyone else writes; it keeps no secret.
func sealed(scope, after string) string {
	return base64.RawURLEncoding.EncodeToString(append(sum(scope, after), after...))
}

// opened is the key in a token of a list. False: it is not of our making, or of
// another list.
func opened(scope, token string) (after string, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < sumSize || strings.ContainsAny(token, "\r\n") { // which base64 skips
		return "", false
	}
	after = string(raw[sumSize:])
	return after, string(raw[:sumSize]) == string(sum(scope, after))
}

const sumSize = 9

func sum(scope, after string) []byte {
	all := sha256.Sum256([]byte("ebbmark organizations " + scope + "\x00" + after))
	return all[:sumSize]
}

// Check implements wire.Checker.
func (in *Paging) Check(wire.Caller) error {
	if in.NextToken != nil && *in.NextToken == "" {
		return errToken
	}
	return nil
}
