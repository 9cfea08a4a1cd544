package wire

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
)

// Service is one API: a table of operations and how they are spoken.
type Service struct {
	Name       string // signing name, such as "iam": routes the request and is the prefix of its actions
	Version    string // API version, such as "2010-05-08"
	Namespace  string // XML namespace of the answers
	Operations []Operation
}

// Operation is one row of a Service, made by Op or Open.
type Operation struct {
	Name   string
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
// It panics when a field of I or O has a type or tag that package wire does
// not know.
func Op[I, O any](name string, resource func(*I, Caller) string, call func(context.Context, Caller, *I) (*O, error)) Operation {
	return operation(name, call, func(ctx context.Context, p pass, in *I) error {
		target := "*"
		if resource != nil {
			target = resource(in, p.caller)
		}
		return p.guard(ctx, p.caller, p.action, target)
	})
}

// Open makes an operation that every authenticated caller may use, also one
// that an explicit Deny forbids it: sts:GetCallerIdentity is one (IAM-50).
func Open[I, O any](name string, call func(context.Context, Caller, *I) (*O, error)) Operation {
	return operation(name, call, func(context.Context, pass, *I) error { return nil })
}

func operation[I, O any](
	name string,
	call func(context.Context, Caller, *I) (*O, error),
	allowed func(context.Context, pass, *I) error,
) Operation {
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
		if err := allowed(ctx, p, in); err != nil {
			return nil, err
		}
		out, err := call(ctx, p.caller, in)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = new(O)
		}
		return out, nil
	}
	return Operation{name, compileOutput(reflect.TypeFor[O]()), run}
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
