// Package policy reads, prints, checks and evaluates IAM policy documents.
//
// Bottom up: scan.go reads JSON with positions, parse.go makes a Document of
// it, print.go prints one, validate.go says what AWS would refuse to store.
// match.go is the wildcard match, variable.go the policy variables,
// condition.go the operator table, principal.go who a Principal element means,
// statement.go whether one statement applies, and evaluate.go the decision over
// all policy types.
//
// Sources: AWS IAM User Guide, "IAM JSON policy reference" (elements, grammar,
// condition operators, policy variables) and "Policy evaluation logic". Where
// these leave a choice, the reading that allows less is taken, and the comment
// says so.
//
// Nothing here keeps state: a parsed Document is never changed by this package
// and may be used from several goroutines at once.
package policy
