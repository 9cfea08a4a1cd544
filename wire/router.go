package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Request is one API request, its body read and its signature verified.
type Request struct {
	ID   string // request id, repeated in the answer
	HTTP *http.Request
	Body []byte

	read   bool // what params returns is known
	parsed params
	err    error
}

// params are the parameters of the request, read once.
func (r *Request) params() (params, error) {
	if !r.read {
		r.parsed, r.err = readParams(r)
		r.read = true
	}
	return r.parsed, r.err
}

// Response is an answer, ready to be sent, and what there is to say about it.
type Response struct {
	Status      int
	ContentType string
	Body        []byte
	// Service and Operation are names of the tables, or empty when the request
	// got no further than finding out that there is none.
	Service, Operation string
	Code               string // AWS error code, or empty
	// Cause is an error that the client does not get to see: for the log.
	Cause error
	// Header is what the protocol says beside the body. Nil: nothing.
	Header map[string]string
}

// Router finds the operation of a request and runs it. It is not changed after
// NewRouter and safe for concurrent use.
type Router struct {
	guard    Guard
	services []*table
}

// table is a service with its operations by name.
type table struct {
	Service
	speech protocol
	byName map[string]*Operation
	routes []route // RESTJSON only
}

// NewRouter makes a router of at least one service. The first one speaks for
// requests that belong to no service: their errors have its form. It panics when two
// rows have the same name.
func NewRouter(guard Guard, services ...Service) *Router {
	if guard == nil || len(services) == 0 {
		panic("wire: a router needs a guard and a service")
	}
	r := &Router{guard: guard}
	for _, s := range services {
		r.services = append(r.services, newTable(s))
	}
	return r
}

func newTable(s Service) *table {
	t := &table{Service: s, speech: s.Protocol.speech(), byName: make(map[string]*Operation, len(s.Operations))}
	for i := range s.Operations {
		op := &s.Operations[i]
		if t.byName[op.Name] != nil {
			panic(fmt.Sprintf("wire: service %s has two operations %s", s.Name, op.Name))
		}
		t.byName[op.Name] = op
	}
	if s.Protocol == RESTJSON {
		t.routes = compileRoutes(t)
	}
	return t
}

// Serve answers a request of caller that was signed for a service.
func (r *Router) Serve(ctx context.Context, caller Caller, signed string, req *Request) Response {
	svc, err := r.route(signed, req)
	if err != nil {
		return r.Fail(signed, req, err)
	}
	op, said, err := svc.speech.find(svc, req)
	if err != nil {
		return svc.fail(req, "", err)
	}
	out, err := op.safely(ctx, pass{caller, r.guard, svc.Name + ":" + cmp.Or(op.action, op.Name)}, said)
	if err != nil {
		return svc.fail(req, op.Name, err)
	}
	return Response{
		Status: http.StatusOK, ContentType: svc.speech.contentType(), Body: svc.speech.answer(&svc.Service, op, req.ID, out),
		Service: svc.Name, Operation: op.Name,
	}
}

// Fail answers a request that reached no operation: its signature is wrong, its
// body too large. signed is the service it claims to be signed for, or empty.
func (r *Router) Fail(signed string, req *Request, err error) Response {
	for _, svc := range r.services {
		if svc.Name == signed {
			return svc.fail(req, "", err)
		}
	}
	answer := r.closest("", req).fail(req, "", err)
	answer.Service = ""
	return answer
}

// route finds the service of a request: the one it was signed for, or, when
// that does not decide, the one whose version and operations fit best (IAM-6).
func (r *Router) route(signed string, req *Request) (*table, error) {
	best := r.closest(signed, req)
	if best == nil {
		return nil, Errorf(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to a service that is served here, not to %s.", echo(signed))
	}
	return best, nil
}

// closest is the service that fits a request best, of those that it can be
// signed for; nil when there are none.
func (r *Router) closest(signed string, req *Request) (best *table) {
	most := -1
	for _, svc := range r.services {
		if signed != "" && svc.Name != signed {
			continue
		}
		if fit := svc.speech.fit(svc, req); fit > most {
			best, most = svc, fit
		}
	}
	return best
}

func (t *table) fail(req *Request, operation string, err error) Response {
	e := t.visible(err)
	answer := Response{
		Status: e.Status, ContentType: t.speech.contentType(), Body: t.speech.fail(&t.Service, req.ID, e),
		Service: t.Name, Operation: operation, Code: e.Code, Header: t.speech.headers(e),
	}
	_, ours := errors.AsType[*Error](err)
	if _, invalid := errors.AsType[Violations](err); !ours && !invalid {
		answer.Cause = err
	}
	return answer
}

// visible is what the client may see of err, in the words of the service.
func (t *table) visible(err error) *Error {
	if v, ok := errors.AsType[Violations](err); ok {
		if t.Invalid != nil {
			return t.Invalid(v)
		}
		return t.worded(t.speech.invalid(v))
	}
	e := t.speech.word(visible(err))
	if code := t.Codes[e.Code]; code != "" {
		own := *e
		own.Code = code
		e = &own
	}
	return t.worded(e)
}

func (t *table) worded(e *Error) *Error {
	if t.Word == nil {
		return e
	}
	return t.Word(e)
}
