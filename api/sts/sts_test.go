package sts

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// constraint is the message of one broken constraint.
func constraint(field, text string) string {
	return "1 validation error detected: Value at '" + field + "' failed to satisfy constraint: " + text
}

const (
	null = "Member must not be null"
	name = `Member must satisfy regular expression pattern: [\w+=,.@-]*`
	tags = `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]`
)

func atMost(n int) string { return fmt.Sprintf("Member must have length less than or equal to %d", n) }
func atLeast(n int) string {
	return fmt.Sprintf("Member must have length greater than or equal to %d", n)
}

// many are list members "PREFIX.member.N SUFFIX" = value N.
func many(n int, prefix, suffix, value string) (pairs []string) {
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("%s.member.%d%s", prefix, i+1, suffix), strings.ReplaceAll(value, "#", fmt.Sprint(i)))
	}
	return pairs
}

func TestConstraints(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	x := func(n int) string { return strings.Repeat("x", n) }
	tag := func(key, value string) []string {
		return []string{"Tags.member.1.Key", key, "Tags.member.1.Value", value}
	}
	for label, c := range map[string]struct{ form, message string }{
		"a role must be named":              {form("AssumeRole", "RoleSessionName", "s1"), constraint("roleArn", null)},
		"a role of 19 characters":           {form("AssumeRole", "RoleSessionName", "s1", "RoleArn", x(19)), constraint("roleArn", atLeast(20))},
		"a role of 2049 characters":         {form("AssumeRole", "RoleSessionName", "s1", "RoleArn", x(2049)), constraint("roleArn", atMost(2048))},
		"a session must be named":           {form("AssumeRole", "RoleArn", prefix+"role/open"), constraint("roleSessionName", null)},
		"a session of one character":        {assume("open", "RoleSessionName", "a"), constraint("roleSessionName", atLeast(2))},
		"a session of 65 characters":        {assume("open", "RoleSessionName", x(65)), constraint("roleSessionName", atMost(64))},
		"a session with a blank":            {assume("open", "RoleSessionName", "a b"), constraint("roleSessionName", name)},
		"a role for 899 seconds":            {assume("open", "DurationSeconds", "899"), constraint("durationSeconds", "Member must have value greater than or equal to 900")},
		"a role for no time":                {assume("open", "DurationSeconds", "0"), constraint("durationSeconds", "Member must have value greater than or equal to 900")},
		"a role for 43201 seconds":          {assume("open", "DurationSeconds", "43201"), constraint("durationSeconds", "Member must have value less than or equal to 43200")},
		"a policy of no character":          {assume("open", "Policy", ""), "1 <= "},
		"a policy of 2049 characters":       {assume("open", "Policy", x(2049)), constraint("policy", atMost(2048))},
		"a policy with other characters":    {assume("open", "Policy", "\u2028"), constraint("policy", `Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`)},
		"eleven managed policies":           {assume("open", many(11, "PolicyArns", ".arn", prefix+"policy/P#")...), constraint("policyArns", atMost(10))},
		"a managed policy of 19 characters": {assume("open", "PolicyArns.member.1.arn", x(19)), constraint("policyArns.1.member.arn", atLeast(20))},
		"51 tags":                           {assume("open", append(many(51, "Tags", ".Key", "k#"), many(51, "Tags", ".Value", "v")...)...), constraint("tags", atMost(50))},
		"a tag without key":                 {assume("open", "Tags.member.1.Value", "v"), constraint("tags.1.member.key", null)},
		"a tag without value":               {assume("open", "Tags.member.1.Key", "k"), constraint("tags.1.member.value", null)},
		"a tag key of 129 characters":       {assume("open", tag(x(129), "v")...), constraint("tags.1.member.key", atMost(128))},
		"a tag value of 257 characters":     {assume("open", tag("k", x(257))...), constraint("tags.1.member.value", atMost(256))},
		"a tag key with a star":             {assume("open", tag("k*", "v")...), constraint("tags.1.member.key", tags+"+")},
		"a tag value with a star":           {assume("open", tag("k", "*")...), constraint("tags.1.member.value", tags+"*")},
		"51 transitive keys":                {assume("open", many(51, "TransitiveTagKeys", "", "k#")...), constraint("transitiveTagKeys", atMost(50))},
		"a transitive key of 129":           {assume("open", "TransitiveTagKeys.member.1", x(129)), "1 validation error detected: Value at 'transitiveTagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128"},
		"an external id of one character":   {assume("open", "ExternalId", "x"), constraint("externalId", atLeast(2))},
		"an external id of 1225 characters": {assume("open", "ExternalId", x(1225)), constraint("externalId", atMost(1224))},
		"an external id with a blank":       {assume("open", "ExternalId", "a b"), constraint("externalId", `Member must satisfy regular expression pattern: [\w+=,.@:\/-]*`)},
		"a serial number of 8 characters":   {assume("open", "SerialNumber", x(8), "TokenCode", "123456"), constraint("serialNumber", atLeast(9))},
		"a serial number of 257 characters": {assume("open", "SerialNumber", x(257), "TokenCode", "123456"), constraint("serialNumber", atMost(256))},
		"a serial number with a blank":      {assume("open", "SerialNumber", "a b c d e f", "TokenCode", "123456"), constraint("serialNumber", `Member must satisfy regular expression pattern: [\w+=/:,.@-]*`)},
		"a code of five digits":             {assume("open", "SerialNumber", phone, "TokenCode", "12345"), constraint("tokenCode", atLeast(6))},
		"a code of seven digits":            {assume("open", "SerialNumber", phone, "TokenCode", "1234567"), constraint("tokenCode", atMost(6))},
		"a code of letters":                 {assume("open", "SerialNumber", phone, "TokenCode", "abcdef"), constraint("tokenCode", `Member must satisfy regular expression pattern: [\d]*`)},
		"a source identity of one":          {assume("open", "SourceIdentity", "x"), constraint("sourceIdentity", atLeast(2))},
		"a source identity of 65":           {assume("open", "SourceIdentity", x(65)), constraint("sourceIdentity", atMost(64))},
		"a source identity with a colon":    {assume("open", "SourceIdentity", "a:b"), constraint("sourceIdentity", name)},
		"six contexts":                      {assume("open", many(6, "ProvidedContexts", ".ProviderArn", prefix+"provider/x#")...), constraint("providedContexts", atMost(5))},
		"a token for 899 seconds":           {form("GetSessionToken", "DurationSeconds", "899"), constraint("durationSeconds", "Member must have value greater than or equal to 900")},
		"a token for 129601 seconds":        {form("GetSessionToken", "DurationSeconds", "129601"), constraint("durationSeconds", "Member must have value less than or equal to 129600")},
		"a token by a code of letters":      {form("GetSessionToken", "SerialNumber", phone, "TokenCode", "abcdef"), constraint("tokenCode", `Member must satisfy regular expression pattern: [\d]*`)},
		"a federated user must be named":    {form("GetFederationToken"), constraint("name", null)},
		"a federated user of one character": {form("GetFederationToken", "Name", "x"), constraint("name", atLeast(2))},
		"a federated user of 33 characters": {form("GetFederationToken", "Name", x(33)), constraint("name", atMost(32))},
		"a federated user with a slash":     {form("GetFederationToken", "Name", "a/b"), constraint("name", name)},
		"a federation for 899 seconds":      {form("GetFederationToken", "Name", "jo", "DurationSeconds", "899"), constraint("durationSeconds", "Member must have value greater than or equal to 900")},
		"a federation of 129601 seconds":    {form("GetFederationToken", "Name", "jo", "DurationSeconds", "129601"), constraint("durationSeconds", "Member must have value less than or equal to 129600")},
		"a key must be named":               {form("GetAccessKeyInfo"), constraint("accessKeyId", null)},
		"a key of 15 characters":            {form("GetAccessKeyInfo", "AccessKeyId", x(15)), constraint("accessKeyId", atLeast(16))},
		"a key of 129 characters":           {form("GetAccessKeyInfo", "AccessKeyId", x(129)), constraint("accessKeyId", atMost(128))},
		"a key with a hyphen":               {form("GetAccessKeyInfo", "AccessKeyId", x(16)+"-"), constraint("accessKeyId", `Member must satisfy regular expression pattern: [\w]*`)},
	} {
		t.Run(label, func(t *testing.T) {
			got := h.call(ann, "sts", c.form)
			if c.message == "1 <= " { // both length and pattern
				wantAnswer(t, got, "ValidationError", "2 validation errors detected: Value at 'policy' failed to satisfy constraint: "+atLeast(1))
				return
			}
			if got.Code != "ValidationError" || !strings.HasPrefix(got.Message, c.message) {
				t.Errorf("got  %s: %s\nwant %s", got.Code, got.Message, c.message)
			}
		})
	}
}

