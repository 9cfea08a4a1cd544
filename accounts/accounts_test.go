package accounts

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

const testAccount = "111122223333"

// sample is an account of n users, a group, n/5 roles and n/4 policies.
func sample(n int) *inventory.Account {
	a := &inventory.Account{ID: testAccount, Partition: "aws"}
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	doc := func(i int) string {
		return fmt.Sprintf(`{"Statement": [{"Effect": "Allow", "Action": "s3:Get%d", "Resource": "*"}]}`, i)
	}
	arn := func(kind, name string) string { return "arn:aws:iam::" + testAccount + ":" + kind + "/" + name }
	a.Groups = append(a.Groups, &inventory.Group{Name: "all", ID: "AGPAALLEXAMPLE0000001", ARN: arn("group", "all"), Path: "/", Created: day})
	for i := range n {
		name := fmt.Sprintf("user-%05d", i)
		a.Users = append(a.Users, &inventory.User{Name: name, ID: fmt.Sprintf("AIDAEXAMPLE%010d", i), ARN: arn("user", name), Path: "/",
			Created: day, Groups: []string{"all"}, Inline: []inventory.Inline{{Name: "own", Document: doc(i)}}, Tags: []inventory.Tag{{Key: "team", Value: "a"}}})
	}
	for i := range n / 5 {
		name := fmt.Sprintf("role-%05d", i)
		a.Roles = append(a.Roles, &inventory.Role{Name: name, ID: fmt.Sprintf("AROAEXAMPLE%010d", i), ARN: arn("role", name), Path: "/",
			Created: day, Trust: doc(0), Attached: []string{arn("policy", fmt.Sprintf("policy-%05d", i))}, MaxSession: time.Hour})
	}
	for i := range n / 4 {
		name := fmt.Sprintf("policy-%05d", i)
		a.Policies = append(a.Policies, &inventory.Policy{Name: name, ID: fmt.Sprintf("ANPAEXAMPLE%010d", i), ARN: arn("policy", name), Path: "/",
			Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: doc(i), Created: day}}, Attachable: true, Created: day, Updated: day})
	}
	a.Index()
	return a
}

