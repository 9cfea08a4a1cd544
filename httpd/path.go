package httpd

// path is the way of every request, outermost step first.
func (s *Server) path() handler {
	return chain(s.api,
		s.withRequestID,
		s.withTrace,
		s.withAccessLog,
		s.withRecovery,
		s.withHealth, // /healthz, /readyz, /metrics
		s.withRoutes, // console and the like
		s.withMetrics,
	)
}

// handler answers an exchange. step is one part of the way: it does its work
// and lets the next one go on, or not.
type (
	handler func(x *exchange)
	step    func(x *exchange, next handler)
)

func chain(last handler, steps ...step) handler {
	for i := len(steps) - 1; i >= 0; i-- {
		this, next := steps[i], last
		last = func(x *exchange) { this(x, next) }
	}
	return last
}
