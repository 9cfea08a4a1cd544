package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/ebbmark/ebbmark/wire"
)

// api answers a request of one of the APIs: read it, wait for a turn, find out
// who it is from, do it (LA-112).
func (s *Server) api(x *exchange) {
	ctx, cancel := context.WithTimeout(x.request.Context(), s.limits.Request)
	defer cancel()
	body, err := s.readBody(x)
	if err != nil {
		x.send(s.router.Fail("", s.wireRequest(x, nil), err))
		return
	}
	request := s.wireRequest(x, body)
	if err := s.takeSlot(ctx); err != nil {
		x.send(s.router.Fail("", request, err))
		return
	}
	answer := s.work(ctx, x, request)
	if s.config.Answered != nil {
		s.config.Answered(x.caller, answer, x.id)
	}
	x.send(answer)
}

// work answers within a slot and gives it back, before the client takes its
// time to read the answer.
func (s *Server) work(ctx context.Context, x *exchange, request *wire.Request) wire.Response {
	defer func() { <-s.slots }()
	caller, service, err := s.config.Authenticate(ctx, x.request, request.Body)
	if err != nil {
		return s.router.Fail(service, request, err)
	}
	x.caller = caller
	return s.router.Serve(ctx, caller, service, request)
}

func (s *Server) wireRequest(x *exchange, body []byte) *wire.Request {
	return &wire.Request{ID: x.id, HTTP: x.request, Body: body}
}

// readBody reads the body of a request within the limit.
func (s *Server) readBody(x *exchange) ([]byte, error) {
	tooLarge := wire.Errorf(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
		"The request body must not be longer than %d bytes.", s.limits.Body)
	if x.request.ContentLength > s.limits.Body {
		x.Header().Set("Connection", "close") // what it goes on sending is not read
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.ResponseWriter, x.request.Body, s.limits.Body))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge
	} else if err != nil {
		x.Header().Set("Connection", "close")
		return nil, wire.Errorf(http.StatusBadRequest, "IncompleteBody", "The request body did not arrive completely.")
	}
	return body, nil
}

// takeSlot waits until the request may be worked on.
func (s *Server) takeSlot(ctx context.Context) error {
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for one of %d slots: %w", s.limits.Requests, ctx.Err())
	}
}

// send sends an answer.
func (x *exchange) send(answer wire.Response) {
	x.answer = answer
	header := x.Header()
	header.Set("Content-Type", answer.ContentType)
	header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	for name, value := range answer.Header {
		header.Set(name, value)
	}
	if answer.Status == http.StatusMethodNotAllowed && header.Get("Allow") == "" {
		header.Set("Allow", "POST, GET")
	}
	x.WriteHeader(answer.Status)
	x.Write(answer.Body) // a client that has gone away is no error of ours
}
