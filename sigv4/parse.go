package sigv4

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signature is what a request says of its own signature. Nothing in it is
// proven until Verify.
type Signature struct {
	KeyID           string
	Region, Service string // of the credential scope
	Token           string // session token, empty with long-term credentials
	Time            time.Time
	Expires         time.Duration // query-string form only
	Presigned       bool

	date          string // of the credential scope, yyyymmdd
	signedHeaders []string
	signature     string
}

// Parse reads the signature of a request, from the Authorization header or from
// the query string. The error is ErrMissing or wraps ErrIncomplete.
func Parse(r *Request) (*Signature, error) {
	authorization := r.header("authorization")
	if authorization != "" {
		return parseHeader(r, authorization)
	}
	query, err := url.ParseQuery(r.Query)
	if err != nil || !query.Has("X-Amz-Algorithm") {
		return nil, ErrMissing
	}
	return parseQuery(query)
}

func parseHeader(r *Request, authorization string) (*Signature, error) {
	if len(authorization) > maxAuthorization {
		return nil, incomplete("the Authorization header is longer than %d bytes", maxAuthorization)
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if name != algorithm {
		return nil, incomplete("the Authorization header must begin with %s", algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := fields[key]; !ok || twice {
			return nil, incomplete("the Authorization header must be a list of Credential, SignedHeaders and Signature, each once")
		}
		fields[key] = value
	}
	for _, key := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[key] == "" {
			return nil, incomplete("Authorization header requires '%s' parameter", key)
		}
	}
	s := &Signature{signature: fields["Signature"], Token: r.header("x-amz-security-token")}
	if err := s.setTime(r.date()); err != nil {
		return nil, err
	}
	if err := s.setScope(fields["Credential"]); err != nil {
		return nil, err
	}
	if err := s.setHeaders(fields["SignedHeaders"]); err != nil {
		return nil, err
	}
	return s, s.checkCovers(r)
}

func parseQuery(query url.Values) (*Signature, error) {
	for _, key := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"} {
		if len(query[key]) != 1 || query.Get(key) == "" {
			return nil, incomplete("the query string must have '%s' once", key)
		}
	}
	if query.Get("X-Amz-Algorithm") != algorithm {
		return nil, incomplete("X-Amz-Algorithm must be %s", algorithm)
	}
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	expires := time.Duration(seconds) * time.Second
	if err != nil || seconds < 1 || seconds > int(MaxExpires/time.Second) {
		return nil, incomplete("X-Amz-Expires must be a number of seconds between 1 and %d", int(MaxExpires/time.Second))
	}
	s := &Signature{
		signature: query.Get("X-Amz-Signature"), Token: query.Get("X-Amz-Security-Token"),
		Expires: expires, Presigned: true,
	}
	if err := s.setTime(query.Get("X-Amz-Date")); err != nil {
		return nil, err
	}
	if err := s.setScope(query.Get("X-Amz-Credential")); err != nil {
		return nil, err
	}
	if err := s.setHeaders(query.Get("X-Amz-SignedHeaders")); err != nil {
		return nil, err
	}
	if !slices.Contains(s.signedHeaders, "host") {
		return nil, incomplete("'host' must be a signed header")
	}
	return s, nil
}

// date is the time the request says it was made, in any form AWS accepts.
func (r *Request) date() string {
	if date := r.header("x-amz-date"); date != "" {
		return date
	}
	return r.header("date")
}

func (s *Signature) setTime(date string) error {
	for _, form := range []string{timeForm, time.RFC1123, time.RFC1123Z, time.RFC3339} {
		if t, err := time.Parse(form, date); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return incomplete("the date must be given as X-Amz-Date in the form %s", timeForm)
}

func (s *Signature) setScope(credential string) error {
	f := strings.Split(credential, "/")
	if len(f) != 5 || f[4] != terminator || slices.Contains(f, "") {
		return incomplete("Credential must have the form KEYID/yyyymmdd/REGION/SERVICE/%s", terminator)
	}
	s.KeyID, s.date, s.Region, s.Service = f[0], f[1], f[2], f[3]
	if s.date != s.Time.Format(dateForm) {
		return incomplete("the date of the credential scope and of the request differ")
	}
	return nil
}

func (s *Signature) setHeaders(list string) error {
	s.signedHeaders = strings.Split(list, ";")
	if len(s.signedHeaders) > maxSignedHeaders {
		return incomplete("more than %d signed headers", maxSignedHeaders)
	}
	if !slices.IsSorted(s.signedHeaders) || list != strings.ToLower(list) || slices.Contains(s.signedHeaders, "") {
		return incomplete("SignedHeaders must be lower case, sorted and joined by ';'")
	}
	if _, err := hex.DecodeString(s.signature); err != nil || len(s.signature) != 64 {
		return incomplete("Signature must be 64 hexadecimal digits")
	}
	return nil
}

// checkCovers refuses signatures that leave out what the verdict rests on.
func (s *Signature) checkCovers(r *Request) error {
	for _, name := range []string{"host", "x-amz-date", "x-amz-security-token"} {
		if (name == "host" || r.header(name) != "") && !slices.Contains(s.signedHeaders, name) {
			return incomplete("'%s' must be a signed header", name)
		}
	}
	return nil
}

func (r *Request) header(name string) string {
	return strings.Join(r.values(name), ",")
}

// values finds a header whatever the case of its name.
func (r *Request) values(name string) []string {
	if name == "host" {
		return []string{r.Host}
	}
	if v, ok := r.Header[name]; ok {
		return v
	}
	for key, v := range r.Header {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return nil
}

func incomplete(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrIncomplete, fmt.Sprintf(format, args...))
}
