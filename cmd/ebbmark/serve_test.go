package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ebbmark/ebbmark/store"
)

// testProgram is the program with an environment and outputs of its own.
func testProgram(env map[string]string) (p *program, stderr *lockedBuffer) {
	stderr = new(lockedBuffer)
	return &program{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: stderr,
		getenv: func(name string) string { return env[name] }, now: time.Now, random: rand.Reader,
	}, stderr
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// server is an ebbmark that serves in this process.
type server struct {
	endpoint string
	printed  string // what it printed before it listened
	stderr   *lockedBuffer
	stop     func() int // ends it and returns its exit code
}

// startServe runs "ebbmark serve" on a free port until the test ends.
func startServe(t *testing.T, env map[string]string, args ...string) *server {
	t.Helper()
	p, stderr := testProgram(env)
	read, write := io.Pipe()
	p.stdout = write
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- p.run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...))
		write.Close()
	}()
	s := &server{stderr: stderr, stop: sync.OnceValue(func() int {
		cancel()
		return <-code
	})}
	t.Cleanup(func() { s.stop() })
	for lines := bufio.NewScanner(read); lines.Scan(); {
		if endpoint, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.endpoint = endpoint
			go io.Copy(io.Discard, read)
			return s
		}
		s.printed += lines.Text() + "\n"
	}
	t.Fatalf("ended before it listened: code %d\n%s", s.stop(), stderr)
	return nil
}

// runToEnd runs a command line that ends by itself.
func runToEnd(t *testing.T, env map[string]string, args ...string) (code int, stderr string) {
	t.Helper()
	p, errors := testProgram(env)
	return p.run(t.Context(), args), errors.String()
}

const (
	testKey    = "AKIAIOSFODNN7EXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func testEnv() map[string]string {
	return map[string]string{accountVar: "111122223333", rootKeyVar: testKey, rootSecretVar: testSecret}
}

