package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/sigv4"
)

const (
	reportAccount = "111122223333"
	reportPrefix  = "arn:aws:iam::" + reportAccount + ":role/"
	fullRole      = "everything"
	fullUse       = 10 // the full role has used one action in so many
	reportRounds  = 300
	warmRounds    = 20
	manyRoles     = 1000
	manyUse       = 500 // each of the many roles has used one action in so many
)

// reportKey is made for the account's root in a store that is thrown away.
var reportKey = sigv4.Credentials{KeyID: "AKIAEBBMARKBENCH0001", Secret: "ebbmark-bench-secret-key-not-for-use"}

// measureReport makes reports through HTTP: one role's again and again for the
// latency, and those of many roles for the CPU of the server.
func measureReport(ctx context.Context, b *bench) error {
	times, err := goBenchmarks(ctx, "./report", "^BenchmarkCompute$", filepath.Join(b.scratch, "compute.txt"))
	if err != nil {
		return err
	}
	if times["Compute"] == 0 {
		return errors.New("./report has not the benchmark that was asked for")
	}
	b.figures = append(b.figures, bounded("Report: computation alone, every service at action level", times["Compute"], 5*time.Millisecond))
	cat, err := catalog.Load()
	if err != nil {
		return err
	}
	if err := b.reportStore(ctx, cat); err != nil {
		return err
	}
	if err := b.reportLatency(ctx, cat); err != nil {
		return err
	}
	return b.reportMany(ctx)
}

func (b *bench) reportDSN() string { return "sqlite:" + filepath.Join(b.scratch, "report.db") }

// reportStore imports the roles and ingests what they did.
func (b *bench) reportStore(ctx context.Context, cat *catalog.Catalog) error {
	step("importing %d roles", manyRoles+1)
	account := reportRoles(cat)
	snapshot, log := filepath.Join(b.scratch, "roles.json"), filepath.Join(b.scratch, "roles.ndjson")
	var text bytes.Buffer
	if err := inventory.WriteSnapshot(&text, account); err != nil {
		return err
	}
	if err := os.WriteFile(snapshot, text.Bytes(), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(log, reportLog(account, cat), 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"import", "--init", "--store", b.reportDSN(), snapshot},
		{"ingest", "--store", b.reportDSN(), log},
		{"keys", "create", "--store", b.reportDSN(), "--id", reportKey.KeyID, "--secret", reportKey.Secret, account.RootARN()},
	} {
		if _, err := run(ctx, b.program, args...); err != nil {
			return err
		}
	}
	return nil
}

// reportRoles is a role that may do everything, and many that may do everything
// but two services: another two each, so that no two policies are the same.
func reportRoles(cat *catalog.Catalog) *inventory.Account {
	a := &inventory.Account{ID: reportAccount, Partition: "aws"}
	add := func(name, elements string) {
		a.Roles = append(a.Roles, &inventory.Role{
			Name: name, Path: "/", ARN: reportPrefix + name, ID: fmt.Sprintf("AROABENCH%012d", len(a.Roles)),
			Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
			Trust:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline:  []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*",` + elements + `}]}`}},
		})
	}
	add(fullRole, `"Action":"*"`)
	services := cat.Services()
	for i := range manyRoles {
		one, other := i%len(services), (i%len(services)+1+i/len(services))%len(services)
		add(roleName(i), fmt.Sprintf(`"NotAction":["%s:*","%s:*"]`, services[one].Namespace, services[other].Namespace))
	}
	a.Index()
	return a
}

func roleName(i int) string { return fmt.Sprintf("role%04d", i) }

// reportLog is what the roles did in the last days, a record a line.
func reportLog(account *inventory.Account, cat *catalog.Catalog) []byte {
	var log bytes.Buffer
	now, n := time.Now().UTC(), 0
	for at, role := range account.Roles {
		every := manyUse
		if role.Name == fullRole {
			every = fullUse
		}
		for i := at % every; i < len(cat.Actions()); i += every {
			action := cat.Actions()[i]
			n++
			text, err := json.Marshal(map[string]any{
				"eventVersion": "1.11",
				"userIdentity": map[string]any{
					"type": "AssumedRole", "principalId": role.ID + ":bench", "accountId": account.ID,
					"arn": "arn:aws:sts::" + account.ID + ":assumed-role/" + role.Name + "/bench",
					"sessionContext": map[string]any{"sessionIssuer": map[string]any{
						"type": "Role", "principalId": role.ID, "arn": role.ARN, "accountId": account.ID, "userName": role.Name,
					}},
				},
				"eventTime":   now.Add(-time.Duration(i) * time.Minute).Format(time.RFC3339),
				"eventSource": cat.Services()[action.Service].Namespace + ".amazonaws.com", "eventName": action.Name,
				"awsRegion": "us-east-1", "eventID": fmt.Sprintf("00000000-0000-4000-8000-%012x", n),
				"eventType": "AwsApiCall", "managementEvent": true, "eventCategory": "Management", "recipientAccountId": account.ID,
			})
			if err != nil {
				panic(err) // maps of texts and truths can be encoded
			}
			log.Write(append(text, '\n'))
		}
	}
	return log.Bytes()
}

// reportLatency makes and reads the report of the full role again and again.
func (b *bench) reportLatency(ctx context.Context, cat *catalog.Catalog) error {
	s, err := b.serve(ctx, "--store", b.reportDSN())
	if err != nil {
		return err
	}
	c := client{endpoint: s.endpoint, key: reportKey}
	var times []time.Duration
	for i := range warmRounds + reportRounds {
		start := time.Now()
		got, err := c.report(reportPrefix + fullRole)
		if err == nil {
			err = whole(got, cat)
		}
		if err != nil {
			_, stopErr := s.stop()
			return errors.Join(err, stopErr)
		}
		if i >= warmRounds {
			times = append(times, time.Since(start))
		}
	}
	used, err := s.stop()
	if err != nil {
		return err
	}
	rounds := time.Duration(warmRounds + reportRounds)
	b.figures = append(b.figures,
		plain("Report: generated and read over HTTP, p50", short(percentile(times, 50))),
		bounded("Report: generated and read over HTTP, p99", percentile(times, 99), 50*time.Millisecond),
		plain("Report: CPU of the server for one", short(used.cpu/rounds)),
		plain("Report: peak memory of the server", megabytes(used.peak)))
	return nil
}

// whole fails when a report lacks a service or a tracked action.
func whole(got size, cat *catalog.Catalog) error {
	want := size{services: len(cat.Services())}
	for _, a := range cat.Actions() {
		if a.Tracked {
			want.actions++
		}
	}
	if got != want {
		return fmt.Errorf("the report has %d services and %d actions, want %d and %d", got.services, got.actions, want.services, want.actions)
	}
	return nil
}

// reportMany makes and reads one report of each of the many roles, with a
// server of its own: its CPU is counted from its start to its end.
func (b *bench) reportMany(ctx context.Context) error {
	s, err := b.serve(ctx, "--store", b.reportDSN())
	if err != nil {
		return err
	}
	c := client{endpoint: s.endpoint, key: reportKey}
	for i := range manyRoles {
		if _, err := c.report(reportPrefix + roleName(i)); err != nil {
			_, stopErr := s.stop()
			return errors.Join(err, stopErr)
		}
	}
	used, err := s.stop()
	if err != nil {
		return err
	}
	b.figures = append(b.figures,
		bounded("Report: CPU of the server for 1,000 roles, each with a policy of its own", used.cpu, 20*time.Second))
	return nil
}
