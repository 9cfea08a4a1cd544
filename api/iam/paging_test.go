package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

// names are the values of one member of a list of objects, or a list of
// strings.
func names(list any, member string) []string {
	var out []string
	entries, _ := list.([]any)
	for _, e := range entries {
		if object, ok := e.(map[string]any); ok {
			e = object[member]
		}
		out = append(out, e.(string))
	}
	return out
}

func TestPaging(t *testing.T) {
	w := newHouse(t)
	for name, c := range map[string]struct {
		call  []string
		lists string // "LIST MEMBER" of each, by comma
		want  string // pages
	}{
		"users":               {[]string{"ListUsers", "MaxItems", "2"}, "Users UserName", "ann Bob|Zoe"},
		"exactly a page":      {[]string{"ListUsers", "MaxItems", "3"}, "Users UserName", "ann Bob Zoe"},
		"one by one":          {[]string{"ListUsers", "MaxItems", "1"}, "Users UserName", "ann|Bob|Zoe"},
		"with a filter":       {[]string{"ListUsers", "MaxItems", "1", "PathPrefix", "/dev/"}, "Users UserName", "ann|Zoe"},
		"users of a group":    {[]string{"GetGroup", "GroupName", "developers", "MaxItems", "1"}, "Users UserName", "ann|Zoe"},
		"inline policies":     {[]string{"ListUserPolicies", "UserName", "Zoe", "MaxItems", "1"}, "PolicyNames -", "Extra|own"},
		"attached policies":   {[]string{"ListAttachedUserPolicies", "UserName", "Zoe", "MaxItems", "1"}, "AttachedPolicies PolicyName", "ReadOnlyAccess|Work"},
		"tags":                {[]string{"ListUserTags", "UserName", "Zoe", "MaxItems", "1"}, "Tags Key", "Note|team"},
		"versions":            {[]string{"ListPolicyVersions", "PolicyArn", f1Prefix + "policy/team/Work", "MaxItems", "2"}, "Versions VersionId", "v12 v2|v1"},
		"policies":            {[]string{"ListPolicies", "MaxItems", "3"}, "Policies PolicyName", "Limit ReadOnlyAccess spare|Unused Work"},
		"entities, together":  {[]string{"ListEntitiesForPolicy", "PolicyArn", f1Prefix + "policy/team/Work", "MaxItems", "2"}, "PolicyGroups GroupName,PolicyUsers UserName,PolicyRoles RoleName", "developers Zoe|web"},
		"the snapshot (21)":   {[]string{"GetAccountAuthorizationDetails", "MaxItems", "4"}, "UserDetailList UserName,GroupDetailList GroupName,RoleDetailList RoleName,Policies PolicyName", "ann Bob Zoe admins|developers Idle web Limit|ReadOnlyAccess spare Work"},
		"it ends with a list": {[]string{"GetAccountAuthorizationDetails", "MaxItems", "3", "Filter.member.1", "User", "Filter.member.2", "Role"}, "UserDetailList UserName,GroupDetailList GroupName,RoleDetailList RoleName,Policies PolicyName", "ann Bob Zoe|Idle web"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			var pages []string
			for marker := ""; len(pages) < 10; {
				call := c.call[1:]
				if marker != "" {
					call = append(slices.Clone(call), "Marker", marker)
				}
				answer := w.get(c.call[0], call...).(map[string]any)
				var page []string
				for list := range strings.SplitSeq(c.lists, ",") {
					name, member, _ := strings.Cut(list, " ")
					page = append(page, names(answer[name], member)...)
				}
				pages = append(pages, strings.Join(page, " "))
				marker, _ = answer["Marker"].(string)
				if more := answer["IsTruncated"] == "true"; more != (marker != "") || len(marker) > 320 {
					t.Fatalf("IsTruncated %v with marker %q", answer["IsTruncated"], marker)
				}
				if marker == "" {
					break
				}
			}
			if got := strings.Join(pages, "|"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestPagesOfAChangingList: who comes or goes between two pages hides nobody
// else and repeats nobody.
func TestPagesOfAChangingList(t *testing.T) {
	w := newHouse(t)
	first := w.get("ListUsers", "MaxItems", "2").(map[string]any)
	marker := first["Marker"].(string)
	for name, c := range map[string]struct {
		change func(*inventory.Account)
		want   string
	}{
		"nothing changed":        {func(*inventory.Account) {}, "Zoe"},
		"someone before is gone": {func(a *inventory.Account) { a.Users = a.Users[1:] }, "Zoe"},
		"someone before came":    {func(a *inventory.Account) { a.Users = append(a.Users, user("/", "aaron", "AIDAAARONEXAMPLE00001")) }, "Zoe"},
		"the last one is gone":   {func(a *inventory.Account) { a.Users = slices.Delete(a.Users, 1, 2) }, "Zoe"},
		"someone after came":     {func(a *inventory.Account) { a.Users = append(a.Users, user("/", "mia", "AIDAMIAEXAMPLE0000001")) }, "mia Zoe"},
		"everyone after is gone": {func(a *inventory.Account) { a.Users = a.Users[:2] }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			a := furnished()
			c.change(a)
			a.Index()
			w.must(w.Book.Replace(t.Context(), a))
			answer := w.get("ListUsers", "Marker", marker).(map[string]any)
			if got := strings.Join(names(answer["Users"], "UserName"), " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestMarkersOfOtherLists(t *testing.T) {
	w := newHouse(t)
	users := w.get("ListUsers", "MaxItems", "1").(map[string]any)["Marker"].(string)
	policies := w.get("ListUserPolicies", "UserName", "Zoe", "MaxItems", "1").(map[string]any)["Marker"].(string)
	job := marker{servicesPage, "00000000-0000-4000-8000-000000000001", 1}.String()
	w.get("ListUsers", "Marker", users, "MaxItems", "7")
	w.get("ListUserPolicies", "UserName", "ZOE", "Marker", policies)
	for name, call := range map[string][]string{
		"of another operation": {"ListRoles", "Marker", users},
		"of another user":      {"ListUserPolicies", "UserName", "ann", "Marker", policies},
		"of a report":          {"ListUsers", "Marker", job},
		"cut short":            {"ListUsers", "Marker", users[:len(users)-1]},
		"too long":             {"ListUsers", "Marker", strings.Repeat("A", 321)},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			if got, want := w.fails(auditor(), call[0], call[1:]...), "400 ValidationError: Invalid Marker."; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// TestLongNamesFitAMarker: 128 characters of name, which is the longest.
func TestLongNamesFitAMarker(t *testing.T) {
	p := place{scopeOf("ListEntitiesForPolicy", strings.Repeat("x", 2048)), 3, 1000, strings.Repeat("x", 128)}
	if s := p.String(); len(s) > maxMarker {
		t.Errorf("a marker of %d characters", len(s))
	} else if got, ok := parsePlace(s); !ok || got != p {
		t.Errorf("%v is read as %v, %v", p, got, ok)
	}
}

// TestTakeCountsEqualNames: policies of AWS may have the name of one of the
// account.
func TestTakeCountsEqualNames(t *testing.T) {
	list := []string{"a", "b", "b", "b", "c"}
	var got []string
	p := &pager{room: 2}
	for {
		got = append(got, strings.Join(take(p, list, func(s string) string { return s }, nil), ""))
		if !p.more {
			break
		}
		p = &pager{from: p.last, room: 2}
	}
	if want := "ab|bb|c"; strings.Join(got, "|") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func FuzzPlace(f *testing.F) {
	f.Add(place{scopeOf("ListUsers"), 1, 2, "alice"}.String())
	f.Add(place{}.String())
	f.Add("invalid")
	f.Add("lPD2Fd6S4\roE2IDAgMCA")
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := parsePlace(s)
		if ok && p.String() != s {
			t.Errorf("%q is read as %v, which is %q", s, p, p)
		}
		list := []string{"a", "b"}
		if ok {
			page := &pager{from: p, room: 2}
			if n := len(take(page, list, func(s string) string { return s }, nil)); n > 2 {
				t.Error(fmt.Sprint("a page of ", n))
			}
		}
	})
}
