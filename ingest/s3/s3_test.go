package s3_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/s3"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a bucket "trail" on a real server, with a proxy before it.
type world struct {
	proxy  *proxy
	direct *api.Client // past the proxy
	client *s3.Client  // through it
}

func newWorld(t *testing.T) *world {
	t.Helper()
	endpoint := servers.S3(t)
	w := &world{proxy: newProxy(t, endpoint)}
	w.direct = api.NewFromConfig(awsConfig(endpoint), func(o *api.Options) { o.UsePathStyle = true })
	w.client = s3.New(s3.Config{AWS: awsConfig(w.proxy.server.URL), Idle: 300 * time.Millisecond, Backoff: 20 * time.Millisecond})
	if _, err := w.direct.CreateBucket(t.Context(), &api.CreateBucketInput{Bucket: aws.String("trail")}); err != nil {
		t.Fatal(err)
	}
	return w
}

func awsConfig(endpoint string) aws.Config {
	return aws.Config{
		Region: servers.Region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, ""),
	}
}

func (w *world) put(t *testing.T, key string, body []byte) {
	t.Helper()
	if _, err := w.direct.PutObject(t.Context(), &api.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) source(prefix string) *s3.Source {
	return &s3.Source{Client: w.client, Bucket: "trail", Prefix: prefix, Now: func() time.Time { return noon }}
}

// read ingests a source of the bucket.
func (w *world) read(t *testing.T, s store.Store, sources ...ingest.Source) ingest.Summary {
	t.Helper()
	sum, err := ingest.New(ingest.Config{Store: s, Sources: sources, Now: func() time.Time { return noon }, Workers: 4}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// log is a log file of n records of account 111122223333, beginning with id.
func log(id, n int) []byte {
	var list []string
	for i := id; i < id+n; i++ {
		list = append(list, fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAUSEREXAMPLE%06[2]d","arn":"arn:aws:iam::111122223333:user/u%[2]d","accountId":"111122223333"},"eventTime":"2026-05-%02[3]dT10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventID":"0a1b2c3d-0000-4000-8000-%012[1]d","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"}`, i, i%50, 1+i%28))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, `{"Records":[`+strings.Join(list, ",")+`]}`)
	z.Close()
	return b.Bytes()
}

// key is a key of CloudTrail's layout (CT-50).
func key(region, day, unique string) string {
	return fmt.Sprintf("AWSLogs/111122223333/CloudTrail/%s/%s/111122223333_CloudTrail_%s_%sT0805Z_%s.json.gz", region, day, region, strings.ReplaceAll(day, "/", ""), unique)
}

// facts is all facts of the account as text, in order.
func facts(t *testing.T, s store.Store) string {
	t.Helper()
	var lines []string
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: "111122223333"}) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%+v %v %v %v", f.Key, f.First, f.Last, slices.Collect(f.Days.All())))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// names are the objects of a source with what is to be done with them.
func names(t *testing.T, s ingest.Source) (list []string) {
	t.Helper()
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		text := o.Name
		if o.Skip != "" {
			text += " skip: " + o.Skip
		}
		if o.Err != nil {
			text += " error: " + o.Err.Error()
		}
		list = append(list, text)
	}
	return list
}

func TestWalk(t *testing.T) {
	w := newWorld(t)
	may30, may31 := key("eu-west-1", "2026/05/30", "a"), key("eu-west-1", "2026/05/31", "b")
	organization := "central/AWSLogs/o-exampleorg1/444455556666/CloudTrail/us-east-1/2026/05/31/444455556666_CloudTrail_us-east-1_20260531T0805Z_c.json.gz"
	for _, k := range []string{may30, may31, organization, "plain/deep/er/and/deeper/x.json.gz", "plain-old/y.json.gz",
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/d.json.gz", "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/05/31/i.json.gz",
		"AWSLogs/111122223333/Config/eu-west-1/2026/5/31/c.json.gz"} {
		w.put(t, k, log(1, 1))
	}
	all := []string{
		"s3://trail/" + may30, "s3://trail/" + may31,
		"s3://trail/AWSLogs/111122223333/CloudTrail-Digest/ skip: digest file: whole folder, not listed",
		"s3://trail/AWSLogs/111122223333/CloudTrail-Insight/ skip: Insights events: whole folder, not listed",
		"s3://trail/AWSLogs/111122223333/Config/ skip: log of another service: whole folder, not listed",
		"s3://trail/" + organization, "s3://trail/plain-old/y.json.gz", "s3://trail/plain/deep/er/and/deeper/x.json.gz",
	}
	for sentence, tt := range map[string]struct {
		prefix string
		want   []string
	}{
		"a bucket":                           {"", all},
		"a folder without its slash":         {"plain", all[7:]},
		"a folder with its slash":            {"plain/", all[7:]},
		"an account":                         {"AWSLogs/111122223333/", all[:5]},
		"a Region":                           {"AWSLogs/111122223333/CloudTrail/eu-west-1", all[:2]},
		"a day":                              {"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31", all[1:2]},
		"one object":                         {may30, all[:1]},
		"an organization":                    {"central/AWSLogs/o-exampleorg1", all[5:6]},
		"nothing":                            {"nowhere/", []string{"s3://trail/nowhere/ error: nothing is there: no object has this name or lies in a folder of this name"}},
		"digests are skipped when asked for": {"AWSLogs/111122223333/CloudTrail-Digest", all[2:3]},
	} {
		got := names(t, w.source(tt.prefix))
		slices.Sort(got)
		want := slices.Sorted(slices.Values(tt.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", sentence, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestPagesAreStreamed(t *testing.T) {
	w := newWorld(t)
	const objects = 1050 // more than one page
	var writers sync.WaitGroup
	for k := range 16 {
		writers.Go(func() {
			for i := k; i < objects; i += 16 {
				w.put(t, fmt.Sprintf("flat/%04d", i), []byte("x"))
			}
		})
	}
	writers.Wait()
	w.proxy.set(nil)
	n := 0
	for o, err := range w.source("flat/").Objects(t.Context()) {
		if err != nil || o.Size != 1 {
			t.Fatal(o, err)
		}
		if n++; n == 1 && w.proxy.requests() > 1 {
			t.Fatal("the second page was asked for before the first was used")
		}
	}
	if n != objects {
		t.Fatalf("%d objects", n)
	}
}

func TestEveryFileIsReadOnceAndAGrowingDayIsFollowed(t *testing.T) {
	w := newWorld(t)
	w.put(t, key("eu-west-1", "2026/05/20", "a"), log(1, 100))
	w.put(t, key("eu-west-1", "2026/06/01", "b"), log(101, 100))
	s, src := mem.New(), w.source("")
	src.Follow = true
	in := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{src}, Now: func() time.Time { return noon }, Workers: 2, Retry: true})
	for look, tt := range []struct {
		put  func()
		want ingest.Files
	}{
		{func() {}, ingest.Files{Done: 2}},
		{func() {}, ingest.Files{}},
		{func() { w.put(t, key("eu-west-1", "2026/06/01", "c"), log(201, 100)) }, ingest.Files{Done: 1}},
		{func() { w.put(t, key("us-east-1", "2026/06/01", "d"), log(301, 100)) }, ingest.Files{Done: 1}},
		{func() { w.put(t, key("eu-west-1", "2026/06/01", "c"), log(201, 150)) }, ingest.Files{Done: 1}},
	} {
		tt.put()
		sum, err := in.Run(t.Context())
		if err != nil || sum.Files != tt.want {
			t.Fatalf("look %d: %+v, %v; want %+v", look, sum, err, tt.want)
		}
	}
	// A late file, of a day that a quick look passes over, is found by whoever
	// looks at everything.
	w.put(t, key("eu-west-1", "2026/05/02", "late"), log(401, 10))
	if sum, err := in.Run(t.Context()); err != nil || sum.Files.Done != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if sum := w.read(t, s, w.source("")); sum.Files != (ingest.Files{Done: 1, Skipped: 4}) {
		t.Fatalf("%+v", sum)
	}
}

// TestFaults lets the server, or the way to it, fail in one manner at a time.
// What can be helped by asking again is; what cannot is refused with its reason,
// and the next run without the fault ends where an undisturbed one does.
func TestFaults(t *testing.T) {
	w := newWorld(t)
	first, second := key("eu-west-1", "2026/05/30", "a"), key("eu-west-1", "2026/05/31", "b")
	whole := log(1, 3000)
	w.put(t, first, whole)
	w.put(t, second, log(3001, 3000))
	calm := mem.New()
	w.read(t, calm, w.source(""))
	want := facts(t, calm)
	if strings.Count(want, "\n") < 40 {
		t.Fatal("the test tests nothing")
	}
	type fault = func(w http.ResponseWriter, r *http.Request, n int, forward func() *http.Response) bool
	always := func(do func(http.ResponseWriter, *http.Request, func() *http.Response)) fault {
		return func(w http.ResponseWriter, r *http.Request, _ int, forward func() *http.Response) bool {
			if isBody(r) && strings.HasSuffix(r.URL.Path, "a.json.gz") {
				do(w, r, forward)
				return true
			}
			return false
		}
	}
	once := func(times int32, do func(http.ResponseWriter, *http.Request, func() *http.Response)) fault {
		var n atomic.Int32
		return always(func(w http.ResponseWriter, r *http.Request, forward func() *http.Response) {
			if n.Add(1) > times {
				answer := forward()
				defer answer.Body.Close()
				copyHead(w, answer)
				io.Copy(w, answer.Body)
				return
			}
			do(w, r, forward)
		})
	}
	for sentence, tt := range map[string]struct {
		fault  fault
		reason string // empty: the fault is overcome
	}{
		"503 SlowDown for a while": {once(4, func(w http.ResponseWriter, _ *http.Request, _ func() *http.Response) { refuse(w, 503, "SlowDown") }), ""},
		"503 SlowDown for every request at first": {func(w http.ResponseWriter, _ *http.Request, n int, _ func() *http.Response) bool {
			if n <= 5 {
				refuse(w, 503, "SlowDown")
			}
			return n <= 5
		}, ""},
		"a body that is cut off": {once(3, func(w http.ResponseWriter, _ *http.Request, forward func() *http.Response) { cut(w, forward(), 5000) }), ""},
		"a body whose Content-Length is too small": {once(3, func(w http.ResponseWriter, _ *http.Request, forward func() *http.Response) {
			shorten(w, forward(), 5000)
		}), ""},
		"a body that stands still": {once(2, func(w http.ResponseWriter, r *http.Request, forward func() *http.Response) {
			stall(w, r, forward(), 5000)
		}), ""},
		"a server that knows no ranges": {always(func(w http.ResponseWriter, r *http.Request, forward func() *http.Response) {
			if r.Header.Get("Range") == "" {
				cut(w, forward(), 5000)
				return
			}
			w.Write(whole)
		}), ""},
		"503 SlowDown for ever":                        {always(func(w http.ResponseWriter, _ *http.Request, _ func() *http.Response) { refuse(w, 503, "SlowDown") }), "the server answers 503 SlowDown: the proxy says so"},
		"a body that is always empty":                  {always(func(w http.ResponseWriter, _ *http.Request, forward func() *http.Response) { shorten(w, forward(), 0) }), "the server sends 0 of "},
		"a body that never comes":                      {always(func(w http.ResponseWriter, r *http.Request, forward func() *http.Response) { stall(w, r, forward(), 0) }), "nothing came for too long"},
		"an endless body":                              {always(func(w http.ResponseWriter, r *http.Request, forward func() *http.Response) { endless(w, r, forward()) }), "the server sends more than the "},
		"access denied on one key":                     {always(func(w http.ResponseWriter, _ *http.Request, _ func() *http.Response) { refuse(w, 403, "AccessDenied") }), "access denied: AccessDenied: the proxy says so"},
		"an object that is deleted after it is listed": {always(func(w http.ResponseWriter, _ *http.Request, _ func() *http.Response) { refuse(w, 404, "NoSuchKey") }), "the object was deleted between list and read"},
	} {
		t.Run(sentence, func(t *testing.T) {
			w.proxy.set(tt.fault)
			s := mem.New()
			sum := w.read(t, s, w.source(""))
			w.proxy.set(nil)
			if tt.reason == "" {
				if !sum.OK() || sum.Files.Done != 2 || facts(t, s) != want {
					t.Fatalf("%+v", sum)
				}
				return
			}
			if sum.Files != (ingest.Files{Done: 1, Failed: 1}) || len(sum.Problems) != 1 || sum.Problems[0].File != "s3://trail/"+first || !strings.Contains(sum.Problems[0].Reason, tt.reason) {
				t.Fatalf("%+v", sum)
			}
			if sum = w.read(t, s, w.source("")); sum.Files != (ingest.Files{Done: 1, Skipped: 1}) || facts(t, s) != want {
				t.Fatalf("after the fault: %+v", sum)
			}
			total, err := ingest.Ledger(t.Context(), s)
			if err != nil || total.Records != 6000 || total.Attempts != 6000 {
				t.Fatalf("%+v, %v", total, err)
			}
		})
	}
}

func TestAnObjectThatIsReplacedWhileItIsRead(t *testing.T) {
	w := newWorld(t)
	k := key("eu-west-1", "2026/05/30", "a")
	w.put(t, k, log(1, 3000))
	var n atomic.Int32
	w.proxy.set(func(p http.ResponseWriter, r *http.Request, _ int, forward func() *http.Response) bool {
		if !isBody(r) || n.Add(1) > 1 {
			return false
		}
		answer := forward()
		w.put(t, k, log(5000, 100))
		cut(p, answer, 5000)
		return true
	})
	s := mem.New()
	sum := w.read(t, s, w.source(""))
	if sum.Files.Failed != 1 || !strings.Contains(sum.Problems[0].Reason, "replaced while it was read") {
		t.Fatalf("%+v", sum)
	}
	if sum = w.read(t, s, w.source("")); sum.Files.Done != 1 || sum.Records != 100 {
		t.Fatalf("%+v", sum)
	}
}

func TestAListThatIsRefused(t *testing.T) {
	w := newWorld(t)
	w.put(t, key("eu-west-1", "2026/05/30", "a"), log(1, 10))
	w.put(t, key("us-east-1", "2026/05/30", "b"), log(11, 10))
	w.proxy.set(func(p http.ResponseWriter, r *http.Request, _ int, _ func() *http.Response) bool {
		denied := strings.Contains(r.URL.Query().Get("prefix"), "/us-east-1/")
		if denied {
			refuse(p, 403, "AccessDenied")
		}
		return denied
	})
	s := mem.New()
	sum := w.read(t, s, w.source(""))
	if sum.Files != (ingest.Files{Done: 1, Failed: 1}) || sum.Problems[0].File != "s3://trail/AWSLogs/111122223333/CloudTrail/us-east-1/" || !strings.Contains(sum.Problems[0].Reason, "cannot be listed: access denied") {
		t.Fatalf("%+v", sum)
	}
	w.proxy.set(func(p http.ResponseWriter, _ *http.Request, _ int, _ func() *http.Response) bool {
		refuse(p, 500, "InternalError")
		return true
	})
	if _, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{w.source("")}, Now: time.Now}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "list s3://trail/: the server answers 500 InternalError") {
		t.Fatal(err)
	}
}

func TestRequesterPays(t *testing.T) {
	w := newWorld(t)
	w.put(t, "x.json.gz", log(1, 10))
	var said, requests atomic.Int32
	w.proxy.set(func(_ http.ResponseWriter, r *http.Request, _ int, _ func() *http.Response) bool {
		requests.Add(1)
		if r.Header.Get("X-Amz-Request-Payer") == "requester" {
			said.Add(1)
		}
		return false
	})
	src := w.source("")
	src.Client = s3.New(s3.Config{AWS: awsConfig(w.proxy.server.URL), RequestPayer: true})
	if sum := w.read(t, mem.New(), src); sum.Files.Done != 1 || said.Load() != requests.Load() || said.Load() < 2 {
		t.Fatalf("%+v, %d of %d requests", sum, said.Load(), requests.Load())
	}
}

func TestParseURL(t *testing.T) {
	for url, want := range map[string][2]string{
		"s3://trail":           {"trail", ""},
		"s3://trail/":          {"trail", ""},
		"s3://trail/a b/c?d#e": {"trail", "a b/c?d#e"},
		"s3://":                {},
		"s3:///x":              {},
		"https://trail/x":      {},
		"s3://u:p@trail/x":     {},
	} {
		bucket, prefix, err := s3.ParseURL(url)
		if [2]string{bucket, prefix} != want || (err != nil) != (want[0] == "") {
			t.Errorf("%s: %q, %q, %v", url, bucket, prefix, err)
		}
	}
}

// FuzzLayout looks for keys that list or skip what the layout does not say, or
// that a walk would not come to an end with.
func FuzzLayout(f *testing.F) {
	f.Add("s3://b/AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/31/x.json.gz")
	f.Add("s3://b/AWSLogs/AWSLogs/111122223333/CloudTrail-Digest/")
	f.Add("s3:////")
	f.Fuzz(func(t *testing.T, url string) {
		bucket, prefix, err := s3.ParseURL(url)
		if err != nil {
			return
		}
		if got := s3.Name(bucket, prefix); got != url && got != url+"/" {
			t.Fatalf("%q became %q", url, got)
		}
	})
}
