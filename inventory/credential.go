package inventory

import "time"

// AccessKey is a long-term access key of a user or the root, without its
// secret, which is not the inventory's. This list decides: a key that is not in
// it, or not active, authenticates nobody.
type AccessKey struct {
	ID      string    `json:"id"`
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

// LoginProfile is a user's password.
type LoginProfile struct {
	Created       time.Time `json:"created"`
	Changed       time.Time `json:"changed"` // when the password was last set
	ResetRequired bool      `json:"resetRequired,omitempty"`
	Hash          string    `json:"hash"`             // package auth makes and checks it
	Former        []string  `json:"former,omitempty"` // hashes of earlier passwords, the latest first
}

// Device is a virtual MFA device: a seed that makes codes (RFC 6238).
type Device struct {
	Serial  string    `json:"serial"` // its ARN
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Sealed  string    `json:"sealed"` // the seed, which only the server's key opens
	Created time.Time `json:"created"`
	// Owner is the unique id of the user who has it, or the id of the account
	// when the root has. Empty: not assigned; Enabled, Step and Drift are zero then.
	Owner   string    `json:"owner,omitempty"`
	Enabled time.Time `json:"enabled,omitzero"`
	Step    int64     `json:"step,omitempty"`  // the time step of the last code that was taken
	Drift   int64     `json:"drift,omitempty"` // how many time steps its clock was ahead then
	Tags    []Tag     `json:"tags,omitempty"`
}

// KeyOf finds an access key of a user, or of the root when the id is empty. The
// result belongs to the Account.
func (a *Account) KeyOf(userID, keyID string) *AccessKey {
	keys := a.Settings.RootKeys
	if userID != "" {
		u := a.UserByID(userID)
		if u == nil {
			return nil
		}
		keys = u.Keys
	}
	for i := range keys {
		if keys[i].ID == keyID {
			return &keys[i]
		}
	}
	return nil
}
