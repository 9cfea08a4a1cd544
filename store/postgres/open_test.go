package postgres

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
)

func TestOpenAndCreate(t *testing.T) {
	dsn := database(t, servers.Postgres(t).DSN("postgres"))
	if _, err := Open(t.Context(), dsn); !errors.Is(err, store.ErrNoStore) {
		t.Fatalf("opening an empty database: %v", err)
	}
	// Nodes that start at once: one creates the store, and all can open it.
	var made atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			db, err := Create(t.Context(), dsn)
			if errors.Is(err, store.ErrExists) {
				db, err = Open(t.Context(), dsn)
			} else {
				made.Add(1)
			}
			if err != nil {
				t.Error(err)
				return
			}
			if g, err := db.Generation(t.Context()); err != nil || g != (store.Generation{Epoch: 1}) {
				t.Errorf("%+v, %v", g, err)
			}
			db.Close()
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Fatalf("%d have created the store, want 1", made.Load())
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	check(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "update ebbmark.schema set version = 99")
	check(t, err)
	for _, make := range []func() (*DB, error){func() (*DB, error) { return Open(t.Context(), dsn) }, func() (*DB, error) { return Create(t.Context(), dsn) }} {
		if _, err := make(); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "its schema has version 99, this program knows up to 1") {
			t.Fatalf("a schema from the future: %v", err)
		}
	}
}

// TestSeveralHosts: of several hosts the one that can be written is taken.
func TestSeveralHosts(t *testing.T) {
	server := servers.Postgres(t)
	dsn := database(t, server.DSN("postgres"))
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err, dead.Close()) // nobody listens there now
	name := dsn[strings.LastIndex(dsn, "/"):]
	several := fmt.Sprintf("postgresql://ebbmark@%s,127.0.0.1:%d%s", dead.Addr(), server.Port(), name)
	db := create(t, several)
	check(t, db.MergeFacts(t.Context(), hot(1, 10)))
	if _, err := Open(t.Context(), several+"&default_transaction_read_only=on"); err == nil || !strings.Contains(err.Error(), "read only") {
		t.Fatalf("hosts that can only be read: %v", err)
	}
}

// TestRefusals wants words that tell what to do, soon, and never the password.
func TestRefusals(t *testing.T) {
	server := servers.Postgres(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err, dead.Close())
	for dsn, want := range map[string]string{
		server.DSN("nowhere"): "there is no such database: create it first (createdb)",
		fmt.Sprintf("postgres://ebbmark:hunter2@%s/x", dead.Addr()):                        "connection refused",
		"postgres://ebbmark:hunter2@127.0.0.1:99999/x":                                     "invalid port",
		fmt.Sprintf("postgres://eve:hunter2@127.0.0.1:%d/postgres", server.Port()):         "the server refuses this user from here",
		"postgres://ebbmark:hunter2@127.0.0.1/x?sslmode=sometimes":                         "sslmode is invalid",
		server.DSN("postgres") + "&sslmode=verify-full&sslrootcert=/nowhere/ca.pem":        "unable to read CA file",
		strings.Replace(server.DSN("postgres"), "disable", "require", 1):                   "server refused TLS connection",
		"postgres://ebbmark:hunter2@127.0.0.1/x?pool_max_conns=many":                       "pool_max_conns",
		"postgres://ebbmark:hunter2@127.0.0.1/x?default_query_exec_mode=guess":             "default_query_exec_mode",
		"postgres://ebbmark:hunter2@[::1/x":                                                "cannot parse",
		"postgres://ebbmark:hunter2@127.0.0.1/x?connect_timeout=soon&application_name=abc": "invalid connect_timeout",
	} {
		_, err := Open(t.Context(), dsn)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v\nwant %s", dsn, err, want)
		}
	}
}

// TestLongIDs lists ids of more than an index takes, which share a long beginning.
func TestLongIDs(t *testing.T) {
	db := create(t, database(t, servers.Postgres(t).DSN("postgres")))
	long := strings.Repeat("a", 3000)
	ids := []string{long, long + "b", long + "c", "aa", "b", strings.Repeat("a", maxID), strings.Repeat("a", maxID+1)}
	for i, id := range ids {
		_, err := db.PutDoc(t.Context(), "test", id, []byte{byte(i)}, 0)
		check(t, err)
	}
	want := []int{3, 5, 6, 0, 1, 2, 4}
	var got []string
	for id, err := range db.ListDocs(t.Context(), "test", "a", 0) {
		check(t, err)
		got = append(got, id)
	}
	if len(got) != len(want) {
		t.Fatalf("%d ids, want %d", len(got), len(want))
	}
	for i, n := range want {
		body, _, err := db.GetDoc(t.Context(), "test", got[i])
		if err != nil || got[i] != ids[n] || body[0] != byte(n) {
			t.Fatalf("id %d is %.20q… of %d bytes, %v, %v; want number %d", i, got[i], len(got[i]), body, err, n)
		}
	}
}

// TestLaterSchema: a node that is open goes on when a later version has brought the
// schema up to date, and cannot be opened again.
func TestLaterSchema(t *testing.T) {
	dsn := database(t, servers.Postgres(t).DSN("postgres"))
	db := create(t, dsn)
	check(t, db.MergeFacts(t.Context(), hot(1, 100)))
	_, err := db.pool.Exec(t.Context(), "alter table ebbmark.facts add column later integer; update ebbmark.schema set version = version + 1")
	check(t, err, db.MergeFacts(t.Context(), hot(2, 100)))
	v, err := db.PutDoc(t.Context(), store.KindServer, "x", []byte("1"), 0)
	check(t, err)
	_, err = db.PutDoc(t.Context(), store.KindServer, "x", []byte("2"), v)
	check(t, err)
	n := 0
	for _, err := range db.Facts(t.Context(), activity.Prefix{Account: "111122223333"}) {
		check(t, err)
		n++
	}
	if n < 100 {
		t.Errorf("%d facts", n)
	}
	if _, err := Open(t.Context(), dsn); !errors.Is(err, store.ErrNewer) {
		t.Errorf("opened again: %v", err)
	}
}

// TestRestore puts a dump into another database: the store there is the same, and
// goes on.
func TestRestore(t *testing.T) {
	server := servers.Postgres(t)
	from, to := database(t, server.DSN("postgres")), database(t, server.DSN("postgres"))
	db := create(t, from)
	facts := hot(1, 2000)
	check(t, db.MergeFacts(t.Context(), facts))
	v, err := db.PutDoc(t.Context(), store.KindServer, "x", []byte("\x00old"), 0)
	check(t, err)
	server.Restore(t, "ebbmark", from[strings.LastIndex(from, "/")+1:strings.Index(from, "?")], to[strings.LastIndex(to, "/")+1:strings.Index(to, "?")])
	restored := reopen(t, to)
	wantMerged(t, restored, facts)
	body, version, err := restored.GetDoc(t.Context(), store.KindServer, "x")
	if err != nil || string(body) != "\x00old" || version != v {
		t.Errorf("%q at version %d, want %d: %v", body, version, v, err)
	}
	_, err = restored.PutDoc(t.Context(), store.KindServer, "x", []byte("new"), v)
	check(t, err, restored.MergeFacts(t.Context(), hot(2, 100)))
}
