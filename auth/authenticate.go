package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/sigv4"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// Authenticator finds out who signed a request.
type Authenticator struct {
	Keys     *Keyring
	Accounts *accounts.Book
	// Now is the real clock, also on a server that answers as of a past date.
	Now func() time.Time
}

// The answers to requests that are not accepted (IAM-7).
var (
	errMissingToken = wire.Errorf(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
	errInvalidToken = wire.Errorf(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	errExpiredToken = wire.Errorf(403, "ExpiredToken", "The security token included in the request is expired")
	errMismatch     = wire.Errorf(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
)

// Authenticate returns the caller and the service name that the signature is
// for. Every refusal is a *wire.Error; any other error is ours.
func (a *Authenticator) Authenticate(ctx context.Context, r *http.Request, body []byte) (wire.Caller, string, error) {
	request := &sigv4.Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Host: r.Host,
		Header: signedHeaders(r), Body: body,
	}
	signature, err := sigv4.Parse(request)
	if errors.Is(err, sigv4.ErrMissing) {
		return wire.Caller{}, "", errMissingToken
	} else if err != nil {
		return wire.Caller{}, "", wire.Errorf(400, "IncompleteSignature", "%s", sentence(err))
	}
	s, account, err := a.session(ctx, signature)
	if err != nil {
		return wire.Caller{}, signature.Service, err
	}
	if err := a.verify(signature, request, s); err != nil {
		return wire.Caller{}, signature.Service, err
	}
	caller, err := callerOf(account, s)
	if err != nil {
		return wire.Caller{}, signature.Service, err
	}
	a.requestKeys(&caller, s, r)
	return caller, signature.Service, nil
}

// signedHeaders are the headers as the client sent them: net/http keeps the
// length apart.
func signedHeaders(r *http.Request) map[string][]string {
	header := r.Header
	if r.ContentLength > 0 && header.Get("Content-Length") == "" {
		header = header.Clone()
		header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	return header
}

func (a *Authenticator) verify(signature *sigv4.Signature, request *sigv4.Request, s Session) error {
	err := signature.Verify(request, s.Secret, a.Now())
	switch {
	case errors.Is(err, sigv4.ErrExpired):
		return wire.Errorf(400, "RequestExpired", "%s. Requests are accepted within 15 minutes: check the clock.", sentence(err))
	case err != nil:
		return errMismatch
	case !s.Expires.IsZero() && !a.Now().Before(s.Expires):
		return errExpiredToken
	}
	return nil
}

// session finds what the key id and token stand for, and the account they are
// of. A long-term key is a session without an end.
func (a *Authenticator) session(ctx context.Context, signature *sigv4.Signature) (Session, *inventory.Account, error) {
	if signature.Token != "" {
		s, err := a.Keys.openSession(signature.Token)
		if err != nil || s.KeyID != signature.KeyID {
			return Session{}, nil, errInvalidToken
		}
		account, err := a.account(ctx, s.Account)
		return s, account, err
	}
	if !validKeyID.MatchString(signature.KeyID) {
		return Session{}, nil, errInvalidToken
	}
	key, err := a.Keys.Lookup(ctx, signature.KeyID)
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, nil, errInvalidToken
	} else if err != nil {
		return Session{}, nil, err
	}
	account, err := a.account(ctx, key.Owner.Account)
	if err != nil {
		return Session{}, nil, err
	}
	if listed := account.KeyOf(key.Owner.User, key.ID); listed == nil || !listed.Active {
		return Session{}, nil, errInvalidToken
	}
	return Session{KeyID: key.ID, Secret: key.Secret, Account: key.Owner.Account, User: key.Owner.User}, account, nil
}

func (a *Authenticator) account(ctx context.Context, id string) (*inventory.Account, error) {
	account, err := a.Accounts.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errInvalidToken
	}
	return account, err
}

// callerOf names the principal of a session by what the inventory says today. A
// user or role that is gone has no valid credentials.
func callerOf(account *inventory.Account, s Session) (wire.Caller, error) {
	c := wire.Caller{
		Account: s.Account, Partition: account.Partition, Entity: s.Role + s.User, SessionPolicies: s.policies(account),
		Temporary: !s.Expires.IsZero(), SourceIdentity: s.Source, Transitive: s.Transitive,
	}
	switch {
	case s.Role != "":
		role := account.RoleByID(s.Role)
		if role == nil {
			return wire.Caller{}, errInvalidToken
		}
		c.Kind, c.UserID = wire.RoleCaller, s.Role+":"+s.Name
		c.ARN = fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", account.Partition, s.Account, role.Name, s.Name)
		c.Keys = roleKeys(role)
	case s.User != "":
		user := account.UserByID(s.User)
		if user == nil {
			return wire.Caller{}, errInvalidToken
		}
		c.Kind, c.UserID, c.ARN = wire.UserCaller, s.User, user.ARN
		c.Keys = userKeys(user)
	default:
		c.Kind, c.UserID = wire.RootCaller, s.Account
		c.ARN = fmt.Sprintf("arn:%s:iam::%s:root", account.Partition, s.Account)
		c.Keys = map[string][]string{"aws:PrincipalArn": {c.ARN}, "aws:PrincipalType": {"Account"}}
	}
	return c, nil
}

// policies are the texts of the session's policies. A managed one that is gone
// since allows nothing.
func (s *Session) policies(account *inventory.Account) []string {
	var texts []string
	if s.Policy != "" {
		texts = append(texts, s.Policy)
	}
	for _, name := range s.PolicyARNs {
		text := `{"Version":"2012-10-17","Statement":[]}`
		if p := account.Policy(name); p != nil {
			text = p.DefaultDocument()
		}
		texts = append(texts, text)
	}
	return texts
}

func userKeys(u *inventory.User) map[string][]string {
	keys := map[string][]string{
		"aws:PrincipalArn": {u.ARN}, "aws:PrincipalType": {"User"}, "aws:username": {u.Name},
	}
	return withTags(keys, u.Tags)
}

// roleKeys: for a role session aws:PrincipalArn is the role's ARN, not that of
// the session (IAM User Guide, "AWS global condition context keys").
func roleKeys(r *inventory.Role) map[string][]string {
	return withTags(map[string][]string{"aws:PrincipalArn": {r.ARN}, "aws:PrincipalType": {"AssumedRole"}}, r.Tags)
}

func withTags(keys map[string][]string, tags []inventory.Tag) map[string][]string {
	for _, tag := range tags {
		keys["aws:PrincipalTag/"+tag.Key] = []string{tag.Value}
	}
	return keys
}

// requestKeys adds what the request itself says.
func (a *Authenticator) requestKeys(c *wire.Caller, s Session, r *http.Request) {
	c.Keys["aws:userid"] = []string{c.UserID}
	c.Keys["aws:PrincipalAccount"] = []string{c.Account}
	c.Keys["aws:SecureTransport"] = []string{strconv.FormatBool(r.TLS != nil)}
	c.Keys["aws:CurrentTime"] = []string{a.Now().UTC().Format(time.RFC3339)}
	c.Keys["aws:EpochTime"] = []string{strconv.FormatInt(a.Now().Unix(), 10)}
	c.Keys["aws:UserAgent"] = []string{r.UserAgent()}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Keys["aws:SourceIp"] = []string{host}
	}
	if !c.Temporary {
		return // long-term credentials have no MFA keys and no issue time
	}
	c.Keys["aws:TokenIssueTime"] = []string{s.Issued.UTC().Format(time.RFC3339)}
	c.Keys["aws:MultiFactorAuthPresent"] = []string{strconv.FormatBool(s.MFA)}
	if s.Source != "" {
		c.Keys["aws:SourceIdentity"] = []string{s.Source}
	}
	for key, value := range s.Tags { // session tags win over the entity's
		c.Keys["aws:PrincipalTag/"+key] = []string{value}
	}
}

// sentence makes an error fit to be read: its text with a capital letter.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
