package httpd

import (
	"cmp"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/ebbmark/ebbmark/tracing"
)

var tracer = tracing.For("httpd")

// methods are those that may stand in a span as they are.
const methods = " CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE "

// withTrace makes a span of a request, within the one that the client names or
// that the request is made in. It has names of the program and what the access
// log has, and nothing else that comes from the request.
func (s *Server) withTrace(x *exchange, next handler) {
	if !tracing.On() || isHealth(x.request) {
		next(x)
		return
	}
	method := x.request.Method
	if !strings.Contains(methods, " "+method+" ") {
		method = "_OTHER"
	}
	ctx, span := tracer.Serve(x.request.Context(), x.request.Header, method)
	if c := span.SpanContext(); c.HasTraceID() {
		x.trace = c.TraceID().String()
	}
	x.request = x.request.WithContext(ctx)
	finished := false
	defer func() {
		if span.IsRecording() {
			x.describe(span, method)
			if !finished { // the connection is cut
				tracing.Fail(span, "aborted")
			}
		}
		span.End()
	}()
	next(x)
	finished = true
}

// describe gives a span its name and attributes.
func (x *exchange) describe(span trace.Span, method string) {
	list := []attribute.KeyValue{
		attribute.String("http.request.method", method),
		attribute.Int("http.response.status_code", x.status),
		attribute.String("aws.request_id", x.id),
	}
	if x.route != "" {
		name := cmp.Or(x.request.Pattern, method+" "+x.route)
		_, route, _ := strings.Cut(name, " ")
		span.SetName(name)
		list = append(list, attribute.String("http.route", route))
	}
	if x.answer.Service != "" {
		list = append(list, attribute.String("rpc.system", "aws-api"), attribute.String("rpc.service", x.answer.Service))
	}
	if x.answer.Operation != "" {
		span.SetName(x.answer.Service + "." + x.answer.Operation)
		list = append(list, attribute.String("rpc.method", x.answer.Operation))
	}
	if x.caller.Account != "" {
		list = append(list, attribute.String("ebbmark.caller.account", x.caller.Account))
	}
	if x.answer.Code != "" {
		list = append(list, attribute.String("error.type", x.answer.Code))
	}
	span.SetAttributes(list...)
	if x.status >= http.StatusInternalServerError {
		tracing.Fail(span, cmp.Or(x.answer.Code, http.StatusText(x.status)))
	}
}
