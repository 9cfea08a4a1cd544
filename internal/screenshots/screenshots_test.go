// Package screenshots makes the pictures of docs/screenshots: a browser walks the
// console of the demo, as everybody can with `make demo`. The tests make them
// too, and throw them away, so that the way to them stays walkable.
package screenshots

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/ebbmark/ebbmark/internal/servers"
)

var (
	out    = flag.String("out", "", "folder for the pictures; default a temporary one")
	events = flag.String("events", "20000", "records of the demo's logs")
)

// Size of a picture in pixels.
const width, height = 1200, 800

// within bounds everything: a demo that does not start must not hang the test.
const within = 5 * time.Minute

// The demo's keys, as it prints them.
const (
	account = "AKIAEBBMARKDEMO00001"
	manager = "AKIAEBBMARKDEMO00002"
	secret  = "ebbmark-demo-secret-key-not-for-use"
)

// picture is a page: an address, or what to click on the page before.
type picture struct{ name, address, click, scheme string }

// pictures are the pages of an account, in the order in which they are taken.
var pictures = []picture{
	{"home", "/console/", "", "light"},
	{"last-accessed", "/console/roles/last-accessed?id=payments-api", "", "light"},
	{"service", "/console/roles/last-accessed/service?id=payments-api&service=s3", "", "light"},
	{"activity", "/console/roles/activity?id=payments-settlement", "", "light"},
	{"coverage", "/console/coverage", "", "light"},
	{"findings", "/console/findings?analyzer=unused", "", "light"},
	{"finding", "/console/findings?analyzer=unused&type=UnusedPermission&resource=payments-api", "", "light"},
	{"finding", "", `//main//tbody//th/a[contains(@aria-label, "payments-api")]`, "light"},
	{"recommendation", "", `//main//button[normalize-space()="Make a recommendation"]`, "light"},
	{"last-accessed-dark", "/console/roles/last-accessed?id=payments-api", "", "dark"},
}

// done tells that a page has no work that it waits for.
const done = `document.querySelector("main [role=status]") === null`

func TestScreenshots(t *testing.T) {
	if testing.Short() {
		t.Skip("a short run has no browser")
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	t.Cleanup(cancel) // after what ends the demo and the browser
	dir := *out
	if dir == "" {
		dir = t.TempDir()
	}
	must(t, os.MkdirAll(dir, 0o755))
	w := &walker{t: t, site: demo(ctx, t), dir: dir}
	w.context = browser(ctx, t)

	w.signIn(account)
	w.visit("/console/analyzers")
	w.do(chromedp.SetValue(chromedp.CSS("#name"), "unused"))
	w.click(`//button[normalize-space()="Create analyzer"]`)
	w.await("/console/findings?analyzer=unused", `document.querySelector("main table") !== null`)
	for _, p := range pictures {
		w.prefers(p.scheme)
		if p.click != "" {
			w.click(p.click)
		}
		w.await(p.address, done)
		w.take(p.name)
	}
	w.click(`//button[normalize-space()="Sign out"]`)
	w.prefers("light")
	w.signIn(manager)
	// The tree tells the share of what the session has a report on.
	for _, id := range []string{"r-ebbm", "ou-ebbm-workload", "ou-ebbm-payments"} {
		w.visit("/console/organization")
		w.click(`//main//li/span[contains(., "` + id + `")]/../a[starts-with(@aria-label, "Report:")]`)
		w.await("", done)
	}
	w.take("organization-report")
	w.visit("/console/organization")
	w.take("organization")
}

// demo runs the real program until the test ends.
func demo(ctx context.Context, t *testing.T) (site string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ebbmark")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", program, "../../cmd/ebbmark").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, text)
	}
	cmd := exec.CommandContext(ctx, program, "demo", "--listen", "127.0.0.1:0", "--events", *events)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	lines, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	text := bufio.NewScanner(lines)
	for text.Scan() {
		if at, ok := strings.CutPrefix(text.Text(), "listening on "); ok {
			site = strings.TrimSpace(at)
			break
		}
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for text.Scan() {
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-drained
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v:\n%s", err, errors.String())
		}
	})
	if site == "" {
		t.Fatalf("the demo did not start")
	}
	return site
}

func browser(ctx context.Context, t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(servers.Installed(t, "chromium", "chromium-browser", "google-chrome")), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // it sees only the demo's pages, and may run as root
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("no-proxy-server", true), chromedp.WindowSize(width, height))
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	page, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(page)
		cancel()
		stop()
	})
	must(t, chromedp.Do(page, chromedp.EmulateViewport(width, height)))
	return page
}

// walker walks through the console and takes pictures.
type walker struct {
	t         *testing.T
	site, dir string
	context   context.Context
}

type step = chromedp.Action[chromedp.Void]

func (w *walker) do(steps ...step) {
	w.t.Helper()
	must(w.t, chromedp.Do(w.context, steps...))
}

// follow takes steps of which the last one leads to another page.
func (w *walker) follow(steps ...step) {
	w.t.Helper()
	answer, err := chromedp.RunResponse(w.context, steps...)
	must(w.t, err)
	if answer.Status != 200 {
		w.t.Fatalf("%s: status %d", answer.URL, answer.Status)
	}
}

func (w *walker) visit(path string) { w.t.Helper(); w.follow(chromedp.Navigate(w.site + path)) }
func (w *walker) click(xpath string) {
	w.t.Helper()
	w.follow(chromedp.Click(chromedp.Search(xpath)))
}

func (w *walker) signIn(key string) {
	w.t.Helper()
	w.visit("/console/signin")
	w.do(chromedp.SetValue(chromedp.CSS("#key"), key), chromedp.SetValue(chromedp.CSS("#secret"), secret))
	w.click(`//main//button`)
}

// await loads a page (or none, for the one that is open) until a condition holds,
// which a bounded number of loads must bring about.
func (w *walker) await(path, condition string) {
	w.t.Helper()
	for n := 0; ; n++ {
		if path != "" {
			w.visit(path)
		}
		holds, err := chromedp.Run(w.context, chromedp.Evaluate[bool](condition))
		must(w.t, err)
		if holds {
			return
		}
		if w.context.Err() != nil || n > 10_000 {
			w.t.Fatalf("%s: %s does not come true", path, condition)
		}
		if path == "" {
			w.follow(chromedp.Reload())
		}
	}
}

func (w *walker) prefers(scheme string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

var odd = regexp.MustCompile(`(?i)went wrong|not accepted|no permission`)

// take writes a picture of the page, and checks that there is something on it.
func (w *walker) take(name string) {
	w.t.Helper()
	text, err := chromedp.Run(w.context, chromedp.Text(chromedp.CSS("main")))
	must(w.t, err)
	if len(text) < 200 || odd.MatchString(text) {
		w.t.Errorf("%s reads %q", name, text)
	}
	picture, err := chromedp.Run(w.context, chromedp.CaptureScreenshot())
	must(w.t, err)
	if size, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || size.Width != width || size.Height != height {
		w.t.Errorf("%s: %+v, %v", name, size, err)
	}
	must(w.t, os.WriteFile(filepath.Join(w.dir, name+".png"), picture, 0o644))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
