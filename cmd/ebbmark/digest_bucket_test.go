package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ebbmark/ebbmark/digest"
	"github.com/ebbmark/ebbmark/internal/servers"
)

// upload puts a trail into a bucket of a real server, signatures in the metadata
// of the digests.
func (x *trail) upload(client *api.Client, bucket string, bad map[string]string) {
	x.t.Helper()
	if _, err := client.CreateBucket(x.t.Context(), &api.CreateBucketInput{Bucket: &bucket}); err != nil {
		x.t.Fatal(err)
	}
	n := 0
	err := filepath.WalkDir(filepath.Join(x.folder, "AWSLogs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		n++
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(x.folder, path)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(rel)
		in := &api.PutObjectInput{Bucket: &bucket, Key: aws.String("archive/" + key), Body: bytes.NewReader(body)}
		if s := x.signatures[key]; s != "" {
			if bad[key] != "" {
				s = bad[key]
			}
			in.Metadata = map[string]string{"signature": s, "signature-algorithm": "SHA256withRSA"}
		}
		_, err = client.PutObject(x.t.Context(), in)
		return err
	})
	if err != nil || n < 7 {
		x.t.Fatal(n, err)
	}
}

func TestDigestsOfABucket(t *testing.T) {
	endpoint := servers.S3(t)
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": servers.Key, "AWS_SECRET_ACCESS_KEY": servers.Secret, "AWS_REGION": servers.Region, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	client := api.NewFromConfig(aws.Config{Region: servers.Region, BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, "")},
		func(o *api.Options) { o.UsePathStyle = true })
	const logs = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/"
	const second = logs + "111122223333_CloudTrail_eu-west-1_20260531T0105Z_abc.json.gz"
	const digests = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260531T"
	for i, tt := range []struct {
		sentence      string
		change        func(x *trail, bad map[string]string)
		digests, logs int // valid ones, of 4
		faults        string
	}{
		{"a good chain", func(*trail, map[string]string) {}, 4, 4, "[]"},
		{"an altered log", func(x *trail, _ map[string]string) { x.write(second, squeezed(t, `{"Records":[]}`)) }, 4, 3, "[altered log file]"},
		{"a missing log", func(x *trail, _ map[string]string) { os.Remove(filepath.Join(x.folder, second)) }, 4, 3, "[missing log file]"},
		{"a wrong signature", func(x *trail, bad map[string]string) { bad[x.object] = strings.Repeat("ab", 256) }, 3, 3, "[invalid digest file]"},
		{"a missing digest", func(x *trail, _ map[string]string) {
			os.Remove(filepath.Join(x.folder, digests+"020000Z.json.gz"))
		}, 3, 3, "[missing digest file]"},
		{"a digest that is no JSON", func(x *trail, _ map[string]string) { x.write(digests+"990000Z.json.gz", []byte("hello")) }, 4, 4, "[invalid digest file]"},
	} {
		x, bad := newTrail(t), map[string]string{}
		for hour := range 4 {
			x.hour(hour)
		}
		tt.change(x, bad)
		bucket := fmt.Sprintf("copy%d", i)
		x.upload(client, bucket, bad)
		base := "s3://" + bucket + "/archive/AWSLogs/"
		for _, place := range []string{"s3://" + bucket, base, base + "111122223333/"} {
			var r digest.Result
			code := x.run(&r, "validate-logs", place, "--endpoint-url", endpoint)
			if r.ValidDigests != tt.digests || r.ValidLogs != tt.logs || kindsOf(r) != tt.faults || (code == 0) != (tt.faults == "[]") {
				t.Errorf("%s, %s: exit code %d, %+v", tt.sentence, place, code, r)
			}
		}
		for _, place := range []string{base, base + strings.TrimPrefix(logs, "AWSLogs/")} {
			var c closingReport
			code := x.run(&c, "ingest", "--init", "--store", "sqlite:"+filepath.Join(t.TempDir(), "e.db"), place, "--endpoint-url", endpoint, "--verify-digests")
			if c.Files.Failed != 0 || c.Files.Done < 3 || c.Digests == nil || c.Digests.ValidLogs != tt.logs || kindsOf(*c.Digests) != tt.faults || (code == 0) != (tt.faults == "[]") {
				t.Errorf("%s, ingest %s: exit code %d, %+v", tt.sentence, place, code, c)
			}
		}
	}
}

func kindsOf(r digest.Result) string {
	kinds := []digest.FaultKind{}
	for _, f := range r.Faults {
		kinds = append(kinds, f.Kind)
	}
	return fmt.Sprint(kinds)
}

func TestIngestVerifiesAFolder(t *testing.T) {
	const logs = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/"
	x := newTrail(t)
	for hour := range 4 {
		x.hour(hour)
	}
	x.write(x.object+".signature", []byte(x.signature))
	ingested := func(place string) (int, closingReport) {
		var c closingReport
		code := x.run(&c, "ingest", "--init", "--store", "sqlite:"+filepath.Join(t.TempDir(), "e.db"), filepath.Join(x.folder, place), "--verify-digests")
		return code, c
	}
	if code, c := ingested("AWSLogs"); code != 0 || c.Digests.ValidLogs != 4 || c.Digests.ValidDigests != 4 {
		t.Errorf("a good chain: %d, %+v", code, c.Digests)
	}
	os.Remove(filepath.Join(x.folder, logs+"111122223333_CloudTrail_eu-west-1_20260531T0105Z_abc.json.gz"))
	if code, c := ingested(logs); code != 1 || kindsOf(*c.Digests) != "[missing log file]" {
		t.Errorf("a missing log: %d, %+v", code, c.Digests)
	}
	os.RemoveAll(filepath.Join(x.folder, "AWSLogs/111122223333/CloudTrail-Digest"))
	if err := os.Mkdir(filepath.Join(x.folder, "AWSLogs/111122223333/CloudTrail-Digest"), 0o755); err != nil {
		t.Fatal(err)
	}
	if code, c := ingested("AWSLogs"); code != 1 || kindsOf(*c.Digests) != "[missing digest file]" {
		t.Errorf("no digests: %d, %+v", code, c.Digests)
	}
}

func TestDigestsOfAPlace(t *testing.T) {
	const account = "s3://b/x/AWSLogs/o-abc1234567/111122223333/"
	for place, want := range map[string]string{
		"s3://b/x/AWSLogs/":                            "s3://b/x/AWSLogs/ 0001-01-01 0001-01-01",
		account + "CloudTrail/":                        account + "CloudTrail-Digest 0001-01-01 0001-01-01",
		account + "CloudTrail/eu-west-1/2026":          account + "CloudTrail-Digest/eu-west-1 2026-01-01 2027-01-01",
		account + "CloudTrail/eu-west-1/2026/02/":      account + "CloudTrail-Digest/eu-west-1 2026-02-01 2026-03-01",
		account + "CloudTrail/eu-west-1/2026/02/28/a.": account + "CloudTrail-Digest/eu-west-1 2026-02-28 2026-03-01",
	} {
		where, w := digestsOf(place)
		if got := where + " " + w.start.Format("2006-01-02") + " " + w.end.Format("2006-01-02"); got != want {
			t.Errorf("%s: %s, want %s", place, got, want)
		}
	}
}
