package policy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A second evaluator, written from the documentation and not from the first: it
// reads the document with encoding/json, matches by a table of all prefixes,
// and knows nothing of positions, reasons or speed.

// naive is one document as encoding/json sees it.
type naive struct {
	doc     map[string]any
	request map[string][]string // context by lower-case key
	session bool                // a session policy: incomplete ARNs stay as they are
}

// symbol is one place of a pattern: a character, or a wildcard.
type symbol struct {
	r    rune
	wild bool
}

// symbols takes a pattern apart, with variables replaced where vars says so.
// false: a variable has no value.
func (n *naive) symbols(pattern string, vars bool) (out []symbol, ok bool) {
	literal := func(s string) {
		for _, r := range s {
			out = append(out, symbol{r, false})
		}
	}
	for pattern != "" {
		if end := strings.Index(pattern, "}"); vars && strings.HasPrefix(pattern, "${") && end > 0 {
			name := pattern[2:end]
			pattern = pattern[end+1:]
			if name == "*" || name == "?" || name == "$" {
				literal(name)
				continue
			}
			name, fallback, has := strings.Cut(name, ", '")
			values := n.request[strings.ToLower(name)]
			switch {
			case len(values) == 1:
				literal(values[0])
			case has:
				literal(strings.TrimSuffix(fallback, "'"))
			default:
				return nil, false
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(pattern)
		out = append(out, symbol{r, r == '*' || r == '?'})
		pattern = pattern[size:]
	}
	return out, true
}

// fits fills a table: does the pattern up to i fit the text up to j?
func fits(pattern []symbol, text string, fold bool) bool {
	s := []rune(text)
	table := make([][]bool, len(pattern)+1)
	for i := range table {
		table[i] = make([]bool, len(s)+1)
	}
	table[0][0] = true
	for i := 1; i <= len(pattern); i++ {
		p := pattern[i-1]
		for j := 0; j <= len(s); j++ {
			switch {
			case p.wild && p.r == '*':
				table[i][j] = table[i-1][j] || j > 0 && table[i][j-1]
			case j == 0:
			case p.wild:
				table[i][j] = table[i-1][j-1]
			case fold && p.r < 128 && s[j-1] < 128:
				table[i][j] = table[i-1][j-1] && strings.EqualFold(string(p.r), string(s[j-1]))
			default:
				table[i][j] = table[i-1][j-1] && p.r == s[j-1]
			}
		}
	}
	return table[len(pattern)][len(s)]
}

func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			out = append(out, e.(string))
		}
	}
	return out
}

// says reports whether a statement of the document allows, and denies.
func (n *naive) says(action, resource string) (allows, denies bool) {
	for _, v := range n.doc["Statement"].([]any) {
		st := v.(map[string]any)
		allow := st["Effect"] == "Allow"
		if !n.applies(st, allow, action, resource) {
			continue
		}
		allows, denies = allows || allow, denies || !allow
	}
	return allows, denies
}

func (n *naive) applies(st map[string]any, allow bool, action, resource string) bool {
	named := func(list any) bool {
		return slices.ContainsFunc(texts(list), func(p string) bool {
			symbols, _ := n.symbols(p, false)
			return fits(symbols, action, true)
		})
	}
	if list, has := st["Action"]; has && !named(list) {
		return false
	}
	if list, has := st["NotAction"]; has && named(list) {
		return false
	}
	if list, has := st["Resource"]; has {
		if about, _ := n.about(list, resource); !about {
			return false
		}
	}
	if list, has := st["NotResource"]; has {
		// With a variable that has no value nobody knows what an Allow leaves out.
		if about, known := n.about(list, resource); about || allow && !known {
			return false
		}
	}
	block, _ := st["Condition"].(map[string]any)
	for operator, keys := range block {
		for key, values := range keys.(map[string]any) {
			if !n.holds(operator, key, texts(values), allow) {
				return false
			}
		}
	}
	return true
}

