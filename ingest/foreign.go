package ingest

import (
	"errors"
	"path"
	"strings"

	"github.com/ebbmark/ebbmark/cloudtrail"
)

// otherTable is why a table that somebody keeps beside logs is not read: it turned
// out to hold nothing of ours.
const otherTable = "table that is no CloudTrail log"

// isOtherTable reports whether an object failed because it is such a table. Logs
// come as tables only when somebody has exported them, so one that was found in
// a folder, and not named, is no mistake of anybody. Whatever else is no log
// fails: a delivered file with other content is a hole in the log.
func isOtherTable(o Object, records int64, failure error) bool {
	if o.Asked || records > 0 || failure == nil {
		return false
	}
	base := strings.ToLower(path.Base(o.Name))
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), ".zst")
	switch path.Ext(base) {
	case ".csv", ".tsv":
		return errors.Is(failure, cloudtrail.ErrNotLog)
	case ".parquet":
		e, ok := errors.AsType[*formatError](failure)
		return ok && e.text == noColumns
	}
	return false
}
