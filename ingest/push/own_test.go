package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

func newOwn(s store.Store) *Own {
	return NewOwn(OwnConfig{Store: s, Now: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), RunID: "run"})
}

func TestOwnCallsBecomeFacts(t *testing.T) {
	s := mem.New()
	o := newOwn(s)
	alice := wire.Caller{Account: home, Partition: "aws", Kind: wire.UserCaller, Entity: "AIDAALICEEXAMPLE00001", KeyID: "AKIAALICEEXAMPLE0001"}
	session := wire.Caller{Account: home, Partition: "aws", Kind: wire.RoleCaller, Entity: "AROAAPPEXAMPLE0000001", KeyID: "ASIAEXAMPLE000000001", Temporary: true}
	root := wire.Caller{Account: home, Partition: "aws", Kind: wire.RootCaller}
	o.Call(alice, "iam", "ListUsers", "", "r1")
	o.Call(session, "iam", "CreateUser", "AccessDenied", "r2")
	o.Call(session, "organizations", "ListRoots", "AccessDeniedException", "r3")
	o.Call(root, "iam", "GetUser", "NoSuchEntity", "r4")
	o.Call(wire.Caller{}, "iam", "GetUser", "InvalidClientTokenId", "r5") // nobody
	o.Call(root, "iam", "", "InvalidAction", "r6")                        // nothing
	if err := o.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	type what struct {
		principal, source, name string
		class                   activity.Class
		outcome                 activity.Outcome
	}
	got := map[what]string{}
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: home}) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Region != "us-east-1" || !f.Last.Time().Equal(now()) {
			t.Errorf("fact %+v", f)
		}
		got[what{f.Principal, f.Source, f.Name, f.Class, f.Outcome}] = f.Last.Event + f.Target
	}
	want := map[what]string{
		{"AIDAALICEEXAMPLE00001", "iam.amazonaws.com", "ListUsers", activity.Management, activity.Succeeded}:        "r1",
		{"AKIAALICEEXAMPLE0001", "iam.amazonaws.com", "", activity.KeyUse, activity.Succeeded}:                      "r1AIDAALICEEXAMPLE00001",
		{"AROAAPPEXAMPLE0000001", "iam.amazonaws.com", "CreateUser", activity.Management, activity.Denied}:          "r2",
		{"AROAAPPEXAMPLE0000001", "organizations.amazonaws.com", "ListRoots", activity.Management, activity.Denied}: "r3",
		{"arn:aws:iam::111122223333:root", "iam.amazonaws.com", "GetUser", activity.Management, activity.Failed}:    "r4",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	o.Call(root, "iam", "GetUser", "", "r7")
	if err := o.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sum, err := ingest.Ledger(t.Context(), s); err != nil || sum.Files.Done != 1 || sum.Records != 5 || sum.Attempts != 5 {
		t.Errorf("one row for the run: %+v, %v", sum, err)
	}
}

// failing is a store that takes no facts until it is told to: it fails before
// they are written, or after.
type failing struct {
	*mem.Store
	fail, after bool
}

func (f *failing) MergeKept(ctx context.Context, facts []activity.Fact) error {
	if f.fail && !f.after {
		return errors.New("disk full")
	}
	err := f.Store.MergeKept(ctx, facts)
	if f.fail {
		return errors.New("timed out")
	}
	return err
}

func TestOwnCallsAreKeptWhenTheStoreFails(t *testing.T) {
	for _, after := range []bool{false, true} {
		s := &failing{mem.New(), true, after}
		o := newOwn(s)
		root := wire.Caller{Account: home, Partition: "aws", Kind: wire.RootCaller}
		o.Call(root, "iam", "GetUser", "", "r1")
		if err := o.Flush(t.Context()); err == nil {
			t.Fatal("no error")
		}
		o.Call(root, "iam", "GetUser", "", "r2")
		s.fail = false
		if err := o.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for f, err := range s.Facts(t.Context(), activity.Prefix{Account: home}) {
			if n++; err != nil || f.First.Event != "r1" || f.Last.Event != "r2" {
				t.Errorf("%+v, %v", f, err)
			}
		}
		if sum, err := ingest.Ledger(t.Context(), s); n != 1 || err != nil || sum.Records != 2 {
			t.Errorf("%d facts, %+v, %v", n, sum, err)
		}
	}
}

func TestTheBufferOfOwnCallsIsBounded(t *testing.T) {
	o := newOwn(&failing{mem.New(), true, false})
	for i := range ownHard + 10 {
		o.Call(wire.Caller{Account: home, Partition: "aws", Entity: fmt.Sprintf("AIDA%020d", i)}, "iam", "GetUser", "", "r")
	}
	if o.fold.Len() != ownHard || o.lost.Load() != 10 {
		t.Errorf("%d kept, %d lost", o.fold.Len(), o.lost.Load())
	}
}

func TestRunWritesNowAndThen(t *testing.T) {
	s := mem.New()
	o := newOwn(s)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ended := make(chan struct{})
	go func() { o.Run(ctx); close(ended) }()
	for i := range ownFacts { // as many as wake the writer
		o.Call(wire.Caller{Account: home, Partition: "aws", Entity: fmt.Sprintf("AIDA%020d", i)}, "iam", "GetUser", "", "r")
	}
	for ctx.Err() == nil {
		if sum, err := ingest.Ledger(ctx, s); err == nil && sum.Records == ownFacts {
			break
		}
	}
	if ctx.Err() != nil {
		t.Error("nothing was written")
	}
	cancel()
	<-ended
}
