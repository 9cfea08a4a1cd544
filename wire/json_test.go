package wire

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func toyJSONService(ops ...Operation) Service {
	return Service{Name: "toys", Protocol: JSON11, Target: "Toys2016", Operations: ops}
}

// postJSON sends a body to an operation; headers are pairs that replace the
// usual ones.
func postJSON(t *testing.T, r *Router, signed, operation, body string, headers ...string) Response {
	t.Helper()
	req := httptest.NewRequest("POST", "/", nil)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "Toys2016."+operation)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return r.Serve(t.Context(), alice, signed, &Request{ID: "REQ", HTTP: req, Body: []byte(body)})
}

const goodJSON = `"Arn":"arn:aws:iam::111122223333:user/alice"`

func TestJSONInput(t *testing.T) {
	const one = `{"__type":"ValidationException","Message":"1 validation error detected: Value at `
	deep := strings.Repeat("[", 17) + strings.Repeat("]", 17)
	for name, c := range map[string]struct{ body, want string }{
		"all types":                          {`{` + goodJSON + `,"MaxItems":5,"Deep":true,"Filter":["User"],"Tags":[{"Key":"a","Value":""}]}`, ""},
		"null is absent":                     {`{` + goodJSON + `,"MaxItems":null,"Filter":null}`, ""},
		"unknown members do not matter":      {`{` + goodJSON + `,"Nosuch":{"a":[1,2,{"b":null}]}}`, ""},
		"a required member is missing":       {`{}`, one + `'arn' failed to satisfy constraint: Member must not be null"}`},
		"no body says as much":               {``, one + `'arn' failed to satisfy constraint: Member must not be null"}`},
		"an integer out of bounds":           {`{` + goodJSON + `,"MaxItems":1001}`, one + `'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"}`},
		"a null in a list":                   {`{` + goodJSON + `,"Filter":[null]}`, one + `'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [User, Role], Member must not be null]"}`},
		"a null in a list of objects":        {`{` + goodJSON + `,"Tags":[null]}`, one + `'tags.1.member.key' failed to satisfy constraint: Member must not be null"}`},
		"an empty object in a list":          {`{` + goodJSON + `,"Tags":[{}]}`, one + `'tags.1.member.key' failed to satisfy constraint: Member must not be null"}`},
		"a number where a text belongs":      {`{"Arn":5}`, `{"__type":"SerializationException","Message":"a Number can not be converted to a String at Arn"}`},
		"a text where a number belongs":      {`{` + goodJSON + `,"MaxItems":"5"}`, `{"__type":"SerializationException","Message":"a String can not be converted to a Number at MaxItems"}`},
		"a fraction where an integer is":     {`{` + goodJSON + `,"MaxItems":1.5}`, `{"__type":"SerializationException","Message":"Invalid integer for MaxItems"}`},
		"a number too large":                 {`{` + goodJSON + `,"MaxItems":99999999999999999999}`, `{"__type":"SerializationException","Message":"Invalid integer for MaxItems"}`},
		"a text where a boolean belongs":     {`{` + goodJSON + `,"Deep":"true"}`, `{"__type":"SerializationException","Message":"a String can not be converted to a Boolean at Deep"}`},
		"an object where a list belongs":     {`{` + goodJSON + `,"Tags":{"Key":"a"}}`, `{"__type":"SerializationException","Message":"a Structure can not be converted to a List at Tags"}`},
		"a text where an object belongs":     {`{` + goodJSON + `,"Tags":["a"]}`, `{"__type":"SerializationException","Message":"a String can not be converted to a Structure at Tags.member.1"}`},
		"a list where a text belongs":        {`{"Arn":["a"]}`, `{"__type":"SerializationException","Message":"a List can not be converted to a String at Arn"}`},
		"not an object":                      {`[]`, `{"__type":"SerializationException","Message":"The request body must be a JSON object"}`},
		"null":                               {`null`, `{"__type":"SerializationException","Message":"The request body must be a JSON object"}`},
		"half an object":                     {`{"Arn":`, `{"__type":"SerializationException","Message":"The request body is not valid JSON"}`},
		"two objects":                        {`{}{}`, `{"__type":"SerializationException","Message":"The request body is not valid JSON"}`},
		"a comma too many":                   {`{` + goodJSON + `,}`, `{"__type":"SerializationException","Message":"The request body is not valid JSON"}`},
		"a name twice":                       {`{` + goodJSON + `,` + goodJSON + `}`, `{"__type":"SerializationException","Message":"Duplicate name Arn"}`},
		"a name twice, once as null":         {`{"Arn":null,` + goodJSON + `}`, `{"__type":"SerializationException","Message":"Duplicate name Arn"}`},
		"not UTF-8":                          {"{\"Arn\":\"\xff\"}", `{"__type":"SerializationException","Message":"The request body is not valid UTF-8"}`},
		"half a surrogate pair":              {`{` + goodJSON + `,"Marker":"\ud800"}`, `{"__type":"SerializationException","Message":"The request body has half a surrogate pair"}`},
		"a real replacement character":       {`{` + goodJSON + `,"Marker":"\uFFFD"}`, ""},
		"nested too deeply":                  {`{` + goodJSON + `,"Nosuch":` + deep + `}`, `{"__type":"SerializationException","Message":"Nested too deeply: more than 16 levels"}`},
		"nested beyond all measure":          {strings.Repeat("[", 1<<20), `{"__type":"SerializationException","Message":"The request body is not valid JSON"}`},
		"too many values":                    {`{"Nosuch":[` + strings.Repeat("1,", 10_000) + `1]}`, `{"__type":"SerializationException","Message":"More than 10000 values"}`},
		"names differ in case":               {`{"arn":"arn:aws:iam::111122223333:user/alice"}`, one + `'arn' failed to satisfy constraint: Member must not be null"}`},
		"several broken constraints, sorted": {`{"Arn":"x","JobId":"y"}`, `{"__type":"ValidationException","Message":"2 validation errors detected: Value at 'arn' failed to satisfy constraint: Member must have length greater than or equal to 20; Value at 'jobId' failed to satisfy constraint: Member must have length greater than or equal to 36"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var got *toyInput
			r := NewRouter(allow, toyJSONService(Op("Toy", nil, echoTo(&got))))
			answer := postJSON(t, r, "toys", "Toy", c.body)
			if c.want == "" {
				if answer.Status != 200 || got == nil || got.Arn == "" {
					t.Errorf("got %d %s", answer.Status, answer.Body)
				}
				return
			}
			if answer.Status != 400 || string(answer.Body) != c.want || got != nil {
				t.Errorf("got  %d %s\nwant 400 %s", answer.Status, answer.Body, c.want)
			}
		})
	}
}

func TestJSONInputValues(t *testing.T) {
	var got *toyInput
	r := NewRouter(allow, toyJSONService(Op("Toy", nil, echoTo(&got))))
	postJSON(t, r, "toys", "Toy", `{`+goodJSON+`,"MaxItems":5,"Deep":true,"ServiceNamespaces":[],"Filter":["Role","User"],"Tags":[{"Key":"\u00e9\n","Value":"v"}]}`)
	if got.MaxItems == nil || *got.MaxItems != 5 || !got.Deep || got.ServiceNamespaces == nil || len(got.ServiceNamespaces) != 0 ||
		strings.Join(got.Filter, " ") != "Role User" || got.Tags[0] != (toyTag{"é\n", "v"}) || got.Marker != nil {
		t.Errorf("got %+v", *got)
	}
}

func TestJSONAnswer(t *testing.T) {
	op := Op("Toy", nil, func(context.Context, Caller, *struct{}) (*toyOutput, error) {
		return &toyOutput{
			JobStatus: "A<&>\"\\\n\x01\xffé\u2028", Created: time.Date(2026, 6, 1, 12, 0, 0, 5_999_999, time.UTC),
			Seconds: time.Date(1969, 12, 31, 23, 59, 58, 5e8, time.UTC),
			Names:   []string{"b", "", "a"}, Empty: []string{}, Summary: map[string]int{"Users": 3, "Groups": 0},
			Written: new(string), Tags: []toyTag{{"k", "v"}, {}},
		}, nil
	})
	got := postJSON(t, NewRouter(allow, toyJSONService(op)), "toys", "Toy", "{}")
	want := `{"JobStatus":"A<&>\"\\\n\u0001` + "\uFFFDé\u2028" + `","JobCreationDate":1780315200.005,"Seconds":-1.500,` +
		`"Names":["b","","a"],"Empty":[],"Summary":{"Groups":0,"Users":3},"Count":0,"IsTruncated":false,"Written":"","Nested":{},` +
		`"Tags":[{"Key":"k","Value":"v"},{}]}`
	if got.Status != 200 || got.ContentType != "application/x-amz-json-1.1" || string(got.Body) != want || !json.Valid(got.Body) {
		t.Errorf("got %d %s\n%s\nwant\n%s", got.Status, got.ContentType, got.Body, want)
	}
}

func TestJSONErrors(t *testing.T) {
	secret := errors.New("disk broke")
	reason := Errorf(400, "InvalidInputException", "You specified an invalid value.")
	reason.Reason = "INVALID_PATTERN"
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"of the service":     {reason, 400, `{"__type":"InvalidInputException","Message":"You specified an invalid value.","Reason":"INVALID_PATTERN"}`},
		"of the guard":       {Errorf(403, "AccessDenied", "no"), 400, `{"__type":"AccessDeniedException","Message":"no"}`},
		"internal":           {secret, 500, `{"__type":"ToyException","Message":"An internal error occurred. The server's log has the reason under this request id."}`},
		"a deadline":         {context.DeadlineExceeded, 503, `{"__type":"ServiceUnavailableException","Message":"The request took too long. Try again later."}`},
		"broken constraints": {Violations{{"name", Pattern, "text"}}, 400, `{"__type":"Worded","Message":"name"}`},
	} {
		t.Run(name, func(t *testing.T) {
			op := Op("Toy", nil, func(context.Context, Caller, *struct{}) (*toyOutput, error) { return nil, c.err })
			svc := toyJSONService(op)
			svc.Codes = map[string]string{"InternalFailure": "ToyException"}
			svc.Invalid = func(v Violations) *Error { return Errorf(400, "Worded", "%s", v[0].At) }
			got := postJSON(t, NewRouter(allow, svc), "toys", "Toy", "{}")
			if got.Status != c.status || string(got.Body) != c.body || (got.Cause != nil) != (c.status >= 500) {
				t.Errorf("got %d %s, cause %v\nwant %d %s", got.Status, got.Body, got.Cause, c.status, c.body)
			}
		})
	}
}

// TestJSONAuthenticationErrors: who could not be authenticated is told so in the
// protocol that was spoken, whether or not the signature names the service.
func TestJSONAuthenticationErrors(t *testing.T) {
	r := NewRouter(allow, toyService(), toyJSONService())
	for code, want := range map[string]string{
		"InvalidClientTokenId":       "UnrecognizedClientException",
		"SignatureDoesNotMatch":      "InvalidSignatureException",
		"RequestExpired":             "InvalidSignatureException",
		"ExpiredToken":               "ExpiredTokenException",
		"MissingAuthenticationToken": "MissingAuthenticationTokenException",
		"IncompleteSignature":        "IncompleteSignatureException",
	} {
		for _, signed := range []string{"toys", ""} {
			req := httptest.NewRequest("POST", "/", nil)
			req.Header.Set("X-Amz-Target", "Toys2016.Nosuch")
			got := r.Fail(signed, &Request{ID: "REQ", HTTP: req}, Errorf(403, code, "text"))
			if body := `{"__type":"` + want + `","Message":"text"}`; got.Status != 400 || string(got.Body) != body {
				t.Errorf("signed for %q: got %d %s, want 400 %s", signed, got.Status, got.Body, body)
			}
		}
	}
}

func TestJSONRouting(t *testing.T) {
	named := func(name string) Operation {
		return Open(name, func(context.Context, Caller, *struct{}) (*NoOutput, error) { return nil, nil })
	}
	r := NewRouter(allow, toyService(named("Toy")), toyJSONService(named("Toy")))
	for name, c := range map[string]struct {
		signed  string
		headers []string
		want    string
	}{
		"the signed service decides":         {"toys", nil, "toys Toy  200"},
		"without one, the target":            {"", nil, "toys Toy  200"},
		"signed for a form, said in JSON":    {"iam", nil, "iam  UnsupportedMediaType 415"},
		"an unknown operation":               {"toys", []string{"X-Amz-Target", "Toys2016.Nosuch"}, "toys  UnknownOperationException 400"},
		"an unknown version":                 {"toys", []string{"X-Amz-Target", "Toys2017.Toy"}, "toys  UnknownOperationException 400"},
		"no target":                          {"toys", []string{"X-Amz-Target", ""}, "toys  UnknownOperationException 400"},
		"a target without an operation":      {"toys", []string{"X-Amz-Target", "Toys2016"}, "toys  UnknownOperationException 400"},
		"another content type":               {"toys", []string{"Content-Type", "application/json"}, "toys  UnsupportedMediaTypeException 415"},
		"no content type":                    {"toys", []string{"Content-Type", ""}, "toys  UnsupportedMediaTypeException 415"},
		"a content type with its characters": {"toys", []string{"Content-Type", "application/x-amz-json-1.1; charset=utf-8"}, "toys Toy  200"},
	} {
		t.Run(name, func(t *testing.T) {
			a := postJSON(t, r, c.signed, "Toy", "{}", c.headers...)
			if got := a.Service + " " + a.Operation + " " + a.Code + " " + httpStatus(a); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, a.Body)
			}
		})
	}
	get := r.Serve(t.Context(), alice, "toys", &Request{ID: "REQ", HTTP: httptest.NewRequest("GET", "/", nil)})
	if get.Status != 405 || !strings.HasPrefix(string(get.Body), `{"__type":"MethodNotAllowedException"`) {
		t.Errorf("GET: %d %s", get.Status, get.Body)
	}
}

func httpStatus(r Response) string { b, _ := json.Marshal(r.Status); return string(b) }

// FuzzJSON: whatever the body, the answer is one JSON object, and the operation
// is only called with input that keeps its constraints.
func FuzzJSON(f *testing.F) {
	for _, body := range []string{
		"", "{}", "null", "[]", "{" + goodJSON + "}", `{"Arn":"\ud800\udc00","Arn":1}`,
		"{" + goodJSON + `,"Granularity":"ACTION_LEVEL","MaxItems":10,"Deep":true,"Tags":[{"Key":"a"}]}`,
		"{" + goodJSON + `,"ServiceNamespaces":["s3",null],"Filter":{},"Marker":"\u0000"}`,
		`{"a":{"b":[[[[{}]]]]},"MaxItems":1e3}`, "{\"\xff\":1}", `{"Arn":"` + strings.Repeat("x", 3000) + `"}`,
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
		got := postJSON(t, NewRouter(allow, toyJSONService(Op("Toy", nil, call))), "toys", "Toy", body)
		if got.Cause != nil || got.Status != 200 && got.Status != 400 {
			t.Fatalf("status %d, cause %v", got.Status, got.Cause)
		}
		var answer map[string]any
		if err := json.Unmarshal(got.Body, &answer); err != nil {
			t.Fatalf("%v in %q", err, got.Body)
		}
	})
}
