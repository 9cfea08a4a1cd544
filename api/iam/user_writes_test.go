package iam

import (
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
)

const (
	adminARN = "arn:aws:iam::aws:policy/AdministratorAccess"
	doc      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
)

func TestANewUser(t *testing.T) {
	w := newHome(t)
	got := w.get("CreateUser", "UserName", "zoe", "Path", "/x/", "PermissionsBoundary", adminARN, "Tags.member.1.Key", "team", "Tags.member.1.Value", "")
	u := w.home().UserByName("zoe")
	if !strings.HasPrefix(u.ID, "AIDA") || len(u.ID) != 21 {
		t.Errorf("unique id %q", u.ID)
	}
	same(t, got, `{"User":{"Path":"/x/","UserName":"zoe","UserId":"`+u.ID+`","Arn":"arn:aws:iam::111122223333:user/x/zoe","CreateDate":"2026-06-01T12:00:00Z",
		"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::aws:policy/AdministratorAccess"},"Tags":[{"Key":"team","Value":""}]}}`)
	same(t, w.get("GetUser", "UserName", "ZOE"), `{"User":{"Path":"/x/","UserName":"zoe","UserId":"`+u.ID+`","Arn":"arn:aws:iam::111122223333:user/x/zoe","CreateDate":"2026-06-01T12:00:00Z",
		"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::aws:policy/AdministratorAccess"},"Tags":[{"Key":"team","Value":""}]}}`)
}

func TestARenamedUserKeepsAllElse(t *testing.T) {
	w := newHome(t)
	w.asked = nil
	w.done("UpdateUser", "UserName", "alice", "NewUserName", "Alison", "NewPath", "/y/")
	u := w.home().UserByID(aliceID)
	if u.Name != "Alison" || u.Path != "/y/" || u.ARN != f1Prefix+"user/y/Alison" || len(u.Inline) != 1 || u.Groups[0] != "developers" {
		t.Errorf("got %+v", u)
	}
	if len(w.asked) != 1 || w.asked[0] != "iam:UpdateUser on arn:aws:iam::111122223333:user/y/Alison" {
		t.Errorf("the guard was asked about %q", w.asked)
	}
	w.done("UpdateUser", "UserName", "Alison", "NewUserName", "ALISON")
	if w.home().UserByName("alison").Name != "ALISON" {
		t.Error("the case of a name cannot be changed")
	}
}

// refusals calls operations that fail, and checks that nothing has changed.
func refusals(t *testing.T, w *world, tests map[string]struct {
	call []string
	want string
}) {
	t.Helper()
	before := w.home()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := w.fails(auditor(), test.call[0], test.call[1:]...); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if w.home() != before {
				t.Error("the account has changed")
			}
		})
	}
}

