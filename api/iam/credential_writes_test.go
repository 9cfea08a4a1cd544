package iam

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// root is the root of F1.
func root() wire.Caller {
	return wire.Caller{Account: f1Account, Partition: "aws", Kind: wire.RootCaller, UserID: f1Account, ARN: f1Prefix + "root"}
}

// role is a session of the role app.
func role() wire.Caller {
	return wire.Caller{Account: f1Account, Partition: "aws", Kind: wire.RoleCaller, UserID: appID + ":s", Entity: appID, ARN: "arn:aws:sts::111122223333:assumed-role/app/s"}
}

// bobAsCaller is bob as the caller.
func bobAsCaller() wire.Caller {
	return wire.Caller{Account: f1Account, Partition: "aws", Kind: wire.UserCaller, UserID: bobID, Entity: bobID, ARN: f1Prefix + "user/dev/bob"}
}

func field(answer any, path ...string) string {
	for _, name := range path {
		answer = answer.(map[string]any)[name]
	}
	s, _ := answer.(string)
	return s
}

func TestAccessKeys(t *testing.T) {
	w := newHome(t)
	made := w.get("CreateAccessKey", "UserName", "bob")
	id, secret := field(made, "AccessKey", "AccessKeyId"), field(made, "AccessKey", "SecretAccessKey")
	same(t, made, `{"AccessKey":{"UserName":"bob","AccessKeyId":"`+id+`","Status":"Active","SecretAccessKey":"`+secret+`","CreateDate":"2026-06-01T12:00:00Z"}}`)
	if len(id) != 20 || !strings.HasPrefix(id, "AKIA") || len(secret) != 40 {
		t.Errorf("key %s, secret of %d characters", id, len(secret))
	}
	if key, err := w.Keys.Lookup(t.Context(), id); err != nil || key.Secret != secret || key.Owner != (auth.Owner{Account: f1Account, User: bobID}) {
		t.Errorf("got %+v, %v", key.Owner, err)
	}
	w.done("UpdateAccessKey", "UserName", "bob", "AccessKeyId", id, "Status", "Inactive")
	same(t, w.get("ListAccessKeys", "UserName", "bob"), `{"AccessKeyMetadata":[{"UserName":"bob","AccessKeyId":"`+id+`","Status":"Inactive","CreateDate":"2026-06-01T12:00:00Z"}],"IsTruncated":"false"}`)
	w.done("CreateAccessKey", "UserName", "bob")
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a third key":           {[]string{"CreateAccessKey", "UserName", "bob"}, "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"},
		"another user's key":    {[]string{"DeleteAccessKey", "UserName", "alice", "AccessKeyId", id}, "404 NoSuchEntity: The Access Key with id " + id + " cannot be found."},
		"a status that is none": {[]string{"UpdateAccessKey", "UserName", "bob", "AccessKeyId", id, "Status", "active"}, "400 ValidationError: 1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]"},
		"of nobody":             {[]string{"CreateAccessKey", "UserName", "nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
	})
	w.done("DeleteAccessKey", "UserName", "bob", "AccessKeyId", id)
	if _, err := w.Keys.Lookup(t.Context(), id); err == nil {
		t.Error("the secret of the deleted key is still there")
	}
}

func TestKeysOfTheCaller(t *testing.T) {
	w := newHome(t)
	for _, caller := range []wire.Caller{root(), bobAsCaller()} {
		if status, answer := w.call(caller, "CreateAccessKey"); status != 200 {
			t.Errorf("%s: %v", caller.ARN, answer)
		}
	}
	if n, m := len(w.home().Settings.RootKeys), len(w.home().UserByName("bob").Keys); n != 1 || m != 1 {
		t.Errorf("root has %d, bob has %d", n, m)
	}
	if got := w.fails(role(), "CreateAccessKey"); got != "400 ValidationError: Must specify userName when calling with non-User credentials" {
		t.Error(got)
	}
}

