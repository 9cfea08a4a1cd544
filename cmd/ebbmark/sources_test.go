package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	s3api "github.com/aws/aws-sdk-go-v2/service/s3"
	sqsapi "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/internal/servers"
)

// cloud is a bucket "trail" and a queue "trail" on real servers, with the
// environment of a process that may use them.
type cloud struct {
	s3    *s3api.Client
	sqs   *sqsapi.Client
	at    string // S3's endpoint
	queue string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": servers.Key, "AWS_SECRET_ACCESS_KEY": servers.Secret, "AWS_REGION": servers.Region,
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	c := &cloud{at: servers.S3(t)}
	who := credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, "")
	c.s3 = s3api.New(s3api.Options{Region: servers.Region, BaseEndpoint: &c.at, UsePathStyle: true, Credentials: who})
	queues := servers.SQS(t)
	c.sqs = sqsapi.New(sqsapi.Options{Region: servers.Region, BaseEndpoint: &queues, Credentials: who})
	if _, err := c.s3.CreateBucket(t.Context(), &s3api.CreateBucketInput{Bucket: aws.String("trail")}); err != nil {
		t.Fatal(err)
	}
	out, err := c.sqs.CreateQueue(t.Context(), &sqsapi.CreateQueueInput{QueueName: aws.String("trail")})
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(*out.QueueUrl) // names the server's usual port
	if err != nil {
		t.Fatal(err)
	}
	c.queue = queues + at.Path
	return c
}

