package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/storetest"
)

// TestStore runs the suite on the version that is installed, on another one,
// through PgBouncer in transaction mode, and on tables in partitions.
func TestStore(t *testing.T) {
	t.Run("installed", func(t *testing.T) { suite(t, servers.Postgres(t).DSN("postgres"), "") })
	t.Run("18", func(t *testing.T) {
		dsn := servers.Postgres18(t).DSN("postgres")
		if version := versionOf(t, dsn); !strings.HasPrefix(version, "18.") {
			t.Fatalf("version %s", version)
		}
		suite(t, dsn, "")
	})
	t.Run("PgBouncer", func(t *testing.T) { suite(t, servers.Postgres(t).PgBouncer(t, "postgres"), "") })
	t.Run("partitions", func(t *testing.T) { suite(t, servers.Postgres(t).DSN("postgres"), partitions(t)) })
}

// partitions are the statements of docs/postgres.md that make them.
func partitions(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/postgres.md")
	check(t, err)
	_, rest, _ := strings.Cut(string(text), "## Partitions")
	_, rest, _ = strings.Cut(rest, "```sql\n")
	statements, _, found := strings.Cut(rest, "```")
	if !found || !strings.Contains(statements, "partition by hash (bucket)") {
		t.Fatal("docs/postgres.md does not say how to make partitions")
	}
	return statements
}

func versionOf(t *testing.T, dsn string) (version string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	check(t, err)
	defer conn.Close(t.Context())
	check(t, conn.QueryRow(t.Context(), "show server_version").Scan(&version))
	return version
}

const (
	// elsewhere is the DSN of a server on which the user may make databases.
	elsewhere = "EBBMARK_TEST_POSTGRES"
	// afterwards are statements that every new store there gets, such as Citus'
	// distribution of tables.
	afterwards = "EBBMARK_TEST_POSTGRES_SETUP"
)

// TestStoreElsewhere is the same against a server that is there already.
func TestStoreElsewhere(t *testing.T) {
	dsn := os.Getenv(elsewhere)
	if dsn == "" {
		t.Skip(elsewhere + " names no server")
	}
	suite(t, dsn, os.Getenv(afterwards))
}

// places tells where a store is.
type places map[store.Store]string

// suite runs the conformance suite on a server, where every new store gets some more
// statements.
func suite(t *testing.T, dsn, setup string) {
	where := places{}
	storetest.RunBackend(t, storetest.Backend{
		New: func(t *testing.T) store.Store {
			place := database(t, dsn)
			db := create(t, place)
			if setup != "" {
				_, err := db.pool.Exec(t.Context(), setup, pgx.QueryExecModeSimpleProtocol)
				check(t, err)
			}
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
