package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

// now is the clock of these tests.
func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// blob is an object of a source in memory.
type blob struct {
	name string
	data []byte
}

type memory []blob

func (m memory) Kind() string { return "file" }

func (m memory) Objects(context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for _, b := range m {
			o := Object{Name: b.name, Size: int64(len(b.data)), Version: fmt.Sprint(len(b.data), b.data[:min(20, len(b.data))])}
			o.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.data)), nil }
			if !yield(o, nil) {
				return
			}
		}
	}
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run ingests and ends the test on an error.
func run(t testing.TB, s store.Store, sources ...Source) Summary {
	t.Helper()
	sum, err := New(Config{Store: s, Sources: sources, Now: now, Workers: 4}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// dump is all facts of the accounts of these tests as text, in order.
func dump(t testing.TB, s store.Store) string {
	t.Helper()
	var lines []string
	for _, account := range []string{"111122223333", "444455556666"} {
		for f, err := range s.Facts(t.Context(), activity.Prefix{Account: account}) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%+v %v", f.Key, []any{f.First, f.Last, slices.Collect(f.Days.All())}))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// alice is a call of a user; the fields that matter are given.
func alice(id int, at, source, name, more string) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAALICEEXAMPLE0001","userName":"alice"},`+
		`"eventTime":"%s","eventSource":"%s","eventName":"%s","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.17","requestParameters":{"x":[1,2,{"y":null}]},"responseElements":null,%s`+
		`"eventID":"0a1b2c3d-0000-4000-8000-%012d","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`, at, source, name, more, id)
}

// someRecords makes n records of a few principals, operations and outcomes
// over 60 days, with other events among them.
func someRecords(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	out := make([]string, n)
	for i := range out {
		at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60*24*3600)) * time.Second).Format(time.RFC3339)
		account := pick("111122223333", "444455556666")
		role := pick("app", "deploy", "audit")
		who := fmt.Sprintf(`{"type":"AssumedRole","principalId":"AROA%sEXAMPLE00000:%[4]s","arn":"arn:aws:sts::%[2]s:assumed-role/%[3]s/%[4]s","accountId":"%[2]s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%[1]sEXAMPLE00000","arn":"arn:aws:iam::%[2]s:role/%[3]s","accountId":"%[2]s"}%[5]s}}`,
			strings.ToUpper(role), account, role, pick("s", "ada", fmt.Sprintf("i-0abc%08x", r.Uint32())), pick("", "", `,"sourceIdentity":"bob"`))
		if r.IntN(10) == 0 {
			who = `{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}`
		}
		out[i] = fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":%s,"eventTime":"%s","eventSource":"%s","eventName":"%s","awsRegion":"%s",%s%s"eventID":"0a1b2c3d-0000-4000-8000-%012d","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"%s"}`,
			who, at, pick("ec2.amazonaws.com", "s3.amazonaws.com", "iam.amazonaws.com"), pick("ListThings", "GetThing", "PutThing"), pick("eu-west-1", "us-east-1"),
			pick("", "", `"requestParameters":{"x":[{"roleArn":"r","y":"z"}],"iamInstanceProfile":{"name":"p"}},`, `"requestParameters":{"roleArn":"q"},`),
			pick("", "", `"errorCode":"AccessDenied",`, `"errorCode":"ThrottlingException",`), r.IntN(200), account)
	}
	return out
}

func records(list ...string) string { return `{"Records":[` + strings.Join(list, ",") + `]}` }

// faulty is a store whose writes fail at will: before they are done, or after.
type faulty struct {
	*mem.Store
	fail func(op string) (before, after error)
}

func (f *faulty) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	before, after := f.fail("MergeFacts")
	if before != nil {
		return before
	}
	return errors.Join(f.Store.MergeFacts(ctx, facts), after)
}

func (f *faulty) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	before, after := f.fail("SetDocs " + string(kind))
	if before != nil {
		return before
	}
	return errors.Join(f.Store.SetDocs(ctx, kind, docs), after)
}
