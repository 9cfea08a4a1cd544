package main

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
)

// sourceKind is one row of the table of log sources.
type sourceKind struct {
	form string // of its arguments, for help and messages
	// called is what GetStatus calls it, which tells no name.
	called string
	is     func(arg string) bool // the first row whose answer is yes has the argument
	open   func(p *program, ctx context.Context, arg string, o sourceOptions) (ingest.Source, error)
	// remote: reading waits for a network more than it works, so more files
	// are read at once.
	remote bool
	// waits: the source itself waits for what comes, so nobody else has to.
	waits bool
}

// sourceOptions say how sources are read.
type sourceOptions struct {
	follow bool // they are looked at again and again
	aws    awsFlags
}

// sourceKinds is the table of log sources. Its last row takes everything.
func sourceKinds() []sourceKind {
	return []sourceKind{
		{form: "- (standard input)", is: func(arg string) bool { return arg == "-" }, open: (*program).stdinSource},
		{form: "a file or folder", called: "folder", is: isPath, open: (*program).pathSource},
		{form: "s3://BUCKET[/PREFIX]", called: "bucket", is: begins("s3://"), open: (*program).bucketSource, remote: true},
		{form: "sqs:QUEUE_URL", called: "queue", is: begins("sqs:"), open: (*program).queueSource, remote: true, waits: true},
		{is: func(string) bool { return true }, open: (*program).noSource},
	}
}

// isPath reports whether the argument is no address of another system.
func isPath(arg string) bool { return arg != "" && !strings.Contains(arg, "://") }

func begins(with string) func(string) bool {
	return func(arg string) bool { return strings.HasPrefix(arg, with) }
}

// kindOf is the row of the table that has the argument.
func kindOf(arg string) sourceKind {
	list := sourceKinds()
	return list[slices.IndexFunc(list, func(k sourceKind) bool { return k.is(arg) })]
}

// Files of remote sources that are read at once, when the operator does not say:
// some for each core, and a few at least.
const (
	remotePerCore = 4
	remoteLeast   = 8
)

// workersFor is how many files of the sources are read at once; 0 leaves it to
// the ingest.
func workersFor(args []string, asked int) int {
	if asked == 0 && slices.ContainsFunc(args, func(arg string) bool { return kindOf(arg).remote }) {
		return max(remoteLeast, remotePerCore*runtime.GOMAXPROCS(0))
	}
	return asked
}

func (p *program) stdinSource(_ context.Context, arg string, o sourceOptions) (ingest.Source, error) {
	if o.follow {
		return nil, usageError("--follow does not go with standard input: it ends when its writer ends")
	}
	return dir.Stream{Name: arg, Reader: p.stdin}, nil
}

func (p *program) pathSource(_ context.Context, arg string, o sourceOptions) (ingest.Source, error) {
	return dir.Source{Path: arg, MayBeEmpty: o.follow}, nil
}

func (p *program) noSource(_ context.Context, arg string, _ sourceOptions) (ingest.Source, error) {
	var forms []string
	for _, k := range sourceKinds() {
		if k.form != "" {
			forms = append(forms, k.form)
		}
	}
	return nil, usageError("%q: want %s", arg, strings.Join(forms, " or "))
}

// openSources finds the source of every argument.
func (p *program) openSources(ctx context.Context, args []string, o sourceOptions) (list []ingest.Source, err error) {
	for i, arg := range args {
		s, err := kindOf(arg).open(p, ctx, arg, o)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		if arg == "-" && slices.Contains(args[:i], "-") {
			return nil, usageError("standard input can be read only once")
		}
	}
	return list, nil
}
