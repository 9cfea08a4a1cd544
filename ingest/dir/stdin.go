package dir

import (
	"context"
	"io"
	"iter"

	"github.com/ebbmark/ebbmark/ingest"
)

// Stream is one log that comes over a reader, such as standard input. It can
// be read once.
type Stream struct {
	Name   string // for people, such as "-"
	Reader io.Reader
}

var _ ingest.Source = Stream{}

// Kind implements ingest.Source.
func (s Stream) Kind() string { return "stream" }

// Objects implements ingest.Source.
func (s Stream) Objects(context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		yield(ingest.Object{Name: s.Name, Size: -1, Asked: true, Open: func(ctx context.Context) (io.ReadCloser, error) {
			return pump(ctx, s.Reader), nil
		}}, nil)
	}
}

// pump reads r in a goroutine of its own, because reading a terminal or an
// inherited pipe cannot be interrupted: when ctx ends, the reader returned ends,
// and the goroutine is left to its read.
func pump(ctx context.Context, r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	stop := context.AfterFunc(ctx, func() { in.CloseWithError(ctx.Err()) })
	return &pumped{out, stop}
}

type pumped struct {
	*io.PipeReader
	stop func() bool
}

func (p *pumped) Close() error {
	p.stop()
	return p.PipeReader.Close()
}
