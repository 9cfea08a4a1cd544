package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/store/sqlite"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	partRounds       = 5000
	simulatePolicies = 20
)

// newTransport keeps one connection, as every client has its own.
func newTransport() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 1}
}

// iamParts measures in this process what each request costs before its operation
// begins, and the engine alone. The first is on the store that the server had.
func (b *bench) iamParts(ctx context.Context, reader *inventory.User) error {
	s, err := sqlite.Open(ctx, b.iamPath())
	if err != nil {
		return err
	}
	defer s.Close()
	text, err := os.ReadFile(b.iamPath() + ".key")
	if err != nil {
		return err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	sealer, err := auth.NewSealer(key, rand.Reader)
	if err != nil {
		return err
	}
	book := accounts.New(s)
	check := &auth.Authenticator{Keys: &auth.Keyring{Docs: s, Sealer: sealer, Random: rand.Reader}, Accounts: book, Now: time.Now}
	guard := &auth.Authority{Accounts: book, Log: slog.New(slog.DiscardHandler)}
	req, body, err := signedRequest(time.Now())
	if err != nil {
		return err
	}
	var caller wire.Caller
	signature, err := perRound(func() (err error) {
		caller, _, err = check.Authenticate(ctx, req, body)
		return err
	})
	if err != nil {
		return err
	}
	role := "arn:aws:iam::" + iamAccount + ":role/payments/payments-role-00000"
	decision, err := perRound(func() error { return guard.Guard(ctx, caller, "iam:GetRole", role) })
	if err != nil {
		return err
	}
	engine, err := simulateAlone()
	if err != nil {
		return err
	}
	b.figures = append(b.figures,
		plain("Large account: signature check of "+reader.Name, short(signature)),
		plain("Large account: guard", short(decision)),
		bounded(fmt.Sprintf("Simulation of one action with %d policies, engine alone", simulatePolicies), engine, simulateAim))
	return nil
}

// simulateAlone is the engine's time for one action: the policies are parsed.
func simulateAlone() (time.Duration, error) {
	var set policy.Policies
	for i := range simulatePolicies {
		doc, err := policy.ParseString(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":["s3:Get*","s3:Put*","dynamodb:*Item"],"Resource":["arn:aws:s3:::bucket-%d/*","arn:aws:dynamodb:*:*:table/t%d"]},
			{"Effect":"Deny","Action":"s3:Delete*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"t%d"}}}]}`, i, i, i))
		if err != nil {
			return 0, err
		}
		set.Identity = append(set.Identity, doc)
	}
	request := policy.Request{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket-19/key",
		Caller: policy.Caller{ARN: "arn:aws:iam::" + iamAccount + ":user/bench-reader", Account: iamAccount, UserID: "AIDABENCHREADER000001"},
	}
	return perRound(func() error {
		if !policy.Evaluate(request, set).Allowed {
			return errors.New("the engine does not allow what a policy allows")
		}
		return nil
	})
}

// perRound is the median time of a call, after some that are not counted.
func perRound(call func() error) (time.Duration, error) {
	var times []time.Duration
	for i := range warmRounds + partRounds {
		start := time.Now()
		if err := call(); err != nil {
			return 0, err
		}
		if i >= warmRounds {
			times = append(times, time.Since(start))
		}
	}
	return median(times), nil
}
