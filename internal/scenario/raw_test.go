package scenario

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// raw [unsigned|other-body|late|presigned|get] SERVICE BODY: a request as no
// well-behaved client sends it, signed by AWS's own signer. The answer, status
// line first and request ids as REQ, becomes the file "answer".
func raw(ts *testscript.TestScript, _ bool, args []string) {
	manner := ""
	if len(args) == 3 {
		manner, args = args[0], args[1:]
	}
	service, body := args[0], os.Expand(args[1], ts.Getenv)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	method, target, sent := http.MethodPost, ts.Getenv("ENDPOINT")+"/", body
	switch manner {
	case "get":
		method, target, sent = http.MethodGet, ts.Getenv("ENDPOINT")+body, ""
	case "presigned":
		method, target, sent = http.MethodGet, target+"?"+body+"&X-Amz-Expires=900", ""
	}
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(sent))
	ts.Check(err)
	if sent != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	ts.Check(sign(ctx, ts, req, manner, service, sent))
	answer, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	out := strings.ReplaceAll(string(text), answer.Header.Get("X-Amzn-Requestid"), "REQ")
	ts.Check(os.WriteFile(ts.MkAbs("answer"), fmt.Appendf(nil, "HTTP %d\n%s\n", answer.StatusCode, strings.TrimSpace(out)), 0o600))
}

func sign(ctx context.Context, ts *testscript.TestScript, req *http.Request, manner, service, body string) error {
	creds := aws.Credentials{
		AccessKeyID: ts.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: ts.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: ts.Getenv("AWS_SESSION_TOKEN"),
	}
	at := time.Now()
	switch manner {
	case "unsigned":
		return nil
	case "other-body":
		body += "&More=1"
	case "late":
		at = at.Add(-20 * time.Minute)
	case "early":
		at = at.Add(20 * time.Minute)
	}
	sum := sha256.Sum256([]byte(body))
	if manner == "presigned" {
		link, _, err := signer.NewSigner().PresignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), service, "us-east-1", at)
		if err != nil {
			return err
		}
		req.URL, err = req.URL.Parse(link)
		return err
	}
	return signer.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), service, "us-east-1", at)
}
