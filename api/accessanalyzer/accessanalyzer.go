// Package accessanalyzer is the API of IAM Access Analyzer
// (docs/spec/access-analyzer.md): analyzers, their findings, recommendations and
// generated policies, all of which package analyzers keeps.
//
// An operation is a method from an input struct to an output struct, as in
// api/iam. operations.go lists them; target.go finds the analyzer that a request
// is about and the ARN that policies are asked about; errors.go has AWS's
// exceptions for what package analyzers refuses. Every other file is a family of
// operations or a shape that several of them have.
package accessanalyzer

import (
	"regexp"
	"slices"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/wire"
)

// API answers the operations. All fields are required. Safe for concurrent use.
type API struct {
	Analyzers *analyzers.Keeper
	Book      *accounts.Book // the same as the Keeper's
}

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name:     "access-analyzer",
		Protocol: wire.RESTJSON,
		Routes:   routes,
		Invalid:  invalid,
		Word:     word,
		Operations: slices.Concat(
			a.analyzerOperations(),
			a.findingOperations(),
			a.ruleOperations(),
			a.generationOperations(),
			a.unsupportedOperations(),
		),
	}
}

// regionName is the form of a Region. It becomes a part of ARNs, so nothing else
// may be in it than what real ones are made of.
var regionName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// regionOf is the Region that the request was signed for (AA-5).
func regionOf(c wire.Caller) (string, error) {
	said := c.Keys["aws:RequestedRegion"]
	if len(said) != 1 || !regionName.MatchString(said[0]) {
		return "", validation(reasonOther, "The request must be signed for a Region, such as us-east-1.")
	}
	return said[0], nil
}
