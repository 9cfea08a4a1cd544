package console

import (
	"compress/gzip"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// compressed answers browsers that ask for it with gzip. Pages hold text that
// somebody else may choose (a search in a link that is followed), so what is
// secret in them must not show in the length of a page: the token of forms is
// masked anew for each one (csrf.go), and the length varies with the content by
// a hash that cannot be averaged away by asking again.
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.DefaultCompression), gzhttp.RandomJitter(jitter, 0, true))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(h)
}
