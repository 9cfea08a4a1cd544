package notify

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// checkURL reads the target's URL. Its errors do not repeat the URL, which may
// have a secret in it.
func checkURL(text string, insecure bool) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, errors.New("the URL is none: want https://HOST/PATH")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the URL is neither https nor http")
	case u.Fragment != "":
		return nil, errors.New("the URL has a fragment (#…), which is never sent")
	case u.Scheme == "http" && !insecure && !loopback(u.Hostname()):
		return nil, errors.New("the URL is http on another machine, where findings can be read on the way: want https")
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// newTransport has one connection, since one event is under way at a time.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           1,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: maxAnswerHeader,
		DisableCompression:     true, // what is read of an answer is bounded as it was sent
	}
}
