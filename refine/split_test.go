package refine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// TestSplitSaysTheSame: whatever the document, the parts fit, grant together what the
// whole edit grants, and each is made of its base alone.
func TestSplitSaysTheSame(t *testing.T) {
	cat, engine := catalogue(t), engineOnce()
	r := rand.New(rand.NewPCG(1, 2))
	cuts := 0
	for n := range 40 {
		var statements []string
		for s := range 1 + r.IntN(4) {
			var actions []string
			for range 20 + r.IntN(250) {
				i := r.IntN(len(cat.Actions()))
				name := cat.FullName(i)
				if r.IntN(20) == 0 {
					name = name[:len(name)-3] + "*"
				}
				actions = append(actions, `"`+name+`"`)
			}
			statements = append(statements, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":[%s],"Resource":"*"}`, s, strings.Join(actions, ",")))
		}
		if r.IntN(3) == 0 {
			statements = append(statements, `{"Sid":"D","Effect":"Deny","Action":"iam:*","Resource":"*"}`)
		}
		text := doc(statements...)
		in := Editing{Catalog: cat, Engine: engine, DropUntracked: r.IntN(2) == 0, Keep: []string{"*:*e*"}}
		whole, parts, err := split(text, in)
		if errors.Is(err, ErrTooLarge) {
			continue
		}
		if err != nil {
			t.Fatal(n, err)
		}
		if !whole.Changed() || whole.Delete {
			if len(parts) > 0 {
				t.Fatal(n, "parts of nothing")
			}
			continue
		}
		if len(parts) > 1 {
			cuts++
		}
		var together []*policy.Document
		for _, p := range parts {
			d, err := policy.ParseString(p.Document)
			if err == nil {
				err = policy.Validate(d, policy.Identity)
			}
			if err != nil || bare(p.Document) > 6144 {
				t.Fatal(n, err, bare(p.Document))
			}
			in := in
			in.Strict, in.Limit = true, 6144
			if again, err := Edit(p.Base, in); err != nil || again.Document != p.Document {
				t.Fatalf("%d: %v: %s is not made of %s", n, err, p.Document, p.Base)
			}
			together = append(together, d)
		}
		one, err := policy.ParseString(whole.Document)
		if err != nil {
			t.Fatal(n, err)
		}
		a, b := engine.Granted([]*policy.Document{one}), engine.Granted(together)
		for i := range cat.Actions() {
			if a.Has(i) != b.Has(i) {
				t.Fatalf("%d: %s: the whole %v, the parts %v", n, cat.FullName(i), a.Has(i), b.Has(i))
			}
		}
	}
	if cuts < 5 {
		t.Errorf("only %d were split", cuts)
	}
}
