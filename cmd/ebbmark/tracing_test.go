package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	aatypes "github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/ebbmark/ebbmark/tracing"
)

// spanReceiver takes spans by OTLP/HTTP, as a collector does.
type spanReceiver struct {
	*httptest.Server
	mu      sync.Mutex
	spans   []*tracepb.Span
	raw     bytes.Buffer // all that was sent, decompressed, with the heads
	service string       // service.name
	wrong   []string
}

func startReceiver(t *testing.T) *spanReceiver {
	r := &spanReceiver{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.Close()
		if len(r.wrong) > 0 {
			t.Errorf("wrong requests: %s", r.wrong)
		}
	})
	return r
}

// ServeHTTP takes spans.
func (r *spanReceiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	var from io.Reader = in.Body
	r.mu.Lock()
	defer r.mu.Unlock()
	if in.Header.Get("Content-Encoding") == "gzip" {
		zip, err := gzip.NewReader(in.Body)
		if err != nil {
			r.wrong = append(r.wrong, err.Error())
			return
		}
		from = zip
	}
	body, err := io.ReadAll(from)
	var data tracepb.TracesData
	if err != nil || proto.Unmarshal(body, &data) != nil || in.Method != "POST" || in.URL.Path != "/v1/traces" || in.Header.Get("Content-Type") != "application/x-protobuf" {
		r.wrong = append(r.wrong, fmt.Sprint(in.Method, in.URL, in.Header, err))
	}
	in.Header.Write(&r.raw)
	r.raw.Write(body)
	for _, resource := range data.ResourceSpans {
		for _, a := range resource.GetResource().GetAttributes() {
			if a.Key == "service.name" {
				r.service = a.Value.GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
}

// got are the spans that have come with a name.
func (r *spanReceiver) got(name string) (list []*tracepb.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		if s.Name == name {
			list = append(list, s)
		}
	}
	return list
}

// one is the only span of a name that is a child of another (nil: of any).
func (r *spanReceiver) one(t *testing.T, name string, parent *tracepb.Span) *tracepb.Span {
	t.Helper()
	list := r.got(name)
	if parent != nil {
		list = slices.DeleteFunc(list, func(s *tracepb.Span) bool {
			return !bytes.Equal(s.ParentSpanId, parent.SpanId) || !bytes.Equal(s.TraceId, parent.TraceId)
		})
	}
	if len(list) != 1 {
		t.Fatalf("%d spans %s, of %s", len(list), name, r.names())
	}
	return list[0]
}

func (r *spanReceiver) names() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		list = append(list, s.Name)
	}
	return list
}

// told is what a span says, as text.
func told(s *tracepb.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			if text := a.Value.GetStringValue(); text != "" {
				return text
			}
			return fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return ""
}

// traceEnv sets variables of OpenTelemetry, for the program and for the library,
// and clears the others.
func traceEnv(t *testing.T, more map[string]string) map[string]string {
	t.Helper()
	env := testEnv()
	for _, name := range []string{"OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_SERVICE_NAME",
		"OTEL_RESOURCE_ATTRIBUTES", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_MAX_QUEUE_SIZE"} {
		t.Setenv(name, more[name])
	}
	for name, value := range more {
		env[name] = value
	}
	return env
}

// eventually asks until it is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 seconds: %s", what)
		}
	}
}

const secretDocument = `{"Version":"2012-10-17","Statement":[{"Sid":"DoNotTellThis","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`

