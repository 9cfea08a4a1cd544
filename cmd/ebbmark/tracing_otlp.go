package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// How spans are sent.
const (
	traceTimeout    = 10 * time.Second // of one attempt, unless the environment says another
	traceFirstPause = time.Second      // between two attempts; doubles
	traceLastPause  = 16 * time.Second // also when the receiver asks for a longer one
	maxTraceAnswer  = 64 << 10         // bytes of an answer that are read
	maxTraceReason  = 200              // bytes of a reason that are logged
)

// otlpClient sends spans by OTLP over HTTP, in protobuf. OpenTelemetry's own
// client does too, and links all of gRPC to do so.
type otlpClient struct {
	target  *url.URL
	header  http.Header
	zip     bool
	timeout time.Duration // of one attempt
	pause   time.Duration // before the second attempt; doubles
	http    *http.Client
	sent    atomic.Int64 // spans that were taken

	hurried chan struct{} // closed: no attempt is made twice
	stopped context.Context
	hurry   func()
	stop    func() // breaks off what is being sent
}

var _ otlptrace.Client = (*otlpClient)(nil)

// otlpVar is what the environment says about sending traces, or about sending
// anything.
func (p *program) otlpVar(name string) string {
	if value := strings.TrimSpace(p.getenv("OTEL_EXPORTER_OTLP_TRACES_" + name)); value != "" {
		return value
	}
	return strings.TrimSpace(p.getenv("OTEL_EXPORTER_OTLP_" + name))
}

// traceClient is what the environment asks for; nil when no traces are to be
// sent. There is no receiver by default.
func (p *program) traceClient() (*otlpClient, error) {
	wanted, unknown := p.tracesWanted()
	if unknown != "" {
		return nil, fmt.Errorf("OTEL_TRACES_EXPORTER %q: want otlp or none", unknown)
	}
	if !wanted {
		return nil, nil
	}
	target, err := p.traceTarget()
	if target == nil || err != nil {
		return nil, err
	}
	c := &otlpClient{target: target, timeout: traceTimeout, pause: traceFirstPause}
	if says := p.otlpVar("PROTOCOL"); says != "" && says != "http/protobuf" {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL %q: want http/protobuf", says)
	}
	if says := p.otlpVar("TIMEOUT"); says != "" {
		ms, err := strconv.Atoi(says)
		if err != nil || ms <= 0 {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_TIMEOUT %q: want milliseconds", says)
		}
		c.timeout = time.Duration(ms) * time.Millisecond
	}
	switch says := p.otlpVar("COMPRESSION"); says {
	case "gzip":
		c.zip = true
	case "", "none":
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_COMPRESSION %q: want gzip or none", says)
	}
	if c.header, err = readTraceHeaders(p.otlpVar("HEADERS")); err != nil {
		return nil, err
	}
	secure, err := p.traceTLS()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = secure
	// A redirect would take spans and headers to who was not named.
	c.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.hurried = make(chan struct{})
	c.hurry = sync.OnceFunc(func() { close(c.hurried) })
	stopped, stop := context.WithCancel(context.Background())
	c.stopped, c.stop = stopped, func() { stop(); transport.CloseIdleConnections() }
	return c, nil
}

// traceTarget is the address to send to; nil: none is named.
func (p *program) traceTarget() (*url.URL, error) {
	name, path := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""
	says := strings.TrimSpace(p.getenv(name))
	if says == "" {
		name, path = "OTEL_EXPORTER_OTLP_ENDPOINT", "v1/traces"
		says = strings.TrimSpace(p.getenv(name))
	}
	if says == "" {
		if p.getenv("OTEL_TRACES_EXPORTER") != "" {
			return nil, errors.New("OTEL_TRACES_EXPORTER wants traces, and OTEL_EXPORTER_OTLP_ENDPOINT does not say where to send them")
		}
		return nil, nil
	}
	u, err := url.Parse(says)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%s: want http://HOST:PORT or https://HOST:PORT", name) // without the value: it may hold a password
	}
	if path != "" {
		u = u.JoinPath(path)
	}
	return u, nil
}

// readTraceHeaders reads "name=value,name=value", the values escaped as in URLs.
func readTraceHeaders(text string) (http.Header, error) {
	header := http.Header{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || err != nil || name == "" {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS: want NAME=VALUE,NAME=VALUE") // without the value: it is a secret
		}
		header.Set(name, value)
	}
	return header, nil
}

