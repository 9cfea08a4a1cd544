package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/sigv4"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

const (
	iamAccount   = "222233334444"
	iamFacts     = 30   // of each role
	iamBusyFacts = 2000 // of each role that is busy
	iamBusyEvery = 100  // one role in so many is
	getRoleAim   = 3000 // signed requests a second and core
	getRoleP99   = 10 * time.Millisecond
	simulateAim  = 50 * time.Microsecond
)

// iamKey is of a user of the large account in a store that is thrown away.
var iamKey = sigv4.Credentials{KeyID: "AKIAEBBMARKBENCH0002", Secret: "ebbmark-bench-secret-key-not-for-use"}

// measureIAM asks a server about the large account: reads with 16 clients,
// writes with one.
func measureIAM(ctx context.Context, b *bench) error {
	account := sample.Large(iamAccount)
	reader := iamReader(account)
	if err := b.iamStore(ctx, account, reader); err != nil {
		return err
	}
	if err := b.iamReads(ctx, account); err != nil {
		return err
	}
	if err := b.iamWrites(ctx, account); err != nil {
		return err
	}
	return b.iamParts(ctx, reader)
}

func (b *bench) iamPath() string { return filepath.Join(b.scratch, "iam.db") }
func (b *bench) iamDSN() string  { return "sqlite:" + b.iamPath() }

// iamReader gives the account the user who asks: what it may do comes from four
// policies, so that the guard has something to decide.
func iamReader(a *inventory.Account) *inventory.User {
	u := a.Users[0].Clone()
	u.Name, u.ID, u.ARN = "bench-reader", "AIDABENCHREADER000001", a.NewARN("user", "/", "bench-reader")
	u.Inline = []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:Delete*","Resource":"*"}]}`}}
	u.Attached, u.Groups = nil, nil
	a.Users = append(a.Users, u)
	a.Index()
	return u
}

// iamStore imports the account, gives its roles a history, and makes the key.
func (b *bench) iamStore(ctx context.Context, account *inventory.Account, reader *inventory.User) error {
	snapshot := filepath.Join(b.scratch, "large.json")
	file, err := os.Create(snapshot)
	if err != nil {
		return err
	}
	if err := errors.Join(inventory.WriteSnapshot(file, account), file.Close()); err != nil {
		return err
	}
	info, err := os.Stat(snapshot)
	if err != nil {
		return err
	}
	step("importing an account of %d MB", info.Size()>>20)
	imported, err := run(ctx, b.program, "import", "--init", "--store", b.iamDSN(), snapshot)
	if err != nil {
		return err
	}
	b.figures = append(b.figures, plain("Large account: import of its snapshot, CPU and peak memory",
		fmt.Sprintf("%d MB in %s, %s", info.Size()>>20, short(imported.cpu), megabytes(imported.peak))))
	step("storing what its roles did")
	if err := iamHistory(ctx, b.iamPath(), account); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"keys", "create", "--store", b.iamDSN(), "--id", iamKey.KeyID, "--secret", iamKey.Secret, reader.ARN},
		{"accounts", "mode", "--store", b.iamDSN(), iamAccount, "home"},
	} {
		if _, err := run(ctx, b.program, args...); err != nil {
			return err
		}
	}
	return nil
}

// iamHistory merges the facts of the roles in pieces.
func iamHistory(ctx context.Context, path string, account *inventory.Account) error {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	now := time.Now()
	var facts []activity.Fact
	for i, r := range account.Roles {
		n := iamFacts
		if i%iamBusyEvery == 0 {
			n = iamBusyFacts
		}
		for k := range n {
			facts = append(facts, activity.Attempt(activity.Key{
				Account: account.ID, Principal: r.ID, Source: fmt.Sprintf("service%02d.amazonaws.com", k%20), Name: fmt.Sprintf("DescribeSomething%03d", k/2),
				Region: []string{"us-east-1", "eu-west-1"}[k%2], Class: activity.Management, Outcome: activity.Succeeded,
			}, now.Add(-time.Duration(i+k)*time.Minute), fmt.Sprintf("0a1b2c3d-0000-4000-8000-%06x%06x", i, k)))
		}
		if len(facts) < factsAtOnce && i < len(account.Roles)-1 {
			continue
		}
		if err := s.MergeFacts(ctx, facts); err != nil {
			return errors.Join(err, s.Close())
		}
		facts = facts[:0]
	}
	return s.Close()
}

