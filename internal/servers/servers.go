// Package servers starts real servers for tests: versitygw for S3, kumo for SQS,
// and PostgreSQL, which must be installed. Each of the first two is built once
// from a Go module of its own (internal/versitygw, internal/kumo), so that the
// product's go.mod has nothing of them, and kept in the user's cache. A test that
// cannot have its server fails.
package servers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Credentials of the servers.
const (
	Key    = "AKIASERVEREXAMPLE001"
	Secret = "ServerSecretExample0000000000000000000000"
	Region = "eu-west-1"
)

// startWithin is how long a server may take to answer.
const startWithin = 30 * time.Second

// S3 starts an S3 server that keeps its objects in a folder of the test, and
// returns its endpoint.
func S3(t testing.TB) string {
	t.Helper()
	bin := build(t, "versitygw", "github.com/versity/versitygw/cmd/versitygw")
	root, side := t.TempDir(), t.TempDir()
	port := freePort(t)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	cmd := exec.Command(bin, "--access", Key, "--secret", Secret, "--region", Region, "--port", address, "--quiet", "posix", "--sidecar", side, root)
	start(t, cmd, "http://"+address)
	return "http://" + address
}

// SQS starts an SQS server and returns its endpoint.
func SQS(t testing.TB) string {
	t.Helper()
	bin := build(t, "kumo", "github.com/sivchari/kumo/cmd/kumo")
	port := freePort(t)
	cmd := exec.Command(bin, "--host", "127.0.0.1", "--port", strconv.Itoa(port))
	cmd.Env = append(os.Environ(), "KUMO_LOG_LEVEL=error")
	endpoint := "http://127.0.0.1:" + strconv.Itoa(port)
	start(t, cmd, endpoint)
	return endpoint
}

// building lets one test of a process build at a time: the others find it built.
var building sync.Mutex

// build returns the path of a server's program, built if it is not there.
func build(t testing.TB, name, pkg string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	dir := filepath.Join(moduleRoot(t), "internal", name)
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(append(sum, runtime.Version()...))
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(cache, "ebbmark-tests")
	bin := filepath.Join(cache, name+"-"+hex.EncodeToString(hash[:8]))
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	// Packages are tested side by side: one builds, and the others wait for it.
	lock, err := os.OpenFile(bin+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() // which lets the next one in
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	fresh := bin + "." + strconv.Itoa(os.Getpid())
	cmd := exec.Command("go", "build", "-trimpath", "-o", fresh, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, out)
	}
	if err := os.Rename(fresh, bin); err != nil {
		t.Fatal(err)
	}
	return bin
}

// moduleRoot is the folder of the product's go.mod.
func moduleRoot(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module github.com/ebbmark/ebbmark\n") {
			return dir
		}
	}
	t.Fatal("no go.mod of the product above the test")
	return ""
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start starts a server, waits until it answers anything, and ends it with the
// test.
func start(t testing.TB, cmd *exec.Cmd, endpoint string) {
	t.Helper()
	var said lockedText
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill(); <-over })
	ctx, cancel := context.WithTimeout(t.Context(), startWithin)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := http.DefaultClient.Do(req); err == nil {
			answer.Body.Close()
			return
		}
		select {
		case err := <-over:
			over <- err
			t.Fatalf("%s ended: %v\n%s", cmd.Path, err, said.String())
		case <-ctx.Done():
			t.Fatal(errors.Join(ctx.Err(), errors.New(said.String())))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
