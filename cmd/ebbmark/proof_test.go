package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/sigv4"
)

// millionVar makes TestOtherSplitsSameReports take a million events.
const millionVar = "EBBMARK_MILLION"

// proofEnd is where the sample's logs end.
const proofEnd = "2025-12-01T12:00:00Z"

// TestOtherSplitsSameReports ingests the sample organization's logs as they were
// delivered, and again split otherwise: shuffled over files of other sizes, in
// other forms, some of them twice, some pushed to a server. Every report must be
// the same to the byte, and the ledger's sums right to the record.
func TestOtherSplitsSameReports(t *testing.T) {
	events := 20_000
	if os.Getenv(millionVar) == "1" {
		events = 1_000_000
	}
	dir := t.TempDir()
	end, err := time.Parse(time.RFC3339, proofEnd)
	if err != nil {
		t.Fatal(err)
	}
	made, err := sample.Write(sample.Config{End: end, Events: events, Seed: 4}, createIn(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.Records < events*9/10 {
		t.Fatalf("%d records: the test tests nothing", made.Records)
	}
	snapshots, err := filepath.Glob(filepath.Join(dir, "iam", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	prepare := func(name string) string {
		dsn := "sqlite:" + filepath.Join(dir, name)
		mustRun(t, append([]string{"import", "--init", "--store", dsn, filepath.Join(dir, "organization.json")}, snapshots...)...)
		return dsn
	}
	first, second := prepare("first.db"), prepare("second.db")
	mustRun(t, "ingest", "--store", first, filepath.Join(dir, "logs"))

	if got := runCommand(t.Context(), "keys", "create", "--store", second, "--id", demoManagerID, "--secret", demoSecret, demoManager); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	s := startServe(t, nil, "--store", second, "--ingest-from", "111122223333")
	sp := &splits{t: t, random: rand.New(rand.NewPCG(9, 9)), dir: filepath.Join(dir, "split"), endpoint: s.endpoint}
	sp.all(filepath.Join(dir, "logs"))
	if code := s.stop(); code != 0 {
		t.Fatalf("exit %d\n%s", code, s.stderr)
	}
	mustRun(t, "ingest", "--store", second, sp.dir)
	mustRun(t, "ingest", "--store", second, sp.dir)

	once, of := ledgerWithout(t, first, ""), ledgerWithout(t, second, "-again")
	if once.Records != int64(made.Records) || of.Records != once.Records || of.Attempts != once.Attempts || !maps.Equal(of.NotAttempts, once.NotAttempts) || of.AllRefused()+once.AllRefused() != 0 {
		t.Fatalf("made %d, sums %+v and %+v", made.Records, once, of)
	}
	all := ledgerWithout(t, second, "")
	if all.Records != once.Records+sp.twice || sp.twice == 0 || sp.pushed == 0 || len(sp.forms) != 5 {
		t.Fatalf("%d records twice, %d pushed, %v; the ledger sums up to %+v", sp.twice, sp.pushed, sp.forms, all)
	}
	sameReports(t, snapshots, first, second)
	t.Logf("%d records in %d files; split: %v files, %d records twice, %d pushed", made.Records, made.Files, sp.forms, sp.twice, sp.pushed)
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := runAt(t.Context(), proofEnd, args...)
	if code != 0 {
		t.Fatalf("%q: exit %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout
}

// ledgerWithout sums up a ledger without the files of whose names part is one.
func ledgerWithout(t *testing.T, dsn, part string) ingest.Counts {
	t.Helper()
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sum := ingest.NewCounts()
	for row, err := range ingest.Rows(t.Context(), s, ingest.Filter{}) {
		if err != nil || row.Status != ingest.Done {
			t.Fatalf("%+v, %v", row, err)
		}
		if part == "" || !strings.Contains(row.File, part) {
			sum.Add(row.Counts)
		}
	}
	return sum
}

// unobserved is what a report on an organization says of the logs themselves: which
// days they cover, the names of files as they were delivered tell too.
var unobserved = regexp.MustCompile(`(?s)"observed": \{.*?\},|"gaps": \[.*?\],|"gapsTotal": \d+,?`)

// sameReports compares the reports on every user, role, group and policy, and
// the organization's.
func sameReports(t *testing.T, snapshots []string, first, second string) {
	t.Helper()
	subjects := [][]string{{"o-ebbmarkdemo/r-ebbm", "--extended"}, {"o-ebbmarkdemo/r-ebbm"}}
	for _, name := range snapshots {
		var list struct {
			UserDetailList, RoleDetailList, GroupDetailList, Policies []struct{ Arn string }
		}
		body, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(body, &list)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range slices.Concat(list.UserDetailList, list.RoleDetailList, list.GroupDetailList, list.Policies) {
			if !strings.Contains(one.Arn, "::aws:") {
				subjects = append(subjects, []string{one.Arn, "--granularity", "action"})
			}
		}
	}
	used := 0
	for _, subject := range subjects {
		args := append([]string{"report", "--format", "json"}, subject...)
		want := unobserved.ReplaceAllString(mustRun(t, append(args, "--store", first)...), "")
		if got := unobserved.ReplaceAllString(mustRun(t, append(args, "--store", second)...), ""); got != want {
			t.Errorf("%v: reports differ\n%.2000s\n%.2000s", subject, want, got)
		}
		if strings.Contains(want, `"2025-1`) {
			used++
		}
	}
	if used < 40 {
		t.Fatalf("%d of %d reports tell of use: the test tests nothing", used, len(subjects))
	}
}

// splits writes records into other files than those they came in.
type splits struct {
	t             *testing.T
	random        *rand.Rand
	dir, endpoint string
	waiting       [24][]string // records of files in the making
	files         int
	forms         map[string]int
	twice, pushed int64 // records
}

func (s *splits) all(logs string) {
	s.forms = map[string]int{}
	err := filepath.WalkDir(logs, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		text, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		var file struct{ Records []json.RawMessage }
		if err := json.NewDecoder(text).Decode(&file); err != nil {
			return err
		}
		for _, r := range file.Records {
			i := s.random.IntN(len(s.waiting))
			s.waiting[i] = append(s.waiting[i], string(r))
			if len(s.waiting[i]) >= 200+70*i {
				s.write(i)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range s.waiting {
		s.write(i)
	}
}

// write writes what waits as one file, in one of the forms in turn.
func (s *splits) write(i int) {
	list := s.waiting[i]
	s.waiting[i] = nil
	s.random.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	log := []byte(`{"Records":[` + strings.Join(list, ",") + `]}`)
	s.files++
	form := []string{"gz", "zst", "ndjson", "pretty.json", "push"}[s.files%5]
	s.forms[form]++
	var body []byte
	switch form {
	case "gz":
		body = logGzip(s.t, bytes.NewReader(log))
	case "zst":
		w, err := zstd.NewWriter(nil)
		if err != nil {
			s.t.Fatal(err)
		}
		body = w.EncodeAll(log, nil)
	case "ndjson":
		body = []byte(strings.Join(list, "\n"))
	case "pretty.json":
		var b bytes.Buffer
		if err := json.Indent(&b, log, "", "  "); err != nil {
			s.t.Fatal(err)
		}
		body = b.Bytes()
	case "push":
		s.push(logGzip(s.t, bytes.NewReader(log)))
		s.pushed += int64(len(list))
		return
	}
	writeFile(s.t, filepath.Join(s.dir, fmt.Sprintf("%02d", i), fmt.Sprintf("%06d.%s", s.files, form)), body)
	if s.files%9 == 0 {
		writeFile(s.t, filepath.Join(s.dir, "other", fmt.Sprintf("%06d-again.%s", s.files, form)), body)
		s.twice += int64(len(list))
	}
}

func (s *splits) push(body []byte) {
	at, err := url.Parse(s.endpoint)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &sigv4.Request{Method: http.MethodPost, Host: at.Host, Path: "/ingest", Body: body}
	sigv4.Sign(r, sigv4.Credentials{KeyID: demoManagerID, Secret: demoSecret}, "us-east-1", "ebbmark", time.Now())
	out, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.endpoint+"/ingest", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	out.Header = r.Header
	answer, err := http.DefaultClient.Do(out)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("push: %d %s, %v", answer.StatusCode, text, err)
	}
}
