package sqs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	s3api "github.com/aws/aws-sdk-go-v2/service/s3"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/s3"
	"github.com/ebbmark/ebbmark/ingest/sqs"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// world is a queue and a bucket on real servers. Calls to the queue go through
// a way that may refuse one kind of them.
type world struct {
	queue  *api.Client
	bucket *s3api.Client
	client *s3.Client
	url    string
	refuse atomic.Value // string: the operation that fails, such as "DeleteMessageBatch"; with "!" it is done, and fails nevertheless
	calls  sync.Map     // operation → *atomic.Int64
}

func awsConfig(endpoint string) aws.Config {
	return aws.Config{
		Region: servers.Region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, ""),
		Retryer:     func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.refuse.Store("")
	behind, err := url.Parse(servers.SQS(t))
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(behind)
	forward.Transport = &http.Transport{} // of its own: another test that closes its server closes idle connections of the default one
	way := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		n, _ := w.calls.LoadOrStore(op, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
		if op != "" && op == w.refuse.Load() {
			out.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if op != "" && op+"!" == w.refuse.Load() {
			forward.ServeHTTP(httptest.NewRecorder(), r)
			out.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		forward.ServeHTTP(out, r)
	}))
	t.Cleanup(func() { way.CloseClientConnections(); way.Close() })
	w.queue = api.NewFromConfig(awsConfig(way.URL))
	out, err := w.queue.CreateQueue(t.Context(), &api.CreateQueueInput{QueueName: aws.String("trail")})
	if err != nil {
		t.Fatal(err)
	}
	w.url = *out.QueueUrl
	endpoint := servers.S3(t)
	w.bucket = s3api.NewFromConfig(awsConfig(endpoint), func(o *s3api.Options) { o.UsePathStyle = true })
	w.client = s3.New(s3.Config{AWS: awsConfig(endpoint), Backoff: 10 * time.Millisecond})
	if _, err := w.bucket.CreateBucket(t.Context(), &s3api.CreateBucketInput{Bucket: aws.String("logs")}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) made(op string) int64 {
	n, ok := w.calls.Load(op)
	if !ok {
		return 0
	}
	return n.(*atomic.Int64).Load()
}

func (w *world) send(t *testing.T, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if _, err := w.queue.SendMessage(t.Context(), &api.SendMessageInput{QueueUrl: &w.url, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) put(t *testing.T, key string, body string) {
	t.Helper()
	if _, err := w.bucket.PutObject(t.Context(), &s3api.PutObjectInput{Bucket: aws.String("logs"), Key: &key, Body: bytes.NewReader([]byte(body))}); err != nil {
		t.Fatal(err)
	}
}

// left is how many messages the queue has, seen or hidden.
func (w *world) left(t *testing.T) string {
	t.Helper()
	out, err := w.queue.GetQueueAttributes(t.Context(), &api.GetQueueAttributesInput{QueueUrl: &w.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"] + " seen, " + out.Attributes["ApproximateNumberOfMessagesNotVisible"] + " hidden"
}

func (w *world) source(change func(*sqs.Config)) *sqs.Source {
	c := sqs.Config{API: w.queue, URL: w.url, Object: w.client.Object, Visibility: 3 * time.Second, Pause: time.Second}
	if change != nil {
		change(&c)
	}
	return sqs.New(c)
}

func (w *world) run(t *testing.T, s store.Store) (ingest.Summary, error) {
	t.Helper()
	return ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{w.source(nil)}, Now: now, Workers: 4}).Run(t.Context())
}

// record is call number id of a user.
func record(id int) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAUSEREXAMPLE%06[2]d","arn":"arn:aws:iam::111122223333:user/u%[2]d","accountId":"111122223333"},"eventTime":"2026-05-%02[3]dT10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventID":"0a1b2c3d-0000-4000-8000-%012[1]d","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"}`, id, id%7, 1+id%28)
}

func log(ids ...int) string {
	var list []string
	for _, id := range ids {
		list = append(list, record(id))
	}
	return `{"Records":[` + strings.Join(list, ",") + `]}`
}

func created(key string) string {
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"logs"},"object":{"key":"%s"}}}]}`, url.QueryEscape(key))
}

func inSNS(message string) string {
	text, _ := json.Marshal(map[string]string{"Type": "Notification", "Message": message})
	return string(text)
}

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

// calm is what a store has after the log was read without a queue.
func calm(t *testing.T, log string) string {
	t.Helper()
	s := mem.New()
	if _, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{one(log)}, Now: now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return facts(t, s)
}

// one is a source of one log.
type one string

func (one) Kind() string { return "test" }
func (o one) Objects(context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		yield(ingest.Object{Name: "one", Version: "1", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(string(o))), nil
		}}, nil)
	}
}

func TestEveryFormLeadsToItsFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, key := range []string{"x=y z.json", "a.json", "b.json", "bridge.json", "same.json"} {
		w.put(t, key, log(i))
	}
	w.send(t, created("x=y z.json"), inSNS(`{"s3Bucket":"logs","s3ObjectKey":["a.json","b.json"]}`),
		`{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"logs"},"object":{"key":"bridge.json"}}}`,
		`{"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":`+record(5)+`}`,
		created("same.json"), inSNS(created("same.json")),
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, created("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/d.json.gz"))
	s := mem.New()
	sum, err := w.run(t, s)
	if err != nil || !sum.OK() || sum.Records < 6 || sum.Skipped["test message of S3"] != 1 || sum.Skipped["digest file"] != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if facts(t, s) != calm(t, log(0, 1, 2, 3, 4, 5)) {
		t.Fatal("other facts than those of the same records")
	}
	total, err := ingest.Ledger(t.Context(), s)
	if err != nil || total.Records != 6 || total.Files.Done != 6 {
		t.Fatalf("%+v, %v", total, err)
	}
	if left := w.left(t); left != "0 seen, 0 hidden" {
		t.Fatal(left)
	}
	// What a queue has brought, a bucket does not bring again.
	bucket := &s3.Source{Client: w.client, Bucket: "logs"}
	sum, err = ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{bucket}, Now: now}).Run(t.Context())
	if err != nil || sum.Files != (ingest.Files{Skipped: 5}) {
		t.Fatalf("%+v, %v", sum, err)
	}
}

func TestPoisonGoesAsideAfterItsTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, "what is this", created("missing.json"))
	s := mem.New()
	src := w.source(nil)
	for try := 1; try <= sqs.Tries; try++ {
		deadline := time.Now().Add(20 * time.Second)
		for seen := int64(0); seen < 2; {
			if time.Now().After(deadline) {
				t.Fatalf("try %d: the messages did not come back: %s", try, w.left(t))
			}
			sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{src}, Now: now}).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen += sum.Files.Failed
		}
		if left := w.left(t); (left == "0 seen, 0 hidden") != (try == sqs.Tries) {
			t.Fatalf("after %d tries: %s", try, left)
		}
	}
	var heads []string
	for r, err := range ingest.Quarantined(t.Context(), s, "") {
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, r.Head+": "+r.Reason)
	}
	if want := []string{"what is this: a message of unknown form: it is no event of S3, CloudTrail or EventBridge"}; !slices.Equal(heads, want) {
		t.Fatalf("%q", heads)
	}
	var rows []string
	for e, err := range ingest.Rows(t.Context(), s, ingest.Filter{Status: ingest.Failed}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fmt.Sprintf("%s %d %s", e.Kind, e.Tries, e.Reason))
	}
	want := []string{"s3 5 the object was deleted between list and read", "sqs 5 a message of unknown form: it is no event of S3, CloudTrail or EventBridge"}
	if !slices.Equal(rows, want) {
		t.Fatalf("%q", rows)
	}
}

// broken is a store whose writes of one kind fail, before or after they are
// done.
type broken struct {
	store.Store
	op    string
	after bool
}

var errBroken = errors.New("the store is broken")

func (b *broken) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return b.do("MergeFacts", func() error { return b.Store.MergeFacts(ctx, facts) })
}

func (b *broken) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	return b.do("SetDocs "+string(kind), func() error { return b.Store.SetDocs(ctx, kind, docs) })
}

func (b *broken) do(op string, write func() error) error {
	if op != b.op {
		return write()
	}
	if b.after {
		if err := write(); err != nil {
			return err
		}
	}
	return errBroken
}

// TestFaultsInPairs lets a reader of the queue fail at each of its steps, not
// done or done, and wants another reader to end where an undisturbed one does,
// with an empty queue and each record counted once.
func TestFaultsInPairs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keys := []string{"a.json", "b.json", "c.json"}
	for i, key := range keys {
		w.put(t, key, log(3*i, 3*i+1, 3*i+2))
	}
	want := calm(t, log(0, 1, 2, 3, 4, 5, 6, 7, 8))
	for sentence, tt := range map[string]struct {
		op    string
		after bool
		queue string
	}{
		"in mid merge, nothing written":                  {op: "MergeFacts"},
		"after the merge, before the ledger":             {op: "MergeFacts", after: true},
		"at the ledger, nothing written":                 {op: "SetDocs ledger"},
		"after the ledger, before the queue learns":      {op: "SetDocs ledger", after: true},
		"when the queue is to delete":                    {queue: "DeleteMessageBatch"},
		"when the queue has deleted":                     {queue: "DeleteMessageBatch!"},
		"when the queue is to hide":                      {queue: "ChangeMessageVisibilityBatch"},
		"the store at the ledger, and the queue to hide": {op: "SetDocs ledger", queue: "ChangeMessageVisibilityBatch"},
	} {
		t.Run(sentence, func(t *testing.T) {
			inner := mem.New()
			w.send(t, created(keys[2]), created(keys[0]), inSNS(`{"s3Bucket":"logs","s3ObjectKey":["b.json","a.json"]}`), created(keys[0])) // out of order, and twice
			w.refuse.Store(tt.queue)
			_, err := w.run(t, &broken{Store: inner, op: tt.op, after: tt.after})
			w.refuse.Store("")
			if (tt.op != "") != errors.Is(err, errBroken) {
				t.Fatalf("error %v", err)
			}
			if tt.op != "" && w.left(t) == "0 seen, 0 hidden" {
				t.Fatal("messages were deleted, though the ledger has not all of their files")
			}
			for deadline := time.Now().Add(20 * time.Second); w.left(t) != "0 seen, 0 hidden"; {
				if time.Now().After(deadline) {
					t.Fatalf("the queue keeps %s", w.left(t))
				}
				if _, err := w.run(t, inner); err != nil {
					t.Fatal(err)
				}
			}
			if facts(t, inner) != want {
				t.Fatal("other facts")
			}
			total, err := ingest.Ledger(t.Context(), inner)
			if err != nil || total.Records != 9 || total.Files.Done != 3 {
				t.Fatalf("%+v, %v", total, err)
			}
		})
	}
}

// TestALongFileKeepsItsMessageHidden reads a file that takes longer than a
// message is hidden for.
func TestALongFileKeepsItsMessageHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, "a.json", log(1))
	w.send(t, created("a.json"))
	release := make(chan struct{})
	src := w.source(func(c *sqs.Config) {
		c.Object = func(ctx context.Context, bucket, key string) ingest.Object {
			o := w.client.Object(ctx, bucket, key)
			open := o.Open
			o.Open = func(ctx context.Context) (io.ReadCloser, error) { <-release; return open(ctx) }
			return o
		}
	})
	over := make(chan error, 1)
	s := mem.New()
	go func() {
		_, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{src}, Now: now}).Run(t.Context())
		over <- err
	}()
	for deadline := time.Now().Add(20 * time.Second); w.made("ChangeMessageVisibilityBatch") < 5; { // each extends by 3 s, and comes every second
		if time.Now().After(deadline) {
			t.Fatal("the message was not kept hidden")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if left := w.left(t); left != "0 seen, 1 hidden" {
		t.Fatal(left)
	}
	close(release)
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	if left := w.left(t); left != "0 seen, 0 hidden" || facts(t, s) == "" {
		t.Fatal(left)
	}
}

// TestTwoReadersShareAQueue has two ingests with one store and one queue.
func TestTwoReadersShareAQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []int
	for i := range 60 {
		key := fmt.Sprintf("%02d.json", i)
		w.put(t, key, log(i))
		w.send(t, created(key))
		ids = append(ids, i)
	}
	s := mem.New()
	var readers sync.WaitGroup
	var done atomic.Int64
	for range 2 {
		readers.Go(func() {
			sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{w.source(nil)}, Now: now, Workers: 2}).Run(t.Context())
			if err != nil {
				t.Error(err)
			}
			done.Add(sum.Files.Done)
		})
	}
	readers.Wait()
	if done.Load() != 60 || facts(t, s) != calm(t, log(ids...)) || w.left(t) != "0 seen, 0 hidden" {
		t.Fatalf("%d files read, %s", done.Load(), w.left(t))
	}
}
