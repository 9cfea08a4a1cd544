package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// askREST calls an operation of IAM Access Analyzer (AA-1, AA-2). A nil body
// sends none.
func askREST[T any](ctx context.Context, c *client, operation, method, target string, body any) (out T, err error) {
	return askSigned[T](ctx, c, "access-analyzer", operation, method, target, body)
}

// askOwn calls an operation of ebbmark's own API (docs/openapi.yaml).
func askOwn[T any](ctx context.Context, c *client, operation, target string) (out T, err error) {
	return askSigned[T](ctx, c, "ebbmark", operation, http.MethodGet, target, nil)
}

func askSigned[T any](ctx context.Context, c *client, service, operation, method, target string, body any) (out T, err error) {
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return out, err
		}
	}
	a, err := c.send(ctx, method, target, service, "application/json", text)
	if err != nil {
		return out, err
	}
	if a.status != http.StatusOK {
		var said struct {
			Message string `json:"message"`
		}
		if err := json.Unmarshal(a.body.Bytes(), &said); err != nil {
			return out, fmt.Errorf("read the error of %s (status %d): %w", operation, a.status, err)
		}
		return out, &apiError{service + ":" + operation, a.header.Get("X-Amzn-ErrorType"), said.Message, a.status}
	}
	if err := json.Unmarshal(a.body.Bytes(), &out); err != nil {
		return out, fmt.Errorf("read the answer of %s: %w", operation, err)
	}
	return out, nil
}
