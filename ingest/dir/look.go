package dir

import (
	"context"
	"os"

	"github.com/ebbmark/ebbmark/ingest"
)

// Kind is the kind of files.
const Kind = "file"

// Look is a file that was read before, as it is now. What is wrong with it is in
// its Err.
func Look(_ context.Context, path string) ingest.Object {
	info, err := os.Stat(path)
	if err != nil {
		return failed(path, err)
	}
	return named(path, info)
}
