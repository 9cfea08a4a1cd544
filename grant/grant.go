// Package grant decides which catalogue actions a set of policies grants
// (LA-7 to LA-19), and which policies grant access to a service (LA-103).
package grant

import (
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// Set is a set of catalogue actions, a bit per index of catalog.Actions().
type Set []uint64

// Has reports whether action i is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// Engine judges policies against one catalogue. Safe for concurrent use.
type Engine struct{ cat *catalog.Catalog }

// New makes an engine.
func New(cat *catalog.Catalog) *Engine { return &Engine{cat: cat} }

// Granted is the set of actions that the policies grant when taken together.
func (e *Engine) Granted(set []*policy.Document) Set { return nil }

// Unknown lists action patterns of Allow statements that match nothing in the
// catalogue, each once, sorted: an old catalogue would hide their services
// (LA-14).
func (e *Engine) Unknown(set []*policy.Document) []string { return nil }

// Reaches reports whether the policy, judged alone, is listed for the service
// by ListPoliciesGrantingServiceAccess (LA-103).
func (e *Engine) Reaches(doc *policy.Document, service int) bool { return false }
