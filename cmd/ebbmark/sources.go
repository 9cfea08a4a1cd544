package main

import (
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
)

// sourceKind is one row of the table of log sources.
type sourceKind struct {
	form string                // of its arguments, for help and messages
	is   func(arg string) bool // the first row whose answer is yes has the argument
	open func(p *program, arg string, follow bool) (ingest.Source, error)
}

// sourceKinds is the table of log sources. Its last row takes everything.
func sourceKinds() []sourceKind {
	return []sourceKind{
		{"- (standard input)", func(arg string) bool { return arg == "-" }, (*program).stdinSource},
		{"a file or folder", isPath, (*program).pathSource},
		{"", func(string) bool { return true }, (*program).noSource},
	}
}

// isPath reports whether the argument is no address of another system.
func isPath(arg string) bool { return arg != "" && !strings.Contains(arg, "://") }

func (p *program) stdinSource(arg string, follow bool) (ingest.Source, error) {
	if follow {
		return nil, usageError("--follow does not go with standard input: it ends when its writer ends")
	}
	return dir.Stream{Name: arg, Reader: p.stdin}, nil
}

func (p *program) pathSource(arg string, follow bool) (ingest.Source, error) {
	return dir.Source{Path: arg, MayBeEmpty: follow}, nil
}

func (p *program) noSource(arg string, _ bool) (ingest.Source, error) {
	var forms []string
	for _, k := range sourceKinds() {
		if k.form != "" {
			forms = append(forms, k.form)
		}
	}
	return nil, usageError("%q: want %s", arg, strings.Join(forms, " or "))
}

// openSources finds the source of every argument.
func (p *program) openSources(args []string, follow bool) (list []ingest.Source, err error) {
	for i, arg := range args {
		for _, k := range sourceKinds() {
			if k.is(arg) {
				s, err := k.open(p, arg, follow)
				if err != nil {
					return nil, err
				}
				list = append(list, s)
				break
			}
		}
		if arg == "-" && slices.Contains(args[:i], "-") {
			return nil, usageError("standard input can be read only once")
		}
	}
	return list, nil
}
