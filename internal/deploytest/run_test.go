package deploytest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Where deploy/ puts things.
const (
	programPath = "/usr/local/bin/ebbmark"
	dataFolder  = "/var/lib/ebbmark"
	secretKey   = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=" // of tests only
)

// nonroot is the user of the image.
const nonroot = 65532

// startWithin is how long a server may take to be ready, on a busy machine.
const startWithin = time.Minute

// box is a place to run the program in: for root a file system of its own, with
// nothing in it but the program and its data, of which a user without rights can
// write the data only; for others a folder that stands for the data.
type box struct {
	dir  string
	jail bool
}

func newBox(t *testing.T) *box {
	t.Helper()
	dir, err := os.MkdirTemp("", "ebbmark-box-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	b := &box{dir, os.Getuid() == 0}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Dir(programPath), dataFolder} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(program(t), filepath.Join(dir, programPath)); err != nil {
		t.Fatal(err)
	}
	if b.jail {
		if err := os.Chown(filepath.Join(dir, dataFolder), nonroot, nonroot); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// path is where something in the box is for the program.
func (b *box) path(s string) string {
	if b.jail {
		return s
	}
	return strings.ReplaceAll(s, dataFolder, filepath.Join(b.dir, dataFolder))
}

// server is a running "ebbmark serve".
type server struct {
	cmd            *exec.Cmd
	address        string
	stdout, stderr *text
}

type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// run starts the program with arguments and an environment of deploy/, on a free
// port of this machine, and nothing else of the test's environment.
func (b *box) run(t *testing.T, args []string, env map[string]string) *server {
	t.Helper()
	checkArgs(t, args)
	cmd := exec.Command(filepath.Join(b.dir, programPath))
	cmd.Dir = filepath.Join(b.dir, dataFolder)
	if b.jail {
		cmd.Path, cmd.Dir = programPath, dataFolder
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: b.dir, Credential: &syscall.Credential{Uid: nonroot, Gid: nonroot}}
	}
	for _, arg := range args {
		arg = b.path(arg)
		if listen, ok := strings.CutSuffix(arg, ":4780"); ok && (listen == "" || listen == "--listen=") {
			arg = listen + "127.0.0.1:0"
		}
		cmd.Args = append(cmd.Args, arg)
	}
	cmd.Env = []string{"EBBMARK_LISTEN=127.0.0.1:0"} // for those that say nothing of it
	for _, name := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, name+"="+b.path(env[name]))
	}
	s := &server{cmd: cmd, stdout: new(text), stderr: new(text)}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = s.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	said := make(chan string, 1)
	go func() {
		defer close(said)
		lines := bufio.NewScanner(io.TeeReader(out, s.stdout))
		for lines.Scan() {
			if found := regexp.MustCompile(`^listening on (https?://.*)$`).FindStringSubmatch(lines.Text()); found != nil {
				said <- found[1]
			}
		}
	}()
	select {
	case s.address = <-said:
	case <-time.After(startWithin):
	}
	if s.address == "" {
		t.Fatalf("%q does not listen:\n%s%s", cmd.Args, s.stdout, s.stderr)
	}
	return s
}

// get returns the status of a path.
func (s *server) get(t *testing.T, path string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// works asks what probes ask, stops the server as an orchestrator does, and wants
// it to end well.
func (s *server) works(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(startWithin); s.get(t, "/readyz") != http.StatusOK; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not ready:\n%s", s.stderr)
		}
	}
	if status := s.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- s.cmd.Wait() }()
	select {
	case err := <-over:
		if err != nil {
			t.Errorf("after SIGTERM: %v\n%s", err, s.stderr)
		}
	case <-time.After(stopWithin(t)):
		t.Errorf("runs on after SIGTERM:\n%s", s.stderr)
	}
}

// TestRunImage runs what "docker run --read-only" would.
func TestRunImage(t *testing.T) {
	x := readImage(t)
	b := newBox(t)
	s := b.run(t, x.args, x.env)
	s.works(t)
	if !strings.Contains(s.stdout.String(), "The root of account") {
		t.Errorf("no first key:\n%s", s.stdout)
	}
	for _, name := range []string{"ebbmark.db", "ebbmark.db.key"} {
		if _, err := os.Stat(filepath.Join(b.dir, dataFolder, name)); err != nil {
			t.Error(err)
		}
	}
	// Again, with the data of before.
	s = b.run(t, x.args, x.env)
	s.works(t)
	if strings.Contains(s.stdout.String(), "The root of account") {
		t.Error("the store was made anew")
	}
}

// database starts a PostgreSQL server and returns its port. It lets the user
// "ebbmark" in by password.
func database(t *testing.T, password string) int {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(bins) == 0 {
		missing(t, "PostgreSQL")
	}
	bin := bins[len(bins)-1]
	dir, err := os.MkdirTemp("", "ebbmark-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var attr *syscall.SysProcAttr
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		who, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(who.Uid)
		gid, _ := strconv.Atoi(who.Gid)
		for _, path := range []string{dir, secret} {
			if err := os.Chown(path, uid, gid); err != nil {
				t.Fatal(err)
			}
		}
		attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "ebbmark", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	said := new(text)
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", dir, "-F")
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = dir, attr, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(syscall.SIGQUIT); cmd.Wait() })
	createdb := func() error {
		c := exec.Command(filepath.Join(bin, "createdb"), "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "ebbmark", "ebbmark")
		c.Env = append(os.Environ(), "PGPASSWORD="+password)
		return c.Run()
	}
	for deadline := time.Now().Add(startWithin); createdb() != nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("PostgreSQL does not start:\n%s", said)
		}
	}
	return port
}

// at moves a DSN to the server of the test.
func at(t *testing.T, dsn string, port int) string {
	t.Helper()
	place := regexp.MustCompile(`^(postgres://[^@]+@)[^/]+(/ebbmark)\b.*$`)
	if !place.MatchString(dsn) {
		t.Fatalf("not a DSN of the database ebbmark: %s", dsn)
	}
	return place.ReplaceAllString(dsn, fmt.Sprintf("${1}127.0.0.1:%d${2}?sslmode=disable", port))
}

// missing ends a test for which something is not installed.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run scripts/test-deps", what)
	}
	t.Skipf("%s is not installed: run scripts/test-deps", what)
}
