package console

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ebbmark/ebbmark/internal/servers"
)

// axe looks for what shuts people out of a page (MPL 2.0; used by tests, part of
// nothing).
var axe = servers.Package{Name: "axe-core@4.14.1", Sum: "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"}

// axeScript is its text.
func axeScript(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(axe.Folder(t), "axe.min.js"))
	must(t, err)
	return string(text)
}

// violation is a rule that a page breaks, and where.
type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// axeRun is what axe-core finds on a page with all its rules.
const axeRun = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({
	ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))})))`

// TestBrowserAxe lets axe-core look at every page in light and in dark.
func TestBrowserAxe(t *testing.T) {
	script := axeScript(t)
	everyPage(t, func(p *tab, path string) {
		evaluate[bool](p, script+";true")
		for _, scheme := range []string{"light", "dark"} {
			p.do(media("screen", scheme))
			for _, v := range get(p, chromedp.Evaluate[[]violation](axeRun, chromedp.EvalAwaitPromise)) {
				for _, n := range v.Nodes {
					t.Errorf("%s in %s: %s: %s\n%s\n%s", path, scheme, v.ID, v.Help, n.HTML, n.FailureSummary)
				}
			}
		}
	})
}

// TestBrowserAxeFinds is the other side: pages that are not sound are found.
func TestBrowserAxeFinds(t *testing.T) {
	script := axeScript(t)
	p := browse(t, newWorld(t)).open()
	p.visit("/console/signin")
	evaluate[bool](p, `document.querySelector("main").insertAdjacentHTML("beforeend", "<input><img src='/console/static/icon.svg'>"); true`)
	if found := get(p, chromedp.Evaluate[[]violation](script+";"+axeRun, chromedp.EvalAwaitPromise)); len(found) != 2 {
		t.Fatalf("a field without a label and a picture without a text are found as %+v", found)
	}
}
