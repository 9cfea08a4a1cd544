// Package deploytest holds tests of the folder deploy/: its files are what their
// tools expect, and what they say to the program the program understands. It is
// a module of its own, so that the program's does not need the libraries of Helm,
// BuildKit and Compose (all Apache-2.0).
package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// read returns a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stopWithin is how long the program may take to stop, as its source says: what
// deploy/ waits for must be longer.
func stopWithin(t *testing.T) (all time.Duration) {
	t.Helper()
	for path, name := range map[string]string{"httpd/limits.go": "drainTimeout", "cmd/ebbmark/serve_push.go": "ownGrace"} {
		found := regexp.MustCompile(name + `\s+= (\d+) \* time\.Second\n`).FindStringSubmatch(read(t, path))
		if found == nil {
			t.Fatalf("no %s in %s", name, path)
		}
		seconds, _ := strconv.Atoi(found[1])
		all += time.Duration(seconds) * time.Second
	}
	return all
}

// flagsOf are the names of the flags that a command has.
func flagsOf(t *testing.T, command string) (names []string) {
	t.Helper()
	help, err := exec.Command(program(t), command, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllStringSubmatch(string(help), -1) {
		names = append(names, found[1])
	}
	if len(names) < 10 {
		t.Fatalf("%s --help has few flags: %v", command, names)
	}
	return names
}

// checkArgs fails when "ebbmark serve" has no flag of an argument list.
func checkArgs(t *testing.T, args []string) {
	t.Helper()
	if len(args) == 0 || args[0] != "serve" {
		t.Fatalf("not a serve command: %q", args)
	}
	known := flagsOf(t, "serve")
	for _, arg := range args[1:] {
		name, isFlag := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if isFlag && !slices.Contains(known, name) {
			t.Errorf("serve has no flag --%s", name)
		}
	}
}

// TestVariablesExist looks for variables of the program in every text below
// deploy/: each must be one of a flag of "serve", or one that the source names.
func TestVariablesExist(t *testing.T) {
	known := map[string]bool{}
	for _, flag := range flagsOf(t, "serve") {
		known["EBBMARK_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))] = true
	}
	sources, err := filepath.Glob(filepath.Join(root, "cmd/ebbmark/*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`"(EBBMARK_[A-Z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			known[found[1]] = true
		}
	}
	seen := 0
	err = filepath.WalkDir(filepath.Join(root, "deploy"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".env" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, name := range regexp.MustCompile(`\bEBBMARK_[A-Z_]*[A-Z]`).FindAllString(string(text), -1) {
			seen++
			if !known[name] {
				t.Errorf("%s: the program does not know %s", path, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("saw %d variables: the test looked in the wrong place", seen)
	}
}

// readmeBlock returns the text of deploy/README.md between the fences of the only
// block that begins so.
func readmeBlock(t *testing.T, begin string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, "deploy/README.md"), "```"+begin)
	block, _, closed := strings.Cut(rest, "\n```")
	if !found || !closed {
		t.Fatalf("README.md has no block %q", begin)
	}
	return begin + block + "\n"
}

func TestReadmeLinks(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(read(t, "deploy/README.md"), -1)
	if len(links) < 8 {
		t.Errorf("few links: %v", links)
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(root, "deploy", link[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestReadmeCommands looks for the commands of the program that the README has.
func TestReadmeCommands(t *testing.T) {
	found := regexp.MustCompile(`(?m)(?:node1|-u ebbmark|-i ebbmark) ebbmark ([a-z]+)`).FindAllStringSubmatch(read(t, "deploy/README.md"), -1)
	if len(found) < 3 {
		t.Errorf("few commands: %v", found)
	}
	for _, command := range found {
		if out, err := exec.Command(program(t), command[1], "--help").Output(); err != nil || !strings.Contains(string(out), "ebbmark "+command[1]) {
			t.Errorf("ebbmark %s --help: %v\n%s", command[1], err, out)
		}
	}
}
