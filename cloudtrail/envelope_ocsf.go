package cloudtrail

import (
	"strconv"
	"strings"
	"time"
)

// fromOCSF is the record that an event of the Open Cybersecurity Schema
// Framework was made from, as Security Lake makes them from CloudTrail: API
// activity (class 6003), and the account changes (3001), authentications (3002)
// and others that Security Lake makes of some calls. It is nil for events of
// other products.
//
// Two versions of the mapping are in use. In 1.0.0-rc.2 actor.user.uid is the
// principal id and uuid the ARN; in 1.1.0 uid is the ARN and uid_alt the
// principal id. What a value begins with tells which it is.
//
// Of the session issuer only the ARN is kept under a name of its own; the rest,
// and what else OCSF has no place for, is in "unmapped", under its path in the
// record. The request parameters are JSON as text.
func (f Fields) fromOCSF() Fields {
	if f["api.operation"] == "" || !strings.EqualFold(f["metadata.product.name"], "CloudTrail") {
		return nil
	}
	r := Fields{}
	for path, value := range f {
		if name, ok := strings.CutPrefix(path, "unmapped."); ok {
			r.addText(name, value)
		}
	}
	for _, m := range ocsfPaths {
		for _, from := range strings.Fields(m.from) {
			if value := f[from]; value != "" {
				r[m.to] = value
				break
			}
		}
	}
	for _, from := range []string{"actor.user.uid", "actor.user.uid_alt", "actor.user.uuid"} {
		switch value := f[from]; {
		case strings.HasPrefix(value, "arn:"):
			r["useridentity.arn"] = value
		case value != "":
			r["useridentity.principalid"] = value
		}
	}
	r.addText("requestparameters", f["api.request.data"])
	r.ocsfTime(f)
	r.ocsfIssuer()
	return r
}

// ocsfPaths says where a field of a record is in an OCSF event: the first of
// the paths that has a value.
var ocsfPaths = []struct{ to, from string }{
	{"eventversion", "metadata.product.version"},
	{"eventsource", "api.service.name"},
	{"eventname", "api.operation"},
	{"awsregion", "cloud.region"},
	{"errorcode", "api.response.error"},
	{"eventid", "metadata.uid"},
	{"eventtype", "metadata.event_code"},
	{"eventcategory", "metadata.product.feature.name"},
	{"recipientaccountid", "unmapped.recipientaccountid cloud.account.uid cloud.account_uid"},
	{"useridentity.type", "actor.user.type"},
	{"useridentity.accountid", "actor.user.account.uid actor.user.account_uid"},
	{"useridentity.accesskeyid", "actor.user.credential_uid"},
	{"useridentity.username", "actor.user.name"},
	{"useridentity.invokedby", "actor.invoked_by"},
	{"useridentity.sessioncontext.sessionissuer.arn", "actor.session.issuer"},
}

// ocsfTime sets the time of the event: milliseconds since 1970, or text.
func (f Fields) ocsfTime(from Fields) {
	for _, path := range []string{"time", "time_dt"} {
		value := from[path]
		if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
			f["eventtime"] = time.UnixMilli(ms).UTC().Format(time.RFC3339)
			return
		}
		if value != "" {
			f["eventtime"] = value
			return
		}
	}
}

// ocsfIssuer completes the session issuer of a role session: its id is the part
// of the principal id before the session's name.
func (f Fields) ocsfIssuer() {
	const issuer = "useridentity.sessioncontext.sessionissuer."
	if f["useridentity.type"] == typeAssumed && f[issuer+"principalid"] == "" {
		if id, _, ok := strings.Cut(f["useridentity.principalid"], ":"); ok {
			f[issuer+"principalid"] = id
		}
	}
	if f[issuer+"arn"] != "" && f[issuer+"type"] == "" {
		f[issuer+"type"] = issuerType(f[issuer+"arn"])
	}
}

func issuerType(arn string) string {
	switch resource := splitARN(arn).resource; {
	case strings.HasPrefix(resource, "user/"):
		return typeUser
	case resource == "root":
		return typeRoot
	}
	return typeRole
}
