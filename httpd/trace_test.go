package httpd

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ebbmark/ebbmark/tracing"
)

func TestSpansOfRequests(t *testing.T) {
	const client = "0af7651916cd43dd8448eb211c80319c"
	for name, c := range map[string]struct {
		method, target, authorization, span string
		status                              codes.Code
		attributes                          []string
	}{
		"an answer": {"GET", "/?Action=GetUser&Version=2010-05-08&UserName=bob", "alice iam", "iam.GetUser", codes.Unset,
			[]string{"aws.request_id=REQ-1", "http.request.method=GET", "http.response.status_code=200", "rpc.method=GetUser", "rpc.service=iam", "rpc.system=aws-api"}},
		"no such operation": {"GET", "/?Action=Invented&Version=2010-05-08", "alice iam", "GET", codes.Unset,
			[]string{"aws.request_id=REQ-1", "error.type=InvalidAction", "http.request.method=GET", "http.response.status_code=400", "rpc.service=iam", "rpc.system=aws-api"}},
		"nobody": {"GET", "/?Action=GetUser&Version=2010-05-08", "", "GET", codes.Unset,
			[]string{"aws.request_id=REQ-1", "error.type=MissingAuthenticationToken", "http.request.method=GET", "http.response.status_code=403"}},
		"an invented method": {"SECRET", "/", "", "_OTHER", codes.Unset,
			[]string{"aws.request_id=REQ-1", "error.type=MissingAuthenticationToken", "http.request.method=_OTHER", "http.response.status_code=403"}},
		"an error": {"GET", "/?Action=GetUser&Version=2010-05-08&UserName=broken", "alice iam", "iam.GetUser", codes.Error,
			[]string{"aws.request_id=REQ-1", "error.type=ServiceFailure", "http.request.method=GET", "http.response.status_code=500", "rpc.method=GetUser", "rpc.service=iam", "rpc.system=aws-api"}},
		"a panic": {"GET", "/?Action=GetUser&Version=2010-05-08&UserName=panic", "alice iam", "iam.GetUser", codes.Error,
			[]string{"aws.request_id=REQ-1", "error.type=ServiceFailure", "http.request.method=GET", "http.response.status_code=500", "rpc.method=GetUser", "rpc.service=iam", "rpc.system=aws-api"}},
		"a page": {"GET", "/console/secret", "", "GET /console/", codes.Unset,
			[]string{"aws.request_id=REQ-1", "http.request.method=GET", "http.response.status_code=200", "http.route=/console/"}},
	} {
		t.Run(name, func(t *testing.T) {
			spans := tracetest.NewSpanRecorder()
			tracing.Use(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
			defer tracing.Use(nil)
			config, log := toyConfig()
			r := httptest.NewRequestWithContext(t.Context(), c.method, c.target, nil)
			r.Header.Set("Authorization", c.authorization)
			r.Header.Set("Traceparent", "00-"+client+"-b7ad6b7169203331-01")
			New(config).ServeHTTP(httptest.NewRecorder(), r)
			ended := spans.Ended()
			if len(ended) != 1 {
				t.Fatalf("%d spans", len(ended))
			}
			var attributes []string
			for _, a := range ended[0].Attributes() {
				attributes = append(attributes, string(a.Key)+"="+a.Value.String())
			}
			slices.Sort(attributes)
			attributes = slices.Compact(attributes)
			if ended[0].Name() != c.span || ended[0].Status().Code != c.status || !slices.Equal(attributes, c.attributes) {
				t.Errorf("%s, %v\n%s", ended[0].Name(), ended[0].Status(), strings.Join(attributes, "\n"))
			}
			if ended[0].SpanContext().TraceID().String() != client || !strings.Contains(log.String(), `"trace_id":"`+client+`"`) {
				t.Errorf("trace %s, log %s", ended[0].SpanContext().TraceID(), log)
			}
		})
	}
}

func TestACutAnswerIsAFailedSpan(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracing.Use(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	defer tracing.Use(nil)
	config, _ := toyConfig()
	config.Routes = []Route{{Path: "/half", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half"))
		panic("lost")
	})}}
	defer func() {
		if recover() != http.ErrAbortHandler || len(spans.Ended()) != 1 || spans.Ended()[0].Status().Description != "aborted" {
			t.Error("the span is not failed")
		}
	}()
	ask(t, New(config), "GET", "/half", "")
}

func TestWithoutTracingThereIsNoTraceID(t *testing.T) {
	config, log := toyConfig()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	New(config).ServeHTTP(httptest.NewRecorder(), r)
	if strings.Contains(log.String(), "trace") {
		t.Errorf("log %s", log)
	}
}
