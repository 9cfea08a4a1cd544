package httpd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
)

// withRequestID names the request, in its answer too (IAM-3).
func (s *Server) withRequestID(x *exchange, next handler) {
	x.id = s.config.NewID()
	x.Header().Set("X-Amzn-Requestid", x.id)
	next(x)
}

// withAccessLog writes a line for each request, and one more for the reason of
// an internal error. The query string stays out of it: it may hold a signature.
func (s *Server) withAccessLog(x *exchange, next handler) {
	start := s.config.Now()
	next(x)
	log, r := s.config.Log.With("request", x.id), x.request
	if x.trace != "" {
		log = log.With("trace_id", x.trace)
	}
	switch cause := x.answer.Cause; {
	case cause == nil:
	case r.Context().Err() != nil && errors.Is(cause, context.Canceled):
		log.Info("the client did not wait for the answer", "operation", x.answer.Operation)
	default:
		log.Error("request failed", "operation", x.answer.Operation, "error", cause)
	}
	level := slog.LevelInfo
	if isHealth(r) {
		level = slog.LevelDebug
	}
	log.LogAttrs(r.Context(), level, "request",
		slog.String("remote", r.RemoteAddr),
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.String("service", x.answer.Service),
		slog.String("operation", x.answer.Operation),
		slog.String("caller", x.caller.ARN),
		slog.Int("status", x.status),
		slog.String("code", x.answer.Code),
		slog.Int64("bytes", x.sent),
		slog.Duration("took", s.config.Now().Sub(start)),
	)
}

// withRecovery answers a request whose handler panicked. When a part of the
// answer is already on its way, the connection is cut, so that the client does
// not take the part for the whole.
func (s *Server) withRecovery(x *exchange, next handler) {
	defer func() {
		reason := recover()
		if reason == nil {
			return
		}
		if reason == http.ErrAbortHandler {
			panic(reason)
		}
		s.config.Log.Error("panic", "request", x.id, "stack", string(debug.Stack()))
		if x.status != 0 {
			x.answer.Cause = fmt.Errorf("panic: %v", reason)
			panic(http.ErrAbortHandler)
		}
		x.send(s.router.Fail("", s.wireRequest(x, nil), fmt.Errorf("panic: %v", reason)))
	}()
	next(x)
}

// withRoutes takes the requests that are not for the APIs.
func (s *Server) withRoutes(x *exchange, next handler) {
	for _, route := range s.config.Routes {
		if route.fits(x.request) {
			x.route = route.Path
			route.Handler.ServeHTTP(x, x.request)
			return
		}
	}
	next(x)
}

func (r *Route) fits(request *http.Request) bool {
	path := request.URL.Path
	below := r.Path != "/" && strings.HasSuffix(r.Path, "/") && strings.HasPrefix(path, r.Path)
	return (path == r.Path || below) && (r.When == nil || r.When(request))
}
