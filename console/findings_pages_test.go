package console

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

var nextHref = regexp.MustCompile(`<a href="([^"]+)" rel="next">`)

// follow counts the matches on a page and on those that it leads on to.
func (w *world) follow(target string, what *regexp.Regexp) (found, pages int) {
	w.t.Helper()
	for pages < 10 {
		page := w.page(target)
		pages++
		found += len(what.FindAllString(page, -1))
		next := nextHref.FindStringSubmatch(page)
		if next == nil {
			return found, pages
		}
		target = html.UnescapeString(next[1])
	}
	w.t.Fatalf("%s leads on and on", target)
	return 0, 0
}

// TestManyFindings: lists have pages, and files have all.
func TestManyFindings(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := f1()
	for i := range 120 {
		name := fmt.Sprintf("idle%03d", i)
		a.Roles = append(a.Roles, &inventory.Role{Name: name, ID: fmt.Sprintf("AROAIDLE%012d", i), ARN: f1Prefix + "role/" + name, Path: "/", Created: old, Inline: []inventory.Inline{{Name: "p", Document: allow("s3:GetObject")}}})
	}
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	w.does("analyzers/delete", "/console/analyzers", "analyzer", "unused")
	w.does("analyzers/create", "/console/findings?analyzer=unused", "name", "unused", "type", "ACCOUNT_UNUSED_ACCESS", "age", "90")
	if found, pages := w.follow("/console/findings?analyzer=unused&resource=idle&sort=resource", findingHref); found != 120 || pages != 3 {
		t.Errorf("%d findings on %d pages", found, pages)
	}
	if n := strings.Count(w.send("GET", "/console/findings/csv?analyzer=unused&resource=idle", nil).Body.String(), "\n"); n != 121 {
		t.Errorf("%d lines", n)
	}
	first := w.page("/console/findings?analyzer=unused&resource=idle&sort=resource")
	lacks(t, first, "First page")
	has(t, w.page(html.UnescapeString(nextHref.FindStringSubmatch(first)[1])), `<a href="/console/findings?analyzer=unused&amp;resource=idle&amp;sort=resource&amp;status=ACTIVE" rel="first">First page</a>`)
	if a := w.send("GET", "/console/findings?analyzer=unused&next=nonsense", nil); a.Code != http.StatusBadRequest {
		t.Errorf("a page that there is not: %d", a.Code)
	}
	w.page("/console/")
	w.does("findings/status", "/console/findings?analyzer=unused&dir=desc&sort=updatedAt&status=ACTIVE", "analyzer", "unused", "to", "ARCHIVED",
		"id", w.finding("resource=idle001"), "id", w.finding("resource=idle002"))
	has(t, w.page("/console/findings?analyzer=unused"), "2 archived")
}

// TestManyServices: the details of a finding have pages, and the recommendation
// has the evidence of all.
func TestManyServices(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := f1()
	a.RoleByName("app").Created = old
	a.RoleByName("app").Inline = []inventory.Inline{{Name: "Everything", Document: allow("*")}}
	must(t, w.book.Replace(t.Context(), a))
	must(t, w.scan())
	id := w.finding("resource=role/service")
	service := regexp.MustCompile(`last-accessed/service\?id=app&amp;service=[^"]+">`)
	found, pages := w.follow("/console/findings/finding?analyzer=unused&id="+id, service)
	if found < 200 || pages != (found+49)/50 {
		t.Errorf("%d services on %d pages", found, pages)
	}
	page, _ := w.recommended("resource=role/service")
	has(t, page, `<th scope="row">ec2:*</th>`, `<th scope="row">xray:*</th>`, `<th scope="row">s3:DeleteBucket</th>`, "<strong>Logs never show uses of iam:PassRole</strong>")
}

// TestResolved: access that is used again needs nothing any more.
func TestResolved(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("type=UnusedIAMRole")
	a := f1()
	for _, r := range a.Roles {
		r.Created = w.clock // too young to be called unused
	}
	must(t, w.book.Replace(t.Context(), a))
	w.clock = w.clock.Add(time.Minute)
	must(t, w.scan())
	page := w.page("/console/findings/finding?analyzer=unused&id=" + id)
	has(t, page, "<dt>Status</dt><dd>RESOLVED</dd>", "This finding is resolved")
	lacks(t, page, `name="to"`)
	has(t, w.page("/console/findings?analyzer=unused&type=UnusedIAMRole"), "No finding fits this filter.")
	list := w.page("/console/findings?analyzer=unused&type=UnusedIAMRole&status=RESOLVED")
	has(t, list, id)
	lacks(t, list, `type="checkbox"`)
	w.page("/console/")
	if code, _, page := w.sends("findings/status", "analyzer", "unused", "id", id, "to", "ACTIVE"); code != http.StatusBadRequest || !strings.Contains(page, "its status cannot be changed") {
		t.Errorf("%d %s", code, page)
	}
}

// TestExternalAccess: findings of who from outside may assume a role.
func TestExternalAccess(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := f1()
	a.Roles = append(a.Roles, &inventory.Role{Name: "shared", ID: "AROASHAREDEXAMPLE0001", ARN: f1Prefix + "role/shared", Path: "/", Created: old,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"<script>"}}}]}`})
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	w.does("analyzers/create", "/console/findings?analyzer=outside", "name", "outside", "type", "ACCOUNT", "age", "")
	list := w.page("/console/findings?analyzer=outside&public=false")
	has(t, list, "External access: arn:aws:iam::111122223333:role/shared", `<option value="false" selected>no</option>`)
	id := regexp.MustCompile(`analyzer=outside&amp;id=([0-9a-f-]+)"`).FindStringSubmatch(list)
	if id == nil {
		t.Fatal("no finding")
	}
	page := w.page("/console/findings/finding?analyzer=outside&id=" + id[1])
	has(t, page, "<h1>External access: shared</h1>", "Somebody outside may do this", "<code>sts:AssumeRole</code>", "444455556666", "&lt;script&gt;")
	lacks(t, page, "<script", "Recommendation")
	lacks(t, w.page("/console/findings?analyzer=outside&public=true"), "role/shared")
}
