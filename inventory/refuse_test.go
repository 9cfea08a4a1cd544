package inventory

import (
	"io"
	"strings"
	"testing"
)

// refused is the error of reading and merging the files, "" for none.
func refused(files ...string) string {
	s := NewSnapshot()
	for i, text := range files {
		if err := s.Read(string(rune('a'+i))+".json", strings.NewReader(text)); err != nil {
			return err.Error()
		}
	}
	if _, _, err := s.Accounts(); err != nil {
		return err.Error()
	}
	if _, err := s.Managed(); err != nil {
		return err.Error()
	}
	return ""
}

// alice is the page of one user, with parts of it replaced.
func alice(oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(one(`{"Statement": []}`))
}

func role(parts string) string {
	return `{"RoleDetailList": [{"Path": "/service/", "RoleName": "app", "RoleId": "AROAAPPEXAMPLE0000001", "Arn": "arn:aws:iam::111122223333:role/service/app",
"CreateDate": "2024-01-01T00:00:00Z", "AssumeRolePolicyDocument": {"Statement": []}, ` + parts + `}]}`
}

func managed(arn, parts string) string {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	return `{"Policies": [{"PolicyName": "` + name + `", "PolicyId": "ANPAEXAMPLE0000000001", "Arn": "` + arn + `", ` + parts + `}]}`
}

const (
	own = "arn:aws:iam::111122223333:policy/Own"
	v1  = `"DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": []}}]`
)

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
	}{
		"an empty file":             {"", "a.json: an empty file"},
		"only white space":          {" \n\t ", "a.json: an empty file"},
		"XML":                       {"<GetAccount", "a.json: XML or HTML, not JSON; take it with aws iam get-account-authorization-details"},
		"a table":                   {"----\n|Get", "a.json: not JSON: it begins with '-'; take it with aws iam get-account-authorization-details --output json"},
		"zeros":                     {"\x00\x00\x00", "a.json: binary, not JSON; take it with aws iam get-account-authorization-details"},
		"PowerShell's UTF-16":       {"\xff\xfe{\x00", "a.json: UTF-16 (as PowerShell's > writes it): save the file as UTF-8"},
		"a zip archive":             {"PK\x03\x04....", "a.json: a zip archive: unpack it first (gzip is read as it is)"},
		"cut off":                   {alice()[:200], "a.json: UserDetailList[0]: the file ends at byte 200 in the middle of a value: it is cut off"},
		"cut off between two lists": {`{"UserDetailList": [], `, "a.json: the file ends at byte 23 in the middle of a value: it is cut off"},
		"broken JSON":               {`{"UserDetailList": [}`, "a.json: byte 20: invalid character '}' looking for beginning of value"},
		"text after the page":       {alice() + " x", "a.json: byte 303: invalid character 'x' looking for beginning of value"},
		"a list of numbers":         {"[1]", "a.json: not an IAM snapshot: a list of number; take it with aws iam get-account-authorization-details"},
		"an empty list":             {"[]", "a.json: an empty list of pages"},
		"an empty object":           {"{}", "a.json: not an IAM snapshot: an empty JSON object; take it with aws iam get-account-authorization-details"},
		"some other JSON":           {`{"a": 1, "b": {}}`, "a.json: not an IAM snapshot: it has none of UserDetailList, GroupDetailList, RoleDetailList and Policies, but a, b; take it with aws iam get-account-authorization-details"},
		"a CloudTrail log":          {`{"Records": [{}]}`, "a.json: not an IAM snapshot: this looks like a CloudTrail log: use ebbmark ingest"},
		"a list of records":         {`[{"eventVersion": "1.08"}]`, "a.json: not an IAM snapshot: this looks like a CloudTrail record: use ebbmark ingest"},
		"an organization":           {`{"Roots": []}`, "a.json: not an IAM snapshot: this looks like a part of an organization export: make that as one JSON object, by the lines of docs/import.md"},
		"list-users":                {`{"Users": []}`, "a.json: not an IAM snapshot: this looks like a list without policies; take it with aws iam get-account-authorization-details"},
		"the list without its page": {`[{"UserName": "alice"}]`, "a.json: not an IAM snapshot: this looks like the members of a list without the page around them: do not use --query"},
		"list-policies":             {managed(own, `"DefaultVersionId": "v3"`), "a.json: policy Own: PolicyVersionList does not hold the default version v3: it is unknown what the policy grants; take it with aws iam get-account-authorization-details"},
		"nothing of any account":    {`{"UserDetailList": []}`, "a.json: no user, group, role or customer managed policy, so it is unknown of which account it is"},

		"an object for a list":    {`{"UserDetailList": {}}`, "a.json: UserDetailList: a JSON object, not a list"},
		"a string for a list":     {`{"Policies": "x"}`, "a.json: Policies: a JSON string, not a list"},
		"a string for an entity":  {`{"UserDetailList": ["alice"]}`, "a.json: user without a name: a JSON string, not an object"},
		"a number for a name":     {alice(`"UserName": "alice"`, `"UserName": 7`), "a.json: user alice: UserName: a JSON number, not a string"},
		"a string for a sub-list": {alice(`"GroupList": []`, `"GroupList": "x"`), "a.json: user alice: GroupList: a JSON string, not a list"},
		"a number for a date":     {alice(`"2024-01-01T00:00:00Z"`, `1704067200`), "a.json: user alice: CreateDate: 1704067200 is no date like 2024-01-01T00:00:00Z"},
		"no date":                 {alice(`"2024-01-01T00:00:00Z"`, `"yesterday"`), `a.json: user alice: CreateDate: "yesterday" is no date like 2024-01-01T00:00:00Z`},
		"IsTruncated as a string": {`{"IsTruncated": "yes"}`, "a.json: IsTruncated: a JSON string, not true or false"},
		"a fraction for seconds":  {role(`"MaxSessionDuration": 1.5`), "a.json: role service/app: MaxSessionDuration: a JSON number 1.5, not a whole number"},
		"a year for a session":    {role(`"MaxSessionDuration": 31536000`), "a.json: role service/app: MaxSessionDuration: 31536000 is not between 0 and 604800 seconds"},
		"invalid UTF-8":           {alice(`"alice"`, "\"al\xffce\""), "a.json: user alice: text that is not UTF-8: save the file as UTF-8"},
		"a key twice":             {alice(`"GroupList": []`, `"GroupList": ["a"], "GroupList": []`), `a.json: user alice: key "GroupList" occurs twice in one object`},
		"deep nesting":            {alice(`"GroupList": []`, `"x": `+strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)), "a.json: user alice: JSON nested more than 64 deep"},
		"deep nesting elsewhere":  {`{"x": ` + strings.Repeat("[", 100_000), "a.json: JSON nested more than 64 deep"},
		"beyond encoding/json":    {`{"UserDetailList": [` + strings.Repeat("[", 100_000), "a.json: UserDetailList[0]: byte 10017: invalid character '[' exceeded max depth"},

		"no creation date":         {alice(`"CreateDate": "2024-01-01T00:00:00Z",`, ``), "a.json: user alice: CreateDate is missing"},
		"no name":                  {alice(`"UserName": "alice", `, ``), `a.json: user alice: "" is no name`},
		"no id":                    {alice(`"UserId": "AIDAALICEEXAMPLE00001",`, ``), `a.json: user alice: "" is no unique id`},
		"no ARN":                   {alice(`arn:aws:iam::111122223333:user/alice`, `alice`), `a.json: user alice: its Arn "alice" is no ARN`},
		"the ARN of another kind":  {alice(`:user/`, `:role/`), `a.json: user alice: its Arn "arn:aws:iam::111122223333:role/alice" is not that of a user`},
		"the ARN of another name":  {alice(`user/alice`, `user/bob`), "a.json: user bob: the Arn arn:aws:iam::111122223333:user/bob names bob, not alice"},
		"the path of another ARN":  {alice(`"Path": "/"`, `"Path": "/dev/"`), `a.json: user alice: the path "/dev/" is not the one of the Arn arn:aws:iam::111122223333:user/alice`},
		"a short account":          {alice(`111122223333`, `1111`), `a.json: user alice: its Arn "arn:aws:iam::1111:user/alice" has no account id of 12 digits`},
		"a user of AWS":            {alice(`111122223333`, `aws`), `a.json: user alice: its Arn "arn:aws:iam::aws:user/alice" has no account id of 12 digits`},
		"a foreign policy":         {role(`"AttachedManagedPolicies": [{"PolicyName": "X", "PolicyArn": "arn:aws:iam::999999999999:policy/X"}]`), "a.json: role service/app: attached policy X: arn:aws:iam::999999999999:policy/X is of account 999999999999, others of the page are of 111122223333: a page is of one account"},
		"two partitions":           {role(`"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws-cn:iam::aws:policy/X"}`), "a.json: role service/app: PermissionsBoundary: arn:aws-cn:iam::aws:policy/X is of partition aws-cn, others of the page are of aws"},
		"a bad instance profile":   {role(`"InstanceProfileList": [{"InstanceProfileName": "p", "Arn": "arn:aws:iam::111122223333:instance-profile/p"}]`), `a.json: role service/app: instance-profile p: "" is no unique id`},
		"a bad group name":         {alice(`"GroupList": []`, `"GroupList": ["a/b"]`), `a.json: user alice: GroupList: "a/b" is no name`},
		"an inline policy twice":   {role(`"RolePolicyList": [{"PolicyName": "P", "PolicyDocument": {"Statement": []}}, {"PolicyName": "P", "PolicyDocument": {"Statement": []}}]`), "a.json: role service/app: inline policy P is there twice"},
		"no default version":       {managed(own, `"PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": []}}]`), "a.json: policy Own: no version is the default one: without PolicyVersionList it is unknown what the policy grants; take it with aws iam get-account-authorization-details"},
		"two default versions":     {managed(own, `"DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": []}}]`), "a.json: policy Own: both v1 and v2 are called the default version"},
		"a version twice":          {managed(own, `"DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": []}}, {"VersionId": "v1", "Document": {"Statement": []}}]`), "a.json: policy Own: version v1 is there twice"},
		"a version without number": {managed(own, `"DefaultVersionId": "x", "PolicyVersionList": [{"VersionId": "x", "Document": {"Statement": []}}]`), `a.json: policy Own: "x" is no version id like v1`},

		"no document":               {one(`null`), "a.json: user alice: inline policy P: no document"},
		"a number for a document":   {one(`7`), "a.json: user alice: inline policy P: the document is neither a JSON object nor a string"},
		"a sentence for a document": {one(`"see the wiki"`), `a.json: user alice: inline policy P: the document is neither JSON nor URL-encoded JSON: it begins with "see the wiki"`},
		"broken URL encoding":       {one(`"%7"`), `a.json: user alice: inline policy P: the document is neither JSON nor URL-encoded JSON: invalid URL escape "%7"`},
		"a document cut off":        {one(`"%7B%22Statement%22"`), "a.json: user alice: inline policy P: policy document line 1, column 13: "},
		"a document with an error":  {one("{\"Version\": \"2012-10-17\",\n\"Statement\": [{\"Effect\": \"Allow\",\n  \"Action\": 7, \"Resource\": \"*\"}]}"), "a.json: user alice: inline policy P: policy document line 3, column 13: "},
		"a bad trust policy":        {strings.Replace(role(`"Tags": []`), `{"Statement": []}`, `[]`, 1), "a.json: role service/app: AssumeRolePolicyDocument: the document is neither a JSON object nor a string"},
		"a bad old version":         {managed(own, `"DefaultVersionId": "v2", "PolicyVersionList": [{"VersionId": "v2", "Document": {"Statement": []}}, {"VersionId": "v1", "Document": "{"}]`), "a.json: policy Own: version v1: policy document line 1, column 2: "},

		"a group that is absent":               {alice(`"GroupList": []`, `"GroupList": ["dev"]`), "a.json: user alice: is in group dev, which the snapshot does not hold: take it with aws iam get-account-authorization-details without --filter, and import all its pages"},
		"a customer policy that is absent":     {role(`"AttachedManagedPolicies": [{"PolicyName": "Own", "PolicyArn": "` + own + `"}]`), "a.json: role service/app: has " + own + " attached, which the snapshot does not hold: take it with aws iam get-account-authorization-details without --filter, and import all its pages"},
		"a page without the one after it":      {strings.TrimSuffix(alice(), "}") + `, "IsTruncated": true, "Marker": "m"}`, "a.json: account 111122223333: the snapshot is incomplete: this page says that another one follows (IsTruncated, NextToken), and no page is the last"},
		"a part of the CLI's --max-items":      {strings.TrimSuffix(alice(), "}") + `, "NextToken": "m"}`, "a.json: account 111122223333: the snapshot is incomplete: this page says that another one follows (IsTruncated, NextToken), and no page is the last"},
		"one name with two contents":           {alice() + alice("00:00:00Z", "00:00:01Z"), "a.json: user alice: not the same as in a.json: the files are of different snapshots, take one"},
		"names that differ in case only":       {alice() + alice(`"alice"`, `"Alice"`, "user/alice", "user/Alice", "ALICE", "OTHER"), "a.json: user Alice: not the same as in a.json: the files are of different snapshots, take one"},
		"one id for two entities":              {alice() + alice("alice", "bob"), "a.json: user bob: has the unique id AIDAALICEEXAMPLE00001 of user alice"},
		"a policy of AWS in two versions":      {managed("arn:aws:iam::aws:policy/X", v1) + managed("arn:aws:iam::aws:policy/X", strings.Replace(v1, `"Statement"`, `"Id": "x", "Statement"`, 1)), "a.json: policy arn:aws:iam::aws:policy/X is not the same as in a.json: take one"},
		"a version without its policy":         {`{"PolicyVersion": {"VersionId": "v1", "Document": {"Statement": []}}}`, "a.json: a policy version without its policy: print the policy first, with aws iam get-policy"},
		"a customer policy by itself":          {`{"Policy": {"PolicyName": "Own", "Arn": "` + own + `"}}`, "a.json: policy Own: not a policy of AWS: those of an account come with its snapshot; take it with aws iam get-account-authorization-details"},
		"a policy without its default version": {`{"Policy": {"PolicyName": "X", "PolicyId": "ANPAXEXAMPLE00000001", "Arn": "arn:aws:iam::aws:policy/X", "DefaultVersionId": "v2"}} {"PolicyVersion": {"VersionId": "v1", "Document": {"Statement": []}}}`, "a.json: policy X: PolicyVersionList does not hold the default version v2: it is unknown what the policy grants; take it with aws iam get-account-authorization-details"},
		"pages of one account, two partitions": {alice() + alice("arn:aws:", "arn:aws-cn:", `"alice"`, `"bob"`, "user/alice", "user/bob"), "a.json: account 111122223333: partition aws-cn, but aws in other pages"},
	} {
		if got := refused(c.text); !strings.HasPrefix(got, c.want) || c.want == "" || !strings.HasSuffix(c.want, ": ") && got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestManyProblemsAreCountedNotListed(t *testing.T) {
	var page strings.Builder
	page.WriteString(`{"UserDetailList": [`)
	for i := range 50 {
		if i > 0 {
			page.WriteByte(',')
		}
		name := "u" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		page.WriteString(`{"UserName": "` + name + `", "UserId": "AIDAEXAMPLE0000` + name + `", "Arn": "arn:aws:iam::111122223333:user/` + name + `", "CreateDate": "2024-01-01T00:00:00Z", "GroupList": ["x"]}`)
	}
	page.WriteString(`]}`)
	got := strings.Split(refused(page.String()), "\n")
	if len(got) != 21 || got[20] != "and 30 more problems" || !strings.HasPrefix(got[0], "a.json: user uaa: is in group x") {
		t.Errorf("%d lines: %q", len(got), got)
	}
}

// endless is text that goes on with its last bytes for ever.
type endless struct {
	begin, rest string
	at          int // in rest
	read        int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.begin)
	e.begin = e.begin[n:]
	for ; n < len(p); n++ {
		p[n] = e.rest[e.at]
		e.at = (e.at + 1) % len(e.rest)
	}
	e.read += int64(n)
	return n, nil
}

