package scenario

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// visit is a caller of a server, through aws-sdk-go-v2. It remembers what was
// answered: "iam GetUser" after the first GetUser that succeeded.
type visit struct {
	*testing.T
	place    *place
	address  string
	answered map[string]bool

	iam           *iam.Client
	sts           *sts.Client
	organizations *organizations.Client
	analyzer      *accessanalyzer.Client
}

// newVisit is a visit of the server that serves a place, by a principal.
func newVisit(t *testing.T, p *place, address, arn string) *visit {
	t.Helper()
	v := &visit{T: t, place: p, address: address, answered: map[string]bool{}}
	return v.with(p.config(address, arn).Credentials)
}

// with is the same visit by another caller.
func (v *visit) with(who aws.CredentialsProvider) *visit {
	same := *v
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &v.address, RetryMaxAttempts: 5, Credentials: who,
		APIOptions: []func(*middleware.Stack) error{same.remember},
	}
	same.iam, same.sts, same.organizations = iam.NewFromConfig(config), sts.NewFromConfig(config), organizations.NewFromConfig(config)
	same.analyzer = accessanalyzer.NewFromConfig(config)
	return &same
}

// key is the same visit by the owner of a key; the token may be empty.
func (v *visit) key(id, secret, token string) *visit {
	return v.with(awscredentials.NewStaticCredentialsProvider(id, secret, token))
}

// in is the same visit, of a subtest.
func (v *visit) in(t *testing.T) *visit {
	same := *v
	same.T = t
	return &same
}

// remember watches the calls of a client.
func (v *visit) remember(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("remember",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err == nil {
				v.answered[strings.ToLower(awsmiddleware.GetServiceID(ctx))+" "+awsmiddleware.GetOperationName(ctx)] = true
			}
			return out, metadata, err
		}), middleware.After)
}

// call makes a call that succeeds.
func call[I, O, F any](v *visit, operation func(context.Context, *I, ...func(*F)) (*O, error), in I) *O {
	v.Helper()
	out, err := operation(v.Context(), &in)
	if err != nil {
		v.Fatal(err)
	}
	return out
}

// answers makes a call and compares all that it answers with JSON: members in
// AWS's names, those that are absent left out. "*" is any value, and a text that
// ends in "…" any that begins so.
func answers[I, O, F any](v *visit, operation func(context.Context, *I, ...func(*F)) (*O, error), in I, want string) *O {
	v.Helper()
	out := call(v, operation, in)
	v.same(out, want)
	return out
}

// refuses makes a call that fails with "CODE: message".
func refuses[I, O, F any](v *visit, operation func(context.Context, *I, ...func(*F)) (*O, error), in I, want string) {
	v.Helper()
	_, err := operation(v.Context(), &in)
	refusal, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		v.Errorf("got %v, want %s", err, want)
	} else if got := refusal.ErrorCode() + ": " + refusal.ErrorMessage(); got != want {
		v.Errorf("got  %s\nwant %s", got, want)
	}
}

// same compares an answer, or a part of it, with JSON.
func (v *visit) same(answer any, want string) {
	v.Helper()
	text, err := json.MarshalIndent(answer, "", "  ")
	if err != nil {
		v.Fatal(err)
	}
	var got, wanted any
	if err := cmp.Or(json.Unmarshal(text, &got), json.Unmarshal([]byte(want), &wanted)); err != nil {
		v.Fatalf("%v in %s", err, want)
	}
	got = present(normal(got))
	if diff := difference("", beginnings(normal(wanted), got), got); diff != "" {
		v.Errorf("%s\ngot %s", diff, text)
	}
}

// present is an answer without what is absent from it. Policy documents are
// decoded (IAM-15).
func present(v any) any {
	switch v := v.(type) {
	case string:
		if text, err := url.PathUnescape(v); err == nil && strings.HasPrefix(v, "%7B") {
			return text
		}
	case []any:
		for i := range v {
			v[i] = present(v[i])
		}
	case map[string]any:
		for k, member := range v {
			if member == nil || member == "" || k == "ResultMetadata" {
				delete(v, k)
			} else {
				v[k] = present(member)
			}
		}
		// A tag's value may be empty, and an absent one has no key.
		if _, tag := v["Key"]; tag && v["Value"] == nil {
			v["Value"] = ""
		}
	}
	return v
}

// beginnings puts into what is wanted, for each text that ends in "…", the one
// that was got, when it begins so.
func beginnings(want, got any) any {
	switch want := want.(type) {
	case string:
		begin, open := strings.CutSuffix(want, "…")
		if text, _ := got.(string); open && strings.HasPrefix(text, begin) {
			return text
		}
	case []any:
		have, _ := got.([]any)
		for i := range min(len(want), len(have)) {
			want[i] = beginnings(want[i], have[i])
		}
	case map[string]any:
		have, _ := got.(map[string]any)
		for k := range want {
			want[k] = beginnings(want[k], have[k])
		}
	}
	return want
}

// quoted is a text in JSON.
func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}
