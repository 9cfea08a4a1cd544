//go:build unix

package servers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// PgBouncer starts a PgBouncer in transaction mode before a server, and returns
// the DSN of a database through it. Without its program the test is skipped,
// except in CI, where it fails.
func (p *PostgreSQL) PgBouncer(t testing.TB, database string) (dsn string) {
	t.Helper()
	program := Installed(t, "pgbouncer", "/usr/sbin/pgbouncer")
	port := freePort(t)
	dir := publicFolder(t, p.as)
	config := filepath.Join(dir, "pgbouncer.ini")
	// The pool is small, so that clients have to share connections.
	text := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d user=ebbmark
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 1000
`, p.port, port)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-q", config)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	var said lockedText
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill(); <-over })
	for deadline := time.After(startWithin); ; {
		if conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			conn.Close()
			return fmt.Sprintf("postgres://ebbmark@127.0.0.1:%d/%s?sslmode=disable", port, database)
		}
		select {
		case err := <-over:
			over <- err
			t.Fatalf("pgbouncer ended: %v\n%s", err, said.String())
		case <-deadline:
			t.Fatal(said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
