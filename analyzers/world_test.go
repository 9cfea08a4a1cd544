package analyzers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

const (
	owner = "111122223333"
	idle  = "arn:aws:iam::111122223333:role/idle"
	app   = "arn:aws:iam::111122223333:role/app"
	alice = "arn:aws:iam::111122223333:user/alice"
)

func at(text string) time.Time {
	if len(text) == len(time.DateOnly) {
		text += "T12:00:00Z"
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func allow(actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
}

func role(account, name, document string) *inventory.Role {
	return &inventory.Role{
		Name: name, ID: "AROA" + account[:4] + strings.ToUpper(name), ARN: "arn:aws:iam::" + account + ":role/" + name, Path: "/",
		Created: at("2024-01-01"), Inline: []inventory.Inline{{Name: "own", Document: document}},
	}
}

// company is an account with a role that is used, an idle one, and a user.
func company() *inventory.Account {
	a := &inventory.Account{ID: owner, Partition: "aws",
		Roles: []*inventory.Role{role(owner, "app", allow("ec2:RunInstances", "s3:CreateBucket", "s3:DeleteBucket")), role(owner, "idle", allow("s3:GetObject"))},
		Users: []*inventory.User{{Name: "alice", ID: "AIDAALICE", ARN: alice, Path: "/", Created: at("2024-01-01"),
			Inline: []inventory.Inline{{Name: "own", Document: allow("sqs:CreateQueue")}},
			Keys:   []inventory.AccessKey{{ID: "AKIAALICEEXAMPLE0001", Active: true, Created: at("2024-01-01")}}}},
	}
	a.Index()
	return a
}

// world is a store with keepers on it, and a clock that tests move.
type world struct {
	t     testing.TB
	store store.Store
	book  *accounts.Book
	cat   *catalog.Catalog
	eng   *grant.Engine

	mu  sync.Mutex
	now time.Time
	ids int
}

func newWorld(t testing.TB, now string) *world {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: mem.New(), cat: cat, eng: grant.New(cat), now: at(now)}
	w.book = accounts.New(w.store)
	w.account(company())
	w.recorded(owner)
	return w
}

// recorded makes the records of an account reach over every period that tests
// look at: somebody whom nobody looks at calls something every month.
func (w *world) recorded(account string) {
	w.t.Helper()
	var list []activity.Fact
	for month := at("2024-01-15"); month.Before(at("2028-01-01")); month = month.AddDate(0, 1, 0) {
		list = append(list, activity.Attempt(activity.Key{
			Account: account, Principal: "AIDANOBODY", Source: "sts.amazonaws.com", Name: month.Format("Month200601"), Region: "us-east-1",
			Class: activity.Management, Outcome: activity.Succeeded,
		}, month, "nobody"))
	}
	w.must(w.store.MergeFacts(context.Background(), list))
}

func (w *world) account(a *inventory.Account) {
	w.t.Helper()
	a.Index()
	w.must(w.book.Replace(context.Background(), a))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%08d-0000-4000-8000-000000000000", w.ids)
}

// keeper makes one on a store, which is the world's when nil.
func (w *world) keeper(s store.Store, change func(*Config)) *Keeper {
	if s == nil {
		s = w.store
	}
	c := Config{
		Store: s, Book: accounts.New(s), Clock: w.clock, NewID: w.newID, Wait: time.Hour, Log: slog.New(slog.DiscardHandler),
		Catalog: func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return w.cat, w.eng, nil },
	}
	if change != nil {
		change(&c)
	}
	k := New(c)
	w.t.Cleanup(k.Close)
	return k
}

// used records successful calls: principal, source, name.
func (w *world) used(when, principal, source, name string) {
	w.t.Helper()
	w.must(w.store.MergeFacts(context.Background(), []activity.Fact{activity.Attempt(activity.Key{
		Account: owner, Principal: principal, Source: source + ".amazonaws.com", Name: name, Region: "us-east-1",
		Class: activity.Management, Outcome: activity.Succeeded,
	}, at(when), when)}))
}

