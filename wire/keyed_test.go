package wire

import (
	"context"
	"net/http/httptest"
	"testing"
)

type keyedInput struct{ Tag string }

func (in *keyedInput) ConditionKeys(action string) map[string][]string {
	return map[string][]string{"aws:RequestTag/t": {in.Tag}, "x:Both": {action}}
}

type keyedThing struct{}

func (keyedThing) ConditionKeys(string) map[string][]string {
	return map[string][]string{"aws:ResourceTag/t": {"thing"}, "x:Both": {"thing"}}
}

func TestTheGuardSeesTheKeysOfInputAndThing(t *testing.T) {
	for name, test := range map[string]struct {
		find func(context.Context, Caller, *keyedInput) (keyedThing, string, error)
		want map[string]string
	}{
		"found": {
			func(context.Context, Caller, *keyedInput) (keyedThing, string, error) {
				return keyedThing{}, "arn", nil
			},
			map[string]string{"aws:RequestTag/t": "red", "aws:ResourceTag/t": "thing", "x:Both": "s:Do", "aws:SourceIp": "::1"},
		},
		"absent": {
			func(context.Context, Caller, *keyedInput) (keyedThing, string, error) {
				return keyedThing{}, "arn", Errorf(404, "None", "none")
			},
			map[string]string{"aws:RequestTag/t": "red", "x:Both": "s:Do", "aws:SourceIp": "::1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var seen map[string][]string
			guard := func(_ context.Context, c Caller, _, _ string) error { seen = c.Keys; return nil }
			op := OpOn("Do", test.find, func(_ context.Context, c Caller, _ *keyedInput, _ keyedThing) (*NoOutput, error) {
				if len(c.Keys) != 1 {
					t.Errorf("the operation got %v", c.Keys)
				}
				return nil, nil
			})
			r := NewRouter(guard, Service{Name: "s", Version: "1", Operations: []Operation{op}})
			own := map[string][]string{"aws:SourceIp": {"::1"}}
			req := &Request{HTTP: httptest.NewRequest("GET", "/?Action=Do&Version=1&Tag=red", nil)}
			r.Serve(t.Context(), Caller{Keys: own}, "s", req)
			if len(seen) != len(test.want) || len(own) != 1 {
				t.Errorf("the guard saw %v; the caller's own are %v", seen, own)
			}
			for key, value := range test.want {
				if len(seen[key]) != 1 || seen[key][0] != value {
					t.Errorf("%s: got %v, want %s", key, seen[key], value)
				}
			}
		})
	}
}
