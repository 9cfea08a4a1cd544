package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

const (
	testOrganization = "o-exampleorg1"
	testManagement   = "111111111111"
)

// sampleOrganization has n members in n/7+1 units.
func sampleOrganization(t testing.TB, n int) *organization.Organization {
	t.Helper()
	o := organization.New(testOrganization, "r-ab12", organization.Account{ID: testManagement, Name: "management", Status: organization.Active})
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(o.EnablePolicyType("r-ab12", organization.SCP))
	for i := range n/7 + 1 {
		check(o.CreateUnit(organization.Unit{ID: fmt.Sprintf("ou-ab12-unit%04d", i), Parent: "r-ab12", Name: fmt.Sprint(i)}))
	}
	for i := range n {
		check(o.AddAccount(organization.Account{ID: fmt.Sprintf("2%011d", i), Parent: fmt.Sprintf("ou-ab12-unit%04d", i/7), Name: fmt.Sprint(i), Status: organization.Active}))
	}
	return o
}

func text(t testing.TB, o *organization.Organization) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sameOrganization(t testing.TB, b *Book, want *organization.Organization) {
	t.Helper()
	got, err := b.Organization(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text(t, got) != text(t, want) {
		t.Fatalf("stored is\n%.2000s\nwant\n%.2000s", text(t, got), text(t, want))
	}
}

func parts(t testing.TB, docs store.Docs) (ids []string) {
	t.Helper()
	for id, err := range docs.ListDocs(t.Context(), store.KindOrganizationPart, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestOrganizationIsStoredAndReadBack(t *testing.T) {
	stores(t, func(t *testing.T, docs store.Docs) {
		b := New(docs)
		if _, err := b.Organization(t.Context(), testOrganization); !errors.Is(err, ErrNoOrganization) {
			t.Errorf("before: %v", err)
		}
		for _, n := range []int{30, 600, 0} {
			want := sampleOrganization(t, n)
			if err := b.ReplaceOrganization(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			sameOrganization(t, b, want)
			sameOrganization(t, New(docs), want)
		}
		if ids, err := b.Organizations(t.Context()); err != nil || !slices.Equal(ids, []string{testOrganization}) {
			t.Errorf("organizations %q, %v", ids, err)
		}
		if o, err := b.OrganizationOf(t.Context(), testManagement); err != nil || o.ID != testOrganization {
			t.Errorf("of the management account: %v", err)
		}
		if _, err := b.OrganizationOf(t.Context(), "999999999999"); !errors.Is(err, ErrNoOrganization) {
			t.Errorf("of a stranger: %v", err)
		}
	})
}

func TestAMirrorOfAnOrganizationIsNotWritten(t *testing.T) {
	b := New(mem.New())
	if err := b.ReplaceOrganization(t.Context(), sampleOrganization(t, 3)); err != nil {
		t.Fatal(err)
	}
	err := b.WriteOrganization(t.Context(), testOrganization, func(*organization.Organization) error { t.Error("called"); return nil })
	if !errors.Is(err, ErrOrganizationMirror) {
		t.Errorf("write: %v", err)
	}
	if err := b.DeleteOrganization(t.Context(), testOrganization); !errors.Is(err, ErrOrganizationMirror) {
		t.Errorf("delete: %v", err)
	}
	if err := b.SetOrganizationMode(t.Context(), testOrganization, Home); err != nil {
		t.Fatal(err)
	}
	if err := b.ReplaceOrganization(t.Context(), sampleOrganization(t, 4)); !errors.Is(err, ErrOrganizationHome) {
		t.Errorf("replace a home: %v", err)
	}
	if mode, err := b.OrganizationMode(t.Context(), testOrganization); mode != Home || err != nil {
		t.Errorf("mode %s, %v", mode, err)
	}
}

func TestAnAccountIsInOneOrganization(t *testing.T) {
	b := New(mem.New())
	if err := b.CreateOrganization(t.Context(), sampleOrganization(t, 3)); err != nil {
		t.Fatal(err)
	}
	if err := b.CreateOrganization(t.Context(), sampleOrganization(t, 3)); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	other := organization.New("o-otherorg001", "r-ot12", organization.Account{ID: "200000000001", Name: "m", Status: organization.Active})
	if err := b.CreateOrganization(t.Context(), other); !errors.Is(err, ErrInOrganization) {
		t.Errorf("a member of the one as management account of another: %v", err)
	}
}

func TestWriteOrganization(t *testing.T) {
	docs := mem.New()
	b := New(docs)
	if err := b.CreateOrganization(t.Context(), sampleOrganization(t, 1000)); err != nil {
		t.Fatal(err)
	}
	before := parts(t, docs)
	if err := b.WriteOrganization(t.Context(), testOrganization, func(o *organization.Organization) error {
		return o.RenameUnit("ou-ab12-unit0003", "renamed")
	}); err != nil {
		t.Fatal(err)
	}
	after := parts(t, docs)
	fresh := 0
	for _, id := range after {
		if !slices.Contains(before, id) {
			fresh++
		}
	}
	if fresh != 1 || len(after) != len(before) || len(before) < 6 {
		t.Errorf("of %d parts %d are new, then there are %d", len(before), fresh, len(after))
	}
	reads := &faulty{Docs: docs}
	second := New(reads)
	for range 2 {
		if o, err := second.OrganizationOf(t.Context(), testManagement); err != nil {
			t.Fatal(err)
		} else if u, _ := o.Unit("ou-ab12-unit0003"); u.Name != "renamed" {
			t.Errorf("the unit is called %s", u.Name)
		}
	}
	if n := reads.reads.Load(); n != int64(len(after)+2) {
		t.Errorf("%d reads for %d parts and two looks at the heads", n, len(after))
	}
	own := errors.New("own")
	if err := b.WriteOrganization(t.Context(), testOrganization, func(o *organization.Organization) error {
		_ = o.RenameUnit("ou-ab12-unit0003", "again")
		return own
	}); err != own {
		t.Errorf("an error of the change comes back as %v", err)
	}
	if o, _ := b.Organization(t.Context(), testOrganization); o != nil {
		if u, _ := o.Unit("ou-ab12-unit0003"); u.Name != "renamed" {
			t.Errorf("a failed change left %s", u.Name)
		}
	}
}

func TestOrganizationWritersDoNotLoseEachOthersChanges(t *testing.T) {
	stores(t, func(t *testing.T, docs store.Docs) {
		if err := New(docs).CreateOrganization(t.Context(), sampleOrganization(t, 0)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for w := range 4 {
			b := New(docs) // as another process
			for i := range 5 {
				wg.Go(func() {
					err := b.WriteOrganization(t.Context(), testOrganization, func(o *organization.Organization) error {
						return o.AddAccount(organization.Account{ID: fmt.Sprintf("3%05d%06d", w, i), Name: "a", Status: organization.Active})
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		o, err := New(docs).Organization(t.Context(), testOrganization)
		if err != nil || len(o.Accounts) != 21 {
			t.Errorf("%d accounts, %v", len(o.Accounts), err)
		}
		listed, _ := New(docs).organizationHeads(t.Context())
		if n := len(parts(t, docs)); n > len(listed.Organizations[0].Parts)+40 {
			t.Errorf("%d parts are left, the head lists %d", n, len(listed.Organizations[0].Parts))
		}
	})
}

func TestDeleteOrganization(t *testing.T) {
	docs := mem.New()
	b := New(docs)
	if err := b.CreateOrganization(t.Context(), sampleOrganization(t, 2)); err != nil {
		t.Fatal(err)
	}
	if err := b.DeleteOrganization(t.Context(), testOrganization); !errors.Is(err, organization.ErrOrganizationNotEmpty) {
		t.Errorf("not empty: %v", err)
	}
	err := b.WriteOrganization(t.Context(), testOrganization, func(o *organization.Organization) error {
		return errors.Join(o.RemoveAccount("200000000000"), o.RemoveAccount("200000000001"), o.DeleteUnit("ou-ab12-unit0000"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.DeleteOrganization(t.Context(), testOrganization); err != nil {
		t.Fatal(err)
	}
	if _, err := b.OrganizationOf(t.Context(), testManagement); !errors.Is(err, ErrNoOrganization) {
		t.Errorf("after: %v", err)
	}
	if left := parts(t, docs); len(left) != 0 {
		t.Errorf("parts are left: %q", left)
	}
}

// TestOrganizationFaults lets every write fail in turn, done and not done: the
// old state or the new one is there, and repeating works.
func TestOrganizationFaults(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for at := int64(1); at <= 4; at++ {
			inner := mem.New()
			before, after := sampleOrganization(t, 10), sampleOrganization(t, 400)
			if err := New(inner).ReplaceOrganization(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			docs := &faulty{Docs: inner, failAt: at, lost: lost, after: true}
			_ = New(docs).ReplaceOrganization(context.WithoutCancel(t.Context()), after)
			got, err := New(inner).Organization(t.Context(), testOrganization)
			if err != nil || (text(t, got) != text(t, before) && text(t, got) != text(t, after)) {
				t.Fatalf("fault at write %d (done: %v): neither the old nor the new: %v", at, lost, err)
			}
			if err := New(inner).ReplaceOrganization(t.Context(), after); err != nil {
				t.Fatal(err)
			}
			sameOrganization(t, New(inner), after)
		}
	}
}

func TestDamagedOrganization(t *testing.T) {
	docs := mem.New()
	if err := New(docs).ReplaceOrganization(t.Context(), sampleOrganization(t, 5)); err != nil {
		t.Fatal(err)
	}
	if err := docs.SetDocs(t.Context(), store.KindOrganizationPart, []store.Doc{{ID: parts(t, docs)[0], Body: []byte(`{"format":1}`)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := New(docs).OrganizationOf(t.Context(), testManagement); !errors.Is(err, errOrganizationDamaged) || errors.Is(err, ErrNoOrganization) {
		t.Errorf("damaged: %v", err)
	}
	if err := New(docs).ReplaceOrganization(t.Context(), sampleOrganization(t, 5)); err != nil {
		t.Errorf("replace: %v", err)
	}
	sameOrganization(t, New(docs), sampleOrganization(t, 5))
}
