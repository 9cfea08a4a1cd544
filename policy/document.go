package policy

// Document is one parsed policy document.
type Document struct {
	Version    string // "2012-10-17", "2008-10-17", or empty when absent
	ID         string
	Statements []Statement
}

// Statement is one statement. Element lists keep their order and spelling.
type Statement struct {
	Sid                     string
	Allow                   bool       // Effect: Allow; else Deny
	Action, NotAction       []string   // exactly one of them is not nil
	Resource, NotResource   []string   // at most one of them is not nil
	Principal, NotPrincipal *Principal // trust and resource policies only
	Condition               []Condition
	Line, Column            int // where the statement begins in the text, from 1
	EndLine, EndColumn      int // where it ends
}

// Principal is the content of a Principal or NotPrincipal element. "*" alone is
// Any; else the lists by type, such as "AWS", "Service", "Federated".
type Principal struct {
	Any   bool
	Types map[string][]string
}

// Condition is one line of a Condition block: Operator {Key: Values}.
type Condition struct {
	Operator string // as written, e.g. "ForAnyValue:StringLikeIfExists"
	Key      string
	Values   []string // booleans and numbers as they are written in JSON
}
