package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
)

// gate is --fail-on: which active findings make a command fail.
type gate struct {
	said  []string
	any   bool
	types []string
	found int
}

// newGate reads --fail-on: the word for any finding, or types. A gate that the
// filter of the list keeps from ever closing is refused.
func newGate(words []string, any string, filter finding.Filter) (*gate, error) {
	g := &gate{said: words}
	var types []string
	for _, word := range words {
		if strings.EqualFold(word, any) {
			g.any = true
		} else {
			types = append(types, word)
		}
	}
	var err error
	if g.types, err = parseTypes("--fail-on", any+" or ", types); err != nil || !g.set() {
		return g, err
	}
	if s := filter["status"].Eq; s != nil && !slices.Contains(s, string(finding.Active)) {
		return nil, usageError("--fail-on is about ACTIVE findings, and --status %s leaves them out", strings.Join(s, ","))
	}
	if t := filter["findingType"].Eq; t != nil && !g.any {
		for _, wanted := range g.types {
			if !slices.Contains(t, wanted) {
				return nil, usageError("--fail-on %s: --type %s leaves them out", wanted, strings.Join(t, ","))
			}
		}
	}
	return g, nil
}

// set reports whether there is a gate at all.
func (g *gate) set() bool { return len(g.said) > 0 }

func (g *gate) count(list ...*finding.Finding) {
	for _, f := range list {
		if f.Status == finding.Active && (g.any || slices.Contains(g.types, string(f.Type))) {
			g.found++
		}
	}
}

// result is nil when the gate stays open.
func (g *gate) result() error {
	if g.found == 0 {
		return nil
	}
	return &exitError{exitFailed, fmt.Errorf("%s (--fail-on %s)", plural(g.found, "finding"), strings.Join(g.said, ","))}
}
