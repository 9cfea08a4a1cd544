package iam

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// OpenID Connect providers: ten operations. Nobody signs in through one here;
// what trust policies name can be kept and read.

// The quotas of AWS (IAM User Guide, "IAM and AWS STS quotas", and the API
// reference of ThumbprintList).
const (
	oidcQuota        = 100
	clientQuota      = 100
	thumbprintQuota  = 5
	thumbprintDigits = "0123456789abcdefABCDEF"
)

// Thumbprints are those of a provider's certificates. Embed it.
type Thumbprints struct {
	ThumbprintList []string `memberMin:"40" memberMax:"40"`
}

// Check implements wire.Checker.
func (in *Thumbprints) Check(wire.Caller) error {
	if len(in.ThumbprintList) > thumbprintQuota {
		return invalidInput("Thumbprint list must contain fewer than %d entries.", thumbprintQuota)
	}
	for _, t := range in.ThumbprintList {
		if strings.Trim(t, thumbprintDigits) != "" {
			return invalidInput("The thumbprint %s is not a hexadecimal number of 40 digits.", t)
		}
	}
	return nil
}

// CreateOpenIDConnectProviderInput describes a new provider.
type CreateOpenIDConnectProviderInput struct {
	Url          string   `required:"true" min:"1" max:"255"`
	ClientIDList []string `memberMin:"1" memberMax:"255"`
	Thumbprints
	NewTags
}

// Check implements wire.Checker.
func (in *CreateOpenIDConnectProviderInput) Check(caller wire.Caller) error {
	u, err := url.Parse(in.Url)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Port() != "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return validationError("Invalid Open ID Connect Provider URL")
	}
	if len(in.ClientIDList) > clientQuota {
		return overQuota("ClientIdsPerOpenIdConnectProvider", clientQuota)
	}
	return firstError(in.NewTags.Check(caller), in.Thumbprints.Check(caller))
}

// CreateOpenIDConnectProviderOutput names the new provider.
type CreateOpenIDConnectProviderOutput struct {
	OpenIDConnectProviderArn string
	Tags                     []Tag
}

// location is the URL as providers keep it and as their ARNs have it.
func (in *CreateOpenIDConnectProviderInput) location() string {
	return strings.TrimPrefix(in.Url, "https://")
}

func createOIDCResource(in *CreateOpenIDConnectProviderInput, caller wire.Caller) string {
	return ownPathARN(caller, "oidc-provider", "/", in.location())
}

// CreateOpenIDConnectProvider makes a provider. AWS fetches a certificate when no
// thumbprint is given; we call nobody, and there is none then.
func (a *API) CreateOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *CreateOpenIDConnectProviderInput,
) (*CreateOpenIDConnectProviderOutput, error) {
	made := &inventory.OIDCProvider{
		ARN: createOIDCResource(in, caller), URL: in.location(), Clients: unique(in.ClientIDList),
		Thumbprints: slices.Clone(in.ThumbprintList), Created: a.today(),
	}
	var err error
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if slices.ContainsFunc(account.OIDC, func(p *inventory.OIDCProvider) bool { return sameName(p.URL, made.URL) }) {
			return entityAlreadyExists("Provider with url %s already exists.", in.Url)
		}
		if len(account.OIDC) >= oidcQuota {
			return overQuota("OpenIdConnectProvidersPerAccount", oidcQuota)
		}
		account.OIDC = append(account.OIDC, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateOpenIDConnectProviderOutput{made.ARN, newTags(made.Tags)}, nil
}

// unique is the list without repetitions, in its order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// OfOIDCProvider is the provider that an operation is about. Embed it.
type OfOIDCProvider struct {
	OpenIDConnectProviderArn string `required:"true" min:"20" max:"2048"`
}

func (of *OfOIDCProvider) oidcARN() string { return of.OpenIDConnectProviderArn }

// onOIDCProvider is the row of an operation on a provider.
func onOIDCProvider[I, O any, P interface {
	*I
	oidcARN() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.OIDCProvider]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.OIDCProvider], string, error) {
		return a.findOIDC(ctx, caller, P(in).oidcARN())
	}, call)
}

