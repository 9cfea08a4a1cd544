package grant

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

func TestDocumentsAreFoundByContent(t *testing.T) {
	e := engine(t)
	first := policies("A s3:* *\nD s3:* * if")[0]
	same := policies("A s3:* *\nD s3:* * if")[0]
	same.Statements[0].Sid, same.Statements[0].Line = "Other", 7
	if e.compiled(first) != e.compiled(same) {
		t.Error("a document of the same content was compiled again")
	}
	first.Statements[1].Condition = nil
	if grantsService(t, e, []*policy.Document{first}, "s3") {
		t.Error("a document that was changed is judged as before")
	}
}

func TestDocumentsWithOtherMeaningHaveOtherKeys(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{
		"A s3:* *", "D s3:* *", "A !s3:* *", "A s3:* !*", "A s3:* -", "A s3:* * if", "A s3:*,* *", "A s3:*,*,* *", "A s3:* *,*",
		"A s3:* *\nA s3:* *", "A a,b c", "A a b,c", "A a !b,c", "A a,bc d", "A ab,c d", "",
	} {
		doc := policies(text)[0]
		for _, version := range []string{"", policy.Version2008, policy.Version2012} {
			doc.Version = version
			key := string(appendKey(nil, doc))
			if other, ok := seen[key]; ok {
				t.Errorf("%q of version %q has the key of %s", text, version, other)
			}
			seen[key] = fmt.Sprintf("%q of version %q", text, version)
		}
	}
	withPrincipal := policies("A s3:* *")[0]
	withPrincipal.Statements[0].NotPrincipal = &policy.Principal{}
	empty := policies("A s3:* *")[0]
	empty.Statements[0].Resource = []string{}
	for _, doc := range []*policy.Document{withPrincipal, empty} {
		if other, ok := seen[string(appendKey(nil, doc))]; ok {
			t.Errorf("the key is that of %s", other)
		}
	}
}

func TestCacheStaysWithinItsBound(t *testing.T) {
	var c cache
	big := &compiled{reach: make(Set, 1<<17)} // 1 MiB
	hot := "hot"
	c.put(hot, big)
	for i := range 200 {
		c.put(fmt.Sprint(i), big)
		if c.get([]byte(hot)) == nil {
			t.Fatalf("what is in use was forgotten after %d others", i)
		}
		if kept := len(c.young) + len(c.old); kept > cacheBytes>>20 {
			t.Fatalf("%d MiB kept", kept)
		}
	}
	if c.get([]byte("0")) != nil {
		t.Error("what was long out of use is still there")
	}
}

func TestManyAtOnce(t *testing.T) {
	e := engine(t)
	want := e.Granted(policies("A s3:* arn:aws:s3:::a/*\n---\nD s3:Put* arn:aws:s3:::a/*")).Count()
	if want == 0 {
		t.Fatal("nothing granted")
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 50 {
				extra := fmt.Sprintf("\n---\nA nosuch:Action%d *", i*(g&1))
				set := policies("A s3:* arn:aws:s3:::a/*\n---\nD s3:Put* arn:aws:s3:::a/*" + extra)
				if got := e.Granted(set).Count(); got != want {
					t.Errorf("%d actions granted, want %d", got, want)
				}
				if got := e.Unknown(set); len(got) != 1 || !strings.HasPrefix(got[0], "nosuch:") {
					t.Errorf("unknown %q", got)
				}
				e.Reaches(set[i%3], i)
			}
		})
	}
	all.Wait()
}
