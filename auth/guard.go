package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// Authority decides what callers may do: by their own policies, as AWS does,
// and root may do everything in its account (LA-110, LA-111).
//
// Decision and record of it are one step: there is no way to ask without the
// answer being logged.
type Authority struct {
	Accounts *accounts.Book
	// OrganizationPolicies yields the service control policies that bind an
	// account: a list per level, from the organization's root to the account.
	// No levels: none bind it. Nil: no account is in an organization.
	OrganizationPolicies func(ctx context.Context, account string) ([][]*policy.Document, error)
	Log                  *slog.Logger // every decision: refusals at Info, the rest at Debug

	mu     sync.Mutex
	parsed map[string]*policy.Document // by policy text
}

// ownActions is what the actions of ebbmark's own API begin with. Service control
// policies do not bind them: they are written for AWS, where an organization that
// denies all services but some cannot mean what AWS does not have.
const ownActions = "ebbmark:"

// maxParsed bounds the parsed policies that are kept.
const maxParsed = 10_000

// Guard is the wire.Guard of this authority.
func (a *Authority) Guard(ctx context.Context, c wire.Caller, action, resource string) error {
	decision, err := a.Decide(ctx, c, action, resource, nil)
	if err != nil {
		return err
	}
	if !decision.Allowed {
		return denied(c, action, resource, decision)
	}
	return nil
}

// Decide evaluates one action of the caller. trust is the trust policy when the
// resource is a role to be assumed, else nil.
func (a *Authority) Decide(ctx context.Context, c wire.Caller, action, resource string, trust *policy.Document) (policy.Decision, error) {
	sets, err := a.policies(ctx, c)
	if err != nil {
		return policy.Decision{}, fmt.Errorf("policies of %s: %w", c.ARN, err)
	}
	sets.Trust = trust
	if strings.HasPrefix(action, ownActions) {
		sets.SCP = nil
	}
	request := policy.Request{Action: action, Resource: resource, Context: c.Keys, Caller: principal(c)}
	// What Organizations keeps is named by the management account and is nobody's:
	// a delegated administrator needs no policy of that account.
	if name, err := arn.Parse(resource); err == nil && name.Account != "" && name.Account != "aws" && name.Service != "organizations" {
		request.Owner = name.Account
	}
	decision := policy.Evaluate(request, sets)
	a.record(ctx, c, action, resource, decision)
	return decision, nil
}

func (a *Authority) record(ctx context.Context, c wire.Caller, action, resource string, d policy.Decision) {
	level := slog.LevelDebug
	if !d.Allowed {
		level = slog.LevelInfo
	}
	a.Log.Log(ctx, level, "authorization", "caller", c.ARN, "action", action, "resource", resource,
		"allowed", d.Allowed, "explicit", d.Explicit, "by", d.By.String())
}

// parse reads a policy, once as long as it is in use.
func (a *Authority) parse(text string) (*policy.Document, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if doc := a.parsed[text]; doc != nil {
		return doc, nil
	}
	doc, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	if a.parsed == nil || len(a.parsed) >= maxParsed {
		a.parsed = map[string]*policy.Document{}
	}
	a.parsed[text] = doc
	return doc, nil
}
