package s3

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ebbmark/ebbmark/ingest"
)

const digestFolder = "CloudTrail-Digest/"

// Digests yields the digest files at or below the prefix (CT-51). Other than in
// a walk for logs, what cannot be listed ends the sequence with an error: a
// digest that is not seen proves nothing.
func (s *Source) Digests(ctx context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		prefix := s.Prefix
		if prefix != "" && !strings.HasSuffix(prefix, "/") {
			prefix += "/"
		}
		w := &walk{Source: s, ctx: ctx, yield: yield}
		w.digests(prefix, 0)
	}
}

// digests goes down to the folders of digests, and past those of logs.
func (w *walk) digests(prefix string, depth int) bool {
	in := &s3.ListObjectsV2Input{Prefix: &prefix}
	switch at := level(prefix); {
	case strings.Contains(prefix, digestFolder):
	case isAccountFolder(prefix):
		return w.digests(prefix+digestFolder, depth)
	case at == above || at == outside && depth <= openDepth:
		in.Delimiter = aws.String("/")
	case at != outside:
		return true
	}
	for {
		out, err := w.page(in)
		if err != nil {
			w.yield(ingest.Object{}, fmt.Errorf("list %s: %w", Name(w.Bucket, prefix), reason(err)))
			return false
		}
		for _, o := range out.Contents {
			key := aws.ToString(o.Key)
			if strings.Contains(key, "/"+digestFolder) && strings.HasSuffix(key, ".json.gz") &&
				!w.yield(w.listed(key, aws.ToInt64(o.Size), aws.ToString(o.ETag)), nil) {
				return false
			}
		}
		for _, p := range out.CommonPrefixes {
			if !w.digests(aws.ToString(p.Prefix), depth+1) {
				return false
			}
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			return true
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// isAccountFolder reports whether a folder is that of an account in
// CloudTrail's layout.
func isAccountFolder(folder string) bool {
	parts := strings.Split(strings.TrimSuffix(folder, "/"), "/")
	return level(folder) == above && isAccount(parts[len(parts)-1])
}

// Absent reports whether an object could not be looked up because there is
// none.
func Absent(o ingest.Object) bool { return o.Err == errGone }

// Metadata is what an object's writer has said of it, by names in lower case.
func (c *Client) Metadata(ctx context.Context, bucket, key string) (map[string]string, error) {
	out, err := c.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, RequestPayer: c.payer}, c.at(ctx, bucket))
	if err != nil {
		return nil, reason(err)
	}
	all := map[string]string{}
	for name, value := range out.Metadata {
		all[strings.ToLower(name)] = value
	}
	return all, nil
}