func unused(name string) finding.Analyzer {
	return finding.Analyzer{
		Name: finding.Name{Partition: "aws", Region: "us-east-1", Account: owner, Name: name}, Type: finding.AccountUnusedAccess,
	}
}

func (w *world) create(k *Keeper, a finding.Analyzer) *finding.Analyzer {
	w.t.Helper()
	made, err := k.Create(context.Background(), a, "")
	w.must(err)
	return made
}

// lines are the findings of an analyzer, a line each.
func (w *world) lines(k *Keeper, n finding.Name) (out []string) {
	w.t.Helper()
	v, err := k.View(context.Background(), n)
	w.must(err)
	for _, f := range v.all() {
		line := fmt.Sprint(f.Resource[strings.LastIndexByte(f.Resource, ':')+1:], " ", f.Type, " ", f.Status)
		if f.Key != "" && f.Type != finding.ExternalAccess {
			line += " " + f.Key
		}
		d, err := k.Detailed(context.Background(), v, f)
		w.must(err)
		for _, x := range d.Details {
			if x.Permission != nil {
				line += " " + x.Permission.Namespace
				for _, action := range x.Permission.Actions {
					line += ":" + action.Name
				}
			}
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func (w *world) want(k *Keeper, n finding.Name, want ...string) {
	w.t.Helper()
	if got := w.lines(k, n); !slices.Equal(got, want) {
		w.t.Errorf("at %s: findings\n%s\nwant\n%s", w.clock().Format(time.DateOnly), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// find is the finding of a resource and type.
func (w *world) find(k *Keeper, n finding.Name, resource string, t finding.Type) *finding.Finding {
	w.t.Helper()
	v, err := k.View(context.Background(), n)
	w.must(err)
	for _, f := range v.all() {
		if f.Resource == resource && f.Type == t {
			return f
		}
	}
	w.t.Fatalf("%s has no %s", resource, t)
	return nil
}

// orphans are the documents of an analyzer's findings that its head does not
// refer to.
func (w *world) orphans(k *Keeper, uid string) (ids []string) {
	w.t.Helper()
	h, _, err := k.head(context.Background(), uid)
	w.must(err)
	refs := h.refs()
	w.must(k.each(context.Background(), store.KindFindingPart, uid+"/", func(id string) {
		if !refs[strings.TrimPrefix(id, uid+"/")] {
			ids = append(ids, id)
		}
	}))
	return ids
}

// faulty is a store whose writes of this room fail from a chosen one on, as at a
// crash or a lost connection.
type faulty struct {
	store.Store
	mu     sync.Mutex
	writes int
	failAt int  // the write that fails, from 1; every later one too
	lost   bool // it is done, and only its answer is lost
	before func(kind store.Kind)
	// reading is called before a document is read.
	reading func(kind store.Kind, id string)
}

func (f *faulty) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	if f.reading != nil {
		f.reading(kind, id)
	}
	return f.Store.GetDoc(ctx, kind, id)
}

var errInjected = errors.New("injected fault")

func (f *faulty) write(kind store.Kind, do func() error) error {
	if f.before != nil {
		f.before(kind)
	}
	f.mu.Lock()
	f.writes++
	n := f.writes
	f.mu.Unlock()
	if f.failAt == 0 || n < f.failAt {
		return do()
	}
	if n == f.failAt && f.lost {
		_ = do()
	}
	return errInjected
}

func (f *faulty) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (v store.Version, err error) {
	err = f.write(kind, func() (err error) { v, err = f.Store.PutDoc(ctx, kind, id, body, old); return err })
	return v, err
}

func (f *faulty) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	return f.write(kind, func() error { return f.Store.SetDocs(ctx, kind, docs) })
}

func (f *faulty) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	return f.write(kind, func() error { return f.Store.DeleteDoc(ctx, kind, id, old) })
}
