package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
)

// ingestRun is what one "ebbmark ingest" came to.
type ingestRun struct {
	code           int
	stdout, stderr string
}

func runIngest(t *testing.T, stdin io.Reader, args ...string) ingestRun {
	t.Helper()
	return runIngestIn(t.Context(), stdin, args...)
}

func runIngestIn(ctx context.Context, stdin io.Reader, args ...string) ingestRun {
	p, stderr := testProgram(nil)
	var stdout bytes.Buffer
	p.stdin, p.stdout = stdin, &stdout
	code := p.run(ctx, append([]string{"ingest"}, args...))
	return ingestRun{code, stdout.String(), stderr.String()}
}

// call is a CloudTrail record of a role of account 111122223333.
func call(id int, at time.Time, role int, name string) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%06[3]d:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%06[3]d","arn":"arn:aws:iam::111122223333:role/r%[3]d","accountId":"111122223333"}}},`+
		`"eventTime":"%[2]s","eventSource":"ec2.amazonaws.com","eventName":"%[4]s","awsRegion":"eu-west-1","eventID":"0a1b2c3d-0000-4000-8000-%012[1]d","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"}`,
		id, at.UTC().Format(time.RFC3339), role, name)
}

var aMonday = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

func oneRecord() string { return `{"Records":[` + call(1, aMonday, 1, "RunInstances") + `]}` }

