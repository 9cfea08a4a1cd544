package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ebbmark/ebbmark/ingest"
)

// Source is a bucket, a folder in it, or one object.
type Source struct {
	Client *Client
	Bucket string
	Prefix string // a folder, with or without the slash at its end, or the key of an object
	// Follow is for a bucket that is looked at again and again: nothing there
	// is no fault, and most looks list only the newest days of each Region.
	Follow bool
	Now    func() time.Time // the clock; required with Follow

	mu   sync.Mutex
	full time.Time // when the last complete walk began
}

var _ ingest.Source = (*Source)(nil)

// Kind implements ingest.Source.
func (s *Source) Kind() string { return Kind }

// Objects implements ingest.Source. Objects come in the order of their keys,
// folder by folder.
func (s *Source) Objects(ctx context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		w := &walk{Source: s, ctx: ctx, yield: yield, since: s.since()}
		var start time.Time
		if s.Follow {
			start = s.Now()
		}
		if !w.root() || w.failed || w.since != "" {
			return
		}
		s.mu.Lock()
		s.full = start
		s.mu.Unlock()
	}
}

// since is the first day, YYYY/MM/DD, that a walk has to list; empty: all of
// them.
func (s *Source) since() string {
	if !s.Follow {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.full.IsZero() || now.Sub(s.full) >= listAge {
		return ""
	}
	return s.Now().UTC().AddDate(0, 0, -recentDays).Format("2006/01/02")
}

// walk is one way through a bucket. Its methods report whether to go on.
type walk struct {
	*Source
	ctx    context.Context
	yield  func(ingest.Object, error) bool
	since  string
	found  bool
	failed bool // a part could not be listed
}

var errNothing = errors.New("nothing is there: no object has this name or lies in a folder of this name")

func (w *walk) root() bool {
	folder := w.Prefix
	if folder != "" && !strings.HasSuffix(folder, "/") {
		if !w.named(folder) {
			return false
		}
		folder += "/"
	}
	if !w.folder(folder, 0) {
		return false
	}
	if !w.found && !w.Follow {
		return w.fail(w.Prefix, errNothing)
	}
	return true
}

// named yields the object whose key the operator gave, if there is one. It is
// the first of all keys that begin so.
func (w *walk) named(key string) bool {
	out, err := w.page(&s3.ListObjectsV2Input{Prefix: &key, MaxKeys: aws.Int32(1)})
	if err != nil {
		return w.unlisted(key, err)
	}
	if len(out.Contents) == 0 || aws.ToString(out.Contents[0].Key) != key {
		return true
	}
	w.found = true
	o := w.Client.object(w.Bucket, key, aws.ToInt64(out.Contents[0].Size), aws.ToString(out.Contents[0].ETag))
	o.Asked = true
	return w.yield(o, nil)
}

// folder lists a folder: flat, or where it is worth it folder by folder.
func (w *walk) folder(prefix string, depth int) bool {
	in := &s3.ListObjectsV2Input{Prefix: &prefix}
	switch level(prefix) {
	case other:
		if reason := ingest.SkipByName(Name(w.Bucket, prefix) + "x"); reason != "" {
			w.found = true
			return w.yield(ingest.Object{Name: Name(w.Bucket, prefix), Size: -1, Version: "folder", Skip: reason + ": whole folder, not listed"}, nil)
		}
	case above:
		in.Delimiter = aws.String("/")
	case region:
		if w.since != "" {
			in.StartAfter = aws.String(prefix + w.since)
		}
	case outside:
		if depth <= openDepth {
			in.Delimiter = aws.String("/")
		}
	}
	return w.list(in, depth)
}

// list lists page by page.
func (w *walk) list(in *s3.ListObjectsV2Input, depth int) bool {
	for {
		out, err := w.page(in)
		if err != nil {
			return w.unlisted(aws.ToString(in.Prefix), err)
		}
		for _, o := range out.Contents {
			w.found = true
			if !w.yield(w.listed(aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToString(o.ETag)), nil) {
				return false
			}
		}
		for _, p := range out.CommonPrefixes {
			if !w.folder(aws.ToString(p.Prefix), depth+1) {
				return false
			}
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			return true
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

func (w *walk) page(in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
	in.Bucket, in.RequestPayer = &w.Bucket, w.Client.payer
	out, err := w.Client.api.ListObjectsV2(w.ctx, in, w.Client.at(w.ctx, w.Bucket))
	if err == nil && aws.ToBool(out.IsTruncated) && aws.ToString(out.NextContinuationToken) == aws.ToString(in.ContinuationToken) && in.MaxKeys == nil {
		return nil, errors.New("the server's list does not get on")
	}
	return out, err
}

// listed is an object of a list.
func (w *walk) listed(key string, size int64, etag string) ingest.Object {
	o := w.Client.object(w.Bucket, key, size, etag)
	if strings.HasSuffix(key, "/") {
		o.Skip = "folder"
	}
	return o
}

// unlisted deals with a list that was refused. What we may not list is reported
// and the walk goes on; any other error ends it, since what it hides is not
// known.
func (w *walk) unlisted(prefix string, err error) bool {
	if isDenied(err) {
		return w.fail(prefix, fmt.Errorf("cannot be listed: %w", reason(err)))
	}
	if w.ctx.Err() != nil {
		err = w.ctx.Err()
	} else {
		err = fmt.Errorf("list %s: %w", Name(w.Bucket, prefix), reason(err))
	}
	w.yield(ingest.Object{}, err)
	return false
}

func (w *walk) fail(prefix string, err error) bool {
	w.found, w.failed = true, true
	return w.yield(ingest.Object{Name: Name(w.Bucket, prefix), Size: -1, Err: err}, nil)
}

// Places of a folder in CloudTrail's layout (CT-50).
type place int

const (
	outside place = iota // of any AWSLogs
	above                // AWSLogs, an organization, an account, or its CloudTrail folder
	region               // of a trail's logs of one Region: below it are days
	other                // of an account, and not CloudTrail's logs
	within               // somewhere else below AWSLogs
)

// level finds out what a folder is by the layout
//
//	[PREFIX/]AWSLogs/[ORG_ID/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
//
// It decides how to list, never what to read.
func level(folder string) place {
	parts := strings.Split(strings.TrimSuffix(folder, "/"), "/")
	i := slices.Index(parts, "AWSLogs")
	if i < 0 {
		return outside
	}
	parts = parts[i+1:]
	if len(parts) > 0 && strings.HasPrefix(parts[0], "o-") {
		parts = parts[1:]
	}
	switch {
	case len(parts) == 0:
		return above
	case !isAccount(parts[0]):
		return within
	case len(parts) == 1:
		return above
	case parts[1] != "CloudTrail":
		return other
	case len(parts) == 2:
		return above
	case len(parts) == 3:
		return region
	}
	return within
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
