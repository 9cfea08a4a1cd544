package ingest

import (
	"path"
	"strings"
	"time"
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
	{"database", ".db .db-wal .db-shm .sqlite .parquet .orc .avro"},
	{"document", ".md .html .pdf .csv .xml .yaml .yml .png .jpg .svg"},
	{"archive", ".zip .tar .tgz .tar.gz .7z"},
}

// otherTree says what a file is that AWS delivers beside the logs (CT-51).
func otherTree(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if part == "AWSLogs" {
			return otherService(parts[i+1:])
		}
	}
	return ""
}

// otherService looks at what follows AWSLogs: an organization, an account, and
// the sort of log.
func otherService(parts []string) string {
	for i, part := range parts {
		if isAccount(part) && i+2 < len(parts) {
			if reason, ok := trees[parts[i+1]]; ok {
				return reason
			}
			return "log of another service"
		}
	}
	return ""
}

var trees = map[string]string{
	"CloudTrail":                "",
	"CloudTrail-Digest":         "digest",
	"CloudTrail-Insight":        "insight",
	"CloudTrailNetworkActivity": "network activity",
	"CloudTrail-Aggregated":     "aggregated events",
}

// layout is what the name of a delivered file says (CT-50).
type layout struct {
	account, region string
	delivered       time.Time
}

// parseName reads ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz.
func parseName(name string) (l layout, ok bool) {
	parts := strings.Split(path.Base(name), "_")
	if len(parts) != 5 || parts[1] != "CloudTrail" || !isAccount(parts[0]) || !isRegion(parts[2]) {
		return layout{}, false
	}
	at, err := time.Parse("20060102T1504Z", parts[3])
	return layout{parts[0], parts[2], at}, err == nil
}
