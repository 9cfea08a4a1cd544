package scenario

import (
	"encoding/base32"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ebbmark/ebbmark/auth"
)

// tourCredentials is about what carol signs in with.
func tourCredentials(v *visit) {
	carol := new("carol")
	made := answers(v, v.iam.CreateAccessKey, iam.CreateAccessKeyInput{UserName: carol},
		`{"AccessKey": {"UserName": "carol", "AccessKeyId": "AKIA…", "SecretAccessKey": "*", "Status": "Active", "CreateDate": "`+asOf+`"}}`).AccessKey
	own := v.key(*made.AccessKeyId, *made.SecretAccessKey, "")
	answers(own, own.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, `{"UserId": "AIDACAROLEXAMPLE00001", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/carol"}`)
	answers(v, v.sts.GetAccessKeyInfo, sts.GetAccessKeyInfoInput{AccessKeyId: made.AccessKeyId}, `{"Account": "111122223333"}`)
	answers(v, v.iam.GetAccessKeyLastUsed, iam.GetAccessKeyLastUsedInput{AccessKeyId: made.AccessKeyId}, `{"UserName": "carol", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}`)
	for range 2 {
		answers(v, v.iam.UpdateAccessKey, iam.UpdateAccessKeyInput{UserName: carol, AccessKeyId: made.AccessKeyId, Status: types.StatusTypeInactive}, nothing)
		answers(v, v.iam.ListAccessKeys, iam.ListAccessKeysInput{UserName: carol},
			`{"IsTruncated": false, "AccessKeyMetadata": [{"UserName": "carol", "AccessKeyId": "`+*made.AccessKeyId+`", "Status": "Inactive", "CreateDate": "`+asOf+`"}]}`)
	}
	refuses(own, own.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, "InvalidClientTokenId: The security token included in the request is invalid.")
	call(v, v.iam.UpdateAccessKey, iam.UpdateAccessKeyInput{UserName: carol, AccessKeyId: made.AccessKeyId, Status: types.StatusTypeActive})

	const profile = `{"LoginProfile": {"UserName": "carol", "CreateDate": "` + asOf + `", "PasswordResetRequired": `
	answers(v, v.iam.CreateLoginProfile, iam.CreateLoginProfileInput{UserName: carol, Password: new("First-pass1"), PasswordResetRequired: true}, profile+`true}}`)
	for range 2 {
		answers(v, v.iam.GetLoginProfile, iam.GetLoginProfileInput{UserName: carol}, profile+`true}}`)
	}
	refuses(v, v.iam.CreateLoginProfile, iam.CreateLoginProfileInput{UserName: carol, Password: new("First-pass1")}, "EntityAlreadyExists: Login Profile for user carol already exists.")
	for range 2 {
		answers(v, v.iam.UpdateLoginProfile, iam.UpdateLoginProfileInput{UserName: carol, Password: new("Next-pass1"), PasswordResetRequired: new(false)}, nothing)
		answers(v, v.iam.GetLoginProfile, iam.GetLoginProfileInput{UserName: carol}, profile+`false}}`)
	}
	call(v, v.iam.PutUserPolicy, iam.PutUserPolicyInput{UserName: carol, PolicyName: new("Own"),
		PolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"*"}]}`)})
	refuses(own, own.iam.ChangePassword, iam.ChangePasswordInput{OldPassword: new("First-pass1"), NewPassword: new("Last-pass1")}, "AccessDenied: The old password was incorrect.")
	answers(own, own.iam.ChangePassword, iam.ChangePasswordInput{OldPassword: new("Next-pass1"), NewPassword: new("Last-pass1")}, nothing)

	// A user goes without groups, policies, keys and password.
	remove := iam.DeleteUserInput{UserName: carol}
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must remove users from group first.")
	call(v, v.iam.RemoveUserFromGroup, iam.RemoveUserFromGroupInput{UserName: carol, GroupName: new("developers")})
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must delete policies first.")
	call(v, v.iam.DeleteUserPolicy, iam.DeleteUserPolicyInput{UserName: carol, PolicyName: new("Own")})
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must delete access keys first.")
	answers(v, v.iam.DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: carol, AccessKeyId: made.AccessKeyId}, nothing)
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must delete login profile first.")
	answers(v, v.iam.DeleteLoginProfile, iam.DeleteLoginProfileInput{UserName: carol}, nothing)
	answers(v, v.iam.DeleteUser, remove, nothing)
}

// tourAccount is about the settings of the account, and what tells of all of it.
func tourAccount(v *visit) {
	refuses(v, v.iam.GetAccountPasswordPolicy, iam.GetAccountPasswordPolicyInput{}, "NoSuchEntity: The Password Policy with domain name 111122223333 cannot be found.")
	for range 2 {
		answers(v, v.iam.CreateAccountAlias, iam.CreateAccountAliasInput{AccountAlias: new("acme-1")}, nothing)
		answers(v, v.iam.ListAccountAliases, iam.ListAccountAliasesInput{}, `{"IsTruncated": false, "AccountAliases": ["acme-1"]}`)
		answers(v, v.iam.UpdateAccountPasswordPolicy, iam.UpdateAccountPasswordPolicyInput{
			MinimumPasswordLength: new(int32(12)), RequireNumbers: true, RequireSymbols: true, RequireLowercaseCharacters: true, RequireUppercaseCharacters: true,
			AllowUsersToChangePassword: true, MaxPasswordAge: new(int32(90)), PasswordReusePrevention: new(int32(5)), HardExpiry: new(true),
		}, nothing)
		answers(v, v.iam.GetAccountPasswordPolicy, iam.GetAccountPasswordPolicyInput{}, `{"PasswordPolicy": {"MinimumPasswordLength": 12, "RequireNumbers": true, "RequireSymbols": true,
			"RequireLowercaseCharacters": true, "RequireUppercaseCharacters": true, "AllowUsersToChangePassword": true, "ExpirePasswords": true, "MaxPasswordAge": 90,
			"PasswordReusePrevention": 5, "HardExpiry": true}}`)
	}
	answers(v, v.iam.DeleteAccountAlias, iam.DeleteAccountAliasInput{AccountAlias: new("acme-1")}, nothing)
	answers(v, v.iam.DeleteAccountPasswordPolicy, iam.DeleteAccountPasswordPolicyInput{}, nothing)

	details := call(v, v.iam.GetAccountAuthorizationDetails, iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeGroup}})
	v.same(details, `{"IsTruncated": false, "UserDetailList": [], "RoleDetailList": [], "Policies": [], "GroupDetailList": [{"Path": "/", "GroupName": "developers",
		"GroupId": "AGPADEVSEXAMPLE000001", "Arn": "arn:aws:iam::111122223333:group/developers", "CreateDate": "2024-01-01T00:00:00Z",
		"GroupPolicyList": [{"PolicyName": "DevInline", "PolicyDocument": "*"}],
		"AttachedManagedPolicies": [{"PolicyName": "TeamEc2", "PolicyArn": "arn:aws:iam::111122223333:policy/TeamEc2"}]}]}`)
	summary := call(v, v.iam.GetAccountSummary, iam.GetAccountSummaryInput{}).SummaryMap
	for name, want := range map[string]int32{"Groups": 1, "Policies": 3, "UsersQuota": 5000, "GroupsQuota": 300, "RolesQuota": 1000, "AccountAccessKeysPresent": 1} {
		if got := summary[name]; got != want {
			v.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	call(v, v.iam.GenerateCredentialReport, iam.GenerateCredentialReportInput{})
	report := call(v, v.iam.GetCredentialReport, iam.GetCredentialReportInput{})
	lines := strings.Split(string(report.Content), "\n")
	if report.ReportFormat != "text/csv" || len(lines) < 3 || !strings.HasPrefix(lines[0], "user,arn,user_creation_time,password_enabled,") ||
		!strings.HasPrefix(lines[1], "<root_account>,arn:aws:iam::111122223333:root,") || !strings.HasPrefix(lines[2], "alice,arn:aws:iam::111122223333:user/alice,2024-01-01T00:00:00+00:00,") {
		v.Errorf("the credential report is %s", report.Content)
	}
}

func tourDevices(v *visit) {
	serial := new("arn:aws:iam::111122223333:mfa/tour/phone")
	bob := new("bob")
	made := call(v, v.iam.CreateVirtualMFADevice, iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("phone"), Path: new("/tour/"),
		Tags: []types.Tag{{Key: new("a"), Value: new("1")}}}).VirtualMFADevice
	if *made.SerialNumber != *serial || !strings.HasPrefix(string(made.QRCodePNG), "\x89PNG") {
		v.Errorf("device %s, picture of %d bytes", *made.SerialNumber, len(made.QRCodePNG))
	}
	seed, err := base32.StdEncoding.DecodeString(string(made.Base32StringSeed))
	if err != nil {
		v.Fatal(err)
	}
	step := auth.StepAt(time.Now())
	code := func(after int64) *string { return new(auth.Code(seed, step+after)) }
	enable := iam.EnableMFADeviceInput{UserName: bob, SerialNumber: serial, AuthenticationCode1: code(1), AuthenticationCode2: code(0)}
	refuses(v, v.iam.EnableMFADevice, enable, "InvalidAuthenticationCode: Authentication code for device is not valid.")
	enable.AuthenticationCode1, enable.AuthenticationCode2 = code(-1), code(0)
	answers(v, v.iam.EnableMFADevice, enable, nothing)
	answers(v, v.iam.ResyncMFADevice, iam.ResyncMFADeviceInput{UserName: bob, SerialNumber: serial, AuthenticationCode1: code(40), AuthenticationCode2: code(41)}, nothing)
	const device = `"UserName": "bob", "SerialNumber": "arn:aws:iam::111122223333:mfa/tour/phone", "EnableDate": "` + asOf + `"`
	for range 2 {
		answers(v, v.iam.GetMFADevice, iam.GetMFADeviceInput{SerialNumber: serial}, `{`+device+`}`)
		answers(v, v.iam.ListMFADevices, iam.ListMFADevicesInput{UserName: bob}, `{"IsTruncated": false, "MFADevices": [{`+device+`}]}`)
		answers(v, v.iam.TagMFADevice, iam.TagMFADeviceInput{SerialNumber: serial, Tags: []types.Tag{{Key: new("b"), Value: new("2")}}}, nothing)
		answers(v, v.iam.ListMFADeviceTags, iam.ListMFADeviceTagsInput{SerialNumber: serial}, `{"IsTruncated": false, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}`)
		answers(v, v.iam.UntagMFADevice, iam.UntagMFADeviceInput{SerialNumber: serial, TagKeys: []string{"b"}}, nothing)
	}
	list := call(v, v.iam.ListVirtualMFADevices, iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeAssigned}).VirtualMFADevices
	if len(list) != 1 || *list[0].SerialNumber != *serial || *list[0].User.UserName != "bob" || len(list[0].Base32StringSeed) != 0 {
		v.Errorf("got %+v", list)
	}
	remove := iam.DeleteVirtualMFADeviceInput{SerialNumber: serial}
	refuses(v, v.iam.DeleteVirtualMFADevice, remove, "DeleteConflict: MFA VirtualDevice in use. Must deactivate first.")
	answers(v, v.iam.DeactivateMFADevice, iam.DeactivateMFADeviceInput{UserName: bob, SerialNumber: serial}, nothing)
	answers(v, v.iam.DeleteVirtualMFADevice, remove, nothing)
	answers(v, v.iam.ListVirtualMFADevices, iam.ListVirtualMFADevicesInput{}, `{"IsTruncated": false, "VirtualMFADevices": []}`)
}

func tourProviders(v *visit) {
	document := func(attribute string) *string {
		return new(`<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://id.example.com"` + attribute + `>` +
			`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/><!--` + strings.Repeat(" é<&", 300) + `--></EntityDescriptor>`)
	}
	saml := new("arn:aws:iam::111122223333:saml-provider/Tour")
	answers(v, v.iam.CreateSAMLProvider, iam.CreateSAMLProviderInput{Name: new("Tour"), SAMLMetadataDocument: document(""), Tags: []types.Tag{{Key: new("a"), Value: new("1")}}},
		`{"SAMLProviderArn": "`+*saml+`", "Tags": [{"Key": "a", "Value": "1"}]}`)
	refuses(v, v.iam.CreateSAMLProvider, iam.CreateSAMLProviderInput{Name: new("TOUR"), SAMLMetadataDocument: document("")}, "EntityAlreadyExists: SAMLProvider with name TOUR already exists.")
	until := document(` validUntil="2027-01-01T00:00:00Z"`)
	for range 2 {
		answers(v, v.iam.UpdateSAMLProvider, iam.UpdateSAMLProviderInput{SAMLProviderArn: saml, SAMLMetadataDocument: until}, `{"SAMLProviderArn": "`+*saml+`"}`)
		answers(v, v.iam.GetSAMLProvider, iam.GetSAMLProviderInput{SAMLProviderArn: saml}, `{"CreateDate": "`+asOf+`", "ValidUntil": "2027-01-01T00:00:00Z", "SAMLProviderUUID": "*",
			"SAMLMetadataDocument": `+quoted(*until)+`, "Tags": [{"Key": "a", "Value": "1"}]}`)
		answers(v, v.iam.TagSAMLProvider, iam.TagSAMLProviderInput{SAMLProviderArn: saml, Tags: []types.Tag{{Key: new("b"), Value: new("2")}}}, nothing)
		answers(v, v.iam.ListSAMLProviderTags, iam.ListSAMLProviderTagsInput{SAMLProviderArn: saml}, `{"IsTruncated": false, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}`)
		answers(v, v.iam.UntagSAMLProvider, iam.UntagSAMLProviderInput{SAMLProviderArn: saml, TagKeys: []string{"b"}}, nothing)
	}
	answers(v, v.iam.ListSAMLProviders, iam.ListSAMLProvidersInput{}, `{"SAMLProviderList": [{"Arn": "`+*saml+`", "CreateDate": "`+asOf+`", "ValidUntil": "2027-01-01T00:00:00Z"}]}`)
	answers(v, v.iam.DeleteSAMLProvider, iam.DeleteSAMLProviderInput{SAMLProviderArn: saml}, nothing)
	refuses(v, v.iam.DeleteSAMLProvider, iam.DeleteSAMLProviderInput{SAMLProviderArn: saml}, "NoSuchEntity: Manifest not found for arn "+*saml)

	oidc := new("arn:aws:iam::111122223333:oidc-provider/id.example.com/tour")
	const thumb1, thumb2 = "0123456789abcdef0123456789abcdef01234567", "fedcba9876543210fedcba9876543210fedcba98"
	provider := func(client, thumb string) string {
		return `{"Url": "id.example.com/tour", "ClientIDList": [` + client + `], "ThumbprintList": ["` + thumb + `"], "CreateDate": "` + asOf + `", "Tags": [{"Key": "a", "Value": "1"}]}`
	}
	create := iam.CreateOpenIDConnectProviderInput{Url: new("https://id.example.com/tour"), ClientIDList: []string{"app"}, ThumbprintList: []string{thumb1}, Tags: []types.Tag{{Key: new("a"), Value: new("1")}}}
	answers(v, v.iam.CreateOpenIDConnectProvider, create, `{"OpenIDConnectProviderArn": "`+*oidc+`", "Tags": [{"Key": "a", "Value": "1"}]}`)
	refuses(v, v.iam.CreateOpenIDConnectProvider, create, "EntityAlreadyExists: Provider with url https://id.example.com/tour already exists.")
	get := iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc}
	answers(v, v.iam.GetOpenIDConnectProvider, get, provider(`"app"`, thumb1))
	for range 2 {
		answers(v, v.iam.AddClientIDToOpenIDConnectProvider, iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc, ClientID: new("web")}, nothing)
		answers(v, v.iam.UpdateOpenIDConnectProviderThumbprint, iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: oidc, ThumbprintList: []string{thumb2}}, nothing)
		answers(v, v.iam.GetOpenIDConnectProvider, get, provider(`"app", "web"`, thumb2))
		answers(v, v.iam.TagOpenIDConnectProvider, iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc, Tags: []types.Tag{{Key: new("b"), Value: new("2")}}}, nothing)
		answers(v, v.iam.ListOpenIDConnectProviderTags, iam.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: oidc}, `{"IsTruncated": false, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}`)
		answers(v, v.iam.UntagOpenIDConnectProvider, iam.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc, TagKeys: []string{"b"}}, nothing)
		answers(v, v.iam.RemoveClientIDFromOpenIDConnectProvider, iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc, ClientID: new("web")}, nothing)
	}
	answers(v, v.iam.ListOpenIDConnectProviders, iam.ListOpenIDConnectProvidersInput{}, `{"OpenIDConnectProviderList": [{"Arn": "`+*oidc+`"}]}`)
	for range 2 { // which AWS does not refuse either
		answers(v, v.iam.DeleteOpenIDConnectProvider, iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: oidc}, nothing)
	}
	refuses(v, v.iam.GetOpenIDConnectProvider, get, "NoSuchEntity: OpenIDConnect Provider not found for arn "+*oidc)
}