// TestTracesOfServe: a client with a trace of its own asks for a report, a browser
// looks at a page, an analyzer scans, a source is read.
func TestTracesOfServe(t *testing.T) {
	t.Chdir(t.TempDir())
	receiver := startReceiver(t)
	env := traceEnv(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.URL, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_BSP_SCHEDULE_DELAY": "20",
		"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test", "OTEL_EXPORTER_OTLP_HEADERS": "X-Key=a%20key"})
	if err := os.Mkdir("logs", 0o755); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, env, "--source", "logs", "--source-interval", "1s", "--scan-after-ingest", "--log-format", "json")

	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	keys := credentials.NewStaticCredentialsProvider(testKey, testSecret, "")
	client := iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: &s.endpoint, RetryMaxAttempts: 1, Credentials: keys})
	user := aws.String("someone")
	made, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: user})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: user, PolicyName: user, PolicyDocument: aws.String(secretDocument)})
	if err != nil {
		t.Fatal(err)
	}
	given, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GenerateServiceLastAccessedDetails(t.Context(), &iam.GenerateServiceLastAccessedDetailsInput{Arn: made.User.Arn}, func(o *iam.Options) {
		o.APIOptions = append(o.APIOptions, smithyhttp.AddHeaderValue("traceparent", "00-"+trace+"-"+parent+"-01"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("nobody-such")}); err == nil {
		t.Fatal("found nobody")
	}
	_, err = accessanalyzer.New(accessanalyzer.Options{Region: "us-east-1", BaseEndpoint: &s.endpoint, RetryMaxAttempts: 1, Credentials: keys}).
		CreateAnalyzer(t.Context(), &accessanalyzer.CreateAnalyzerInput{AnalyzerName: aws.String("outside"), Type: aatypes.TypeAccount})
	if err != nil {
		t.Fatal(err)
	}
	cookies := signInAndLook(t, s)
	writeFile(t, "logs/one.json", []byte(oneRecord()))
	eventually(t, "a scan, and a look at the source", func() bool {
		return len(receiver.got("analyzer scan")) > 0 && len(receiver.got("ingest file")) > 0 && len(receiver.got("ingest look")) > 0
	})
	if code := s.stop(); code != 0 {
		t.Fatalf("code %d\n%s", code, s.stderr)
	}

	if receiver.service != "ebbmark" {
		t.Errorf("service %q", receiver.service)
	}
	generate := receiver.one(t, "iam.GenerateServiceLastAccessedDetails", nil)
	if hex.EncodeToString(generate.TraceId) != trace || hex.EncodeToString(generate.ParentSpanId) != parent || generate.Kind != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("the client's trace is not continued: %v", generate)
	}
	for key, want := range map[string]string{"rpc.system": "aws-api", "rpc.service": "iam", "rpc.method": "GenerateServiceLastAccessedDetails",
		"http.request.method": "POST", "http.response.status_code": "200", "ebbmark.caller.account": "111122223333"} {
		if got := told(generate, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if id := told(generate, "aws.request_id"); id == "" || !strings.Contains(s.stderr.String(), `"request":"`+id+`","trace_id":"`+trace+`"`) {
		t.Errorf("the log does not tell the trace of request %q", id)
	}
	if job := receiver.one(t, "report job", generate); told(job, "ebbmark.job.account") != "111122223333" {
		t.Errorf("job %v", job)
	}
	if refused := receiver.one(t, "iam.GetUser", nil); told(refused, "error.type") != "NoSuchEntity" || told(refused, "http.response.status_code") != "404" ||
		refused.Status.GetCode() != tracepb.Status_STATUS_CODE_UNSET || len(refused.ParentSpanId) != 0 {
		t.Errorf("refused: %v", refused)
	}
	page := receiver.one(t, "GET /console/{kind}", nil)
	if inner := receiver.one(t, "iam.ListPolicies", page); inner.Kind != tracepb.Span_SPAN_KIND_INTERNAL || page.Kind != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("page %v, its call %v", page, inner)
	}
	file := receiver.one(t, "ingest file", nil)
	if look := receiver.got("ingest look"); !slices.ContainsFunc(look, func(s *tracepb.Span) bool { return bytes.Equal(s.SpanId, file.ParentSpanId) }) {
		t.Errorf("file %v belongs to no look", file)
	}
	if scan := receiver.got("analyzer scan")[0]; told(scan, "ebbmark.analyzer.name") != "outside" || told(scan, "ebbmark.analyzer.type") == "" {
		t.Errorf("scan %v", scan)
	}
	sent := receiver.raw.String()
	if !strings.Contains(sent, "deployment.environment.name") || !strings.Contains(sent, "X-Key: a key") {
		t.Error("what the environment says is missing")
	}
	for _, secret := range append(cookies, testSecret, *given.AccessKey.SecretAccessKey, testKey, *given.AccessKey.AccessKeyId, "DoNotTellThis", "Signature", "AWS4-HMAC", "user/someone") {
		if strings.Contains(sent, secret) {
			t.Errorf("%q was sent", secret)
		}
	}
}

// signInAndLook looks at a page of the console, and returns the values of the
// cookies and the token that it got.
func signInAndLook(t *testing.T, s *server) (secrets []string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	token := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(browse(t, browser, s.endpoint+"/"))
	if token == nil {
		t.Fatal("no sign-in form")
	}
	response, err := browser.PostForm(s.endpoint+"/console/signin", url.Values{"csrf": {token[1]}, "key": {testKey}, "secret": {testSecret}, "region": {"us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if page := browse(t, browser, s.endpoint+"/console/policies?scope=AWS"); !strings.Contains(page, "AdministratorAccess</a>") {
		t.Errorf("policies of AWS:\n%s", page)
	}
	at, _ := url.Parse(s.endpoint + "/console/")
	for _, c := range jar.Cookies(at) {
		secrets = append(secrets, c.Value)
	}
	if len(secrets) == 0 {
		t.Fatal("no cookies")
	}
	return append(secrets, token[1])
}

func TestTracesOfIngest(t *testing.T) {
	t.Chdir(t.TempDir())
	receiver := startReceiver(t)
	env := traceEnv(t, map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": receiver.URL + "/v1/traces", "OTEL_SERVICE_NAME": "reader"})
	good := writeFile(t, "logs/good.json", []byte(oneRecord()))
	writeFile(t, "logs/bad.json", []byte(`{"Records":[{"secretText":`))
	if code, stderr := runToEnd(t, env, "ingest", "logs"); code != exitFailed {
		t.Fatalf("code %d\n%s", code, stderr)
	}
	if receiver.service != "reader" {
		t.Errorf("service %q", receiver.service)
	}
	look := receiver.one(t, "ingest look", nil)
	if len(look.ParentSpanId) != 0 || told(look, "ebbmark.files.done") != "1" || told(look, "ebbmark.files.failed") != "1" || told(look, "ebbmark.records") != "1" {
		t.Errorf("look %v", look)
	}
	files := receiver.got("ingest file")
	if len(files) != 2 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		name := told(f, "ebbmark.object.name")
		failed := filepath.Base(name) == "bad.json"
		wrong := f.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR
		if !bytes.Equal(f.ParentSpanId, look.SpanId) || told(f, "ebbmark.source.kind") != "file" || failed != wrong {
			t.Errorf("file %v", f)
		}
		if !failed && (filepath.Base(name) != filepath.Base(good) || told(f, "ebbmark.records") != "1" || told(f, "ebbmark.bytes") != fmt.Sprint(len(oneRecord()))) {
			t.Errorf("file %v", f)
		}
	}
	if strings.Contains(receiver.raw.String(), "secretText") {
		t.Error("text of a file was sent")
	}
}

// TestNoTraces: nothing leaves the machine, and nothing runs, unless it is asked
// for and possible.
func TestNoTraces(t *testing.T) {
	receiver := startReceiver(t)
	const at = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for name, c := range map[string]struct {
		env  map[string]string
		says string
	}{
		"nothing is said":              {nil, ""},
		"an exporter, and no receiver": {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, "does not say where"},
		"none":                         {map[string]string{at: receiver.URL, "OTEL_TRACES_EXPORTER": "none"}, ""},
		"disabled":                     {map[string]string{at: receiver.URL, "OTEL_SDK_DISABLED": "True"}, ""},
		"an unknown exporter":          {map[string]string{at: receiver.URL, "OTEL_TRACES_EXPORTER": "zipkin"}, "want otlp or none"},
		"gRPC":                         {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "want http/protobuf"},
		"no address":                   {map[string]string{at: "s3cret@collector:4318"}, at + ": want http://HOST:PORT"},
		"a broken header":              {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_HEADERS": "s3cret"}, "want NAME=VALUE"},
		"a timeout of words":           {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_TIMEOUT": "long"}, "want milliseconds"},
		"another compression":          {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "zstd"}, "want gzip or none"},
		"no such authority":            {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere.pem"}, "OTEL_EXPORTER_OTLP_CERTIFICATE"},
		"half a certificate":           {map[string]string{at: receiver.URL, "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/nowhere.pem"}, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			env := traceEnv(t, c.env)
			p, stderr := testProgram(env)
			log, _ := p.logger("info", "text")
			end := p.startTraces(log)
			if tracing.On() || strings.Contains(goroutines(), "go.opentelemetry.io") {
				t.Errorf("something runs:\n%s", goroutines())
			}
			end()
			if says := stderr.String(); strings.Contains(says, "s3cret") || (says != "") != (c.says != "") || !strings.Contains(says, c.says) {
				t.Errorf("the log says %q, want %q", says, c.says)
			}
			writeFile(t, "one.json", []byte(oneRecord()))
			if code, stderr := runToEnd(t, env, "ingest", "one.json"); code != 0 {
				t.Errorf("code %d\n%s", code, stderr)
			}
			if names := receiver.names(); len(names) > 0 {
				t.Errorf("%s were sent", names)
			}
		})
	}
}

func goroutines() string {
	stacks := make([]byte, 1<<20)
	return string(stacks[:runtime.Stack(stacks, true)])
}

func TestSampling(t *testing.T) {
	receiver := startReceiver(t)
	t.Chdir(t.TempDir())
	env := traceEnv(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.URL, "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"})
	writeFile(t, "one.json", []byte(oneRecord()))
	if code, stderr := runToEnd(t, env, "ingest", "one.json"); code != 0 || strings.Contains(stderr, "not sent") || len(receiver.names()) > 0 {
		t.Errorf("code %d, %s sent\n%s", code, receiver.names(), stderr)
	}
}

// TestABadReceiverHoldsNobodyUp: neither requests nor the end of the program wait
// for a receiver that is silent, fails or is away.
func TestABadReceiverHoldsNobodyUp(t *testing.T) {
	flushTime = 300 * time.Millisecond
	t.Cleanup(func() { flushTime = 5 * time.Second })
	release := make(chan struct{})
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		lines  int // about trouble, at least and at most
	}{
		"silent": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}, 1},
		"failing": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }, 1},
		"busy": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "100000")
			http.Error(w, "later", http.StatusServiceUnavailable)
		}, 1},
		"away": {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, 1},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			asked := make(chan string, 1000)
			bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.URL.Path
				io.Copy(io.Discard, r.Body)
				c.answer(w, r)
			}))
			t.Cleanup(bad.Close)
			s := startServe(t, traceEnv(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": bad.URL, "OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BSP_MAX_QUEUE_SIZE": "8"}))
			ask := func() {
				response, err := http.Get(s.endpoint + "/?Action=GetUser&Version=2010-05-08")
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
			}
			ask()
			if path := <-asked; path != "/v1/traces" {
				t.Errorf("sent to %s", path)
			}
			start := time.Now()
			for range 200 {
				ask()
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("200 requests took %s", took)
			}
			start = time.Now()
			code := s.stop()
			if took := time.Since(start); code != 0 || took > 5*time.Second {
				t.Errorf("it stopped after %s with code %d", took, code)
			}
			log := s.stderr.String()
			if n := strings.Count(log, "trouble with traces"); n != c.lines || !strings.Contains(log, "spans were not sent") {
				t.Errorf("%d lines:\n%s", n, log)
			}
			eventually(t, "no goroutine of tracing is left", func() bool { return !strings.Contains(goroutines(), "go.opentelemetry.io") })
			for len(asked) > 0 {
				if path := <-asked; path != "/v1/traces" {
					t.Errorf("sent to %s", path)
				}
			}
		})
	}
	close(release)
}

