// Package s3 is the source of log files in a bucket of S3, or of anything that
// speaks its protocol.
//
// A walk (walk.go) lists what there is, page by page, and knows the key layout
// of CloudTrail, so that the trees of digests and of other services are not
// even listed. A body (body.go) is streamed, never held: it is bound to one
// state of the object by its ETag, continued where it breaks, and measured
// against the size that the object is said to have.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ebbmark/ebbmark/ingest"
)

// Kind begins the ledger ids of objects of a bucket, whichever source names
// them. It is stored.
const Kind = "s3"

// Config says how to speak to S3.
type Config struct {
	AWS aws.Config // credentials, Region, HTTP client
	// PathStyle puts the bucket into the path instead of the host name. It is
	// on anyway when AWS has an endpoint of its own.
	PathStyle bool
	// RequestPayer says that the requester pays, for buckets that want it.
	RequestPayer bool
	Idle         time.Duration // a body that gives nothing for that long is asked for again; default 30 s
	Backoff      time.Duration // the longest pause between two attempts; default 20 s
}

// Client reads buckets.
type Client struct {
	api   *s3.Client
	payer types.RequestPayer
	idle  time.Duration
	fixed bool // the endpoint is given, so a bucket's Region does not matter

	mu      sync.Mutex
	regions map[string]string // of buckets; empty: that of the configuration
}

// New makes a Client. It makes no request.
func New(c Config) *Client {
	if c.Idle <= 0 {
		c.Idle = idle
	}
	if c.Backoff <= 0 {
		c.Backoff = maxBackoff
	}
	client := &Client{idle: c.Idle, regions: map[string]string{}}
	if c.RequestPayer {
		client.payer = types.RequestPayerRequester
	}
	client.api = s3.NewFromConfig(c.AWS, func(o *s3.Options) {
		client.fixed = o.BaseEndpoint != nil
		o.UsePathStyle = c.PathStyle || client.fixed
		if o.Region == "" {
			o.Region = "us-east-1"
		}
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts = attempts
			r.MaxBackoff = c.Backoff
			r.RateLimiter = unlimited{} // an overloaded bucket is met by pauses, not by giving up
		})
	})
	return client
}

// unlimited is the SDK's limit on retries, switched off: by default it refuses
// to retry when many requests fail at once, which is when retrying matters.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }

// at directs a request to the Region of a bucket, which is asked for once. Any
// answer names it, a refusal too.
func (c *Client) at(ctx context.Context, bucket string) func(*s3.Options) {
	if c.fixed {
		return func(*s3.Options) {}
	}
	c.mu.Lock()
	region, known := c.regions[bucket]
	c.mu.Unlock()
	if !known {
		region = c.locate(ctx, bucket)
		c.mu.Lock()
		c.regions[bucket] = region
		c.mu.Unlock()
	}
	return func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
	}
}

func (c *Client) locate(ctx context.Context, bucket string) string {
	out, err := c.api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return aws.ToString(out.BucketRegion)
	}
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && e.Response != nil {
		return e.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// ParseURL takes s3://BUCKET[/PREFIX] apart.
func ParseURL(url string) (bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(url, "s3://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	if !ok || bucket == "" || strings.ContainsAny(bucket, "?#@: \t\r\n") {
		return "", "", fmt.Errorf("%q: want s3://BUCKET or s3://BUCKET/PREFIX", url)
	}
	return bucket, prefix, nil
}

// Name is the name of an object, as the ledger has it.
func Name(bucket, key string) string { return "s3://" + bucket + "/" + key }

// Object looks an object up that a notification names. What is wrong with it is
// in its Err.
func (c *Client) Object(ctx context.Context, bucket, key string) ingest.Object {
	out, err := c.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, RequestPayer: c.payer}, c.at(ctx, bucket))
	if err != nil {
		return ingest.Object{Name: Name(bucket, key), Kind: Kind, Size: -1, Err: reason(err)}
	}
	return c.object(bucket, key, aws.ToInt64(out.ContentLength), aws.ToString(out.ETag))
}

// object is an object in one state. The version is its ETag and size, which a
// list and a look at the object have in common.
func (c *Client) object(bucket, key string, size int64, etag string) ingest.Object {
	etag = strings.Trim(etag, `"`)
	return ingest.Object{
		Name:    Name(bucket, key),
		Kind:    Kind,
		Size:    size,
		Version: fmt.Sprintf("%s-%d", etag, size),
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			b := &body{c: c, bucket: bucket, key: key, etag: etag, size: size}
			b.ctx, b.stop = context.WithCancel(ctx)
			if err := b.open(); err != nil {
				b.stop()
				return nil, err
			}
			return b, nil
		},
	}
}

var (
	errGone     = errors.New("the object was deleted between list and read")
	errReplaced = errors.New("the object was replaced while it was read: the next run reads the new one")
	errDenied   = errors.New("access denied")
)

// isDenied reports whether err says that we may not.
func isDenied(err error) bool {
	return statusOf(err) == http.StatusForbidden && foreign(err) == nil
}

// foreign is what another service answered on the way to a request of ours, such
// as STS that would not give the role; nil when there is no such thing.
func foreign(err error) error {
	for ; err != nil; err = errors.Unwrap(err) {
		if op, ok := err.(*smithy.OperationError); ok && op.Service() != s3.ServiceID {
			return op
		}
	}
	return nil
}

// statusOf is the HTTP status of an error of the service; 0 when there is none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && e.Response != nil {
		return e.HTTPStatusCode()
	}
	return 0
}

// reason says in a few words what a request failed with. The SDK's own text has
// ids that differ each time, which would make the same failure look new.
func reason(err error) error {
	if other := foreign(err); other != nil {
		return fmt.Errorf("no credentials: %w", other)
	}
	code, text := "", ""
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		code, text = e.ErrorCode(), e.ErrorMessage()
	}
	if len(text) > maxReason {
		text = text[:maxReason]
	}
	switch status := statusOf(err); {
	case status == http.StatusPreconditionFailed:
		return errReplaced
	case status == http.StatusNotFound && code != "NoSuchBucket":
		return errGone
	case status == http.StatusForbidden:
		return detail(errDenied, code, text)
	case code != "":
		return fmt.Errorf("the server answers %d %s: %s", status, code, text)
	}
	return err
}

// detail adds what the server said, where it said more than its status.
func detail(err error, code, text string) error {
	if text == "" || code == "Forbidden" {
		return err
	}
	return fmt.Errorf("%w: %s: %s", err, code, text)
}
