package cloudtrail

import "strings"

// isUnauthenticated reports whether the code says that the credentials were not
// accepted, so that nobody is known to have called (LA-21).
func isUnauthenticated(code string) bool {
	if code == "" {
		return false
	}
	switch bareCode(code) {
	case "InvalidClientTokenId", "UnrecognizedClient", "SignatureDoesNotMatch", "ExpiredToken", "IncompleteSignature",
		"MissingAuthenticationToken", "InvalidAccessKeyId", "AuthFailure":
		return true
	}
	return false
}

// isDenied reports whether the code says that authorization refused the call.
// Services put words before and behind AccessDenied (KMSAccessDeniedException,
// AccessDeniedForDependencyException).
func isDenied(code string) bool {
	if code == "" {
		return false
	}
	code = bareCode(code)
	switch code {
	case "UnauthorizedOperation", "AuthorizationError", "AuthorizationFailure", "Unauthorized", "UnauthorizedAccess",
		"NotAuthorized", "Forbidden":
		return true
	}
	return strings.HasPrefix(code, "AccessDenied") || strings.HasSuffix(code, "AccessDenied")
}

// bareCode is the code without what EC2 writes before and others behind it:
// Client.AuthFailure, ExpiredTokenException, AccessDeniedFault.
func bareCode(code string) string {
	code = strings.TrimPrefix(strings.TrimSpace(code), "Client.")
	code = strings.TrimSuffix(code, "Exception")
	return strings.TrimSuffix(code, "Fault")
}
