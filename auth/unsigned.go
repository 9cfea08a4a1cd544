package auth

import (
	"net/http"
	"net/url"

	"github.com/ebbmark/ebbmark/wire"
)

// ErrNoProviders is the answer to the operations that sign in through an
// identity provider. Their requests are not signed, so that it is given here;
// api/sts gives it to a client that signs all the same.
var ErrNoProviders = wire.Errorf(400, "InvalidAction",
	"Signing in through an identity provider (AssumeRoleWithSAML, AssumeRoleWithWebIdentity) is not supported by this server. Use AssumeRole with an access key of it.")

// unsigned answers a request without signature.
func unsigned(r *http.Request, body []byte) (wire.Caller, string, error) {
	switch actionOf(r.URL.RawQuery, body) {
	case "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity":
		return wire.Caller{}, "sts", ErrNoProviders
	}
	return wire.Caller{}, "", errMissingToken
}

// actionOf is the action of a request of the query protocol, empty when it has
// none.
func actionOf(query string, body []byte) string {
	for _, text := range []string{query, string(body)} {
		// What cannot be read says nothing; the rest still does.
		if values, _ := url.ParseQuery(text); values.Get("Action") != "" {
			return values.Get("Action")
		}
	}
	return ""
}
