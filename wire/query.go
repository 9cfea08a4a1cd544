package wire

import (
	"mime"
	"net/http"
	"reflect"
)

// query is the Query protocol: parameters as a form, answers as XML (IAM-1 to
// IAM-5).
type query struct{}

var _ protocol = query{}

func (query) contentType() string { return xmlType }

// fit is 2 for the version of the service and 1 for an operation of that name.
func (query) fit(t *table, req *Request) (n int) {
	p, err := req.params()
	if err != nil {
		return 0
	}
	if p["Version"] == t.Version {
		n += 2
	}
	if t.byName[p["Action"]] != nil {
		n++
	}
	return n
}

func (q query) find(t *table, req *Request) (*Operation, *node, error) {
	name, version, said, err := q.read(req)
	if err != nil {
		return nil, nil, err
	}
	op := t.byName[name]
	if op == nil || version != t.Version {
		return nil, nil, Errorf(http.StatusBadRequest, "InvalidAction",
			"Could not find operation %s for version %s", echo(name), echo(version))
	}
	return op, said, nil
}

func (query) invalid(v Violations) *Error {
	return Errorf(http.StatusBadRequest, "ValidationError", "%s", v.Error())
}

// word is e itself: the general errors have the names that Query gives them.
func (query) word(e *Error) *Error { return e }

const (
	formType = "application/x-www-form-urlencoded"
	xmlType  = "text/xml"
)

// read returns the operation's name, the API version and the input of a request.
func (query) read(r *Request) (name, version string, said *node, err error) {
	p, err := r.params()
	if err != nil {
		return "", "", nil, err
	}
	if r.HTTP.URL.Path != "/" && r.HTTP.URL.Path != "" {
		return "", "", nil, Errorf(http.StatusNotFound, "NotFound", "There is nothing at this path. Send requests of this API to /")
	}
	name, version = p["Action"], p["Version"]
	if name == "" {
		return "", "", nil, Errorf(http.StatusBadRequest, "MissingAction", "The request must contain the parameter Action.")
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED" // as AWS calls it
	}
	said, err = p.tree()
	return name, version, said, err
}

// readParams reads the parameters of a request from where its method puts them.
func readParams(r *Request) (params, error) {
	switch r.HTTP.Method {
	case http.MethodGet:
		return parseParams(r.HTTP.URL.RawQuery)
	case http.MethodPost:
		if err := checkForm(r); err != nil {
			return nil, err
		}
		return parseParams(r.HTTP.URL.RawQuery, string(r.Body))
	}
	return nil, Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method %s is not allowed. Use POST.", echo(r.HTTP.Method))
}

// checkForm refuses a body that does not claim to be a form. One that claims
// nothing is taken for a form.
func checkForm(r *Request) error {
	header := r.HTTP.Header.Get("Content-Type")
	if header == "" || len(r.Body) == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(header)
	if err != nil || media != formType {
		return Errorf(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
			"The content type %s is not supported. Use %s.", echo(header), formType)
	}
	return nil
}

// answer writes the output of an operation (IAM-3).
func (query) answer(svc *Service, op *Operation, id string, out any) []byte {
	buf := make([]byte, 0, 1024)
	buf = append(buf, "<"+op.Name+`Response xmlns="`...)
	buf = appendText(buf, svc.Namespace)
	buf = append(buf, `">`...)
	if len(op.output.fields) > 0 {
		result := newElement(op.Name + "Result")
		buf = append(buf, result.open...)
		buf = op.output.encode(buf, reflect.ValueOf(out).Elem())
		buf = append(buf, result.close...)
	}
	buf = append(buf, "<ResponseMetadata><RequestId>"...)
	buf = appendText(buf, id)
	buf = append(buf, "</RequestId></ResponseMetadata></"+op.Name+"Response>"...)
	return buf
}

func (query) headers(*Error) map[string]string { return nil }

// fail writes an error (IAM-5).
func (query) fail(svc *Service, id string, e *Error) []byte {
	fault := "Sender"
	if e.Status >= 500 {
		fault = "Receiver"
	}
	buf := append([]byte(nil), `<ErrorResponse xmlns="`...)
	buf = appendText(buf, svc.Namespace)
	buf = append(buf, `"><Error><Type>`+fault+`</Type><Code>`...)
	buf = appendText(buf, e.Code)
	buf = append(buf, `</Code><Message>`...)
	buf = appendText(buf, e.Message)
	buf = append(buf, `</Message></Error><RequestId>`...)
	buf = appendText(buf, id)
	return append(buf, `</RequestId></ErrorResponse>`...)
}
