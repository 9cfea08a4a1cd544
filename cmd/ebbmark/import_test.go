package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

const f1File = "../../internal/scenario/testdata/f1/iam.json"

// importing runs "ebbmark import" with standard input.
func importing(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, problems bytes.Buffer
	p := &program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &problems,
		getenv: func(string) string { return "" }, now: time.Now, random: randomSource()}
	code = p.run(t.Context(), append([]string{"import"}, args...))
	return out.String(), problems.String(), code
}

// file writes a file of the test and returns its path.
func file(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func f1Text(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(f1File)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newDSN(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "e.db") }

// stored is the inventory of every account in a store, by account.
func stored(t *testing.T, dsn string) map[string]*inventory.Account {
	t.Helper()
	s, err := openStore(t.Context(), dsn)
	if errors.Is(err, store.ErrNoStore) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	book := accounts.New(s)
	ids, err := book.IDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*inventory.Account{}
	for _, id := range ids {
		if out[id], err = book.Account(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestImportIsIdempotentAndTellsWhatChanged(t *testing.T) {
	dsn := newDSN(t)
	const head = "ACCOUNT       USERS  GROUPS  ROLES  POLICIES  WARNINGS  RESULT\n"
	text := f1Text(t)
	fewer := strings.Replace(string(text), `"UserName": "carol"`, `"UserName": "karl"`, 1)
	fewer = strings.Replace(fewer, "user/carol", "user/karl", 1)
	fewer = strings.Replace(fewer, "AIDACAROLEXAMPLE00001", "AIDAKARLEXAMPLE000001", 1)
	fewer = strings.Replace(fewer, "kms:Decrypt", "kms:Encrypt", 1)
	for _, step := range []struct{ name, stdin, arg, want, log string }{
		{"first", "", f1File, head + "111122223333  4      1       2      4         0         new\n", "read " + f1File + " (1 page)\naccount 111122223333: new\n"},
		{"again", "", f1File, head + "111122223333  4      1       2      4         0         unchanged\n", "read " + f1File + " (1 page)\naccount 111122223333: unchanged\n"},
		{"gzip on standard input", string(gzipped(t, text)), "-", head + "111122223333  4      1       2      4         0         unchanged\n", "read - (1 page)\naccount 111122223333: unchanged\n"},
		{"twice in one file", string(text) + string(text), "-", head + "111122223333  4      1       2      4         0         unchanged\n", "read - (2 pages)\naccount 111122223333: unchanged\n"},
		{"another snapshot", fewer, "-", head + "111122223333  4      1       2      4         0         changed: 1 added, 1 removed, 1 changed\n",
			"read - (1 page)\naccount 111122223333: changed: 1 added, 1 removed, 1 changed\n"},
	} {
		stdout, stderr, code := importing(t, step.stdin, "--init", "--store", dsn, step.arg)
		if code != 0 || stdout != step.want || stderr != step.log {
			t.Errorf("%s: exit code %d\n%s%s", step.name, code, stdout, stderr)
		}
	}
	if a := stored(t, dsn)["111122223333"]; a.UserByName("carol") != nil || a.UserByName("karl") == nil {
		t.Error("the store has not the last snapshot")
	}
}

func TestNothingIsImportedWhenOneFileIsBad(t *testing.T) {
	dsn := newDSN(t)
	other := strings.ReplaceAll(string(f1Text(t)), "111122223333", "444455556666")
	bad := strings.Replace(other, `"Effect": "Deny"`, `"Effect": "Forbid"`, 1)
	good, broken, log := file(t, "good.json", f1Text(t)), file(t, "broken.json.gz", gzipped(t, []byte(bad))), "../../internal/scenario/testdata/f1/events.json"
	stdout, stderr, code := importing(t, "", "--init", "--store", dsn, "--format", "json", good, broken, log, "nowhere.json")
	if code != 1 || len(stored(t, dsn)) != 0 {
		t.Errorf("exit code %d, stored %v", code, stored(t, dsn))
	}
	for _, want := range []string{
		"ebbmark: " + broken + ": role service/app: inline policy AppInline: policy document line 16, column 43: effect \"Forbid\" does not exist",
		"ebbmark: " + log + ": not an IAM snapshot: this looks like a CloudTrail log: use ebbmark ingest\n",
		"ebbmark: nowhere.json: no such file or directory\n",
		"ebbmark: nothing was imported: correct the files named above, or leave them out, and run the import again\n",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error has no %q:\n%s", want, stderr)
		}
	}
	var result importResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Accounts) != 0 || len(result.Problems) != 3 || result.Problems[2] != (importProblem{"nowhere.json", "no such file or directory"}) {
		t.Errorf("%v in\n%s", err, stdout)
	}
}

func TestBadGzip(t *testing.T) {
	whole := gzipped(t, f1Text(t))
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"cut off":           {whole[:len(whole)/2], "in the middle of a value: it is cut off"},
		"cut off in header": {whole[:5], "gzip: unexpected EOF"},
		"wrong checksum":    {flipped, "gzip: invalid checksum"},
		"garbage":           {append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), "garbage garbage"...), "flate: corrupt input"},
		"zeros":             {gzipped(t, make([]byte, 64<<20)), "binary, not JSON"},
		"a bomb of spaces":  {gzipped(t, bytes.Repeat([]byte(" "), 64<<20)), "a single value of more than 8 MiB"},
	} {
		dsn := newDSN(t)
		_, stderr, code := importing(t, "", "--init", "--store", dsn, file(t, "x.json.gz", c.text))
		if code != 1 || !strings.Contains(stderr, c.want) || len(stored(t, dsn)) != 0 {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
	}
}