func TestPasswords(t *testing.T) {
	w := newHome(t)
	same(t, w.get("CreateLoginProfile", "UserName", "bob", "Password", "Old-pass1", "PasswordResetRequired", "true"),
		`{"LoginProfile":{"UserName":"bob","CreateDate":"2026-06-01T12:00:00Z","PasswordResetRequired":"true"}}`)
	first := w.home().UserByName("bob").Login
	if !auth.CheckPassword(first.Hash, "Old-pass1") || auth.CheckPassword(first.Hash, "Old-pass2") {
		t.Error("the hash is not that of the password")
	}
	w.clock = w.clock.Add(time.Hour)
	change := func(from, to string) string {
		status, answer := w.call(bobAsCaller(), "ChangePassword", "OldPassword", from, "NewPassword", to)
		if status == 200 {
			return ""
		}
		return field(answer, "Error", "Code") + ": " + field(answer, "Error", "Message")
	}
	for _, test := range []struct{ from, to, want string }{
		{"wrong", "New-pass1", "AccessDenied: The old password was incorrect."},
		{"Old-pass1", "Short1-", "PasswordPolicyViolation: Password should have a minimum length of 8"},
		{"Old-pass1", "onlylowerletters", "PasswordPolicyViolation: Password must have at least three of: an uppercase letter, a lowercase letter, a number, a symbol (!@#$%^&*()_+-=[]{}|')"},
		{"Old-pass1", "New-pass1", ""},
	} {
		if got := change(test.from, test.to); got != test.want {
			t.Errorf("%s to %s: got %s", test.from, test.to, got)
		}
	}
	same(t, w.get("GetLoginProfile", "UserName", "bob"), `{"LoginProfile":{"UserName":"bob","CreateDate":"2026-06-01T12:00:00Z","PasswordResetRequired":"false"}}`)
	if got := w.home().UserByName("bob").Login.Changed; !got.Equal(w.clock) {
		t.Errorf("changed at %v", got)
	}
	w.done("UpdateAccountPasswordPolicy", "PasswordReusePrevention", "1")
	if got := change("New-pass1", "New-pass1"); got != "PasswordPolicyViolation: Password has been used before: the last 1 may not be used again" {
		t.Error(got)
	}
	if got := change("New-pass1", "Old-pass1"); got != "" {
		t.Error(got)
	}
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a second profile":       {[]string{"CreateLoginProfile", "UserName", "bob", "Password", "Old-pass1"}, "409 EntityAlreadyExists: Login Profile for user bob already exists."},
		"of one who has none":    {[]string{"GetLoginProfile", "UserName", "alice"}, "404 NoSuchEntity: Login Profile for User alice cannot be found."},
		"an update of none":      {[]string{"UpdateLoginProfile", "UserName", "alice", "Password", "Old-pass1"}, "404 NoSuchEntity: Login Profile for User alice cannot be found."},
		"a deletion of none":     {[]string{"DeleteLoginProfile", "UserName", "alice"}, "404 NoSuchEntity: Login Profile for User alice cannot be found."},
		"an update to a bad one": {[]string{"UpdateLoginProfile", "UserName", "bob", "Password", "short"}, "400 PasswordPolicyViolation: Password should have a minimum length of 6"},
		"deletion of its user":   {[]string{"DeleteUser", "UserName", "bob"}, "409 DeleteConflict: Cannot delete entity, must remove users from group first."},
		"a change without one":   {[]string{"ChangePassword", "OldPassword", "x", "NewPassword", "y"}, "404 NoSuchEntity: Login Profile for User auditor cannot be found."},
	})
	if got := w.fails(root(), "ChangePassword", "OldPassword", "x", "NewPassword", "y"); got != "400 InvalidUserType: Only IAM Users can change their own password" {
		t.Error(got)
	}
	w.done("UpdateLoginProfile", "UserName", "bob", "PasswordResetRequired", "true")
	if !w.home().UserByName("bob").Login.ResetRequired {
		t.Error("no reset required")
	}
	w.done("DeleteLoginProfile", "UserName", "bob")
}

