package auth

import (
	"context"
	"errors"
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
		return unsigned(r, body)
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
	if s.Federated && signature.Service == "iam" { // IAM User Guide, "Compare AWS STS credentials"
		return wire.Caller{}, signature.Service, errInvalidToken
	}
	caller, err := callerOf(account, s)
	if err != nil {
		return wire.Caller{}, signature.Service, err
	}
	caller.KeyID = s.KeyID
	a.requestKeys(&caller, s, r)
	caller.Keys["aws:RequestedRegion"] = []string{signature.Region}
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
	if !validKeyID(signature.KeyID) {
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

// sentence makes an error fit to be read: its text with a capital letter.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
