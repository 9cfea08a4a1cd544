// Package httpd is the listener: it takes HTTP requests within bounds, finds
// out who sent them, hands them to package wire and sends its answers. It knows
// no operation and no store.
//
// The way of a request is the list in path.go. Everything that bounds what a
// client can make the server hold or wait for is in limits.go.
package httpd

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/ebbmark/ebbmark/wire"
)

// Config is what a Server needs.
type Config struct {
	// Services are the APIs; the first one speaks for requests of none (see
	// wire.NewRouter). Required.
	Services []wire.Service
	// Guard decides what a caller may do. Required.
	Guard wire.Guard
	// Authenticate finds out who signed a request and for which service; an
	// error that is not a *wire.Error is an internal one. It must not read
	// r.Body. Required.
	Authenticate func(ctx context.Context, r *http.Request, body []byte) (caller wire.Caller, service string, err error)
	// Routes are handlers for other things than the APIs, such as a console.
	// The first that fits is taken, and what fits none is an API request.
	Routes []Route
	// Answered is told of every API request that was answered, before its
	// answer is sent: by whom it was (nobody: the zero Caller), what came of it
	// and its request id. Nil: nobody is told.
	Answered func(caller wire.Caller, answer wire.Response, id string)
	// Ready says why the server cannot work, if so: GET /readyz asks it. Nil
	// means always ready.
	Ready func(ctx context.Context) error
	// Log takes the access log and what went wrong. Nil: slog.Default.
	Log *slog.Logger
	// Registry keeps the metrics that GET /metrics shows. Nil: one of our own.
	Registry *prometheus.Registry
	// NewID makes request ids. Nil: random UUIDs.
	NewID func() string
	// Now is the clock that durations are taken from. Nil: time.Now.
	Now func() time.Time
	// Limits are for tests; fields that are zero have their defaults.
	Limits Limits
}

// Route is a handler for requests that are not of the APIs.
type Route struct {
	// Path is the path exactly, or, ending in "/", that path and all below.
	// The path "/" alone is exact too.
	Path string
	// When tells which requests of the path are meant. Nil: all.
	When    func(*http.Request) bool
	Handler http.Handler
}

// Server answers requests. Make one with New.
type Server struct {
	config   Config
	limits   Limits
	router   *wire.Router
	metrics  *metrics
	slots    chan struct{} // holds one element per request that is worked on
	way      handler
	draining atomic.Bool
}

var _ http.Handler = (*Server)(nil)

// New makes a server. It panics when a required field is missing: that is a
// fault of the program.
func New(config Config) *Server {
	if config.Authenticate == nil {
		panic("httpd: no Authenticate")
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.NewID == nil {
		config.NewID = uuid.NewString
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Registry == nil {
		config.Registry = prometheus.NewRegistry()
	}
	s := &Server{
		config:  config,
		limits:  config.Limits.withDefaults(),
		router:  wire.NewRouter(config.Guard, config.Services...),
		metrics: newMetrics(config.Registry),
	}
	s.slots = make(chan struct{}, s.limits.Requests)
	s.way = s.path()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.way(&exchange{ResponseWriter: w, request: r})
}
