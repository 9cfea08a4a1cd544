package cloudtrail

import (
	"strings"
	"testing"
)

func TestNamesOfSessions(t *testing.T) {
	for name, want := range map[string]string{
		"alice":                                    "alice",
		"alice@example.com":                        "alice@example.com",
		"i-0abc123def4567890":                      "i-*",
		"botocore-session-1699999999":              "botocore-session-*",
		"session1699999999":                        "session*",
		"0123456789abcdef0123456789abcdef":         "*",
		"6f1b0b52-1d3c-4a0f-9d0e-aabbccddeeff":     "*",
		"x-6f1b0b52-aaaa-4a0f-bbbb-aabbccddeeff-y": "x-*-y",
		"deadbeef":                                 "*",
		"facade":                                   "facade",
		"cafe1":                                    "*",
		"cafe":                                     "cafe",
		"a1b":                                      "a1b",
		"v123":                                     "v123",
		"v1234":                                    "v*",
		"build-42":                                 "build-42",
		"build-4242":                               "build-*",
		"GitHubActions":                            "GitHubActions",
		"aws-sdk-js-1717171717171":                 "aws-sdk-js-*",
		"AutoScaling":                              "AutoScaling",
		"eks-prod-api-6d4cf56db6-x7k2p-6f1b0b52-1d3c-4a0f-9d0e-aabbccddeeff": "eks-prod-api-*-*-*",
		"nginx":                         "nginx",
		"two words":                     "two?words",
		"a:b/c":                         "a?b?c",
		"é":                             "??",
		strings.Repeat("x", 70):         strings.Repeat("x", 64),
		strings.Repeat("xyzu-", 20):     strings.Repeat("xyzu-", 20)[:64],
		strings.Repeat("a-1234-", 5000): strings.Repeat("a-*-", 16),
		"-":                             "-",
	} {
		if got := string(appendSession(nil, []byte(name))); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestSessionsOfRecords(t *testing.T) {
	const issuer = `"sessionIssuer":{"type":"Role","principalId":"AROAAPPEXAMPLE0000001","arn":"arn:aws:iam::111122223333:role/app","accountId":"111122223333"}`
	identity := func(id, arn, more string) string {
		return `{"type":"AssumedRole","principalId":"` + id + `","arn":"` + arn + `","accountId":"111122223333","sessionContext":{` + issuer + more + `}}`
	}
	const arn = "arn:aws:sts::111122223333:assumed-role/app/"
	for what, c := range map[string]struct{ user, want string }{
		"by the id":           {identity("AROAAPPEXAMPLE0000001:ada", arn+"bob", ""), "ada"},
		"by the ARN":          {identity("AROAAPPEXAMPLE0000001", arn+"bob", ""), "bob"},
		"no name":             {identity("AROAAPPEXAMPLE0000001:", strings.TrimSuffix(arn, "/"), ""), ""},
		"a source identity":   {identity("AROAAPPEXAMPLE0000001:i-0abc1234", arn, `,"attributes":{},"sourceIdentity":"ada@example.com"`), "i-* source-identity:ada@example.com"},
		"a strange identity":  {identity("AROAAPPEXAMPLE0000001:a", arn, `,"sourceIdentity":["x"]`), "a"},
		"an escaped identity": {identity("AROAAPPEXAMPLE0000001:a", arn, `,"sourceIdentity":"\u0061da"`), "a source-identity:ada"},
		"of the issuer only":  {identity("AROAAPPEXAMPLE0000001:a", arn, `,"attributes":{"sourceIdentity":"x"}`), "a"},
		"a user":              {`{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","accountId":"111122223333","sessionContext":{"sourceIdentity":"x"}}`, ""},
	} {
		t.Run(what, func(t *testing.T) {
			record := usual("userIdentity", c.user)
			for _, text := range []string{record, `{"Records":[` + record + "," + record + "," + record + `]}`} {
				err := Scan(strings.NewReader(text), func(r *Record) error {
					list, _, err := r.Attempts(nil, testNow)
					var got []string
					for _, a := range list {
						if a.Kind == Session {
							got = append(got, a.Target)
						}
					}
					if err != nil || strings.Join(got, " ") != c.want {
						t.Errorf("%v, got %q, want %q", err, got, c.want)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func FuzzNamesOfSessions(f *testing.F) {
	for _, seed := range []string{"alice@example.com", "i-0abc123def4567890", "6f1b0b52-1d3c-4a0f-9d0e-aabbccddeeff", "é\xff", "deadbeef", "1234567"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		got := appendSession([]byte(sourcePrefix), name)
		own, ok := strings.CutPrefix(string(got), sourcePrefix)
		if !ok || len(own) > 64 || (own == "") != (len(name) == 0) || strings.ContainsFunc(own, func(r rune) bool { return r < '!' || r > '~' || r == ':' || r == '/' }) {
			t.Fatalf("%q is %q", name, got)
		}
		if isNumber(name) && own != numbered {
			t.Fatalf("%q is %q, and a number", name, own)
		}
	})
}
