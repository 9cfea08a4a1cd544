package refine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/policy"
)

// replayer asks the evaluator about requests that fit an Allow of the old
// policies.
//
// What a request was made with is not recorded, so the conditions of a statement
// are not judged: each block of conditions is one value of a made-up key, which a
// request has or has not. A request made up for an Allow has that of the Allow.
type replayer struct {
	q             *Question
	before, after []*policy.Document
	blocks        map[string]string // canonical block of conditions → its value
	values        policy.Context    // for policy variables
	caller        policy.Caller
}

// blockKey is the made-up key.
const blockKey = "ebbmark:conditions"

// sampleText stands for what a star or a variable of a pattern leaves open.
const sampleText = "ebbmark"

func newReplayer(q *Question) replayer {
	r := replayer{q: q, blocks: map[string]string{}, values: policy.Context{}}
	r.before, r.after = r.opaque(q.Before), r.opaque(q.After)
	for _, key := range policy.ContextKeys(slices.Concat(r.before, r.after)...) {
		r.values.Set(key, sampleText)
	}
	r.caller = policy.Caller{ARN: q.Principal.ARN, UserID: q.Principal.ID}
	if a, err := arn.Parse(q.Principal.ARN); err == nil {
		r.caller.Account = a.Account
	}
	return r
}

// opaque copies documents with their conditions made opaque.
func (r *replayer) opaque(docs []*policy.Document) []*policy.Document {
	out := make([]*policy.Document, len(docs))
	for i, d := range docs {
		c := *d
		c.Statements = slices.Clone(d.Statements)
		for k := range c.Statements {
			st := &c.Statements[k]
			if v := r.block(st); v != "" {
				st.Condition = []policy.Condition{{Operator: "StringEquals", Key: blockKey, Values: []string{v}}}
			}
		}
		out[i] = &c
	}
	return out
}

// block is the value for the conditions of a statement; empty: it has none.
func (r *replayer) block(st *policy.Statement) string {
	if len(st.Condition) == 0 {
		return ""
	}
	lines := make([]string, len(st.Condition))
	for i, c := range st.Condition {
		lines[i] = fmt.Sprintf("%q %q %q", c.Operator, c.Key, c.Values)
	}
	slices.Sort(lines)
	text := strings.Join(lines, "\n")
	if r.blocks[text] == "" {
		r.blocks[text] = fmt.Sprint("block ", len(r.blocks)+1)
	}
	return r.blocks[text]
}

// refuses reports whether a request that the old policies allow by the statement
// is refused by the new ones.
func (r *replayer) refuses(st placed, action string, index int) bool {
	context := policy.Context{}
	for k, v := range r.values {
		context[k] = v
	}
	delete(context, blockKey)
	if v := r.block(st.Statement); v != "" {
		context[blockKey] = []string{v}
	}
	for _, resource := range r.samples(st, index) {
		req := policy.Request{Action: action, Resource: resource, Caller: r.caller, Context: context}
		if !policy.Evaluate(req, policy.Policies{Identity: r.after}).Allowed &&
			policy.Evaluate(req, policy.Policies{Identity: r.before}).Allowed {
			return true
		}
	}
	return false
}

// samples are resources that the statement is about, or may be.
func (r *replayer) samples(st placed, action int) []string {
	var out []string
	types := st.Resource == nil
	for _, p := range st.Resource {
		if p == "*" {
			types = true
		} else {
			out = append(out, sample(policy.CompleteARN(p), st.doc.HasVariables()))
		}
	}
	if types {
		out = append(out, r.typed(action)...)
	}
	return out[:min(len(out), maxSamples)]
}

// typed are resources of the action's types.
func (r *replayer) typed(action int) []string {
	if action < 0 || len(r.q.Catalog.Actions()[action].Resources) == 0 {
		return []string{"*"}
	}
	var out []string
	for _, i := range r.q.Catalog.Actions()[action].Resources {
		for _, p := range r.q.Catalog.Resources()[i].Patterns {
			if len(out) < maxSamples {
				out = append(out, sample(p, false))
			}
		}
	}
	return out
}

// stars replaces what a pattern leaves open.
var stars = strings.NewReplacer("*", sampleText, "?", "e")

// sample is a text that fits the pattern.
func sample(pattern string, variables bool) string {
	if !variables {
		return stars.Replace(pattern)
	}
	var b strings.Builder
	for t := range policy.Tokens(pattern) {
		switch t.Kind {
		case policy.Literal:
			b.WriteString(t.Text)
		case policy.AnyOne:
			b.WriteByte('e')
		default:
			b.WriteString(sampleText)
		}
	}
	return b.String()
}
