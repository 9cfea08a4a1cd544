package httpd

import (
	"net/http"

	"github.com/ebbmark/ebbmark/wire"
)

// exchange is one request and what becomes of it. It is the ResponseWriter of
// everything behind it, and so knows what was sent.
type exchange struct {
	http.ResponseWriter
	request *http.Request
	id      string // request id
	trace   string // id of the trace; empty: there is none
	route   string // path of the Route that was taken; empty: none

	status int   // 0: no answer yet
	sent   int64 // bytes of its body

	caller wire.Caller
	answer wire.Response // of an API request
}

// WriteHeader sends the head of the answer.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= 200 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(p)
	x.sent += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }
