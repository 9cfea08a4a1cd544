package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// fullAccount is at every quota that an account and its entities have (IAM-45).
func fullAccount() *inventory.Account {
	a := f1()
	pad := func(text string, size int) string {
		return strings.Replace(text, `"Effect"`, `"Sid":"`+strings.Repeat("x", size-len(text)-len(`"Sid":"",`))+`","Effect"`, 1)
	}
	small := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	name := func(kind string, i int) string { return fmt.Sprintf("%s%04d", kind, i) }
	for i := len(a.Policies) - 1; i < 1500; i++ { // one of F1's is AWS's
		p := managed(f1Prefix+"policy/"+name("policy", i), small)
		p.ID = "ANPAFULL" + name("X", i)
		a.Policies = append(a.Policies, p)
	}
	last := a.Policies[len(a.Policies)-1]
	for v := 2; v <= 5; v++ {
		last.Versions = append(last.Versions, inventory.PolicyVersion{ID: fmt.Sprintf("v%d", v), Document: small})
	}
	var ten []string
	for i := range 10 {
		ten = append(ten, f1Prefix+"policy/"+name("policy", 100+i))
	}
	var fifty []inventory.Tag
	for i := range 50 {
		fifty = append(fifty, inventory.Tag{Key: name("tag", i)})
	}
	for i := len(a.Groups); i < 300; i++ {
		a.Groups = append(a.Groups, &inventory.Group{Name: name("group", i), ID: "AGPAFULL" + name("X", i), ARN: f1Prefix + "group/" + name("group", i), Path: "/"})
	}
	for i := len(a.Users); i < 5000; i++ {
		a.Users = append(a.Users, user("/", name("user", i), "AIDAFULL"+name("X", i)))
	}
	for i := len(a.Roles); i < 1000; i++ {
		a.Roles = append(a.Roles, &inventory.Role{Name: name("role", i), ID: "AROAFULL" + name("X", i), ARN: f1Prefix + "role/" + name("role", i), Path: "/", Trust: trust})
	}
	for i := range 1000 {
		a.Profiles = append(a.Profiles, &inventory.InstanceProfile{Name: name("profile", i), ID: "AIPAFULL" + name("X", i), ARN: f1Prefix + "instance-profile/" + name("profile", i), Path: "/"})
	}
	for i := range 100 {
		a.OIDC = append(a.OIDC, &inventory.OIDCProvider{ARN: f1Prefix + "oidc-provider/" + name("id", i) + ".example.com", URL: name("id", i) + ".example.com", Clients: []string{"c"}})
	}
	for i := range 100 {
		a.SAML = append(a.SAML, &inventory.SAMLProvider{ARN: f1Prefix + "saml-provider/" + name("corp", i), Name: name("corp", i), Metadata: metadata("")})
	}
	u, g, r := a.Users[len(a.Users)-1], a.Groups[len(a.Groups)-1], a.Roles[len(a.Roles)-1]
	u.Attached, g.Attached, r.Attached, u.Tags, r.Tags, last.Tags = ten, ten, ten, fifty, fifty, fifty
	u.Inline = []inventory.Inline{{Name: "own", Document: pad(small, 2048)}}
	g.Inline = []inventory.Inline{{Name: "own", Document: pad(small, 5120)}}
	r.Inline = []inventory.Inline{{Name: "one", Document: pad(small, 5120)}, {Name: "two", Document: pad(small, 5120)}}
	u.Keys = []inventory.AccessKey{{ID: "AKIAFULL000000000001"}, {ID: "AKIAFULL000000000002", Active: true}}
	for i := range 10 {
		u.Groups = append(u.Groups, name("group", 200+i))
	}
	a.Profiles[0].Role, a.Profiles[0].Tags = "app", fifty
	for i := range 17 { // eight of the user, eight of root, and a spare one
		serial, owner := f1Prefix+"mfa/"+name("device", i), []string{u.ID, f1Account, ""}[i/8]
		a.Devices = append(a.Devices, &inventory.Device{Serial: serial, Path: "/", Name: name("device", i), Owner: owner})
	}
	a.SAML[0].Tags, a.OIDC[0].Tags, a.Devices[0].Tags = fifty, fifty, fifty
	a.Index()
	return a
}

func newFull(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, withKeys(t))
	w.must(w.Book.Replace(t.Context(), fullAccount()))
	w.must(w.Book.SetMode(t.Context(), f1Account, accounts.Home))
	return w
}

// version changes with whatever is changed in the account.
func (w *world) version() store.Version {
	w.t.Helper()
	v, err := store.DocVersion(w.t.Context(), w.store, store.KindAccount, f1Account)
	w.must(err)
	return v
}

// TestQuotas: one more than each quota is refused in AWS's words, and changes
// nothing.
func TestQuotas(t *testing.T) {
	w := newFull(t)
	before := w.version()
	policy := f1Prefix + "policy/policy1499"
	tag := []string{"Tags.member.1.Key", "one-more", "Tags.member.1.Value", ""}
	const tooManyTags = "409 LimitExceeded: The number of tags has reached the maximum limit of 50."
	enable := func(owner string) []string {
		return []string{"EnableMFADevice", "UserName", owner, "SerialNumber", f1Prefix + "mfa/device0016", "AuthenticationCode1", "123456", "AuthenticationCode2", "654321"}
	}
	for sentence, c := range map[string]struct {
		call []string
		want string
	}{
		"user 5001":             {[]string{"CreateUser", "UserName", "more"}, "409 LimitExceeded: Cannot exceed quota for UsersPerAccount: 5000"},
		"group 301":             {[]string{"CreateGroup", "GroupName", "more"}, "409 LimitExceeded: Cannot exceed quota for GroupsPerAccount: 300"},
		"role 1001":             {[]string{"CreateRole", "RoleName", "more", "AssumeRolePolicyDocument", trust}, "409 LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000"},
		"policy 1501":           {[]string{"CreatePolicy", "PolicyName", "more", "PolicyDocument", doc}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerAccount: 1500"},
		"instance profile 1001": {[]string{"CreateInstanceProfile", "InstanceProfileName", "more"}, "409 LimitExceeded: Cannot exceed quota for InstanceProfilesPerAccount: 1000"},
		"OIDC provider 101": {[]string{"CreateOpenIDConnectProvider", "Url", "https://more.example.com", "ClientIDList.member.1", "c", "ThumbprintList.member.1", strings.Repeat("a", 40)},
			"409 LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"},
		"SAML provider 101": {[]string{"CreateSAMLProvider", "Name", "more", "SAMLMetadataDocument", metadata("")},
			"409 LimitExceeded: Cannot exceed quota for SAMLProvidersPerAccount: 100"},
		"device 9 of a user":             {enable("user4999"), "409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8"},
		"tag 51 of a SAML provider":      {append([]string{"TagSAMLProvider", "SAMLProviderArn", f1Prefix + "saml-provider/corp0000"}, tag...), tooManyTags},
		"tag 51 of an OIDC provider":     {append([]string{"TagOpenIDConnectProvider", "OpenIDConnectProviderArn", f1Prefix + "oidc-provider/id0000.example.com"}, tag...), tooManyTags},
		"tag 51 of a device":             {append([]string{"TagMFADevice", "SerialNumber", f1Prefix + "mfa/device0000"}, tag...), tooManyTags},
		"version 6":                      {[]string{"CreatePolicyVersion", "PolicyArn", policy, "PolicyDocument", doc}, "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."},
		"policy 11 of a user":            {[]string{"AttachUserPolicy", "UserName", "user4999", "PolicyArn", policy}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10"},
		"policy 11 of a group":           {[]string{"AttachGroupPolicy", "GroupName", "group0299", "PolicyArn", policy}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerGroup: 10"},
		"policy 11 of a role":            {[]string{"AttachRolePolicy", "RoleName", "role0999", "PolicyArn", policy}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"},
		"key 3":                          {[]string{"CreateAccessKey", "UserName", "user4999"}, "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"},
		"group 11 of a user":             {[]string{"AddUserToGroup", "UserName", "user4999", "GroupName", "group0250"}, "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10"},
		"role 2 of a profile":            {[]string{"AddRoleToInstanceProfile", "InstanceProfileName", "profile0000", "RoleName", "role0500"}, "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
		"tag 51 of a user":               {append([]string{"TagUser", "UserName", "user4999"}, tag...), tooManyTags},
		"tag 51 of a role":               {append([]string{"TagRole", "RoleName", "role0999"}, tag...), tooManyTags},
		"tag 51 of a policy":             {append([]string{"TagPolicy", "PolicyArn", policy}, tag...), tooManyTags},
		"tag 51 of a profile":            {append([]string{"TagInstanceProfile", "InstanceProfileName", "profile0000"}, tag...), tooManyTags},
		"inline policies of a user":      {[]string{"PutUserPolicy", "UserName", "user4999", "PolicyName", "more", "PolicyDocument", doc}, "409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user user4999"},
		"inline policies of a group":     {[]string{"PutGroupPolicy", "GroupName", "group0299", "PolicyName", "more", "PolicyDocument", doc}, "409 LimitExceeded: Maximum policy size of 5120 bytes exceeded for group group0299"},
		"inline policies of a role":      {[]string{"PutRolePolicy", "RoleName", "role0999", "PolicyName", "more", "PolicyDocument", doc}, "409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role role0999"},
		"a managed policy of 6145":       {[]string{"CreatePolicy", "PolicyName", "x", "PolicyDocument", longPolicy(6145)}, "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144"},
		"a trust policy of 2049":         {[]string{"UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument", longTrust(2049)}, "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"},
		"what is there is not made more": {[]string{"CreateUser", "UserName", "ALICE"}, "409 EntityAlreadyExists: User with name ALICE already exists."},
	} {
		if got := w.fails(auditor(), c.call[0], c.call[1:]...); got != c.want {
			t.Errorf("%s: got %s, want %s", sentence, got, c.want)
		}
	}
	call := enable("root")
	if got := w.fails(root(), call[0], call[1:]...); got != "409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8" {
		t.Errorf("device 9 of root: got %s", got)
	}
	if w.version() != before {
		t.Error("a refusal changed the account")
	}
}

// longPolicy is a document of so many characters without white space.
func longPolicy(size int) string {
	head, tail := `{"Version":"2012-10-17", "Statement": [{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::`, `"}]}`
	return head + strings.Repeat("x", size-len(head)-len(tail)+2) + tail
}

func longTrust(size int) string {
	short := strings.Replace(trust, `"Effect"`, `"Sid":"","Effect"`, 1)
	return strings.Replace(short, `"Sid":""`, `"Sid":"`+strings.Repeat("x", size-len(short))+`"`, 1)
}

// TestWhatFitsTheQuotas: as much as each quota allows is taken, and white space
// does not count.
func TestWhatFitsTheQuotas(t *testing.T) {
	w := newFull(t)
	w.done("DeleteInstanceProfile", "InstanceProfileName", "profile0999")
	w.done("DeleteUser", "UserName", "user4000")
	w.done("DeleteRole", "RoleName", "role0500")
	w.done("DeleteGroup", "GroupName", "group0100")
	w.done("DeletePolicy", "PolicyArn", f1Prefix+"policy/policy0500")
	w.done("DeleteSAMLProvider", "SAMLProviderArn", f1Prefix+"saml-provider/corp0050")
	w.done("DeleteOpenIDConnectProvider", "OpenIDConnectProviderArn", f1Prefix+"oidc-provider/id0050.example.com")
	w.done("DeactivateMFADevice", "UserName", "user4999", "SerialNumber", f1Prefix+"mfa/device0007")
	seed := seedOf(t, w.get("CreateVirtualMFADevice", "VirtualMFADeviceName", "more"))
	code := func(step int64) string { return auth.Code(seed, auth.StepAt(w.clock)+step) }
	for _, call := range [][]string{
		{"EnableMFADevice", "UserName", "user4999", "SerialNumber", f1Prefix + "mfa/more", "AuthenticationCode1", code(0), "AuthenticationCode2", code(1)},
		{"CreateInstanceProfile", "InstanceProfileName", "more"},
		{"CreateUser", "UserName", "more"},
		{"CreateRole", "RoleName", "more", "AssumeRolePolicyDocument", longTrust(2048)},
		{"CreateGroup", "GroupName", "more"},
		{"CreateSAMLProvider", "Name", "more", "SAMLMetadataDocument", metadata("")},
		{"CreateOpenIDConnectProvider", "Url", "https://more.example.com", "ClientIDList.member.1", "c", "ThumbprintList.member.1", thumb},
		{"CreatePolicy", "PolicyName", "more", "PolicyDocument", longPolicy(6144)},
		{"CreateServiceLinkedRole", "AWSServiceName", "autoscaling.amazonaws.com"}, // which do not count
		{"AttachUserPolicy", "UserName", "user4999", "PolicyArn", f1Prefix + "policy/policy0100"},
		{"TagUser", "UserName", "user4999", "Tags.member.1.Key", "TAG0001", "Tags.member.1.Value", "new"},
		{"PutUserPolicy", "UserName", "user4999", "PolicyName", "OWN", "PolicyDocument", doc},
		{"AddUserToGroup", "UserName", "user4999", "GroupName", "group0200"},
	} {
		w.done(call[0], call[1:]...)
	}
}
