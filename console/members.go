package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
)

// Lists of thousands are most of what their page costs when encoding/xml reads
// them, of which the page shows a few fields only. Answers of this server have
// neither CDATA sections nor comments, and "<" in text is always escaped, so
// that an element's tag can be looked for as text.

// listed is the XML of one member of a list, or of a whole answer.
type listed []byte

// text is the text of the first element of a name; empty when there is none.
func (m listed) text(name string) string {
	_, rest, found := bytes.Cut(m, []byte("<"+name+">"))
	inside, _, closed := bytes.Cut(rest, []byte("<"))
	if !found || !closed {
		return ""
	}
	text := string(inside)
	if strings.Contains(text, "&") {
		return html.UnescapeString(text)
	}
	return text
}

// time is the time of the first element of a name; zero when there is none.
func (m listed) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, m.text(name))
	if err != nil {
		return time.Time{}
	}
	return t
}

var (
	memberBegin = []byte("<member>")
	memberEnd   = []byte("</member>")

	errNoList = errors.New("there is no such list in it")
)

// members calls take with each member of the list of a name, and returns what
// comes after the list. Members may have lists of their own.
func members(body []byte, list string, take func(listed)) (rest listed, err error) {
	_, in, found := bytes.Cut(body, []byte("<"+list+">"))
	if !found {
		if _, in, found = bytes.Cut(body, []byte("<"+list+"/>")); found {
			return in, nil
		}
		return nil, errNoList
	}
	end := []byte("</" + list + ">")
	for {
		at := bytes.IndexByte(in, '<')
		if at < 0 {
			return nil, errNoList
		}
		if in = in[at:]; bytes.HasPrefix(in, end) {
			return in[len(end):], nil
		}
		if !bytes.HasPrefix(in, memberBegin) {
			return nil, errNoList
		}
		size := memberSize(in)
		if size < 0 {
			return nil, errNoList
		}
		take(in[len(memberBegin) : size-len(memberEnd)])
		in = in[size:]
	}
}

// memberSize is the size of the member that in begins with; negative: it does
// not end.
func memberSize(in []byte) int {
	depth, at := 0, 0
	for {
		next := bytes.IndexByte(in[at:], '<')
		if next < 0 {
			return -1
		}
		switch at += next; {
		case bytes.HasPrefix(in[at:], memberBegin):
			depth++
			at += len(memberBegin)
		case bytes.HasPrefix(in[at:], memberEnd):
			at += len(memberEnd)
			if depth--; depth == 0 {
				return at
			}
		default:
			at++
		}
	}
}

// eachMember calls an operation of IAM for all pages of a list and take with each
// member. It is false when there are more than it may take.
func eachMember(ctx context.Context, c *client, operation, list string, take func(listed)) (whole bool, err error) {
	marker := ""
	for range maxAsks {
		body, err := askBody(ctx, c, "iam", operation, "MaxItems", strconv.Itoa(askPage), "Marker", marker)
		if err != nil {
			return false, err
		}
		rest, err := members(body, list, take)
		if err != nil {
			return false, fmt.Errorf("read the answer of %s: %w", operation, err)
		}
		if rest.text("IsTruncated") != "true" {
			return true, nil
		}
		if marker = rest.text("Marker"); marker == "" {
			return false, fmt.Errorf("read the answer of %s: it goes on and does not say where", operation)
		}
	}
	return false, nil
}
