package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// advice is what an operator should know about an error of SQLite, by its
// primary code.
var advice = map[int]string{
	codes.SQLITE_FULL:     "the disk is full: make room and repeat",
	codes.SQLITE_IOERR:    "the disk failed or is full: see the system's log",
	codes.SQLITE_NOTADB:   "the file is not an ebbmark store",
	codes.SQLITE_CORRUPT:  "the file is damaged: restore a backup, or make a new store from the logs",
	codes.SQLITE_READONLY: "the file or its folder is read-only",
	codes.SQLITE_CANTOPEN: "the file, or a file beside it, cannot be opened: check the permissions of the file and its folder",
	codes.SQLITE_BUSY:     "another process is using the store: repeat when it has ended",
}

// explain adds what was done and what to do about it. A nil error stays nil.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if text, ok := advice[code(err)]; ok {
		return fmt.Errorf("%s: %s (%w)", what, text, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// code is the primary SQLite code of an error, 0 if it has none.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool { return code(err) == codes.SQLITE_BUSY }
