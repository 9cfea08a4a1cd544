package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ebbmark/ebbmark/internal/servers"
)

// vnu is the Nu Html Checker of the W3C (MIT; used by tests, part of nothing).
var vnu = servers.Package{Name: "vnu-jar@26.9.27", Sum: "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7"}

// complaint is what the checker says of a file.
type complaint struct{ Type, URL, Message, Extract string }

// validate lets the checker look at files of HTML or CSS.
func validate(t testing.TB, files ...string) []complaint {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run has no Java")
	}
	java := servers.Installed(t, "java")
	args := append([]string{"-jar", filepath.Join(vnu.Folder(t), "build/dist/vnu.jar"), "--stdout", "--format", "json", "--exit-zero-always", "--also-check-css"}, files...)
	out, err := exec.CommandContext(t.Context(), java, args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, exit.Stderr)
	}
	must(t, err)
	var answer struct{ Messages []complaint }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return answer.Messages
}

// TestHTML validates every page, with its hostile names, and the style sheet.
func TestHTML(t *testing.T) {
	dir, names, files := t.TempDir(), map[string]string{}, []string{"static/console.css"}
	everyAddress(t, func(w *world, _, path string, status int) {
		file := filepath.Join(dir, fmt.Sprintf("%d.html", len(files)))
		answer := w.send("GET", path, nil)
		if answer.Code != status {
			t.Errorf("%s: status %d, want %d", path, answer.Code, status)
		}
		must(t, os.WriteFile(file, answer.Body.Bytes(), 0o600))
		names["file:"+file] = path
		files = append(files, file)
	})
	for _, c := range validate(t, files...) {
		t.Errorf("%s%s: %s: %s\n%s", names[c.URL], map[bool]string{true: c.URL}[names[c.URL] == ""], c.Type, c.Message, c.Extract)
	}
}

// TestHTMLFaults is the other side: what is not valid is found.
func TestHTMLFaults(t *testing.T) {
	page := newWorld(t).send("GET", "/console/signin", nil).Body.String()
	dir := t.TempDir()
	html, css := filepath.Join(dir, "page.html"), filepath.Join(dir, "style.css")
	must(t, os.WriteFile(html, []byte(page+"<p id=key>"), 0o600))
	must(t, os.WriteFile(css, []byte("p { colour: red; }"), 0o600))
	if found := validate(t, html, css); len(found) < 2 || found[0].URL == found[len(found)-1].URL {
		t.Fatalf("an element after the end and a property that is none are found as %+v", found)
	}
}