func TestRefusedWritesOfUsers(t *testing.T) {
	w := newHome(t)
	w.done("CreateUser", "UserName", "full")
	w.done("AttachUserPolicy", "UserName", "full", "PolicyArn", adminARN)
	long := strings.Repeat(" ", 131072-len(doc))
	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + strings.Repeat("x", 2048) + `","Resource":"*"}]}`
	fiftyOne := []string{"TagUser", "UserName", "full"}
	for i := range 50 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		w.done("TagUser", "UserName", "full", "Tags.member.1.Key", "k"+n, "Tags.member.1.Value", n)
	}
	fiftyOne = append(fiftyOne, "Tags.member.1.Key", "more", "Tags.member.1.Value", "x")
	const invalid = "400 ValidationError: 1 validation error detected: Value at "
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a name that is taken":            {[]string{"CreateUser", "UserName", "ALICE"}, "409 EntityAlreadyExists: User with name ALICE already exists."},
		"a name with a slash":             {[]string{"CreateUser", "UserName", "a/b"}, invalid + `'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`},
		"a name of 65":                    {[]string{"CreateUser", "UserName", strings.Repeat("x", 65)}, invalid + "'userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		"no name":                         {[]string{"CreateUser"}, invalid + "'userName' failed to satisfy constraint: Member must not be null"},
		"a unicode name":                  {[]string{"CreateUser", "UserName", "zoë"}, invalid + `'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`},
		"a path without an end":           {[]string{"CreateUser", "UserName", "x", "Path", "/a"}, invalid + `'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)`},
		"a boundary that is not":          {[]string{"CreateUser", "UserName", "x", "PermissionsBoundary", f1Prefix + "policy/None"}, "404 NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/None does not exist or is not attachable."},
		"a boundary that is no policy":    {[]string{"CreateUser", "UserName", "x", "PermissionsBoundary", f1Prefix + "role/app"}, "400 InvalidInput: ARN arn:aws:iam::111122223333:role/app is not valid."},
		"a tag twice":                     {[]string{"CreateUser", "UserName", "x", "Tags.member.1.Key", "a", "Tags.member.1.Value", "", "Tags.member.2.Key", "A", "Tags.member.2.Value", ""}, "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"a tag of AWS":                    {[]string{"TagUser", "UserName", "alice", "Tags.member.1.Key", "aws:x", "Tags.member.1.Value", ""}, "400 InvalidInput: Tag keys that begin with aws: are reserved for use by AWS: aws:x"},
		"a tag without a value":           {[]string{"TagUser", "UserName", "alice", "Tags.member.1.Key", "x"}, invalid + "'tags.1.member.value' failed to satisfy constraint: Member must not be null"},
		"51 tags":                         {fiftyOne, "409 LimitExceeded: The number of tags has reached the maximum limit of 50."},
		"renaming nobody":                 {[]string{"UpdateUser", "UserName", "nobody", "NewPath", "/x/"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
		"renaming to a taken name":        {[]string{"UpdateUser", "UserName", "alice", "NewUserName", "BOB"}, "409 EntityAlreadyExists: User with name BOB already exists."},
		"deleting nobody":                 {[]string{"DeleteUser", "UserName", "nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
		"deleting a member":               {[]string{"DeleteUser", "UserName", "bob"}, "409 DeleteConflict: Cannot delete entity, must remove users from group first."},
		"deleting with attached policies": {[]string{"DeleteUser", "UserName", "full"}, "409 DeleteConflict: Cannot delete entity, must detach all policies first."},
		"deleting with inline policies":   {[]string{"DeleteUser", "UserName", "auditor"}, "409 DeleteConflict: Cannot delete entity, must delete policies first."},
		"a malformed policy":              {[]string{"PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3*:Get","Resource":"*"}]}`}, "400 MalformedPolicyDocument: Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."},
		"a policy that is no JSON":        {[]string{"PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", `{`}, "400 MalformedPolicyDocument: Syntax errors in policy. policy document line 1, column 2: expected an element name in quotation marks in the document, found the end of the text"},
		"a policy of 131,073 characters":  {[]string{"PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", doc + long + " "}, invalid + "'policyDocument' failed to satisfy constraint: Member must have length less than or equal to 131072"},
		"a policy over the quota":         {[]string{"PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", wide}, "409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user bob"},
		"an inline policy that is not":    {[]string{"DeleteUserPolicy", "UserName", "bob", "PolicyName", "p"}, "404 NoSuchEntity: The user policy with name p cannot be found."},
		"attaching what is not":           {[]string{"AttachUserPolicy", "UserName", "bob", "PolicyArn", f1Prefix + "policy/None"}, "404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/None does not exist or is not attachable."},
		"attaching another account's":     {[]string{"AttachUserPolicy", "UserName", "bob", "PolicyArn", "arn:aws:iam::999999999999:policy/TeamEc2"}, "404 NoSuchEntity: Policy arn:aws:iam::999999999999:policy/TeamEc2 does not exist or is not attachable."},
		"attaching a user":                {[]string{"AttachUserPolicy", "UserName", "bob", "PolicyArn", f1Prefix + "user/alice"}, "400 InvalidInput: ARN arn:aws:iam::111122223333:user/alice is not valid."},
		"detaching what is not attached":  {[]string{"DetachUserPolicy", "UserName", "bob", "PolicyArn", adminARN}, "404 NoSuchEntity: Policy arn:aws:iam::aws:policy/AdministratorAccess was not found."},
		"a boundary that is not there":    {[]string{"DeleteUserPermissionsBoundary", "UserName", "bob"}, "404 NoSuchEntity: The user with name bob does not have a permissions boundary."},
		"a boundary of nowhere":           {[]string{"PutUserPermissionsBoundary", "UserName", "bob", "PermissionsBoundary", f1Prefix + "policy/None"}, "404 NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/None does not exist or is not attachable."},
	})
	w.done("PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", doc+long)
}

func TestTenPoliciesAreAttachedAtMost(t *testing.T) {
	w := newHome(t)
	names := []string{"AdministratorAccess", "AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess",
		"AmazonSNSFullAccess", "AmazonSNSReadOnlyAccess", "AmazonSQSFullAccess", "IAMFullAccess", "IAMReadOnlyAccess"}
	for _, name := range names {
		w.done("AttachUserPolicy", "UserName", "bob", "PolicyArn", "arn:aws:iam::aws:policy/"+name)
	}
	w.done("AttachUserPolicy", "UserName", "bob", "PolicyArn", adminARN) // again
	got := w.fails(auditor(), "AttachUserPolicy", "UserName", "bob", "PolicyArn", "arn:aws:iam::aws:policy/PowerUserAccess")
	if got != "409 LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10" {
		t.Error(got)
	}
	w.done("DetachUserPolicy", "UserName", "bob", "PolicyArn", adminARN)
	w.done("AttachUserPolicy", "UserName", "bob", "PolicyArn", "arn:aws:iam::aws:policy/PowerUserAccess")
}

func TestPoliciesOfUsersComeBackAsTheyWerePut(t *testing.T) {
	w := newHome(t)
	w.done("PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", doc)
	spaced := strings.Replace(doc, ",", " ,\n\t", 1)
	w.done("PutUserPolicy", "UserName", "bob", "PolicyName", "P", "PolicyDocument", spaced)
	if got := w.home().UserByName("bob").Inline; len(got) != 1 || got[0].Name != "P" || got[0].Document != spaced {
		t.Errorf("got %q", got)
	}
	w.done("DeleteUserPolicy", "UserName", "bob", "PolicyName", "p")
	w.done("PutUserPermissionsBoundary", "UserName", "bob", "PermissionsBoundary", adminARN)
	if got := w.home().UserByName("bob"); got.Boundary != adminARN || len(got.Inline) != 0 {
		t.Errorf("got %+v", got)
	}
	w.done("DeleteUserPermissionsBoundary", "UserName", "bob")
}

func TestTagsOfUsers(t *testing.T) {
	w := newHome(t)
	w.done("TagUser", "UserName", "bob", "Tags.member.1.Key", "Team", "Tags.member.1.Value", "a", "Tags.member.2.Key", "x", "Tags.member.2.Value", "")
	w.done("TagUser", "UserName", "bob", "Tags.member.1.Key", "team", "Tags.member.1.Value", "b")
	same(t, w.get("ListUserTags", "UserName", "bob"), `{"Tags":[{"Key":"team","Value":"b"},{"Key":"x","Value":""}],"IsTruncated":"false"}`)
	w.done("UntagUser", "UserName", "bob", "TagKeys.member.1", "TEAM", "TagKeys.member.2", "none")
	same(t, w.get("ListUserTags", "UserName", "bob"), `{"Tags":[{"Key":"x","Value":""}],"IsTruncated":"false"}`)
}

func TestAMirrorIsNotWritten(t *testing.T) {
	w := newHome(t)
	w.must(w.Book.SetMode(t.Context(), f1Account, accounts.Mirror))
	const why = "403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor cannot change account 111122223333 here: it is a mirror of AWS, and the next import would undo the change. Change it in AWS and import it again, or let the operator make it a home: ebbmark accounts mode 111122223333 home"
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"create":       {[]string{"CreateUser", "UserName", "zoe"}, why},
		"delete":       {[]string{"DeleteUser", "UserName", "bob"}, why},
		"tag":          {[]string{"TagUser", "UserName", "bob", "Tags.member.1.Key", "a", "Tags.member.1.Value", "b"}, why},
		"access key":   {[]string{"CreateAccessKey", "UserName", "bob"}, why},
		"alias":        {[]string{"CreateAccountAlias", "AccountAlias", "abc"}, why},
		"absent first": {[]string{"DeleteUser", "UserName", "nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
	})
}
