package deploytest

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

const testVersion = "v0.0.0-deploytest"

// images answers for a registry: every image is there, and has an empty
// configuration.
type images struct{}

func (images) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config, err := json.Marshal(ocispecs.Image{Platform: ocispecs.Platform{OS: "linux", Architecture: runtime.GOARCH}})
	return ref, digest.FromBytes(config), config, err
}

func source(text []byte) *llb.SourceMap {
	x := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text)
	x.Definition = new(llb.Definition)
	return x
}

// TestDockerfileLint runs the checks of "docker build --check", the experimental
// ones too.
func TestDockerfileLint(t *testing.T) {
	text := []byte(read(t, "deploy/Dockerfile"))
	opt := dockerfile2llb.ConvertOpt{
		Config:       dockerui.Config{LinterConfig: &linter.Config{ExperimentalAll: true}},
		MetaResolver: images{},
		SourceMap:    source(text),
	}
	results, err := dockerfile2llb.DockerfileLint(t.Context(), text, opt)
	if err != nil {
		t.Fatal(err)
	}
	if results.Error != nil {
		t.Errorf("does not build: %s", results.Error.Message)
	}
	for _, w := range results.Warnings {
		t.Errorf("%s: %s", w.RuleName, w.Detail)
	}
	// The checks do find something.
	bad := []byte("from scratch AS One\nENV a b\nMAINTAINER nobody\n")
	opt.SourceMap = source(bad)
	if results, err := dockerfile2llb.DockerfileLint(t.Context(), bad, opt); err != nil || len(results.Warnings) < 3 {
		t.Errorf("a bad Dockerfile has %d warnings (%v)", len(results.Warnings), err)
	}
}

func stages(t testing.TB) []instructions.Stage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 {
		t.Fatalf("%d stages", len(list))
	}
	return list
}

// image is what the final stage says of how to run it.
type image struct {
	user             string
	volumes, ports   []string
	env              map[string]string
	entrypoint, args []string
}

func readImage(t testing.TB) image {
	t.Helper()
	x := image{env: map[string]string{}}
	for _, command := range stages(t)[1].Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			x.user = c.User
		case *instructions.VolumeCommand:
			x.volumes = c.Volumes
		case *instructions.ExposeCommand:
			x.ports = c.Ports
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				x.env[pair.Key] = pair.Value
			}
		case *instructions.EntrypointCommand:
			x.entrypoint = c.CmdLine
		case *instructions.CmdCommand:
			x.args = c.CmdLine
		}
	}
	return x
}

func TestImage(t *testing.T) {
	x := readImage(t)
	if x.user != "65532:65532" || !slices.Equal(x.volumes, []string{dataFolder}) || !slices.Equal(x.ports, []string{"4780"}) ||
		!slices.Equal(x.entrypoint, []string{programPath}) {
		t.Errorf("image: %+v", x)
	}
	checkArgs(t, x.args)
	// Every image has a tag that says a version, and Go is new enough.
	for _, s := range stages(t) {
		if !regexp.MustCompile(`:[^:]+$`).MatchString(s.BaseName) || strings.HasSuffix(s.BaseName, ":latest") {
			t.Errorf("no tag: %s", s.BaseName)
		}
	}
	goes := regexp.MustCompile(`^golang:(1\.\d+)\.\d+-`).FindStringSubmatch(stages(t)[0].BaseName)
	wants := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if goes == nil || wants == nil || goes[1] != wants[1] {
		t.Errorf("built with %v, and go.mod says %v", goes, wants)
	}
}

var built struct {
	once sync.Once
	dir  string
	err  error
}

// program builds the program as the Dockerfile does, of the files that
// .dockerignore lets through.
func program(t testing.TB) string {
	t.Helper()
	built.once.Do(func() { built.err = build(t) })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "ebbmark")
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

func build(t testing.TB) (err error) {
	if built.dir, err = os.MkdirTemp("", "ebbmark-deploytest-"); err != nil {
		return err
	}
	if err := os.Chmod(built.dir, 0o755); err != nil { // other users run what is in it
		return err
	}
	src := t.TempDir()
	if err := buildContext(src); err != nil {
		return err
	}
	done := 0
	for _, command := range stages(t)[0].Commands {
		run, ok := command.(*instructions.RunCommand)
		if !ok {
			continue
		}
		line := strings.Join(run.CmdLine, " ")
		if !run.PrependShell || line == "go mod download" {
			continue
		}
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(line, "/out/", built.dir+"/"))
		cmd.Dir = src
		cmd.Env = append(os.Environ(), "TARGETOS="+runtime.GOOS, "TARGETARCH="+runtime.GOARCH, "VERSION="+testVersion, "GOFLAGS=", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, out)
		}
		done++
	}
	if done == 0 {
		return fmt.Errorf("the Dockerfile has nothing to run")
	}
	return nil
}

// buildContext copies to dir what "docker build" would send.
func buildContext(dir string) error {
	text, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		return err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return err
	}
	ignored, err := patternmatcher.New(patterns)
	if err != nil {
		return err
	}
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if skip, err := ignored.MatchesOrParentMatches(name); err != nil {
			return err
		} else if skip {
			continue
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // deleted, and not committed yet
			continue
		}
		if err != nil {
			return err
		}
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, fs.FileMode(0o644)); err != nil {
			return err
		}
	}
	return nil
}

func TestProgramIsStatic(t *testing.T) {
	file, err := elf.Open(program(t))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program has a segment %s: it needs a loader", p.Type)
		}
	}
	out, err := exec.Command(program(t), "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "ebbmark "+testVersion+" ") {
		t.Errorf("version says %q (%v)", out, err)
	}
}

// TestBuildContextHasNoSecrets names files that must not reach an image's layers.
func TestBuildContextHasNoSecrets(t *testing.T) {
	text, err := ignorefile.ReadAll(strings.NewReader(read(t, ".dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	ignored, err := patternmatcher.New(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".git/config", "ebbmark.db", "ebbmark.db.key", "ebbmark.db-wal", "deploy/.env", ".env", "a/b/.env", "ebbmark", "demo-org/a.json"} {
		if skip, err := ignored.MatchesOrParentMatches(name); err != nil || !skip {
			t.Errorf("%s is sent to the builder (%v)", name, err)
		}
	}
	for _, name := range []string{"go.mod", "cmd/ebbmark/main.go", "console/console.go"} {
		if skip, err := ignored.MatchesOrParentMatches(name); err != nil || skip {
			t.Errorf("%s is not sent to the builder (%v)", name, err)
		}
	}
}
