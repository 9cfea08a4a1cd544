package iam

import (
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// SAML providers: eight operations. Nobody signs in through one here; what
// trust policies name can be kept and read.

const (
	// samlQuota is how many SAML providers an account may have (IAM User Guide,
	// "IAM and AWS STS quotas").
	samlQuota = 100
	// samlYears is how long a provider is valid whose metadata does not say.
	samlYears = 100
)

// SAMLMetadata is a provider's metadata document. Embed it.
type SAMLMetadata struct {
	SAMLMetadataDocument    string  `required:"true" min:"1000" max:"10000000"`
	AssertionEncryptionMode *string `enum:"Required,Allowed"`
	AddPrivateKey           *string `min:"1" max:"16384"`
}

// Check implements wire.Checker.
func (in *SAMLMetadata) Check(wire.Caller) error {
	_, err := readMetadata(in.SAMLMetadataDocument)
	return firstError(noEncryption(in.AssertionEncryptionMode, in.AddPrivateKey), err)
}

// noEncryption refuses what is about encrypted assertions.
func noEncryption(said ...*string) error {
	if slices.ContainsFunc(said, func(s *string) bool { return s != nil }) {
		return invalidInput("Encryption of SAML assertions is not supported here: leave AssertionEncryptionMode and private keys out.")
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// entityDescriptor is what is read of a metadata document (SAML 2.0 Metadata,
// section 2.3.2).
type entityDescriptor struct {
	XMLName    xml.Name   `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
	EntityID   string     `xml:"entityID,attr"`
	ValidUntil string     `xml:"validUntil,attr"`
	IDP        []struct{} `xml:"urn:oasis:names:tc:SAML:2.0:metadata IDPSSODescriptor"`
}

// readMetadata reads until when the provider of a metadata document is valid;
// zero: it does not say.
func readMetadata(document string) (until time.Time, err error) {
	var d entityDescriptor
	if err := xml.Unmarshal([]byte(document), &d); err != nil {
		return until, invalidInput("Could not parse metadata: %s", err)
	}
	if d.EntityID == "" || len(d.IDP) == 0 {
		return until, invalidInput("Could not parse metadata: an entity descriptor with an entityID and an IDPSSODescriptor is wanted")
	}
	if d.ValidUntil != "" {
		if until, err = time.Parse(time.RFC3339, d.ValidUntil); err != nil {
			return until, invalidInput("Could not parse metadata: validUntil is no time")
		}
	}
	return until.UTC(), nil
}

// setMetadata puts a document into a provider.
func setMetadata(p *inventory.SAMLProvider, document string) error {
	until, err := readMetadata(document)
	if until.IsZero() {
		until = p.Created.AddDate(samlYears, 0, 0)
	}
	p.Metadata, p.ValidUntil = document, until
	return err
}

// CreateSAMLProviderInput describes a new provider.
type CreateSAMLProviderInput struct {
	Name string `required:"true" min:"1" max:"128" pattern:"[\\w._-]+"`
	SAMLMetadata
	NewTags
}

// Check implements wire.Checker.
func (in *CreateSAMLProviderInput) Check(caller wire.Caller) error {
	return firstError(in.NewTags.Check(caller), in.SAMLMetadata.Check(caller))
}

// CreateSAMLProviderOutput names the new provider.
type CreateSAMLProviderOutput struct {
	SAMLProviderArn string
	Tags            []Tag
}

func createSAMLResource(in *CreateSAMLProviderInput, caller wire.Caller) string {
	return ownPathARN(caller, "saml-provider", "/", in.Name)
}

// CreateSAMLProvider makes a provider.
func (a *API) CreateSAMLProvider(ctx context.Context, caller wire.Caller, in *CreateSAMLProviderInput) (*CreateSAMLProviderOutput, error) {
	made := &inventory.SAMLProvider{
		Name: in.Name, ID: strings.ToUpper(strings.ReplaceAll(a.NewID(), "-", "")), ARN: createSAMLResource(in, caller), Created: a.today(),
	}
	var err error
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	if err := setMetadata(made, in.SAMLMetadataDocument); err != nil {
		return nil, err
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if slices.ContainsFunc(account.SAML, func(p *inventory.SAMLProvider) bool { return sameName(p.Name, in.Name) }) {
			return entityAlreadyExists("SAMLProvider with name %s already exists.", in.Name)
		}
		if len(account.SAML) >= samlQuota {
			return overQuota("SAMLProvidersPerAccount", samlQuota)
		}
		account.SAML = append(account.SAML, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateSAMLProviderOutput{made.ARN, newTags(made.Tags)}, nil
}

// OfSAMLProvider is the SAML provider that an operation is about. Embed it.
type OfSAMLProvider struct {
	SAMLProviderArn string `required:"true" min:"20" max:"2048"`
}

func (of *OfSAMLProvider) samlARN() string { return of.SAMLProviderArn }

// onSAMLProvider is the row of an operation on a SAML provider.
func onSAMLProvider[I, O any, P interface {
	*I
	samlARN() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.SAMLProvider]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.SAMLProvider], string, error) {
		text := P(in).samlARN()
		if err := checkProviderARN(text, "saml-provider"); err != nil {
			return found[inventory.SAMLProvider]{}, "", err
		}
		account, err := a.account(ctx, caller)
		if err != nil {
			return found[inventory.SAMLProvider]{}, "", err
		}
		if p := account.SAMLProvider(text); p != nil {
			return found[inventory.SAMLProvider]{account, p}, p.ARN, nil
		}
		return found[inventory.SAMLProvider]{}, text, noSAMLProvider(text)
	}, call)
}

// checkProviderARN refuses an ARN that is not of the kind ("saml-provider" or
// "oidc-provider").
func checkProviderARN(text, kind string) error {
	name, err := arn.Parse(text)
	if err != nil {
		return validationError("Invalid ARN")
	}
	if rest, ok := strings.CutPrefix(name.Resource, kind+"/"); !ok || rest == "" || name.Service != "iam" {
		return wire.Errorf(http.StatusBadRequest, "InvalidInput", "ARN %s is not valid.", text)
	}
	return nil
}

func noSAMLProvider(arn string) error { return noSuchEntity("Manifest not found for arn %s", arn) }

// changeSAML changes the provider that the operation is about.
func (a *API) changeSAML(
	ctx context.Context, caller wire.Caller, of found[inventory.SAMLProvider], change func(*inventory.Account, *inventory.SAMLProvider) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		p := account.SAMLProvider(of.entity.ARN)
		if p == nil || p.ID != of.entity.ID {
			return noSAMLProvider(of.entity.ARN)
		}
		return change(account, p)
	})
}

// GetSAMLProviderInput names a provider.
type GetSAMLProviderInput struct{ OfSAMLProvider }

// GetSAMLProviderOutput is a provider with its metadata.
type GetSAMLProviderOutput struct {
	SAMLProviderUUID     string
	SAMLMetadataDocument string
	CreateDate           time.Time
	ValidUntil           time.Time
	Tags                 []Tag
}

// GetSAMLProvider reads a provider.
func (a *API) GetSAMLProvider(_ context.Context, _ wire.Caller, _ *GetSAMLProviderInput, of found[inventory.SAMLProvider]) (*GetSAMLProviderOutput, error) {
	p := of.entity
	return &GetSAMLProviderOutput{p.ID, p.Metadata, p.Created, p.ValidUntil, newTags(p.Tags)}, nil
}

// ListSAMLProvidersInput has nothing in it.
type ListSAMLProvidersInput struct{}

// SAMLProviderListEntry is a provider as the list shows it.
type SAMLProviderListEntry struct {
	Arn        string
	ValidUntil time.Time
	CreateDate time.Time
}

// ListSAMLProvidersOutput holds all providers by name.
type ListSAMLProvidersOutput struct{ SAMLProviderList []SAMLProviderListEntry }

// ListSAMLProviders lists the providers of the account.
func (a *API) ListSAMLProviders(ctx context.Context, caller wire.Caller, _ *ListSAMLProvidersInput) (*ListSAMLProvidersOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	return &ListSAMLProvidersOutput{shown(account.SAML, func(p *inventory.SAMLProvider) SAMLProviderListEntry {
		return SAMLProviderListEntry{p.ARN, p.ValidUntil, p.Created}
	})}, nil
}

// UpdateSAMLProviderInput is a provider's new metadata.
type UpdateSAMLProviderInput struct {
	OfSAMLProvider
	SAMLMetadataDocument    *string `min:"1000" max:"10000000"`
	AssertionEncryptionMode *string `enum:"Required,Allowed"`
	AddPrivateKey           *string `min:"1" max:"16384"`
	RemovePrivateKey        *string `min:"22" max:"64" pattern:"[A-Z0-9]+"`
}

// Check implements wire.Checker.
func (in *UpdateSAMLProviderInput) Check(wire.Caller) error {
	if err := noEncryption(in.AssertionEncryptionMode, in.AddPrivateKey, in.RemovePrivateKey); err != nil {
		return err
	}
	if in.SAMLMetadataDocument == nil {
		return invalidInput("There is nothing to update: give a SAMLMetadataDocument.")
	}
	_, err := readMetadata(*in.SAMLMetadataDocument)
	return err
}

// UpdateSAMLProviderOutput names the provider.
type UpdateSAMLProviderOutput struct{ SAMLProviderArn string }

// UpdateSAMLProvider replaces the metadata of a provider.
func (a *API) UpdateSAMLProvider(
	ctx context.Context, caller wire.Caller, in *UpdateSAMLProviderInput, of found[inventory.SAMLProvider],
) (*UpdateSAMLProviderOutput, error) {
	err := a.changeSAML(ctx, caller, of, func(_ *inventory.Account, p *inventory.SAMLProvider) error {
		return setMetadata(p, *in.SAMLMetadataDocument)
	})
	if err != nil {
		return nil, err
	}
	return &UpdateSAMLProviderOutput{of.entity.ARN}, nil
}

// DeleteSAMLProviderInput names a provider.
type DeleteSAMLProviderInput struct{ OfSAMLProvider }

// DeleteSAMLProvider deletes a provider. Trust policies that name it stay.
func (a *API) DeleteSAMLProvider(ctx context.Context, caller wire.Caller, _ *DeleteSAMLProviderInput, of found[inventory.SAMLProvider]) (*wire.NoOutput, error) {
	return nil, a.changeSAML(ctx, caller, of, func(account *inventory.Account, p *inventory.SAMLProvider) error {
		account.SAML = slices.DeleteFunc(account.SAML, func(q *inventory.SAMLProvider) bool { return q == p })
		return nil
	})
}

// TagSAMLProviderInput sets tags of a provider.
type TagSAMLProviderInput struct {
	OfSAMLProvider
	SetTags
}

// TagSAMLProvider sets tags of a provider.
func (a *API) TagSAMLProvider(ctx context.Context, caller wire.Caller, in *TagSAMLProviderInput, of found[inventory.SAMLProvider]) (*wire.NoOutput, error) {
	return nil, a.changeSAML(ctx, caller, of, func(_ *inventory.Account, p *inventory.SAMLProvider) (err error) {
		p.Tags, err = tagged(p.Tags, in.Tags)
		return err
	})
}

// UntagSAMLProviderInput removes tags of a provider.
type UntagSAMLProviderInput struct {
	OfSAMLProvider
	RemoveTags
}

// UntagSAMLProvider removes tags of a provider.
func (a *API) UntagSAMLProvider(ctx context.Context, caller wire.Caller, in *UntagSAMLProviderInput, of found[inventory.SAMLProvider]) (*wire.NoOutput, error) {
	return nil, a.changeSAML(ctx, caller, of, func(_ *inventory.Account, p *inventory.SAMLProvider) error {
		p.Tags = untagged(p.Tags, in.TagKeys)
		return nil
	})
}

// ListSAMLProviderTagsInput names a provider.
type ListSAMLProviderTagsInput struct {
	OfSAMLProvider
	Paging
}

// ListSAMLProviderTags lists the tags of a provider.
func (a *API) ListSAMLProviderTags(_ context.Context, _ wire.Caller, in *ListSAMLProviderTagsInput, of found[inventory.SAMLProvider]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListSAMLProviderTags", in.SAMLProviderArn)
}
