package console

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// versionOf is the version of an API that speaks the Query protocol.
func versionOf(service string) string {
	if service == "sts" {
		return "2011-06-15"
	}
	return "2010-05-08"
}

// envelope is an answer of the Query protocol (IAM-3).
type envelope[T any] struct {
	Metadata struct{} `xml:"ResponseMetadata"`
	Result   T        `xml:",any"`
}

type failure struct {
	Error struct{ Code, Message string }
}

// ask calls an operation. params are names and values in turn; an empty value is
// left out.
func ask[T any](ctx context.Context, c *client, service, operation string, params ...string) (out T, err error) {
	body, err := askBody(ctx, c, service, operation, params...)
	if err != nil {
		return out, err
	}
	var e envelope[T]
	if err := xml.Unmarshal(body, &e); err != nil {
		return out, fmt.Errorf("read the answer of %s: %w", operation, err)
	}
	return e.Result, nil
}

// askBody is ask whose answer is not decoded.
func askBody(ctx context.Context, c *client, service, operation string, params ...string) ([]byte, error) {
	form := url.Values{"Action": {operation}, "Version": {versionOf(service)}}
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			form.Set(params[i], params[i+1])
		}
	}
	a, err := c.send(ctx, http.MethodPost, "/", service, "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		var f failure
		if err := xml.Unmarshal(a.body.Bytes(), &f); err != nil {
			return nil, fmt.Errorf("read the error of %s (status %d): %w", operation, a.status, err)
		}
		return nil, &apiError{service + ":" + operation, f.Error.Code, f.Error.Message, a.status}
	}
	return a.body.Bytes(), nil
}

// page is the end of every list's answer.
type page struct {
	IsTruncated bool
	Marker      string
}

// askAll calls an operation of IAM for all pages of a list. It is false when
// there are more than it may take.
func askAll[T any](ctx context.Context, c *client, operation string, take func(*T) page, params ...string) (whole bool, err error) {
	marker := ""
	for range maxAsks {
		asked := append([]string{"MaxItems", strconv.Itoa(askPage), "Marker", marker}, params...)
		out, err := ask[T](ctx, c, "iam", operation, asked...)
		if err != nil {
			return false, err
		}
		p := take(&out)
		if !p.IsTruncated {
			return true, nil
		}
		marker = p.Marker
	}
	return false, nil
}
