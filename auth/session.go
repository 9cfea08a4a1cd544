package auth

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// Session is what temporary credentials stand for. It travels sealed in the
// session token.
type Session struct {
	KeyID   string    `json:"key"`
	Secret  string    `json:"secret"`
	Account string    `json:"account"`
	User    string    `json:"user,omitempty"` // unique id of the user who signs, or who federated
	Role    string    `json:"role,omitempty"` // unique id; neither user nor role: the account's root
	Name    string    `json:"name,omitempty"` // of a role session, or of the federated user
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	// Policy (JSON text) and PolicyARNs are the session policies; they can only
	// take away.
	Policy     string   `json:"policy,omitempty"`
	PolicyARNs []string `json:"policyArns,omitempty"`
	// Tags are the session tags; those in Transitive go into every role that
	// the session assumes.
	Tags       map[string]string `json:"tags,omitempty"`
	Transitive map[string]string `json:"transitive,omitempty"`
	// Source is the source identity, set once and kept along a chain.
	Source string `json:"source,omitempty"`
	// Federated: a session of GetFederationToken, which User or root lent a part
	// of its permissions to.
	Federated bool `json:"federated,omitempty"`
	// MFA is when a code of an MFA device was proved; zero: none was.
	MFA time.Time `json:"mfaAt,omitzero"`
}

const sessionUse = "session token"

// NewSession completes s with a key id and secret and seals it: the token is
// what a client sends with every request.
func (k *Keyring) NewSession(s Session) (_ Session, token string, err error) {
	if s.KeyID, err = newKeyID(inventory.TemporaryKeyID, s.Account, k.Random); err != nil {
		return s, "", err
	}
	if s.Secret, err = newSecret(k.Random); err != nil {
		return s, "", err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return s, "", err
	}
	token, err = k.Sealer.Seal(text, sessionUse)
	return s, token, err
}

// openSession reads a session token; the error is ErrSealed for a token that is
// not ours.
func (k *Keyring) openSession(token string) (Session, error) {
	var s Session
	text, err := k.Sealer.Open(token, sessionUse)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read session token: %w", err)
	}
	return s, nil
}
