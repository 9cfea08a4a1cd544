package accessanalyzer

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// Paging is what every list operation takes (AA-4). Embed it last.
type Paging struct {
	MaxResults *int32  `wire:"maxResults" min:"1" max:"1000"`
	NextToken  *string `wire:"nextToken" max:"16384"`
}

// Page is what every list operation answers after its list. Embed it last.
type Page struct {
	NextToken string `wire:"nextToken"`
}

// defaultResults is the page of a request that does not say how large.
const defaultResults = 100

func (in *Paging) size() int {
	if in.MaxResults == nil {
		return defaultResults
	}
	return int(*in.MaxResults)
}

// token is the token of the request; empty: the first page.
func (in *Paging) token() string {
	if in.NextToken == nil {
		return ""
	}
	return *in.NextToken
}

// Check implements wire.Checker. An empty token is refused: taken for none, it
// would keep a client on the first page for ever.
func (in *Paging) Check(wire.Caller) error {
	if in.NextToken != nil && *in.NextToken == "" {
		return errToken
	}
	return nil
}

var errToken = subject{}.refusal(finding.ErrToken)

// after is the key behind which the page begins; empty: at the start. scope
// tells lists apart: a token of another one is refused.
func (in *Paging) after(scope ...string) (string, error) {
	if in.NextToken == nil {
		return "", nil
	}
	after, ok := opened(strings.Join(scope, " "), *in.NextToken)
	if !ok {
		return "", errToken
	}
	return after, nil
}

// cut is the page that is asked for of a list sorted by key, whose keys differ
// and are not empty. The page begins after a key and not at a number, so that
// entries that come or go meanwhile neither hide others nor repeat them.
func cut[E any](in Paging, list []E, key func(E) string, scope ...string) ([]E, Page, error) {
	after, err := in.after(scope...)
	if err != nil {
		return nil, Page{}, err
	}
	start, found := slices.BinarySearchFunc(list, after, func(e E, after string) int { return strings.Compare(key(e), after) })
	if found {
		start++
	}
	shown, page := in.first(len(list)-start, func(last int) string { return key(list[start+last]) }, scope...)
	return list[start : start+shown], page, nil
}

// first is how much of what is left of a list is shown, and the token for the
// rest.
func (in *Paging) first(left int, key func(last int) string, scope ...string) (shown int, page Page) {
	if left <= in.size() {
		return left, Page{}
	}
	return in.size(), Page{sealed(strings.Join(scope, " "), key(in.size()-1))}
}

// each is a list of what make makes of the members of another.
func each[E, O any](list []E, make func(E) O) []O {
	out := []O{}
	for _, e := range list {
		out = append(out, make(e))
	}
	return out
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
	all := sha256.Sum256([]byte("ebbmark access-analyzer " + scope + "\x00" + after))
	return all[:sumSize]
}
