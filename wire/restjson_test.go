package wire

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type restCriterion struct {
	Eq     []string `wire:"eq" min:"1" max:"2"`
	Exists *bool    `wire:"exists"`
}

type restInput struct {
	Arn    string                   `wire:"resourceArn"`
	Keys   []string                 `wire:"tagKeys" max:"3"`
	Size   *int                     `wire:"size" min:"1"`
	Deep   *bool                    `wire:"deep"`
	Tags   map[string]string        `wire:"tags" max:"2"`
	Filter map[string]restCriterion `wire:"filter"`
	Any    []map[string]string      `wire:"any"`
	From   time.Time                `wire:"from"`
}

type restOutput struct {
	At     time.Time         `wire:"at"`
	Millis time.Time         `wire:"millis,millis"`
	Tags   map[string]string `wire:"tags"`
	Absent *bool             `wire:"absent"`
	Text   string            `wire:"text"`
}

// restToys has one operation per kind of route, all of the same input.
func restToys(got **restInput, fails error) *Router {
	call := func(_ context.Context, _ Caller, in *restInput) (*restOutput, error) {
		*got = in
		return &restOutput{At: time.Date(2026, 6, 1, 12, 0, 0, 9e8, time.UTC), Millis: time.Date(2026, 6, 1, 12, 0, 0, 9e8, time.UTC), Tags: map[string]string{"b": "2", "a": ""}}, fails
	}
	return NewRouter(allow, Service{
		Name: "toys", Protocol: RESTJSON,
		Routes: map[string]string{
			"List": "GET /toy?tagKeys&size&deep", "Put": "PUT /toy", "Get": "GET /toy/{resourceArn}", "Special": "GET /toy/special",
			"Untag": "DELETE /toy/{resourceArn}/tags?tagKeys",
		},
		Operations: []Operation{Op("List", nil, call), Op("Put", nil, call), Op("Get", nil, call), Op("Special", nil, call), Op("Untag", nil, call)},
	})
}

func rest(t *testing.T, r *Router, method, url, body string, headers ...string) Response {
	t.Helper()
	req := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return r.Serve(t.Context(), alice, "toys", &Request{ID: "REQ", HTTP: req, Body: []byte(body)})
}

func TestRESTRoutes(t *testing.T) {
	for sentence, c := range map[string]struct{ method, url, want string }{
		"a path of texts":                       {"GET", "/toy", "List 200 "},
		"the method decides":                    {"PUT", "/toy", "Put 200 "},
		"a label":                               {"GET", "/toy/x", "Get 200 x"},
		"a label with slashes and colons":       {"GET", "/toy/arn%3Aaws%3Aiam%3A%3A1%3Auser%2Fa%20b", "Get 200 arn:aws:iam::1:user/a b"},
		"colons need no encoding":               {"GET", "/toy/arn:aws", "Get 200 arn:aws"},
		"a plus is a plus":                      {"GET", "/toy/a+b", "Get 200 a+b"},
		"a text wins over a label":              {"GET", "/toy/special", "Special 200 "},
		"something behind a label":              {"DELETE", "/toy/x/tags", "Untag 200 x"},
		"an empty label is no label":            {"GET", "/toy/", " 404 UnknownOperationException"},
		"a slash too many":                      {"GET", "/toy//x", " 404 UnknownOperationException"},
		"an unknown path":                       {"GET", "/nosuch", " 404 UnknownOperationException"},
		"the root":                              {"POST", "/", " 404 UnknownOperationException"},
		"another method":                        {"POST", "/toy", " 405 MethodNotAllowedException GET, PUT"},
		"HEAD is not GET":                       {"HEAD", "/toy", " 405 MethodNotAllowedException GET, PUT"},
		"another method, behind a label":        {"PUT", "/toy/x/tags", " 405 MethodNotAllowedException DELETE"},
		"a label that is not UTF-8":             {"GET", "/toy/%ff", " 400 SerializationException"},
		"a query string that cannot be read":    {"GET", "/toy?tagKeys=%zz", " 400 SerializationException"},
		"a scalar twice":                        {"GET", "/toy?size=1&size=2", "List 400 SerializationException"},
		"a number that is none":                 {"GET", "/toy?size=x", "List 400 SerializationException"},
		"a boolean that is none":                {"GET", "/toy?deep=1", "List 400 SerializationException"},
		"a number out of bounds":                {"GET", "/toy?size=0", "List 400 ValidationException"},
		"a list with one member too many":       {"GET", "/toy?tagKeys=a&tagKeys=b&tagKeys=c&tagKeys=d", "List 400 ValidationException"},
		"parameters that nobody knows":          {"GET", "/toy?nosuch=1&nosuch=2&resourceArn=ignored", "List 200 "},
		"a label beside a parameter like it":    {"GET", "/toy/x?resourceArn=y", "Get 200 x"},
		"a label beside a body that has it too": {"GET", "/toy/x", "Get 200 x"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var got *restInput
			a := rest(t, restToys(&got, nil), c.method, c.url, `{"resourceArn":"z","tagKeys":["body"]}`)
			text := a.Operation + " " + httpStatus(a) + " "
			switch {
			case a.Status != 200:
				text += strings.TrimSpace(a.Header["X-Amzn-ErrorType"] + " " + a.Header["Allow"])
			case a.Operation == "Get" || a.Operation == "Untag":
				text += got.Arn
			case a.Operation == "List" && len(got.Keys) > 0:
				t.Errorf("the body's member was taken for the query string's")
			}
			if text != c.want {
				t.Errorf("got %q, want %q: %s", text, c.want, a.Body)
			}
		})
	}
}

