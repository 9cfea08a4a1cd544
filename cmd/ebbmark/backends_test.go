package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/finding/format"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

// TestBackendsAgree fills the three stores from the same snapshots and logs. All
// reports and findings of SQLite and PostgreSQL must be those of the memory, to the
// byte.
func TestBackendsAgree(t *testing.T) {
	skipShort(t)
	b := agreeing{t: t, dir: t.TempDir()}
	b.snapshots, _ = writtenSample(t, b.dir)
	golden := b.answers(mem.New())
	if n := bytes.Count(golden, []byte(`"2025-1`)); n < 200 || !bytes.Contains(golden, []byte("UnusedPermission")) || !bytes.Contains(golden, []byte("UnusedIAMRole")) {
		t.Fatalf("%d times of use: the test tests nothing", n)
	}
	for name, dsn := range map[string]string{"sqlite": "sqlite:" + filepath.Join(b.dir, "x.db"), "postgres": servers.Postgres(t).DSN("postgres")} {
		s, err := openOrCreateStore(t.Context(), dsn, true)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got := b.answers(s); !bytes.Equal(got, golden) {
			at := 0
			for at < min(len(got), len(golden)) && got[at] == golden[at] {
				at++
			}
			t.Errorf("%s differs at byte %d:\n%.300s\nthe memory has\n%.300s", name, at, got[at:], golden[at:])
		}
	}
}

type agreeing struct {
	t         *testing.T
	dir       string
	snapshots []string
}

// answers fills a store and asks it everything.
func (b *agreeing) answers(s store.Store) []byte {
	t := b.t
	t.Helper()
	book := b.fill(s)
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, proofEnd)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p, _ := testProgram(nil)
	ids, err := book.IDs(t.Context())
	for _, id := range ids {
		a, err := book.Account(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, arn := range arnsOf(a) {
			f := entityReport{arn: arn, granularity: report.ActionLevel, now: at, span: report.Span}
			if f.services, err = p.computeReport(t.Context(), s, a, f); err == nil {
				err = writeReportJSON(&out, f)
			}
			if err != nil {
				t.Fatalf("%s: %v", arn, err)
			}
		}
	}
	if err != nil || len(ids) != 5 {
		t.Fatalf("%d accounts, %v", len(ids), err)
	}
	b.findings(&out, s, book, cat, at)
	return findingIDs.ReplaceAll(out.Bytes(), []byte(`"id": ""`))
}

// findingIDs are random, and given in no order.
var findingIDs = regexp.MustCompile(`"id": ?"[^"]*"`)

func arnsOf(a *inventory.Account) (list []string) {
	for _, r := range a.Roles {
		list = append(list, r.ARN)
	}
	for _, u := range a.Users {
		list = append(list, u.ARN)
	}
	for _, g := range a.Groups {
		list = append(list, g.ARN)
	}
	return list
}

func (b *agreeing) fill(s store.Store) *accounts.Book {
	b.t.Helper()
	book, snapshot := accounts.New(s), inventory.NewSnapshot()
	for _, name := range b.snapshots {
		text, err := os.ReadFile(name)
		if err == nil {
			err = snapshot.Read(name, bytes.NewReader(text))
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	all, _, err := snapshot.Accounts()
	for _, a := range all {
		if err == nil {
			err = book.Replace(b.t.Context(), a)
		}
	}
	text, err1 := os.ReadFile(filepath.Join(b.dir, "organization.json"))
	o, err2 := organization.ReadExport(bytes.NewReader(text))
	if err != nil || err1 != nil || err2 != nil {
		b.t.Fatal(err, err1, err2)
	}
	if err := book.ReplaceOrganization(b.t.Context(), o); err != nil {
		b.t.Fatal(err)
	}
	sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{dir.Source{Path: filepath.Join(b.dir, "logs")}}, Now: time.Now}).Run(b.t.Context())
	if err != nil || sum.Records < 4000 {
		b.t.Fatalf("%+v, %v", sum, err)
	}
	return book
}

// findings scans the organization and writes all findings.
func (b *agreeing) findings(w io.Writer, s store.Store, book *accounts.Book, cat *catalog.Catalog, at time.Time) {
	b.t.Helper()
	engine, n := grant.New(cat), 0
	k := analyzers.New(analyzers.Config{
		Store: s, Book: book, Clock: func() time.Time { return at }, Wait: time.Minute, Log: slog.New(slog.DiscardHandler),
		Catalog: func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return cat, engine, nil },
		NewID:   func() string { n++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) },
	})
	defer k.Close()
	for _, kind := range []finding.AnalyzerType{finding.OrganizationUnusedAccess, finding.Organization} {
		name := finding.Name{Partition: "aws", Region: "us-east-1", Account: "111122223333", Name: "A" + string(kind)}
		if _, err := k.Create(b.t.Context(), finding.Analyzer{Name: name, Type: kind}, ""); err != nil {
			b.t.Fatal(err)
		}
		v, err := k.View(b.t.Context(), name)
		if err != nil {
			b.t.Fatal(err)
		}
		list := slices.Clone(v.In(finding.Order{Attribute: "resource"}))
		slices.SortFunc(list, byResource)
		err = format.JSON(w, name, func(yield func(*finding.Detailed, error) bool) {
			for _, f := range list {
				if !yield(k.Detailed(b.t.Context(), v, f)) {
					return
				}
			}
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
}
