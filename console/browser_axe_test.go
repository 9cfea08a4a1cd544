package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe-core looks for what shuts people out of a page (MPL 2.0; used by tests,
// part of nothing).
const (
	axePackage = "axe-core@4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c" // SHA-256 of axe.min.js
)

// axe is the script, fetched with npm once and kept in the user's cache.
func axe(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	must(t, err)
	path := filepath.Join(cache, "ebbmark-tests", axePackage+".js")
	text, err := os.ReadFile(path)
	if err != nil {
		text = fetchAxe(t)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, text, 0o644))
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != axeSum {
		os.Remove(path)
		t.Fatalf("%s has the SHA-256 %x, want %s", path, sum, axeSum)
	}
	return string(text)
}

func fetchAxe(t testing.TB) []byte {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("npm is not installed: run scripts/test-deps")
		}
		t.Skip("npm is not installed: run scripts/test-deps")
	}
	dir := t.TempDir()
	for _, args := range [][]string{{"npm", "pack", "--silent", axePackage}, {"sh", "-c", "tar xzf axe-core-*.tgz package/axe.min.js"}} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "package", "axe.min.js"))
	must(t, err)
	return text
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
	script := axe(t)
	everyPage(t, func(p *tab, path string) {
		evaluate[bool](p, script+";true")
		for _, scheme := range []string{"light", "dark"} {
			p.do(prefers(scheme))
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
	script := axe(t)
	p := browse(t, newWorld(t)).open()
	p.visit("/console/signin")
	evaluate[bool](p, `document.querySelector("main").insertAdjacentHTML("beforeend", "<input><img src='/console/static/icon.svg'>"); true`)
	if found := get(p, chromedp.Evaluate[[]violation](script+";"+axeRun, chromedp.EvalAwaitPromise)); len(found) != 2 {
		t.Fatalf("a field without a label and a picture without a text are found as %+v", found)
	}
}

// prefers sets the colours that the browser's user likes.
func prefers(scheme string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
}
