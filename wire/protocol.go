package wire

// Protocol says how a service is spoken.
type Protocol uint8

// The protocols.
const (
	Query    Protocol = iota // forms and XML (query.go)
	JSON11                   // AWS JSON 1.1 (json.go)
	RESTJSON                 // REST-JSON (restjson.go)
)

func (p Protocol) speech() protocol {
	switch p {
	case JSON11:
		return json11{}
	case RESTJSON:
		return restJSON{}
	}
	return query{}
}

// protocol is one way to say requests and answers. It keeps no state.
type protocol interface {
	// fit is how well a request fits a service: 0 says that nothing does.
	fit(t *table, r *Request) int
	// find returns the operation of a request that was sent to the service, and
	// what the request says.
	find(t *table, r *Request) (*Operation, *node, error)
	contentType() string
	// answer writes the output of an operation.
	answer(svc *Service, op *Operation, id string, out any) []byte
	// invalid is the error of broken constraints.
	invalid(v Violations) *Error
	// word is an error as this protocol calls it: packages wire, auth and httpd
	// give their errors the names of Query.
	word(e *Error) *Error
	// fail writes an error.
	fail(svc *Service, id string, e *Error) []byte
	// headers is what an error says beside the body; nil: nothing.
	headers(e *Error) map[string]string
}
