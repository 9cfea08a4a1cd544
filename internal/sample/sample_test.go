package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/policy"
)

// folder keeps written files in memory.
type folder map[string]*bytes.Buffer

func (f folder) create(name string) (io.WriteCloser, error) {
	f[name] = new(bytes.Buffer)
	return nopCloser{f[name]}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

var end = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, c Config) (folder, Summary) {
	t.Helper()
	f := folder{}
	sum, err := Write(c, f.create, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, sum
}

func TestTheSameConfigGivesTheSameBytes(t *testing.T) {
	digest := func() [32]byte {
		f, _ := write(t, Config{End: end, Days: 20, Events: 3000, Seed: 7})
		h := sha256.New()
		names := make([]string, 0, len(f))
		for name := range f {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			io.WriteString(h, name)
			h.Write(f[name].Bytes())
		}
		return [32]byte(h.Sum(nil))
	}
	first, second := digest(), digest()
	if first != second {
		t.Error("two runs differ")
	}
}

func TestTheSampleIsWhatItPromises(t *testing.T) {
	f, sum := write(t, Config{End: end, Events: 60_000})
	if sum.Accounts != 5 || sum.Principals < 55 || sum.Files < 2000 || sum.Records < 50_000 || sum.Records > 70_000 {
		t.Errorf("wrote %+v", sum)
	}
	if _, ok := f["iam/333344445555.json"]; !ok {
		t.Error("the payments account has no snapshot")
	}
	seen := map[string]int{}
	for name, file := range f {
		if strings.HasSuffix(name, ".gz") {
			readLog(t, name, file, seen)
		}
	}
	for _, want := range []string{"role attempt", "user attempt", "denied", "service event", "data event", "forwarded call", "yearly archive", "duplicate"} {
		if seen[want] == 0 {
			t.Errorf("no %s in the logs", want)
		}
	}
}

// readLog reads a log file with an ordinary JSON parser and counts what is in
// it.
func readLog(t *testing.T, name string, file io.Reader, seen map[string]int) {
	t.Helper()
	if _, _, _, ok := cloudtrail.ParseKey(strings.TrimPrefix(name, "logs/")); !ok {
		t.Errorf("%s is no CloudTrail key", name)
	}
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Records []struct {
			EventID, EventTime, EventName, ErrorCode, EventType, EventCategory string
			UserIdentity                                                       struct{ Type, InvokedBy, Arn string }
		}
	}
	if err := json.NewDecoder(zip).Decode(&log); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s: %v", name, err)
	}
	ids := map[string]bool{}
	for _, r := range log.Records {
		count := func(what string, so bool) {
			if so {
				seen[what]++
			}
		}
		at, err := time.Parse(time.RFC3339, r.EventTime)
		if err != nil || at.After(end) {
			t.Fatalf("%s: event time %s", name, r.EventTime)
		}
		count("duplicate", ids[r.EventID])
		ids[r.EventID] = true
		count("role attempt", r.UserIdentity.Type == "AssumedRole")
		count("user attempt", r.UserIdentity.Type == "IAMUser")
		count("denied", r.ErrorCode == accessDenied)
		count("service event", r.EventType == "AwsServiceEvent")
		count("data event", r.EventCategory == "Data")
		count("forwarded call", r.UserIdentity.Type == "IAMUser" && r.UserIdentity.InvokedBy != "")
		count("yearly archive", strings.Contains(r.UserIdentity.Arn, "payments-yearly-archive"))
	}
}

func TestEveryPolicyParses(t *testing.T) {
	documents := 0
	check := func(where, text string) {
		documents++
		if _, err := policy.Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	for _, a := range newOrganization(end) {
		for _, p := range a.Policies {
			check(p.ARN, p.Versions[0].Document)
		}
		for _, r := range a.Roles {
			check(r.ARN, r.Trust)
			for _, in := range r.Inline {
				check(r.ARN+" "+in.Name, in.Document)
			}
		}
		for _, u := range a.Users {
			for _, group := range u.Groups {
				if a.GroupByName(group) == nil {
					t.Errorf("%s: no group %s", u.ARN, group)
				}
			}
		}
	}
	if documents < 100 {
		t.Errorf("checked %d documents", documents)
	}
}
