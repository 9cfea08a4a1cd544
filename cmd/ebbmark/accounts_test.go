package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command runs a command line with standard output and error of its own.
func command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, problems bytes.Buffer
	p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &problems, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 5, time.UTC) }, random: randomSource()}
	code = p.run(t.Context(), args)
	return out.String(), problems.String(), code
}

func TestAccountsAreMirrorsOrHomes(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	run := func(wantCode int, args ...string) (string, string) {
		t.Helper()
		out, problems, code := command(t, append(args, "--store", dsn)...)
		if code != wantCode {
			t.Fatalf("%q: exit code %d\n%s", args, code, problems)
		}
		return out, problems
	}
	run(0, "import", "--init", f1File)
	out, _ := run(0, "accounts", "create", "444455556666", "--name", "sandbox")
	if want := "ACCOUNT       MODE  USERS  GROUPS  ROLES  POLICIES  ALIAS  NAME\n444455556666  home  0      0       0      0         -      sandbox\n"; out != want {
		t.Errorf("got %s", out)
	}
	out, _ = run(0, "accounts", "list", "--format", "json")
	var got struct{ Accounts []accountRow }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	mirror := accountRow{Account: "111122223333", Partition: "aws", Mode: "mirror", Users: 4, Groups: 1, Roles: 2, Policies: 3}
	home := accountRow{Account: "444455556666", Partition: "aws", Mode: "home", Name: "sandbox", Created: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	if len(got.Accounts) != 2 || got.Accounts[0] != mirror || got.Accounts[1] != home {
		t.Errorf("got %+v", got.Accounts)
	}
	if _, problems := run(1, "accounts", "create", "444455556666"); problems != "ebbmark: create account 444455556666: the account exists already\n" {
		t.Error(problems)
	}

	run(0, "accounts", "mode", "111122223333", "home")
	_, problems := run(1, "import", f1File)
	if !strings.Contains(problems, "nothing was imported: account 111122223333: the account is a home") || !strings.Contains(problems, "ebbmark accounts mode ID mirror") {
		t.Error(problems)
	}
	run(0, "accounts", "mode", "111122223333", "mirror")
	run(0, "import", f1File)

	run(2, "accounts", "mode", "111122223333", "house")
	run(2, "accounts", "create", "12")
	if _, problems := run(1, "accounts", "mode", "999999999999", "home"); problems != "ebbmark: account 999999999999 is not in this store: ebbmark accounts list tells which are\n" {
		t.Error(problems)
	}
}

func TestAnImportKeepsTheKeysOfAMirror(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	for _, args := range [][]string{
		{"import", "--init", f1File},
		{"keys", "create", "--id", "AKIAALICE00000000001", "arn:aws:iam::111122223333:user/alice"},
		{"keys", "create", "--id", "AKIAROOT000000000001", "arn:aws:iam::111122223333:root"},
		{"import", f1File},
	} {
		out, problems, code := command(t, append(args, "--store", dsn)...)
		if code != 0 {
			t.Fatalf("%q: %s", args, problems)
		}
		if args[0] == "import" && args[1] == f1File && !strings.Contains(out, "unchanged") {
			t.Errorf("got %s", out)
		}
	}
	want := `KEY                   ACTIVE  CREATED               ARN
AKIAROOT000000000001  true    2026-06-01T12:00:00Z  arn:aws:iam::111122223333:root
AKIAALICE00000000001  true    2026-06-01T12:00:00Z  arn:aws:iam::111122223333:user/alice
`
	if out, _, _ := command(t, "keys", "list", "--store", dsn); out != want {
		t.Errorf("got %s", out)
	}
	if _, problems, code := command(t, "keys", "delete", "AKIAROOT000000000001", "--store", dsn); code != 0 {
		t.Error(problems)
	}
	if _, problems, _ := command(t, "keys", "delete", "AKIAROOT000000000001", "--store", dsn); !strings.Contains(problems, "there is no access key AKIAROOT000000000001") {
		t.Error(problems)
	}
	if out, _, _ := command(t, "keys", "list", "--store", dsn); strings.Contains(out, "root") || !strings.Contains(out, "alice") {
		t.Errorf("got %s", out)
	}
}

func TestImportedPoliciesGoIntoHomes(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	policies := file(t, "policies.json", []byte(`
{"Policy": {"PolicyName": "X", "PolicyId": "ANPAXEXAMPLE00000001", "Arn": "arn:aws:iam::aws:policy/X", "Path": "/", "DefaultVersionId": "v3", "IsAttachable": true}}
{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}, "VersionId": "v3", "IsDefaultVersion": true}}`))
	for _, step := range []struct {
		args []string
		want string // in the output or among the messages
	}{
		{[]string{"import", "--init", f1File}, "new"},
		{[]string{"import", policies}, "nothing changed: no account takes these policies, or all hold them already"},
		{[]string{"accounts", "create", "444455556666"}, "home"},
		{[]string{"import", policies}, "account 444455556666: changed: 1 added, 0 removed, 0 changed"},
		{[]string{"import", policies}, "nothing changed"},
	} {
		out, problems, code := command(t, append(step.args, "--store", dsn)...)
		if code != 0 || !strings.Contains(out+problems, step.want) {
			t.Errorf("%q: %d\n%s%s", step.args, code, out, problems)
		}
	}
}
