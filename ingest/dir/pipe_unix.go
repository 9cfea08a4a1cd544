//go:build unix

package dir

import (
	"os"
	"syscall"
)

// openPipe opens without waiting for a writer.
func openPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
