package console

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

const twoRoles = `<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles>` +
	`<member><Path>/a&amp;b/</Path><RoleName>one</RoleName><Tags><member><Key>RoleName</Key></member></Tags><CreateDate>2024-01-02T03:04:05Z</CreateDate></member>` +
	"\n <member><Path/><RoleName>&lt;two&#39;</RoleName></member>" +
	`</Roles><IsTruncated>true</IsTruncated><Marker>m&#34;</Marker></ListRolesResult></ListRolesResponse>`

func TestMembers(t *testing.T) {
	var got []row
	rest, err := members([]byte(twoRoles), "Roles", func(m listed) { got = append(got, m.row("RoleName")) })
	must(t, err)
	want := []row{{ID: "one", Name: "one", Path: "/a&b/", Created: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}, {ID: "<two'", Name: "<two'"}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if rest.text("IsTruncated") != "true" || rest.text("Marker") != `m"` || rest.text("Nothing") != "" {
		t.Errorf("the rest is %s", rest)
	}
	for _, empty := range []string{"<R><Roles></Roles></R>", "<R><Roles/></R>", "<R><Roles>\n</Roles></R>"} {
		if _, err := members([]byte(empty), "Roles", func(listed) { t.Errorf("%s has a member", empty) }); err != nil {
			t.Errorf("%s: %v", empty, err)
		}
	}
	for _, broken := range []string{"", "<Roles>", "<Users></Users>", "<Roles><member>", "<Roles><member><member></member></Roles>", "<Roles><x></x></Roles>", "<Roles><member></member>"} {
		if _, err := members([]byte(broken), "Roles", func(listed) {}); !errors.Is(err, errNoList) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

// FuzzMembers compares members with encoding/xml.
func FuzzMembers(f *testing.F) {
	f.Add("one", "/", "two", true)
	f.Add("</member>", "&lt;<member>", "]]>", false)
	f.Fuzz(func(t *testing.T, name, path, other string, more bool) {
		type one struct{ RoleName, Path, Arn string }
		type list struct {
			XMLName     xml.Name `xml:"R"`
			Roles       []one    `xml:"Roles>member"`
			IsTruncated bool
			Marker      string
		}
		in := list{Roles: []one{{name, path, other}, {other, name, path}}, IsTruncated: more, Marker: other}
		text, err := xml.Marshal(in)
		must(t, err)
		var want list
		if xml.Unmarshal(text, &want) != nil {
			return // text that is no XML even when escaped
		}
		var got []one
		rest, err := members(text, "Roles", func(m listed) { got = append(got, one{m.text("RoleName"), m.text("Path"), m.text("Arn")}) })
		must(t, err)
		if !slices.Equal(got, want.Roles) || rest.text("Marker") != want.Marker || (rest.text("IsTruncated") == "true") != more {
			t.Errorf("%q: %+v", text, got)
		}
		_, _ = members([]byte(name), "Roles", func(listed) {}) // what is no answer at all does not panic
	})
}

// TestListsOfManyPages has an API that answers in pages.
func TestListsOfManyPages(t *testing.T) {
	asked := 0
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		must(t, r.ParseForm())
		if marker := r.PostForm.Get("Marker"); asked == 0 && marker != "" || asked > 0 && marker != "here" {
			t.Errorf("asked for page %d with marker %q", asked, marker)
		}
		asked++
		fmt.Fprintf(w, "<A><B><Users><member><UserName>u%d</UserName></member></Users><IsTruncated>%v</IsTruncated><Marker>here</Marker></B></A>", asked, asked < 3)
	})
	w := newWorld(t)
	w.console.API = api
	q := &request{Request: httptest.NewRequest("GET", "/console/users", nil)}
	q.client = w.console.client(q.Request, identity{Region: "us-east-1"})
	rows, whole, err := listUsers(q)
	if err != nil || !whole || len(rows) != 3 || rows[2].Name != "u3" {
		t.Errorf("%v %v %v", rows, whole, err)
	}
}
