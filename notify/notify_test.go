package notify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

const (
	testSecret = "a-secret-of-both-sides"
	idleID     = "6f1c0c1e-0000-4000-8000-000000000001"
	bobID      = "6f1c0c1e-0000-4000-8000-000000000003"
)

// queue is an outbox in memory. Events leave it from the front.
type queue struct {
	events []Event
	broken int // calls of Done that fail
	denied int // calls of Pending that fail
}

var errOutbox = errors.New("the disk is full")

func (q *queue) Pending(_ context.Context, limit int) ([]Event, error) {
	if q.denied > 0 {
		q.denied--
		return nil, errOutbox
	}
	return slices.Clone(q.events[:min(limit, len(q.events))]), nil
}

func (q *queue) add(id, resource string, status finding.Status, updated string) {
	at, err := time.Parse(time.RFC3339, updated)
	if err != nil {
		panic(err)
	}
	f := &finding.Finding{
		ID: id, Resource: resource, ResourceType: finding.RoleResource, Owner: "111122223333", Type: finding.UnusedIAMRole,
		Status: status, CreatedAt: at, UpdatedAt: at, AnalyzedAt: at,
	}
	name := finding.Name{Partition: "aws", Region: "us-east-1", Account: "111122223333", Name: "unused"}
	q.events = append(q.events, Event{name, f, func(ctx context.Context) error { return q.done(ctx, f) }})
}

func (q *queue) done(ctx context.Context, f *finding.Finding) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if q.broken > 0 {
		q.broken--
		return errOutbox
	}
	if i := slices.IndexFunc(q.events, func(e Event) bool { return e.Finding == f }); i >= 0 {
		q.events = q.events[i+1:]
	}
	return nil
}

// twoEvents are of one finding, and one of another.
func twoEvents() *queue {
	q := &queue{}
	q.add(idleID, "arn:aws:iam::111122223333:role/idle", finding.Active, "2026-06-01T12:00:00Z")
	q.add(bobID, "arn:aws:iam::111122223333:role/bob", finding.Active, "2026-06-01T12:00:00Z")
	q.add(idleID, "arn:aws:iam::111122223333:role/idle", finding.Resolved, "2026-06-02T12:00:00Z")
	return q
}

// The ids of those events.
const (
	idleActive   = "685f266e"
	bobActive    = "c584905f"
	idleResolved = "c8c879b1"
)

// received is a request as a target saw it.
type received struct {
	header http.Header
	body   string
}

// target is a server that answers one request after the other as it is told,
// and with 204 when nothing is left to tell.
type target struct {
	*httptest.Server
	seen []received // not to be read before the sender has ended
}

