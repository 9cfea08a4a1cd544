package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// verdict is what becomes of an event after a try.
type verdict int

const (
	again    verdict = iota // the try failed; another one follows
	accepted                // the target has it
	refused                 // the target will never take it
	gone                    // the target wants no events at all
)

// outcome is how a try ended.
type outcome struct {
	verdict
	reason string        // in words, unless it was accepted
	wish   time.Duration // how long the target wants to be left alone
}

// send tries once.
func (s *Sender) send(ctx context.Context, id string, body []byte) outcome {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target.String(), bytes.NewReader(body))
	if err != nil {
		return outcome{verdict: refused, reason: err.Error()}
	}
	timestamp := strconv.FormatInt(s.Clock().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "ebbmark")
	request.Header.Set(HeaderEventID, id)
	request.Header.Set(HeaderTimestamp, timestamp)
	request.Header.Set(HeaderSignature, Signature(s.Secret, timestamp, body))
	answer, err := s.client.Do(request)
	if err != nil {
		return outcome{reason: s.trouble(err)}
	}
	defer answer.Body.Close()
	// To the end where that is near, so that the connection can be used again.
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return s.judge(answer, text)
}

// trouble is an error in words, without the URL, which may have a secret in it.
func (s *Sender) trouble(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", s.Timeout)
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return err.Error()
}

// judge tells what an answer means.
func (s *Sender) judge(answer *http.Response, text []byte) outcome {
	code := answer.StatusCode
	o := outcome{reason: "answer " + strconv.Itoa(code) + says(text)}
	switch {
	case code >= 200 && code <= 299:
		return outcome{verdict: accepted}
	case code == http.StatusGone:
		o.verdict = gone
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		o.wish = retryAfter(answer.Header.Get("Retry-After"), s.Clock())
	case code >= 300 && code <= 399:
		o.verdict = refused
		o.reason = fmt.Sprintf("answer %d, a redirect, which is never followed: configure the final URL", code)
		if to, err := answer.Location(); err == nil {
			o.reason += fmt.Sprintf(" (it points to %s://%s)", to.Scheme, to.Host)
		}
	default:
		o.verdict = refused
	}
	return o
}

// says is the beginning of an answer's body, on one line.
func says(text []byte) string {
	line := strings.Join(strings.FieldsFunc(string(text), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if line == "" {
		return ""
	}
	if runes := []rune(line); len(runes) > answerShown {
		line = string(runes[:answerShown-1]) + "…"
	}
	return ": " + line
}
