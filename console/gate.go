package console

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// harden sets what every answer says to the browser: nothing from elsewhere, no
// script, no frame, no address of ours told to others, nothing kept.
func harden(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}

// request is one request of who is signed in.
type request struct {
	*http.Request
	console *Console
	client  *client
	visit   visit
	// hidden are the operations that the caller may not do, whose part of the
	// page is left out.
	hidden []string
}

// try sorts the error of a part of a page: one that the caller may not see is
// left out and named, any other stops the page.
func (q *request) try(err error) (ok bool, stop error) {
	if e, is := errors.AsType[*apiError](err); is && e.Status == http.StatusForbidden && !e.signedOut() {
		q.hidden = append(q.hidden, e.Operation)
		return false, nil
	}
	return err == nil, err
}

// signedOut reports whether the API does not know the key any more.
func (e *apiError) signedOut() bool {
	switch e.Code {
	case "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch", "UnrecognizedClientException":
		return true
	}
	return false
}

// member lets only those in who are signed in; a POST must come from a page of
// theirs.
func (c *Console) member(do func(*request, http.ResponseWriter) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := c.sessions.open(cookieValue(r, sessionCookie(r)))
		if err != nil {
			c.askSignIn(w, r)
			return
		}
		if r.Method == http.MethodPost && !c.fromPage(r, v.csrf) {
			c.refuse(w, r, &v)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), pageLimit)
		defer cancel()
		r = r.WithContext(ctx)
		q := &request{Request: r, console: c, client: c.client(r, v.identity), visit: v}
		if err := do(q, w); err != nil {
			c.fail(q, w, err)
		}
	}
}

// fromPage reports whether a POST comes from a page of this console that has
// the token.
func (c *Console) fromPage(r *http.Request, want string) bool {
	if c.origins.Check(r) != nil || want == "" || r.ParseForm() != nil {
		return false
	}
	return subtle.ConstantTimeCompare(unmask(r.PostForm.Get("csrf")), []byte(want)) == 1
}

// askSignIn leads to the sign-in page and from there back. Who had a session is
// told that it has ended, and who sent a form that nothing was done.
func (c *Console) askSignIn(w http.ResponseWriter, r *http.Request) {
	asked := url.Values{}
	if here := r.URL.RequestURI(); r.Method == http.MethodGet && here != Path && safeNext(here) == here {
		asked.Set("next", here)
	}
	switch {
	case r.Method == http.MethodPost:
		asked.Set("ended", endedUnsent)
	case cookieValue(r, sessionCookie(r)) != "":
		asked.Set("ended", "1")
	}
	target := Path + "signin"
	if len(asked) > 0 {
		target += "?" + asked.Encode()
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// endedUnsent is what the sign-in page is told of a form that came without a
// session.
const endedUnsent = "unsent"

// safeNext is next if it is a page of the console, else the start page: no
// other address is ever led to.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > maxNext || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(next, Path) || strings.HasPrefix(next, Path+"/") || strings.Contains(u.Path, "..") ||
		strings.ContainsFunc(next, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f }) {
		return Path
	}
	return next
}