func TestRESTInput(t *testing.T) {
	const failed = `,"fieldList":[{"name":`
	for sentence, c := range map[string]struct{ body, want string }{
		"no body":                        {"", ""},
		"an empty object":                {"{}", ""},
		"null is absent":                 {`{"tags":null,"from":null,"filter":null}`, ""},
		"unknown members do not matter":  {`{"nosuch":[{"a":1}]}`, ""},
		"a fraction of a second":         {`{"from":"2026-05-01T00:00:00.123Z"}`, ""},
		"a time with a zone":             {`{"from":"2026-05-01T02:00:00+02:00"}`, ""},
		"a day is no time":               {`{"from":"2026-05-01"}`, `{"message":"Invalid timestamp for from"` + failed + `"from","message":"Invalid timestamp for from"}]}`},
		"seconds are no time":            {`{"from":1780315200}`, `{"message":"a Number can not be converted to a String at from"` + failed + `"from","message":"a Number can not be converted to a String at from"}]}`},
		"a list where a map belongs":     {`{"tags":[]}`, `{"message":"a List can not be converted to a Structure at tags"` + failed + `"tags","message":"a List can not be converted to a Structure at tags"}]}`},
		"a number in a map of texts":     {`{"tags":{"a":1}}`, `{"message":"a Number can not be converted to a String at tags.a"` + failed + `"tags.a","message":"a Number can not be converted to a String at tags.a"}]}`},
		"a null in a map":                {`{"tags":{"a":null}}`, `{"message":"1 validation error detected: Value at 'tags.a' failed to satisfy constraint: Member must not be null"` + failed + `"tags.a","message":"Member must not be null"}]}`},
		"a null in a map of structures":  {`{"filter":{"a":null}}`, `{"message":"1 validation error detected: Value at 'filter.a' failed to satisfy constraint: Member must not be null"` + failed + `"filter.a","message":"Member must not be null"}]}`},
		"a map with an entry too many":   {`{"tags":{"a":"","b":"","c":""}}`, `{"message":"1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2"` + failed + `"tags","message":"Member must have length less than or equal to 2"}]}`},
		"an empty list in a map":         {`{"filter":{"status":{"eq":[]}}}`, `{"message":"1 validation error detected: Value at 'filter.status.eq' failed to satisfy constraint: Member must have length greater than or equal to 1"` + failed + `"filter.status.eq","message":"Member must have length greater than or equal to 1"}]}`},
		"a null in a list of maps":       {`{"any":[null]}`, `{"message":"1 validation error detected: Value at 'any.1.member' failed to satisfy constraint: Member must not be null"` + failed + `"any.1.member","message":"Member must not be null"}]}`},
		"a text in a list of maps":       {`{"any":["a"]}`, `{"message":"a String can not be converted to a Structure at any.member.1"` + failed + `"any.1.member","message":"a String can not be converted to a Structure at any.member.1"}]}`},
		"half an object":                 {`{"tags":`, `{"message":"The request body is not valid JSON"}`},
		"not an object":                  {`[]`, `{"message":"The request body must be a JSON object"}`},
		"two constraints in fixed order": {`{"filter":{"b":{"eq":[]},"a":{"eq":[]}}}`, `{"message":"2 validation errors detected: Value at 'filter.a.eq' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'filter.b.eq' failed to satisfy constraint: Member must have length greater than or equal to 1"` + failed + `"filter.a.eq","message":"Member must have length greater than or equal to 1"},{"name":"filter.b.eq","message":"Member must have length greater than or equal to 1"}]}`},
	} {
		t.Run(sentence, func(t *testing.T) {
			var got *restInput
			a := rest(t, restToys(&got, nil), "PUT", "/toy", c.body, "Content-Type", "application/json")
			if c.want == "" && (a.Status != 200 || got == nil) || c.want != "" && (a.Status != 400 || string(a.Body) != c.want || got != nil) {
				t.Errorf("got %d %s\nwant %s", a.Status, a.Body, c.want)
			}
		})
	}
}

