package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
)

var monday = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

// hot makes n facts of few keys in many buckets, shuffled.
func hot(seed uint64, n int) []activity.Fact {
	r := rand.New(rand.NewPCG(seed, 1))
	list := make([]activity.Fact, n)
	for i := range list {
		k := activity.Key{Account: "111122223333", Principal: fmt.Sprintf("AROA%05d", r.IntN(20)), Source: "s3.amazonaws.com",
			Name: fmt.Sprintf("Get%d", r.IntN(30)), Region: "us-east-1", Class: activity.Class(1 + r.IntN(4)), Outcome: activity.Succeeded}
		list[i] = activity.Attempt(k, monday.Add(time.Duration(r.IntN(90*24))*time.Hour), fmt.Sprintf("event-%d", r.IntN(1000)))
	}
	return list
}

// TestOneBucketInOrder does everything that writes under the eyes of a watch.
func TestOneBucketInOrder(t *testing.T) {
	db, w := watchedStore(t, servers.Postgres(t))
	facts := hot(1, 3000)
	check(t, db.MergeFacts(t.Context(), facts), db.MergeKept(t.Context(), facts[:100]), db.SetRules(t.Context(), 2))
	g, err := db.BeginDraft(t.Context(), 3)
	check(t, err, db.MergeFacts(t.Context(), hot(2, 500)), db.MergeDraft(t.Context(), g.Draft, facts), db.CopyToDraft(t.Context(), g.Draft))
	var docs []store.Doc
	for i := range 3000 {
		docs = append(docs, store.Doc{ID: fmt.Sprintf("doc %d", i*7919%3000), Body: []byte("x")})
	}
	check(t, db.SetDocs(t.Context(), "draft", docs))
	v, err := db.PutDoc(t.Context(), "live", "doc 1", []byte("old"), 0)
	check(t, err)
	v, err = db.PutDoc(t.Context(), "live", "doc 1", []byte("newer"), v)
	check(t, err, db.DeleteDoc(t.Context(), "live", "doc 1", v), db.Switch(t.Context(), g.Draft, "draft", "live"), db.DropDraft(t.Context()))
	covered := activity.Attempt(activity.Key{Account: "111122223333", Region: "us-east-1", Class: activity.Coverage}, monday, "")
	check(t, db.MergeFacts(t.Context(), []activity.Fact{covered, activity.Merge(covered, activity.Attempt(covered.Key, monday.AddDate(0, 2, 0), ""))}))
	if gone, err := store.Prune(t.Context(), db, activity.DayOf(monday.AddDate(0, 1, 0)), nil); err != nil || gone < 100 {
		t.Errorf("%d facts are pruned, %v", gone, err)
	}
	w.want(t, 300)
	if w.turns != 4 {
		t.Errorf("%d turns, want 4: rules, draft, switch and drop", w.turns)
	}
}

// TestWatchSees is the negative control: what is against the rule is seen.
func TestWatchSees(t *testing.T) {
	db, _ := watchedStore(t, servers.Postgres(t))
	rows := byBucket(hot(3, 400))
	sorted := slices.MaxFunc(mapValues(rows), func(a, b []row) int { return len(a) - len(b) })
	unsorted := slices.Clone(sorted)
	slices.Reverse(unsorted)
	for sentence, work := range map[string]func(context.Context, tx) error{
		"rows that are not sorted": func(ctx context.Context, t tx) error {
			_, err := mergeRows(ctx, t, place{"facts", 3, 0}, unsorted)
			return err
		},
		"two buckets in one transaction": func(ctx context.Context, t tx) error {
			_, err := mergeRows(ctx, t, place{"facts", 7, 0}, sorted)
			if err == nil {
				_, err = mergeRows(ctx, t, place{"facts", 8, 0}, sorted)
			}
			return err
		},
		"a bucket without its gate": func(ctx context.Context, t tx) error {
			_, err := gate(ctx, t, 5)
			if err == nil {
				_, err = mergeRows(ctx, t, place{"facts", 6, 0}, sorted)
			}
			return err
		},
		"no bucket": func(ctx context.Context, t tx) error {
			_, err := t.Exec(ctx, "delete from ebbmark.docs")
			return err
		},
	} {
		w := newWatch()
		other, err := open(t.Context(), db.pool.Config().ConnString(), false, w.tune)
		check(t, err, other.write(t.Context(), "test", 0, work))
		other.Close()
		if len(w.wrong) == 0 {
			t.Errorf("%s: not seen", sentence)
		}
	}
}