// TestSpansAreSentAgain to a receiver that was busy, and once to one that says no.
func TestSpansAreSentAgain(t *testing.T) {
	for status, want := range map[int]int{429: 3, 502: 3, 503: 3, 504: 3, 400: 1, 500: 1} {
		asked := 0
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked < 3 {
				w.WriteHeader(status)
			}
		}))
		p, _ := testProgram(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.URL + "/base/"})
		c, err := p.traceClient()
		if err != nil || c.target.Path != "/base/v1/traces" {
			t.Fatal(c, err)
		}
		c.pause = time.Millisecond
		spans := []*tracepb.ResourceSpans{{ScopeSpans: []*tracepb.ScopeSpans{{Spans: []*tracepb.Span{{}, {}}}}}}
		err = c.UploadTraces(t.Context(), spans)
		receiver.Close()
		if asked != want || (err == nil) != (want == 3) || (c.sent.Load() == 2) != (want == 3) {
			t.Errorf("%d: asked %d times, %d spans sent, %v", status, asked, c.sent.Load(), err)
		}
	}
}

// TestRefusedSpansAreTold: the answers are literal ExportTraceServiceResponses.
func TestRefusedSpansAreTold(t *testing.T) {
	for answer, c := range map[string]struct {
		sent int64
		says string
	}{
		"":                                {2, ""},
		"\x0a\x00":                        {2, ""},
		"\x0a\x0b\x08\x01\x12\x07too old": {1, `it refused 1: "too old"`},
		"\x0a\x04\x12\x02hm":              {2, `it refused 0: "hm"`}, // a warning
		"\x0a\xff":                        {2, ""},
		"<html>":                          {2, ""},
	} {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
		p, _ := testProgram(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.URL})
		client, err := p.traceClient()
		if err != nil {
			t.Fatal(err)
		}
		err = client.UploadTraces(t.Context(), []*tracepb.ResourceSpans{{ScopeSpans: []*tracepb.ScopeSpans{{Spans: []*tracepb.Span{{}, {}}}}}})
		receiver.Close()
		if client.sent.Load() != c.sent || (err != nil) != (c.says != "") || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%q: %d sent, %v", answer, client.sent.Load(), err)
		}
	}
}

