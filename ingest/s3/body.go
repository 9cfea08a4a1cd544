package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// body is the content of an object in the state that its ETag names. It is read
// by one goroutine; Close may come from another.
type body struct {
	c      *Client
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	bucket string
	key    string
	etag   string
	size   int64 // that the object is said to have

	n      int64 // bytes given so far
	barren int   // times in a row that an answer gave no byte
	cancel context.CancelFunc
	from   io.ReadCloser // nil: to be asked for
}

// open asks for the bytes from n on.
func (b *body) open() error {
	ctx, cancel := context.WithCancel(b.ctx)
	in := &s3.GetObjectInput{Bucket: &b.bucket, Key: &b.key, RequestPayer: b.c.payer}
	if b.etag != "" {
		in.IfMatch = aws.String(`"` + b.etag + `"`)
	}
	if b.n > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", b.n))
	}
	// The SDK's own time limits end with the head of the answer.
	watch := time.AfterFunc(b.c.idle*attempts, cancel)
	out, err := b.c.api.GetObject(ctx, in, b.c.at(ctx, b.bucket))
	watch.Stop()
	if err != nil {
		cancel()
		return reason(err)
	}
	b.from, b.cancel = out.Body, cancel
	return b.check(out)
}

// check holds an answer against what was asked for.
func (b *body) check(out *s3.GetObjectOutput) error {
	if b.n > 0 && out.ContentRange == nil {
		// A server that knows no ranges begins anew.
		if _, err := io.CopyN(io.Discard, watched{b}, b.n); err != nil {
			b.drop()
			return fmt.Errorf("the server gives no part of an object, and cut it off at byte %d or before", b.n)
		}
	}
	return nil
}

// watched is the answer at hand, with its time limit.
type watched struct{ b *body }

func (w watched) Read(p []byte) (int, error) { return w.b.read(p) }

// Read implements io.Reader. An answer that ends too early, breaks or stands
// still is continued where it ended.
func (b *body) Read(p []byte) (int, error) {
	for {
		if err := b.ctx.Err(); err != nil {
			return 0, err
		}
		if b.from == nil {
			if err := b.open(); err != nil {
				return 0, err
			}
		}
		n, err := b.read(p)
		if n > 0 {
			b.n, b.barren = b.n+int64(n), 0
		}
		switch {
		case b.n > b.size:
			return 0, fmt.Errorf("the server sends more than the %d bytes that the object has", b.size)
		case n > 0:
			if err != nil && b.n < b.size {
				b.drop()
			}
			return n, nil
		case err == nil:
			continue
		case err == io.EOF && b.n == b.size:
			return 0, io.EOF
		}
		b.drop()
		if b.barren++; b.barren > resumes {
			return 0, fmt.Errorf("the server sends %d of %d bytes, however often it is asked: %w", b.n, b.size, plain(err))
		}
	}
}

// read reads what comes within the time for it.
func (b *body) read(p []byte) (int, error) {
	watch := time.AfterFunc(b.c.idle, b.cancel)
	defer watch.Stop()
	n, err := b.from.Read(p)
	if err != nil && err != io.EOF && !watch.Stop() && b.ctx.Err() == nil {
		err = errSilent
	}
	return n, err
}

var errSilent = errors.New("nothing came for too long")

// plain is an error for the operator.
func plain(err error) error {
	if err == io.EOF {
		return io.ErrNoProgress
	}
	return err
}

// drop ends the answer at hand.
func (b *body) drop() {
	if b.from != nil {
		b.cancel()
		b.from.Close()
		b.from = nil
	}
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.stop()
	return nil
}
