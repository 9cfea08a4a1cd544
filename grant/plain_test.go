package grant

import (
	"math/rand/v2"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// plain judges one action the long way round: every statement is asked by
// itself, and one automaton for every resource type and Allow gives the answer.
// It shares no grouping, short cut or cache with Granted.
func (e *Engine) plain(set []*policy.Document, action int) bool {
	for _, p := range e.types.signatures[e.types.signature[action]] {
		for _, doc := range set {
			for i := range doc.Statements {
				if e.plainAllow(set, doc, &doc.Statements[i], action, e.types.patterns[p]) {
					return true
				}
			}
		}
	}
	return false
}

func (e *Engine) plainAllow(set []*policy.Document, doc *policy.Document, s *policy.Statement, action int, t glob) bool {
	if !s.Allow || !e.plainAction(s, action) {
		return false
	}
	base := question{inside: []glob{t}}
	for _, d := range set {
		for i := range d.Statements {
			if deny := &d.Statements[i]; !deny.Allow && deny.Condition == nil && e.plainAction(deny, action) {
				base.outside = append(base.outside, plainGlobs(deny.Resource)...)
				if deny.NotResource != nil {
					base.groups = append(base.groups, plainGlobs(deny.NotResource))
				}
			}
		}
	}
	if s.NotResource != nil {
		base.outside = append(base.outside, plainGlobs(s.NotResource)...)
		by := newSolver(compileSteps)
		return base.answer(&by.steps)
	}
	for _, g := range plainGlobs(s.Resource) {
		q, by := base, newSolver(compileSteps)
		q.inside = []glob{t, g}
		if q.answer(&by.steps) {
			return true
		}
	}
	return false
}

func (e *Engine) plainAction(s *policy.Statement, action int) bool {
	list := s.Action
	if list == nil {
		list = s.NotAction
	}
	for _, p := range list {
		if matches(wild(lower(p)), e.actions.keys[action]) {
			return s.Action != nil
		}
	}
	return s.Action == nil
}

func plainGlobs(list []string) []glob {
	var globs []glob
	for _, p := range list {
		globs = append(globs, wild(p))
	}
	return globs
}

func TestGrantedAgreesWithThePlainWay(t *testing.T) {
	e := engine(t)
	r := rand.New(rand.NewPCG(5, 5))
	var actions []int
	for _, namespace := range []string{"s3", "sqs", "sts", "backup"} {
		s := catalogue(t).Services()[service(t, namespace)]
		for i := s.First; i < s.End; i += 3 {
			actions = append(actions, i)
		}
	}
	granted, removed := 0, 0
	for range 50 {
		set := randomSet(r)
		got, allowed := e.Granted(set), e.Granted(onlyAllows(set))
		for _, i := range actions {
			want := e.plain(set, i)
			if got.Has(i) != want {
				t.Fatalf("%s granted: %t, want %t, by %+v", e.actions.keys[i], got.Has(i), want, show(set))
			}
			if want {
				granted++
			} else if allowed.Has(i) {
				removed++
			}
		}
	}
	if granted < 500 || removed < 500 {
		t.Errorf("one-sided: %d granted, %d removed", granted, removed)
	}
}

func show(set []*policy.Document) (all []policy.Statement) {
	for _, d := range set {
		all = append(all, d.Statements...)
	}
	return all
}

func onlyAllows(set []*policy.Document) []*policy.Document {
	all := &policy.Document{}
	for _, s := range show(set) {
		if s.Allow {
			all.Statements = append(all.Statements, s)
		}
	}
	return []*policy.Document{all}
}

// randomSet makes up to three documents of Allows and Denies that have much to
// do with each other.
func randomSet(r *rand.Rand) []*policy.Document {
	someActions := []string{"*", "s3:*", "s3:Get*", "s3:*Object*", "s3:List*", "sqs:*", "sqs:*Message*", "sts:*", "backup:*", "*:*Tag*", "S3:PutObject"}
	someResources := []string{
		"*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::a/*", "arn:aws:s3:::*/*", "arn:*:s3:::?/k", "arn:aws:s3:::a",
		"arn:aws:s3:*:*:accesspoint/*", "arn:aws:sqs:*", "arn:*:sqs:*:*:q", "arn:aws:sqs:eu-west-1:111122223333:q*",
		"arn:aws:iam::111122223333:role/*", "arn:*:iam::*", "arn:aws*", "arn:*", "?", "*k", "arn:aws:*:111122223333:*",
	}
	pick := func(from []string) []string {
		list := make([]string, 1+r.IntN(3))
		for i := range list {
			list[i] = from[r.IntN(len(from))]
		}
		return list
	}
	var set []*policy.Document
	for range 1 + r.IntN(3) {
		doc := &policy.Document{}
		for range 1 + r.IntN(4) {
			s := policy.Statement{Allow: r.IntN(2) == 0, Action: pick(someActions), Resource: pick(someResources)}
			if r.IntN(5) == 0 {
				s.Action, s.NotAction = nil, pick(someActions[1:])
			}
			if r.IntN(3) == 0 {
				s.Resource, s.NotResource = nil, pick(someResources[1:])
			}
			if r.IntN(6) == 0 {
				s.Condition = []policy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}}}
			}
			doc.Statements = append(doc.Statements, s)
		}
		set = append(set, doc)
	}
	return set
}
