package wire

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The toy service: shapes as IAM has them, behaviour as a test needs it.

type toyInput struct {
	Arn               string `required:"true" min:"20" max:"2048"`
	Granularity       string `enum:"SERVICE_LEVEL,ACTION_LEVEL"`
	JobId             string `min:"36" max:"36"`
	MaxItems          *int   `min:"1" max:"1000"`
	Marker            *string
	ServiceNamespaces []string `max:"200" memberMin:"1" memberMax:"64" memberPattern:"[\\w-]*"`
	EntityPath        string   `min:"19" max:"427" pattern:"^o-[0-9a-z]{10,32}\\/r-[0-9a-z]{4,32}[0-9a-z-\\/]*"`
	Tags              []toyTag
	Deep              bool
	Filter            []string `memberEnum:"User,Role"`
}

type toyTag struct {
	Key   string `required:"true" min:"1" max:"128"`
	Value string `max:"256"`
}

type toyOutput struct {
	JobStatus   string
	Created     time.Time `wire:"JobCreationDate,millis"`
	Seconds     time.Time
	Never       time.Time
	Names       []string
	Empty       []string
	Absent      []string
	Summary     map[string]int
	Count       int
	IsTruncated bool
	Optional    *bool
	Written     *string
	Nested      struct{ Region string }
	Tags        []toyTag
	Hidden      string `wire:"-"`
}

func echoTo(got **toyInput) func(context.Context, Caller, *toyInput) (*toyOutput, error) {
	return func(_ context.Context, _ Caller, in *toyInput) (*toyOutput, error) {
		*got = in
		return nil, nil
	}
}

var alice = Caller{Account: "111122223333", Partition: "aws", ARN: "arn:aws:iam::111122223333:user/alice"}

func allow(context.Context, Caller, string, string) error { return nil }