func (n *naive) about(list any, resource string) (about, known bool) {
	known = true
	for _, p := range texts(list) {
		if strings.HasPrefix(p, "arn:") && !n.session {
			p += strings.Repeat(":*", max(0, 5-strings.Count(plainVariables(p), ":")))
		}
		symbols, ok := n.symbols(p, n.doc["Version"] == "2012-10-17")
		known = known && ok
		about = about || ok && fits(symbols, resource, false)
	}
	return about, known
}

// plainVariables drops what is between braces: the colon of a key is none of
// the ARN.
func plainVariables(p string) string {
	for {
		start := strings.Index(p, "${")
		end := strings.Index(p, "}")
		if start < 0 || end < start {
			return p
		}
		p = p[:start] + p[end+1:]
	}
}

func (n *naive) holds(operator, key string, want []string, allow bool) bool {
	operator, each := strings.CutPrefix(operator, "ForAllValues:")
	operator, some := strings.CutPrefix(operator, "ForAnyValue:")
	operator, lenient := strings.CutSuffix(operator, "IfExists")
	got := n.request[strings.ToLower(key)]
	if operator == "Null" {
		return slices.Contains(want, strconv.FormatBool(len(got) == 0))
	}
	if each || some {
		got = slices.DeleteFunc(slices.Clone(got), func(v string) bool { return v == "" })
	}
	negated := strings.Contains(operator, "Not")
	if len(got) == 0 {
		return lenient || each || negated && !some
	}
	unknown := false
	one := func(v string) bool {
		for _, w := range want {
			fit, ok := n.compare(strings.Replace(operator, "Not", "", 1), w, v)
			unknown = unknown || !ok
			if fit {
				return !negated
			}
		}
		return negated
	}
	good := 0
	for _, v := range got {
		if one(v) {
			good++
		}
	}
	for _, w := range want { // also those that were not reached
		_, ok := n.compare(strings.Replace(operator, "Not", "", 1), w, "")
		unknown = unknown || !ok
	}
	if unknown && negated && allow {
		return false
	}
	if each || negated && !some {
		return good == len(got)
	}
	return good > 0
}

// compare compares one value; false: the wanted one has a variable without
// value.
func (n *naive) compare(operator, want, got string) (fit, ok bool) {
	if operator == "NumericLessThan" {
		w, err := strconv.ParseFloat(want, 64)
		g, err2 := strconv.ParseFloat(got, 64)
		return err == nil && err2 == nil && g < w, true
	}
	symbols, ok := n.symbols(want, n.doc["Version"] == "2012-10-17")
	if !ok {
		return false, false
	}
	if operator == "StringEquals" {
		for i := range symbols {
			symbols[i].wild = false
		}
	}
	return fits(symbols, got, false), true
}

// random makes policies and requests of few words, so that they often meet.
type random struct {
	*rand.Rand
	words []string // from the fuzzer
}

func (r *random) pick(from ...string) string { return from[r.IntN(len(from))] }

func (r *random) list(from ...string) []string {
	out := make([]string, 1+r.IntN(3))
	for i := range out {
		out[i] = r.pick(from...)
	}
	return out
}

var (
	fuzzActions   = []string{"s3:GetObject", "s3:PutObject", "iam:GetUser"}
	fuzzPatterns  = []string{"*", "s3:*", "S3:get*", "iam:Get?ser", "*:*Object", "s3:GetObject", "s3:?et*t", "sqs:*"}
	fuzzResources = []string{"*", "arn:aws:s3:::b/alice/x", "arn:aws:s3:::b/red", "arn:aws:s3:::b/*", "arn:aws:iam::111122223333:user/alice", "arn:aws:s3:::b/none"}
	fuzzARNs      = []string{"*", "arn:aws:s3", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${test:team}", "arn:aws:s3:::b/${test:team, 'none'}",
		"arn:aws:s3:::b/${*}", "arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:s3:::?/???", "arn:*/x"}
	fuzzOperators = []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "NumericLessThan", "StringEqualsIfExists", "StringNotLikeIfExists",
		"ForAllValues:StringLike", "ForAllValues:StringNotEquals", "ForAnyValue:StringLike", "ForAnyValue:StringNotEquals", "ForAnyValue:StringEqualsIfExists", "Null"}
	fuzzKeys   = []string{"test:team", "test:list", "test:number", "aws:username", "test:absent"}
	fuzzValues = []string{"red", "r*", "?ed", "alice", "5", "10", "true", "false", "", "${aws:username}", "${test:team}", "${test:absent}", "${test:absent, 'red'}", "${*}"}
)

