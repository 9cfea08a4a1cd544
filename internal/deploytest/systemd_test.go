package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const unit = "deploy/systemd/ebbmark.service"

// exposure is the most that "systemd-analyze security" may find, in tenths: 0 is
// a service that can do nothing, 100 one without any bound.
const exposure = "15"

// analyze runs systemd-analyze (LGPL-2.1, a program of its own) on the unit, with
// the program where this test has it.
func analyze(t *testing.T, text string, args ...string) (out string, err error) {
	t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		missing(t, "systemd-analyze")
	}
	path := filepath.Join(t.TempDir(), "ebbmark.service")
	text = strings.ReplaceAll(text, programPath, program(t))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := exec.Command(tool, append(args, path)...).CombinedOutput()
	return string(all), err
}

func TestUnit(t *testing.T) {
	text := read(t, unit)
	if out, err := analyze(t, text, "--man=no", "verify"); err != nil || strings.Contains(out, "ebbmark.service") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	with := strings.Replace(text, "[Install]", strings.TrimPrefix(readmeBlock(t, "\n[Service]\n"), "\n[Service]\n")+"[Install]", 1)
	if out, err := analyze(t, with, "--man=no", "verify"); err != nil || strings.Contains(out, "ebbmark.service") {
		t.Errorf("verify, with what README.md adds: %v\n%s", err, out)
	}
	if out, err := analyze(t, text, "security", "--offline=true", "--threshold="+exposure); err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
	// Both do find something.
	if out, _ := analyze(t, strings.Replace(text, "UMask=", "UMusk=", 1), "--man=no", "verify"); !strings.Contains(out, "UMusk") {
		t.Errorf("verify accepts a name that is none:\n%s", out)
	}
	if _, err := analyze(t, strings.Replace(text, "SystemCallFilter=", "#", 2), "security", "--offline=true", "--threshold="+exposure); err == nil {
		t.Error("security accepts a unit without a filter of system calls")
	}
	wait, err := time.ParseDuration(unitValues(t, "TimeoutStopSec")[0] + "s")
	if err != nil || wait <= stopWithin(t) {
		t.Errorf("TimeoutStopSec is %s, and stopping may take %s (%v)", wait, stopWithin(t), err)
	}
}

// unitValues are the values of a name in the unit.
func unitValues(t *testing.T, name string) (values []string) {
	t.Helper()
	for line := range strings.Lines(read(t, unit)) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	if len(values) == 0 {
		t.Fatalf("no %s in %s", name, unit)
	}
	return values
}

// TestSysusers makes the unit's user, in a folder.
func TestSysusers(t *testing.T) {
	tool, err := exec.LookPath("systemd-sysusers")
	if err != nil {
		missing(t, "systemd-sysusers")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(filepath.Join(root, "deploy/systemd/ebbmark.sysusers"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	if out, err := exec.Command(tool, "--root="+dir, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	passwd, err := os.ReadFile(filepath.Join(dir, "etc/passwd"))
	if name := unitValues(t, "User")[0]; err != nil || !strings.HasPrefix(string(passwd), name+":") {
		t.Errorf("no user %s (%v):\n%s", name, err, passwd)
	}
}

func TestRunUnit(t *testing.T) {
	command := strings.Fields(unitValues(t, "ExecStart")[0])
	if command[0] != programPath {
		t.Errorf("runs %s", command[0])
	}
	if state := "/var/lib/" + unitValues(t, "StateDirectory")[0]; state != dataFolder {
		t.Errorf("state is in %s", state)
	}
	env := map[string]string{}
	for _, line := range unitValues(t, "Environment") {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	newBox(t).run(t, command[1:], env).works(t)
}

// TestRunUnitExample runs the unit with every line of its example in force.
func TestRunUnitExample(t *testing.T) {
	const password = "pass word"
	env := map[string]string{}
	for line := range strings.Lines(read(t, "deploy/systemd/ebbmark.env.example")) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if name, value, isVar := strings.Cut(line, "="); ok && isVar && !strings.Contains(name, " ") {
			env[name] = value
		}
	}
	if len(env) < 5 {
		t.Fatalf("few variables: %v", env)
	}
	env["EBBMARK_STORE"] = at(t, env["EBBMARK_STORE"], database(t, password))
	env["PGPASSWORD"], env["EBBMARK_SECRET_KEY"] = password, secretKey
	env["EBBMARK_ROOT_ACCESS_KEY_ID"], env["EBBMARK_ROOT_SECRET_ACCESS_KEY"] = "AKIAEXAMPLE234567ABC", strings.Repeat("s3cret/", 6)[:40]
	env["EBBMARK_LISTEN"] = "127.0.0.1:0"
	env["EBBMARK_SOURCE"] = dataFolder // buckets are out of reach
	command := strings.Fields(unitValues(t, "ExecStart")[0])
	s := newBox(t).run(t, command[1:], env)
	s.works(t)
	if strings.Contains(s.stdout.String(), "The root of account") {
		t.Error("the first key is not that of the environment")
	}
}