func toyService(ops ...Operation) Service {
	return Service{Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/", Operations: ops}
}

func post(t *testing.T, r *Router, body string) Response {
	t.Helper()
	req := httptest.NewRequest("POST", "/", nil)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r.Serve(t.Context(), alice, "iam", &Request{ID: "REQ", HTTP: req, Body: []byte(body)})
}

// message cuts the error out of an answer: "STATUS CODE MESSAGE".
func message(t *testing.T, r Response) (code, text string) {
	t.Helper()
	body := string(r.Body)
	_, rest, ok := strings.Cut(body, "<Code>")
	if !ok {
		return "", ""
	}
	code, rest, _ = strings.Cut(rest, "</Code><Message>")
	text, _, _ = strings.Cut(rest, "</Message>")
	return code, text
}

const goodArn = "&Arn=arn:aws:iam::111122223333:user/alice"

func TestInputConstraints(t *testing.T) {
	const one, two = "1 validation error detected: ", "2 validation errors detected: "
	for name, c := range map[string]struct{ body, code, message string }{
		"a required parameter is missing": {"", "ValidationError",
			one + "Value at 'arn' failed to satisfy constraint: Member must not be null"},
		"an empty string is too short, not null": {"&Arn=", "ValidationError",
			one + "Value at 'arn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		"too long": {"&Arn=" + strings.Repeat("x", 2049), "ValidationError",
			one + "Value at 'arn' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		"length is counted in characters": {"&Arn=" + strings.Repeat("%C3%A4", 2048), "", ""},
		"enum in the order of the tag": {goodArn + "&Granularity=service_level", "ValidationError",
			one + "Value at 'granularity' failed to satisfy constraint: Member must satisfy enum value set: [SERVICE_LEVEL, ACTION_LEVEL]"},
		"value below": {goodArn + "&MaxItems=0", "ValidationError",
			one + "Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"value above": {goodArn + "&MaxItems=1001", "ValidationError",
			one + "Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		"not an integer":     {goodArn + "&MaxItems=many", "MalformedInput", "Invalid integer for MaxItems"},
		"an empty integer":   {goodArn + "&MaxItems=", "MalformedInput", "Invalid integer for MaxItems"},
		"a too large number": {goodArn + "&MaxItems=99999999999999999999", "MalformedInput", "Invalid integer for MaxItems"},
		"not a boolean":      {goodArn + "&Deep=yes", "MalformedInput", "Invalid boolean for Deep"},
		"several at once, in the order of the fields": {"&Arn=short&JobId=abc", "ValidationError",
			two + "Value at 'arn' failed to satisfy constraint: Member must have length greater than or equal to 20; " +
				"Value at 'jobId' failed to satisfy constraint: Member must have length greater than or equal to 36"},
		"length before pattern of one field": {goodArn + "&EntityPath=bad", "ValidationError",
			two + "Value at 'entityPath' failed to satisfy constraint: Member must have length greater than or equal to 19; " +
				`Value at 'entityPath' failed to satisfy constraint: Member must satisfy regular expression pattern: ^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*`},
		"a list too long": {goodArn + members("ServiceNamespaces", 201), "ValidationError",
			one + "Value at 'serviceNamespaces' failed to satisfy constraint: Member must have length less than or equal to 200"},
		"a malformed member, told once": {goodArn + "&ServiceNamespaces.member.1=s3&ServiceNamespaces.member.2=a:b&ServiceNamespaces.member.3=", "ValidationError",
			one + `Value at 'serviceNamespaces' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 64, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\w-]*, Member must not be null]`},
		"a member outside its enum": {goodArn + "&Filter.member.1=Group", "ValidationError",
			one + "Value at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [User, Role], Member must not be null]"},
		"a struct in a list": {goodArn + "&Tags.member.1.Key=a&Tags.member.2.Value=b", "ValidationError",
			one + "Value at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"},
		"what cannot be read comes before what is not allowed": {"&Arn=short&MaxItems=x", "MalformedInput", "Invalid integer for MaxItems"},
		"a value where a list belongs":                         {goodArn + "&Filter=User", "MalformedInput", "Filter is a list. Send its first member as Filter.member.1"},
		"members counted from zero":                            {goodArn + "&Filter.member.0=User", "MalformedInput", "Invalid index in Filter.member.0. Members are numbered from 1"},
		"the same parameter twice":                             {goodArn + goodArn, "MalformedInput", "Duplicate parameter Arn"},
		"broken percent-encoding":                              {"&Arn=%zz", "MalformedQueryString", "The query string contains a syntax error"},
		"not UTF-8":                                            {"&Arn=%ff", "MalformedInput", "Parameter Arn is not valid UTF-8"},
		"too many parameters":                                  {members("Unknown", 2001), "MalformedInput", "More than 2000 parameters"},
		"nested too deeply":                                    {goodArn + "&a" + strings.Repeat(".a", 20) + "=1", "MalformedInput", "Parameter nested too deeply: a" + strings.Repeat(".a", 20)},
		"unknown parameters do not matter":                     {goodArn + "&Nosuch=1&Other.member.x=2", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got *toyInput
			r := NewRouter(allow, toyService(Op("Toy", nil, echoTo(&got))))
			answer := post(t, r, "Action=Toy&Version=2010-05-08"+c.body)
			code, text := message(t, answer)
			if code != c.code || text != c.message {
				t.Errorf("got  %s: %s\nwant %s: %s", code, text, c.code, c.message)
			}
			if called := got != nil; called != (c.code == "") {
				t.Errorf("operation called: %v", called)
			}
		})
	}
}

func members(name string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("&" + name + ".member." + itoa(i+1) + "=s3")
	}
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestInputValues(t *testing.T) {
	var got *toyInput
	r := NewRouter(allow, toyService(Op("Toy", nil, echoTo(&got))))
	post(t, r, "Action=Toy&Version=2010-05-08"+goodArn+"&MaxItems=7&Marker=&Deep=true&ServiceNamespaces="+
		"&Tags.member.10.Key=ten&Tags.member.2.Key=two&Tags.member.2.Value=x%20y+z")
	if got == nil {
		t.Fatal("not called")
	}
	switch {
	case got.Arn != "arn:aws:iam::111122223333:user/alice", *got.MaxItems != 7, *got.Marker != "", !got.Deep,
		got.ServiceNamespaces == nil || len(got.ServiceNamespaces) != 0, got.Filter != nil,
		len(got.Tags) != 2 || got.Tags[0] != toyTag{"two", "x y z"} || got.Tags[1] != toyTag{"ten", ""}:
		t.Errorf("got %+v", *got)
	}
}

func TestAnswer(t *testing.T) {
	empty := ""
	op := Op("Toy", nil, func(context.Context, Caller, *struct{}) (*toyOutput, error) {
		return &toyOutput{
			Hidden: "x", JobStatus: "A<&>\"'\r\n\x00\xffé", Created: time.Date(2026, 6, 1, 14, 0, 0, 5e6, time.FixedZone("", 7200)),
			Seconds: time.Date(2026, 5, 30, 10, 15, 30, 999, time.UTC),
			Names:   []string{"b", "", "a"}, Empty: []string{},
			Summary: map[string]int{"Users": 3, "Groups": 0}, Written: &empty,
			Tags: []toyTag{{"k", "v"}, {}},
		}, nil
	})
	got := post(t, NewRouter(allow, toyService(op)), "Action=Toy&Version=2010-05-08")
	want := `<ToyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ToyResult>` +
		"<JobStatus>A&lt;&amp;&gt;\"'&#xD;\n\uFFFD\uFFFDé</JobStatus><JobCreationDate>2026-06-01T12:00:00.005Z</JobCreationDate>" +
		`<Seconds>2026-05-30T10:15:30Z</Seconds><Names><member>b</member><member/><member>a</member></Names><Empty/>` +
		`<Summary><entry><key>Groups</key><value>0</value></entry><entry><key>Users</key><value>3</value></entry></Summary>` +
		`<Count>0</Count><IsTruncated>false</IsTruncated><Written/><Nested/>` +
		`<Tags><member><Key>k</Key><Value>v</Value></member><member/></Tags>` +
		`</ToyResult><ResponseMetadata><RequestId>REQ</RequestId></ResponseMetadata></ToyResponse>`
	if got.Status != 200 || got.ContentType != "text/xml" || string(got.Body) != want {
		t.Errorf("got %d %s\n%s\nwant\n%s", got.Status, got.ContentType, got.Body, want)
	}
}

func TestAnswerWithoutOutput(t *testing.T) {
	op := Op("DeleteToy", nil, func(context.Context, Caller, *struct{}) (*NoOutput, error) { return nil, nil })
	got := post(t, NewRouter(allow, toyService(op)), "Action=DeleteToy&Version=2010-05-08")
	want := `<DeleteToyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>REQ</RequestId></ResponseMetadata></DeleteToyResponse>`
	if string(got.Body) != want {
		t.Errorf("got  %s\nwant %s", got.Body, want)
	}
}

func TestErrorAnswers(t *testing.T) {
	secret := errors.New("disk /dev/sda1 broke")
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
		cause  error
	}{
		"a client fault (A13)": {Errorf(404, "NoSuchEntity", "ARN %s does not exist.", "arn:aws:iam::111122223333:user/nobody"), 404,
			`<Type>Sender</Type><Code>NoSuchEntity</Code><Message>ARN arn:aws:iam::111122223333:user/nobody does not exist.</Message>`, nil},
		"an internal error keeps its reason to itself": {secret, 500,
			`<Type>Receiver</Type><Code>ServiceFailure</Code><Message>An internal error occurred. The server's log has the reason under this request id.</Message>`, secret},
		"a deadline": {context.DeadlineExceeded, 503,
			`<Type>Receiver</Type><Code>ServiceUnavailable</Code><Message>The request took too long. Try again later.</Message>`, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			op := Op("Toy", nil, func(context.Context, Caller, *struct{}) (*toyOutput, error) { return nil, c.err })
			got := post(t, NewRouter(allow, toyService(op)), "Action=Toy&Version=2010-05-08")
			want := `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>` + c.body + `</Error><RequestId>REQ</RequestId></ErrorResponse>`
			if got.Status != c.status || string(got.Body) != want || got.Cause != c.cause || got.Operation != "Toy" {
				t.Errorf("got %d %s, cause %v\nwant %d %s", got.Status, got.Body, got.Cause, c.status, want)
			}
		})
	}
}
