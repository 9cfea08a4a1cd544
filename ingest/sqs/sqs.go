// Package sqs is the source of log files that a queue of SQS announces, with
// events of S3, of CloudTrail or of EventBridge (message.go).
//
// A message is deleted only when the ledger has every file that it names.
// Until then it is kept hidden from other readers; when the process dies it
// comes back. A message whose files failed comes back after a pause; after
// Tries of them it is given up, and the ledger and the quarantine have why.
package sqs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/ingest"
)

// Kind begins the ledger ids of messages that are records themselves or have no
// known form. It is stored.
const Kind = "sqs"

// Config says what to read.
type Config struct {
	API *sqs.Client // required
	URL string      // of the queue; required
	// Object looks up a file of a bucket: its version, and how to read it.
	// What is wrong with it is in its Err. Required.
	Object func(ctx context.Context, bucket, key string) ingest.Object
	// Follow waits for messages; without it the source ends when the queue
	// gives none.
	Follow     bool
	Visibility time.Duration // how long a message is hidden, at least 3 s; default 2 min
	Pause      time.Duration // the first pause of a message that failed; default 30 s
}

// Source is one queue. It must not be used by two ingests at once.
type Source struct {
	Config
	mu     sync.Mutex
	held   map[string]*held // by message id
	acks   []*held          // to delete
	later  []*held          // to come back after their pause
	tidy   chan struct{}    // there is something in acks or later, or room in held
	stop   func()           // ends the keeper; nil: it does not run
	keeper sync.WaitGroup
}

// held is a message that was received and is not yet deleted or given back.
type held struct {
	id, receipt string
	tries       int // times received, this one included
	open        int // files that are not in the ledger yet
	failed      bool
}

// New makes a Source. It makes no request.
func New(c Config) *Source {
	c.Visibility = cmp.Or(c.Visibility, visibility)
	c.Pause = cmp.Or(c.Pause, pauseFirst)
	return &Source{Config: c, held: map[string]*held{}, tidy: make(chan struct{}, 1)}
}

var (
	_ ingest.Source  = (*Source)(nil)
	_ ingest.Settler = (*Source)(nil)
)

var amazonHost = regexp.MustCompile(`^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$`)

// ParseURL takes the URL of a queue apart: the Region that it names if it is one
// of AWS, else the endpoint.
func ParseURL(queue string) (region, endpoint string, err error) {
	u, err := url.Parse(queue)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(u.Path) < 2 || u.User != nil || u.RawQuery != "" {
		return "", "", fmt.Errorf("%q: want the URL of a queue, such as https://sqs.eu-west-1.amazonaws.com/111122223333/trail", queue)
	}
	if m := amazonHost.FindStringSubmatch(u.Hostname()); m != nil {
		return cmp.Or(m[1], m[2]), "", nil
	}
	return "", u.Scheme + "://" + u.Host, nil
}

// Kind implements ingest.Source.
func (s *Source) Kind() string { return Kind }

// Objects implements ingest.Source. It ends when the queue has given nothing
// for a while, so that the ingest can sum up.
func (s *Source) Objects(ctx context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		s.keep(ctx)
		for range perRound / perRequest {
			list, err := s.receive(ctx)
			if err != nil {
				yield(ingest.Object{}, fmt.Errorf("receive from %s: %w", s.URL, err))
				return
			}
			for _, m := range list {
				if !s.deliver(ctx, m, yield) {
					return
				}
			}
			if len(list) == 0 {
				return
			}
		}
	}
}

// receive waits for room and then for messages.
func (s *Source) receive(ctx context.Context) ([]types.Message, error) {
	for s.holds() > inFlight-perRequest {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second): // files become complete when the ingest writes
		}
	}
	patience := linger
	if s.Follow {
		patience = wait
	}
	out, err := s.API.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:                    &s.URL,
		MaxNumberOfMessages:         perRequest,
		WaitTimeSeconds:             int32(patience / time.Second),
		VisibilityTimeout:           s.seconds(s.Visibility),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

func (s *Source) holds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

func (s *Source) seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }

// deliver yields what a message announces.
func (s *Source) deliver(ctx context.Context, m types.Message, yield func(ingest.Object, error) bool) bool {
	body := aws.ToString(m.Body)
	n, err := parse(body)
	h := s.hold(m, max(len(n.files), 1))
	if h == nil {
		return true
	}
	for _, o := range s.objects(ctx, m, n, err) {
		o.Ended = func(e ingest.End) { s.ended(h, e) }
		if !yield(o, nil) {
			return false
		}
	}
	return true
}

// hold notes a message; nil when it is held already, and was received once more
// because the time it was hidden for had passed.
func (s *Source) hold(m types.Message, files int) *held {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := aws.ToString(m.MessageId)
	if h := s.held[id]; h != nil {
		h.receipt = aws.ToString(m.ReceiptHandle) // only the newest one works
		return nil
	}
	tries, _ := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	h := &held{id: id, receipt: aws.ToString(m.ReceiptHandle), tries: max(tries, 1), open: files}
	s.held[id] = h
	return h
}

// objects are the files of a message, or the message itself as one.
func (s *Source) objects(ctx context.Context, m types.Message, n notice, err error) []ingest.Object {
	body, id := aws.ToString(m.Body), aws.ToString(m.MessageId)
	self := ingest.Object{Name: s.URL + "#" + id, Size: int64(len(body)), Asked: true}
	switch {
	case err != nil:
		self.Err, self.Head = err, cmp.Or(body, "(empty)")
	case n.ignore != "":
		self.Skip = n.ignore
	case n.record:
		self.Version, self.Once = "message", true
		self.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	default:
		return s.look(ctx, n.files)
	}
	return []ingest.Object{self}
}

// look looks files up, several at once.
func (s *Source) look(ctx context.Context, files []file) []ingest.Object {
	list := make([]ingest.Object, len(files))
	var g errgroup.Group
	g.SetLimit(looks)
	for i, f := range files {
		name := "s3://" + f.bucket + "/" + f.key
		if skip := ingest.SkipByName(name); skip != "" {
			list[i] = ingest.Object{Name: name, Size: -1, Skip: skip}
			continue
		}
		g.Go(func() error {
			list[i] = s.Object(ctx, f.bucket, f.key)
			return nil
		})
	}
	_ = g.Wait() // errors are in the objects
	return list
}

// ended notes what became of one file of a message.
func (s *Source) ended(h *held, e ingest.End) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.open--
	h.failed = h.failed || e.Status == ingest.Failed || e.Busy
	if h.open > 0 {
		return
	}
	if h.failed && h.tries < Tries {
		s.later = append(s.later, h)
	} else {
		s.acks = append(s.acks, h)
	}
	select {
	case s.tidy <- struct{}{}:
	default:
	}
}

// pause is how long a message that has failed so often stays hidden.
func (s *Source) pause(tries int) time.Duration {
	pause := s.Pause
	for range tries - 1 {
		pause = min(2*pause, pauseMost)
	}
	return pause
}

// Settle implements ingest.Settler: it deletes what is done, and shows again
// what is not, so that nobody waits for it.
func (s *Source) Settle(ctx context.Context) error {
	s.mu.Lock()
	stop := s.stop
	s.stop = nil
	s.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	s.keeper.Wait()
	err := s.tidyUp(ctx)
	s.mu.Lock()
	var rest []*held
	for _, h := range s.held {
		rest = append(rest, h)
	}
	clear(s.held)
	s.acks, s.later = nil, nil
	s.mu.Unlock()
	return errors.Join(err, s.hide(ctx, rest, func(*held) time.Duration { return 0 }))
}
