package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Verify proves that the request was signed with the secret, not longer ago and
// not further ahead than allowed. The error wraps ErrMismatch or ErrExpired.
func (s *Signature) Verify(r *Request, secret string, now time.Time) error {
	want := s.sign(r, secret)
	if subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(s.signature))) != 1 {
		return ErrMismatch
	}
	latest := s.Time.Add(MaxSkew)
	if s.Presigned {
		latest = s.Time.Add(s.Expires)
	}
	if now.After(latest) || now.Before(s.Time.Add(-MaxSkew)) {
		return fmt.Errorf("%w: signed at %s, and it is %s here", ErrExpired, s.Time.Format(timeForm), now.UTC().Format(timeForm))
	}
	return nil
}

// Credentials sign a request.
type Credentials struct{ KeyID, Secret, Token string }

// Sign adds the headers that sign r: X-Amz-Date, Authorization and, with
// temporary credentials, X-Amz-Security-Token. Every header already there is
// signed.
func Sign(r *Request, c Credentials, region, service string, now time.Time) {
	if r.Header == nil {
		r.Header = map[string][]string{}
	}
	r.Header["X-Amz-Date"] = []string{now.UTC().Format(timeForm)}
	if c.Token != "" {
		r.Header["X-Amz-Security-Token"] = []string{c.Token}
	}
	s := &Signature{KeyID: c.KeyID, Region: region, Service: service, Time: now.UTC(), date: now.UTC().Format(dateForm)}
	s.signedHeaders = append(s.signedHeaders, "host")
	for name := range r.Header {
		s.signedHeaders = append(s.signedHeaders, strings.ToLower(name))
	}
	slices.Sort(s.signedHeaders)
	r.Header["Authorization"] = []string{fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		algorithm, c.KeyID, s.scope(), strings.Join(s.signedHeaders, ";"), s.sign(r, c.Secret))}
}

func (s *Signature) scope() string {
	return strings.Join([]string{s.date, s.Region, s.Service, terminator}, "/")
}

func (s *Signature) sign(r *Request, secret string) string {
	canonical := sha256.Sum256([]byte(s.canonical(r)))
	text := strings.Join([]string{algorithm, s.Time.Format(timeForm), s.scope(), hex.EncodeToString(canonical[:])}, "\n")
	key := mac([]byte("AWS4"+secret), s.date)
	for _, part := range []string{s.Region, s.Service, terminator} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// canonical is the canonical request. The payload hash is always that of the
// body at hand, whatever a header claims, so that a signature over another body
// cannot pass.
func (s *Signature) canonical(r *Request) string {
	body := sha256.Sum256(r.Body)
	var b strings.Builder
	b.WriteString(r.Method + "\n" + canonicalPath(r.Path) + "\n" + s.canonicalQuery(r.Query) + "\n")
	for _, name := range s.signedHeaders {
		values := slices.Clone(r.values(name))
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ")
		}
		b.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	b.WriteString("\n" + strings.Join(s.signedHeaders, ";") + "\n" + hex.EncodeToString(body[:]))
	return b.String()
}

// canonicalPath normalises the path and encodes it once more, as every service
// but S3 has it.
func canonicalPath(sent string) string {
	if sent == "" || sent == "/" {
		return "/"
	}
	clean := path.Clean("/" + sent)
	if strings.HasSuffix(sent, "/") && clean != "/" {
		clean += "/"
	}
	return escape(clean, '/')
}

func (s *Signature) canonicalQuery(raw string) string {
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescape(key), unescape(value)
		if pair == "" || s.Presigned && key == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, escape(key, 0)+"="+escape(value, 0))
	}
	// Sorted by encoded key, then value: "=" sorts below every character an
	// encoded key may hold except "%", "-" and ".", so compare the halves.
	slices.SortFunc(pairs, func(a, b string) int {
		ak, av, _ := strings.Cut(a, "=")
		bk, bv, _ := strings.Cut(b, "=")
		if c := strings.Compare(ak, bk); c != 0 {
			return c
		}
		return strings.Compare(av, bv)
	})
	return strings.Join(pairs, "&")
}

// unescape decodes a query part; text that is not percent-encoded properly
// stands for itself.
func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"

// escape percent-encodes everything but RFC 3986's unreserved characters and
// keep.
func escape(s string, keep byte) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(unreserved, c) >= 0 || c == keep && keep != 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
