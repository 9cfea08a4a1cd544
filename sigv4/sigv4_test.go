package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

// TestDocumentedSignatures uses the signatures that AWS publishes for its
// example requests.
func TestDocumentedSignatures(t *testing.T) {
	for name, test := range map[string]struct {
		request         Request
		region, service string
		want            string
	}{
		"the IAM ListUsers example of the documentation": {
			Request{Method: "GET", Path: "/", Query: "Action=ListUsers&Version=2010-05-08", Host: "iam.amazonaws.com",
				Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}},
			"us-east-1", "iam", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
		},
		"nothing but host and date": {
			Request{Method: "GET", Path: "/", Host: "example.amazonaws.com"},
			"us-east-1", "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		},
		"query parameters out of order": {
			Request{Method: "GET", Path: "/", Query: "Param2=value2&Param1=value1", Host: "example.amazonaws.com"},
			"us-east-1", "service", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
	} {
		t.Run(name, func(t *testing.T) {
			Sign(&test.request, Credentials{KeyID: "AKIDEXAMPLE", Secret: exampleSecret}, test.region, test.service, exampleTime)
			got := test.request.Header["Authorization"][0]
			if !strings.HasSuffix(got, "Signature="+test.want) {
				t.Errorf("got %s, want signature %s", got, test.want)
			}
		})
	}
}

// sdkSigned makes a request signed by AWS's own SDK.
func sdkSigned(t *testing.T, method, target, body, token string, presign bool) *Request {
	t.Helper()
	hr, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		hr.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	creds := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: exampleSecret, SessionToken: token}
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	if presign {
		q := hr.URL.Query()
		q.Set("X-Amz-Expires", "900")
		hr.URL.RawQuery = q.Encode()
		signed, _, err := signer.NewSigner().PresignHTTP(t.Context(), creds, hr, hash, "iam", "us-east-1", exampleTime)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(signed)
		if err != nil {
			t.Fatal(err)
		}
		return &Request{Method: method, Path: u.EscapedPath(), Query: u.RawQuery, Host: u.Host, Header: map[string][]string{}, Body: []byte(body)}
	}
	if err := signer.NewSigner().SignHTTP(t.Context(), creds, hr, hash, "iam", "us-east-1", exampleTime); err != nil {
		t.Fatal(err)
	}
	header := maps.Clone(hr.Header)
	if hr.ContentLength > 0 { // signed by the SDK although net/http keeps it elsewhere
		header["Content-Length"] = []string{strconv.FormatInt(hr.ContentLength, 10)}
	}
	return &Request{Method: method, Path: hr.URL.EscapedPath(), Query: hr.URL.RawQuery, Host: hr.URL.Host, Header: header, Body: []byte(body)}
}

