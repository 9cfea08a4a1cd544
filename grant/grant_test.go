package grant

import (
	"strings"
	"sync"
	"testing"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

var loadOnce = sync.OnceValues(catalog.Load)

func catalogue(tb testing.TB) *catalog.Catalog {
	tb.Helper()
	c, err := loadOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func engine(tb testing.TB) *Engine {
	tb.Helper()
	return New(catalogue(tb))
}

func service(tb testing.TB, namespace string) int {
	tb.Helper()
	i, ok := catalogue(tb).Service(namespace)
	if !ok {
		tb.Fatalf("no service %s in the catalogue", namespace)
	}
	return i
}

// policies reads policy documents of version 2012-10-17 in short form, one
// statement per line:
//
//	A|D action,action… resource,resource… [if]
//
// A list that begins with ! is a NotAction or NotResource, "-" is no resource
// element, "if" is a Condition. A line "---" begins the next document.
func policies(text string) []*policy.Document {
	var docs []*policy.Document
	for part := range strings.SplitSeq(text, "---") {
		doc := &policy.Document{Version: policy.Version2012}
		for line := range strings.Lines(strings.TrimSpace(part)) {
			doc.Statements = append(doc.Statements, shortStatement(strings.Fields(line)))
		}
		docs = append(docs, doc)
	}
	return docs
}

func shortStatement(f []string) policy.Statement {
	s := policy.Statement{Allow: f[0] == "A"}
	s.Action, s.NotAction = shortList(f[1])
	if f[2] != "-" {
		s.Resource, s.NotResource = shortList(f[2])
	}
	if len(f) > 3 {
		s.Condition = []policy.Condition{{Operator: "StringEquals", Key: "aws:username", Values: []string{"nobody"}}}
	}
	return s
}

func shortList(s string) (list, not []string) {
	if after, ok := strings.CutPrefix(s, "!"); ok {
		return nil, strings.Split(after, ",")
	}
	return strings.Split(s, ","), nil
}
