package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// notice is what a message says.
type notice struct {
	files  []file
	record bool   // the message itself is a CloudTrail record in EventBridge's envelope
	ignore string // why there is nothing to read, in a few fixed words
}

// file is an object of a bucket.
type file struct{ bucket, key string }

// envelope has the members that tell the forms of messages apart, those of all
// forms together (docs/spec/cloudtrail.md, section 7, Notifications).
type envelope struct {
	Type, Message string // SNS
	Service       string // S3's test message
	Event         string
	Records       []s3Record // S3 event
	S3Bucket      string     // CloudTrail's own SNS message
	S3ObjectKey   []string
	Source        string          // EventBridge
	DetailType    string          `json:"detail-type"`
	Detail        json.RawMessage `json:"detail"`
}

type s3Record struct {
	EventSource, EventName string
	S3                     s3Entity
}

// s3Entity names an object, in S3 events and in EventBridge's.
type s3Entity struct {
	Bucket struct{ Name string }
	Object struct{ Key string }
}

var errForm = errors.New("a message of unknown form: it is no event of S3, CloudTrail or EventBridge")

// parse reads the body of a message.
func parse(body string) (notice, error) {
	n, err := unpack(body, 0)
	if err == nil && len(n.files) > maxFiles {
		return notice{}, fmt.Errorf("a message that names %d files: more than %d", len(n.files), maxFiles)
	}
	for _, f := range n.files {
		if err := f.check(); err != nil {
			return notice{}, err
		}
	}
	return n, err
}

func unpack(body string, depth int) (notice, error) {
	var e envelope
	if err := json.Unmarshal([]byte(body), &e); err != nil || depth > maxEnvelopes {
		return notice{}, errForm
	}
	switch {
	case e.Type == "Notification" && e.Message != "":
		return unpack(e.Message, depth+1)
	case e.Type != "" && e.Message != "":
		return notice{}, fmt.Errorf("a message of SNS of type %.40q", e.Type)
	case e.Event == "s3:TestEvent":
		return notice{ignore: "test message of S3"}, nil
	case e.S3Bucket != "":
		return trailNotice(e), nil
	case strings.HasSuffix(e.DetailType, " via CloudTrail") && len(e.Detail) > 0:
		// An envelope within another one is not what the reader of logs finds
		// in the message's body.
		if depth > 0 {
			return notice{}, errors.New("a CloudTrail event in an envelope of SNS: let EventBridge send to the queue itself")
		}
		return notice{record: true}, nil
	case e.Source == "aws.s3":
		return bridgeNotice(e)
	case len(e.Records) > 0:
		return s3Notice(e.Records)
	}
	return notice{}, errForm
}

// trailNotice is CloudTrail's own: keys as they are.
func trailNotice(e envelope) (n notice) {
	for _, key := range e.S3ObjectKey {
		n.files = append(n.files, file{e.S3Bucket, key})
	}
	if len(n.files) == 0 {
		n.ignore = "message about no file"
	}
	return n
}

// bridgeNotice is EventBridge's of S3: the key as it is.
func bridgeNotice(e envelope) (notice, error) {
	if e.DetailType != "Object Created" {
		return notice{ignore: notCreated}, nil
	}
	var d s3Entity
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return notice{}, errForm
	}
	return notice{files: []file{{d.Bucket.Name, d.Object.Key}}}, nil
}

const notCreated = "message about something else than a new object"

// s3Notice is S3's own: keys are encoded as in a query string.
func s3Notice(list []s3Record) (n notice, err error) {
	for _, r := range list {
		if r.EventSource != "aws:s3" && r.S3.Bucket.Name == "" {
			return notice{}, errForm
		}
		if !strings.HasPrefix(strings.TrimPrefix(r.EventName, "s3:"), "ObjectCreated:") {
			continue
		}
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil {
			return notice{}, fmt.Errorf("an event of S3 whose key is badly encoded: %w", err)
		}
		n.files = append(n.files, file{r.S3.Bucket.Name, key})
	}
	if len(n.files) == 0 {
		n.ignore = notCreated
	}
	return n, nil
}

// check refuses names that no object can have.
func (f file) check() error {
	if f.bucket == "" || f.key == "" || len(f.bucket) > maxName || len(f.key) > maxName || strings.ContainsAny(f.bucket, "/?#@ \x00") {
		return errors.New("a message that names a bucket or key that cannot be")
	}
	return nil
}
