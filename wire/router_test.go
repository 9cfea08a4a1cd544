package wire

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

// order records what a request passed through.
type order []string

type checkedInput struct {
	Name string `required:"true"`
}

func (in *checkedInput) Check(caller Caller) error {
	if in.Name == "refused by Check" {
		return Errorf(400, "ValidationError", "Invalid ARN")
	}
	return nil
}

func TestOrderOfChecks(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		guard error
		want  string // code, and what was reached
	}{
		"an unknown action is not authorised":    {"Action=Nosuch&Version=2010-05-08&Name=x", nil, "InvalidAction:"},
		"a broken constraint before the guard":   {"Action=Toy&Version=2010-05-08", Errorf(403, "AccessDenied", "no"), "ValidationError:"},
		"the input's own rules before the guard": {"Action=Toy&Version=2010-05-08&Name=refused+by+Check", Errorf(403, "AccessDenied", "no"), "ValidationError:"},
		"the guard before the operation":         {"Action=Toy&Version=2010-05-08&Name=x", Errorf(403, "AccessDenied", "no"), "AccessDenied: guard iam:Toy user/x"},
		"all pass":                               {"Action=Toy&Version=2010-05-08&Name=x", nil, ": guard iam:Toy user/x call"},
		"no resource means any":                  {"Action=Any&Version=2010-05-08&Name=x", nil, ": guard iam:Any * call"},
		"open operations ask no guard":           {"Action=Open&Version=2010-05-08&Name=x", Errorf(403, "AccessDenied", "no"), ": call"},
		"what is found is authorised by its ARN": {"Action=Find&Version=2010-05-08&Name=x", nil, ": guard iam:Find user/dev/x thing call"},
		"what is absent is authorised before":    {"Action=Find&Version=2010-05-08&Name=absent", Errorf(403, "AccessDenied", "no"), "AccessDenied: guard iam:Find user/absent"},
		"and then absent":                        {"Action=Find&Version=2010-05-08&Name=absent", nil, "NoSuchEntity: guard iam:Find user/absent"},
		"a search that fails reaches no guard":   {"Action=Find&Version=2010-05-08&Name=broken", nil, "ServiceFailure:"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen order
			guard := func(_ context.Context, caller Caller, action, resource string) error {
				seen = append(seen, " guard", action, resource)
				return c.guard
			}
			call := func(context.Context, Caller, *checkedInput) (*NoOutput, error) {
				seen = append(seen, " call")
				return nil, nil
			}
			r := NewRouter(guard, toyService(
				Op("Toy", func(in *checkedInput, _ Caller) string { return "user/" + in.Name }, call),
				Op("Any", nil, call),
				Open("Open", call),
				OpOn("Find", findThing, func(ctx context.Context, c Caller, in *checkedInput, thing string) (*NoOutput, error) {
					seen = append(seen, " "+thing)
					return call(ctx, c, in)
				}),
			))
			answer := post(t, r, c.body)
			got := answer.Code + ":" + strings.ReplaceAll(strings.Join(seen, " "), "  ", " ")
			if strings.ReplaceAll(got, ": ", ":") != strings.ReplaceAll(c.want, ": ", ":") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// findThing is a lookup as OpOn wants it.
func findThing(_ context.Context, _ Caller, in *checkedInput) (thing, resource string, err error) {
	switch in.Name {
	case "absent":
		return "", "user/absent", Errorf(404, "NoSuchEntity", "no such user")
	case "broken":
		return "", "", errors.New("disk on fire")
	}
	return "thing", "user/dev/" + in.Name, nil
}

func TestRouting(t *testing.T) {
	named := func(name string) Operation {
		return Open(name, func(context.Context, Caller, *struct{}) (*NoOutput, error) { return nil, nil })
	}
	iam := toyService(named("ListUsers"), named("Both"))
	sts := Service{Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Operations: []Operation{named("GetCallerIdentity"), named("Both")}}
	r := NewRouter(allow, iam, sts)
	for name, c := range map[string]struct{ signed, query, want string }{
		"the signed service decides":            {"sts", "Action=GetCallerIdentity&Version=2011-06-15", "sts GetCallerIdentity "},
		"also against action and version":       {"sts", "Action=ListUsers&Version=2010-05-08", "sts  InvalidAction"},
		"without one, the version decides":      {"", "Action=Both&Version=2011-06-15", "sts Both "},
		"without a known version, the action":   {"", "Action=GetCallerIdentity&Version=1", "sts  InvalidAction"},
		"without both, the first service":       {"", "Action=Nosuch&Version=1", "iam  InvalidAction"},
		"a service that is not served":          {"ec2", "Action=ListUsers&Version=2010-05-08", "  SignatureDoesNotMatch"},
		"the version must be the service's own": {"iam", "Action=ListUsers&Version=2011-06-15", "iam  InvalidAction"},
	} {
		t.Run(name, func(t *testing.T) {
			req := &Request{ID: "REQ", HTTP: httptest.NewRequest("GET", "/?"+c.query, nil)}
			a := r.Serve(t.Context(), alice, c.signed, req)
			if got := a.Service + " " + a.Operation + " " + a.Code; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRequestForms(t *testing.T) {
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for name, c := range map[string]struct {
		method, target, contentType, body string
		status                            int
		code, message                     string
	}{
		"POST with a form":           {"POST", "/", form, "Action=Toy&Version=2010-05-08", 200, "", ""},
		"POST that claims nothing":   {"POST", "/", "", "Action=Toy&Version=2010-05-08", 200, "", ""},
		"POST with a query string":   {"POST", "/?Action=Toy&Version=2010-05-08", "application/json", "", 200, "", ""},
		"POST with both":             {"POST", "/?Version=2010-05-08", form, "Action=Toy", 200, "", ""},
		"GET":                        {"GET", "/?Action=Toy&Version=2010-05-08", "", "", 200, "", ""},
		"GET with a presigned query": {"GET", "/?Action=Toy&Version=2010-05-08&X-Amz-Signature=1", "", "", 200, "", ""},
		"the body of a GET is no form": {"GET", "/", form, "Action=Toy&Version=2010-05-08", 400, "MissingAction",
			"The request must contain the parameter Action."},
		"an action in both": {"POST", "/?Action=Toy", form, "Action=Toy&Version=2010-05-08", 400, "MalformedInput", "Duplicate parameter Action"},
		"JSON": {"POST", "/", "application/x-amz-json-1.1", "{}", 415, "UnsupportedMediaType",
			"The content type application/x-amz-json-1.1 is not supported. Use application/x-www-form-urlencoded."},
		"a broken content type": {"POST", "/", ";;", "a", 415, "UnsupportedMediaType",
			"The content type ;; is not supported. Use application/x-www-form-urlencoded."},
		"HEAD": {"HEAD", "/?Action=Toy&Version=2010-05-08", "", "", 405, "MethodNotAllowed", "The method HEAD is not allowed. Use POST."},
		"PUT":  {"PUT", "/", form, "Action=Toy&Version=2010-05-08", 405, "MethodNotAllowed", "The method PUT is not allowed. Use POST."},
		"another path": {"POST", "/iam", form, "Action=Toy&Version=2010-05-08", 404, "NotFound",
			"There is nothing at this path. Send requests of this API to /"},
		"no action":      {"POST", "/", form, "", 400, "MissingAction", "The request must contain the parameter Action."},
		"no version":     {"POST", "/", form, "Action=Toy", 400, "InvalidAction", "Could not find operation Toy for version NO_VERSION_SPECIFIED"},
		"unknown action": {"POST", "/", form, "Action=Foo&Version=2010-05-08", 400, "InvalidAction", "Could not find operation Foo for version 2010-05-08"},
		"names are case-sensitive": {"POST", "/", form, "Action=toy&Version=2010-05-08", 400, "InvalidAction",
			"Could not find operation toy for version 2010-05-08"},
		"markup in an action": {"POST", "/", form, "Action=%3Cb%3E&Version=2010-05-08", 400, "InvalidAction",
			"Could not find operation &lt;b&gt; for version 2010-05-08"},
		"a semicolon does not separate": {"POST", "/", form, "Action=Toy;Version=2010-05-08", 400, "InvalidAction",
			"Could not find operation Toy;Version=2010-05-08 for version NO_VERSION_SPECIFIED"},
	} {
		t.Run(name, func(t *testing.T) {
			toy := Open("Toy", func(context.Context, Caller, *struct{}) (*NoOutput, error) { return nil, nil })
			req := httptest.NewRequest(c.method, c.target, nil)
			req.Header.Set("Content-Type", c.contentType)
			got := NewRouter(allow, toyService(toy)).Serve(t.Context(), alice, "iam", &Request{ID: "REQ", HTTP: req, Body: []byte(c.body)})
			code, text := message(t, got)
			if got.Status != c.status || code != c.code || text != c.message {
				t.Errorf("got  %d %s: %s\nwant %d %s: %s", got.Status, code, text, c.status, c.code, c.message)
			}
		})
	}
}

func TestTablesThatCannotWork(t *testing.T) {
	type recursive struct{ Next *recursive }
	for name, build := range map[string]func(){
		"recursive input":     func() { compile[recursive, NoOutput]() },
		"recursive output":    func() { compile[struct{}, recursive]() },
		"unexported input":    func() { compile[struct{ a string }, NoOutput]() },
		"unexported output":   func() { compile[struct{}, struct{ a string }]() },
		"unknown input type":  func() { compile[struct{ A float32 }, NoOutput]() },
		"list of lists":       func() { compile[struct{ A [][]string }, NoOutput]() },
		"unknown output type": func() { compile[struct{}, struct{ A chan int }]() },
		"broken bound": func() {
			compile[struct {
				A string `min:"few"`
			}, NoOutput]()
		},
		"broken pattern": func() {
			compile[struct {
				A string `pattern:"["`
			}, NoOutput]()
		},
		"a pattern on a number": func() {
			compile[struct {
				A int `pattern:"1"`
			}, NoOutput]()
		},
		"an unknown option": func() {
			compile[struct{}, struct {
				A string `wire:",millis"`
			}]()
		},
		"the same name twice": func() { NewRouter(allow, toyService(compile[struct{}, NoOutput](), compile[struct{}, NoOutput]())) },
		"no guard":            func() { NewRouter(nil, toyService()) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was accepted")
				}
			}()
			build()
		})
	}
}

func compile[I, O any]() Operation {
	return Op("Toy", nil, func(context.Context, Caller, *I) (*O, error) { return nil, nil })
}
