package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/sigv4"
)

const (
	scanBound  = 10 * time.Second      // CPU of a scan of 10,000 roles and 5,000 users
	listBound  = 20 * time.Millisecond // p99 of ListFindingsV2
	idleRoles  = 20_000                // as many findings
	listRounds = 1000
)

// scanMetrics are what BenchmarkScan of analyzers prints at the end of its
// lines.
var scanMetrics = regexp.MustCompile(`(?m)^BenchmarkScan/(\d+)\S*\s.*\s([0-9.]+) CPU-s/op\s.*?(-?[0-9.]+) peak-MB`)

// measureFindings scans an account whole, and lists many findings through HTTP.
func measureFindings(ctx context.Context, b *bench) error {
	if err := b.scans(ctx); err != nil {
		return err
	}
	return b.lists(ctx)
}

func (b *bench) scans(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkScan$", "-benchtime", "3x", "-timeout", "30m", "./analyzers").CombinedOutput()
	if err != nil {
		return fmt.Errorf("benchmark of ./analyzers: %w: %s", err, out)
	}
	took := map[string]float64{}
	peak := map[string]string{}
	for _, m := range scanMetrics.FindAllSubmatch(out, -1) {
		took[string(m[1])], _ = strconv.ParseFloat(string(m[2]), 64) // the pattern has digits only
		peak[string(m[1])] = string(m[3])
	}
	small, large := took["1000"], took["10000"]
	if small == 0 || large == 0 {
		return errors.New("./analyzers has not the benchmark that was asked for: " + string(out))
	}
	const what = "Findings: scan of 10,000 roles and 5,000 users, 2 million facts"
	b.figures = append(b.figures,
		bounded(what+", CPU", time.Duration(large*float64(time.Second)), scanBound),
		plain(what+", growth of the heap", peak["10000"]+" MB"),
		plain("Findings: CPU of 10,000 roles against 1,000", fmt.Sprintf("%.1f times", large/small)))
	return nil
}

// lists reads pages of 100 of 20,000 findings with a filter.
func (b *bench) lists(ctx context.Context) error {
	step("importing %d idle roles", idleRoles)
	dsn := "sqlite:" + filepath.Join(b.scratch, "findings.db")
	snapshot := filepath.Join(b.scratch, "idle.json")
	var text bytes.Buffer
	if err := inventory.WriteSnapshot(&text, idleAccount()); err != nil {
		return err
	}
	if err := os.WriteFile(snapshot, text.Bytes(), 0o644); err != nil {
		return err
	}
	log := filepath.Join(b.scratch, "idle.ndjson")
	if err := os.WriteFile(log, oldAndNew(time.Now()), 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"import", "--init", "--store", dsn, snapshot},
		{"ingest", "--store", dsn, log},
		{"keys", "create", "--store", dsn, "--id", reportKey.KeyID, "--secret", reportKey.Secret, "arn:aws:iam::" + reportAccount + ":root"},
	} {
		if _, err := run(ctx, b.program, args...); err != nil {
			return err
		}
	}
	s, err := b.serve(ctx, "--store", dsn)
	if err != nil {
		return err
	}
	times, err := listFindings(&client{endpoint: s.endpoint, key: reportKey})
	used, stopErr := s.stop()
	if err := errors.Join(err, stopErr); err != nil {
		return err
	}
	b.figures = append(b.figures,
		plain("Findings: ListFindingsV2 with a filter over 20,000 findings, pages of 100, p50", short(percentile(times, 50))),
		bounded("Findings: ListFindingsV2 with a filter over 20,000 findings, pages of 100, p99", percentile(times, 99), listBound),
		plain("Findings: peak memory of the server", megabytes(used.peak)))
	return nil
}

func idleAccount() *inventory.Account {
	a := &inventory.Account{ID: reportAccount, Partition: "aws"}
	for i := range idleRoles {
		name := fmt.Sprintf("idle%05d", i)
		a.Roles = append(a.Roles, &inventory.Role{
			Name: name, Path: "/", ARN: reportPrefix + name, ID: fmt.Sprintf("AROABENCH%012d", i), Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
			Trust:  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline: []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`}},
		})
	}
	a.Index()
	return a
}

// oldAndNew are two records of root's, without which nothing may be called unused
// (AA-29).
func oldAndNew(now time.Time) []byte {
	var log bytes.Buffer
	for i, days := range []int{200, 1} {
		fmt.Fprintf(&log, `{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":%[1]q,"accountId":%[1]q,"arn":"arn:aws:iam::%[1]s:root"},`+
			`"eventTime":%[2]q,"eventSource":"ec2.amazonaws.com","eventName":"DescribeRegions","awsRegion":"us-east-1",`+
			`"eventID":"00000000-0000-4000-8000-%012[3]d","eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management","recipientAccountId":%[1]q}`+"\n",
			reportAccount, now.AddDate(0, 0, -days).UTC().Format(time.RFC3339), i)
	}
	return log.Bytes()
}

// listFindings makes an analyzer, waits for its findings, and lists them page by
// page. What it returns is the time of each page after the first ones.
func listFindings(c *client) (times []time.Duration, err error) {
	var made struct{ ARN string }
	if err := c.rest(http.MethodPut, "/analyzer", `{"analyzerName":"bench","type":"ACCOUNT_UNUSED_ACCESS"}`, &made); err != nil {
		return nil, err
	}
	const filter = `"filter":{"status":{"eq":["ACTIVE"]},"resource":{"contains":["role/idle1"]}},"maxResults":100`
	token := ""
	for len(times) < warmRounds+listRounds {
		body := fmt.Sprintf(`{"analyzerArn":%q,%s}`, made.ARN, filter)
		if token != "" {
			body = fmt.Sprintf(`{"analyzerArn":%q,%s,"nextToken":%q}`, made.ARN, filter, token)
		}
		var page struct {
			Findings  []json.RawMessage
			NextToken string
		}
		start := time.Now()
		if err := c.rest(http.MethodPost, "/findingv2", body, &page); err != nil {
			return nil, err
		}
		took := time.Since(start)
		if len(page.Findings) == 0 && len(times) == 0 {
			time.Sleep(pollEvery)
			continue
		}
		if len(page.Findings) != 100 {
			return nil, fmt.Errorf("a page has %d findings, want 100", len(page.Findings))
		}
		times, token = append(times, took), page.NextToken
	}
	return times[warmRounds:], nil
}

// rest makes a signed call of Access Analyzer and decodes the answer.
func (c *client) rest(method, path, body string, out any) error {
	req, err := http.NewRequest(method, c.endpoint+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	signed := &sigv4.Request{Method: method, Path: path, Host: req.Host, Body: []byte(body), Header: map[string][]string{"Content-Type": {"application/json"}}}
	sigv4.Sign(signed, c.key, "us-east-1", "access-analyzer", time.Now())
	req.Header = signed.Header
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	c.body.Reset()
	if _, err := c.body.ReadFrom(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, c.body.String())
	}
	return json.Unmarshal(c.body.Bytes(), out)
}
