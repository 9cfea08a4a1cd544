package wire

import (
	"context"
	"encoding/xml"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzQuery: whatever the body, the answer is one well-formed document, and the
// operation is only called with input that keeps its constraints.
func FuzzQuery(f *testing.F) {
	for _, body := range []string{
		"", "&", "=", "Action=Toy", goodArn,
		goodArn + "&Granularity=ACTION_LEVEL&MaxItems=10&Deep=true",
		goodArn + "&ServiceNamespaces.member.1=s3&ServiceNamespaces.member.3=ec2",
		goodArn + "&ServiceNamespaces=&Tags=&Filter=x",
		goodArn + "&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.1=c",
		goodArn + "&Tags.member.01.Key=a&Tags.member.-1.Key=a&Tags.member.99999999999999999999.Key=a",
		"&Arn=%e4&..=.&.member.=1&%00=%00&Arn.member.1.member.1=2", strings.Repeat("&a.b.c=1", 40),
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		call := func(_ context.Context, _ Caller, in *toyInput) (*toyInputEcho, error) {
			if n := len([]rune(in.Arn)); n < 20 || n > 2048 {
				t.Errorf("called with an Arn of %d characters", n)
			}
			return &toyInputEcho{in.Arn, in.Marker, in.ServiceNamespaces, in.Tags}, nil
		}
		r := NewRouter(allow, toyService(Op("Toy", nil, call)))
		req := httptest.NewRequest("POST", "/?Action=Toy&Version=2010-05-08", nil)
		got := r.Serve(t.Context(), alice, "iam", &Request{ID: "REQ", HTTP: req, Body: []byte(body)})
		if got.Cause != nil || got.Status != 200 && got.Status != 400 {
			t.Fatalf("status %d, cause %v", got.Status, got.Cause)
		}
		for d := xml.NewDecoder(strings.NewReader(string(got.Body))); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in %q", err, got.Body)
			}
		}
	})
}

type toyInputEcho struct {
	Arn               string
	Marker            *string
	ServiceNamespaces []string
	Tags              []toyTag
}