func (r *random) document() string {
	doc := map[string]any{"Version": r.pick(Version2012, Version2012, Version2008)}
	statements := []any{}
	for range 1 + r.IntN(3) {
		st := map[string]any{"Effect": r.pick("Allow", "Allow", "Allow", "Deny")}
		st[r.pick("Action", "Action", "NotAction")] = r.list(append(slices.Clone(fuzzPatterns), r.words[0])...)
		st[r.pick("Resource", "Resource", "NotResource")] = r.list(append(slices.Clone(fuzzARNs), r.words[1])...)
		condition := map[string]any{}
		for range r.IntN(3) {
			condition[r.pick(fuzzOperators...)] = map[string]any{r.pick(fuzzKeys...): r.list(append(slices.Clone(fuzzValues), r.words[2])...)}
		}
		if len(condition) > 0 {
			st["Condition"] = condition
		}
		statements = append(statements, st)
	}
	doc["Statement"] = statements
	text, _ := json.Marshal(doc)
	return string(text)
}

func (r *random) context() Context {
	ctx := Context{}
	if r.IntN(4) > 0 {
		ctx["test:team"] = []string{r.pick("red", "blue", "*", r.words[2])}
	}
	if r.IntN(4) > 0 {
		ctx["test:number"] = []string{r.pick("5", "10", "x")}
	}
	if r.IntN(4) > 0 {
		ctx["test:list"] = r.list("red", "r*", "alice", "", "")
	}
	return ctx
}

// Policies of several types, against the same said by the naive evaluator.
func FuzzEvaluate(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed, "s3:*Object", "arn:aws:s3:::b/*x", "r?d")
	}
	f.Add(uint64(7), "*", "é*", "**?")
	f.Fuzz(func(t *testing.T, seed uint64, action, resource, value string) {
		r := &random{rand.New(rand.NewPCG(seed, 1)), []string{action, resource, value}}
		for i, w := range r.words {
			if len(w) > 60 || !utf8.ValidString(w) {
				return
			}
			r.words[i] = strings.ReplaceAll(w, "$", "")
		}
		req := Request{Action: r.pick(fuzzActions...), Resource: r.pick(append(slices.Clone(fuzzResources), r.words[1])...), Caller: alice, Context: r.context()}
		known := map[string][]string{"aws:username": {"alice"}}
		for k, v := range req.Context {
			known[k] = v
		}
		said := map[Kind][2]bool{}
		say := func(kind Kind, text string) *Document {
			n := naive{request: known, session: kind == Session}
			if err := json.Unmarshal([]byte(text), &n.doc); err != nil {
				t.Fatal(err)
			}
			allows, denies := n.says(req.Action, req.Resource)
			said[kind] = [2]bool{said[kind][0] || allows, said[kind][1] || denies}
			return mustParse(t, text)
		}
		identity := []string{r.document(), r.document()}
		boundary, scp, session := r.document(), r.document(), r.document()
		sets := Policies{
			Identity: []*Document{say(Identity, identity[0]), say(Identity, identity[1])},
			Boundary: say(Boundary, boundary), SCP: [][]*Document{{say(SCP, scp)}}, Session: []*Document{say(Session, session)},
		}
		want := yes
		for _, s := range said {
			if !s[0] && want == yes {
				want = implicit
			}
			if s[1] {
				want = explicit
			}
		}
		got := Evaluate(req, sets)
		for kind, s := range said {
			if f := got.Findings[kind]; f.Allows != s[0] || f.Denies != s[1] {
				t.Errorf("%s: allows %v, denies %v; want %v, %v", kind, f.Allows, f.Denies, s[0], s[1])
			}
		}
		if verdictOf(got) != want || t.Failed() {
			t.Errorf("%s, want %s\nrequest %+v\nidentity %s\nboundary %s\nSCP %s\nsession %s", verdictOf(got), want, req, identity, boundary, scp, session)
		}
	})
}