func (a *API) findOIDC(ctx context.Context, caller wire.Caller, text string) (found[inventory.OIDCProvider], string, error) {
	if err := checkProviderARN(text, "oidc-provider"); err != nil {
		return found[inventory.OIDCProvider]{}, "", err
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.OIDCProvider]{}, "", err
	}
	if p := account.OIDCProvider(text); p != nil {
		return found[inventory.OIDCProvider]{account, p}, p.ARN, nil
	}
	return found[inventory.OIDCProvider]{}, text, noOIDCProvider(text)
}

func noOIDCProvider(arn string) error {
	return noSuchEntity("OpenIDConnect Provider not found for arn %s", arn)
}

// changeOIDC changes the provider that the operation is about. Providers have
// no unique id: one that was made again is another one by its date.
func (a *API) changeOIDC(
	ctx context.Context, caller wire.Caller, of found[inventory.OIDCProvider], change func(*inventory.Account, *inventory.OIDCProvider) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		p := account.OIDCProvider(of.entity.ARN)
		if p == nil || !p.Created.Equal(of.entity.Created) {
			return noOIDCProvider(of.entity.ARN)
		}
		return change(account, p)
	})
}

// GetOpenIDConnectProviderInput names a provider.
type GetOpenIDConnectProviderInput struct{ OfOIDCProvider }

// GetOpenIDConnectProviderOutput is a provider.
type GetOpenIDConnectProviderOutput struct {
	Url            string // without "https://"
	ClientIDList   []string
	ThumbprintList []string
	CreateDate     time.Time
	Tags           []Tag
}

// GetOpenIDConnectProvider reads a provider.
func (a *API) GetOpenIDConnectProvider(
	_ context.Context, _ wire.Caller, _ *GetOpenIDConnectProviderInput, of found[inventory.OIDCProvider],
) (*GetOpenIDConnectProviderOutput, error) {
	p := of.entity
	return &GetOpenIDConnectProviderOutput{
		p.URL, append([]string{}, p.Clients...), append([]string{}, p.Thumbprints...), p.Created, newTags(p.Tags),
	}, nil
}

// ListOpenIDConnectProvidersInput has nothing in it.
type ListOpenIDConnectProvidersInput struct{}

// OpenIDConnectProviderListEntry is a provider as the list shows it.
type OpenIDConnectProviderListEntry struct{ Arn string }

// ListOpenIDConnectProvidersOutput holds all providers.
type ListOpenIDConnectProvidersOutput struct {
	OpenIDConnectProviderList []OpenIDConnectProviderListEntry
}

// ListOpenIDConnectProviders lists the providers of the account.
func (a *API) ListOpenIDConnectProviders(
	ctx context.Context, caller wire.Caller, _ *ListOpenIDConnectProvidersInput,
) (*ListOpenIDConnectProvidersOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	return &ListOpenIDConnectProvidersOutput{shown(account.OIDC, func(p *inventory.OIDCProvider) OpenIDConnectProviderListEntry {
		return OpenIDConnectProviderListEntry{p.ARN}
	})}, nil
}

// DeleteOpenIDConnectProviderInput names a provider.
type DeleteOpenIDConnectProviderInput struct{ OfOIDCProvider }

// findOIDCIfAny finds the provider to be deleted, or none: deleting one that is
// not there is no error (API reference, DeleteOpenIDConnectProvider).
func (a *API) findOIDCIfAny(
	ctx context.Context, caller wire.Caller, in *DeleteOpenIDConnectProviderInput,
) (found[inventory.OIDCProvider], string, error) {
	of, resource, err := a.findOIDC(ctx, caller, in.OpenIDConnectProviderArn)
	if resource != "" {
		err = nil
	}
	return of, resource, err
}

// DeleteOpenIDConnectProvider deletes a provider. Trust policies that name it
// stay.
func (a *API) DeleteOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *DeleteOpenIDConnectProviderInput, _ found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.write(ctx, caller, func(account *inventory.Account) error {
		account.OIDC = slices.DeleteFunc(account.OIDC, func(p *inventory.OIDCProvider) bool { return p.ARN == in.OpenIDConnectProviderArn })
		return nil
	})
}

