package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	samlARN = f1Prefix + "saml-provider/Corp"
	oidcARN = f1Prefix + "oidc-provider/id.example.com/realms/a"
	thumb   = "0123456789abcdef0123456789ABCDEF01234567"
)

// metadata is a document of at least 1000 characters.
func metadata(attributes string) string {
	return `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://id.example.com"` + attributes + `>` +
		`<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"></md:IDPSSODescriptor><!--` + strings.Repeat("x", 1000) + `--></md:EntityDescriptor>`
}

func TestSAMLProviders(t *testing.T) {
	w := newHome(t)
	document := metadata("")
	same(t, w.get("CreateSAMLProvider", "Name", "Corp", "SAMLMetadataDocument", document, "Tags.member.1.Key", "a", "Tags.member.1.Value", "1"),
		`{"SAMLProviderArn":"`+samlARN+`","Tags":[{"Key":"a","Value":"1"}]}`)
	got := w.get("GetSAMLProvider", "SAMLProviderArn", samlARN).(map[string]any)
	if got["SAMLMetadataDocument"] != document || got["CreateDate"] != "2026-06-01T12:00:00Z" || got["ValidUntil"] != "2126-06-01T12:00:00Z" ||
		got["SAMLProviderUUID"] != "00000000000040008000000000000001" {
		t.Errorf("got %v", got)
	}
	until := metadata(` validUntil="2027-01-01T01:00:00+01:00"`)
	same(t, w.get("UpdateSAMLProvider", "SAMLProviderArn", samlARN, "SAMLMetadataDocument", until), `{"SAMLProviderArn":"`+samlARN+`"}`)
	same(t, w.get("ListSAMLProviders"), `{"SAMLProviderList":[{"Arn":"`+samlARN+`","ValidUntil":"2027-01-01T00:00:00Z","CreateDate":"2026-06-01T12:00:00Z"}]}`)
	w.done("TagSAMLProvider", "SAMLProviderArn", samlARN, "Tags.member.1.Key", "b", "Tags.member.1.Value", "2")
	w.done("UntagSAMLProvider", "SAMLProviderArn", samlARN, "TagKeys.member.1", "a")
	same(t, w.get("ListSAMLProviderTags", "SAMLProviderArn", samlARN), `{"Tags":[{"Key":"b","Value":"2"}],"IsTruncated":"false"}`)

	const invalid = "400 ValidationError: 1 validation error detected: Value at "
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a name that is taken": {[]string{"CreateSAMLProvider", "Name", "CORP", "SAMLMetadataDocument", document}, "409 EntityAlreadyExists: SAMLProvider with name CORP already exists."},
		"a short document":     {[]string{"CreateSAMLProvider", "Name", "x", "SAMLMetadataDocument", "<x/>"}, invalid + "'sAMLMetadataDocument' failed to satisfy constraint: Member must have length greater than or equal to 1000"},
		"no XML":               {[]string{"CreateSAMLProvider", "Name", "x", "SAMLMetadataDocument", strings.Repeat("x", 1000)}, "400 InvalidInput: Could not parse metadata: EOF"},
		"another document":     {[]string{"CreateSAMLProvider", "Name", "x", "SAMLMetadataDocument", strings.Replace(document, "IDPSSO", "SPSSO", 2)}, "400 InvalidInput: Could not parse metadata: an entity descriptor with an entityID and an IDPSSODescriptor is wanted"},
		"a bad end":            {[]string{"UpdateSAMLProvider", "SAMLProviderArn", samlARN, "SAMLMetadataDocument", metadata(` validUntil="soon"`)}, "400 InvalidInput: Could not parse metadata: validUntil is no time"},
		"encryption":           {[]string{"UpdateSAMLProvider", "SAMLProviderArn", samlARN, "AssertionEncryptionMode", "Required"}, "400 InvalidInput: Encryption of SAML assertions is not supported here: leave AssertionEncryptionMode and private keys out."},
		"nothing to update":    {[]string{"UpdateSAMLProvider", "SAMLProviderArn", samlARN}, "400 InvalidInput: There is nothing to update: give a SAMLMetadataDocument."},
		"no such provider":     {[]string{"GetSAMLProvider", "SAMLProviderArn", samlARN + "x"}, "404 NoSuchEntity: Manifest not found for arn arn:aws:iam::111122223333:saml-provider/Corpx"},
		"no provider at all":   {[]string{"DeleteSAMLProvider", "SAMLProviderArn", teamEc2}, "400 InvalidInput: ARN arn:aws:iam::111122223333:policy/TeamEc2 is not valid."},
		"no ARN":               {[]string{"DeleteSAMLProvider", "SAMLProviderArn", strings.Repeat("x", 20)}, "400 ValidationError: Invalid ARN"},
	})
	w.done("DeleteSAMLProvider", "SAMLProviderArn", samlARN)
	same(t, w.get("ListSAMLProviders"), `{"SAMLProviderList":[]}`)
}

