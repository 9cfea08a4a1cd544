package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// askJSON calls an operation of Organizations (ORG-40, ORG-42). in is its input.
func askJSON[T any](ctx context.Context, c *client, operation string, in any) (out T, err error) {
	text, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	a, err := c.send(ctx, http.MethodPost, "/", "organizations", "application/x-amz-json-1.1", text, "X-Amz-Target", "AWSOrganizationsV20161128."+operation)
	if err != nil {
		return out, err
	}
	if a.status != http.StatusOK {
		return out, jsonFailure(operation, a)
	}
	if err := json.Unmarshal(a.body.Bytes(), &out); err != nil {
		return out, fmt.Errorf("read the answer of %s: %w", operation, err)
	}
	return out, nil
}

// jsonFailure is the error of an answer. The protocol has status 400 for all of
// the caller's; the code says which the caller may not do.
func jsonFailure(operation string, a *answer) error {
	var said struct {
		Type    string `json:"__type"`
		Message string
	}
	if err := json.Unmarshal(a.body.Bytes(), &said); err != nil {
		return fmt.Errorf("read the error of %s (status %d): %w", operation, a.status, err)
	}
	e := &apiError{"organizations:" + operation, said.Type[strings.LastIndex(said.Type, "#")+1:], said.Message, a.status}
	switch {
	case e.Code == "AccessDeniedException":
		e.Status = http.StatusForbidden
	case strings.HasSuffix(e.Code, "NotFoundException"):
		e.Status = http.StatusNotFound
	}
	return e
}

// nextPage is the end of every list's answer.
type nextPage struct{ NextToken string }

// askAllJSON calls an operation of Organizations for all pages of a list. It is
// false when there are more than it may take.
func askAllJSON[T any](ctx context.Context, c *client, operation string, in map[string]string, take func(*T) nextPage) (whole bool, err error) {
	asked := map[string]string{}
	for name, value := range in {
		asked[name] = value
	}
	for range maxOrganizationAsks {
		out, err := askJSON[T](ctx, c, operation, asked)
		if err != nil {
			return false, err
		}
		p := take(&out)
		if p.NextToken == "" {
			return true, nil
		}
		asked["NextToken"] = p.NextToken
	}
	return false, nil
}