func writeFile(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func logGzip(t *testing.T, text io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if _, err := io.Copy(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestIngestCommandLine(t *testing.T) {
	dir := t.TempDir()
	log := writeFile(t, filepath.Join(dir, "a.json"), []byte(oneRecord()))
	dsn := "sqlite:" + filepath.Join(dir, "x.db")
	for _, tt := range []struct {
		sentence string
		args     []string
		code     int
		says     string
	}{
		{"no path", []string{"--store", dsn}, 2, "nothing to read"},
		{"an unknown format", []string{"--store", dsn, "--format", "xml", log}, 2, `--format "xml": want table or json`},
		{"too many workers", []string{"--store", dsn, "--workers", "5000", log}, 2, "--workers 5000"},
		{"an interval too short", []string{"--store", dsn, "--interval", "1ms", log}, 2, "want at least 1s"},
		{"another system", []string{"--store", dsn, "ftp://x/y"}, 2, `"ftp://x/y": want - (standard input) or a file or folder`},
		{"standard input twice", []string{"--store", dsn, "-", "-"}, 2, "only once"},
		{"standard input and follow", []string{"--store", dsn, "--follow", "-"}, 2, "--follow does not go with standard input"},
		{"another store", []string{"--store", "x", log}, 2, `--store "x": want sqlite:PATH`},
		{"a store that is not there", []string{"--store", dsn, log}, 1, "--init"},
		{"a new store", []string{"--store", dsn, "--init", log}, 0, ""},
		{"the same store", []string{"--store", dsn, log}, 0, ""},
		{"a path that is not there", []string{"--store", dsn, filepath.Join(dir, "none")}, 1, ""},
	} {
		got := runIngest(t, strings.NewReader(""), tt.args...)
		if got.code != tt.code || !strings.Contains(got.stderr, tt.says) {
			t.Errorf("%s: exit %d, %q; want %d, %q", tt.sentence, got.code, got.stderr, tt.code, tt.says)
		}
		if _, err := os.Stat(filepath.Join(dir, "x.db")); tt.code == 2 && err == nil {
			t.Fatalf("%s: the store was made", tt.sentence)
		}
	}
}

func TestIngestReports(t *testing.T) {
	dir := t.TempDir()
	good := `{"Records":[` + call(1, aMonday, 1, "RunInstances") + "," + strings.Replace(call(2, aMonday, 1, "x"), "AwsApiCall", "AwsServiceEvent", 1) + `,{"eventTime":5}]}`
	writeFile(t, filepath.Join(dir, "logs", "a.json"), []byte(good))
	writeFile(t, filepath.Join(dir, "logs", "b.gz"), logGzip(t, strings.NewReader(good))[:60])
	writeFile(t, filepath.Join(dir, "logs", "notes.md"), []byte("hello"))
	got := runIngest(t, nil, "--store", "sqlite:"+filepath.Join(dir, "x.db"), "--init", "--format", "json", filepath.Join(dir, "logs"))
	var sum ingest.Summary
	if err := json.Unmarshal([]byte(got.stdout), &sum); err != nil || got.code != 1 || got.stderr != "" {
		t.Fatalf("%v\n%+v", err, got)
	}
	if sum.Files != (ingest.Files{Done: 1, Skipped: 1, Failed: 1}) || sum.Records != 3 || sum.Attempts != 1 || sum.NotAttempts["service event"] != 1 || sum.AllRefused() != 1 || len(sum.Problems) != 2 {
		t.Fatalf("%s", got.stdout)
	}
	got = runIngest(t, nil, "--store", "sqlite:"+filepath.Join(dir, "y.db"), "--init", filepath.Join(dir, "logs"))
	want := `files read             1
files skipped          1
    document           1
files failed           1
records                3
  attempts             1
  not attempts         1
    service event      1
  refused              1
    wrong type         1
bytes              1,105

problems
  LOGS/a.json, byte 1028: wrong type: eventTime
  LOGS/b.gz, byte 0: gzip: the file is cut off
`
	if table := strings.ReplaceAll(got.stdout, filepath.Join(dir, "logs"), "LOGS"); got.code != 1 || table != want {
		t.Fatalf("exit %d, the table is\n%s", got.code, table)
	}
}

// bigRecord is one record with a value of n bytes in it.
func bigRecord(n int64) io.Reader {
	r := call(1, aMonday, 1, "RunInstances")
	return io.MultiReader(strings.NewReader(`{"Records":[`+r[:len(r)-1]+`,"requestParameters":{"x":"`), io.LimitReader(letters{}, n), strings.NewReader(`"}}]}`))
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte('a' + i%26)
	}
	return len(p), nil
}

type nothing struct{}

func (nothing) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestIngestBadInput holds the list of the issue: each ends by itself, says
// what is wrong, and leaves the good file beside it alone.
func TestIngestBadInput(t *testing.T) {
	deep := strings.Replace(oneRecord(), `"eventVersion"`, `"requestParameters":`+strings.Repeat(`{"a":[`, 5000)+strings.Repeat(`]}`, 5000)+`,"eventVersion"`, 1)
	for sentence, tt := range map[string]struct {
		data []byte
		says string // empty: the file is good
	}{
		"truncated gzip":           {logGzip(t, strings.NewReader(oneRecord()))[:100], "gzip: the file is cut off"},
		"gzip of garbage":          {logGzip(t, io.LimitReader(letters{}, 1<<20)), "no CloudTrail log"},
		"a gzip head with garbage": {append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}, bytes.Repeat([]byte{0xfe}, 500)...), "gzip: damaged"},
		"a gibibyte of zeros":      {logGzip(t, io.LimitReader(nothing{}, 1<<30)), "no CloudTrail log"},
		"a record of 200 MB":       {logGzip(t, bigRecord(200<<20)), ""},
		"10,000 levels":            {[]byte(deep), ""},
		"10,000 levels, no end":    {[]byte(`{"Records":[` + strings.Repeat(`{"a":[`, 5000)), "the text is cut off"},
		"wrong types everywhere":   {[]byte(`{"Records":[{"eventVersion":1,"eventTime":[],"eventSource":{},"eventName":true,"awsRegion":null,"userIdentity":"x","eventID":7}]}`), "wrong type"},
		"records of a wrong type":  {[]byte(`{"Records":[1,"x",null,[],true]}`), "not a CloudTrail record"},
		"Records of a wrong type":  {[]byte(`{"Records":"x"}`), "no CloudTrail log"},
		"invalid UTF-8":            {[]byte(strings.Replace(oneRecord(), "eu-west-1", "eu-\xff\xfe", 1)), "bad Region"},
		"an empty file":            {nil, "no CloudTrail log: it is empty"},
		"another JSON":             {[]byte(`{"hello":"world"}`), "no CloudTrail log"},
	} {
		t.Run(sentence, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "logs", "bad"), tt.data)
			writeFile(t, filepath.Join(dir, "logs", "good"), []byte(`{"Records":[`+call(2, aMonday, 2, "DescribeInstances")+`]}`))
			got := runIngest(t, nil, "--store", "sqlite:"+filepath.Join(dir, "x.db"), "--init", filepath.Join(dir, "logs"))
			if !strings.Contains(got.stdout, tt.says) || (tt.says != "") != (got.code == 1) {
				t.Fatalf("exit %d, want the table to say %q:\n%s%s", got.code, tt.says, got.stdout, got.stderr)
			}
			if facts := factsOf(t, filepath.Join(dir, "x.db")); !strings.Contains(facts, "AROAEXAMPLE000002") {
				t.Fatalf("the good file beside it is missing: %s", facts)
			}
		})
	}
}

