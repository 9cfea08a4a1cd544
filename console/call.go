package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/ebbmark/ebbmark/sigv4"
)

// client calls the API in this process as who is signed in.
type client struct {
	api  http.Handler
	sign func(*sigv4.Request, sigv4.Credentials, string, string)
	from *http.Request // of the browser
	who  identity
}

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

var _ http.ResponseWriter = (*answer)(nil)

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// apiError is an error that the API answered.
type apiError struct {
	Operation, Code, Message string
	Status                   int
}

func (e *apiError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Operation, e.Code, e.Message) }

// send signs a request and has it answered. What policies may ask about a
// request, its source address, TLS and user agent, is the browser's. more are
// names and values of further headers in turn.
func (c *client) send(ctx context.Context, method, target, service, contentType string, body []byte, more ...string) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Host, r.RemoteAddr, r.TLS, r.RequestURI = c.from.Host, c.from.RemoteAddr, c.from.TLS, target
	signed := &sigv4.Request{Method: method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Host: r.Host, Body: body, Header: map[string][]string{}}
	if contentType != "" {
		signed.Header["Content-Type"] = []string{contentType}
	}
	for i := 0; i+1 < len(more); i += 2 {
		signed.Header[more[i]] = []string{more[i+1]}
	}
	c.sign(signed, c.who.Credentials, c.who.Region, service)
	r.Header = signed.Header
	r.Header.Set("User-Agent", c.from.UserAgent())
	a := &answer{header: http.Header{}}
	c.api.ServeHTTP(a, r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return a, nil
}
