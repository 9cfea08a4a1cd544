package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/storetest"
)

func TestStore(t *testing.T) {
	server := servers.Postgres(t)
	suite(t, server.DSN("postgres"))
}

// elsewhere is the DSN of a server on which the user may make databases.
const elsewhere = "EBBMARK_TEST_POSTGRES"

// TestStoreElsewhere is the same against a server that is there already.
func TestStoreElsewhere(t *testing.T) {
	dsn := os.Getenv(elsewhere)
	if dsn == "" {
		t.Skip(elsewhere + " names no server")
	}
	suite(t, dsn)
}

// places tells where a store is.
type places map[store.Store]string

func suite(t *testing.T, dsn string) {
	where := places{}
	storetest.RunBackend(t, storetest.Backend{
		New: func(t *testing.T) store.Store {
			place := database(t, dsn)
			db := create(t, place)
			where[db] = place
			return db
		},
		Reopen: func(t *testing.T, s store.Store) store.Store { return reopen(t, where[s]) },
	})
}

// database makes a database for a test and returns its DSN.
func database(t testing.TB, dsn string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	name := fmt.Sprintf("ebbmark_test_%x", []byte(rand.Text()[:8]))
	if _, err := conn.Exec(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	if dsn != os.Getenv(elsewhere) {
		return u.String() // it goes with the server
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), dsn)
		if err == nil {
			_, err = conn.Exec(context.Background(), "drop database "+name+" with (force)")
			conn.Close(context.Background())
		}
		if err != nil {
			t.Logf("database %s is left: %v", name, err)
		}
	})
	return u.String()
}

func create(t testing.TB, dsn string) *DB {
	t.Helper()
	db, err := Create(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func reopen(t testing.TB, dsn string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