func TestAssumeRoleRefusals(t *testing.T) {
	h := newHome(t)
	ann, bob, eve, root := h.key(annID), h.key("AIDABOB00000000000001"), h.key("AIDAEVE00000000000001"), h.key("")
	no := func(user, action, role string) string {
		return "User: " + prefix + "user/" + user + " is not authorized to perform: sts:" + action + " on resource: " + prefix + "role/" + role
	}
	tagged := []string{"Tags.member.1.Key", "team", "Tags.member.1.Value", "red"}
	big := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}` + strings.Repeat(" ", 1950)
	for label, c := range map[string]struct {
		as            who
		form          string
		code, message string
	}{
		"root":                               {root, assume("open"), "AccessDenied", "Roles may not be assumed by root accounts."},
		"no ARN":                             {ann, assume("open", "RoleArn", strings.Repeat("x", 20)), "ValidationError", "is invalid"},
		"the ARN of a user":                  {ann, assume("open", "RoleArn", prefix+"user/ann"), "ValidationError", "is invalid"},
		"a role that is absent":              {ann, assume("absent"), "AccessDenied", no("ann", "AssumeRole", "absent")},
		"a caller whom no policy lets":       {eve, assume("open"), "AccessDenied", no("eve", "AssumeRole", "open")},
		"no external id":                     {ann, assume("external"), "AccessDenied", no("ann", "AssumeRole", "external")},
		"another external id":                {ann, assume("external", "ExternalId", "vendor-8"), "AccessDenied", no("ann", "AssumeRole", "external")},
		"another session name":               {ann, assume("named", "SourceIdentity", "jane"), "AccessDenied", no("ann", "AssumeRole", "named")},
		"no source identity":                 {ann, assume("named", "RoleSessionName", "jane"), "AccessDenied", no("ann", "AssumeRole", "named")},
		"no request tag":                     {ann, assume("tagged"), "AccessDenied", no("ann", "AssumeRole", "tagged")},
		"tags that the caller may not set":   {bob, assume("open", tagged...), "AccessDenied", no("bob", "AssumeRole", "open")},
		"a tag twice, whatever the case":     {ann, assume("open", append(tagged, "Tags.member.2.Key", "TEAM", "Tags.member.2.Value", "x")...), "InvalidParameterValue", "The tag TEAM is given twice"},
		"a reserved tag":                     {ann, assume("open", "Tags.member.1.Key", "AWS:x", "Tags.member.1.Value", ""), "InvalidParameterValue", "reserved"},
		"a transitive key without tag":       {ann, assume("open", "TransitiveTagKeys.member.1", "team"), "InvalidParameterValue", "The transitive tag key team is not among the tags"},
		"a policy that is no JSON":           {ann, assume("open", "Policy", "{"), "MalformedPolicyDocument", ""},
		"a policy with a principal":          {ann, assume("open", "Policy", trustAccount), "MalformedPolicyDocument", ""},
		"a managed policy that is absent":    {ann, assume("open", "PolicyArns.member.1.arn", prefix+"policy/Absent"), "MalformedPolicyDocument", "The policy " + prefix + "policy/Absent does not exist"},
		"policies of more than 2048":         {ann, assume("open", "Policy", big, "PolicyArns.member.1.arn", prefix+"policy/Lists"), "PackedPolicyTooLarge", "consumes 102% of allotted space"},
		"a context":                          {ann, assume("open", "ProvidedContexts.member.1.ProviderArn", prefix+"provider/x"), "InvalidParameterValue", "not supported"},
		"longer than the role allows":        {ann, assume("open", "DurationSeconds", "7201"), "ValidationError", "exceeds the MaxSessionDuration set for this role."},
		"longer than the default allows":     {ann, assume("next", "DurationSeconds", "3601"), "ValidationError", "exceeds the MaxSessionDuration set for this role."},
		"MFA that is asked for":              {ann, assume("mfa"), "AccessDenied", no("ann", "AssumeRole", "mfa")},
		"SAML, signed":                       {ann, form("AssumeRoleWithSAML"), "InvalidAction", "not supported"},
		"SAML, as it is sent":                {who{}, form("AssumeRoleWithSAML", "SAMLAssertion", "x"), "InvalidAction", "not supported"},
		"a web identity, as it is sent":      {who{}, form("AssumeRoleWithWebIdentity", "WebIdentityToken", "x"), "InvalidAction", "not supported"},
		"anything else without a signature":  {who{}, form("GetCallerIdentity"), "MissingAuthenticationToken", ""},
		"a federation that no policy lets":   {eve, form("GetFederationToken", "Name", "jo"), "AccessDenied", "is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::111122223333:federated-user/jo"},
		"a federation with forbidden tags":   {bob, form("GetFederationToken", append(tagged, "Name", "jo")...), "AccessDenied", "sts:GetFederationToken"},
		"a federation under a bad policy":    {ann, form("GetFederationToken", "Name", "jo", "Policy", "{}"), "MalformedPolicyDocument", ""},
		"a federation under an absent one":   {ann, form("GetFederationToken", "Name", "jo", "PolicyArns.member.1.arn", prefix+"policy/Absent"), "MalformedPolicyDocument", "does not exist"},
		"the account of a key, not allowed":  {eve, form("GetAccessKeyInfo", "AccessKeyId", "AKIAIOSFODNN7EXAMPLE"), "AccessDenied", "sts:GetAccessKeyInfo on resource: *"},
		"the account of a key that has none": {ann, form("GetAccessKeyInfo", "AccessKeyId", "AKIAIOSFODNN7EXAMPLE"), "ValidationError", "not known"},
	} {
		t.Run(label, func(t *testing.T) { wantAnswer(t, h.call(c.as, "sts", c.form), c.code, c.message) })
	}
}

func TestAssumedSessions(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	hour := h.clock.Add(time.Hour)
	for label, c := range map[string]struct {
		form    string
		expires time.Time
		packed  bool
	}{
		"an hour unless said":      {assume("open"), hour, false},
		"as long as the role":      {assume("open", "DurationSeconds", "7200"), hour.Add(time.Hour), false},
		"fifteen minutes":          {assume("open", "DurationSeconds", "900"), h.clock.Add(15 * time.Minute), false},
		"the right external id":    {assume("external", "ExternalId", "vendor-7"), hour, false},
		"the right request tag":    {assume("tagged", "Tags.member.1.Key", "team", "Tags.member.1.Value", "red"), hour, true},
		"an empty tag":             {assume("open", "Tags.member.1.Key", "k", "Tags.member.1.Value", ""), hour, true},
		"the right names":          {assume("named", "RoleSessionName", "jane", "SourceIdentity", "jane"), hour, false},
		"a managed session policy": {assume("open", "PolicyArns.member.1.arn", prefix+"policy/Lists"), hour, true},
	} {
		t.Run(label, func(t *testing.T) {
			got := h.must(ann, c.form)
			if !got.Expiration.Equal(c.expires) || (got.Packed > 0) != c.packed || got.Packed > 100 {
				t.Errorf("expires %v, want %v; packed %d%%", got.Expiration, c.expires, got.Packed)
			}
		})
	}
	got := h.must(ann, assume("open"))
	if got.ARN != "arn:aws:sts::111122223333:assumed-role/open/s1" || got.ID != "AROAOPEN00000000001:s1" {
		t.Errorf("got %s, %s", got.ARN, got.ID)
	}
	narrow := h.must(ann, assume("open", "PolicyArns.member.1.arn", prefix+"policy/Lists")).Credentials
	if a, b := h.worksAs(narrow, "iam", "ListUsers"), h.worksAs(narrow, "iam", "ListRoles"); a != "" || b != "AccessDenied" {
		t.Errorf("under a session policy: %q, %q", a, b)
	}
}

func TestRoleChains(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	first := h.must(ann, assume("open", "SourceIdentity", "jane", "DurationSeconds", "7200",
		"Tags.member.1.Key", "team", "Tags.member.1.Value", "red", "Tags.member.2.Key", "stage", "Tags.member.2.Value", "test", "TransitiveTagKeys.member.1", "TEAM"))
	if first.Source != "jane" {
		t.Errorf("source identity %q", first.Source)
	}
	chain := first.Credentials
	for label, c := range map[string]struct{ form, code, message string }{
		"more than an hour":               {assume("open", "DurationSeconds", "3601"), "ValidationError", "exceeds the 1 hour session limit for roles assumed by role chaining."},
		"another source identity":         {assume("next", "SourceIdentity", "john"), "AccessDenied", "cannot be changed"},
		"a transitive tag again":          {assume("next", "Tags.member.1.Key", "Team", "Tags.member.1.Value", "x"), "InvalidParameterValue", "set as transitive"},
		"a tag that was not handed on":    {assume("next", "Tags.member.1.Key", "stage", "Tags.member.1.Value", "x"), "", ""},
		"the same source identity":        {assume("next", "SourceIdentity", "jane"), "", ""},
		"a session token of a session":    {form("GetSessionToken"), "AccessDenied", "Cannot call GetSessionToken with session credentials"},
		"a federation token of a session": {form("GetFederationToken", "Name", "jo"), "AccessDenied", "Cannot call GetFederationToken with session credentials"},
		"a code of a user's device":       {assume("next", "SerialNumber", phone, "TokenCode", h.code(0)), "AccessDenied", "unable to validate MFA code"},
	} {
		t.Run(label, func(t *testing.T) { wantAnswer(t, h.call(chain, "sts", c.form), c.code, c.message) })
	}
	second := h.must(chain, assume("next"))
	if second.Source != "jane" || second.Packed == 0 {
		t.Errorf("handed on: source identity %q, packed %d", second.Source, second.Packed)
	}
	wantAnswer(t, h.call(second.Credentials, "sts", assume("next", "Tags.member.1.Key", "team", "Tags.member.1.Value", "x")), "InvalidParameterValue", "set as transitive")
}

func TestFederatedUsers(t *testing.T) {
	h := newHome(t)
	bob, root := h.key("AIDABOB00000000000001"), h.key("")
	all := h.must(bob, form("GetFederationToken", "Name", "jo", "Policy", mayAll))
	if all.ARN != "arn:aws:sts::111122223333:federated-user/jo" || all.ID != "111122223333:jo" || !all.Expiration.Equal(h.clock.Add(12*time.Hour)) || all.Packed == 0 {
		t.Errorf("got %+v", all)
	}
	none := h.must(bob, form("GetFederationToken", "Name", "jo")).Credentials
	lists := h.must(bob, form("GetFederationToken", "Name", "jo", "PolicyArns.member.1.arn", prefix+"policy/Lists")).Credentials
	ofRoot := h.must(root, form("GetFederationToken", "Name", "jo", "PolicyArns.member.1.arn", prefix+"policy/Lists", "DurationSeconds", "7200"))
	if !ofRoot.Expiration.Equal(h.clock.Add(time.Hour)) {
		t.Errorf("root's lasts until %v", ofRoot.Expiration)
	}
	for label, c := range map[string]struct {
		as                    who
		service, action, want string
	}{
		"both allow":                     {all.Credentials, "s3", "ListUsers", ""},
		"the user's Deny":                {all.Credentials, "s3", "ListRoles", "AccessDenied"},
		"no session policy":              {none, "s3", "ListUsers", "AccessDenied"},
		"the session policy allows":      {lists, "s3", "ListUsers", ""},
		"the session policy is silent":   {lists, "s3", "ListRoles", "AccessDenied"},
		"of root, the policy allows":     {ofRoot.Credentials, "s3", "ListUsers", ""},
		"of root, the policy is silent":  {ofRoot.Credentials, "s3", "ListRoles", "AccessDenied"},
		"IAM, whatever the policies say": {ofRoot.Credentials, "iam", "ListUsers", "InvalidClientTokenId"},
	} {
		t.Run(label, func(t *testing.T) {
			if got := h.worksAs(c.as, c.service, c.action); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for _, f := range []string{assume("open"), form("GetAccessKeyInfo", "AccessKeyId", bob.AccessKeyId), form("GetSessionToken"), form("GetFederationToken", "Name", "jo")} {
		wantAnswer(t, h.call(all.Credentials, "sts", f), "AccessDenied", "Cannot call ")
	}
	wantAnswer(t, h.call(all.Credentials, "sts", form("GetCallerIdentity")), "", "")
}

func TestAccountsOfKeys(t *testing.T) {
	h := newHome(t)
	ann := h.key(annID)
	session := h.must(ann, form("GetSessionToken")).Credentials
	own, err := h.Keys.Create(t.Context(), ownerOf("444455556666"), "MYOWNKEYWITHOUTFORM1", "", h.clock)
	if err != nil {
		t.Fatal(err)
	}
	for label, c := range map[string]struct{ id, want string }{
		"a key of this server":        {ann.AccessKeyId, homeID},
		"a session of this server":    {session.AccessKeyId, homeID},
		"a key with an id of no form": {own.ID, "444455556666"},
		"a key of AWS":                {"ASIAQNZGKIQY56JQ7WML", "029608264753"},
	} {
		t.Run(label, func(t *testing.T) {
			if got := h.must(ann, form("GetAccessKeyInfo", "AccessKeyId", c.id)); got.Account != c.want {
				t.Errorf("got %s, want %s", got.Account, c.want)
			}
		})
	}
}
