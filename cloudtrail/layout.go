package cloudtrail

import (
	"strings"
	"time"
)

// ParseKey takes the name of an object in a trail's bucket apart when it is a
// log file (CT-50, CT-51):
//
//	[PREFIX/]AWSLogs/[ORG_ID/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME.json.gz
//
// The day is that of delivery, midnight UTC; records may be older. Account and
// Region say where to look and for what coverage is claimed; whom a record is
// credited to only the record tells (CT-52).
func ParseKey(key string) (account, region string, day time.Time, ok bool) {
	k, ok := splitKey(key)
	if !ok || k.tree != "CloudTrail" || !strings.HasSuffix(k.file, ".json.gz") || k.file == ".json.gz" {
		return "", "", time.Time{}, false
	}
	if !isKeyRegion(k.region) {
		return "", "", time.Time{}, false
	}
	if day, ok = parseDay(k.date); !ok {
		return "", "", time.Time{}, false
	}
	return k.account, k.region, day, true
}

// SkipReason says what a key that ParseKey refuses is, in a few fixed words.
func SkipReason(key string) string {
	k, ok := splitKey(key)
	if !ok {
		k.tree = siblingOf(key)
	}
	switch k.tree {
	case "CloudTrail-Digest":
		return "digest file"
	case "CloudTrail-Insight":
		return "Insights events"
	case "CloudTrailNetworkActivity":
		return "network activity events"
	case "CloudTrail-Aggregated":
		return "aggregated events"
	}
	return "no CloudTrail log file"
}

// keyParts are the parts of a key of the layout, whatever the tree.
type keyParts struct {
	account, tree, region string
	date                  string // YYYY/MM/DD
	file                  string
}

// splitKey reads a key from its end: the parts there have a fixed number of
// segments, while a prefix may hold anything, even another AWSLogs.
func splitKey(key string) (k keyParts, ok bool) {
	rest, file := cutLast(key)
	rest, day := cutLast(rest)
	rest, month := cutLast(rest)
	rest, year := cutLast(rest)
	rest, region := cutLast(rest)
	rest, tree := cutLast(rest)
	rest, account := cutLast(rest)
	before, root := cutLast(rest)
	if isOrganization(root) {
		_, root = cutLast(before)
	}
	k = keyParts{account, tree, region, year + "/" + month + "/" + day, file}
	return k, root == "AWSLogs" && len(account) == 12 && isDigits(account)
}

// siblingOf is the first segment below an account in a key of another depth.
func siblingOf(key string) string {
	_, rest, _ := strings.Cut(key, "AWSLogs/")
	for seg := range strings.SplitSeq(rest, "/") {
		if strings.HasPrefix(seg, "CloudTrail") {
			return seg
		}
	}
	return ""
}

// cutLast splits the last segment off.
func cutLast(s string) (before, last string) {
	i := strings.LastIndexByte(s, '/')
	return s[:max(i, 0)], s[i+1:]
}

// isOrganization reports whether s is an organization's id, as o-exampleorg1.
func isOrganization(s string) bool {
	id, ok := strings.CutPrefix(s, "o-")
	return ok && id != "" && isLowerWord(id, "")
}

func isKeyRegion(s string) bool { return s != "" && len(s) <= maxRegionBytes && isLowerWord(s, "-") }

// isLowerWord reports whether s has only small letters, digits and what is in also.
func isLowerWord(s, also string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'a' || c > 'z') && !strings.Contains(also, string(c)) {
			return false
		}
	}
	return true
}

func parseDay(s string) (time.Time, bool) {
	t, err := time.Parse("2006/01/02", s)
	return t, err == nil && len(s) == len("2006/01/02")
}
