package sts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// AssumeRoleInput is the input of AssumeRole (IAM-51).
type AssumeRoleInput struct {
	RoleArn         string `required:"true" min:"20" max:"2048"`
	RoleSessionName string `required:"true" min:"2" max:"64" pattern:"[\\w+=,.@-]*"`
	SessionPolicies
	DurationSeconds *int `min:"900" max:"43200"`
	SessionTags
	TransitiveTagKeys []string `max:"50" memberMin:"1" memberMax:"128" memberPattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"`
	ExternalId        string   `min:"2" max:"1224" pattern:"[\\w+=,.@:\\/-]*"`
	MFACode
	SourceIdentity   string            `min:"2" max:"64" pattern:"[\\w+=,.@-]*"`
	ProvidedContexts []ProvidedContext `min:"1" max:"5"`
}

// ProvidedContext is a context that a trusted token issuer asserts.
type ProvidedContext struct {
	ProviderArn      string `min:"20" max:"2048"`
	ContextAssertion string `min:"4" max:"2048"`
}

// Check implements wire.Checker.
func (in *AssumeRoleInput) Check(wire.Caller) error {
	if len(in.ProvidedContexts) > 0 {
		return wire.Errorf(400, "InvalidParameterValue", "ProvidedContexts are not supported: this server trusts no token issuer.")
	}
	return nil
}

// AssumeRoleOutput is the output of AssumeRole.
type AssumeRoleOutput struct {
	Credentials      *Credentials
	AssumedRoleUser  *AssumedRoleUser
	PackedPolicySize *int
	SourceIdentity   string
}

// AssumedRoleUser names the session.
type AssumedRoleUser struct{ AssumedRoleId, Arn string }

// Bounds of a role session.
const (
	defaultRoleSession = time.Hour
	maxChainedSession  = time.Hour // of a role assumed with a role's credentials
)

func (a *API) assumeRole(ctx context.Context, c wire.Caller, in *AssumeRoleInput) (*AssumeRoleOutput, error) {
	switch c.Kind {
	case wire.RootCaller:
		return nil, wire.Errorf(403, "AccessDenied", "Roles may not be assumed by root accounts.")
	case wire.FederatedCaller:
		return nil, errFederated("AssumeRole")
	}
	account, role, err := a.role(ctx, in.RoleArn)
	if err != nil {
		return nil, err
	}
	if role == nil {
		return nil, refused(c, "sts:AssumeRole", in.RoleArn)
	}
	session, err := newSession(c, in, account, role)
	if err != nil {
		return nil, err
	}
	packed, err := packedSize(&session)
	if err != nil {
		return nil, err
	}
	if session.MFA, err = a.mfaOf(ctx, c, in.MFACode); err != nil {
		return nil, err
	}
	if err := a.mayAssume(ctx, c, in, &session, role); err != nil {
		return nil, err
	}
	lasts, err := duration(c, in, role)
	if err != nil {
		return nil, err
	}
	credentials, err := a.issue(session, lasts)
	if err != nil {
		return nil, err
	}
	return &AssumeRoleOutput{
		Credentials: credentials,
		AssumedRoleUser: &AssumedRoleUser{
			role.ID + ":" + in.RoleSessionName,
			fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", account.Partition, account.ID, role.Name, in.RoleSessionName),
		},
		PackedPolicySize: packed,
		SourceIdentity:   session.Source,
	}, nil
}

// role finds the role that an ARN names exactly. Nil: there is none, which the
// caller must not be able to tell from one it may not assume.
func (a *API) role(ctx context.Context, name string) (*inventory.Account, *inventory.Role, error) {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Service != "iam" || parsed.Kind() != "role" {
		return nil, nil, wire.Errorf(400, "ValidationError", "%s is invalid", name)
	}
	account, err := a.Accounts.Account(ctx, parsed.Account)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	role := account.RoleByName(parsed.Name())
	if role == nil || role.ARN != name {
		return nil, nil, nil
	}
	return account, role, nil
}

