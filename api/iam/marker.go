package iam

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/wire"
)

// A marker says where a page begins: the operation and job it was made for, and
// how many rows come before. A checksum tells ours from what anyone else writes
// (LA-68). It keeps no secret and protects none: whoever may read a report may
// read any page of it.
type marker struct {
	operation string
	job       string
	position  int
}

// The operations that make markers, as markers name them.
const (
	servicesPage = "s"
	entitiesPage = "e"
)

const maxMarker = 320 // characters (LA-68, LA-81)

func (m marker) String() string {
	return seal(reportMarkers, strings.Join([]string{m.operation, m.job, strconv.Itoa(m.position)}, " "))
}

// The kinds of markers, as their checksums know them.
const (
	reportMarkers = "marker"
	listMarkers   = "list marker"
)

// seal makes a marker of a text.
func seal(kind, text string) string {
	return "m" + base64.RawURLEncoding.EncodeToString(append(markerSum(kind, text), text...))
}

// unseal is the text that a marker of that kind was made of. False: it is not
// of our making.
func unseal(kind, s string) (text string, ok bool) {
	body, ours := strings.CutPrefix(s, "m") // a marker that began with "-" would be an option to the AWS CLI
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if !ours || err != nil || len(s) > maxMarker || len(raw) < 9 || strings.ContainsAny(s, "\r\n") { // which base64 skips
		return "", false
	}
	text = string(raw[9:])
	return text, string(raw[:9]) == string(markerSum(kind, text))
}

func markerSum(kind, text string) []byte {
	sum := sha256.Sum256([]byte("ebbmark " + kind + " " + text))
	return sum[:9]
}

// parseMarker reads what String made, and nothing else.
func parseMarker(s string) (marker, bool) {
	text, ok := unseal(reportMarkers, s)
	if !ok {
		return marker{}, false
	}
	operation, rest, _ := strings.Cut(text, " ")
	job, number, _ := strings.Cut(rest, " ")
	position, err := strconv.Atoi(number)
	if err != nil || position < 0 {
		return marker{}, false
	}
	return marker{operation, job, position}, true
}

// checkMarker refuses markers that are not of our making (LA-68). Nil is the
// first page.
func checkMarker(s *string) error {
	return checkSealed(s, func(s string) bool {
		_, ok := parseMarker(s)
		return ok
	})
}

// checkSealed refuses markers that are not printable or that ours does not
// know.
func checkSealed(s *string, ours func(string) bool) error {
	if s == nil {
		return nil
	}
	printable := *s != ""
	for i := range len(*s) {
		printable = printable && (*s)[i] >= ' ' && (*s)[i] <= '~'
	}
	if !printable {
		return validationError("The specified value for marker is invalid. It must contain only printable ASCII characters.")
	}
	if !ours(*s) {
		return errMarker()
	}
	return nil
}

func errMarker() error { return validationError("Invalid Marker.") }

// markerPosition is where the page begins that a checked marker asks for. A
// marker of another job or operation is refused (LA-68).
func markerPosition(s *string, operation, job string) (int, error) {
	if s == nil {
		return 0, nil
	}
	m, ok := parseMarker(*s)
	if !ok || m.operation != operation || m.job != job {
		return 0, wire.Errorf(http.StatusBadRequest, "InvalidInput", "The marker passed in the request was invalid.")
	}
	return m.position, nil
}
