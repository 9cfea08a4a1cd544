package wire

import "context"

// Service is one API: a table of operations and how they are spoken.
type Service struct {
	Name       string // signing name, such as "iam": routes the request
	Version    string // API version, such as "2010-05-08"
	Namespace  string // XML namespace of the answers
	Operations []Operation
}

// Operation is one row of a Service, made by Op.
type Operation struct {
	Name string
	// decode and validate, authorize, call: see Op.
	run func(ctx context.Context, caller Caller, guard Guard, params any) (any, error)
}

// Guard decides whether the caller may do an action, such as
// "iam:GetServiceLastAccessedDetails", on a resource: nil, or the Error that
// says why not.
type Guard func(ctx context.Context, caller Caller, action, resource string) error
