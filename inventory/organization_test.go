package inventory

import (
	"strings"
	"testing"
)

func TestLooksLikeOrganization(t *testing.T) {
	for name, c := range map[string]struct {
		head string
		want bool
	}{
		"an organization first":             {`{"Organization": {"Id": "o-exampleorg1"}}`, true},
		"accounts first, and cut off":       {`{"Accounts": [{"Id": "1111`, true},
		"a byte order mark before":          {"\xef\xbb\xbf" + `{"Roots": []}`, true},
		"policies first":                    {`{"Policies": [{"PolicySummary": {"Id": "p-12345678"}, "Content": "{}"}]}`, true},
		"policies first, content first":     {`{"Policies": [{"Content": "{}"}]}`, true},
		"policies empty":                    {`{"Policies": [], "Roots": []}`, true},
		"a note before":                     {`{"Note": "Roots", "N": 1, "Accounts": []}`, true},
		"a snapshot":                        {`{"UserDetailList": [], "Roots": []}`, false},
		"a snapshot with policies first":    {`{"Policies": [{"PolicyName": "p", "PolicyVersionList": [{"Document": {}}]}], "UserDetailList": []}`, false},
		"a name that is a value, not a key": {`{"Note": "Organization", "RoleDetailList": []}`, false},
		"keys further down":                 {`{"a": {"Organization": 1, "Roots": []}}`, false},
		"a list of pages":                   {`[{"Organization": 1}]`, false},
		"AWS managed policies":              {`{"Policy": {"PolicyName": "p", "Arn": "arn:aws:iam::aws:policy/p"}}`, false},
		"nothing":                           {``, false},
		"no JSON":                           {`<Organization>`, false},
		"very deep":                         {`{"a":` + strings.Repeat("[", 5000), false},
	} {
		if got := LooksLikeOrganization([]byte(c.head)); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func FuzzLooksLikeOrganization(f *testing.F) {
	for _, head := range []string{`{"Organization":1}`, `{"Policies":[{"Content":""}]}`, `{"a":[],"b":{"c":1},"Roots"`, `{"UserDetailList"`, `[`, ``} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		// What is an export by its beginning stays one, however it goes on.
		if LooksLikeOrganization(head) && !LooksLikeOrganization(append(head[:len(head):len(head)], `,"x":"y"}`...)) {
			t.Errorf("%q", head)
		}
	})
}
