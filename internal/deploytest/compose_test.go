package deploytest

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

func loadCompose(t *testing.T, env map[string]string) (*types.Project, error) {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(root, "deploy"))
	if err != nil {
		t.Fatal(err)
	}
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  folder,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(folder, "compose.yaml")}},
		Environment: env,
	})
}

// composeEnv is env.example, filled in as it asks.
func composeEnv(t *testing.T) map[string]string {
	t.Helper()
	env, err := dotenv.Read(filepath.Join(root, "deploy/env.example"))
	if err != nil {
		t.Fatal(err)
	}
	env["POSTGRES_PASSWORD"], env["EBBMARK_SECRET_KEY"] = "pass/word+=", secretKey
	return env
}

func TestComposeNeedsItsSecrets(t *testing.T) {
	for _, name := range []string{"POSTGRES_PASSWORD", "EBBMARK_SECRET_KEY"} {
		env := composeEnv(t)
		env[name] = ""
		if _, err := loadCompose(t, env); err == nil || !strings.Contains(err.Error(), "say "+name+" in .env") {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestCompose(t *testing.T) {
	env := composeEnv(t)
	for _, found := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(read(t, "deploy/compose.yaml"), -1) {
		if _, ok := env[found[1]]; !ok {
			t.Errorf("env.example has no %s", found[1])
		}
	}
	project, err := loadCompose(t, env)
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for name, s := range project.Services {
		if s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= stopWithin(t) {
			t.Errorf("%s: stop_grace_period is not over %s", name, stopWithin(t))
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.Restart != "unless-stopped" {
			t.Errorf("%s: %v, restart %s", name, s.SecurityOpt, s.Restart)
		}
		if name == "db" {
			if !regexp.MustCompile(`^postgres:\d+`).MatchString(s.Image) || s.HealthCheck == nil || len(s.Volumes) != 1 {
				t.Errorf("db: %s, health check %v, volumes %v", s.Image, s.HealthCheck, s.Volumes)
			}
			continue
		}
		nodes++
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.Tmpfs) != 1 {
			t.Errorf("%s: read only %t, dropped %v, tmpfs %v", name, s.ReadOnly, s.CapDrop, s.Tmpfs)
		}
		if s.Build == nil || filepath.Join(s.Build.Context, "go.mod") != mustAbs(t, "go.mod") || s.Build.Dockerfile != "deploy/Dockerfile" {
			t.Errorf("%s: build %+v", name, s.Build)
		}
		if s.DependsOn["db"].Condition != types.ServiceConditionHealthy {
			t.Errorf("%s does not wait for the database", name)
		}
		if len(s.Ports) != 1 || s.Ports[0].Target != 4780 || s.Ports[0].HostIP != "127.0.0.1" {
			t.Errorf("%s: ports %+v", name, s.Ports)
		}
	}
	if nodes < 2 {
		t.Errorf("%d nodes", nodes)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// TestRunCompose starts the nodes at once, with one database.
func TestRunCompose(t *testing.T) {
	env := composeEnv(t)
	project, err := loadCompose(t, env)
	if err != nil {
		t.Fatal(err)
	}
	port := database(t, env["POSTGRES_PASSWORD"])
	var running []*server
	for name, s := range project.Services {
		if name == "db" {
			continue
		}
		env := map[string]string{}
		for key, value := range s.Environment {
			if value != nil {
				env[key] = *value
			}
		}
		env["EBBMARK_STORE"] = at(t, env["EBBMARK_STORE"], port)
		running = append(running, newBox(t).run(t, s.Command, env))
	}
	for _, s := range running {
		s.works(t)
	}
}
