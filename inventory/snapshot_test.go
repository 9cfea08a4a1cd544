package inventory

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// f1 is fixture F1 of docs/spec/last-accessed.md as the CLI prints it.
func f1(t testing.TB) []byte {
	text, err := os.ReadFile("../internal/scenario/testdata/f1/iam.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func read(t testing.TB, files ...string) *Account {
	t.Helper()
	s := NewSnapshot()
	for i, text := range files {
		if err := s.Read("f"+string(rune('0'+i))+".json", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	accounts, warnings, err := s.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	if len(accounts) != 1 || len(warnings) > 0 {
		t.Fatalf("%d accounts, warnings %v", len(accounts), warnings)
	}
	return accounts[0]
}

func TestReadF1(t *testing.T) {
	a := read(t, string(f1(t)))
	if a.ID != "111122223333" || a.Partition != "aws" {
		t.Errorf("account %s of %s", a.ID, a.Partition)
	}
	if len(a.Users) != 4 || len(a.Groups) != 1 || len(a.Roles) != 2 || len(a.Policies) != 4 {
		t.Fatalf("%d users, %d groups, %d roles, %d policies", len(a.Users), len(a.Groups), len(a.Roles), len(a.Policies))
	}
	bob := a.UserByName("BOB")
	if bob == nil || bob.Path != "/dev/" || bob.ID != "AIDABOBEXAMPLE0000001" || !bob.Created.Equal(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("bob is %+v", bob)
	}
	app := a.RoleByID("AROAAPPEXAMPLE0000001")
	if app.Boundary != "arn:aws:iam::111122223333:policy/BoundaryAll" || len(app.Attached) != 2 {
		t.Errorf("app is %+v", app)
	}
	want := `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Decrypt",
            "Effect": "Allow",
            "Action": [
                "kms:Decrypt"
            ],
            "Resource": "*"
        }
    ]
}`
	if got := a.Policy("arn:aws:iam::111122223333:policy/Orphan").DefaultDocument(); got != want {
		t.Errorf("Orphan says %s", got)
	}
}

// one is a page with a user whose inline policy has the given document.
func one(doc string) string {
	return `{"UserDetailList": [{"Path": "/", "UserName": "alice", "UserId": "AIDAALICEEXAMPLE00001",
"Arn": "arn:aws:iam::111122223333:user/alice", "CreateDate": "2024-01-01T00:00:00Z",
"UserPolicyList": [{"PolicyName": "P", "PolicyDocument": ` + doc + `}], "GroupList": [], "AttachedManagedPolicies": []}]}`
}

func TestFormsOfDocumentsAndDatesAreOne(t *testing.T) {
	plain := one(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a+b/${aws:username}"}}`)
	want := read(t, plain)
	for name, text := range map[string]string{
		"URL-encoded as on the wire":     one(`"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Aa%2Bb%2F%24%7Baws%3Ausername%7D%22%7D%7D"`),
		"URL-encoded with plain plus":    one(`"%7B%22Version%22:%222012-10-17%22,%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:%22s3:Get*%22,%22Resource%22:%22arn:aws:s3:::a+b/$%7Baws:username%7D%22%7D%7D%0A"`),
		"a string of JSON":               one(`"{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"arn:aws:s3:::a+b/${aws:username}\"}}"`),
		"CLI v2 date":                    strings.Replace(plain, "00:00:00Z", "00:00:00+00:00", 1),
		"boto3 date through str":         strings.Replace(plain, "2024-01-01T00:00:00Z", "2024-01-01 00:00:00+00:00", 1),
		"date of another time zone":      strings.Replace(plain, "2024-01-01T00:00:00Z", "2024-01-01T02:00:00+02:00", 1),
		"unknown members everywhere":     strings.Replace(strings.Replace(plain, `{"User`, `{"X": {"y": [[1]]}, "ResponseMetadata": {"a": 1}, "User`, 1), `"Path"`, `"New": [{}], "Path"`, 1),
		"null for what is absent":        strings.Replace(plain, `"GroupList": []`, `"GroupList": null, "Tags": null, "PermissionsBoundary": null`, 1),
		"a byte order mark":              "\ufeff" + plain,
		"a list of pages":                "[" + plain + ", " + plain + "]",
		"several documents in one file":  plain + "\n" + plain,
		"no Path":                        strings.Replace(plain, `"Path": "/", `, "", 1),
		"an empty page before":           `{"UserDetailList": [], "IsTruncated": true, "Marker": "x"}` + plain,
		"empty and open page after":      plain + `{"Policies": [], "IsTruncated": true}`,
		"empty lists of the other kinds": strings.Replace(plain, `{"User`, `{"GroupDetailList": [], "RoleDetailList": [], "Policies": null, "User`, 1),
	} {
		if got := read(t, text); Diff(want, got) != (Change{}) || got.ID != want.ID {
			t.Errorf("%s: read as %+v", name, got.Users[0])
		}
	}
}

func TestPagesOfSeveralFilesBecomeOneAccount(t *testing.T) {
	whole := read(t, string(f1(t)))
	var page struct{ UserDetailList, GroupDetailList, RoleDetailList, Policies []json.RawMessage }
	decodeInto(t, f1(t), &page)
	first := encode(t, map[string]any{"UserDetailList": page.UserDetailList[:3], "Policies": page.Policies[:1], "IsTruncated": true, "Marker": "m"})
	second := encode(t, map[string]any{"UserDetailList": page.UserDetailList[2:], "GroupDetailList": page.GroupDetailList, "NextToken": "n"})
	third := encode(t, map[string]any{"RoleDetailList": page.RoleDetailList, "IsTruncated": true})
	last := encode(t, map[string]any{"Policies": page.Policies, "IsTruncated": false})
	for _, files := range [][]string{{first, second, third, last}, {last, third, second, first}, {first + second, third + last}} {
		if c := Diff(whole, read(t, files...)); c != (Change{}) {
			t.Errorf("files %d: %+v", len(files), c)
		}
	}
	// The page of AWS managed policies alone names no account.
	if c := Diff(whole, read(t, encode(t, map[string]any{"Policies": page.Policies[:1]}), second+third+last+first)); c != (Change{}) {
		t.Errorf("with a page of no account: %+v", c)
	}
}

func TestFilesOfSeveralAccounts(t *testing.T) {
	other := strings.ReplaceAll(string(f1(t)), "111122223333", "444455556666")
	s := NewSnapshot()
	for name, text := range map[string]string{"a": string(f1(t)), "b": other} {
		if err := s.Read(name, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	accounts, _, err := s.Accounts()
	if err != nil || len(accounts) != 2 || accounts[0].ID != "111122223333" || accounts[1].ID != "444455556666" {
		t.Errorf("got %v, %v", accounts, err)
	}
}

func TestNothingOfABadFileIsKept(t *testing.T) {
	s := NewSnapshot()
	bad := strings.Replace(string(f1(t)), `"arn:aws:iam::111122223333:role/ops",`, `"arn:aws:iam::999999999999:role/ops",`, 1)
	err := s.Read("bad.json", strings.NewReader(bad))
	want := "bad.json: role ops: arn:aws:iam::999999999999:role/ops is of account 999999999999, others of the page are of 111122223333: a page is of one account"
	if err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	if s.Pages() != 0 {
		t.Errorf("%d pages are kept", s.Pages())
	}
}

func TestAWSManagedPolicyThatIsMissingIsAWarning(t *testing.T) {
	var page map[string][]map[string]any
	decodeInto(t, f1(t), &page)
	page["Policies"] = page["Policies"][1:]
	s := NewSnapshot()
	if err := s.Read("f", strings.NewReader(encode(t, page))); err != nil {
		t.Fatal(err)
	}
	accounts, warnings, err := s.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	want := Warning{"111122223333", "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess is attached to 1 role, but the snapshot does not hold it: the services it grants will be MISSING from every report on them; take it with aws iam get-account-authorization-details without --filter"}
	if !slices.Equal(warnings, []Warning{want}) {
		t.Errorf("warnings %q", warnings)
	}
	if got := accounts[0].Missing(); !slices.Equal(got, []string{"arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}) {
		t.Errorf("missing %q", got)
	}
}

func TestMissingPageIsNoticedByAttachmentCounts(t *testing.T) {
	var page map[string][]map[string]any
	decodeInto(t, f1(t), &page)
	page["RoleDetailList"] = nil
	s := NewSnapshot()
	if err := s.Read("f", strings.NewReader(encode(t, page))); err != nil {
		t.Fatal(err)
	}
	_, warnings, err := s.Accounts()
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Text, "2 policies are attached more often than it shows, such as arn:aws:iam::111122223333:policy/TeamEc2 (AttachmentCount 2, shown 1)") {
		t.Errorf("warnings %q, error %v", warnings, err)
	}
}

func TestWriteSnapshotOfF1IsTheFile(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSnapshot(&out, read(t, string(f1(t)))); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(string(f1(t)), `:00Z"`, `:00+00:00"`)
	if got := out.String(); got != want {
		t.Errorf("wrote\n%s", firstDifference(got, want))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return strings.Join(g[max(0, i-3):min(len(g), i+3)], "\n") + "\nnot\n" + strings.Join(w[max(0, i-3):min(len(w), i+3)], "\n")
		}
	}
	return "a different number of lines"
}
