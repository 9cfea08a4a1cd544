package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"time"
)

const (
	consoleRoles    = 5000
	consoleUnits    = 300
	consoleAccounts = 2000
	consoleWarm     = 3 // requests of a page that are not counted
	consoleRounds   = 40
	consoleTime     = 50 * time.Millisecond
	consoleBytes    = 150_000 // of a page, compressed
	consoleAssets   = 60_000  // of style sheets and scripts, as the browser gets them without compression
)

// consolePage is a page that is measured, with a text that it must have.
type consolePage struct{ what, path, text string }

var consolePages = []consolePage{
	{"list of 5,000 roles", "/console/roles", "1 to 50 of 5001"},
	{"list of 5,000 roles, the last page by path", "/console/roles?sort=path&dir=desc&page=101", "5001 to 5001 of 5001"},
	{"report of a role that may do everything, 456 services", "/console/roles/last-accessed?id=" + fullRole, "456 of 456 services"},
	{"organization of 2,000 accounts in 300 units", "/console/organization", "accounts: 2001;"},
}

// measureConsole asks a server for pages as a browser does.
func measureConsole(ctx context.Context, b *bench) error {
	if err := b.consoleStore(ctx); err != nil {
		return err
	}
	s, err := b.serve(ctx, "--store", b.consoleDSN())
	if err != nil {
		return err
	}
	err = b.consolePages(s.endpoint)
	_, ended := s.stop()
	return errors.Join(err, ended)
}

// consoleLoaded are the addresses that a browser loads with a page.
var consoleLoaded = regexp.MustCompile(`<(?:script|img|link|source|iframe|object|embed)\b[^>]*?\b(?:src|href|data)="([^"]*)"`)

// consolePages measures the pages, and what they load.
func (b *bench) consolePages(endpoint string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &browser{endpoint: endpoint, http: http.Client{Jar: jar}}
	if err := c.signIn(); err != nil {
		return err
	}
	loaded := map[string]bool{}
	for _, p := range consolePages {
		step("console: %s", p.what)
		text, err := b.consolePage(c, p)
		if err != nil {
			return err
		}
		for _, m := range consoleLoaded.FindAllStringSubmatch(text, -1) {
			loaded[m[1]] = true
		}
	}
	return b.consoleAssets(c, loaded)
}

// consolePage measures one page, whose report may be made first.
func (b *bench) consolePage(c *browser, p consolePage) (text string, err error) {
	for until := time.Now().Add(time.Minute); ; time.Sleep(pollEvery) {
		if text, _, _, err = c.get(p.path); err != nil {
			return "", err
		}
		if strings.Contains(text, p.text) {
			break
		}
		if time.Now().After(until) {
			return "", fmt.Errorf("%s has not the text %q", p.path, p.text)
		}
	}
	var times []time.Duration
	size := 0
	for i := range consoleWarm + consoleRounds {
		_, n, took, err := c.get(p.path)
		if err != nil {
			return "", err
		}
		if size = max(size, n); i >= consoleWarm {
			times = append(times, took)
		}
	}
	b.figures = append(b.figures, bounded("Console: "+p.what+", median", median(times), consoleTime), sized("Console: "+p.what+", compressed", size, consoleBytes))
	return text, nil
}

// consoleAssets adds up style sheets and scripts. What is loaded from elsewhere
// ends the run.
func (b *bench) consoleAssets(c *browser, loaded map[string]bool) error {
	total := 0
	for address := range loaded {
		if !strings.HasPrefix(address, "/console/static/") {
			return fmt.Errorf("a page loads %s", address)
		}
		if !strings.HasSuffix(address, ".css") && !strings.HasSuffix(address, ".js") {
			continue
		}
		text, _, _, err := c.get(address)
		if err != nil {
			return err
		}
		total += len(text)
	}
	if total == 0 {
		return errors.New("the pages load no style sheet")
	}
	b.figures = append(b.figures, sized("Console: style sheets and scripts, not compressed", total, consoleAssets))
	return nil
}

// sized is a number of bytes that must not exceed a bound.
func sized(what string, measured, bound int) figure {
	kb := func(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1000) }
	return figure{what, kb(measured), "at most " + kb(bound), float64(measured) / float64(bound), true}
}
