package scenario

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestExportLinesWorkWhenPasted pastes the lines of docs/import.md into a shell:
// what they make of one server's organization, another takes.
func TestExportLinesWorkWhenPasted(t *testing.T) {
	text, err := os.ReadFile("../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(text), "```bash\n")
	lines, _, ok := strings.Cut(lines, "```")
	if !ok || !strings.Contains(lines, "describe-organization") {
		t.Fatal("docs/import.md has no lines to paste")
	}
	from, to := newSource(t, false), newPlace(t)
	to.must("import", "--init", "--store", to.dsn, to.write("iam.json", snapshotOf(management, accessRole, "*")))
	// Debian's AWS CLI is older than AWS_ENDPOINT_URL.
	to.write("aws", "#!/bin/sh\nexec /usr/bin/aws --endpoint-url "+from.serve()+" \"$@\"\n")
	if err := os.Chmod(filepath.Join(to.dir, "aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	paste := func(env ...string) (string, error) {
		shell := exec.CommandContext(t.Context(), "/bin/bash", "-ec", lines)
		shell.Dir = to.dir
		shell.Env = append([]string{"PATH=" + to.dir + ":" + bin + ":/usr/bin:/bin", "HOME=" + to.dir, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_DEFAULT_REGION=us-east-1",
			"EBBMARK_STORE=" + to.dsn}, env...)
		out, err := shell.CombinedOutput()
		return string(out), err
	}
	out, err := paste(from.key(administrator)...)
	if err != nil || !strings.HasSuffix(out, "ORGANIZATION   UNITS  ACCOUNTS  POLICIES  RESULT\no-exampleorg1  3      6         4         new\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	want, got := from.answers(management), to.answers(management)
	for what := range want {
		if strings.HasPrefix(what, "tags of ") { // which the lines leave out
			delete(want, what)
			delete(got, what)
		}
	}
	same(t, want, got)

	// Whoever may not read all of it gets a file that is refused.
	if out, err := paste(from.key("arn:aws:iam::" + production + ":user/admin")...); err == nil {
		t.Errorf("the lines of a member account went through:\n%s", out)
	}
	if refused := to.run(nil, "import", "--store", to.dsn, filepath.Join(to.dir, "organization.json")); refused.code != 1 || !strings.Contains(refused.stderr, "it is no JSON: unexpected end") {
		t.Errorf("exit code %d\n%s", refused.code, refused.stderr)
	}
}