// TestTracesByTLS trusts who the environment says, and tells nobody the key in
// the address.
func TestTracesByTLS(t *testing.T) {
	receiver := &spanReceiver{}
	receiver.Server = httptest.NewTLSServer(receiver)
	t.Cleanup(receiver.Close)
	authority := writeFile(t, filepath.Join(t.TempDir(), "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}))
	for _, trusted := range []bool{true, false} {
		env := map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": receiver.URL + "/v1/traces?key=s3cret"}
		if trusted {
			env["OTEL_EXPORTER_OTLP_CERTIFICATE"] = authority
		}
		p, _ := testProgram(env)
		c, err := p.traceClient()
		if err != nil {
			t.Fatal(err)
		}
		c.hurry()
		err = c.UploadTraces(t.Context(), []*tracepb.ResourceSpans{{}})
		if (err == nil) != trusted || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("trusted %v: %v", trusted, err)
		}
	}
}

func TestTroubleIsToldNowAndThen(t *testing.T) {
	var log bytes.Buffer
	trouble := &traceTrouble{log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 1000 {
		trouble.Handle(context.DeadlineExceeded)
	}
	trouble.last = trouble.last.Add(-traceErrorsEvery)
	trouble.Handle(context.DeadlineExceeded)
	if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), "=999\n") {
		t.Errorf("%d lines:\n%s", n, &log)
	}
}