// TestFourWritersNoDeadlock lets four nodes write the same keys, each in an order
// of its own.
func TestFourWritersNoDeadlock(t *testing.T) {
	first, w := watchedStore(t, servers.Postgres(t))
	nodes := []*DB{first}
	for range 3 {
		node, err := open(t.Context(), first.pool.Config().ConnString(), false, w.tune)
		check(t, err)
		t.Cleanup(func() { node.Close() })
		nodes = append(nodes, node)
	}
	facts := hot(4, 2000)
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(5, uint64(i)))
			for range 5 {
				mine := slices.Clone(facts)
				r.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
				for part := range slices.Chunk(mine, 500) {
					if err := node.MergeFacts(t.Context(), part); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	w.want(t, 200)
	if n := w.codes["40P01"] + w.codes["40001"] + w.codes["55P03"]; n != 0 {
		t.Errorf("%d deadlocks, serialization failures or timeouts: %v", n, w.codes)
	}
	deadlocks := -1
	check(t, first.pool.QueryRow(t.Context(), "select deadlocks from pg_stat_database where datname = current_database()").Scan(&deadlocks))
	if deadlocks != 0 {
		t.Errorf("the server counts %d deadlocks", deadlocks)
	}
	wantMerged(t, first, facts)
}

// wantMerged ends the test unless the store has these facts, as the law of
// merging makes them.
func wantMerged(t *testing.T, db *DB, facts []activity.Fact) {
	t.Helper()
	want := map[activity.Key]activity.Fact{}
	for _, f := range facts {
		if old, there := want[f.Key]; there {
			f = activity.Merge(old, f)
		}
		want[f.Key] = f
	}
	n := 0
	for f, err := range db.Facts(t.Context(), activity.Prefix{Account: "111122223333"}) {
		check(t, err)
		n++
		if w, there := want[f.Key]; !there || f.First != w.First || f.Last != w.Last || !f.Days.Equal(w.Days) {
			t.Fatalf("stored %+v, want %+v", f, w)
		}
	}
	if n != len(want) || n < 400 {
		t.Fatalf("%d facts, want %d (and not a few)", n, len(want))
	}
}

// watchedStore makes a store whose every statement is watched.
func watchedStore(t *testing.T, server *servers.PostgreSQL) (*DB, *watch) {
	t.Helper()
	dsn := database(t, server.DSN("postgres"))
	check(t, create(t, dsn).Close())
	w := newWatch()
	db, err := open(t.Context(), dsn, false, w.tune)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	return db, w
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func mapValues(m map[int][]row) (list [][]row) {
	for _, rows := range m {
		list = append(list, rows)
	}
	return list
}

var _ pgx.QueryTracer = (*watch)(nil)

// TestDeadlocksAreSeen is the negative control of TestFourWritersNoDeadlock: two that
// take the gates of two buckets in different orders wait for each other, the server
// ends one of them, that is counted, and it is done again.
func TestDeadlocksAreSeen(t *testing.T) {
	first, w := watchedStore(t, servers.Postgres(t))
	second, err := open(t.Context(), first.pool.Config().ConnString(), false, w.tune)
	check(t, err)
	t.Cleanup(func() { second.Close() })
	var both, done sync.WaitGroup
	both.Add(2)
	for i, db := range []*DB{first, second} {
		meet := sync.OnceFunc(func() { both.Done(); both.Wait() })
		done.Go(func() {
			err := db.write(t.Context(), "test", 0, func(ctx context.Context, t tx) error {
				_, err := gate(ctx, t, 3+i)
				meet()
				if err == nil {
					_, err = gate(ctx, t, 4-i)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if w.codes["40P01"] == 0 {
		t.Errorf("no deadlock was counted: %v", w.codes)
	}
}
