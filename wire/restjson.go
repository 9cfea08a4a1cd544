package wire

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// restJSON is AWS's REST-JSON: the operation is a method and a path, members of
// the input are in the path, the query string and a JSON body (AA-1, AA-2).
type restJSON struct{ json11 }

var _ protocol = restJSON{}

const restType = "application/json"

func (restJSON) contentType() string { return restType }

// fit goes by the path, which no other protocol uses.
func (restJSON) fit(t *table, r *Request) int {
	if found, _, _ := t.route(r.HTTP); found != nil {
		return 5
	}
	return 0
}

func (restJSON) find(t *table, r *Request) (*Operation, *node, error) {
	found, labels, others := t.route(r.HTTP)
	if found == nil {
		return nil, nil, noRoute(r.HTTP, others)
	}
	said, err := restBody(r)
	if err != nil {
		return nil, nil, err
	}
	if said.kids == nil {
		said.kids = map[string]*node{}
	}
	if err := found.addQuery(said, r.HTTP.URL.RawQuery); err != nil {
		return nil, nil, err
	}
	return found.op, said, found.addLabels(said, labels)
}

// noRoute is the error of a path that no operation has, or not with this
// method.
func noRoute(r *http.Request, methods []string) *Error {
	if len(methods) == 0 {
		return Errorf(http.StatusNotFound, "UnknownOperationException", "There is no operation at the path %s.", echo(r.URL.Path))
	}
	e := Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method %s is not allowed. Use %s.", echo(r.Method), strings.Join(methods, ", "))
	e.Allow = methods
	return e
}

// restBody reads the body, if there is one.
func restBody(r *Request) (*node, error) {
	header := r.HTTP.Header.Get("Content-Type")
	if header != "" && len(bytes.TrimSpace(r.Body)) > 0 {
		if media, _, err := mime.ParseMediaType(header); err != nil || media != restType {
			return nil, Errorf(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException",
				"The content type %s is not supported. Use %s.", echo(header), restType)
		}
	}
	return readJSON(r.Body)
}

// addQuery puts the members that belong into the query string in the place of
// those of the body. Other parameters, such as those of a signature, are none of
// ours.
func (r *route) addQuery(to *node, raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return malformed("The query string contains a syntax error")
	}
	if len(values) > maxParams {
		return malformed("More than %d parameters", maxParams)
	}
	for _, name := range r.query {
		delete(to.kids, name)
		list := values[name]
		if len(list) == 0 {
			continue
		}
		if len(list) > maxParams {
			return malformed("More than %d parameters", maxParams)
		}
		if to.kids[name], err = ofURL(name, list...); err != nil {
			return err
		}
	}
	return nil
}

// addLabels does the same for members in the path.
func (r *route) addLabels(to *node, labels []string) error {
	for i, name := range r.labels() {
		var err error
		if to.kids[name], err = ofURL(name, labels[i]); err != nil {
			return err
		}
	}
	return nil
}

// ofURL is what a URL says of a member: one value that may be meant as any type,
// or several, which only a list can take.
func ofURL(name string, values ...string) (*node, error) {
	n := &node{text: values[0], said: true}
	for _, value := range values {
		if !utf8.ValidString(value) {
			return nil, malformed("Parameter %s is not valid UTF-8", name)
		}
		n.items = append(n.items, &node{text: value, said: true})
	}
	return n, nil
}

// answer writes the output of an operation.
func (restJSON) answer(_ *Service, op *Operation, _ string, out any) []byte {
	return op.output.encodeJSON(make([]byte, 0, 1024), reflect.ValueOf(out).Elem(), isoTimes)
}

func (r restJSON) invalid(v Violations) *Error {
	e := r.json11.invalid(v)
	for _, one := range v {
		e.Fields = append(e.Fields, Field{one.At, one.Text})
	}
	return e
}

// word gives general errors the names they have in JSON protocols, but leaves
// their status: in REST it means something.
func (r restJSON) word(e *Error) *Error {
	own := r.json11.word(e)
	own.Status = e.Status
	return own
}

// headers has the name of the error, which clients look for here (AA-2).
func (restJSON) headers(e *Error) map[string]string {
	all := map[string]string{"X-Amzn-ErrorType": e.Code}
	if e.RetryAfter > 0 {
		all["Retry-After"] = strconv.Itoa(e.RetryAfter)
	}
	if len(e.Allow) > 0 {
		all["Allow"] = strings.Join(e.Allow, ", ")
	}
	return all
}

// fail writes an error (AA-2).
func (restJSON) fail(_ *Service, _ string, e *Error) []byte {
	buf := appendJSONText([]byte(`{"message":`), e.Message)
	for _, member := range []struct{ name, value string }{
		{"reason", e.Reason}, {"resourceId", e.ResourceID}, {"resourceType", e.ResourceType},
	} {
		if member.value != "" {
			buf = appendJSONText(append(buf, `,"`+member.name+`":`...), member.value)
		}
	}
	if len(e.Fields) > 0 {
		buf = append(buf, `,"fieldList":[`...)
		for i, f := range e.Fields {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = appendJSONText(append(buf, `{"name":`...), f.Name)
			buf = append(appendJSONText(append(buf, `,"message":`...), f.Message), '}')
		}
		buf = append(buf, ']')
	}
	return append(buf, '}')
}
