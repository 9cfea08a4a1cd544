package scenario

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// bin holds the programs under test, built once.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ebbmark-scenario")
	if err != nil {
		panic(err)
	}
	bin = dir
	build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "../../cmd/ebbmark", "./sdkaws")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%v\n", out, err)
		os.Exit(1)
	}
	if err := models(filepath.Join(bin, "models")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// TestAWSCLI plays every script through the AWS CLI.
func TestAWSCLI(t *testing.T) {
	play(t, "cli", "/usr/bin/aws")
}

// TestGoSDK plays every script through aws-sdk-go-v2.
func TestGoSDK(t *testing.T) {
	play(t, "sdk", filepath.Join(bin, "sdkaws"))
}

// TestBoto3 plays every script through boto3.
func TestBoto3(t *testing.T) {
	script, err := filepath.Abs("testdata/boto3aws.py")
	if err != nil {
		t.Fatal(err)
	}
	play(t, "boto3", "/usr/bin/python3", script)
}

func play(t *testing.T, name string, client ...string) {
	if _, err := os.Stat(client[0]); err != nil {
		t.Fatalf("%v: run 'make deps' once to install what the tests need", err)
	}
	scripts, _ := filepath.Glob("testdata/script/*.txtar")
	if len(scripts) < 5 {
		t.Fatalf("found %d scripts: looked in the wrong place", len(scripts))
	}
	fixtures, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			setup(env, client)
			return os.Symlink(fixtures, filepath.Join(env.WorkDir, "fixtures"))
		},
		Cmds:      commands,
		Condition: func(cond string) (bool, error) { return cond == name, nil },
	})
}

// setup gives the script an environment in which only this server is "AWS".
func setup(env *testscript.Env, client []string) {
	env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("AWS_REGION", "us-east-1")
	env.Setenv("AWS_DEFAULT_REGION", "us-east-1")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("AWS_MAX_ATTEMPTS", "2")
	env.Setenv("AWS_PAGER", "")
	env.Setenv("AWS_DEFAULT_OUTPUT", "json")
	env.Setenv("AWS_DATA_PATH", filepath.Join(bin, "models"))
	w := &world{client: client, users: map[string]credentials{}}
	env.Values[worldKey{}] = w
	env.Defer(w.stopAll)
}

type worldKey struct{}

// world is what a script has made: the running server and its callers.
type world struct {
	client []string
	server *exec.Cmd
	users  map[string]credentials
}

type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string }

func (w *world) stopAll() {
	if w.server != nil {
		w.server.Process.Kill()
		w.server.Wait()
		w.server = nil
	}
}

// start runs `ebbmark serve` with the script's environment and waits until it
// says where it listens.
func (w *world) start(ts *testscript.TestScript, args []string) string {
	if w.server != nil {
		ts.Fatalf("the server runs already")
	}
	cmd := exec.CommandContext(context.Background(), filepath.Join(bin, "ebbmark"), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "EBBMARK_ACCOUNT_ID="+ts.Getenv("EBBMARK_ACCOUNT_ID"),
		"EBBMARK_ROOT_ACCESS_KEY_ID="+ts.Getenv("EBBMARK_ROOT_ACCESS_KEY_ID"), "EBBMARK_ROOT_SECRET_ACCESS_KEY="+ts.Getenv("EBBMARK_ROOT_SECRET_ACCESS_KEY"))
	log, err := os.Create(ts.MkAbs("server.log"))
	ts.Check(err)
	defer log.Close()
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	w.server = cmd
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if endpoint, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			go func() { // keep the pipe empty
				for lines.Scan() {
				}
			}()
			return endpoint
		}
	}
	cmd.Wait()
	w.server = nil
	ts.Fatalf("the server ended before it listened:\n%s", ts.ReadFile("server.log"))
	return ""
}

// end signals the server and waits for it.
func (w *world) end(ts *testscript.TestScript, signal syscall.Signal) {
	if w.server == nil {
		ts.Fatalf("no server runs")
	}
	ts.Check(w.server.Process.Signal(signal))
	err := w.server.Wait()
	w.server = nil
	if signal == syscall.SIGTERM {
		ts.Check(err)
	}
}

func decode(ts *testscript.TestScript, text, where string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		ts.Fatalf("%s is not JSON: %v\n%s", where, err, text)
	}
	return v
}
