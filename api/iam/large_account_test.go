package iam

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/sqlite"
	"github.com/ebbmark/ebbmark/wire"
)

// newLarge is the large account as a home in SQLite, and a second book on it, as
// of another process.
func newLarge(t *testing.T) (w *world, elsewhere *accounts.Book) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.db")
	here, err := sqlite.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	there, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { there.Close() })
	w = newWorld(t, func(c *Config) { c.Docs, c.Facts, c.Book = here, here, accounts.New(here) }, withKeys(t))
	w.must(w.Book.Replace(t.Context(), sample.Large(f1Account)))
	w.must(w.Book.SetMode(t.Context(), f1Account, accounts.Home))
	return w, accounts.New(there)
}

// page is the answer to a list operation as text: the large account is looked
// at without making anything of the whole of it.
func (w *world) page(pairs ...string) string {
	v := form(pairs[0], pairs[1:]...)
	req := &wire.Request{ID: "REQ", Body: []byte(v.Encode()), HTTP: httptest.NewRequest("POST", "/", nil)}
	req.HTTP.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r := w.router.Serve(w.t.Context(), auditor(), "iam", req)
	if r.Status != 200 {
		w.t.Errorf("%v: %d %s", pairs, r.Status, r.Body)
	}
	return string(r.Body)
}

// walk reads a list to its end and returns what stands in an element, in order.
func (w *world) walk(element string, pairs ...string) (all []string) {
	call := slices.Clone(pairs)
	for {
		page := w.page(call...)
		for part := range strings.SplitSeq(page, "<"+element+">") {
			if text, _, ok := strings.Cut(part, "</"+element+">"); ok && !strings.HasPrefix(part, "<") {
				all = append(all, text)
			}
		}
		_, marker, more := strings.Cut(page, "<Marker>")
		if !more || w.t.Failed() {
			return all
		}
		marker, _, _ = strings.Cut(marker, "</Marker>")
		call = append(pairs[:len(pairs):len(pairs)], "Marker", marker)
	}
}

// TestPagesStaySteadyUnderWrites lets ten readers walk through lists of the large
// account while roles, users and policies come and go here and in another
// process. Every walk shows each entity that was there throughout exactly once,
// in order. Memory stays bounded.
func TestPagesStaySteadyUnderWrites(t *testing.T) {
	w, elsewhere := newLarge(t)
	lists := []struct {
		element string
		call    []string
		want    int
	}{
		{"RoleId", []string{"ListRoles", "MaxItems", "700"}, sample.LargeRoles},
		{"UserId", []string{"ListUsers", "MaxItems", "900"}, sample.LargeUsers},
		{"PolicyId", []string{"ListPolicies", "Scope", "Local", "MaxItems", "300"}, sample.LargePolicies},
		{"PolicyId", []string{"GetAccountAuthorizationDetails", "Filter.member.1", "LocalManagedPolicy", "MaxItems", "400"}, sample.LargePolicies},
	}
	before := heap()
	var readers sync.WaitGroup
	var reading atomic.Int64
	reading.Store(10)
	for reader := range 10 {
		readers.Go(func() {
			defer reading.Add(-1)
			for round := range 3 {
				l := lists[(reader+round)%len(lists)]
				steady := 0
				seen := map[string]bool{}
				for _, id := range w.walk(l.element, l.call...) {
					if seen[id] {
						t.Errorf("%s shows %s twice", l.call[0], id)
					}
					seen[id] = true
					if !strings.Contains(id, "COMESANDGOES") {
						steady++
					}
				}
				if steady != l.want {
					t.Errorf("%s shows %d of those that were there throughout, want %d", l.call[0], steady, l.want)
				}
			}
		})
	}
	writes := 0
	for ; reading.Load() > 0 || writes < 50; writes++ {
		book := w.Book
		if writes%2 == 1 {
			book = elsewhere
		}
		w.must(book.Write(t.Context(), f1Account, func(a *inventory.Account) error { return comeAndGo(a, writes) }))
	}
	readers.Wait()
	if after := heap(); after > 2*before+(128<<20) {
		t.Errorf("%d MB in use after %d writes, %d MB before", after>>20, writes, before>>20)
	}
	got, err := elsewhere.Account(t.Context(), f1Account)
	w.must(err)
	want := got.Clone()
	want.Index()
	if c := inventory.Diff(want, w.home()); !c.None() {
		t.Errorf("the processes differ: %+v", c)
	}
}

// comeAndGo adds a few entities in the middle of the lists, or removes those of
// the time before.
func comeAndGo(a *inventory.Account, n int) error {
	if n%3 == 2 {
		gone := func(id string) bool { return strings.Contains(id, "COMESANDGOES") }
		a.Roles = slices.DeleteFunc(a.Roles, func(r *inventory.Role) bool { return gone(r.ID) })
		a.Users = slices.DeleteFunc(a.Users, func(u *inventory.User) bool { return gone(u.ID) })
		a.Policies = slices.DeleteFunc(a.Policies, func(p *inventory.Policy) bool { return gone(p.ID) })
		return nil
	}
	for i := range 5 {
		name := fmt.Sprintf("%s-comes-%d", []string{"data", "ledger", "media", "payments", "search"}[i], n)
		id := fmt.Sprintf("COMESANDGOES%dX%d", n, i)
		a.Roles = append(a.Roles, &inventory.Role{Name: name, ID: "AROA" + id, ARN: a.NewARN("role", "/", name), Path: "/", Trust: trust})
		a.Users = append(a.Users, &inventory.User{Name: name, ID: "AIDA" + id, ARN: a.NewARN("user", "/", name), Path: "/"})
		p := managed(a.NewARN("policy", "/", name), doc)
		p.ID = "ANPA" + id
		a.Policies = append(a.Policies, p)
	}
	if r := a.RoleByName("search-role-00501"); r != nil {
		r.Description = fmt.Sprint("written ", n)
	}
	return nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
