package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

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

var consoleToken = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

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