func TestPasswordPolicy(t *testing.T) {
	w := newHome(t)
	const none = "404 NoSuchEntity: The Password Policy with domain name 111122223333 cannot be found."
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"none to read":   {[]string{"GetAccountPasswordPolicy"}, none},
		"none to delete": {[]string{"DeleteAccountPasswordPolicy"}, none},
		"too short":      {[]string{"UpdateAccountPasswordPolicy", "MinimumPasswordLength", "5"}, "400 ValidationError: 1 validation error detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6"},
		"too old":        {[]string{"UpdateAccountPasswordPolicy", "MaxPasswordAge", "1096"}, "400 ValidationError: 1 validation error detected: Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095"},
	})
	w.done("UpdateAccountPasswordPolicy", "MinimumPasswordLength", "14", "RequireSymbols", "true", "RequireNumbers", "true", "RequireUppercaseCharacters", "true",
		"RequireLowercaseCharacters", "true", "AllowUsersToChangePassword", "true", "MaxPasswordAge", "90", "PasswordReusePrevention", "24", "HardExpiry", "true")
	same(t, w.get("GetAccountPasswordPolicy"), `{"PasswordPolicy":{"MinimumPasswordLength":14,"RequireSymbols":true,"RequireNumbers":true,"RequireUppercaseCharacters":true,
		"RequireLowercaseCharacters":true,"AllowUsersToChangePassword":true,"ExpirePasswords":true,"MaxPasswordAge":90,"PasswordReusePrevention":24,"HardExpiry":true}}`)
	for password, want := range map[string]string{
		"nouppercase-letter1": "Password should have at least one uppercase letter",
		"NOLOWERCASE-LETTER1": "Password should have at least one lowercase letter",
		"No-numbers-in-it":    "Password should have at least one number",
		"NoSymbolsInIt12345":  "Password should have at least one of the following symbols: !@#$%^&*()_+-=[]{}|'",
		"Too-short-it1":       "Password should have a minimum length of 14",
	} {
		if got := w.fails(auditor(), "CreateLoginProfile", "UserName", "bob", "Password", password); got != "400 PasswordPolicyViolation: "+want {
			t.Errorf("%s: %s", password, got)
		}
	}
	w.done("UpdateAccountPasswordPolicy")
	same(t, w.get("GetAccountPasswordPolicy"), `{"PasswordPolicy":{"MinimumPasswordLength":6,"RequireSymbols":false,"RequireNumbers":false,"RequireUppercaseCharacters":false,
		"RequireLowercaseCharacters":false,"AllowUsersToChangePassword":false,"ExpirePasswords":false,"HardExpiry":false}}`)
	w.done("DeleteAccountPasswordPolicy")
}

func TestAccountAlias(t *testing.T) {
	w := newHome(t)
	const form = `400 ValidationError: 1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`
	other := f1()
	other.ID, other.Settings.Aliases = "444455556666", []string{"taken"}
	w.must(w.Book.Replace(t.Context(), other))
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"two hyphens":         {[]string{"CreateAccountAlias", "AccountAlias", "a--b"}, form},
		"a hyphen at the end": {[]string{"CreateAccountAlias", "AccountAlias", "abc-"}, form},
		"upper case":          {[]string{"CreateAccountAlias", "AccountAlias", "Abc"}, form},
		"another account's":   {[]string{"CreateAccountAlias", "AccountAlias", "taken"}, "409 EntityAlreadyExists: The account alias taken already exists."},
		"none to delete":      {[]string{"DeleteAccountAlias", "AccountAlias", "abc"}, "404 NoSuchEntity: The account alias abc cannot be found."},
	})
	w.done("CreateAccountAlias", "AccountAlias", "acme-1")
	w.done("CreateAccountAlias", "AccountAlias", "acme")
	same(t, w.get("ListAccountAliases"), `{"AccountAliases":["acme"],"IsTruncated":"false"}`)
	w.done("DeleteAccountAlias", "AccountAlias", "acme")
	same(t, w.get("ListAccountAliases"), `{"AccountAliases":[],"IsTruncated":"false"}`)
}

