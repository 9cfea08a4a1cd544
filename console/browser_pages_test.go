package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// everyAddress has a signed-in world for every page of the table of attacks, with
// its hostile names; and one that is not signed in for the page that does it.
func everyAddress(t *testing.T, each func(w *world, key, path string, status int)) {
	each(newWorld(t), "", "/console/signin", http.StatusOK)
	for _, of := range []struct {
		world func(testing.TB) *world
		key   string
		org   bool
		least int
	}{{hostileWorld, auditorKey, false, 30}, {hostileOrganization, f2AdminKey, true, 4}} {
		w, seen := of.world(t), 0
		for pattern, rows := range attacks {
			if strings.HasPrefix(pattern, "POST") || slices.ContainsFunc([]string{"/csv", "/json", "/policy"}, func(end string) bool { return strings.HasSuffix(pattern, end) }) {
				continue // forms, and files
			}
			status := http.StatusOK
			if pattern == "/console/" {
				status = http.StatusNotFound
			}
			for _, row := range rows {
				if row.org == of.org {
					each(w, of.key, strings.ReplaceAll(row.target, "=ID", "="+w.id), status)
					seen++
				}
			}
		}
		if seen < of.least {
			t.Fatalf("saw %d pages", seen)
		}
	}
}

// everyPage leads a browser over the pages of everyAddress.
func everyPage(t *testing.T, each func(p *tab, path string)) {
	tabs := map[*world]*tab{}
	everyAddress(t, func(w *world, key, path string, status int) {
		p := tabs[w]
		if p == nil {
			p = browse(t, w).open()
			if key != "" {
				p.visit("/console/signin")
				p.signIn(key, secret)
			}
			tabs[w] = p
		}
		p.visit(path)
		if p.status != int64(status) {
			t.Errorf("%s: status %d, want %d", path, p.status, status)
		}
		each(p, path)
	})
}

// wider is by how many pixels a page is wider than its window; parts that scroll
// by themselves do not count.
const wider = `document.documentElement.scrollWidth - document.documentElement.clientWidth`

// TestBrowserWidths looks at every page in a wide window, in one that is zoomed
// to 200 %, and on a small telephone: none has to be scrolled sideways.
func TestBrowserWidths(t *testing.T) {
	everyPage(t, func(p *tab, path string) {
		for _, width := range []int64{1200, 640, 320} {
			p.do(chromedp.EmulateViewport(width, 640))
			if n := evaluate[int](p, wider); n > 0 {
				t.Errorf("%s is %d pixels wider than a window of %d", path, n, width)
			}
		}
	})
}

// TestBrowserKeyboard: the first key leads to the content and the second past it,
// and what has the focus shows it.
func TestBrowserKeyboard(t *testing.T) {
	p := browse(t, newWorld(t)).open()
	p.visit("/console/signin")
	p.do(chromedp.KeyEvent("\t"))
	if got := evaluate[string](p, `document.activeElement.innerText + " " + getComputedStyle(document.activeElement).outlineStyle`); got != "Skip to content solid" {
		t.Errorf("the first Tab leads to %q", got)
	}
	p.do(chromedp.KeyEvent("\r"))
	p.do(chromedp.KeyEvent("\t"))
	if got := evaluate[string](p, `document.activeElement.id`); got != "key" {
		t.Errorf("after the skip link, Tab leads to %q, want the first field", got)
	}
}

// TestBrowserPrint prints a report as a dark browser would: what a reader of
// paper needs is there, on white, and what only a screen can use is not.
func TestBrowserPrint(t *testing.T) {
	p := browse(t, withFindings(t, auditorKey)).open()
	p.visit("/console/signin")
	p.signIn(auditorKey, secret)
	p.visit("/console/roles/last-accessed?id=app")
	p.do(media("print", "dark"))
	for script, want := range map[string]string{
		`getComputedStyle(document.body).backgroundColor`: "rgb(255, 255, 255)",
		`getComputedStyle(document.body).color`:           "rgb(0, 0, 0)",
		`[...document.querySelectorAll("nav, select, input, button, .cli, .skip")].filter(e => e.checkVisibility()).map(e => e.outerHTML).join("\n")`: "",
		`[...document.querySelectorAll("h1, table, .note, .brand, .who")].filter(e => !e.checkVisibility()).map(e => e.outerHTML).join("\n")`:         "",
		`getComputedStyle(document.querySelector(".scroll")).overflowX`:                                                                               "visible",
	} {
		if got := evaluate[string](p, script); got != want {
			t.Errorf("%s is %q on paper, want %q", script, got, want)
		}
	}
	p.visit("/console/findings?analyzer=unused")
	if !evaluate[bool](p, `document.querySelector("main table").checkVisibility() && !document.querySelector("main input, main button").checkVisibility()`) {
		t.Error("the findings are not on paper, or what selects them is")
	}
	p.visit("/console/roles/activity?id=app")
	if !evaluate[bool](p, `[...document.querySelectorAll("svg.picture")].length > 1 && [...document.querySelectorAll("svg.picture")].every(e => e.checkVisibility())`) {
		t.Error("the pictures of activity are not on paper")
	}
}