// newSession is the session that the input asks for, if it is well-formed.
func newSession(c wire.Caller, in *AssumeRoleInput, account *inventory.Account, role *inventory.Role) (auth.Session, error) {
	s := auth.Session{Account: account.ID, Role: role.ID, Name: in.RoleSessionName, Policy: in.Policy, Source: cmp.Or(c.SourceIdentity, in.SourceIdentity)}
	if c.SourceIdentity != "" && in.SourceIdentity != "" && in.SourceIdentity != c.SourceIdentity {
		return s, wire.Errorf(403, "AccessDenied", "The source identity of a session cannot be changed: it is %s", c.SourceIdentity)
	}
	if err := in.SessionPolicies.set(&s, account); err != nil {
		return s, err
	}
	if err := in.SessionTags.set(&s, c.Transitive); err != nil {
		return s, err
	}
	return s, setTransitive(&s, c, in.TransitiveTagKeys)
}

// setTransitive hands tags on: those that the caller's session hands on, and
// those that the request names.
func setTransitive(s *auth.Session, c wire.Caller, keys []string) error {
	s.Transitive = maps.Clone(c.Transitive)
	for _, key := range keys {
		name, ok := tagNamed(s.Tags, key)
		if !ok {
			return wire.Errorf(400, "InvalidParameterValue", "The transitive tag key %s is not among the tags of the request", key)
		}
		if s.Transitive == nil {
			s.Transitive = map[string]string{}
		}
		s.Transitive[name] = s.Tags[name]
	}
	return nil
}

// mayAssume asks the role's trust policy and the caller's own policies, once
// for each permission that the request needs.
func (a *API) mayAssume(ctx context.Context, c wire.Caller, in *AssumeRoleInput, s *auth.Session, role *inventory.Role) error {
	trust, err := policy.Parse([]byte(role.Trust))
	if err != nil {
		return fmt.Errorf("trust policy of role %s: %w", role.ARN, err)
	}
	c.Keys = maps.Clone(c.Keys)
	if in.SerialNumber != "" { // the code proves it for this request, whatever the credentials
		auth.SetMFA(c.Keys, s.MFA, a.Now())
	}
	c.Keys["sts:RoleSessionName"] = []string{in.RoleSessionName}
	setKey(c.Keys, "sts:ExternalId", in.ExternalId)
	setKey(c.Keys, "sts:SourceIdentity", in.SourceIdentity)
	in.SessionTags.tell(c.Keys)
	c.Keys["sts:TransitiveTagKeys"] = slices.Clone(in.TransitiveTagKeys)
	for _, tag := range role.Tags {
		c.Keys["iam:ResourceTag/"+tag.Key] = []string{tag.Value}
		c.Keys["aws:ResourceTag/"+tag.Key] = []string{tag.Value}
	}
	actions := []string{"sts:AssumeRole"}
	if len(s.Tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if s.Source != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	for _, action := range actions {
		decision, err := a.Authority.Decide(ctx, c, action, role.ARN, trust)
		if err != nil {
			return err
		}
		if !decision.Allowed {
			return refused(c, action, role.ARN)
		}
	}
	return nil
}

func setKey(keys map[string][]string, key, value string) {
	if value != "" {
		keys[key] = []string{value}
	}
}

// duration is how long the session lasts. A session that the role or the chain
// does not allow is an error, never a shorter one.
func duration(c wire.Caller, in *AssumeRoleInput, role *inventory.Role) (time.Duration, error) {
	lasts := seconds(in.DurationSeconds, defaultRoleSession)
	if lasts > cmp.Or(role.MaxSession, defaultRoleSession) {
		return 0, wire.Errorf(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if c.Kind == wire.RoleCaller && lasts > maxChainedSession {
		return 0, wire.Errorf(400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return lasts, nil
}

func refused(c wire.Caller, action, role string) error {
	return wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s", c.ARN, action, role)
}
