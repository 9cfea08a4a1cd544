package console

import (
	"context"
	"crypto/rand"
	"embed"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/sigv4"
)

// Path is where the console is, with all its pages below.
const Path = "/console/"

// Config is what a console needs.
type Config struct {
	// API answers signed requests: the handler of the server that the console is
	// part of. Required.
	API http.Handler
	// Mirror reports whether an account is a mirror of AWS, which the API refuses
	// to change: pages then show no buttons that do nothing. Nil: not known.
	Mirror func(ctx context.Context, account string) (bool, error)
	// Now is the real clock, which sessions and signatures go by. Nil: time.Now.
	Now func() time.Time
	// AsOf is the moment that the API answers about; zero: now.
	AsOf time.Time
	// Random is a cryptographic source. Nil: crypto/rand.
	Random io.Reader
	// Log takes what went wrong. Nil: slog.Default.
	Log *slog.Logger
}

// Console is the handler of Path. Make one with New.
type Console struct {
	Config
	sessions  *sessions
	attempts  *attempts
	templates map[string]*template.Template
	origins   *http.CrossOriginProtection
	pages     http.Handler // the routes, compressed for browsers that ask so
}

var _ http.Handler = (*Console)(nil)

//go:embed templates static
var files embed.FS

// New makes a console. It panics without an API, and when a template is broken:
// both are faults of the program.
func New(c Config) *Console {
	if c.API == nil {
		panic("console: Config.API is required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	console := &Console{
		Config:   c,
		sessions: &sessions{now: c.Now, random: c.Random, byKey: map[sessionKey]*session{}},
		attempts: &attempts{now: c.Now, failed: map[string]failures{}},
		origins:  http.NewCrossOriginProtection(),
	}
	console.templates = console.parse()
	console.pages = compressed(console.routes())
	return console
}

// ServeHTTP answers a request of a browser.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	harden(w.Header())
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	c.pages.ServeHTTP(w, r)
}

// WantsPage reports whether a request to "/" is a browser's and not one of an
// API: those are signed, in a header or in the query string, or bring a body.
func WantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.RawQuery == "" &&
		r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// Redirect leads from "/" to the console.
func Redirect() http.Handler { return http.RedirectHandler(Path, http.StatusFound) }

// present is the moment that the API answers about.
func (c *Console) present() time.Time {
	if c.AsOf.IsZero() {
		return c.Now()
	}
	return c.AsOf
}

// client calls the API as who is signed in.
func (c *Console) client(r *http.Request, who identity) *client {
	sign := func(s *sigv4.Request, keys sigv4.Credentials, region, service string) {
		sigv4.Sign(s, keys, region, service, c.Now())
	}
	return &client{api: c.API, sign: sign, from: r, who: who}
}
