package main

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestMetricsOfSources(t *testing.T) {
	dir := t.TempDir()
	logs, gone := filepath.Join(dir, "logs"), filepath.Join(dir, "gone.json")
	service := strings.Replace(oneRecord(), `"AwsApiCall"`, `"AwsServiceEvent"`, 1)
	refused := strings.Replace(oneRecord(), `"eventTime":"`, `"eventTime":"x`, 1)
	if service == oneRecord() || refused == oneRecord() {
		t.Fatal("the record has another form now")
	}
	writeFile(t, filepath.Join(logs, "a.json"), []byte(oneRecord()))
	writeFile(t, filepath.Join(logs, "b.json"), []byte(service))
	writeFile(t, filepath.Join(logs, "c.json"), []byte(refused))
	writeFile(t, filepath.Join(logs, "cut.json"), []byte(oneRecord()[:40]))
	writeFile(t, filepath.Join(logs, "notes.pdf"), []byte("x"))
	s := startServe(t, testEnv(), "--store", "sqlite:"+filepath.Join(dir, "x.db"), "--init", "--source", logs+","+gone, "--source-interval", "1s")
	looked := regexp.MustCompile(`ebbmark_source_passes_total\{result="ok",source="` + regexp.QuoteMeta(logs) + `"\} [2-9]`)
	page := awaitMetrics(t, s, looked)
	for _, line := range []string{
		`ebbmark_source_files_total{result="done",source="LOGS"} 3`,
		`ebbmark_source_files_total{result="failed",source="LOGS"} 1`,
		`ebbmark_source_files_total{result="skipped",source="LOGS"} 1`,
		`ebbmark_source_records_total{kind="attempt",reason="",source="LOGS"} 1`,
		`ebbmark_source_records_total{kind="not_attempt",reason="service event",source="LOGS"} 1`,
		`ebbmark_source_records_total{kind="refused",reason="bad time",source="LOGS"} 1`,
		`ebbmark_source_bytes_total{source="LOGS"} 1618`,
		`ebbmark_source_files_total{result="failed",source="GONE"} 1`,
		`ebbmark_source_passes_total{result="error",source="GONE"} 0`,
	} {
		want := strings.NewReplacer("LOGS", logs, "GONE", gone).Replace(line)
		if !strings.Contains(page, want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
	if !regexp.MustCompile(`ebbmark_source_last_success_timestamp_seconds\{source="` + regexp.QuoteMeta(logs) + `"\} 1\.\d+e\+09`).MatchString(page) {
		t.Error("no time of the last good look")
	}
	if t.Failed() {
		t.Log(page[max(0, strings.Index(page, "# HELP ebbmark_source")):])
	}
}

// awaitMetrics asks for the metrics until they have a line.
func awaitMetrics(t *testing.T, s *server, line *regexp.Regexp) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		answer, err := http.Get(s.endpoint + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if line.Match(bytes.TrimSpace(page)) {
			return string(page)
		}
		if time.Now().After(deadline) {
			t.Fatalf("no %s in\n%s\n%s", line, page, s.stderr)
		}
	}
}
