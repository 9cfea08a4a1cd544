package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Other processes of these tests are this test program again, told by the
// environment to be a worker on a store.
const (
	workerPath   = "SQLITE_TEST_WORKER"
	workerRounds = "SQLITE_TEST_ROUNDS" // 0: until killed
)

func TestMain(m *testing.M) {
	if path := os.Getenv(workerPath); path != "" {
		if err := work(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// work adds one to the counter and merges the same facts, round by round, and
// prints a line after each.
func work(path string) error {
	ctx := context.Background()
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	rounds, err := strconv.Atoi(os.Getenv(workerRounds))
	for n := 0; err == nil && (rounds == 0 || n < rounds); n++ {
		if err = db.MergeFacts(ctx, population(500)); err == nil {
			err = count(ctx, db)
		}
		fmt.Println(n)
	}
	return errors.Join(err, db.Close())
}

// count adds one to a counter, trying until it wins.
func count(ctx context.Context, db *DB) error {
	for {
		body, v, err := db.GetDoc(ctx, "test", "counter")
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(body))
		if err != nil {
			return err
		}
		if _, err = db.PutDoc(ctx, "test", "counter", strconv.AppendInt(nil, int64(n)+1, 10), v); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func start(t *testing.T, path string, rounds int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), workerPath+"="+path, workerRounds+"="+strconv.Itoa(rounds))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestProcessesShareAFileAndOneIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.db")
	db := create(t, path)
	if _, err := db.PutDoc(t.Context(), "test", "counter", []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
	victim, lines := start(t, path, 0)
	var others []*exec.Cmd
	for range 2 {
		cmd, _ := start(t, path, 20)
		others = append(others, cmd)
	}
	said := 0
	for said < 10 && lines.Scan() {
		said++
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		said++
	}
	victim.Wait()
	for _, cmd := range others {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	// The victim may have died between the commit of a round and its line.
	body, _, err := db.GetDoc(t.Context(), "test", "counter")
	if n, _ := strconv.Atoi(string(body)); err != nil || n < 40+said || n > 41+said {
		t.Fatalf("the counter is %s (%v), want 40 and the %d or %d of the victim", body, err, said, said+1)
	}
	n := 0
	for _, err := range db.Facts(t.Context(), activity.Prefix{Account: "111100000000"}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 500 {
		t.Fatalf("%d facts, want 500", n)
	}
}

// TestAWriterThatHoldsTheLock wants others to wait, and to stop waiting when
// their caller leaves.
func TestAWriterThatHoldsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locked.db")
	one, two := create(t, path), open(t, path)
	started, release := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- one.write.do(t.Context(), func(*tx) error { close(started); <-release; return nil })
	}()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() { waiting <- two.SetDocs(ctx, "test", []store.Doc{{ID: "a"}}) }()
	cancel()
	if err := <-waiting; !errors.Is(err, ctx.Err()) {
		t.Fatalf("the writer that left got %v", err)
	}
	go func() { waiting <- two.SetDocs(t.Context(), "test", []store.Doc{{ID: "b"}}) }()
	close(release)
	if err := errors.Join(<-done, <-waiting); err != nil {
		t.Fatal(err)
	}
	if _, _, err := one.GetDoc(t.Context(), "test", "b"); err != nil {
		t.Fatal(err)
	}
}
