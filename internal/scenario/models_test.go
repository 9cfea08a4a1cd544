package scenario

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The AWS CLI and boto3 of Debian know Access Analyzer as it was before unused
// access. Both read newer descriptions of a service from a folder of AWS's own
// form; the last aws-sdk-go of version 1 carries them as data. It is no
// dependency: it is downloaded for the tests, and this is its checksum.
const (
	modelsModule = "github.com/aws/aws-sdk-go@v1.55.8"
	modelsSum    = "h1:JRmEUbU52aJQZ2AjX4q4Wu7t4uZjOu71uyNmaWlUkJQ="
	analyzerAPI  = "accessanalyzer/2019-11-01"
)

// models makes a folder for AWS_DATA_PATH.
func models(dir string) error {
	download := exec.Command("go", "mod", "download", "-json", modelsModule)
	download.Dir = os.TempDir() // so that go.mod stays as it is
	out, err := download.Output()
	var module struct{ Dir, Sum, Error string }
	if json.Unmarshal(out, &module) == nil && module.Error != "" {
		return fmt.Errorf("download %s: %s", modelsModule, module.Error)
	}
	if err != nil {
		return fmt.Errorf("download %s: %w", modelsModule, err)
	}
	if module.Sum != modelsSum {
		return fmt.Errorf("download %s: its checksum is %s, want %s", modelsModule, module.Sum, modelsSum)
	}
	to := filepath.Join(dir, analyzerAPI)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for from, name := range map[string]string{"api-2.json": "service-2.json", "paginators-1.json": "paginators-1.json"} {
		text, err := os.ReadFile(filepath.Join(module.Dir, "models", "apis", analyzerAPI, from))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
