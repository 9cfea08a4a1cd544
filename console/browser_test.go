package console

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/inventory"
)

// stepWithin is how long one step of a browser may take; it ends a test that
// would hang.
const stepWithin = time.Minute

// chromium is where the browser is. The runs that look for races, which are short, do without:
// all that they could find is found by the tests without a browser.
func chromium(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run has no browser")
	}
	return servers.Installed(t, "chromium", "chromium-browser", "google-chrome")
}

// browser is a real Chromium with a profile of its own, and a world that listens.
type browser struct {
	*world
	site    string // address of the server
	context context.Context
}

// step is one that a tab takes.
type step = chromedp.Action[chromedp.Void]

// tab is a page of a browser, used as people do: by what they read.
type tab struct {
	t       testing.TB
	site    string
	context context.Context
	status  int64 // of the page seen last
}

// browse starts a browser before a world.
func browse(t testing.TB, w *world) *browser {
	t.Helper()
	path := chromium(t)
	server := httptest.NewServer(w.server)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // it sees only pages of this test, which may run as root
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("no-proxy-server", true), chromedp.WindowSize(1200, 900))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	root, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(root); err != nil { // waits until it has ended
			t.Logf("end the browser: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(root); err != nil {
		t.Fatal(err)
	}
	return &browser{w, server.URL, root}
}

// open is a new tab of the browser, which shares its cookies.
func (b *browser) open(actions ...step) *tab {
	b.t.Helper()
	ctx, _ := chromedp.NewContext(b.context) // ends with the browser
	page := &tab{t: b.t, site: b.site, context: ctx}
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
	return page
}

// do takes steps, within bounds.
func (p *tab) do(actions ...step) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.context, stepWithin)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%v\non %s:\n%s", err, p.address(), p.text())
	}
}

// follow takes steps of which the last one leads to another page.
func (p *tab) follow(actions ...step) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.context, stepWithin)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		p.t.Fatalf("%v\non %s:\n%s", err, p.address(), p.text())
	}
	p.status = answer.Status
}

func (p *tab) visit(path string) {
	p.t.Helper()
	p.follow(chromedp.Navigate(p.site + path))
}

// link, button and heading (of a column) find by what is read, to people who see
// and to those who do not.
func link(name string) string    { return named("a", name) }
func button(name string) string  { return named("button", name) }
func heading(name string) string { return named(`th[@scope="col"]/a`, name) }
func named(element, name string) string {
	return "//main//" + element + `[@aria-label="` + name + `" or not(@aria-label) and normalize-space()="` + name + `"]`
}

// click clicks on what leads to another page.
func (p *tab) click(xpath string) {
	p.t.Helper()
	p.follow(chromedp.Click(chromedp.Search(xpath)))
}

// fill writes into a field, in place of what is there.
func (p *tab) fill(id, text string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#"+id), text))
}

// get takes a step that tells something, within bounds.
func get[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.context, stepWithin)
	defer cancel()
	out, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// text is what is read on the page.
func (p *tab) text() string { return get(p, chromedp.Text(chromedp.CSS("body"))) }

// address is where the tab is, without the server.
func (p *tab) address() string { return strings.TrimPrefix(get(p, chromedp.Location()), p.site) }

// evaluate computes in the page. The page's policy against scripts does not bind
// who drives the browser.
func evaluate[T any](p *tab, script string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](script))
}

// column is what a column of the first table reads, from the top.
func (p *tab) column(n int) []string {
	p.t.Helper()
	return evaluate[[]string](p, fmt.Sprintf(`[...document.querySelector("main table").tBodies[0].rows].map(r => r.cells[%d].innerText.trim())`, n))
}

// reads checks what is read on the page.
func (p *tab) reads(texts ...string) {
	p.t.Helper()
	page := p.text()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			p.t.Errorf("%s does not read %q:\n%s", p.address(), text, page)
		}
	}
}

// signIn fills the form on the page and ends it with the Enter key.
func (p *tab) signIn(key, word string) {
	p.t.Helper()
	p.fill("key", key)
	p.fill("secret", word)
	p.follow(chromedp.SendKeys(chromedp.CSS("#secret"), kb.Enter))
}

// withoutScripts turns scripts off, as some people do.
func withoutScripts() step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// media sets what shows the page, a screen or paper, and the colours that the
// browser's user likes.
func media(kind, scheme string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
}

// narrow is the window of a small telephone.
func narrow() step { return chromedp.EmulateViewport(320, 640) }

// stories is a world with the two roles of the stories, in an account that can be
// changed.
func stories(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	a := f1()
	payment, example := "AROAPAYMENTEXAMPLE001", "AROACORPQAEXAMPLE0001"
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	a.Roles = append(a.Roles,
		&inventory.Role{Name: "PaymentAppTestRole", ID: payment, ARN: f1Prefix + "role/PaymentAppTestRole", Path: "/", Trust: trust,
			Inline: []inventory.Inline{{Name: "PaymentStorage", Document: allow("s3:CreateBucket", "s3:DeleteBucket", "s3:GetBucketLocation", "s3:PutBucketPolicy", "sqs:ListQueues")}}},
		&inventory.Role{Name: "ExampleCorpQA", ID: example, ARN: f1Prefix + "role/ExampleCorpQA", Path: "/", Trust: trust, Attached: []string{f1Prefix + "policy/ExampleCorpQAPolicy"}})
	a.Policies = append(a.Policies, managed("ExampleCorpQAPolicy", allow("ec2:DescribeInstances", "ec2:DeleteVolume", "ec2:RunInstances", "ec2:DeleteSecurityGroup")))
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	must(t, w.facts.MergeFacts(t.Context(), []activity.Fact{
		event(t, "2026-05-21T10:00:00Z", payment, "s3", "CreateBucket", "us-east-1"),
		event(t, "2026-05-28T10:00:00Z", payment, "s3", "GetBucketLocation", "us-east-1"),
		event(t, "2026-05-29T08:00:00Z", example, "ec2", "DescribeInstances", "eu-west-1"),
		event(t, "2026-05-30T08:00:00Z", example, "ec2", "RunInstances", "eu-west-1"),
	}))
	return w
}

// pathOf is the path of an address and the values of its query.
func pathOf(t testing.TB, address string) (path string, asked url.Values) {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Path, u.Query()
}