func TestSDKSignaturesVerify(t *testing.T) {
	for _, target := range []string{
		"http://localhost:4780/",
		"http://localhost:4780/?Action=ListUsers&Version=2010-05-08",
		"http://localhost:4780/?b=2&a=%20x%2Fy&a=1&empty=&A=z",
		"http://localhost:4780/findings/v2/arn%3Aaws%3Aaccess-analyzer%3Aus-east-1",
		"http://localhost:4780/a%20b/c/",
	} {
		for _, token := range []string{"", "a/session+token=="} {
			for _, presign := range []bool{false, true} {
				method, body := "POST", "Action=ListUsers&Version=2010-05-08"
				if presign {
					method, body = "GET", ""
				}
				r := sdkSigned(t, method, target, body, token, presign)
				s, err := Parse(r)
				if err != nil {
					t.Fatalf("%s presign=%v: %v", target, presign, err)
				}
				if err := s.Verify(r, exampleSecret, exampleTime.Add(5*time.Minute)); err != nil {
					t.Errorf("%s presign=%v token=%q: %v", target, presign, token, err)
				}
				if s.KeyID != "AKIDEXAMPLE" || s.Service != "iam" || s.Region != "us-east-1" || s.Token != token {
					t.Errorf("parsed %+v", s)
				}
			}
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	good := func() *Request {
		return sdkSigned(t, "POST", "http://localhost:4780/", "Action=X&A=b", "", false)
	}
	presigned := func() *Request {
		return sdkSigned(t, "GET", "http://localhost:4780/?Action=X", "", "", true)
	}
	for name, test := range map[string]struct {
		request *Request
		change  func(r *Request)
		secret  string
		at      time.Duration
		want    error
	}{
		"another body":          {good(), func(r *Request) { r.Body = []byte("Action=X&A=c") }, exampleSecret, 0, ErrMismatch},
		"another path":          {good(), func(r *Request) { r.Path = "/other" }, exampleSecret, 0, ErrMismatch},
		"another host":          {good(), func(r *Request) { r.Host = "elsewhere:4780" }, exampleSecret, 0, ErrMismatch},
		"another method":        {good(), func(r *Request) { r.Method = "GET" }, exampleSecret, 0, ErrMismatch},
		"an added query":        {good(), func(r *Request) { r.Query = "Action=Y" }, exampleSecret, 0, ErrMismatch},
		"another secret":        {good(), nil, "x" + exampleSecret, 0, ErrMismatch},
		"a clock 20 min ahead":  {good(), nil, exampleSecret, 20 * time.Minute, ErrExpired},
		"a clock 20 min behind": {good(), nil, exampleSecret, -20 * time.Minute, ErrExpired},
		"a changed parameter of a signed link": {presigned(), func(r *Request) {
			r.Query = strings.Replace(r.Query, "Action=X", "Action=Y", 1)
		}, exampleSecret, 0, ErrMismatch},
		"a signed link past its life": {presigned(), nil, exampleSecret, 901 * time.Second, ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			if test.change != nil {
				test.change(test.request)
			}
			s, err := Parse(test.request)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(test.request, test.secret, exampleTime.Add(test.at)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	header := func(authorization string) *Request {
		return &Request{Method: "POST", Path: "/", Host: "h", Header: map[string][]string{
			"Authorization": {authorization}, "X-Amz-Date": {"20150830T123600Z"},
		}}
	}
	const sig = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, test := range map[string]struct {
		request *Request
		want    error
	}{
		"no signature":              {&Request{Method: "POST", Path: "/"}, ErrMissing},
		"another algorithm":         {header("AWS4-ECDSA-P256-SHA256 Credential=a"), ErrIncomplete},
		"basic authentication":      {header("Basic dXNlcjpwYXNz"), ErrIncomplete},
		"no credential":             {header("AWS4-HMAC-SHA256 SignedHeaders=host;x-amz-date, Signature=" + sig), ErrIncomplete},
		"a short scope":             {header("AWS4-HMAC-SHA256 Credential=A/20150830/iam, SignedHeaders=host;x-amz-date, Signature=" + sig), ErrIncomplete},
		"a scope of another day":    {header("AWS4-HMAC-SHA256 Credential=A/20150831/r/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + sig), ErrIncomplete},
		"a date that is not signed": {header("AWS4-HMAC-SHA256 Credential=A/20150830/r/iam/aws4_request, SignedHeaders=host, Signature=" + sig), ErrIncomplete},
		"a signature twice":         {header("AWS4-HMAC-SHA256 Credential=A/20150830/r/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + sig + ", Signature=" + sig), ErrIncomplete},
		"a short signature":         {header("AWS4-HMAC-SHA256 Credential=A/20150830/r/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab"), ErrIncomplete},
		"half a signed link":        {&Request{Method: "GET", Path: "/", Query: "X-Amz-Algorithm=AWS4-HMAC-SHA256"}, ErrIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(test.request); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=A/20150830/r/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "20150830T123600Z", "a=b&c")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20150830/r/iam/aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00")
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := &Request{Method: "POST", Path: "/", Host: "h", Query: query, Header: map[string][]string{"X-Amz-Date": {date}}}
		if authorization != "" {
			r.Header["Authorization"] = []string{authorization}
		}
		s, err := Parse(r)
		if err != nil {
			if !errors.Is(err, ErrMissing) && !errors.Is(err, ErrIncomplete) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		if err := s.Verify(r, "a secret nobody signed with", s.Time); !errors.Is(err, ErrMismatch) {
			t.Fatalf("a signature nobody made was accepted: %v", err)
		}
	})
}