// iamReads measures every kind of read with 16 clients at once, and GetRole at
// half the load of the aim, too.
func (b *bench) iamReads(ctx context.Context, account *inventory.Account) (err error) {
	s, err := b.serve(ctx, "--log-level", "error", "--store", b.iamDSN())
	if err != nil {
		return err
	}
	defer func() {
		used, stopErr := s.stop()
		b.figures = append(b.figures, plain("Large account: peak memory of the server", megabytes(used.peak)))
		err = errors.Join(err, stopErr)
	}()
	roles := account.Roles
	c := client{endpoint: s.endpoint, key: iamKey}
	start := time.Now()
	if _, err := c.call("GetRole", "RoleName", roles[0].Name); err != nil {
		return err
	}
	b.figures = append(b.figures, plain("Large account: first answer of a new server", short(time.Since(start))))
	job, err := c.call("GenerateServiceLastAccessedDetails", "Arn", roles[0].ARN)
	if err != nil {
		return err
	}
	jobID := job.element("JobId")
	getRole := func(i int) []string { return []string{"GetRole", "RoleName", roles[i*7919%len(roles)].Name} }
	for _, m := range []struct {
		demand
		aim float64 // requests a second of CPU; zero: none
	}{
		{demand{name: "GetRole", requests: 20_000, call: getRole}, getRoleAim},
		{demand{name: "GetRole at half the aimed load", requests: 6000, rate: getRoleAim / 2, call: getRole}, 0},
		{demand{name: "ListRoles, pages of 100", requests: 2000, call: func(int) []string { return []string{"ListRoles"} }}, 0},
		{demand{name: "GetAccountAuthorizationDetails, roles, pages of 100", requests: 300, call: func(int) []string {
			return []string{"GetAccountAuthorizationDetails", "Filter.member.1", "Role"}
		}}, 0},
		{demand{name: "SimulatePrincipalPolicy, one action", requests: 5000, call: func(i int) []string {
			return []string{"SimulatePrincipalPolicy", "PolicySourceArn", roles[i*7919%len(roles)].ARN, "ActionNames.member.1", "s3:GetObject"}
		}}, 0},
		{demand{name: "GetServiceLastAccessedDetails", requests: 3000, call: func(int) []string {
			return []string{"GetServiceLastAccessedDetails", "JobId", jobID}
		}}, 0},
	} {
		step("%s", m.name)
		got, err := s.bear(ctx, m.demand)
		if err != nil {
			return err
		}
		b.figures = append(b.figures, got.figures(m.demand, m.aim)...)
	}
	return b.iamWalks(&c)
}

// iamWalks reads every list to its end, page by page.
func (b *bench) iamWalks(c *client) error {
	for _, w := range []struct{ action, size, member string }{
		{"ListRoles", "1000", "<RoleId>"}, {"ListUsers", "1000", "<UserId>"}, {"ListPolicies", "1000", "<PolicyId>"},
		{"GetAccountAuthorizationDetails", "1000", "<CreateDate>"},
	} {
		start, pages := time.Now(), 0
		call := []string{"MaxItems", w.size}
		for {
			page, err := c.call(w.action, call...)
			if err != nil {
				return err
			}
			pages++
			if page.element("IsTruncated") != "true" {
				break
			}
			call = append(call[:2:2], "Marker", page.element("Marker"))
		}
		b.figures = append(b.figures, plain("Large account: "+w.action+" to the end", fmt.Sprintf("%d pages, %s", pages, short(time.Since(start)))))
	}
	return nil
}

// iamWrites changes entities of the account one after the other.
func (b *bench) iamWrites(ctx context.Context, account *inventory.Account) error {
	s, err := b.serve(ctx, "--log-level", "error", "--store", b.iamDSN())
	if err != nil {
		return err
	}
	roles, policies := account.Roles, account.Policies
	for _, l := range []demand{
		{name: "TagRole", requests: 300, clients: 1, call: func(i int) []string {
			return []string{"TagRole", "RoleName", roles[i].Name, "Tags.member.1.Key", "bench", "Tags.member.1.Value", fmt.Sprint(i)}
		}},
		{name: "AttachRolePolicy", requests: 300, clients: 1, call: func(i int) []string {
			return []string{"AttachRolePolicy", "RoleName", roles[i].Name, "PolicyArn", policies[len(policies)-1-i].ARN}
		}},
		{name: "CreateInstanceProfile", requests: 300, clients: 1, call: func(i int) []string {
			return []string{"CreateInstanceProfile", "InstanceProfileName", fmt.Sprintf("bench-%04d", i)}
		}},
	} {
		step("%s", l.name)
		got, err := s.bear(ctx, l)
		if err != nil {
			_, stopErr := s.stop()
			return errors.Join(err, stopErr)
		}
		b.figures = append(b.figures, plain("Large account: "+l.name+", p50 and CPU", short(percentile(got.times, 50))+", "+short(got.cpu/time.Duration(l.requests))))
	}
	_, err = s.stop()
	return err
}

// signedRequest is a GetRole as the server gets it, with its body.
func signedRequest(at time.Time) (*http.Request, []byte, error) {
	body := []byte("Action=GetRole&Version=2010-05-08&RoleName=payments-role-00000")
	req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/", http.NoBody)
	if err != nil {
		return nil, nil, err
	}
	signed := &sigv4.Request{Method: req.Method, Path: "/", Host: req.Host, Body: body,
		Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}}
	sigv4.Sign(signed, iamKey, "us-east-1", "iam", at)
	req.Header = signed.Header
	return req, body, nil
}
