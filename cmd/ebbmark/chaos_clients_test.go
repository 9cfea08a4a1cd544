//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// askWithin is how long a client waits for an answer, and jobWithin for a report.
const (
	askWithin = 5 * time.Second
	jobWithin = 90 * time.Second
)

// clients ask all nodes for what they must know, all the time: a request may be
// refused (no connection, no answer, 5xx), but an answer must be right.
type clients struct {
	nodes []*chaosNode

	mu       sync.Mutex
	answered int
	refused  int
	wrong    []string
	floor    map[string]time.Time // last use by role and service, as some report told it
	users    []string             // whose making was acknowledged
	jobs     int                  // reports that were made on one node and read on another
}

// chaosRoles are roles of the sample that have much use.
var chaosRoles = []string{
	"arn:aws:iam::333344445555:role/payments/payments-api",
	"arn:aws:iam::333344445555:role/payments/payments-worker",
	"arn:aws:iam::333344445555:role/backup",
}

// work lets one client ask until ctx ends.
func (k *clients) work(ctx context.Context, number int) {
	for i := number; ctx.Err() == nil; i++ {
		k.report(ctx, i, chaosRoles[i%len(chaosRoles)])
		if i%10 == number {
			k.user(ctx, k.nodes[i%len(k.nodes)], fmt.Sprintf("user-%d-%d", number, i))
		}
	}
}

func (n *chaosNode) iam(key string) *iam.Client {
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://" + n.listen), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, demoSecret, ""),
		HTTPClient:  &http.Client{Timeout: askWithin, Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

// report has a report made by one node and reads it from others. A use that an
// earlier report told must not be gone.
func (k *clients) report(ctx context.Context, number int, role string) {
	floor := k.known(role)
	made := k.nodes[number%len(k.nodes)]
	job, err := made.iam(demoKeyID).GenerateServiceLastAccessedDetails(ctx, &iam.GenerateServiceLastAccessedDetailsInput{Arn: &role})
	if !k.fine(ctx, err, "%s of node %d: generate", role, made.number) {
		return
	}
	for began := time.Now(); ctx.Err() == nil; {
		number++
		read := k.nodes[number%len(k.nodes)]
		out, err := read.iam(demoKeyID).GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: job.JobId})
		answered := k.fine(ctx, err, "job %s of node %d, read from node %d", *job.JobId, made.number, read.number)
		if answered && out.JobStatus == types.JobStatusTypeCompleted && len(out.ServicesLastAccessed) >= 3 {
			k.compare(role, floor, out.ServicesLastAccessed)
			return
		}
		if answered && out.JobStatus != types.JobStatusTypeInProgress || time.Since(began) > jobWithin {
			k.isWrong("job %s of node %d after %s: %+v", *job.JobId, made.number, time.Since(began), out)
			return
		}
	}
}

func (k *clients) known(role string) map[string]time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	floor := map[string]time.Time{}
	for key, at := range k.floor {
		if len(key) > len(role) && key[:len(role)] == role {
			floor[key] = at
		}
	}
	return floor
}

func (k *clients) compare(role string, floor map[string]time.Time, services []types.ServiceLastAccessed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.jobs++
	for _, s := range services {
		key, last := role+" "+*s.ServiceNamespace, aws.ToTime(s.LastAuthenticated)
		if last.Before(floor[key]) {
			k.wrong = append(k.wrong, fmt.Sprintf("%s was used last at %s, and an earlier report said %s", key, last, floor[key]))
		}
		if last.After(k.floor[key]) {
			k.floor[key] = last
		}
	}
}

// user makes a user on a node, which must know it from then on.
func (k *clients) user(ctx context.Context, n *chaosNode, name string) {
	client := n.iam(chaosHomeKey)
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	if !k.fine(ctx, err, "user %s on node %d", name, n.number) {
		return
	}
	k.mu.Lock()
	k.users = append(k.users, name)
	k.mu.Unlock()
	_, err = client.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	k.fine(ctx, err, "user %s, just made on node %d", name, n.number)
}

// fine reports whether an answer is there. One that is neither right nor a refusal
// is kept.
func (k *clients) fine(ctx context.Context, err error, what string, args ...any) bool {
	if ctx.Err() != nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.answered++
		return true
	}
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.HTTPStatusCode() < 500 && answer.HTTPStatusCode() != 0 {
		k.wrong = append(k.wrong, fmt.Sprintf(what, args...)+": "+err.Error())
	}
	k.refused++
	return false
}

func (k *clients) isWrong(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wrong = append(k.wrong, fmt.Sprintf(format, args...))
}

// answers is how many requests were answered so far.
func (k *clients) answers() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.answered
}

// judge wants every answer to have been right, and every user that was
// acknowledged to be there on every node.
func (k *clients) judge(t *testing.T) {
	t.Helper()
	for _, w := range k.wrong[:min(len(k.wrong), 20)] {
		t.Error(w)
	}
	t.Logf("%d answers, %d wrong, %d refusals; %d reports made on one node and read on another, %d users", k.answered, len(k.wrong), k.refused, k.jobs, len(k.users))
	if k.answered < 100 || k.refused < 3 || k.jobs < 10 || len(k.users) < 10 || len(k.floor) < 5 {
		t.Error("the clients did little: the test tests nothing")
	}
	for _, n := range k.nodes {
		there := map[string]bool{}
		pages := iam.NewListUsersPaginator(n.iam(chaosHomeKey), &iam.ListUsersInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				there[*u.UserName] = true
			}
		}
		for _, name := range k.users {
			if !there[name] {
				t.Errorf("node %d does not know user %s, whose making was acknowledged", n.number, name)
			}
		}
	}
}
