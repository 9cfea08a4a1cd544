package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/catalog"
)

// serviceReferenceURL is where AWS publishes its Service Reference.
const serviceReferenceURL = "https://servicereference.us-east-1.amazonaws.com/"

// Limits of a refresh.
const (
	refreshTime      = 10 * time.Minute // all of it
	documentTime     = 30 * time.Second // one attempt at one document
	refreshParallel  = 8
	documentTries    = 3
	documentPause    = 500 * time.Millisecond // before the second attempt; doubled for the third
	maxRedirects     = 3
	maxIndexServices = 2_000
)

// refresher fetches a Service Reference from the network.
type refresher struct {
	client *http.Client
	base   *url.URL
	pause  time.Duration         // see documentPause
	report func(done, total int) // progress; called from several goroutines
}

func newRefresher(base string, report func(done, total int)) (*refresher, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, usageError("--url %q: want the address of a Service Reference, such as %s", base, serviceReferenceURL)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	client := &http.Client{Timeout: documentTime, CheckRedirect: checkRedirect}
	return &refresher{client, u, documentPause, report}, nil
}

// checkRedirect follows few redirects and none that gives up encryption.
func checkRedirect(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if via[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return fmt.Errorf("redirected from https to %s", next.URL.Redacted())
	}
	return nil
}

// fetch gets the index and then every document it names. All or nothing: one
// document that cannot be had or read fails the whole.
func (r *refresher) fetch(ctx context.Context, date time.Time) (*catalog.Overlay, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	body, err := r.get(ctx, r.base)
	if err != nil {
		return nil, err
	}
	list, err := catalog.ParseIndex(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.base.Redacted(), err)
	}
	if len(list) > maxIndexServices {
		return nil, fmt.Errorf("%s: the index names %d services, at most %d are read", r.base.Redacted(), len(list), maxIndexServices)
	}
	bodies, err := r.getAll(ctx, list)
	if err != nil {
		return nil, err
	}
	overlay, err := catalog.NewOverlay(date, "Service Reference from "+r.base.Redacted())
	if err != nil {
		return nil, err
	}
	for i, body := range bodies {
		service, err := overlay.Add(body)
		if err == nil && service != list[i].Service {
			err = fmt.Errorf("it is the document of %s", service)
		}
		if err != nil {
			return nil, fmt.Errorf("document of service %s: %w", list[i].Service, err)
		}
	}
	return overlay, nil
}

// getAll gets the documents in the order of the list.
func (r *refresher) getAll(ctx context.Context, list []catalog.Document) ([][]byte, error) {
	bodies := make([][]byte, len(list))
	var done atomic.Int64
	var size atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(refreshParallel)
	for i, d := range list {
		group.Go(func() error {
			address, err := r.address(d.URL)
			if err != nil {
				return fmt.Errorf("document of service %s: %w", d.Service, err)
			}
			if bodies[i], err = r.get(ctx, address); err != nil {
				return err
			}
			if size.Add(int64(len(bodies[i]))) > maxReferenceBytes {
				return errTooLarge
			}
			r.report(int(done.Add(1)), len(list))
			return nil
		})
	}
	return bodies, group.Wait()
}

// address is where a document of the index is fetched from: always below the
// base. A mirror may serve AWS's index as it is, with addresses of AWS's host,
// and no index can send the program to other hosts.
func (r *refresher) address(entry string) (*url.URL, error) {
	u, err := url.Parse(entry)
	if err != nil {
		return nil, fmt.Errorf("address %.200q: %w", entry, err)
	}
	if u.Host == r.base.Host || (u.Host == "" && !strings.HasPrefix(u.Path, "/")) {
		u = r.base.ResolveReference(u)
	} else {
		u = r.base.JoinPath(u.Path)
	}
	if u.Scheme = r.base.Scheme; !strings.HasPrefix(u.Path, r.base.Path) {
		return nil, fmt.Errorf("address %.200q is not below %s", entry, r.base.Redacted())
	}
	u.User = r.base.User
	return u, nil
}

// get fetches one document; what may pass by itself is tried again.
func (r *refresher) get(ctx context.Context, u *url.URL) ([]byte, error) {
	pause := r.pause
	for try := 1; ; try++ {
		body, again, err := r.getOnce(ctx, u)
		if err == nil {
			return body, nil
		}
		if !again || try == documentTries || ctx.Err() != nil {
			return nil, fmt.Errorf("fetch %s: %w", u.Redacted(), bare(err))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("fetch %s: %w", u.Redacted(), ctx.Err())
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// bare is an error without the method and address that net/http adds.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (r *refresher) getOnce(ctx context.Context, u *url.URL) (body []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ebbmark/"+programVersion())
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, true, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		again := resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
		return nil, again, fmt.Errorf("the server answered %s", resp.Status)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, catalog.MaxDocument+1))
	if err == nil && len(body) > catalog.MaxDocument {
		return nil, false, fmt.Errorf("larger than %d bytes", catalog.MaxDocument)
	}
	return body, true, err
}
