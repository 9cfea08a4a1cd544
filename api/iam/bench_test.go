package iam

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/sqlite"
	"github.com/ebbmark/ebbmark/wire"
)

// large is an account of 10,000 roles and 5,000 users, of which every tenth was
// used: in 40 ways each.
func large(b *testing.B) *world {
	b.Helper()
	db, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ebbmark.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	w := newWorld(b, func(c *Config) { c.Docs, c.Facts, c.Book = db, db, accounts.New(db) })
	a := &inventory.Account{ID: f1Account, Partition: "aws"}
	var facts []activity.Fact
	for i := range 10_000 {
		r := &inventory.Role{Name: fmt.Sprintf("role-%05d", i), ID: fmt.Sprintf("AROA%017d", i), Path: "/", Trust: trust, Created: day("2024-01-01"),
			Inline: []inventory.Inline{{Name: "own", Document: allow("s3:GetObject", "s3:PutObject", "sqs:*")}}}
		r.ARN = f1Prefix + "role/" + r.Name
		a.Roles = append(a.Roles, r)
		facts = append(facts, habits(i, r.ID)...)
	}
	for i := range 5_000 {
		u := user("/", fmt.Sprintf("user-%04d", i), fmt.Sprintf("AIDA%017d", i))
		a.Users = append(a.Users, u)
		facts = append(facts, habits(i, u.ID)...)
	}
	w.must(w.Book.Replace(b.Context(), a))
	w.must(db.MergeFacts(b.Context(), facts))
	return w
}

// habits are what every tenth entity does.
func habits(i int, principal string) (out []activity.Fact) {
	if i%10 != 0 {
		return nil
	}
	for k := range 40 {
		at := time.Date(2026, 5, 1, k, 0, 0, 0, time.UTC).Format(time.RFC3339)
		out = append(out, event(at, principal, fmt.Sprintf("service%d", k%8), fmt.Sprintf("Call%d", k), "us-east-1", activity.Management, activity.Succeeded))
	}
	return out
}

// run is one request after the other, decoded and encoded.
func (w *world) run(b *testing.B, body func(i int) string) {
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		req := &wire.Request{ID: "REQ", Body: []byte(body(i)), HTTP: httptest.NewRequest("POST", "/", nil)}
		req.HTTP.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if answer := w.router.Serve(b.Context(), auditor(), "iam", req); answer.Status != 200 {
			b.Fatal(string(answer.Body), answer.Cause)
		}
		i++
	}
}

func BenchmarkReads(b *testing.B) {
	w := large(b)
	page := func(operation string, items int) func(int) string {
		marker := place{scope: scopeOf(operation), name: map[string]string{"ListRoles": "role-05000", "ListUsers": "user-02500"}[operation]}
		return func(int) string {
			return fmt.Sprintf("Action=%s&Version=2010-05-08&MaxItems=%d&Marker=%s", operation, items, marker)
		}
	}
	b.Run("GetRole/idle", func(b *testing.B) {
		w.run(b, func(i int) string {
			return fmt.Sprintf("Action=GetRole&Version=2010-05-08&RoleName=role-%04d1", i%1000)
		})
	})
	b.Run("GetRole/used", func(b *testing.B) {
		w.run(b, func(i int) string {
			return fmt.Sprintf("Action=GetRole&Version=2010-05-08&RoleName=role-%04d0", i%1000)
		})
	})
	b.Run("ListRoles/100", func(b *testing.B) { w.run(b, page("ListRoles", 100)) })
	b.Run("ListRoles/1000", func(b *testing.B) { w.run(b, page("ListRoles", 1000)) })
	b.Run("ListUsers/100", func(b *testing.B) { w.run(b, page("ListUsers", 100)) })
	b.Run("ListUsers/1000", func(b *testing.B) { w.run(b, page("ListUsers", 1000)) })
	b.Run("Snapshot/100", func(b *testing.B) {
		w.run(b, func(int) string {
			return "Action=GetAccountAuthorizationDetails&Version=2010-05-08&Filter.member.1=Role"
		})
	})
}
