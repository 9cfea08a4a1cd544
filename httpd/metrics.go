package httpd

import (
	"cmp"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics count API requests. Their labels are names of the service tables and
// error codes of the program, never text from a request: a client cannot make
// new series.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	page     http.Handler
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ebbmark_requests_total",
			Help: "API requests by service, operation and AWS error code (OK for success).",
		}, []string{"service", "operation", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ebbmark_request_seconds",
			Help:    "Time from the end of the request head to the end of the answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"service", "operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ebbmark_requests_in_flight",
			Help: "API requests that are being read, waiting, or worked on.",
		}),
		page: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
	}
	registry.MustRegister(m.requests, m.seconds, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// withMetrics counts a request when it is answered, also by a panic.
func (s *Server) withMetrics(x *exchange, next handler) {
	start := s.config.Now()
	s.metrics.inFlight.Inc()
	panicked := true
	defer func() {
		s.metrics.inFlight.Dec()
		code := cmp.Or(x.answer.Code, "OK")
		if panicked {
			code = "ServiceFailure"
		}
		s.metrics.requests.WithLabelValues(x.answer.Service, x.answer.Operation, code).Inc()
		s.metrics.seconds.WithLabelValues(x.answer.Service, x.answer.Operation).Observe(s.config.Now().Sub(start).Seconds())
	}()
	next(x)
	panicked = false
}
