package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
)

func TestReasonsAreOneLineWithoutWrappings(t *testing.T) {
	api := &smithy.GenericAPIError{Code: "AccessDenied", Message: "User: x is not\n authorized"}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"an API's": {&smithy.OperationError{ServiceID: "IAM", OperationName: "GetX", Err: fmt.Errorf("https response error: %w", api)}, "IAM GetX: AccessDenied: User: x is not authorized"},
		"a lost connection": {&smithy.OperationError{ServiceID: "STS", OperationName: "GetX", Err: fmt.Errorf("request send failed, %w",
			&url.Error{Op: "Post", URL: "http://x/", Err: errors.New("connection refused")})}, "STS GetX: connection refused"},
		"no answer": {&smithy.OperationError{ServiceID: "STS", OperationName: "GetX", Err: &smithy.CanceledError{Err: context.DeadlineExceeded}}, "STS GetX: no answer in time"},
		"ours":      {because("%d pages", 3), "3 pages"},
	} {
		if got := reason(c.err); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhichRefusalsExplainThemselves(t *testing.T) {
	const refused = "User: arn:aws:iam::111111111111:user/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/y"
	for message, want := range map[string]bool{
		refused: false,
		refused + " because no identity-based policy allows the sts:AssumeRole action":  true,
		refused + " because no service control policy allows the sts:AssumeRole action": true,
		refused + " with an explicit deny in a service control policy":                  true,
		"Access denied": false,
	} {
		err := fmt.Errorf("failed to refresh cached credentials, %w", &smithy.OperationError{ServiceID: "STS", Err: &smithy.GenericAPIError{Code: "AccessDenied", Message: message}})
		if explained(err) != want {
			t.Errorf("%q: %v", message, !want)
		}
	}
	if explained(errors.New(refused + " because no policy allows it")) {
		t.Error("no API's error")
	}
}

func TestWhoseCredentialsAreRefused(t *testing.T) {
	expired := &smithy.GenericAPIError{Code: "ExpiredToken"}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"the caller's":    {&smithy.OperationError{ServiceID: "STS", Err: expired}, true},
		"those of a role": {&smithy.OperationError{ServiceID: "IAM", Err: expired}, false},
		"a denial":        {&smithy.OperationError{ServiceID: "STS", Err: &smithy.GenericAPIError{Code: "AccessDenied"}}, false},
		"no API's error":  {errors.New("x"), false},
	} {
		if got := badCaller(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStatusOfAnAccount(t *testing.T) {
	for _, c := range []struct {
		status types.AccountStatus
		state  types.AccountState
		want   types.AccountStatus
	}{
		{"ACTIVE", "", "ACTIVE"}, {"SUSPENDED", "CLOSED", "SUSPENDED"}, {"", "ACTIVE", "ACTIVE"}, {"", "CLOSED", "SUSPENDED"},
		{"", "SUSPENDED", "SUSPENDED"}, {"", "PENDING_CLOSURE", "PENDING_CLOSURE"}, {"", "PENDING_ACTIVATION", "SUSPENDED"}, {"", "", "ACTIVE"},
	} {
		if got := statusOf(types.Account{Status: c.status, State: c.state}); got != c.want {
			t.Errorf("%q %q: %s", c.status, c.state, got)
		}
	}
}
