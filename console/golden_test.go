package console

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// update writes the pages as they are now: go test ./console -run Golden -update.
// Read the difference before you commit it.
var update = flag.Bool("update", false, "write testdata/golden")

var (
	goldenToken = regexp.MustCompile(`(name="csrf" value=")[^"]+`)
	goldenID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
)

// TestGoldenPages compares main pages of the fixture with testdata/golden: the
// whole page where there is nothing, and of others what is within the frame that
// all share. What is random, tokens of forms and IDs of findings, has a word in
// its place.
func TestGoldenPages(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("type=UnusedPermission&kind=AWS::IAM::Role&resource=app")
	w.does("findings/recommendation", "/console/findings/recommendation?analyzer=unused&id="+id, "analyzer", "unused", "id", id)
	for name, target := range map[string]string{
		"signin":         "/console/signin?ended=1",
		"roles":          "/console/roles?q=app",
		"last-accessed":  "/console/roles/last-accessed?id=app&show=all",
		"service":        "/console/roles/last-accessed/service?id=app&service=s3",
		"versions":       "/console/policies/versions?id=" + teamEc2,
		"edit":           "/console/policies/edit?id=" + teamEc2,
		"findings":       "/console/findings?analyzer=unused&sort=resource",
		"finding":        "/console/findings/finding?analyzer=unused&id=" + id,
		"recommendation": "/console/findings/recommendation?analyzer=unused&id=" + id,
		"nothing":        "/console/nothing",
	} {
		t.Run(name, func(t *testing.T) {
			page := w.send("GET", target, nil).Body.String()
			page = goldenID.ReplaceAllString(goldenToken.ReplaceAllString(page, "${1}TOKEN"), "ID")
			if name != "nothing" {
				_, page, _ = strings.Cut(page, "<main ")
				page, _, _ = strings.Cut(page, "</main>")
				page = "<main " + page + "</main>\n"
			}
			file := filepath.Join("testdata", "golden", name+".html")
			if *update {
				must(t, os.MkdirAll(filepath.Dir(file), 0o755))
				must(t, os.WriteFile(file, []byte(page), 0o644))
			}
			want, err := os.ReadFile(file)
			must(t, err)
			if page != string(want) {
				t.Errorf("the page has changed. Look at it, then write it with -update:\n%s", firstDifference(string(want), page))
			}
		})
	}
}

// firstDifference is the first line that two texts differ in.
func firstDifference(want, got string) string {
	was, is := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			return "- " + was[i] + "\n+ " + is[i]
		}
	}
	return "one is longer"
}
