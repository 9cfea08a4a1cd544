package wire

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// params are the parameters of a Query request, unescaped.
type params map[string]string

// parseParams reads the forms of a request: its query string and its body, which
// may both hold parameters (IAM-1). A parameter that comes twice is refused:
// which of the two AWS would take is nowhere written, and no client sends it.
func parseParams(forms ...string) (params, error) {
	all := make(params)
	for _, form := range forms {
		for pair := range strings.SplitSeq(form, "&") {
			if pair == "" {
				continue
			}
			if err := all.add(pair); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// add reads one NAME=VALUE.
func (p params) add(pair string) error {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, err1 := url.QueryUnescape(rawName)
	value, err2 := url.QueryUnescape(rawValue)
	switch {
	case err1 != nil || err2 != nil:
		return Errorf(http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error")
	case len(name) > maxName:
		return malformed("Parameter name too long: %s", echo(name))
	case !utf8.ValidString(name) || !utf8.ValidString(value):
		return malformed("Parameter %s is not valid UTF-8", echo(name))
	}
	if _, twice := p[name]; twice {
		return malformed("Duplicate parameter %s", echo(name))
	}
	if len(p) == maxParams {
		return malformed("More than %d parameters", maxParams)
	}
	p[name] = value
	return nil
}

// tree sorts the parameters into nodes by the dots of their names.
func (p params) tree() (*node, error) {
	root := new(node)
	for name, value := range p {
		if strings.Count(name, ".") >= maxDepth {
			return nil, malformed("Parameter nested too deeply: %s", echo(name))
		}
		n := root
		for part := range strings.SplitSeq(name, ".") {
			n = n.grow(part)
		}
		n.text, n.said = value, true
	}
	return root, nil
}
