package inventory

import (
	"bytes"
	"encoding/json"
	"slices"
)

// organizationKeys are members at the top of an organization export, none of
// which a snapshot has.
var organizationKeys = []string{"Organization", "Roots", "OrganizationalUnits", "Accounts", "Parents", "DelegatedAdministrators"}

// GuessSize is how much of a file's beginning LooksLikeOrganization needs at
// most: its first policy may come before anything that tells it apart.
const GuessSize = 64 << 10

// LooksLikeOrganization reports whether a file that begins with head is an
// organization export, not a snapshot. Both may have Policies at the top; those
// of an organization have a Content. When in doubt it is a snapshot, whose
// reader says what is wrong.
func LooksLikeOrganization(head []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for depth, key := 1, true; ; {
		t, err := dec.Token()
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			if depth == 0 || depth > maxDepth {
				return false
			}
			key = depth == 1
		case string:
			if depth == 1 && key && slices.Contains(organizationKeys, t) || depth == 3 && (t == "PolicySummary" || t == "Content") {
				return true
			}
			if depth == 1 && key && (t == "UserDetailList" || t == "GroupDetailList" || t == "RoleDetailList") {
				return false
			}
			key = depth == 1 && !key
		default:
			key = depth == 1
		}
	}
}