// whoAmI asks the server whom a key belongs to.
func whoAmI(t *testing.T, s *server, key, secret string) (string, error) {
	t.Helper()
	out, err := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &s.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

func TestServeMakesAStoreWithARandomRoot(t *testing.T) {
	t.Chdir(t.TempDir())
	s := startServe(t, nil)
	shown := regexp.MustCompile(`(?s)root of account ([1-9][0-9]{11}) .*AWS_ACCESS_KEY_ID=(AKIA[A-Z2-7]{16})\n.*AWS_SECRET_ACCESS_KEY=(\S{40})\n`).FindStringSubmatch(s.printed)
	if shown == nil {
		t.Fatalf("printed %q", s.printed)
	}
	arn, err := whoAmI(t, s, shown[2], shown[3])
	if err != nil || arn != "arn:aws:iam::"+shown[1]+":root" {
		t.Errorf("root is %s, %v", arn, err)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	again := startServe(t, nil)
	if again.printed != "" {
		t.Errorf("the second start printed %q", again.printed)
	}
	if _, err := whoAmI(t, again, shown[2], shown[3]); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

func TestServeUsesTheRootOfTheEnvironment(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	s := startServe(t, testEnv(), "--store", dsn, "--init")
	if s.printed != "" {
		t.Errorf("printed %q", s.printed)
	}
	if arn, err := whoAmI(t, s, testKey, testSecret); err != nil || arn != "arn:aws:iam::111122223333:root" {
		t.Errorf("root is %s, %v", arn, err)
	}
	s.stop()

	env := testEnv()
	env[rootKeyVar] = "AKIAANOTHEREXAMPLE00"
	s = startServe(t, env, "--store", dsn)
	for _, key := range []string{testKey, "AKIAANOTHEREXAMPLE00"} {
		if _, err := whoAmI(t, s, key, testSecret); err != nil {
			t.Errorf("key %s after the environment named another: %v", key, err)
		}
	}
	s.stop()

	env[rootSecretVar] = "another-secret-of-more-than-16-characters"
	code, stderr := runToEnd(t, env, "serve", "--store", dsn, "--listen", "127.0.0.1:0")
	if code != 1 || !strings.Contains(stderr, "has another secret") {
		t.Errorf("another secret: code %d, %s", code, stderr)
	}
}

func TestServeGoesOnWithASetUpThatWasCutOff(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	plan := `{"format":1,"account":"111122223333","key":"` + testKey + `"}`
	if _, err := s.PutDoc(t.Context(), store.KindServer, setupID, []byte(plan), 0); err != nil {
		t.Fatal(err)
	}
	s.Close()
	serving := startServe(t, nil, "--store", dsn)
	_, secret, ok := strings.Cut(serving.printed, "AWS_SECRET_ACCESS_KEY=")
	if !ok {
		t.Fatalf("printed %q", serving.printed)
	}
	if arn, err := whoAmI(t, serving, testKey, strings.TrimSpace(secret)); err != nil || arn != "arn:aws:iam::111122223333:root" {
		t.Errorf("root is %s, %v", arn, err)
	}
}

func TestServedAPIs(t *testing.T) {
	s := startServe(t, testEnv(), "--store", "sqlite:"+filepath.Join(t.TempDir(), "e.db"), "--init", "--as-of", "2026-06-01T12:00:00Z")
	client := iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: &s.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(testKey, testSecret, ""),
	})
	_, err := client.GenerateServiceLastAccessedDetails(t.Context(), &iam.GenerateServiceLastAccessedDetailsInput{
		Arn: aws.String("arn:aws:iam::111122223333:user/nobody"),
	})
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "NoSuchEntity" || e.ErrorMessage() != "ARN arn:aws:iam::111122223333:user/nobody does not exist." {
		t.Errorf("got %v", err)
	}
	if _, err := whoAmI(t, s, testKey, "not-the-secret-at-all"); err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("a wrong secret: %v", err)
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		response, err := http.Get(s.endpoint + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(body) != want {
			t.Errorf("%s: %s", path, body)
		}
	}
	if log := s.stderr.String(); !strings.Contains(log, "operation=GenerateServiceLastAccessedDetails") || strings.Contains(log, testSecret) {
		t.Errorf("log says %s", log)
	}
}

func TestServeRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		code int
		want string
	}{
		"a port that is taken":         {[]string{"--init", "--listen", taken.Addr().String()}, nil, 1, "another program uses this port"},
		"an address that is none":      {[]string{"--init", "--listen", "nowhere"}, nil, 2, `--listen "nowhere"`},
		"a store that does not exist":  {nil, nil, 1, "use --init to make one"},
		"a DSN that is none":           {[]string{"--store", "nowhere"}, nil, 2, `--store "nowhere"`},
		"a certificate without a key":  {[]string{"--tls-cert", "x"}, nil, 2, "--tls-cert and --tls-key go together"},
		"a certificate that is absent": {[]string{"--tls-cert", "x", "--tls-key", "y"}, nil, 1, "read --tls-cert x"},
		"a level that is none":         {[]string{"--log-level", "loud"}, nil, 2, "want debug, info, warn or error"},
		"a format that is none":        {[]string{"--log-format", "xml"}, nil, 2, "want text or json"},
		"a moment that is none":        {[]string{"--as-of", "yesterday"}, nil, 2, "as-of"},
		"a negative delay":             {[]string{"--job-delay", "-1s"}, nil, 2, "--job-delay must not be negative"},
		"an argument":                  {[]string{"here"}, nil, 2, "want no argument"},
		"an account id that is none":   {[]string{"--init"}, map[string]string{accountVar: "1234"}, 2, "want 12 digits"},
		"a secret without a key":       {[]string{"--init"}, map[string]string{rootSecretVar: testSecret}, 2, "EBBMARK_ROOT_ACCESS_KEY_ID is not"},
		"a secret that is too short":   {[]string{"--init"}, map[string]string{rootKeyVar: testKey, rootSecretVar: "short"}, 1, "16"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "e.db")
			args := append([]string{"serve", "--listen", "127.0.0.1:0", "--store", "sqlite:" + path}, c.args...)
			code, stderr := runToEnd(t, c.env, args...)
			if code != c.code || !strings.Contains(stderr, c.want) {
				t.Errorf("code %d, want %d; said %q, want %q", code, c.code, stderr, c.want)
			}
			if _, err := os.Stat(path); err == nil && c.env == nil {
				t.Error("a store was made")
			}
		})
	}
}

func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	roots := writeCertificate(t, dir)
	s := startServe(t, testEnv(), "--store", "sqlite:"+filepath.Join(dir, "e.db"), "--init",
		"--tls-cert", filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem"))
	if !strings.HasPrefix(s.endpoint, "https://127.0.0.1:") {
		t.Errorf("listening on %s", s.endpoint)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	response, err := client.Get(s.endpoint + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || response.Proto != "HTTP/1.1" {
		t.Errorf("got %s %s", response.Proto, response.Status)
	}
}

// writeCertificate makes a certificate of 127.0.0.1 in a folder and returns the
// pool that trusts it.
func writeCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ebbmark test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	for name, text := range map[string][]byte{"cert.pem": certPEM, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	return roots
}
