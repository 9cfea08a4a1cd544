package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
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

func (b *bench) consoleDSN() string { return "sqlite:" + filepath.Join(b.scratch, "console.db") }

// consoleStore imports an account of many roles that manages a large
// organization, and ingests what the roles did.
func (b *bench) consoleStore(ctx context.Context) error {
	cat, err := catalog.Load()
	if err != nil {
		return err
	}
	account := consoleAccount()
	tree, err := consoleTree()
	if err != nil {
		return err
	}
	var snapshot, export bytes.Buffer
	if err := errors.Join(inventory.WriteSnapshot(&snapshot, account), tree.WriteExport(&export)); err != nil {
		return err
	}
	busy := &inventory.Account{ID: account.ID, Partition: "aws", Roles: account.Roles[:1]}
	files := map[string][]byte{"console-roles.json": snapshot.Bytes(), "console-organization.json": export.Bytes(), "console.ndjson": reportLog(busy, cat)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(b.scratch, name), text, 0o644); err != nil {
			return err
		}
	}
	step("importing %d roles and %d accounts", consoleRoles+1, consoleAccounts)
	for _, args := range [][]string{
		{"import", "--init", "--store", b.consoleDSN(), filepath.Join(b.scratch, "console-roles.json"), filepath.Join(b.scratch, "console-organization.json")},
		{"ingest", "--store", b.consoleDSN(), filepath.Join(b.scratch, "console.ndjson")},
		{"keys", "create", "--store", b.consoleDSN(), "--id", reportKey.KeyID, "--secret", reportKey.Secret, account.RootARN()},
	} {
		if _, err := run(ctx, b.program, args...); err != nil {
			return err
		}
	}
	account.Roles = account.Roles[1:]
	return iamHistory(ctx, filepath.Join(b.scratch, "console.db"), account)
}

// consoleAccount has a role that may do everything, and many others.
func consoleAccount() *inventory.Account {
	a := &inventory.Account{ID: reportAccount, Partition: "aws"}
	add := func(name, path, action string) {
		a.Roles = append(a.Roles, &inventory.Role{
			Name: name, Path: path, ARN: "arn:aws:iam::" + reportAccount + ":role" + path + name, ID: fmt.Sprintf("AROABENCH%012d", len(a.Roles)),
			Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
			Trust:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline:  []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`}},
		})
	}
	add(fullRole, "/", "*")
	for i := range consoleRoles {
		add(fmt.Sprintf("payments-service-%04d", i), fmt.Sprintf("/team%02d/", i%40), []string{"s3:*", "sqs:*", "dynamodb:*", "ec2:Describe*"}[i%4])
	}
	a.Index()
	return a
}

// consoleTree has units in five depths.
func consoleTree() (*organization.Organization, error) {
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: reportAccount, Name: "management", Status: organization.Active})
	if err := o.EnablePolicyType("r-ab12", organization.SCP); err != nil {
		return nil, err
	}
	unit := func(i int) string { return fmt.Sprintf("ou-ab12-unit%04d", i) }
	for i := range consoleUnits {
		parent := "r-ab12"
		if i >= consoleUnits/5 {
			parent = unit(i - consoleUnits/5)
		}
		if err := o.CreateUnit(organization.Unit{ID: unit(i), Parent: parent, Name: fmt.Sprintf("unit-%d", i)}); err != nil {
			return nil, err
		}
	}
	for i := range consoleAccounts {
		one := organization.Account{ID: fmt.Sprintf("2%011d", i), Parent: unit(i % consoleUnits), Name: fmt.Sprintf("workload-%d", i), Email: fmt.Sprintf("workload-%d@example.com", i), Status: organization.Active}
		if err := o.AddAccount(one); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// browser is a client with cookies that asks for compressed pages.
type browser struct {
	endpoint string
	http     http.Client
}

// get is a page, its bytes on the wire, and the time to its last byte.
func (c *browser) get(path string) (page string, size int, took time.Duration, err error) {
	req, err := http.NewRequest(http.MethodGet, c.endpoint+path, nil)
	if err != nil {
		return "", 0, 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return "", 0, 0, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	took, size = time.Since(start), len(raw)
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", 0, 0, errors.Join(err, fmt.Errorf("GET %s: %s", path, resp.Status))
	}
	var text io.Reader = bytes.NewReader(raw)
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if text, err = gzip.NewReader(text); err != nil {
			return "", 0, 0, err
		}
	}
	plain, err := io.ReadAll(text)
	return string(plain), size, took, err
}

var (
	consoleToken = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	// consoleLoaded are the addresses that a browser loads with a page.
	consoleLoaded = regexp.MustCompile(`<(?:script|img|link|source|iframe|object|embed)\b[^>]*?\b(?:src|href|data)="([^"]*)"`)
)

// signIn signs in with the key of the account.
func (c *browser) signIn() error {
	page, _, _, err := c.get("/console/signin")
	if err != nil {
		return err
	}
	token := consoleToken.FindStringSubmatch(page)
	if token == nil {
		return errors.New("the sign-in page has no token")
	}
	resp, err := c.http.PostForm(c.endpoint+"/console/signin", url.Values{"csrf": {token[1]}, "key": {reportKey.KeyID}, "secret": {reportKey.Secret}, "region": {"us-east-1"}})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.Request.URL.Path != "/console/" {
		return fmt.Errorf("signing in led to %s: %s", resp.Request.URL, resp.Status)
	}
	return nil
}

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