func FuzzReadMetadata(f *testing.F) {
	f.Add(metadata(""))
	f.Add(metadata(` validUntil="2027-01-01T00:00:00Z"`))
	f.Add("<x>&unknown;</x>")
	f.Fuzz(func(t *testing.T, document string) {
		if until, err := readMetadata(document); err == nil && until.Location() != time.UTC {
			t.Errorf("valid until %s", until)
		}
	})
}

func TestOpenIDConnectProviders(t *testing.T) {
	w := newHome(t)
	const named = "OpenIDConnectProviderArn"
	same(t, w.get("CreateOpenIDConnectProvider", "Url", "https://id.example.com/realms/a", "ClientIDList.member.1", "app", "ClientIDList.member.2", "app",
		"ThumbprintList.member.1", thumb, "Tags.member.1.Key", "a", "Tags.member.1.Value", "1"),
		`{"OpenIDConnectProviderArn":"`+oidcARN+`","Tags":[{"Key":"a","Value":"1"}]}`)
	w.done("AddClientIDToOpenIDConnectProvider", named, oidcARN, "ClientID", "web")
	w.done("AddClientIDToOpenIDConnectProvider", named, oidcARN, "ClientID", "web")
	w.done("RemoveClientIDFromOpenIDConnectProvider", named, oidcARN, "ClientID", "app")
	w.done("RemoveClientIDFromOpenIDConnectProvider", named, oidcARN, "ClientID", "app")
	w.done("UpdateOpenIDConnectProviderThumbprint", named, oidcARN, "ThumbprintList.member.1", strings.ToLower(thumb))
	w.done("TagOpenIDConnectProvider", named, oidcARN, "Tags.member.1.Key", "b", "Tags.member.1.Value", "2")
	w.done("UntagOpenIDConnectProvider", named, oidcARN, "TagKeys.member.1", "a")
	same(t, w.get("GetOpenIDConnectProvider", named, oidcARN), `{"Url":"id.example.com/realms/a","ClientIDList":["web"],
		"ThumbprintList":["0123456789abcdef0123456789abcdef01234567"],"CreateDate":"2026-06-01T12:00:00Z","Tags":[{"Key":"b","Value":"2"}]}`)
	same(t, w.get("ListOpenIDConnectProviders"), `{"OpenIDConnectProviderList":[{"Arn":"`+oidcARN+`"}]}`)
	same(t, w.get("ListOpenIDConnectProviderTags", named, oidcARN), `{"Tags":[{"Key":"b","Value":"2"}],"IsTruncated":"false"}`)
	for i := range 99 {
		w.done("AddClientIDToOpenIDConnectProvider", named, oidcARN, "ClientID", fmt.Sprint(i))
	}

	six := []string{"UpdateOpenIDConnectProviderThumbprint", named, oidcARN}
	for i := range 6 {
		six = append(six, fmt.Sprintf("ThumbprintList.member.%d", i+1), thumb)
	}
	const url = "400 ValidationError: Invalid Open ID Connect Provider URL"
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a provider that is there": {[]string{"CreateOpenIDConnectProvider", "Url", "https://ID.example.com/realms/a"}, "409 EntityAlreadyExists: Provider with url https://ID.example.com/realms/a already exists."},
		"no https":                 {[]string{"CreateOpenIDConnectProvider", "Url", "http://id.example.com"}, url},
		"a port":                   {[]string{"CreateOpenIDConnectProvider", "Url", "https://id.example.com:8443"}, url},
		"a query":                  {[]string{"CreateOpenIDConnectProvider", "Url", "https://id.example.com?a=b"}, url},
		"client 101":               {[]string{"AddClientIDToOpenIDConnectProvider", named, oidcARN, "ClientID", "more"}, "409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"},
		"six thumbprints":          {six, "400 InvalidInput: Thumbprint list must contain fewer than 5 entries."},
		"a thumbprint of letters":  {[]string{"UpdateOpenIDConnectProviderThumbprint", named, oidcARN, "ThumbprintList.member.1", strings.Repeat("x", 40)}, "400 InvalidInput: The thumbprint " + strings.Repeat("x", 40) + " is not a hexadecimal number of 40 digits."},
		"no such provider":         {[]string{"GetOpenIDConnectProvider", named, oidcARN + "x"}, "404 NoSuchEntity: OpenIDConnect Provider not found for arn arn:aws:iam::111122223333:oidc-provider/id.example.com/realms/ax"},
		"no provider at all":       {[]string{"DeleteOpenIDConnectProvider", named, samlARN}, "400 InvalidInput: ARN arn:aws:iam::111122223333:saml-provider/Corp is not valid."},
	})
	w.done("DeleteOpenIDConnectProvider", named, oidcARN)
	w.done("DeleteOpenIDConnectProvider", named, oidcARN)
	same(t, w.get("ListOpenIDConnectProviders"), `{"OpenIDConnectProviderList":[]}`)
}
