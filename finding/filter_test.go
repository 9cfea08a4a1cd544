package finding

import (
	"errors"
	"strings"
	"testing"
)

func TestFilters(t *testing.T) {
	yes, no := true, false
	role := &Finding{ID: "F1", Resource: "arn:aws:iam::111122223333:role/dev/idle", ResourceType: RoleResource, Owner: owner, Status: Active, Type: UnusedIAMRole}
	outside := &Finding{ID: "F2", Type: ExternalAccess, Status: Active, External: &External{Principal: map[string]string{"AWS": "999999999999"},
		Condition: map[string]string{"sts:ExternalId": "x"}}}
	for name, c := range map[string]struct {
		of     *Finding
		filter Filter
		want   bool
	}{
		"nothing is asked":                   {role, Filter{}, true},
		"eq":                                 {role, Filter{"status": {Eq: []string{"ACTIVE"}}}, true},
		"eq one of several":                  {role, Filter{"status": {Eq: []string{"RESOLVED", "ACTIVE"}}}, true},
		"eq another":                         {role, Filter{"status": {Eq: []string{"ARCHIVED"}}}, false},
		"case matters":                       {role, Filter{"status": {Eq: []string{"active"}}}, false},
		"neq":                                {role, Filter{"status": {Neq: []string{"ARCHIVED"}}}, true},
		"neq one of several":                 {role, Filter{"status": {Neq: []string{"ARCHIVED", "ACTIVE"}}}, false},
		"contains":                           {role, Filter{"resource": {Contains: []string{"/dev/"}}}, true},
		"contains something else":            {role, Filter{"resource": {Contains: []string{"/prod/"}}}, false},
		"an absent property fails eq":        {role, Filter{"error": {Eq: []string{""}}}, false},
		"an absent property passes neq":      {role, Filter{"error": {Neq: []string{"x"}}}, true},
		"an absent property fails contains":  {role, Filter{"error": {Contains: []string{""}}}, false},
		"exists":                             {role, Filter{"error": {Exists: &yes}}, false},
		"exists not":                         {role, Filter{"error": {Exists: &no}}, true},
		"all operators of a criterion":       {role, Filter{"resource": {Contains: []string{"dev"}, Neq: []string{role.Resource}}}, false},
		"all criteria":                       {role, Filter{"status": {Eq: []string{"ACTIVE"}}, "findingType": {Eq: []string{"UnusedPermission"}}}, false},
		"a principal":                        {outside, Filter{"principal.AWS": {Eq: []string{"999999999999"}}}, true},
		"a principal of another kind":        {outside, Filter{"principal.Federated": {Exists: &yes}}, false},
		"a condition, whatever its case":     {outside, Filter{"condition.sts:externalid": {Eq: []string{"x"}}}, true},
		"public":                             {outside, Filter{"isPublic": {Eq: []string{"false"}}}, true},
		"a role finding has no principal":    {role, Filter{"principal.AWS": {Exists: &no}}, true},
		"what nobody knows matches nothing":  {role, Filter{"what": {Exists: &no}}, false},
		"id":                                 {role, Filter{"id": {Eq: []string{"F1"}}}, true},
		"the account that owns the resource": {role, Filter{"resourceOwnerAccount": {Eq: []string{owner}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.filter.Matcher().Match(c.of); got != c.want {
				t.Errorf("%t", got)
			}
		})
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	many := strings.Split(strings.Repeat("x ", 21), " ")[:21]
	for name, c := range map[string]struct {
		filter Filter
		of     AnalyzerType
		rule   bool
		want   string
	}{
		"an unknown name":               {Filter{"what": {Eq: []string{"x"}}}, AccountUnusedAccess, false, "filter.what"},
		"one of external access":        {Filter{"isPublic": {Eq: []string{"true"}}}, AccountUnusedAccess, false, "filter.isPublic"},
		"which is right there":          {Filter{"isPublic": {Eq: []string{"true"}}}, Account, false, ""},
		"no operator":                   {Filter{"status": {}}, Account, false, "filter.status"},
		"no value":                      {Filter{"status": {Eq: []string{}}}, Account, false, "filter.status.eq"},
		"too many values":               {Filter{"status": {Neq: many}}, Account, false, "filter.status.neq"},
		"as many as may be":             {Filter{"status": {Neq: many[:20]}}, Account, false, ""},
		"status in a rule":              {Filter{"status": {Eq: []string{"ACTIVE"}}}, Account, true, "filter.status"},
		"id in a rule":                  {Filter{"id": {Eq: []string{"x"}}}, Account, true, "filter.id"},
		"values are not looked at":      {Filter{"status": {Eq: []string{"NO SUCH"}}}, Account, false, ""},
		"too long altogether":           {Filter{"id": {Eq: []string{strings.Repeat("x", MaxFilterBytes)}}}, Account, false, "filter"},
		"a condition key without a key": {Filter{"condition.": {Eq: []string{"x"}}}, Account, false, "filter.condition."},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.filter.check(c.of, c.rule, "")
			wrong, ok := errors.AsType[*MemberError](err)
			if (err != nil) != ok || (c.want == "") != (err == nil) || ok && wrong.Member != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
