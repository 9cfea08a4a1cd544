package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// everyPage leads a browser over every page of the table of attacks, with its
// hostile names, and over that of sign-in.
func everyPage(t *testing.T, each func(p *tab, path string)) {
	for _, world := range []struct {
		make func(testing.TB) *world
		key  string
		org  bool
	}{{hostileWorld, auditorKey, false}, {hostileOrganization, f2AdminKey, true}} {
		w := world.make(t)
		p := browse(t, w).open()
		p.visit("/console/signin")
		each(p, "/console/signin")
		p.signIn(world.key, secret)
		seen := 0
		for pattern, rows := range attacks {
			if strings.HasPrefix(pattern, "POST") || slices.ContainsFunc([]string{"/csv", "/json", "/policy"}, func(end string) bool { return strings.HasSuffix(pattern, end) }) {
				continue // forms, and files
			}
			for _, row := range rows {
				if row.org != world.org {
					continue
				}
				path := strings.ReplaceAll(row.target, "=ID", "="+w.id)
				p.visit(path)
				if (p.status == http.StatusOK) != (pattern != "/console/") {
					t.Errorf("%s: status %d", path, p.status)
				}
				each(p, path)
				seen++
			}
		}
		if least := map[bool]int{false: 30, true: 4}[world.org]; seen < least {
			t.Fatalf("saw %d pages", seen)
		}
	}
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
