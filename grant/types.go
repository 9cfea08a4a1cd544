package grant

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
)

// types is what the catalogue says about resources, prepared for the engine.
// Many actions have the same resource types, and many types the same pattern:
// both are numbered so that each is decided once.
type types struct {
	patterns   []glob
	signatures [][]int32 // a signature's patterns: what one resource type or another fits
	signature  []int32   // by action
}

func newTypes(cat *catalog.Catalog) types {
	t := types{signature: make([]int32, len(cat.Actions()))}
	patterns := numbers{}
	ofResource := make([][]int32, len(cat.Resources()))
	for i, r := range cat.Resources() {
		for _, p := range r.Patterns {
			n, isNew := patterns.number(p)
			if isNew {
				t.patterns = append(t.patterns, typePattern(p))
			}
			ofResource[i] = append(ofResource[i], n)
		}
	}
	none := int32(len(t.patterns)) // an action without resource types has the resource "*" (LA-13)
	t.patterns = append(t.patterns, literal("*"))
	signatures := numbers{}
	var key []byte
	for i, a := range cat.Actions() {
		key = key[:0]
		for _, r := range a.Resources {
			key = binary.AppendUvarint(key, uint64(r))
		}
		n, isNew := signatures.number(string(key))
		if isNew {
			t.signatures = append(t.signatures, merge(ofResource, a.Resources, none))
		}
		t.signature[i] = n
	}
	return t
}

// numbers gives every string a number, in the order of first sight.
type numbers map[string]int32

func (m numbers) number(s string) (n int32, isNew bool) {
	n, ok := m[s]
	if !ok {
		n = int32(len(m))
		m[s] = n
	}
	return n, !ok
}

func merge(ofResource [][]int32, resources []int, none int32) []int32 {
	if len(resources) == 0 {
		return []int32{none}
	}
	var all []int32
	for _, r := range resources {
		all = append(all, ofResource[r]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// typePattern reads an ARN format whose variables are stars already. Partition,
// service, Region and account of an ARN have no colon, so the stars of those
// fields have none either: else "arn:*:s3:::*/*" would fit
// "arn:aws:iam::111122223333:user/a:s3:::b/c", and every Resource that ends in
// a star would reach every service. Stars of the last field run over anything.
func typePattern(s string) glob {
	g := wild(s)
	if strings.Count(s, ":") < 5 {
		return g // no ARN: nothing is known of its fields
	}
	colons := 0
	for i, t := range g {
		if t == ':' {
			colons++
		}
		if t == star && colons < 5 {
			g[i] = field
		}
	}
	return g
}
