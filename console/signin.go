package console

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/ebbmark/ebbmark/sigv4"
)

// defaultRegion is where analyzers are looked for unless the caller says where.
const defaultRegion = "us-east-1"

var (
	regionPattern = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)
	keyPattern    = regexp.MustCompile(`^\w{16,128}$`)
)

// cookie names. Over TLS the prefix makes the browser refuse one that another
// host or an unencrypted page has set.
func sessionCookie(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-ebbmark"
	}
	return "ebbmark-session"
}

func formCookie(r *http.Request) string { return sessionCookie(r) + "-form" }

func cookieValue(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// setCookie gives the browser a cookie for as long as it is open; an empty value
// takes it away.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// signInView is the sign-in page.
type signInView struct {
	Frame
	Next, KeyID, Region, Problem string
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	v := signInView{Next: safeNext(r.URL.Query().Get("next")), Region: defaultRegion}
	switch r.URL.Query().Get("ended") {
	case "":
	case endedUnsent:
		v.Problem = "Your session has ended, and nothing of what you sent was done. Sign in, go back to the form with your browser, and send it again."
	default:
		v.Problem = "Your session has ended. Sign in again to go on."
	}
	c.showSignIn(w, r, http.StatusOK, v)
}

// showSignIn gives the form a token that only its browser knows, so that nobody
// signs others in with a key of his own.
func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, v signInView) {
	token := cookieValue(r, formCookie(r))
	if len(token) < tokenBytes {
		var err error
		if token, err = newToken(c.Random); err != nil {
			c.broken(w, r, err)
			return
		}
		setCookie(w, r, formCookie(r), token)
	}
	v.Frame = Frame{Title: "Sign in", CSRF: c.masked(token), AsOf: c.AsOf}
	c.render(w, status, "signin", v)
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	if !c.fromPage(r, cookieValue(r, formCookie(r))) {
		c.refuse(w, r, nil)
		return
	}
	form := r.PostForm
	v := signInView{Next: safeNext(form.Get("next")), KeyID: strings.TrimSpace(form.Get("key")), Region: strings.TrimSpace(form.Get("region"))}
	address := addressOf(r.RemoteAddr)
	if !c.attempts.open(address) {
		v.Problem = "Too many sign-ins failed from your address. Wait five minutes, then try again."
		w.Header().Set("Retry-After", "300")
		c.showSignIn(w, r, http.StatusTooManyRequests, v)
		return
	}
	keys := sigv4.Credentials{KeyID: v.KeyID, Secret: strings.TrimSpace(form.Get("secret")), Token: strings.TrimSpace(form.Get("token"))}
	if v.Problem = incomplete(keys, v.Region); v.Problem != "" {
		c.showSignIn(w, r, http.StatusBadRequest, v)
		return
	}
	who, err := c.identify(r.Context(), r, keys, v.Region)
	if e, ok := errors.AsType[*apiError](err); ok && e.Status < 500 {
		c.attempts.fail(address)
		v.Problem = refusedSignIn(e)
		c.showSignIn(w, r, http.StatusForbidden, v)
		return
	} else if err != nil {
		c.broken(w, r, err)
		return
	}
	c.welcome(w, r, who, v.Next)
}

// incomplete says what is missing in the form.
func incomplete(keys sigv4.Credentials, region string) string {
	switch {
	case !keyPattern.MatchString(keys.KeyID):
		return "Enter an access key ID of this server: 16 to 128 letters and digits, such as AKIA…"
	case keys.Secret == "" || len(keys.Secret) > maxKey:
		return "Enter the secret access key that belongs to the key ID."
	case len(keys.Token) > maxToken || strings.ContainsFunc(keys.Token, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "The session token is not one of this server: paste it whole and without blanks."
	case !regionPattern.MatchString(region):
		return "Enter a Region such as " + defaultRegion + "."
	}
	return ""
}

// refusedSignIn says why the API knows no such caller. It does not say which of
// key ID and secret is wrong.
func refusedSignIn(e *apiError) string {
	switch e.Code {
	case "ExpiredToken":
		return "These temporary credentials have expired. Get new ones (for example with aws sts get-session-token) and sign in with them."
	case "InvalidClientTokenId", "SignatureDoesNotMatch":
		return "The key ID and secret do not fit a key in force on this server. Check both; ebbmark keys list shows the keys there are. Temporary credentials also need their session token."
	}
	return "The server did not accept these credentials: " + e.Message
}

// identify asks the API who signs with these keys (IAM-50).
func (c *Console) identify(ctx context.Context, r *http.Request, keys sigv4.Credentials, region string) (identity, error) {
	who := identity{Credentials: keys, Region: region}
	out, err := ask[struct{ Account, Arn string }](ctx, c.client(r, who), "sts", "GetCallerIdentity")
	who.Account, who.ARN = out.Account, out.Arn
	return who, err
}

// welcome begins a session and ends the one that the browser had.
func (c *Console) welcome(w http.ResponseWriter, r *http.Request, who identity, next string) {
	if old := cookieValue(r, sessionCookie(r)); old != "" {
		c.sessions.end(keyOf(old))
	}
	token, err := c.sessions.begin(who)
	if err != nil {
		c.broken(w, r, err)
		return
	}
	setCookie(w, r, sessionCookie(r), token)
	setCookie(w, r, formCookie(r), "")
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (c *Console) signOut(q *request, w http.ResponseWriter) error {
	c.sessions.end(q.visit.key)
	setCookie(w, q.Request, sessionCookie(q.Request), "")
	http.Redirect(w, q.Request, Path+"signin", http.StatusSeeOther)
	return nil
}
