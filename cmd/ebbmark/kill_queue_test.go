package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sqsapi "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/sqs"
	"github.com/ebbmark/ebbmark/store"
)

// readQueue ingests from a queue, and dies at the nth time that it deletes
// messages: before it asks for that, or when it is done.
func readQueue(ctx context.Context, s store.Store, queue string, n int, wrote bool) error {
	c, err := awsConfig(ctx, awsFlags{})
	if err != nil {
		return err
	}
	bucket, err := bucketClient(c, awsFlags{})
	if err != nil {
		return err
	}
	_, endpoint, err := sqs.ParseURL(queue)
	if err != nil {
		return err
	}
	client := sqsapi.NewFromConfig(c, func(o *sqsapi.Options) {
		o.BaseEndpoint = &endpoint
		o.HTTPClient = &lethal{left: n, wrote: wrote}
	})
	source := sqs.New(sqs.Config{API: client, URL: queue, Object: bucket.Object, Visibility: 3 * time.Second, Pause: time.Second})
	_, err = ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{source}, Now: time.Now, Workers: 1}).Run(ctx)
	return err
}

// lethal is an HTTP client at one of whose deletions the process is killed. The
// keeper of a queue deletes one batch after the other.
type lethal struct {
	left  int
	wrote bool
}

func (l *lethal) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DeleteMessageBatch") {
		return http.DefaultClient.Do(r)
	}
	l.left--
	if l.left == 0 && !l.wrote {
		die()
	}
	answer, err := http.DefaultClient.Do(r)
	if l.left == 0 {
		die()
	}
	return answer, err
}

// left is how many messages the queue has, seen or hidden.
func (c *cloud) left(t *testing.T) string {
	t.Helper()
	out, err := c.sqs.GetQueueAttributes(t.Context(), &sqsapi.GetQueueAttributesInput{QueueUrl: &c.queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Or(out.Attributes["ApproximateNumberOfMessages"], "0") + " seen, " + cmp.Or(out.Attributes["ApproximateNumberOfMessagesNotVisible"], "0") + " hidden"
}

// TestKilledBetweenLedgerAndQueue kills a real process when the ledger has what
// a message named and the queue still has the message, and when the queue has
// deleted it and the process has not heard of that.
func TestKilledBetweenLedgerAndQueue(t *testing.T) {
	c := newCloud(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", c.at)
	for i := range 3 {
		c.put(t, fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/%d.json.gz", i), 10*i, 10*i+1, i)
	}
	calm := filepath.Join(t.TempDir(), "calm.db")
	if got := runIngest(t, nil, "--store", "sqlite:"+calm, "--init", "s3://trail"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	facts, sums := factsOf(t, calm), sumsOf(t, calm)
	if strings.Count(facts, "\n") < 6 || !strings.Contains(sums, "{9 9 ") {
		t.Fatalf("the test tests nothing: %s\n%s", sums, facts)
	}
	for _, wrote := range []string{"no", "yes"} {
		for i := range 3 {
			c.announce(t, fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/%d.json.gz", i))
		}
		path := filepath.Join(t.TempDir(), wrote+".db")
		if !runVictim(t, "queue", path, c.queue, 1, wrote) {
			t.Fatal("it was not killed: the test tests nothing")
		}
		if left := c.left(t); wrote == "no" && left == "0 seen, 0 hidden" {
			t.Fatal("killed before it deletes: the queue is empty")
		}
		for deadline := time.Now().Add(30 * time.Second); c.left(t) != "0 seen, 0 hidden"; time.Sleep(50 * time.Millisecond) {
			if err := work(t.Context(), "queue", path, c.queue, -1, false); err != nil || time.Now().After(deadline) {
				t.Fatalf("the queue has %s, %v", c.left(t), err)
			}
		}
		if got := factsOf(t, path); got != facts {
			t.Fatalf("killed at the deletion, done: %s: other facts\n%s", wrote, got)
		}
		if got := sumsOf(t, path); got != sums {
			t.Fatalf("killed at the deletion, done: %s: sums %s, want %s", wrote, got, sums)
		}
	}
}

// TestRebuildFromABucket reads objects again from a real server, those that a
// queue named as those that were listed, and notices one that is gone.
func TestRebuildFromABucket(t *testing.T) {
	c := newCloud(t)
	listed, named := "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/a.json.gz", "elsewhere/x y+z=1.json.gz"
	c.put(t, listed, 1, 2)
	c.put(t, named, 3)
	c.announce(t, named)
	path := filepath.Join(t.TempDir(), "x.db")
	if got := runIngest(t, nil, "--store", "sqlite:"+path, "--init", "--endpoint-url", c.at, "s3://trail/AWSLogs", "sqs:"+c.queue); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	facts, sums := factsOf(t, path), sumsOf(t, path)
	if strings.Count(facts, "\n") != 6 {
		t.Fatalf("the test tests nothing: %s", facts)
	}
	wrongFact(t, path)
	rebuild := func(code int, says string, args ...string) {
		t.Helper()
		got := runCommand(t.Context(), append([]string{"rebuild", "--store", "sqlite:" + path, "--endpoint-url", c.at, "--force"}, args...)...)
		if got.code != code || !strings.Contains(got.stdout+got.stderr, says) {
			t.Fatalf("%v: exit %d, want %d and %q:\n%s%s", args, got.code, code, says, got.stdout, got.stderr)
		}
	}
	rebuild(0, "The new facts answer: 0 are new, 1 of the older ones are gone")
	if got := factsOf(t, path); got != facts || sumsOf(t, path) != sums {
		t.Fatalf("%s\n%s", sumsOf(t, path), got)
	}
	c.delete(t, named)
	rebuild(1, "s3://trail/"+named+": it cannot be read any more")
	if got := factsOf(t, path); got != facts {
		t.Fatal("the switch was made")
	}
	c.put(t, named, 3)
	rebuild(0, "The new facts answer: 0 are new, 0 of the older ones are gone")
	if got := factsOf(t, path); got != facts || sumsOf(t, path) != sums {
		t.Fatalf("%s\n%s", sumsOf(t, path), got)
	}
}
