package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/ingest"
)

// TestRebuildsWhileAServerReads runs a real server that reads a folder in which
// files appear all the time, and real processes that rebuild its store meanwhile.
// At the end the store has what a new one has that reads everything.
func TestRebuildsWhileAServerReads(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "ebbmark")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	logs, path := filepath.Join(dir, "logs"), filepath.Join(dir, "x.db")
	files := 0
	const each = 20
	deliver := func() {
		var list []string
		for i := range each {
			list = append(list, call(files*each+i, aMonday.Add(time.Duration(files)*time.Hour), files%17, fmt.Sprintf("Describe%d", files*each+i)))
		}
		name := writeFile(t, filepath.Join(dir, "coming"), logGzip(t, strings.NewReader(`{"Records":[`+strings.Join(list, ",")+`]}`)))
		to := filepath.Join(logs, fmt.Sprint(files%5), fmt.Sprintf("%04d.json.gz", files))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name, to); err != nil { // complete at once, as logs come
			t.Fatal(err)
		}
		files++
	}
	for range 60 {
		deliver()
	}
	if got := runIngest(t, nil, "--store", "sqlite:"+path, "--init", logs); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	wrongFact(t, path)
	stop := serveProcess(t, binary, "--store", "sqlite:"+path, "--source", logs, "--source-interval", "1s")
	for round := range 4 {
		deliver()
		cmd := exec.CommandContext(t.Context(), binary, "rebuild", "--force", "--workers", "1", "--store", "sqlite:"+path)
		over := make(chan error, 1)
		var out []byte
		go func() {
			var err error
			out, err = cmd.CombinedOutput()
			over <- err
		}()
		tick := time.NewTicker(20 * time.Millisecond)
		for done := false; !done; {
			select {
			case err := <-over:
				if done = true; err != nil {
					t.Fatalf("rebuild %d: %v\n%s", round, err, out)
				}
			case <-tick.C:
				deliver()
			}
		}
		tick.Stop()
	}
	fresh := filepath.Join(dir, "fresh.db")
	if got := runIngest(t, nil, "--store", "sqlite:"+fresh, "--init", logs); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	want := fmt.Sprint(ingest.Files{Done: int64(files)})
	for deadline := time.Now().Add(60 * time.Second); !strings.HasPrefix(sumsOf(t, path), want); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server has read %s, want %s", sumsOf(t, path), want)
		}
	}
	if text := stop(); strings.Contains(text, "level=ERROR") {
		t.Fatal(text)
	}
	if got, want := sumsOf(t, path), sumsOf(t, fresh); got != want || !strings.Contains(got, fmt.Sprintf("{%d %[1]d ", files*each)) {
		t.Fatalf("sums %s, want %s", got, want)
	}
	if factsOf(t, path) != factsOf(t, fresh) {
		t.Fatal("other facts than of a store that reads everything")
	}
	if files < 70 {
		t.Fatalf("%d files: the test tests nothing", files)
	}
}

// serveProcess starts a server of its own process. stop interrupts it and gives
// what it said.
func serveProcess(t *testing.T, binary string, args ...string) (stop func() string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	said := new(lockedBuffer)
	cmd.Stderr = said
	for name, value := range testEnv() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(os.Environ(), cmd.Env...)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stdout); ; {
		if !lines.Scan() {
			t.Fatalf("ended before it listened: %v\n%s", cmd.Wait(), said)
		}
		if strings.HasPrefix(lines.Text(), "listening on ") {
			break
		}
	}
	return func() string {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		return said.String()
	}
}
