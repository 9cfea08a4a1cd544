package grant

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// mixed makes n action patterns of the kinds that policies have, in the
// proportions of AWS's managed policies, except that plain names are rarer:
// they cost least. "*" alone is left out, it would make every set full.
func mixed(keys []string, n int) []string {
	r := rand.New(rand.NewPCG(2, 2))
	out := make([]string, 0, n)
	for range n {
		key := keys[r.IntN(len(keys))]
		namespace, name, _ := strings.Cut(key, ":")
		switch x := r.Float64(); {
		case x < .55:
			out = append(out, namespace+":"+strings.ToUpper(name[:1])+name[1:])
		case x < .80:
			out = append(out, namespace+":"+name[:min(len(name), 3+r.IntN(5))]+"*")
		case x < .92:
			out = append(out, namespace+":*")
		case x < .97:
			out = append(out, namespace+":*"+name[max(0, len(name)-4):]+"*")
		case x < .99:
			out = append(out, namespace+":get*"+name[max(0, len(name)-3):])
		default:
			out = append(out, namespace[:2]+"*:describe*")
		}
	}
	return out
}

// statements spreads the patterns over statements of ten and policies of thirty.
func statements(patterns []string, resource ...string) []*policy.Document {
	var docs []*policy.Document
	for i := 0; i < len(patterns); i += 10 {
		if i%30 == 0 {
			docs = append(docs, &policy.Document{Version: policy.Version2012})
		}
		d := docs[len(docs)-1]
		d.Statements = append(d.Statements, policy.Statement{
			Allow: true, Action: patterns[i:min(i+10, len(patterns))], Resource: resource,
		})
	}
	return docs
}

// cold judges the set as if no document had been seen before.
func cold(e *Engine, set []*policy.Document) Set {
	docs := make([]*compiled, len(set))
	for i, d := range set {
		docs[i] = e.compile(d)
	}
	return e.granted(docs)
}

// BenchmarkGranted includes the compilation of the documents. The peer is
// BenchmarkNaive.
func BenchmarkGranted(b *testing.B) {
	e := engine(b)
	for _, n := range []int{30, 300} {
		set := statements(mixed(catalogue(b).Keys(), n), "*")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cold(e, set)
			}
		})
	}
}

// BenchmarkGrantedAgain finds the documents compiled.
func BenchmarkGrantedAgain(b *testing.B) {
	e := engine(b)
	for _, n := range []int{30, 300} {
		set := statements(mixed(catalogue(b).Keys(), n), "*")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Granted(set)
			}
		})
	}
}

// BenchmarkNaive compares every pattern with every action.
func BenchmarkNaive(b *testing.B) {
	keys := catalogue(b).Keys()
	for _, n := range []int{30, 300} {
		patterns := mixed(keys, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				naive(keys, patterns)
			}
		})
	}
}

func naive(keys, patterns []string) Set {
	s := newSet(len(keys))
	for _, p := range patterns {
		p = strings.ToLower(p)
		for i, key := range keys {
			if match(p, key) {
				s.add(i)
			}
		}
	}
	return s
}

// BenchmarkGrantedResources has ARNs of several services in every Allow, and
// Denies on some of their resources.
func BenchmarkGrantedResources(b *testing.B) {
	e := engine(b)
	deny := policies(`D s3:*,dynamodb:* arn:aws:s3:::payments-*/private/*,arn:aws:dynamodb:*:111122223333:table/payments
D * !arn:aws:s3:::payments-*,arn:aws:s3:::payments-*/*,arn:aws:dynamodb:eu-west-1:*,arn:aws:sqs:*,arn:aws:iam::111122223333:role/app/*,*-extra
D iam:* arn:aws:iam::111122223333:role/admin`)
	for _, n := range []int{30, 300} {
		allow := statements(mixed(catalogue(b).Keys(), n),
			"arn:aws:s3:::payments-eu", "arn:aws:s3:::payments-eu/*", "arn:aws:dynamodb:eu-west-1:111122223333:table/payments-*",
			"arn:aws:sqs:*:111122223333:payments-*", "arn:aws:iam::111122223333:role/app/*", "arn:aws:ec2:*:*:instance/*")
		allow[0].Statements = append(allow[0].Statements, policies("A s3:*,dynamodb:*,iam:*,sqs:* arn:aws:s3:::payments-eu/*,arn:aws:dynamodb:*:*:table/*,arn:aws:iam::111122223333:role/*")[0].Statements...)
		set := append(allow, deny...)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cold(e, set)
			}
		})
	}
}

// BenchmarkReaches is a page of ListPoliciesGrantingServiceAccess with the most
// namespaces, for one policy.
func BenchmarkReaches(b *testing.B) {
	e := engine(b)
	doc := statements(mixed(catalogue(b).Keys(), 30), "*")[0]
	for b.Loop() {
		for i := range 200 {
			e.Reaches(doc, i)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	cat := catalogue(b)
	for b.Loop() {
		New(cat)
	}
}
