//go:build unix

package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PostgreSQL is a server with a folder of the test. It accepts every connection
// from this machine, as the superuser "ebbmark", and does not survive a loss of
// power: it never waits for the disk.
type PostgreSQL struct {
	dir  string
	bin  string
	port int
	as   *syscall.Credential // nil: whoever runs the test
	main *exec.Cmd
	over chan error
}

// postgresFolders are where Debian and others put the programs of a server.
var postgresFolders = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"}

// Postgres starts a PostgreSQL server. Without its programs the test is skipped,
// except in CI, where it fails.
func Postgres(t testing.TB) *PostgreSQL {
	t.Helper()
	bin := postgresFolder()
	if bin == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed: run scripts/test-deps")
		}
		t.Skip("PostgreSQL is not installed: run scripts/test-deps")
	}
	p := &PostgreSQL{bin: bin, port: freePort(t), as: notRoot(t)}
	// Not in t.TempDir(): the folders above it may be closed to the other user.
	root, err := os.MkdirTemp("", "ebbmark-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	p.dir = filepath.Join(root, "data")
	if p.as != nil {
		if err := errors.Join(os.Chmod(root, 0o755), os.Mkdir(p.dir, 0o700), os.Chown(p.dir, int(p.as.Uid), int(p.as.Gid))); err != nil {
			t.Fatal(err)
		}
	}
	initdb := p.command("initdb", "-D", p.dir, "-U", "ebbmark", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	t.Cleanup(func() { p.end() })
	p.Start(t)
	return p
}

// postgresFolder is the last of the folders that has a server.
func postgresFolder() (found string) {
	for _, pattern := range postgresFolders {
		list, _ := filepath.Glob(pattern + "/initdb") // fails for bad patterns only
		for _, path := range list {
			found = filepath.Dir(path)
		}
	}
	return found
}

// notRoot is who runs the server: PostgreSQL refuses root.
func notRoot(t testing.TB) *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (p *PostgreSQL) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/nonexistent"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	return cmd
}

// DSN names a database of the server.
func (p *PostgreSQL) DSN(database string) string {
	return fmt.Sprintf("postgres://ebbmark@127.0.0.1:%d/%s?sslmode=disable", p.port, database)
}

// Port is the server's, on 127.0.0.1.
func (p *PostgreSQL) Port() int { return p.port }

// Start starts the server again where it was, and waits until it answers.
func (p *PostgreSQL) Start(t testing.TB) {
	t.Helper()
	var said lockedText
	p.main = p.command("postgres", "-D", p.dir, "-p", strconv.Itoa(p.port), "-h", "127.0.0.1", "-k", "", "-F",
		"-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB")
	p.main.Stdout, p.main.Stderr = &said, &said
	if err := p.main.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func(cmd *exec.Cmd) { over <- cmd.Wait() }(p.main)
	p.over = over
	deadline := time.After(startWithin)
	for {
		ready := p.command("pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port))
		if ready.Run() == nil {
			return
		}
		select {
		case err := <-over:
			over <- err
			t.Fatalf("postgres ended: %v\n%s", err, said.String())
		case <-deadline:
			t.Fatal(said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server and all it has started as a loss of power would, and
// waits until they are gone.
func (p *PostgreSQL) Kill(t testing.TB) {
	t.Helper()
	parent := p.main.Process.Pid
	children := childrenOf(parent)
	p.main.Process.Kill()
	err := <-p.over
	p.over <- err
	for _, child := range children {
		_ = syscall.Kill(child, syscall.SIGKILL) // it may have ended already
	}
	for _, child := range children {
		for syscall.Kill(child, 0) == nil && !zombie(child) {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// childrenOf are the processes that a process has started.
func childrenOf(parent int) (list []int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent)) // not on every system
	for _, field := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(field); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "Z")
}

// end stops the server at once.
func (p *PostgreSQL) end() {
	if p.main == nil {
		return
	}
	_ = p.main.Process.Signal(syscall.SIGQUIT) // it may have ended already
	select {
	case err := <-p.over:
		p.over <- err
	case <-time.After(startWithin):
		p.main.Process.Kill()
	}
}

// UseTLS gives the server a certificate and its key, in PEM.
func (p *PostgreSQL) UseTLS(t testing.TB, certificate, key []byte) {
	t.Helper()
	for name, content := range map[string][]byte{"server.crt": certificate, "server.key": key} {
		path := filepath.Join(p.dir, name)
		err := os.WriteFile(path, content, 0o600)
		if err == nil && p.as != nil {
			err = os.Chown(path, int(p.as.Uid), int(p.as.Gid))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	config, err := os.OpenFile(filepath.Join(p.dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.WriteString("\nssl = on\n")
	if err := errors.Join(err, config.Close(), p.main.Process.Signal(syscall.SIGHUP)); err != nil {
		t.Fatal(err)
	}
}
