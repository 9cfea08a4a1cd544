package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

func runCommand(ctx context.Context, args ...string) ingestRun {
	p, stderr := testProgram(nil)
	var stdout bytes.Buffer
	p.stdout = &stdout
	code := p.run(ctx, args)
	return ingestRun{code, stdout.String(), stderr.String()}
}

// wrongFact puts a fact into a store that no log gives.
func wrongFact(t *testing.T, path string) {
	t.Helper()
	s, err := openStore(t.Context(), dsnOf(path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := activity.Key{Account: "111122223333", Principal: "AROAWRONG", Source: "s3.amazonaws.com", Name: "Wrong", Region: "eu-west-1", Class: activity.Management}
	if err := s.MergeFacts(t.Context(), []activity.Fact{activity.Attempt(k, aMonday, "e")}); err != nil {
		t.Fatal(err)
	}
}

func TestRebuildCommand(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	dsn := "sqlite:" + path
	log := writeFile(t, filepath.Join(dir, "logs", "a.json"), []byte(oneRecord()))
	gone := writeFile(t, filepath.Join(dir, "logs", "b.json"), []byte(call(2, aMonday, 2, "StopInstances")))
	if got := runIngest(t, strings.NewReader(call(3, aMonday, 3, "Streamed")), "--store", dsn, "--init", log, gone, "-"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	want := factsOf(t, path)
	wrongFact(t, path)
	rebuild := func(code int, says string, args ...string) {
		t.Helper()
		got := runCommand(t.Context(), append([]string{"rebuild", "--store", dsn}, args...)...)
		if got.code != code || !strings.Contains(got.stdout+got.stderr, says) {
			t.Fatalf("%v: exit %d, want %d and %q:\n%s%s", args, got.code, code, says, got.stdout, got.stderr)
		}
	}
	rebuild(2, `--missing "x": want stop, carry or drop`, "--missing", "x")
	rebuild(0, "there is nothing to rebuild")
	rebuild(0, "until the next run: 0 facts would be new, 1 gone", "--force", "--stay")
	if got := runIngest(t, nil, "--store", dsn, log); !strings.Contains(got.stderr, "a rebuild of the facts was begun") {
		t.Fatalf("%+v", got)
	}
	rebuild(0, "", "--abandon")
	rebuild(0, "The new facts answer: 0 are new, 1 of the older ones are gone", "--force")
	if got := factsOf(t, path); got != want {
		t.Fatalf("facts\n%s\nwant\n%s", got, want)
	}
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	rebuild(1, "b.json: it cannot be read any more: no such file or directory", "--force")
	if got := factsOf(t, path); got != want {
		t.Fatal("the switch was made")
	}
	rebuild(0, `"switched": true`, "--missing", "carry", "--format", "json")
	if got := factsOf(t, path); got != want {
		t.Fatal("carried over: other facts")
	}
	rebuild(0, "The new facts answer", "--force", "--missing", "drop")
	if got := factsOf(t, path); strings.Contains(got, "StopInstances") || !strings.Contains(got, "Streamed") || !strings.Contains(got, "RunInstances") {
		t.Fatalf("dropped: %s", got)
	}
}