// factsOf is all facts of the account as text, in order.
func factsOf(t *testing.T, path string) string {
	t.Helper()
	s, err := openStore(t.Context(), dsnOf(path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var lines []string
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: "111122223333"}) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%+v %v", f.Key, []any{f.First, f.Last, slices.Collect(f.Days.All())}))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestIngestOfPlacesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	dsn := "sqlite:" + filepath.Join(dir, "x.db")
	empty := filepath.Join(dir, "empty")
	links := filepath.Join(dir, "links")
	for _, d := range []string{empty, links} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("none", filepath.Join(links, "dangling.json")); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		empty:                      "the folder has no files",
		links:                      "dangling.json, byte 0: no such file or directory",
		filepath.Join(dir, "none"): "none, byte 0: no such file or directory",
	} {
		got := runIngest(t, nil, "--store", dsn, "--init", path)
		if got.code != 1 || !strings.Contains(got.stdout, says) {
			t.Errorf("%s: exit %d, want %q:\n%s%s", path, got.code, says, got.stdout, got.stderr)
		}
	}
}

func TestIngestStandardInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for range 2 {
		got := runIngest(t, bytes.NewReader(logGzip(t, strings.NewReader(oneRecord()))), "--store", "sqlite:"+path, "--init", "-")
		if got.code != 0 || !strings.Contains(got.stdout, "files read        1\n") {
			t.Fatalf("%+v", got)
		}
	}
	if facts := factsOf(t, path); !strings.Contains(facts, "AROAEXAMPLE000001") {
		t.Fatalf("facts: %s", facts)
	}
}

func TestIngestFollowsAFolderUntilItIsStopped(t *testing.T) {
	dir := t.TempDir()
	logs, path := filepath.Join(dir, "logs"), filepath.Join(dir, "x.db")
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan ingestRun, 1)
	go func() {
		ended <- runIngestIn(ctx, nil, "--store", "sqlite:"+path, "--init", "--follow", "--interval", "1s", logs)
	}()
	writeFile(t, filepath.Join(logs, "a.json"), []byte(oneRecord()))
	for deadline := time.Now().Add(time.Minute); ; <-time.Tick(50 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil && strings.Contains(factsOf(t, path), "AROAEXAMPLE000001") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the file was not read within a minute")
		}
	}
	stop()
	if got := <-ended; got.code != 0 || !strings.Contains(got.stdout, "files read        1\n") {
		t.Fatalf("%+v", got)
	}
}

func TestIngestInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	ctx, stop := context.WithCancel(t.Context())
	never, w := io.Pipe()
	go func() {
		io.WriteString(w, call(1, aMonday, 1, "RunInstances"))
		stop()
	}()
	got := runIngestIn(ctx, never, "--store", "sqlite:"+path, "--init", "-")
	if got.code != 1 || !strings.Contains(got.stderr, "run the same command again to go on") {
		t.Fatalf("%+v", got)
	}
}

// TestIngestKilled kills or interrupts the real program in mid ingest, at several moments,
// and wants the run after it to end with the same facts and sums as one that
// was left alone.
func TestIngestKilled(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "ebbmark")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	logs := filepath.Join(dir, "logs")
	const files, each = 60, 2000
	for f := range files {
		var list []string
		for i := range each {
			n := f*each + i
			list = append(list, call(n, aMonday.Add(time.Duration(n)*time.Minute/10), n%97, fmt.Sprintf("Describe%d", n%31)))
		}
		writeFile(t, filepath.Join(logs, fmt.Sprintf("%02d.json.gz", f)), logGzip(t, strings.NewReader(`{"Records":[`+strings.Join(list, ",")+`]}`)))
	}
	calm := filepath.Join(dir, "calm.db")
	if got := runIngest(t, nil, "--store", "sqlite:"+calm, "--init", logs); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	want := factsOf(t, calm)
	if n := strings.Count(want, "\n"); n < 97*31 {
		t.Fatalf("%d facts: the test tests nothing", n)
	}
	path := filepath.Join(dir, "killed.db")
	cut := 0
	for round := range 6 {
		cmd := exec.CommandContext(t.Context(), binary, "ingest", "--store", "sqlite:"+path, "--init", "--workers", "1", logs)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		signal := []os.Signal{os.Kill, os.Interrupt}[round%2]
		timer := time.AfterFunc(time.Duration(30+round*130)*time.Millisecond, func() { cmd.Process.Signal(signal) })
		if err := cmd.Wait(); err != nil {
			cut++
		}
		timer.Stop()
	}
	if cut == 0 {
		t.Fatal("nothing was killed: the test tests nothing")
	}
	if out, err := exec.CommandContext(t.Context(), binary, "ingest", "--store", "sqlite:"+path, "--init", logs).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if factsOf(t, path) != want {
		t.Fatal("other facts than without a kill")
	}
	s, err := openStore(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if sum, err := ingest.Ledger(t.Context(), s); err != nil || sum.Files.Done != files || sum.Records != files*each || sum.Attempts != files*each {
		t.Fatalf("the ledger sums up to %+v, %v", sum, err)
	}
}

func TestProgressText(t *testing.T) {
	for sentence, tt := range map[string]struct {
		progress progress
		want     string
	}{
		"nothing yet":       {progress{}, "0 files, 0 events, 0.0 MB/s"},
		"no total":          {progress{files: 1200, records: 3_400_000, bytes: 90e6, took: 2 * time.Second}, "1,200 files, 3,400,000 events, 45.0 MB/s"},
		"with a total":      {progress{files: 1, records: 2, bytes: 25e6, totalFiles: 4, totalBytes: 100e6, took: 10 * time.Second}, "[######------------------]  25 %  1 of 4 files, 2 events, 2.5 MB/s, 0:30 left"},
		"more than hours":   {progress{files: 1, records: 2, bytes: 1e6, totalFiles: 4, totalBytes: 1001e6, took: 10 * time.Second}, "[------------------------]   0 %  1 of 4 files, 2 events, 0.1 MB/s, 2:46:40 left"},
		"it grew meanwhile": {progress{files: 5, bytes: 200, totalFiles: 4, totalBytes: 100, took: time.Second}, "[########################] 100 %  5 of 5 files, 0 events, 0.0 MB/s, 0:00 left"},
	} {
		if got := bar(tt.progress); got != tt.want {
			t.Errorf("%s: %q, want %q", sentence, got, tt.want)
		}
	}
	if got := fit("12345", 3); got != "123" {
		t.Errorf("cut to %q", got)
	}
}