func newTarget(t *testing.T, answers ...http.HandlerFunc) *target {
	x := &target{}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x.seen = append(x.seen, received{r.Header, string(body)})
		if n := len(x.seen) - 1; n < len(answers) {
			answers[n](w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(x.Close)
	return x
}

// ids are the beginnings of the event ids that came, in order.
func (x *target) ids() (list []string) {
	for _, r := range x.seen {
		list = append(list, r.header.Get("Ebbmark-Event-Id")[:8])
	}
	return list
}

func code(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func later(status int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		http.Error(w, "come\tback\nlater", status)
	}
}

// run is a sender that ran until the outbox was empty or it gave up.
type run struct {
	*Sender
	pauses []time.Duration // but the one at an empty outbox
	log    bytes.Buffer
	err    error
}

// deliver runs a sender for a target.
func deliver(t *testing.T, q *queue, url string, change ...func(*Config)) *run {
	t.Helper()
	r := &run{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := Config{
		URL: url, Secret: testSecret, Outbox: q, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Clock: func() time.Time { return time.Unix(1_780_315_200, 0) },
		Wait: func(ctx context.Context, pause time.Duration) error {
			if len(q.events) == 0 {
				cancel()
			} else {
				r.pauses = append(r.pauses, pause)
			}
			return ctx.Err()
		},
	}
	for _, f := range change {
		f(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Sender = s
	r.err = s.Run(ctx)
	return r
}

func (r *run) want(t *testing.T, counts Counts, pauses ...time.Duration) {
	t.Helper()
	if got := r.Counts(); got != counts || !slices.Equal(r.pauses, pauses) {
		t.Errorf("counts %+v, pauses %v; want %+v, %v; log:\n%s", got, r.pauses, counts, pauses, &r.log)
	}
}

func (x *target) want(t *testing.T, ids ...string) {
	t.Helper()
	if got := x.ids(); !slices.Equal(got, ids) {
		t.Errorf("the target got %q, want %q", got, ids)
	}
}

func TestEventsAreSignedAndInOrder(t *testing.T) {
	x, q := newTarget(t), twoEvents()
	r := deliver(t, q, x.URL)
	if !errors.Is(r.err, context.Canceled) {
		t.Error(r.err)
	}
	r.want(t, Counts{Accepted: 3})
	x.want(t, idleActive, bobActive, idleResolved)
	const body = `{"version":"0","id":"685f266e-9c36-8613-a974-b4933605fe5b","detail-type":"Unused Access Finding for IAM entities"` +
		`,"source":"aws.access-analyzer","account":"111122223333","time":"2026-06-01T12:00:00Z","region":"us-east-1"` +
		`,"resources":["arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"],"detail":{"id":"6f1c0c1e-0000-4000-8000-000000000001","accountId":"111122223333"` +
		`,"resource":"arn:aws:iam::111122223333:role/idle","findingType":"UnusedIAMRole","status":"ACTIVE","analyzedAt":"2026-06-01T12:00:00Z"}}`
	first := x.seen[0]
	if first.body != body {
		t.Errorf("body %s", first.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Ebbmark-Timestamp": "1780315200",
		"Ebbmark-Event-Id":  "685f266e-9c36-8613-a974-b4933605fe5b",
		"Ebbmark-Signature": "b0be6c92c628f2d530846458f083329a67aa342e63d2d657cc5db5a5765d5716", // by Python's hmac
	} {
		if got := first.header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestFailuresAreTriedAgain: the event that follows waits.
func TestFailuresAreTriedAgain(t *testing.T) {
	for _, status := range []int{408, 425, 429, 500, 502, 503, 599} {
		x := newTarget(t, code(status), code(status))
		r := deliver(t, twoEvents(), x.URL)
		r.want(t, Counts{Accepted: 3, Failed: 2}, time.Second, 2*time.Second)
		x.want(t, idleActive, idleActive, idleActive, bobActive, idleResolved)
	}
}

func TestPausesGrowToABound(t *testing.T) {
	answers := make([]http.HandlerFunc, 12)
	for i := range answers {
		answers[i] = code(500)
	}
	x := newTarget(t, answers...)
	r := deliver(t, twoEvents(), x.URL, func(c *Config) { c.Jitter = func() float64 { return 0.5 } })
	r.want(t, Counts{Accepted: 3, Failed: 12},
		750*time.Millisecond, 1500*time.Millisecond, 3*time.Second, 6*time.Second, 12*time.Second, 24*time.Second, 48*time.Second, 96*time.Second,
		192*time.Second, 225*time.Second, 225*time.Second, 225*time.Second)
}

func TestRetryAfterIsHonoured(t *testing.T) {
	x := newTarget(t, later(429, "90"), later(503, "Mon, 01 Jun 2026 12:02:00 GMT"), later(503, "86400"), later(500, "soon"))
	r := deliver(t, twoEvents(), x.URL)
	r.want(t, Counts{Accepted: 3, Failed: 4}, 90*time.Second, 120*time.Second, time.Hour, 8*time.Second)
	if !strings.Contains(r.log.String(), `reason="answer 429: come back later"`) {
		t.Errorf("log: %s", &r.log)
	}
}

// TestAHangingTargetIsCutOff: before the answer, and within it.
func TestAHangingTargetIsCutOff(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	within := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	x := newTarget(t, hang, within)
	r := deliver(t, twoEvents(), x.URL, func(c *Config) { c.Timeout = 500 * time.Millisecond })
	r.want(t, Counts{Accepted: 3, Failed: 2}, time.Second, 2*time.Second)
	if !strings.Contains(r.log.String(), "no answer within 500ms") {
		t.Errorf("log: %s", &r.log)
	}
}

func TestATargetThatCannotBeReached(t *testing.T) {
	x := newTarget(t)
	q, secretPath := twoEvents(), "/hook/in-the-path"
	down := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	tries := 0
	r := deliver(t, q, x.URL+secretPath, func(c *Config) {
		c.Transport = roundTrip(func(q *http.Request) (*http.Response, error) {
			if tries++; tries == 1 {
				return down(q)
			}
			return http.DefaultTransport.RoundTrip(q)
		})
	})
	r.want(t, Counts{Accepted: 3, Failed: 1}, time.Second)
	if log := r.log.String(); !strings.Contains(log, "connection refused") || strings.Contains(log, secretPath) || strings.Contains(log, testSecret) {
		t.Errorf("log: %s", log)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestRedirectsAreNotFollowed: another host gets nothing at all.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := newTarget(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		x := newTarget(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/secret", status) })
		r := deliver(t, twoEvents(), x.URL)
		r.want(t, Counts{Accepted: 2, GivenUp: 1})
		x.want(t, idleActive, bobActive, idleResolved)
		if log := r.log.String(); !strings.Contains(log, "configure the final URL (it points to "+other.URL+")") || !strings.Contains(log, "finding="+idleID) {
			t.Errorf("%d: log: %s", status, log)
		}
	}
	other.want(t)
}

func TestOtherRefusalsGiveUp(t *testing.T) {
	for _, status := range []int{304, 400, 401, 403, 404, 405, 413, 422} {
		x := newTarget(t, code(status))
		r := deliver(t, twoEvents(), x.URL)
		r.want(t, Counts{Accepted: 2, GivenUp: 1})
		x.want(t, idleActive, bobActive, idleResolved)
	}
}

func TestGoneEndsDelivery(t *testing.T) {
	x, q := newTarget(t, code(204), code(410)), twoEvents()
	r := deliver(t, q, x.URL)
	if !errors.Is(r.err, ErrGone) || len(q.events) != 2 {
		t.Errorf("ended with %v, %d events are left", r.err, len(q.events))
	}
	x.want(t, idleActive, bobActive)
	r.want(t, Counts{Accepted: 1, Gone: true})
	deliver(t, q, x.URL)
	x.want(t, idleActive, bobActive, bobActive, idleResolved)
}

// TestDoneThatFails comes in pairs: the note that an event is done was not
// written, or the process ended before.
func TestDoneThatFails(t *testing.T) {
	x, q := newTarget(t), twoEvents()
	q.broken = 2
	r := deliver(t, q, x.URL)
	r.want(t, Counts{Accepted: 3}, time.Second, 2*time.Second)
	x.want(t, idleActive, bobActive, idleResolved)

	x, q = newTarget(t), twoEvents()
	q.broken = 1
	crash := deliver(t, q, x.URL, func(c *Config) {
		c.Wait = func(context.Context, time.Duration) error { return context.Canceled }
		c.Outbox = once{q, new(bool)}
	})
	if !errors.Is(crash.err, ErrGone) {
		t.Error(crash.err)
	}
	x.want(t, idleActive)
	deliver(t, q, x.URL)
	x.want(t, idleActive, idleActive, bobActive, idleResolved)
	if x.seen[0].body != x.seen[1].body || x.seen[0].header.Get("Ebbmark-Event-Id") != x.seen[1].header.Get("Ebbmark-Event-Id") {
		t.Error("the same event was sent with another id or body")
	}
}

// once is an outbox whose process ends after one look.
type once struct {
	*queue
	looked *bool
}

func (o once) Pending(ctx context.Context, limit int) ([]Event, error) {
	if *o.looked {
		return nil, ErrGone // ends Run
	}
	*o.looked = true
	return o.queue.Pending(ctx, limit)
}

func TestAnOutboxThatCannotBeRead(t *testing.T) {
	x, q := newTarget(t), twoEvents()
	q.denied = 2
	r := deliver(t, q, x.URL)
	r.want(t, Counts{Accepted: 3}, time.Second, 2*time.Second)
	x.want(t, idleActive, bobActive, idleResolved)
}

// TestAnEmptyOutboxIsLookedAtLessAndLess, until it has something again.
func TestAnEmptyOutboxIsLookedAtLessAndLess(t *testing.T) {
	x, q := newTarget(t), &queue{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pauses []time.Duration
	s, err := New(Config{
		URL: x.URL, Secret: testSecret, Outbox: q, Clock: time.Now,
		Wait: func(ctx context.Context, pause time.Duration) error {
			switch pauses = append(pauses, pause); len(pauses) {
			case 6:
				q.events = twoEvents().events
				for i := range q.events {
					q.events[i].Done = func(context.Context) error { q.events = q.events[1:]; return nil }
				}
			case 8:
				cancel()
			}
			return ctx.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Run(ctx)
	const ms = time.Millisecond
	if want := []time.Duration{500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 5000 * ms, 5000 * ms, 500 * ms, 1000 * ms}; !slices.Equal(pauses, want) {
		t.Errorf("pauses %v", pauses)
	}
	x.want(t, idleActive, bobActive, idleResolved)
}

// TestStoppingAfterTheAnswer: what was accepted is noted.
func TestStoppingAfterTheAnswer(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	x, q := newTarget(t), twoEvents()
	s, err := New(Config{
		URL: x.URL, Secret: testSecret, Outbox: q, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			defer stop()
			return http.DefaultTransport.RoundTrip(r)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(ctx); !errors.Is(err, context.Canceled) || len(q.events) != 2 || s.Counts().Accepted != 1 {
		t.Errorf("%v, %d events are left, %+v", err, len(q.events), s.Counts())
	}
}

// TestStopping: the server stops while the target has an event.
func TestStopping(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	x := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	})
	q := twoEvents()
	s, err := New(Config{URL: x.URL, Secret: testSecret, Outbox: q, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(ctx); !errors.Is(err, context.Canceled) || len(q.events) != 3 || s.Counts() != (Counts{}) {
		t.Errorf("%v, %d events are left, %+v", err, len(q.events), s.Counts())
	}
}

func TestLongAnswersAreCut(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("no ", 1000)); err != nil {
				return
			}
		}
	}
	x := newTarget(t, endless)
	r := deliver(t, twoEvents(), x.URL)
	r.want(t, Counts{Accepted: 3, Failed: 1}, time.Second)
	if log := r.log.String(); len(log) > 600 || !strings.Contains(log, "no no no") {
		t.Errorf("log: %s", log)
	}
}

func TestTargetsAndSecretsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		url, secret string
		insecure    bool
		want        string // empty: it is taken
	}{
		"https":                      {"https://hooks.example.com/a?b=c", testSecret, false, ""},
		"http on this machine":       {"http://127.0.0.1:8080/", testSecret, false, ""},
		"http on this machine, IPv6": {"http://[::1]:8080/", testSecret, false, ""},
		"http by name":               {"http://localhost/", testSecret, false, ""},
		"http elsewhere":             {"http://hooks.example.com/", testSecret, false, "findings can be read on the way"},
		"http elsewhere, as asked":   {"http://hooks.example.com/", testSecret, true, ""},
		"a name that looks like it":  {"http://127.0.0.1.example.com/", testSecret, false, "findings can be read on the way"},
		"another scheme":             {"ftp://hooks.example.com/", testSecret, false, "neither https nor http"},
		"no host":                    {"https:///path", testSecret, false, "want https://HOST/PATH"},
		"a port alone":               {"https://:80/", testSecret, false, "want https://HOST/PATH"},
		"no URL":                     {"https://exa mple.com/", testSecret, false, "want https://HOST/PATH"},
		"a fragment":                 {"https://hooks.example.com/#x", testSecret, false, "fragment"},
		"no secret":                  {"https://hooks.example.com/", "", false, "the secret has 0 bytes: want at least 16"},
	} {
		_, err := New(Config{URL: c.url, InsecureHTTP: c.insecure, Secret: c.secret, Outbox: &queue{}, Clock: time.Now})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error repeats the URL: %v", name, err)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "120", "-1", "99999999999999999999", "Mon, 01 Jun 2026 12:02:00 GMT", "Mon, 01 Jun 0000 00:00:00 GMT", "1.5"} {
		f.Add(s)
	}
	now := time.Unix(1_780_315_200, 0)
	f.Fuzz(func(t *testing.T, text string) {
		if d := retryAfter(text, now); d < 0 || d > time.Hour {
			t.Errorf("%q: %v", text, d)
		}
	})
}