// same fails unless the book has exactly that inventory.
func same(t testing.TB, b *Book, want *inventory.Account) *inventory.Account {
	t.Helper()
	got, err := b.Account(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c := inventory.Diff(want, got); !c.None() || got.Partition != want.Partition {
		t.Fatalf("the stored inventory differs: %+v", c)
	}
	return got
}

func segments(t testing.TB, docs store.Docs) []string {
	t.Helper()
	var out []string
	for id, err := range docs.ListDocs(t.Context(), store.KindSegment, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

// noOrphans fails unless the store holds exactly the segments of the head.
func noOrphans(t testing.TB, docs store.Docs) {
	t.Helper()
	body, _, err := docs.GetDoc(t.Context(), store.KindAccount, testAccount)
	if err != nil {
		t.Fatal(err)
	}
	h, err := decodeHead(testAccount, body)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for r := range h.refs() {
		want = append(want, testAccount+"/"+r.ID)
	}
	slices.Sort(want)
	if got := segments(t, docs); !slices.Equal(got, want) {
		t.Errorf("%d segments are stored, the head lists %d", len(got), len(want))
	}
}

func stores(t *testing.T, test func(t *testing.T, docs store.Docs)) {
	t.Run("mem", func(t *testing.T) { test(t, mem.New()) })
	t.Run("sqlite", func(t *testing.T) {
		s, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "s.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		test(t, s)
	})
}

func TestReplaceAndReadBack(t *testing.T) {
	stores(t, func(t *testing.T, docs store.Docs) {
		b := New(docs)
		if _, err := b.Account(t.Context(), testAccount); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an account that is not there: %v", err)
		}
		for _, n := range []int{1, 1000, 40, 0, 300} {
			want := sample(n)
			if err := b.Replace(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			same(t, b, want)
			same(t, New(docs), want)
			noOrphans(t, docs)
		}
		ids, err := b.IDs(t.Context())
		if err != nil || !slices.Equal(ids, []string{testAccount}) {
			t.Errorf("accounts %q, %v", ids, err)
		}
	})
}

func TestReplaceWithTheSameWritesNothing(t *testing.T) {
	docs := &faulty{Docs: mem.New()}
	if err := New(docs).Replace(t.Context(), sample(500)); err != nil {
		t.Fatal(err)
	}
	before := docs.writes.Load()
	if err := New(docs).Replace(t.Context(), sample(500)); err != nil {
		t.Fatal(err)
	}
	if n := docs.writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestTheBookKeepsNoPartOfWhatItIsGiven(t *testing.T) {
	b := New(mem.New())
	given := sample(5)
	if err := b.Replace(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	given.Users[0].Inline[0].Document = "changed"
	same(t, b, sample(5))
}

func TestSmallUpdateRewritesLittle(t *testing.T) {
	docs := &faulty{Docs: mem.New()}
	b := New(docs)
	if err := b.Replace(t.Context(), sample(5000)); err != nil {
		t.Fatal(err)
	}
	before := segments(t, docs)
	err := b.Update(t.Context(), testAccount, func(a *inventory.Account) error {
		a.UserByName("user-00042").Attached = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	after := segments(t, docs)
	fresh := slices.DeleteFunc(slices.Clone(after), func(id string) bool { return slices.Contains(before, id) })
	if len(fresh) != 1 || len(after) != len(before) || len(before) < 40 {
		t.Errorf("of %d segments %d are new, then there are %d", len(before), len(fresh), len(after))
	}
	want := sample(5000)
	want.UserByName("user-00042").Attached = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	want.Index()
	same(t, b, want)
	same(t, New(docs), want)
}

func TestUnchangedAccountCostsOneRead(t *testing.T) {
	docs := &faulty{Docs: mem.New()}
	b := New(docs)
	if err := b.Replace(t.Context(), sample(500)); err != nil {
		t.Fatal(err)
	}
	first := same(t, b, sample(500))
	before := docs.reads.Load()
	if second := same(t, b, sample(500)); second != first {
		t.Error("another value")
	}
	if n := docs.reads.Load() - before; n != 1 {
		t.Errorf("%d reads", n)
	}
}

func TestAnotherProcessSeesACommitAtOnceAndReadsWhatIsNew(t *testing.T) {
	shared := mem.New()
	docs := &faulty{Docs: shared}
	here, there := New(shared), New(docs)
	if err := here.Replace(t.Context(), sample(2000)); err != nil {
		t.Fatal(err)
	}
	same(t, there, sample(2000))
	err := here.Update(t.Context(), testAccount, func(a *inventory.Account) error {
		a.Users = slices.DeleteFunc(a.Users, func(u *inventory.User) bool { return u.Name == "user-00007" })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	before := docs.reads.Load()
	a, err := there.Account(t.Context(), testAccount)
	if err != nil || a.UserByName("user-00007") != nil || len(a.Users) != 1999 {
		t.Errorf("still there: %v", err)
	}
	if n := docs.reads.Load() - before; n != 3 {
		t.Errorf("%d reads, want the version of the head, the head and one segment", n)
	}
}

func TestConcurrentLoadsHappenOnce(t *testing.T) {
	shared := mem.New()
	if err := New(shared).Replace(t.Context(), sample(1000)); err != nil {
		t.Fatal(err)
	}
	const readers = 20
	var heads sync.WaitGroup
	heads.Add(readers)
	docs := &faulty{Docs: shared, onGet: func(kind store.Kind, _ string) {
		if kind == store.KindAccount {
			heads.Done()
			return
		}
		heads.Wait() // no segment is read before every reader has its head
	}}
	b := New(docs)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			if _, err := b.Account(context.Background(), testAccount); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, want := docs.reads.Load(), int64(readers+len(segments(t, shared))); got != want {
		t.Errorf("%d reads, want %d heads and each segment once", got, want)
	}
}

func TestErrorOfAChangeStoresNothing(t *testing.T) {
	docs := &faulty{Docs: mem.New()}
	b := New(docs)
	mine := errors.New("no")
	if err := b.Update(t.Context(), testAccount, func(*inventory.Account) error { return nil }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("update of an absent account: %v", err)
	}
	if err := b.Replace(t.Context(), sample(3)); err != nil {
		t.Fatal(err)
	}
	before := docs.writes.Load()
	err := b.Update(t.Context(), testAccount, func(a *inventory.Account) error {
		u := a.UserByName("user-00000")
		u.Path, u.Inline[0].Document = "/x/", "x"
		return mine
	})
	if err != mine || docs.writes.Load() != before {
		t.Errorf("error %v, %d writes", err, docs.writes.Load()-before)
	}
	same(t, b, sample(3))
}

// TestFaults breaks every write of a Replace and of an Update, each in two
// ways: not done, and done but not acknowledged; and with the process gone
// afterwards or not. Readers must see the old or the new inventory whole, a
// repetition must succeed, and no orphan may remain.
func TestFaults(t *testing.T) {
	changes := map[string]func(ctx context.Context, b *Book) error{
		"replace": func(ctx context.Context, b *Book) error { return b.Replace(ctx, sample(300)) },
		"update": func(ctx context.Context, b *Book) error {
			return b.Update(ctx, testAccount, func(a *inventory.Account) error {
				*a = *sample(300)
				return nil
			})
		},
	}
	for name, change := range changes {
		for _, mode := range []faultMode{{false, false}, {false, true}, {true, false}, {true, true}} {
			for failAt := int64(1); ; failAt++ {
				if reached := tryFault(t, fmt.Sprintf("%s, write %d, %+v", name, failAt, mode), change, failAt, mode); !reached {
					if failAt < 4 {
						t.Fatalf("%s made only %d writes", name, failAt)
					}
					break
				}
			}
		}
	}
}

// faultMode: see the fields of faulty.
type faultMode struct{ lost, after bool }

// tryFault reports whether the fault was reached.
func tryFault(t *testing.T, name string, change func(context.Context, *Book) error, failAt int64, mode faultMode) bool {
	shared := mem.New()
	if err := New(shared).Replace(t.Context(), sample(150)); err != nil {
		t.Fatal(err)
	}
	docs := &faulty{Docs: shared, failAt: failAt, lost: mode.lost, after: mode.after}
	failed := change(t.Context(), New(docs))
	reached := docs.writes.Load() >= failAt

	a, err := New(shared).Account(t.Context(), testAccount)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	old, now := inventory.Diff(sample(150), a), inventory.Diff(sample(300), a)
	if !old.None() && !now.None() || failed == nil && !now.None() {
		t.Errorf("%s (error %v): a mixture: %+v from the old, %+v from the new", name, failed, old, now)
	}
	if err := change(t.Context(), New(shared)); err != nil {
		t.Errorf("%s: again: %v", name, err)
	}
	if err := New(shared).Replace(t.Context(), sample(300)); err != nil {
		t.Errorf("%s: replace: %v", name, err)
	}
	same(t, New(shared), sample(300))
	noOrphans(t, shared)
	return reached
}

// TestWritersOfSeveralProcesses adds users from several books at once. Every
// addition must be there in the end, and readers in between must never fail.
func TestWritersOfSeveralProcesses(t *testing.T) {
	stores(t, func(t *testing.T, docs store.Docs) {
		if err := New(docs).Replace(t.Context(), sample(300)); err != nil {
			t.Fatal(err)
		}
		const writers, each = 4, 10
		ctx, stop := context.WithCancel(t.Context())
		var readers, wg sync.WaitGroup
		readers.Go(func() {
			for b := New(docs); ctx.Err() == nil; b = New(docs) { // cold: reads every segment
				if _, err := b.Account(t.Context(), testAccount); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for w := range writers {
			wg.Go(func() {
				b := New(docs)
				for i := range each {
					if err := addUser(t.Context(), b, fmt.Sprintf("new-%d-%d", w, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		stop()
		readers.Wait()
		a, err := New(docs).Account(t.Context(), testAccount)
		if err != nil || len(a.Users) != 300+writers*each {
			t.Errorf("%d users, %v", len(a.Users), err)
		}
		if err := New(docs).Replace(t.Context(), a); err != nil {
			t.Error(err)
		}
		noOrphans(t, docs)
	})
}

func addUser(ctx context.Context, b *Book, name string) error {
	return b.Update(ctx, testAccount, func(a *inventory.Account) error {
		a.Users = append(a.Users, &inventory.User{Name: name, ID: "AIDA" + name, ARN: "arn:aws:iam::" + testAccount + ":user/" + name, Path: "/"})
		return nil
	})
}

// repeating is a store that writes twice, as one that repeats a call whose
// answer was lost: the second time it meets its own version.
type repeating struct{ store.Docs }

func (r repeating) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if _, err := r.Docs.PutDoc(ctx, kind, id, body, old); err != nil {
		return 0, err
	}
	return r.Docs.PutDoc(ctx, kind, id, body, old)
}

func TestConflictWithItselfIsSuccess(t *testing.T) {
	docs := repeating{mem.New()}
	b := New(docs)
	if err := b.Replace(t.Context(), sample(3)); err != nil {
		t.Fatal(err)
	}
	calls := 0
	err := b.Update(t.Context(), testAccount, func(a *inventory.Account) error {
		calls++
		a.Users = a.Users[1:]
		return nil
	})
	if a, err1 := b.Account(t.Context(), testAccount); err != nil || err1 != nil || calls != 1 || len(a.Users) != 2 {
		t.Errorf("after %d calls: %v, %v", calls, err, err1)
	}
}

// TestSweepLeavesAWriterInProgressAlone lets a whole Replace, with its sweep,
// happen between the segments and the head of another.
func TestSweepLeavesAWriterInProgressAlone(t *testing.T) {
	shared := mem.New()
	if err := New(shared).Replace(t.Context(), sample(300)); err != nil {
		t.Fatal(err)
	}
	docs := &faulty{Docs: shared}
	var once sync.Once
	docs.onPut = func(string) {
		once.Do(func() {
			if err := New(shared).Replace(t.Context(), sample(100)); err != nil {
				t.Error(err)
			}
		})
	}
	if err := New(docs).Replace(t.Context(), sample(400)); err != nil {
		t.Fatal(err)
	}
	same(t, New(shared), sample(400))
	noOrphans(t, shared)
}

func TestDamageIsToldAndReplaceRepairsIt(t *testing.T) {
	for name, damage := range map[string]func(ctx context.Context, docs store.Docs, segment string) error{
		"a segment is gone": func(ctx context.Context, docs store.Docs, segment string) error {
			_, v, err := docs.GetDoc(ctx, store.KindSegment, segment)
			return errors.Join(err, docs.DeleteDoc(ctx, store.KindSegment, segment, v))
		},
		"a segment has changed": func(ctx context.Context, docs store.Docs, segment string) error {
			return docs.SetDocs(ctx, store.KindSegment, []store.Doc{{ID: segment, Body: []byte(`{"format":1}`)}})
		},
		"the head is no JSON": func(ctx context.Context, docs store.Docs, _ string) error {
			return docs.SetDocs(ctx, store.KindAccount, []store.Doc{{ID: testAccount, Body: []byte("{")}})
		},
	} {
		docs := mem.New()
		if err := New(docs).Replace(t.Context(), sample(300)); err != nil {
			t.Fatal(err)
		}
		if err := damage(t.Context(), docs, segments(t, docs)[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := New(docs).Account(t.Context(), testAccount); !errors.Is(err, errDamaged) || errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if err := New(docs).Replace(t.Context(), sample(301)); err != nil {
			t.Errorf("%s: replace: %v", name, err)
		}
		same(t, New(docs), sample(301))
		noOrphans(t, docs)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	docs := mem.New()
	if err := docs.SetDocs(t.Context(), store.KindAccount, []store.Doc{{ID: testAccount, Body: []byte(`{"format":2,"id":7}`)}}); err != nil {
		t.Fatal(err)
	}
	want := "inventory of account 111122223333: head: written in format 2, this program knows 1: update ebbmark"
	if _, err := New(docs).Account(t.Context(), testAccount); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), want) {
		t.Errorf("account: %v", err)
	}
	if err := New(docs).Replace(t.Context(), sample(1)); !errors.Is(err, store.ErrNewer) {
		t.Errorf("replace: %v", err)
	}
}

func TestLargeEntitiesGetMoreBuckets(t *testing.T) {
	a := sample(100)
	for _, u := range a.Users {
		u.Inline[0].Document = strings.Repeat("x", 60_000)
	}
	docs := mem.New()
	if err := New(docs).Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	same(t, New(docs), a)
	for _, id := range segments(t, docs) {
		if body, _, _ := docs.GetDoc(t.Context(), store.KindSegment, id); len(body) > maxSegment {
			t.Errorf("a segment of %d bytes", len(body))
		}
	}
	a.Users[7].Inline[0].Document = strings.Repeat("x", store.MaxDoc)
	err := New(docs).Replace(t.Context(), a)
	if err == nil || !strings.Contains(err.Error(), "user AIDAEXAMPLE0000000007: 16777") {
		t.Errorf("an entity beyond the limit: %v", err)
	}
}

func TestNoAccountID(t *testing.T) {
	if err := New(mem.New()).Replace(t.Context(), &inventory.Account{ID: "12/34"}); err == nil {
		t.Error("accepted")
	}
}