// seedOf is the seed of a new device.
func seedOf(t *testing.T, made any) []byte {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(field(made, "VirtualMFADevice", "Base32StringSeed"))
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func TestVirtualMFADevices(t *testing.T) {
	w := newHome(t)
	made := w.get("CreateVirtualMFADevice", "VirtualMFADeviceName", "phone", "Path", "/d/", "Tags.member.1.Key", "a", "Tags.member.1.Value", "b")
	serial := f1Prefix + "mfa/d/phone"
	if got := field(made, "VirtualMFADevice", "SerialNumber"); got != serial {
		t.Fatalf("serial number %s", got)
	}
	seed := seedOf(t, made)
	at := func(d time.Duration) string { return auth.Code(seed, auth.StepAt(w.clock.Add(d))) }
	enable := func(user string, first, second time.Duration) []string {
		return []string{"EnableMFADevice", "UserName", user, "SerialNumber", serial, "AuthenticationCode1", at(first), "AuthenticationCode2", at(second)}
	}
	const wrong = "403 InvalidAuthenticationCode: Authentication code for device is not valid."
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"the same name again":      {[]string{"CreateVirtualMFADevice", "VirtualMFADeviceName", "PHONE"}, "409 EntityAlreadyExists: MFADevice entity at the same path and name already exists."},
		"codes that do not follow": {enable("bob", 0, time.Minute), wrong},
		"one code twice":           {enable("bob", 0, 0), wrong},
		"codes in the wrong order": {enable("bob", 0, -30*time.Second), wrong},
		"codes of an hour ago":     {enable("bob", -time.Hour, -time.Hour+30*time.Second), wrong},
		"five digits":              {[]string{"EnableMFADevice", "UserName", "bob", "SerialNumber", serial, "AuthenticationCode1", "12345", "AuthenticationCode2", "123456"}, "400 ValidationError: 1 validation error detected: Value at 'authenticationCode1' failed to satisfy constraint: Member must have length greater than or equal to 6"},
		"a device that is not":     {[]string{"EnableMFADevice", "UserName", "bob", "SerialNumber", f1Prefix + "mfa/x", "AuthenticationCode1", "123456", "AuthenticationCode2", "123456"}, "404 NoSuchEntity: VirtualMFADevice with serial number arn:aws:iam::111122223333:mfa/x does not exist."},
		"deactivated by nobody":    {[]string{"DeactivateMFADevice", "UserName", "bob", "SerialNumber", serial}, "404 NoSuchEntity: MFA device with serial number arn:aws:iam::111122223333:mfa/d/phone does not exist for user bob."},
	})
	codes := enable("bob", -30*time.Second, 0)
	w.done(codes[0], codes[1:]...)
	same(t, w.get("ListMFADevices", "UserName", "bob"), `{"MFADevices":[{"UserName":"bob","SerialNumber":"`+serial+`","EnableDate":"2026-06-01T12:00:00Z"}],"IsTruncated":"false"}`)
	same(t, w.get("GetMFADevice", "SerialNumber", serial), `{"UserName":"bob","SerialNumber":"`+serial+`","EnableDate":"2026-06-01T12:00:00Z"}`)
	same(t, w.get("ListMFADeviceTags", "SerialNumber", serial), `{"Tags":[{"Key":"a","Value":"b"}],"IsTruncated":"false"}`)
	same(t, w.get("ListVirtualMFADevices", "AssignmentStatus", "Unassigned"), `{"VirtualMFADevices":[],"IsTruncated":"false"}`)
	for _, status := range []string{"Assigned", "Any"} {
		got := w.get("ListVirtualMFADevices", "AssignmentStatus", status).(map[string]any)["VirtualMFADevices"].([]any)
		if len(got) != 1 || field(got[0], "User", "UserName") != "bob" || field(got[0], "EnableDate") != "2026-06-01T12:00:00Z" {
			t.Errorf("%s: %v", status, got)
		}
	}
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"deleted in use":      {[]string{"DeleteVirtualMFADevice", "SerialNumber", serial}, "409 DeleteConflict: MFA VirtualDevice in use. Must deactivate first."},
		"given twice":         {enable("alice", 0, 30*time.Second), "409 EntityAlreadyExists: MFADevice with serial number " + serial + " is already in use."},
		"a code taken before": {append([]string{"ResyncMFADevice"}, codes[1:]...), wrong},
	})
	w.done("ResyncMFADevice", "UserName", "bob", "SerialNumber", serial, "AuthenticationCode1", at(2*time.Hour), "AuthenticationCode2", at(2*time.Hour+30*time.Second))
	if d := w.home().Device(serial); d.Drift != 241 {
		t.Errorf("the clock is %d steps ahead", d.Drift)
	}
	w.done("DeactivateMFADevice", "UserName", "bob", "SerialNumber", serial)
	w.done("DeleteVirtualMFADevice", "SerialNumber", serial)
	same(t, w.get("ListVirtualMFADevices"), `{"VirtualMFADevices":[],"IsTruncated":"false"}`)
}