func TestImportUsage(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"no file":              {"", "want one or more files"},
		"standard input twice": {"- -", "a file is named twice"},
		"unknown format":       {"--format xml x", `--format "xml": want table or json`},
		"unknown store":        {"--store oracle:x x", `--store "oracle:x": want sqlite:PATH`},
		"unknown flag":         {"--force x", "unknown flag: --force"},
	} {
		stdout, stderr, code := importing(t, "", strings.Fields(c.line)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
	}
	_, stderr, code := importing(t, "", "--store", "sqlite:"+filepath.Join(t.TempDir(), "typo.db"), f1File)
	if code != 1 || !strings.Contains(stderr, "--init") {
		t.Errorf("a store that is not there: exit code %d, %s", code, stderr)
	}
}

func TestWarningsAreTold(t *testing.T) {
	text := strings.Replace(string(f1Text(t)), "kms:Decrypt", "newservice:DoIt", 2)
	text = strings.Replace(text, "s3:CreateBucket", "NewService:doit", 1) // the same action once more
	stdout, stderr, code := importing(t, text, "--init", "--store", newDSN(t), "--format", "json", "-")
	if code != 0 || strings.Count(stderr, "warning") != 1 || !strings.Contains(strings.ToLower(stderr), "warning: the catalogue does not know action newservice:doit: its service may be missing from reports (la-14)\n") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	var result importResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.UnknownActions) != 1 {
		t.Errorf("%v in\n%s", err, stdout)
	}

	start := strings.Index(text, `"Policies": [`) + len(`"Policies": [`)
	end := strings.Index(text, `"PolicyName": "BoundaryAll"`)
	text = text[:start] + text[strings.LastIndexByte(text[:end], '{'):] // without AmazonSQSReadOnlyAccess
	stdout, stderr, code = importing(t, text, "--init", "--store", newDSN(t), "-")
	if code != 0 || !strings.Contains(stderr, "warning: account 111122223333: arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess is attached to 1 role, but the snapshot does not hold it") ||
		!strings.Contains(stdout, "111122223333  4      1       2      3         1         new\n") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestKilledImport kills the real program while it stores account after
// account, at several moments. Every account must be absent or whole, and a
// second run must end as if nothing had happened.
func TestKilledImport(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "ebbmark")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const count = 8
	var snapshot bytes.Buffer
	want := map[string]*inventory.Account{}
	for i := range count {
		a := crowd(fmt.Sprintf("%012d", 100000000000+i), 400)
		if err := inventory.WriteSnapshot(&snapshot, a); err != nil {
			t.Fatal(err)
		}
		want[a.ID] = a
	}
	path := file(t, "all.json", snapshot.Bytes())
	for _, line := range []string{"read ", "account 100000000000", "account 100000000003", "account 100000000006"} {
		dsn := newDSN(t)
		kill(t, line, bin, "import", "--init", "--store", dsn, path)
		after := stored(t, dsn)
		for id, a := range after {
			if c := inventory.Diff(want[id], a); !c.None() {
				t.Errorf("killed after %q: account %s is neither absent nor whole: %+v", line, id, c)
			}
		}
		if _, stderr, code := importing(t, "", "--init", "--store", dsn, path); code != 0 {
			t.Errorf("killed after %q, then again: exit code %d, %s", line, code, stderr)
		}
		after = stored(t, dsn)
		for id, a := range want {
			if after[id] == nil || !inventory.Diff(a, after[id]).None() {
				t.Errorf("killed after %q, then again: account %s is not whole", line, id)
			}
		}
		if len(after) != count {
			t.Errorf("killed after %q, then again: %d accounts", line, len(after))
		}
	}
}

// kill runs a program and kills it as soon as its standard error has a line
// that begins so.
func kill(t *testing.T, line string, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in, found := bufio.NewScanner(pipe), false
	for !found && in.Scan() {
		found = strings.HasPrefix(in.Text(), line)
	}
	killed := cmd.Process.Kill()
	cmd.Wait()
	if !found || killed != nil {
		t.Fatalf("the program ended without %q (%v)", line, killed)
	}
}

// crowd is an account of n users.
func crowd(id string, n int) *inventory.Account {
	a := &inventory.Account{ID: id, Partition: "aws"}
	for i := range n {
		name := fmt.Sprintf("user-%d", i)
		a.Users = append(a.Users, &inventory.User{Name: name, ID: fmt.Sprintf("AIDA%s%05d", id, i), ARN: "arn:aws:iam::" + id + ":user/" + name, Path: "/",
			Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Inline: []inventory.Inline{{Name: "P", Document: "{\n    \"Statement\": []\n}"}}})
	}
	a.Index()
	return a
}
