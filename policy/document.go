package policy

// Version2012 and Version2008 are the versions of the policy language. A
// document without a version is of 2008.
const (
	Version2012 = "2012-10-17"
	Version2008 = "2008-10-17"
)

// Document is one parsed policy document.
type Document struct {
	Version    string // "2012-10-17", "2008-10-17", or empty when absent
	ID         string
	Statements []Statement
}

// HasVariables reports whether ${…} in the document is a policy variable. In
// documents older than 2012-10-17 it is ordinary text.
func (d *Document) HasVariables() bool { return d.Version == Version2012 }

// Statement is one statement. Element lists keep their order and spelling.
type Statement struct {
	Sid                     string
	Allow                   bool       // Effect: Allow; else Deny
	Action, NotAction       []string   // exactly one of them is not nil
	Resource, NotResource   []string   // at most one of them is not nil
	Principal, NotPrincipal *Principal // trust and resource policies only
	Condition               []Condition
	// Where the statement stands in the text: its opening and its closing
	// brace. Lines and columns count from 1, columns in characters.
	Line, Column       int
	EndLine, EndColumn int
	// FromLine and FromColumn are where AWS's simulator says that the statement
	// begins: after the bracket or the statement before it in a list, so at the
	// comma when there is one; after its opening brace when it stands alone.
	FromLine, FromColumn int
}

// Principal is the content of a Principal or NotPrincipal element. "*" alone is
// Any; else the lists by type, such as "AWS", "Service", "Federated".
type Principal struct {
	Any   bool
	Types map[string][]string
}

// Condition is one line of a Condition block: Operator {Key: Values}. All lines
// of a statement must hold.
type Condition struct {
	Operator string // as written, e.g. "ForAnyValue:StringLikeIfExists"
	Key      string
	Values   []string // booleans and numbers as they are written in JSON
}
