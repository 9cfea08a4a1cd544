package httpd

import (
	"io"
	"net/http"
)

// The paths that tell how the server is. They need no signature.
const (
	healthPath  = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

func isHealth(r *http.Request) bool {
	return r.URL.Path == healthPath || r.URL.Path == readyPath || r.URL.Path == metricsPath
}

// withHealth answers whether the process lives (always, if it can), whether it
// should get requests, and the metrics.
func (s *Server) withHealth(x *exchange, next handler) {
	r := x.request
	switch {
	case !isHealth(r):
		next(x)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		x.Header().Set("Allow", "GET, HEAD")
		http.Error(x, "method not allowed", http.StatusMethodNotAllowed)
	case r.URL.Path == healthPath:
		io.WriteString(x, "ok\n")
	case r.URL.Path == readyPath:
		s.ready(x)
	default:
		s.metrics.page.ServeHTTP(x, r)
	}
}

// ready keeps the reason why the server is not ready for the log: whoever asks
// need not be signed in.
func (s *Server) ready(x *exchange) {
	if s.draining.Load() {
		http.Error(x, "stopping", http.StatusServiceUnavailable)
		return
	}
	if s.config.Ready != nil {
		if err := s.config.Ready(x.request.Context()); err != nil {
			s.config.Log.Error("not ready", "error", err)
			http.Error(x, "not ready", http.StatusServiceUnavailable)
			return
		}
	}
	io.WriteString(x, "ready\n")
}
