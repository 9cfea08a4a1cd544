package inventory

import "time"

// SAMLProvider is an identity provider that speaks SAML 2.0.
type SAMLProvider struct {
	Name       string    `json:"name"`
	ID         string    `json:"id"` // SAMLProviderUUID
	ARN        string    `json:"arn"`
	Metadata   string    `json:"metadata"` // XML
	Created    time.Time `json:"created"`
	ValidUntil time.Time `json:"validUntil,omitzero"`
	Tags       []Tag     `json:"tags,omitempty"`
}

// OIDCProvider is an identity provider that speaks OpenID Connect.
type OIDCProvider struct {
	ARN         string    `json:"arn"`
	URL         string    `json:"url"` // without "https://"
	Clients     []string  `json:"clients,omitempty"`
	Thumbprints []string  `json:"thumbprints,omitempty"`
	Created     time.Time `json:"created"`
	Tags        []Tag     `json:"tags,omitempty"`
}

// Deletion is what became of the deletion of a service-linked role. A service
// that uses a role is not asked here, so that it is done at once or refused.
type Deletion struct {
	ID      string    `json:"id"` // DeletionTaskId
	Role    string    `json:"role"`
	Created time.Time `json:"created"`
	Failed  string    `json:"failed,omitempty"` // the reason; empty: it succeeded
}