// traceTLS is whom to trust and what to show; nil: as usual.
func (p *program) traceTLS() (*tls.Config, error) {
	authority, cert, key := p.otlpVar("CERTIFICATE"), p.otlpVar("CLIENT_CERTIFICATE"), p.otlpVar("CLIENT_KEY")
	if authority == "" && cert == "" && key == "" {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %w", err)
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: no certificate in %s", authority)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// host is the receiver as logs may tell it.
func (c *otlpClient) host() string { return c.target.Scheme + "://" + c.target.Host }

// Start implements otlptrace.Client.
func (c *otlpClient) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c *otlpClient) Stop(context.Context) error { return nil }

// UploadTraces implements otlptrace.Client. A receiver that is away or busy is
// asked again until ctx ends.
func (c *otlpClient) UploadTraces(ctx context.Context, list []*tracepb.ResourceSpans) error {
	// On the wire these are the same as an ExportTraceServiceRequest.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: list})
	if err != nil {
		return err
	}
	if c.zip {
		if body, err = zipped(body); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.stopped, cancel)()
	for pause := c.pause; ; pause = min(2*pause, traceLastPause) {
		refused, asked, again, err := c.post(ctx, body)
		if err == nil {
			c.sent.Add(countSpans(list) - refused.spans)
			err = refused.err(c)
		}
		if err == nil || !again {
			return err
		}
		select {
		case <-time.After(min(max(pause, asked), traceLastPause)):
		case <-c.hurried:
			return err
		case <-ctx.Done():
			return err
		}
	}
}

// post makes one attempt. again: another one may do better, after the time that
// the receiver has asked for.
func (c *otlpClient) post(ctx context.Context, body []byte) (refused refusedSpans, asked time.Duration, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.target.String(), bytes.NewReader(body))
	if err != nil {
		return refused, 0, false, err
	}
	r.Header = c.header.Clone()
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("User-Agent", "ebbmark/"+programVersion())
	if c.zip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := c.http.Do(r)
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // the rest is the URL, which may hold a key
	}
	if err != nil {
		return refused, 0, true, fmt.Errorf("send spans to %s: %w", c.host(), err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, maxTraceAnswer)) // also so that the connection can be used again
	switch s := answer.StatusCode; {
	case s >= 200 && s < 300:
		return readRefused(said), 0, false, nil
	case s == http.StatusTooManyRequests || s == http.StatusBadGateway || s == http.StatusServiceUnavailable || s == http.StatusGatewayTimeout:
		again = true
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		asked = min(time.Duration(seconds), traceLastPause/time.Second) * time.Second
	}
	return refused, asked, again, fmt.Errorf("send spans to %s: it answered %s", c.host(), answer.Status)
}

// refusedSpans are those of a batch that a receiver did not want, and why.
type refusedSpans struct {
	spans int64
	why   string
}

func (r refusedSpans) err(c *otlpClient) error {
	if r == (refusedSpans{}) {
		return nil
	}
	return fmt.Errorf("send spans to %s: it refused %d: %q", c.host(), r.spans, r.why[:min(len(r.why), maxTraceReason)])
}

// readRefused reads an ExportTraceServiceResponse: its field 1, a message, has
// the number of refused spans as field 1 and the reason as field 2.
func readRefused(answer []byte) (r refusedSpans) {
	eachField(answer, func(number protowire.Number, _ uint64, message []byte) {
		if number != 1 {
			return
		}
		eachField(message, func(number protowire.Number, n uint64, text []byte) {
			switch number {
			case 1:
				r.spans = int64(n)
			case 2:
				r.why = string(text)
			}
		})
	})
	return r
}

// eachField walks through the fields of a message, which are numbers or bytes,
// until one cannot be read.
func eachField(message []byte, do func(number protowire.Number, n uint64, text []byte)) {
	for len(message) > 0 {
		number, kind, length := protowire.ConsumeTag(message)
		if length < 0 {
			return
		}
		message = message[length:]
		var n uint64
		var text []byte
		switch kind {
		case protowire.VarintType:
			n, length = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			text, length = protowire.ConsumeBytes(message)
		default:
			length = protowire.ConsumeFieldValue(number, kind, message)
		}
		if length < 0 {
			return
		}
		do(number, n, text)
		message = message[length:]
	}
}

func zipped(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(body)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

func countSpans(list []*tracepb.ResourceSpans) (n int64) {
	for _, r := range list {
		for _, s := range r.ScopeSpans {
			n += int64(len(s.Spans))
		}
	}
	return n
}
