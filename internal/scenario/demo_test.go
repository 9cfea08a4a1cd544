package scenario

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDemoLinesWorkWhenPasted runs the demo as a user would and pastes what it
// prints into a shell.
func TestDemoLinesWorkWhenPasted(t *testing.T) {
	temp := t.TempDir()
	demo := exec.CommandContext(t.Context(), filepath.Join(bin, "ebbmark"), "demo", "--listen", "127.0.0.1:0", "--events", "25000", "--days", "120")
	demo.Env = append(os.Environ(), "TMPDIR="+temp)
	var log strings.Builder
	demo.Stderr = &log
	out, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	defer demo.Process.Kill()

	var pasted []string
	sampleReady := false
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		if line, ok := strings.CutPrefix(lines.Text(), "  "); ok && sampleReady {
			pasted = append(pasted, line)
		}
		sampleReady = sampleReady || strings.HasPrefix(lines.Text(), "The sample organization is ready")
	}
	if len(pasted) != 9 {
		t.Fatalf("the demo printed %d lines to paste: %q\n%s", len(pasted), pasted, log.String())
	}
	report, granting := paste(t, temp, pasted[:3]), paste(t, temp, append(pasted[:1:1], pasted[3]))
	organization := paste(t, temp, append(pasted[:1:1], pasted[4:7]...))
	unused := paste(t, temp, append(pasted[:1:1], pasted[4], pasted[7], pasted[8]))
	if report["JobStatus"] != "COMPLETED" || len(report["ServicesLastAccessed"].([]any)) < 8 {
		t.Errorf("the report: %v", report)
	}
	if len(granting["PoliciesGrantingServiceAccess"].([]any)) != 2 {
		t.Errorf("the granting policies: %v", granting)
	}

	if used, ok := organization["NumberOfServicesAccessible"].(float64); !ok || organization["JobStatus"] != "COMPLETED" || used < 20 || used > 60 {
		t.Errorf("the report of the organization: %v", organization)
	}

	if list := unused["findings"].([]any); len(list) < 3 || list[0].(map[string]any)["status"] != "ACTIVE" {
		t.Errorf("the findings: %v", unused)
	}

	demo.Process.Signal(syscall.SIGINT)
	for lines.Scan() { // until the pipe closes
	}
	if err := demo.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, log.String())
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "ebbmark-demo-*")); len(left) > 0 {
		t.Errorf("the demo left %v behind", left)
	}
}

// paste runs lines in a shell and reads the JSON that the last one prints.
func paste(t *testing.T, home string, lines []string) map[string]any {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "/bin/bash", "-ec", strings.Join(lines, "\n"))
	shell.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + home, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_DATA_PATH=" + filepath.Join(bin, "models")}
	var stderr strings.Builder
	shell.Stderr = &stderr
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var answer map[string]any
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return answer
}