func (c *cloud) put(t *testing.T, key string, ids ...int) {
	t.Helper()
	var list []string
	for _, id := range ids {
		list = append(list, call(id, aMonday, id, "RunInstances"))
	}
	body := logGzip(t, strings.NewReader(`{"Records":[`+strings.Join(list, ",")+`]}`))
	if _, err := c.s3.PutObject(t.Context(), &s3api.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
}

func (c *cloud) announce(t *testing.T, key string) {
	t.Helper()
	body := fmt.Sprintf(`{"s3Bucket":"trail","s3ObjectKey":[%q]}`, key)
	if _, err := c.sqs.SendMessage(t.Context(), &sqsapi.SendMessageInput{QueueUrl: &c.queue, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
}

func TestIngestFromABucketAndAQueue(t *testing.T) {
	c := newCloud(t)
	c.put(t, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/a.json.gz", 1, 2)
	c.put(t, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/05/b.json.gz", 3)
	c.announce(t, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/05/b.json.gz")
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	read := func(want ingest.Files, args ...string) {
		t.Helper()
		got := runIngest(t, nil, append([]string{"--store", dsn, "--init", "--format", "json"}, args...)...)
		var sum ingest.Summary
		if err := json.Unmarshal([]byte(got.stdout), &sum); err != nil || got.code != 0 || sum.Files != want {
			t.Fatalf("%v: %v, %+v", args, err, got)
		}
	}
	read(ingest.Files{Done: 1}, "--endpoint-url", c.at, "sqs:"+c.queue)
	t.Setenv("AWS_ENDPOINT_URL_S3", c.at)
	read(ingest.Files{Done: 1, Skipped: 1}, "s3://trail/AWSLogs")
	read(ingest.Files{Skipped: 2}, "s3://trail")
	got := runIngest(t, nil, "--store", dsn, "s3://nowhere/")
	if got.code != 1 || !strings.Contains(got.stderr, "list s3://nowhere/: the server answers 404 NoSuchBucket") {
		t.Fatalf("%+v", got)
	}
}

func TestServeReadsItsSources(t *testing.T) {
	c := newCloud(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	folder := filepath.Join(dir, "logs")
	writeFile(t, filepath.Join(folder, "a.json"), []byte(oneRecord()))
	c.put(t, "listed/b.json.gz", 2)
	s := startServe(t, testEnv(), "--store", "sqlite:"+path, "--init", "--source", folder+",s3://trail/listed", "--source", "sqs:"+c.queue, "--source-interval", "1s", "--endpoint-url", c.at)
	c.put(t, "announced/c.json.gz", 3)
	c.announce(t, "announced/c.json.gz")
	await := func(what string) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); !strings.Contains(factsOf(t, path), what); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no facts of %s\n%s", what, s.stderr)
			}
		}
	}
	await("AROAEXAMPLE000001")
	await("AROAEXAMPLE000002")
	await("AROAEXAMPLE000003")
	c.put(t, "listed/d.json.gz", 4) // later
	await("AROAEXAMPLE000004")
	if code := s.stop(); code != 0 {
		t.Fatalf("exit %d\n%s", code, s.stderr)
	}
}

func TestServeSourceCommandLine(t *testing.T) {
	for sentence, tt := range map[string]struct {
		args []string
		says string
	}{
		"standard input":         {[]string{"--source", "-"}, "--follow does not go with standard input"},
		"a bucket without name":  {[]string{"--source", "s3://"}, "want s3://BUCKET"},
		"a queue without URL":    {[]string{"--source", "sqs:https://x"}, "want the URL of a queue"},
		"twice the same":         {[]string{"--source", "x", "--source", "x"}, "is given twice"},
		"an interval too short":  {[]string{"--source-interval", "1ms"}, "want at least 1s"},
		"an endpoint without //": {[]string{"--source", "s3://b", "--endpoint-url", "localhost"}, "--endpoint-url"},
	} {
		code, stderr := runToEnd(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--store", "sqlite:" + filepath.Join(t.TempDir(), "x.db")}, tt.args...)...)
		if code != exitUsage || !strings.Contains(stderr, tt.says) {
			t.Errorf("%s: exit %d, %q; want %q", sentence, code, stderr, tt.says)
		}
	}
}

// TestIngestAssumesARole takes the role from a real STS, this program's own, and
// looks at who asks the bucket.
func TestIngestAssumesARole(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	s := startServe(t, testEnv(), "--store", "sqlite:"+filepath.Join(t.TempDir(), "sts.db"), "--init")
	home := iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: &s.endpoint, Credentials: credentials.NewStaticCredentialsProvider(testKey, testSecret, "")})
	if _, err := home.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("reader")}); err != nil {
		t.Fatal(err)
	}
	if _, err := home.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("reader"), PolicyName: aws.String("assume"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)}); err != nil {
		t.Fatal(err)
	}
	role, err := home.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("logs"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"ebb"}}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := home.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("reader")})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", *key.AccessKey.AccessKeyId)
	t.Setenv("AWS_SECRET_ACCESS_KEY", *key.AccessKey.SecretAccessKey)
	t.Setenv("AWS_ENDPOINT_URL_STS", s.endpoint)
	var assumed, other atomic.Int32
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "Credential=ASIA") && r.Header.Get("X-Amz-Security-Token") != "" {
			assumed.Add(1)
		} else {
			other.Add(1)
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(door.Close)
	store := []string{"--store", "sqlite:" + filepath.Join(t.TempDir(), "x.db"), "--init", "--endpoint-url", door.URL, "--role-arn", *role.Role.Arn}
	got := runIngest(t, nil, append(store, "--external-id", "ebb", "s3://trail/")...)
	if got.code != 1 || !strings.Contains(got.stdout, "s3://trail/, byte 0: cannot be listed: access denied") || assumed.Load() == 0 || other.Load() != 0 {
		t.Fatalf("%d, %d, %+v", assumed.Load(), other.Load(), got)
	}
	if got = runIngest(t, nil, append(store, "s3://trail/")...); got.code != 1 || !strings.Contains(got.stderr, "no credentials: operation error STS: AssumeRole") {
		t.Fatalf("without the external id: %+v", got)
	}
}

func (c *cloud) delete(t *testing.T, key string) {
	t.Helper()
	if _, err := c.s3.DeleteObject(t.Context(), &s3api.DeleteObjectInput{Bucket: aws.String("trail"), Key: &key}); err != nil {
		t.Fatal(err)
	}
}
