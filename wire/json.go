package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

// json11 is AWS JSON 1.1: the operation in a header, input and output as JSON
// objects (ORG-40 to ORG-43).
type json11 struct{}

var _ protocol = json11{}

const (
	jsonType     = "application/x-amz-json-1.1"
	targetHeader = "X-Amz-Target"
)

func (json11) contentType() string { return jsonType }

// fit counts the target more than all that Query could find in a request: it is
// a header that no client of Query sends.
func (json11) fit(t *table, r *Request) int {
	service, name, _ := strings.Cut(r.HTTP.Header.Get(targetHeader), ".")
	switch {
	case service != t.Target:
		return 0
	case t.byName[name] == nil:
		return 4
	}
	return 5
}

func (json11) find(t *table, r *Request) (*Operation, *node, error) {
	if r.HTTP.Method != http.MethodPost {
		return nil, nil, Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method %s is not allowed. Use POST.", echo(r.HTTP.Method))
	}
	target := r.HTTP.Header.Get(targetHeader)
	service, name, _ := strings.Cut(target, ".")
	op := t.byName[name]
	if service != t.Target || op == nil || r.HTTP.URL.Path != "/" && r.HTTP.URL.Path != "" {
		return nil, nil, Errorf(http.StatusBadRequest, "UnknownOperationException",
			"There is no operation %s at this path. Send %s.OPERATION in the header %s to /", echo(target), t.Target, targetHeader)
	}
	if media, _, err := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type")); err != nil || media != jsonType {
		return nil, nil, Errorf(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException",
			"The content type %s is not supported. Use %s.", echo(r.HTTP.Header.Get("Content-Type")), jsonType)
	}
	said, err := readJSON(r.Body)
	return op, said, err
}

// answer writes the output of an operation.
func (json11) answer(_ *Service, op *Operation, _ string, out any) []byte {
	return op.output.encodeJSON(make([]byte, 0, 1024), reflect.ValueOf(out).Elem(), epochTimes)
}

func (json11) invalid(v Violations) *Error {
	return Errorf(http.StatusBadRequest, "ValidationException", "%s", v.Error())
}

func (json11) headers(*Error) map[string]string { return nil }

// fail writes an error (ORG-42).
func (json11) fail(_ *Service, _ string, e *Error) []byte {
	buf := appendJSONText([]byte(`{"__type":`), e.Code)
	buf = appendJSONText(append(buf, `,"Message":`...), e.Message)
	if e.Reason != "" {
		buf = appendJSONText(append(buf, `,"Reason":`...), e.Reason)
	}
	return append(buf, '}')
}

// word gives general errors the names they have in JSON protocols. What is
// wrong with the client's credentials is a 400 here (ORG-42).
func (json11) word(e *Error) *Error {
	own := *e
	switch e.Code {
	case "AccessDenied":
		own.Status, own.Code = http.StatusBadRequest, "AccessDeniedException"
	case "InvalidClientTokenId":
		own.Status, own.Code = http.StatusBadRequest, "UnrecognizedClientException"
	case "SignatureDoesNotMatch", "RequestExpired":
		own.Status, own.Code = http.StatusBadRequest, "InvalidSignatureException"
	case "ExpiredToken":
		own.Status, own.Code = http.StatusBadRequest, "ExpiredTokenException"
	case "MissingAuthenticationToken":
		own.Status, own.Code = http.StatusBadRequest, "MissingAuthenticationTokenException"
	case "IncompleteSignature":
		own.Status, own.Code = http.StatusBadRequest, "IncompleteSignatureException"
	case "MethodNotAllowed", "ServiceUnavailable", "RequestEntityTooLarge", "IncompleteBody":
		own.Code += "Exception"
	case "MalformedInput":
		own.Code = "SerializationException"
	case "ServiceFailure":
		own.Code = "InternalFailure"
	}
	return &own
}

// readJSON reads the input of a request: one object, or nothing, which says as
// much as an empty one.
func readJSON(body []byte) (*node, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return &node{kind: jsonObject}, nil
	}
	if !utf8.Valid(body) {
		return nil, malformed("The request body is not valid UTF-8")
	}
	if !json.Valid(body) {
		return nil, malformed("The request body is not valid JSON")
	}
	r := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(body)), body: body}
	r.UseNumber()
	root, err := r.value(0)
	if err == nil && (root == nil || root.kind != jsonObject) {
		return nil, malformed("The request body must be a JSON object")
	}
	return root, err
}

// jsonReader reads JSON text that is known to be valid into nodes.
type jsonReader struct {
	*json.Decoder
	body   []byte
	values int // so far
}

// value reads a value; nil is null, which says no more than its absence.
func (r *jsonReader) value(depth int) (*node, error) {
	token, err := r.Token()
	if err != nil {
		return nil, malformed("The request body is not valid JSON")
	}
	if r.values++; r.values > maxValues {
		return nil, malformed("More than %d values", maxValues)
	}
	switch v := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, malformed("Nested too deeply: more than %d levels", maxDepth)
		}
		if v == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	case string:
		return &node{text: v, said: true, kind: jsonString}, r.whole(v)
	case json.Number:
		return &node{text: v.String(), said: true, kind: jsonNumber}, nil
	case bool:
		text := "false"
		if v {
			text = "true"
		}
		return &node{text: text, said: true, kind: jsonBool}, nil
	}
	return nil, nil
}

// whole refuses a text in which package json has replaced half a surrogate pair:
// what is stored must be what was sent.
func (r *jsonReader) whole(s string) error {
	const replacement = "\uFFFD"
	if !strings.Contains(s, replacement) || bytes.Contains(r.body, []byte(replacement)) ||
		bytes.Contains(bytes.ToLower(r.body), []byte(`\ufffd`)) {
		return nil
	}
	return malformed("The request body has half a surrogate pair")
}

func (r *jsonReader) list(depth int) (*node, error) {
	n := &node{said: true, kind: jsonList, items: []*node{}}
	for r.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	return n, r.end()
}

// object reads the members of an object. A name that comes twice is refused:
// which of the two AWS would take is nowhere written, and no client sends it.
func (r *jsonReader) object(depth int) (*node, error) {
	n := &node{said: true, kind: jsonObject, kids: map[string]*node{}}
	for r.More() {
		token, err := r.Token()
		name, ok := token.(string)
		switch {
		case err != nil || !ok:
			return nil, malformed("The request body is not valid JSON")
		case len(name) > maxName:
			return nil, malformed("Name too long: %s", echo(name))
		}
		if _, twice := n.kids[name]; twice {
			return nil, malformed("Duplicate name %s", echo(name))
		}
		if n.kids[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return n, r.end()
}

// end reads the bracket that closes a list or an object.
func (r *jsonReader) end() error {
	if _, err := r.Token(); err != nil && err != io.EOF {
		return malformed("The request body is not valid JSON")
	}
	return nil
}