// ClientIDInput names a provider and a client of it.
type ClientIDInput struct {
	OfOIDCProvider
	ClientID string `required:"true" min:"1" max:"255"`
}

// AddClientIDToOpenIDConnectProvider adds a client. Again is no error.
func (a *API) AddClientIDToOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *ClientIDInput, of found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.changeOIDC(ctx, caller, of, func(_ *inventory.Account, p *inventory.OIDCProvider) error {
		if slices.Contains(p.Clients, in.ClientID) {
			return nil
		}
		if len(p.Clients) >= clientQuota {
			return overQuota("ClientIdsPerOpenIdConnectProvider", clientQuota)
		}
		p.Clients = append(p.Clients, in.ClientID)
		return nil
	})
}

// RemoveClientIDFromOpenIDConnectProvider removes a client. One that is not
// there is no error.
func (a *API) RemoveClientIDFromOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *ClientIDInput, of found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.changeOIDC(ctx, caller, of, func(_ *inventory.Account, p *inventory.OIDCProvider) error {
		p.Clients = slices.DeleteFunc(p.Clients, func(id string) bool { return id == in.ClientID })
		return nil
	})
}

// UpdateOpenIDConnectProviderThumbprintInput is a provider's new thumbprints.
type UpdateOpenIDConnectProviderThumbprintInput struct {
	OfOIDCProvider
	ThumbprintList []string `required:"true" memberMin:"40" memberMax:"40"`
}

// Check implements wire.Checker.
func (in *UpdateOpenIDConnectProviderThumbprintInput) Check(caller wire.Caller) error {
	return (&Thumbprints{in.ThumbprintList}).Check(caller)
}

// UpdateOpenIDConnectProviderThumbprint replaces the thumbprints of a provider.
func (a *API) UpdateOpenIDConnectProviderThumbprint(
	ctx context.Context, caller wire.Caller, in *UpdateOpenIDConnectProviderThumbprintInput, of found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.changeOIDC(ctx, caller, of, func(_ *inventory.Account, p *inventory.OIDCProvider) error {
		p.Thumbprints = slices.Clone(in.ThumbprintList)
		return nil
	})
}

// TagOpenIDConnectProviderInput sets tags of a provider.
type TagOpenIDConnectProviderInput struct {
	OfOIDCProvider
	SetTags
}

// TagOpenIDConnectProvider sets tags of a provider.
func (a *API) TagOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *TagOpenIDConnectProviderInput, of found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.changeOIDC(ctx, caller, of, func(_ *inventory.Account, p *inventory.OIDCProvider) (err error) {
		p.Tags, err = tagged(p.Tags, in.Tags)
		return err
	})
}

// UntagOpenIDConnectProviderInput removes tags of a provider.
type UntagOpenIDConnectProviderInput struct {
	OfOIDCProvider
	RemoveTags
}

// UntagOpenIDConnectProvider removes tags of a provider.
func (a *API) UntagOpenIDConnectProvider(
	ctx context.Context, caller wire.Caller, in *UntagOpenIDConnectProviderInput, of found[inventory.OIDCProvider],
) (*wire.NoOutput, error) {
	return nil, a.changeOIDC(ctx, caller, of, func(_ *inventory.Account, p *inventory.OIDCProvider) error {
		p.Tags = untagged(p.Tags, in.TagKeys)
		return nil
	})
}

// ListOpenIDConnectProviderTagsInput names a provider.
type ListOpenIDConnectProviderTagsInput struct {
	OfOIDCProvider
	Paging
}

// ListOpenIDConnectProviderTags lists the tags of a provider.
func (a *API) ListOpenIDConnectProviderTags(
	_ context.Context, _ wire.Caller, in *ListOpenIDConnectProviderTagsInput, of found[inventory.OIDCProvider],
) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListOpenIDConnectProviderTags", in.OpenIDConnectProviderArn)
}
