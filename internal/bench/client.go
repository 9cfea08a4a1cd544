package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/sigv4"
)

// client makes signed calls over one kept connection. It looks for a few
// elements in the answers instead of decoding them: the figures are the
// server's, and the client has the same cores.
type client struct {
	endpoint string
	key      sigv4.Credentials
	http     http.Client
	body     bytes.Buffer // of the last response
}

// answer is the XML of a response, until the next call.
type answer []byte

func (c *client) call(action string, parameters ...string) (answer, error) {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	body := form.Encode()
	req, err := http.NewRequest(http.MethodPost, c.endpoint+"/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	signed := &sigv4.Request{Method: req.Method, Path: "/", Host: req.Host, Body: []byte(body),
		Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}}
	sigv4.Sign(signed, c.key, "us-east-1", "iam", time.Now())
	req.Header = signed.Header
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	c.body.Reset()
	_, err = c.body.ReadFrom(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", action, resp.Status, c.body.String())
	}
	return c.body.Bytes(), err
}

// element is the text of the first element of that name; empty when there is
// none.
func (a answer) element(name string) string {
	_, rest, _ := bytes.Cut(a, []byte("<"+name+">"))
	text, _, _ := bytes.Cut(rest, []byte("</"+name+">"))
	return string(text)
}

// size counts what a report holds.
type size struct{ services, actions int }

// pollEvery is how long to wait for a job that is not done yet.
const pollEvery = time.Millisecond

// report makes a report on the ARN at action level and reads all its pages.
func (c *client) report(arn string) (size, error) {
	made, err := c.call("GenerateServiceLastAccessedDetails", "Arn", arn, "Granularity", "ACTION_LEVEL")
	if err != nil {
		return size{}, err
	}
	var read size
	call := []string{"JobId", made.element("JobId"), "MaxItems", "1000"}
	for {
		page, err := c.call("GetServiceLastAccessedDetails", call...)
		switch status := page.element("JobStatus"); {
		case err != nil:
			return read, err
		case status == "IN_PROGRESS":
			time.Sleep(pollEvery)
			continue
		case status != "COMPLETED":
			return read, fmt.Errorf("job %s is %s", call[1], status)
		}
		read.services += bytes.Count(page, []byte("<ServiceNamespace>"))
		read.actions += bytes.Count(page, []byte("<ActionName>"))
		if page.element("IsTruncated") != "true" {
			return read, nil
		}
		call = append(call[:4:4], "Marker", page.element("Marker"))
	}
}
