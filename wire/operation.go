package wire

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
)

// Service is one API: a table of operations and how they are spoken.
type Service struct {
	Name      string // signing name, such as "iam": routes the request and is the prefix of its actions
	Protocol  Protocol
	Version   string // API version, such as "2010-05-08"; Query only
	Namespace string // XML namespace of the answers; Query only
	Target    string // what X-Amz-Target begins with, such as "AWSOrganizationsV20161128"; JSON11 only
	// Routes are the operations' methods and paths by their names, such as
	// "GET /thing/{thingId}?maxResults&nextToken": which members of the input are
	// in the path and in the query string; all others are in the body. RESTJSON
	// only, where every operation has one.
	Routes     map[string]string
	Operations []Operation
	// Invalid words broken constraints. Nil: as the protocol does.
	Invalid func(Violations) *Error
	// Codes are what the service calls general errors ("ServiceFailure"), where
	// it has a name of its own for them.
	Codes map[string]string
	// Word says a general error in the words of the service, after the protocol
	// and Codes have named it, also one that broken constraints made. It returns
	// another Error and leaves the one that it gets. Nil: as it is.
	Word func(*Error) *Error
}

// Operation is one row of a Service, made by Op, OpOn or Open.
type Operation struct {
	Name   string
	action string // what permits it, without the service; empty: Name
	output *structEncoder
	run    func(ctx context.Context, p pass, said *node) (any, error)
}

// pass is who calls, and what stands between the caller and the operation.
type pass struct {
	caller Caller
	guard  Guard
	action string // "iam:GetUser"
}

// Guard decides whether the caller may do an action, such as
// "iam:GetServiceLastAccessedDetails", on a resource: nil, or the Error that
// says why not.
type Guard func(ctx context.Context, caller Caller, action, resource string) error

// Checker is an input struct with rules that tags cannot express. Check is
// asked after the tags and before the guard (LA-112), so it must look at the
// input and the caller only: whether something exists is the operation's
// business. Implement it on the pointer.
type Checker interface {
	Check(caller Caller) error
}

// NoOutput is the output of operations that answer with nothing but success.
type NoOutput struct{}

// Op makes an operation that needs the permission of its own name. The guard is
// asked about the resource that the function names, or about "*" when it is
// nil. A nil output without an error is answered like an empty one.
//
// An input that is Keyed says what policies may ask about, and so may the thing
// that OpOn finds.
//
// It panics when a field of I or O has a type or tag that package wire does
// not know.
func Op[I, O any](name string, resource func(*I, Caller) string, call func(context.Context, Caller, *I) (*O, error)) Operation {
	return operation(name, func(ctx context.Context, p pass, in *I) (*O, error) {
		target := "*"
		if resource != nil {
			target = resource(in, p.caller)
		}
		if err := p.asking(in).allowed(ctx, target); err != nil {
			return nil, err
		}
		return call(ctx, p.caller, in)
	})
}

// OpOn is Op for an operation on something whose ARN is known only when it has
// been looked up. find returns it with its ARN, the guard is asked about that,
// and call gets what was found: both decide on the same state.
//
// When there is no such thing, find returns the error that says so and the ARN
// that the thing would have. The guard is asked about that first: who may not
// act on it is not told whether it exists (LA-112). An error without an ARN is
// answered at once.
func OpOn[I, T, O any](
	name string,
	find func(context.Context, Caller, *I) (thing T, resource string, err error),
	call func(context.Context, Caller, *I, T) (*O, error),
) Operation {
	return operation(name, func(ctx context.Context, p pass, in *I) (*O, error) {
		thing, resource, absent := find(ctx, p.caller, in)
		if absent != nil && resource == "" {
			return nil, absent
		}
		asking := p.asking(in)
		if absent == nil {
			asking = p.asking(thing, in)
		}
		if err := asking.allowed(ctx, resource); err != nil {
			return nil, err
		}
		if absent != nil {
			return nil, absent
		}
		return call(ctx, p.caller, in, thing)
	})
}

// Open makes an operation that every authenticated caller may use, also one
// that an explicit Deny forbids it: sts:GetCallerIdentity is one (IAM-50).
func Open[I, O any](name string, call func(context.Context, Caller, *I) (*O, error)) Operation {
	return operation(name, func(ctx context.Context, p pass, in *I) (*O, error) {
		return call(ctx, p.caller, in)
	})
}

// operation decodes and checks the input, and leaves the rest to perform.
func operation[I, O any](name string, perform func(context.Context, pass, *I) (*O, error)) Operation {
	input := compileInput(reflect.TypeFor[I]())
	run := func(ctx context.Context, p pass, said *node) (any, error) {
		in := new(I)
		if err := input.decodeInput(reflect.ValueOf(in).Elem(), said); err != nil {
			return nil, err
		}
		if c, ok := any(in).(Checker); ok {
			if err := c.Check(p.caller); err != nil {
				return nil, err
			}
		}
		out, err := perform(ctx, p, in)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = new(O)
		}
		return out, nil
	}
	return Operation{Name: name, output: compileOutput(reflect.TypeFor[O]()), run: run}
}

// As is the operation with an action of another name: that is what the guard is
// asked about.
func (op Operation) As(action string) Operation {
	op.action = action
	return op
}

// safely runs the operation. A panic is an internal error of this operation, so
// that the log and the answer know which one it was.
func (op *Operation) safely(ctx context.Context, p pass, said *node) (out any, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()
	return op.run(ctx, p, said)
}