func TestRESTInputValues(t *testing.T) {
	var got *restInput
	rest(t, restToys(&got, nil), "PUT", "/toy", `{"tags":{"":"e","k":""},"any":[{"a":"1"},{}],"from":"2026-05-01T02:00:00.5+02:00",
		"filter":{"status":{"eq":["ACTIVE","x"]},"error":{"exists":false}}}`)
	switch {
	case len(got.Tags) != 2, got.Tags[""] != "e", len(got.Any) != 2, got.Any[0]["a"] != "1", got.Any[1] == nil,
		!got.From.Equal(time.Date(2026, 5, 1, 0, 0, 0, 5e8, time.UTC)), got.From.Location() != time.UTC,
		strings.Join(got.Filter["status"].Eq, " ") != "ACTIVE x", got.Filter["status"].Exists != nil,
		got.Filter["error"].Exists == nil, *got.Filter["error"].Exists:
		t.Errorf("got %+v", *got)
	}
	rest(t, restToys(&got, nil), "GET", "/toy?tagKeys=a%20b&size=7&tagKeys=&deep=true", "")
	if strings.Join(got.Keys, "|") != "a b|" || *got.Size != 7 || !*got.Deep {
		t.Errorf("got %+v", *got)
	}
}

func TestRESTAnswers(t *testing.T) {
	var got *restInput
	a := rest(t, restToys(&got, nil), "GET", "/toy", "")
	want := `{"at":"2026-06-01T12:00:00Z","millis":"2026-06-01T12:00:00.900Z","tags":{"a":"","b":"2"}}`
	if a.Status != 200 || a.ContentType != "application/json" || string(a.Body) != want || a.Header != nil {
		t.Errorf("got %d %s %v\n%s\nwant\n%s", a.Status, a.ContentType, a.Header, a.Body, want)
	}
	quota := Errorf(402, "ServiceQuotaExceededException", "one \"only\"")
	quota.ResourceID, quota.ResourceType, quota.RetryAfter, quota.Reason = "id", "Analyzer", 3, "other"
	a = rest(t, restToys(&got, quota), "GET", "/toy", "")
	want = `{"message":"one \"only\"","reason":"other","resourceId":"id","resourceType":"Analyzer"}`
	if a.Status != 402 || string(a.Body) != want || a.Header["X-Amzn-ErrorType"] != "ServiceQuotaExceededException" || a.Header["Retry-After"] != "3" {
		t.Errorf("got %d %v %s", a.Status, a.Header, a.Body)
	}
	a = rest(t, restToys(&got, nil), "PUT", "/toy", "{}", "Content-Type", "text/xml")
	if a.Status != 415 || a.Code != "UnsupportedMediaTypeException" {
		t.Errorf("got %d %s", a.Status, a.Body)
	}
}

func TestTheActionMayHaveAnotherName(t *testing.T) {
	var asked string
	guard := func(_ context.Context, _ Caller, action, _ string) error { asked = action; return nil }
	call := func(context.Context, Caller, *struct{}) (*NoOutput, error) { return nil, nil }
	r := NewRouter(guard, Service{
		Name: "toys", Protocol: RESTJSON, Routes: map[string]string{"GetV2": "GET /v2"},
		Operations: []Operation{Op("GetV2", nil, call).As("Get")},
	})
	if a := rest(t, r, "GET", "/v2", ""); asked != "toys:Get" || a.Operation != "GetV2" || string(a.Body) != "{}" {
		t.Errorf("asked %s, operation %s: %s", asked, a.Operation, a.Body)
	}
}

// FuzzREST: whatever path, query string and body, the answer is one JSON object,
// and the operation is only called with input that keeps its constraints.
func FuzzREST(f *testing.F) {
	for _, seed := range [][3]string{
		{"/toy", "tagKeys=a&tagKeys=b&size=1", ""}, {"/toy/arn%3Aaws%2Fx", "", `{"tags":{"a":"b"}}`},
		{"/toy/%ff", "%zz", "{"}, {"/toy/x/tags", "tagKeys=", `{"filter":{"a":{"eq":["x"],"exists":true}},"any":[{"b":"c"}],"from":"2026-05-01T00:00:00Z"}`},
		{"//toy", "size=1&size=2", `{"any":[null],"tags":{"a":null}}`},
	} {
		f.Add("GET", seed[0], seed[1], seed[2])
		f.Add("PUT", seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		req := httptest.NewRequest("GET", "/", nil)
		parsed, err := req.URL.Parse(path)
		if err != nil {
			return
		}
		req.Method, req.URL = method, parsed
		req.URL.RawQuery = query
		var in *restInput
		got := restToys(&in, nil).Serve(t.Context(), alice, "toys", &Request{ID: "REQ", HTTP: req, Body: []byte(body)})
		if got.Cause != nil || got.Status >= 500 || !json.Valid(got.Body) {
			t.Fatalf("%d %s, cause %v", got.Status, got.Body, got.Cause)
		}
		if in == nil {
			return
		}
		if len(in.Tags) > 2 || len(in.Keys) > 3 || in.Size != nil && *in.Size < 1 {
			t.Fatalf("called with %+v", *in)
		}
	})
}
