package s3_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// proxy stands before the real server and does what its fault says. Signatures
// hold, because the Host header goes through.
type proxy struct {
	server *httptest.Server
	behind string
	client *http.Client

	mu    sync.Mutex
	fault func(w http.ResponseWriter, r *http.Request, n int, forward func() *http.Response) bool
	n     int // requests since the fault was set
}

func newProxy(t *testing.T, behind string) *proxy {
	p := &proxy{behind: behind, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50, DisableCompression: true}}}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() { p.server.CloseClientConnections(); p.server.Close() })
	return p
}

// set makes the following requests meet a fault. It is told which request this
// is, from 1, and reports whether it has answered it.
func (p *proxy) set(fault func(w http.ResponseWriter, r *http.Request, n int, forward func() *http.Response) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.n = fault, 0
}

func (p *proxy) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.n++
	n, fault := p.n, p.fault
	p.mu.Unlock()
	forward := func() *http.Response {
		body, _ := io.ReadAll(r.Body)
		req, err := http.NewRequestWithContext(r.Context(), r.Method, p.behind+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		req.Header, req.Host = r.Header.Clone(), r.Host
		answer, err := p.client.Do(req)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		return answer
	}
	if fault != nil && fault(w, r, n, forward) {
		return
	}
	answer := forward()
	defer answer.Body.Close()
	copyHead(w, answer)
	io.Copy(w, answer.Body)
}

func copyHead(w http.ResponseWriter, answer *http.Response) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
}

// isBody reports whether a request is for the content of an object.
func isBody(r *http.Request) bool {
	return r.Method == http.MethodGet && !r.URL.Query().Has("list-type")
}

// refuse answers with an error of S3.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, `<?xml version="1.0"?><Error><Code>`+code+`</Code><Message>the proxy says so</Message></Error>`)
}

// cut sends part of the body and breaks the connection.
func cut(w http.ResponseWriter, answer *http.Response, bytes int64) {
	defer answer.Body.Close()
	copyHead(w, answer)
	io.CopyN(w, answer.Body, bytes)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// shorten sends part of the body under a Content-Length that says this is all.
func shorten(w http.ResponseWriter, answer *http.Response, bytes int64) {
	defer answer.Body.Close()
	length, _ := strconv.ParseInt(answer.Header.Get("Content-Length"), 10, 64)
	answer.Header.Set("Content-Length", strconv.FormatInt(min(bytes, length), 10))
	copyHead(w, answer)
	io.CopyN(w, answer.Body, bytes)
}

// endless sends the body over and over.
func endless(w http.ResponseWriter, r *http.Request, answer *http.Response) {
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Header.Del("Content-Length")
	copyHead(w, answer)
	for r.Context().Err() == nil {
		if _, err := w.Write(body); err != nil {
			return
		}
	}
}

// stall sends part of the body and then nothing.
func stall(w http.ResponseWriter, r *http.Request, answer *http.Response, bytes int64) {
	defer answer.Body.Close()
	copyHead(w, answer)
	io.CopyN(w, answer.Body, bytes)
	w.(http.Flusher).Flush()
	select {
	case <-r.Context().Done():
	case <-time.After(30 * time.Second):
	}
}
