package main

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/digest"
)

// trail writes log and digest files as CloudTrail does, by the words of its
// user guide.
type trail struct {
	t      *testing.T
	folder string
	key    *rsa.PrivateKey

	object, hash, signature string // of the digest before
	signatures              map[string]string
}

func newTrail(t *testing.T) *trail {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return &trail{t: t, folder: t.TempDir(), key: key, signatures: map[string]string{}}
}

func (x *trail) write(name string, data []byte) {
	path := filepath.Join(x.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		x.t.Fatal(err)
	}
}

func squeezed(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hour delivers the log file and the digest of an hour.
func (x *trail) hour(hour int) {
	start := time.Date(2026, 5, 31, hour, 0, 0, 0, time.UTC)
	log := fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/111122223333_CloudTrail_eu-west-1_20260531T%02d05Z_abc.json.gz", hour)
	text := fmt.Sprintf(`{"Records":[],"hour":%d}`, hour)
	x.write(log, squeezed(x.t, text))
	object := fmt.Sprintf("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260531T%02d0000Z.json.gz", hour+1)
	end := start.Add(time.Hour).Format(time.RFC3339)
	d := map[string]any{
		"awsAccountId": "111122223333", "digestStartTime": start.Format(time.RFC3339), "digestEndTime": end,
		"digestS3Bucket": "trail", "digestS3Object": object, "digestPublicKeyFingerprint": "f1", "digestSignatureAlgorithm": "SHA256withRSA",
		"logFiles": []map[string]string{{"s3Bucket": "trail", "s3Object": log, "hashValue": hexHash(text), "hashAlgorithm": "SHA-256"}},
	}
	before := "null"
	if x.object != "" {
		d["previousDigestS3Bucket"], d["previousDigestS3Object"], d["previousDigestHashValue"], d["previousDigestSignature"] = "trail", x.object, x.hash, x.signature
		before = x.signature
	}
	body, err := json.Marshal(d)
	if err != nil {
		x.t.Fatal(err)
	}
	x.write(object, squeezed(x.t, string(body)))
	sum := sha256.Sum256([]byte(end + "\ntrail/" + object + "\n" + hexHash(string(body)) + "\n" + before))
	signature, err := rsa.SignPKCS1v15(nil, x.key, crypto.SHA256, sum[:])
	if err != nil {
		x.t.Fatal(err)
	}
	x.object, x.hash, x.signature = object, hexHash(string(body)), hex.EncodeToString(signature)
	x.signatures[object] = x.signature
}

// validate runs the command.
func (x *trail) validate(args ...string) (int, digest.Result) {
	x.t.Helper()
	var r digest.Result
	code := x.run(&r, append([]string{"validate-logs", x.folder}, args...)...)
	return code, r
}

// run runs a command that writes JSON and takes public keys.
func (x *trail) run(into any, args ...string) int {
	x.t.Helper()
	keys, err := json.Marshal(map[string]any{"PublicKeyList": []map[string]string{{"Fingerprint": "f1", "Value": base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&x.key.PublicKey))}}})
	if err != nil {
		x.t.Fatal(err)
	}
	x.write("keys.json", keys)
	var out, problems bytes.Buffer
	p := &program{stdout: &out, stderr: &problems, getenv: func(string) string { return "" }, now: time.Now}
	code := p.run(x.t.Context(), append(args, "--format", "json", "--public-keys", filepath.Join(x.folder, "keys.json")))
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		x.t.Fatalf("%v: %s%s", err, out.String(), problems.String())
	}
	return code
}

func TestValidateLogs(t *testing.T) {
	const dir = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/111122223333_CloudTrail_eu-west-1_20260531T"
	const digests = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260531T"
	for sentence, tt := range map[string]struct {
		change        func(x *trail)
		digests, logs int // valid ones, of 4
		faults        []digest.FaultKind
	}{
		"all as delivered":                      {func(*trail) {}, 4, 4, nil},
		"the newest without a signature":        {func(x *trail) { os.Remove(filepath.Join(x.folder, x.object+".signature")) }, 3, 3, []digest.FaultKind{digest.Unsigned}},
		"the newest with what head-object says": {func(x *trail) { x.write(x.object+".signature", []byte(`{"Metadata":{"signature":"`+x.signature+`"}}`)) }, 4, 4, nil},
		"a log file that was altered":           {func(x *trail) { x.write(dir+"0105Z_abc.json.gz", squeezed(x.t, `{"Records":[]}`)) }, 4, 3, []digest.FaultKind{digest.Altered}},
		"a log file that is gone":               {func(x *trail) { os.Remove(filepath.Join(x.folder, dir+"0105Z_abc.json.gz")) }, 4, 3, []digest.FaultKind{digest.Missing}},
		"a log file that is damaged":            {func(x *trail) { x.write(dir+"0105Z_abc.json.gz", squeezed(x.t, "hello")[:15]) }, 4, 3, []digest.FaultKind{digest.Unreadable}},
		"a log file that was unpacked": {func(x *trail) {
			os.Remove(filepath.Join(x.folder, dir+"0105Z_abc.json.gz"))
			x.write(dir+"0105Z_abc.json", []byte(`{"Records":[],"hour":1}`))
		}, 4, 4, nil},
		"a digest that is gone": {func(x *trail) { os.Remove(filepath.Join(x.folder, digests+"020000Z.json.gz")) }, 2, 2, []digest.FaultKind{digest.Unsigned, digest.NoDigest}},
		"a digest that was altered": {func(x *trail) {
			text, err := readBounded(filepath.Join(x.folder, digests+"020000Z.json.gz"), 1<<20)
			if err != nil {
				x.t.Fatal(err)
			}
			x.write(digests+"020000Z.json.gz", squeezed(x.t, strings.Replace(string(text), "_abc", "_xyz", 1)))
		}, 3, 3, []digest.FaultKind{digest.BadDigest}},
		"a digest that is no JSON": {func(x *trail) { x.write(digests+"990000Z.json.gz", []byte("hello")) }, 4, 4, []digest.FaultKind{digest.BadDigest}},
		"another key": {func(x *trail) {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				x.t.Fatal(err)
			}
			x.key = key
		}, 0, 0, []digest.FaultKind{digest.BadDigest, digest.BadDigest, digest.BadDigest, digest.BadDigest}},
	} {
		x := newTrail(t)
		for hour := range 4 {
			x.hour(hour)
		}
		x.write(x.object+".signature", []byte(x.signature+"\n"))
		tt.change(x)
		code, r := x.validate()
		var kinds []digest.FaultKind
		for _, f := range r.Faults {
			kinds = append(kinds, f.Kind)
		}
		if r.ValidDigests != tt.digests || r.ValidLogs != tt.logs || fmt.Sprint(kinds) != fmt.Sprint(tt.faults) || (code == 0) != (len(tt.faults) == 0) {
			t.Errorf("%s: exit code %d, %+v", sentence, code, r)
		}
	}
}
