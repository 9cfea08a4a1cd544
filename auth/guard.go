package auth

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
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
	Log      *slog.Logger // every decision: refusals at Info, the rest at Debug

	mu     sync.Mutex
	parsed map[string]*policy.Document // by policy text
}

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
	request := policy.Request{Action: action, Resource: resource, Context: c.Keys, Caller: principal(c)}
	if name, err := arn.Parse(resource); err == nil && name.Account != "" && name.Account != "aws" {
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

// policies are the policies that bear on what the caller does.
func (a *Authority) policies(ctx context.Context, c wire.Caller) (policy.Policies, error) {
	var sets policy.Policies
	for _, text := range c.SessionPolicies {
		doc, err := a.parse(text)
		if err != nil {
			return sets, err
		}
		sets.Session = append(sets.Session, doc)
	}
	if c.Kind == wire.RootCaller {
		return sets, nil
	}
	account, err := a.Accounts.Account(ctx, c.Account)
	if err != nil {
		return sets, err
	}
	sources, boundary := granted(account, c)
	for _, source := range sources {
		doc, err := a.parse(source.Document)
		if err != nil {
			return sets, fmt.Errorf("policy %s: %w", source.Name, err)
		}
		sets.Identity = append(sets.Identity, doc)
	}
	if boundary == "" {
		return sets, nil
	}
	sets.Boundary = &policy.Document{} // a boundary that is not in the inventory allows nothing
	if limit := account.Policy(boundary); limit != nil {
		sets.Boundary, err = a.parse(limit.DefaultDocument())
	}
	return sets, err
}

// granted are the caller's identity policies and the ARN of its boundary. A
// principal that is gone has none.
func granted(account *inventory.Account, c wire.Caller) (sources []inventory.Source, boundary string) {
	if role := account.RoleByID(c.Entity); role != nil {
		return account.RolePolicies(role), role.Boundary
	}
	if user := account.UserByID(c.Entity); user != nil {
		return account.UserPolicies(user), user.Boundary
	}
	return nil, ""
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

// principal is the caller as policies see it.
func principal(c wire.Caller) policy.Caller {
	p := policy.Caller{ARN: c.ARN, Account: c.Account, UserID: c.UserID}
	if c.Kind == wire.RoleCaller {
		p.Issuer = c.Keys["aws:PrincipalArn"][0]
	}
	return p
}
