package ingest

import (
	"path"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/cloudtrail"
)

// skipReason says why an object is not read, by its name; empty when it is.
func skipReason(o Object) string {
	if o.Skip != "" {
		return o.Skip
	}
	if o.Err != nil {
		return ""
	}
	if reason := otherTree(o.Name); reason != "" {
		return reason
	}
	if o.Asked {
		return ""
	}
	return foreign(path.Base(o.Name))
}

// foreign says why a file in a folder is obviously no log. The list is short on
// purpose: what is not on it is read, and what turns out to be no log is
// reported.
func foreign(base string) string {
	if strings.HasPrefix(base, ".") {
		return "hidden file"
	}
	base = strings.ToLower(base)
	for _, k := range foreignEnds {
		for _, end := range strings.Fields(k.ends) {
			if strings.HasSuffix(base, end) {
				return k.what
			}
		}
	}
	return ""
}

var foreignEnds = []struct{ what, ends string }{
	{"unfinished download", ".part .partial .tmp .crdownload"},
	{"checksum or signature", ".md5 .sha1 .sha256 .sig .asc .crc"},
	{"database", ".db .db-wal .db-shm .sqlite .orc .avro"},
	{"document", ".md .html .pdf .xml .yaml .yml .png .jpg .svg"},
	{"archive", ".zip .tar .tgz .tar.gz .7z"},
}

// otherTree says what a file is that AWS delivers beside the logs of a trail
// (CT-51). A folder that was copied from a bucket has them all.
func otherTree(name string) string {
	_, below, found := strings.Cut(name, "AWSLogs/")
	if !found {
		return ""
	}
	parts := strings.Split(below, "/")
	i := slices.IndexFunc(parts, isAccount)
	switch {
	case i < 0 || i+2 >= len(parts) || parts[i+1] == "CloudTrail":
		return ""
	case strings.HasPrefix(parts[i+1], "CloudTrail"):
		return cloudtrail.SkipReason(name)
	}
	return "log of another service"
}

// SkipByName says why an object of that name is not read, as the pipeline would;
// empty when it is. It is for a source to which looking at an object costs a
// request.
func SkipByName(name string) string { return skipReason(Object{Name: name}) }