// Fifty clients make and delete the same users and keys. Every answer is one
// that AWS could have given, and the store is consistent afterwards.
func TestManyWritersAtOnce(t *testing.T) {
	w := newHome(t)
	allowed := map[string]bool{
		"EntityAlreadyExists": true, "NoSuchEntity": true, "DeleteConflict": true, "LimitExceeded": true, "ConcurrentModification": true,
	}
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			name := fmt.Sprintf("user-%d", i%3)
			mine := ""
			for _, call := range [][]string{
				{"CreateUser", "UserName", name}, {"CreateAccessKey", "UserName", name}, {"AttachUserPolicy", "UserName", name, "PolicyArn", adminARN},
				{"ListAccessKeys", "UserName", name}, {"DetachUserPolicy", "UserName", name, "PolicyArn", adminARN},
				{"DeleteAccessKey", "UserName", name, "AccessKeyId", ""}, {"DeleteUser", "UserName", name},
			} {
				if call[0] == "DeleteAccessKey" {
					if mine == "" {
						continue
					}
					call[4] = mine
				}
				status, answer := w.call(auditor(), call[0], call[1:]...)
				switch {
				case status == 200 && call[0] == "CreateAccessKey":
					mine = field(answer, "CreateAccessKeyResult", "AccessKey", "AccessKeyId")
				case status == 200 && call[0] == "ListAccessKeys":
					if n := strings.Count(fmt.Sprint(answer), "AKIA"); n > 2 {
						t.Errorf("%s has %d keys", name, n)
					}
				case status != 200 && !allowed[field(answer, "Error", "Code")]:
					t.Errorf("%v: %d %v", call, status, answer)
				}
			}
		})
	}
	clients.Wait()
	account := w.home()
	for _, u := range account.Users {
		if len(u.Keys) > 2 || len(u.Attached) > 1 {
			t.Errorf("%s has %d keys and %d policies", u.Name, len(u.Keys), len(u.Attached))
		}
		for _, k := range u.Keys {
			if key, err := w.Keys.Lookup(t.Context(), k.ID); err != nil || key.Owner.User != u.ID {
				t.Errorf("key %s of %s: %v", k.ID, u.Name, err)
			}
		}
	}
	listed := map[string]bool{}
	for id, err := range w.store.ListDocs(t.Context(), "credential", "", 0) {
		w.must(err)
		if account.UserByKey(id) == nil {
			t.Errorf("credential %s is of nobody", id)
		}
		listed[id] = true
	}
	t.Logf("%d users, %d keys are left", len(account.Users), len(listed))
}
