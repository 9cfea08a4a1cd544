package wire

import (
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"
)

// restJSON is AWS's REST-JSON, as far as is needed for operations that are all
// POST /NAME: members of the input in the query string or in a JSON body.
type restJSON struct{ json11 }

var _ protocol = restJSON{}

const restType = "application/json"

func (restJSON) contentType() string { return restType }

// fit goes by the path, which no other protocol uses.
func (restJSON) fit(t *table, r *Request) int {
	if t.byName[pathName(r)] != nil {
		return 5
	}
	return 0
}

// pathName is the operation that a path of one segment names.
func pathName(r *Request) string {
	if path := r.HTTP.URL.Path; len(path) > 1 {
		return path[1:]
	}
	return ""
}

func (restJSON) find(t *table, r *Request) (*Operation, *node, error) {
	op := t.byName[pathName(r)]
	if op == nil {
		return nil, nil, Errorf(http.StatusNotFound, "UnknownOperationException", "There is no operation at the path %s.", echo(r.HTTP.URL.Path))
	}
	if r.HTTP.Method != http.MethodPost {
		return nil, nil, Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method %s is not allowed. Use POST.", echo(r.HTTP.Method))
	}
	if header := r.HTTP.Header.Get("Content-Type"); header != "" {
		if media, _, err := mime.ParseMediaType(header); err != nil || media != restType {
			return nil, nil, Errorf(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException",
				"The content type %s is not supported. Use %s.", echo(header), restType)
		}
	}
	said, err := readJSON(r.Body)
	if err != nil {
		return nil, nil, err
	}
	return op, said, addQuery(said, r.HTTP.URL.RawQuery)
}

// addQuery puts the parameters of the query string beside the members of the
// body. A member that is in both is the query string's: there it belongs. The
// parameters of a signature are none of ours.
func addQuery(to *node, raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return malformed("The query string contains a syntax error")
	}
	if len(values) > maxParams {
		return malformed("More than %d parameters", maxParams)
	}
	for name, list := range values {
		if len(list) > 1 {
			return malformed("Duplicate parameter %s", echo(name))
		}
		if !utf8.ValidString(name) || !utf8.ValidString(list[0]) {
			return malformed("Parameter %s is not valid UTF-8", echo(name))
		}
		if to.kids == nil {
			to.kids = map[string]*node{}
		}
		to.kids[name] = &node{text: list[0], said: true}
	}
	return nil
}

// word gives general errors the names they have in JSON protocols, but leaves
// their status: in REST it means something.
func (r restJSON) word(e *Error) *Error {
	own := r.json11.word(e)
	own.Status = e.Status
	return own
}
