package cloudtrail

import "strings"

// isSignIn reports whether the record is about signing in to the console, which
// is no API call (CT-39). The type has two spellings, hence the folding.
func (r *Record) isSignIn() bool {
	if strings.EqualFold(r.EventType, "AwsConsoleSignIn") {
		return true
	}
	if !isSignInHost(r.EventSource) {
		return false
	}
	switch strings.TrimSpace(r.EventName) {
	case "ConsoleLogin", "CheckMfa", "SwitchRole", "GetSigninToken", "PasswordUpdated":
		return true
	}
	return false
}

// signedIn reports whether a user or the root signed in with a password and
// succeeded (CT-40). Federated sign-ins are AssumedRole or FederatedUser.
func (r *Record) signedIn() bool {
	return strings.TrimSpace(r.EventName) == "ConsoleLogin" && r.ConsoleLogin == "Success" &&
		isSignInHost(r.EventSource) &&
		(r.User.Type == typeUser || r.User.Type == typeRoot)
}

func isSignInHost(source string) bool {
	const host = "signin.amazonaws.com"
	return len(source) >= len(host) && strings.EqualFold(strings.TrimSpace(source), host)
}