func TestEndlessFilesAreRefusedWithinBounds(t *testing.T) {
	for name, c := range map[string]struct {
		begin, rest, want string
		most              int64 // bytes that may be read before the refusal
	}{
		"a string in an entity":  {`{"UserDetailList": [{"Path": "`, "x", "f: UserDetailList[0]: byte 20: a single value of more than 8 MiB", 9 << 20},
		"a string elsewhere":     {`{"x": "`, "x", "f: byte 6: a single value of more than 8 MiB", 9 << 20},
		"white space":            {`{`, " ", "f: byte 1: a single value of more than 8 MiB", 9 << 20},
		"a number":               {`{"x": 1`, "1", "f: byte 6: a single value of more than 8 MiB", 9 << 20},
		"empty pages":            {``, `{"Policies":[]}`, "f: more than 100000 pages", 2 << 20},
		"an entity without end":  {`{"UserDetailList": [{"x": [0`, ",0", "f: UserDetailList[0]: byte 20: a single value of more than 8 MiB", 9 << 20},
		"opening brackets":       {`{"x": [`, "[", "f: JSON nested more than 64 deep", 1 << 20},
		"opening brackets early": {``, "[", "f: not an IAM snapshot: a list of list; take it with aws iam get-account-authorization-details", 1 << 20},
	} {
		in := &endless{begin: c.begin, rest: c.rest}
		err := NewSnapshot().Read("f", in)
		if err == nil || err.Error() != c.want || in.read > c.most {
			t.Errorf("%s: after %d bytes: %v", name, in.read, err)
		}
	}
}

func TestReadErrorIsTold(t *testing.T) {
	err := NewSnapshot().Read("f", io.MultiReader(strings.NewReader(strings.Repeat(" ", 600)+alice()[:100]), failing{}))
	if err == nil || err.Error() != "f: UserDetailList[0]: byte 620: the disk is on fire" {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFire }

var errFire = fire{}

type fire struct{}

func (fire) Error() string { return "the disk is on fire" }
