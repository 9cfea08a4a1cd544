package cloudtrail

import "strings"

// Why a sound record gives no attempt: all values of the reason of Attempts.
const (
	ReasonInsight         = "insight"
	ReasonNetwork         = "network activity"
	ReasonServiceEvent    = "service event"
	ReasonAudit           = "audit event of another source" // ActivityAuditLog: section 8
	ReasonSignIn          = "sign-in event"                 // CT-39, and sign-ins that CT-40 does not use
	ReasonUnauthenticated = "unauthenticated"               // LA-21
	ReasonAnonymous       = "anonymous caller"
	ReasonOtherAccount    = "caller of another account" // CT-19: its own account has its own copy
	ReasonService         = "call by an AWS service"
	ReasonFederated       = "federated sign-in" // SAMLUser, WebIdentityUser
	ReasonNoPrincipal     = "no IAM principal"
)

// otherEvent says why the record's kind of event gives nothing (section 2);
// empty for API calls, console actions, sign-ins, and types yet unknown: an
// event with a principal had better count than be missed.
func (r *Record) otherEvent() string {
	if r.EventType == "AwsApiCall" && (r.Category == "" || r.Category == "Management" || r.Category == "Data") {
		return ""
	}
	for _, k := range otherEvents {
		if strings.EqualFold(r.EventType, k.kind) || strings.EqualFold(r.Category, k.category) && r.Category != "" {
			return k.reason
		}
	}
	return ""
}

var otherEvents = []struct{ kind, category, reason string }{
	{"AwsCloudTrailInsight", "Insight", ReasonInsight},
	{"AwsVpceEvent", "NetworkActivity", ReasonNetwork},
	{"AwsServiceEvent", "", ReasonServiceEvent},
	{"ActivityLog", "ActivityAuditLog", ReasonAudit},
}
