package push

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

const home = "111122223333"

func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// alice is a call of a user of home.
func alice(event, at, source, name string) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333"},`+
		`"eventTime":"%s","eventSource":"%s","eventName":"%s","awsRegion":"eu-west-1","eventID":"%s","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"}`, at, source, name, event)
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dump is all facts of two accounts as text, in order.
func dump(t *testing.T, s store.Store) string {
	t.Helper()
	var lines []string
	for _, account := range []string{home, "444455556666"} {
		for f, err := range s.Facts(t.Context(), activity.Prefix{Account: account}) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%+v %v", f.Key, []any{f.First, f.Last, slices.Collect(f.Days.All())}))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestEveryRecordIsAnswered(t *testing.T) {
	s := mem.New()
	door := &Door{Store: s, Now: now}
	text := strings.Join([]string{
		alice("e-0", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets"),
		`{"eventVersion":"1.10","eventType":"AwsServiceEvent","eventTime":"2026-05-30T10:00:00Z","eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"eu-west-1","eventID":"e-1","userIdentity":{"type":"AWSService","invokedBy":"x"},"recipientAccountId":"111122223333"}`,
		`{"eventVersion":"1.10","eventSource":"s3.amazonaws.com","eventID":"e-2"`,
		strings.ReplaceAll(alice("e-3", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets"), home, "999988887777"),
		alice("e-4", "2027-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets"),
	}, "\n") + "\n"
	for _, sent := range [][]byte{[]byte(text), zipped(t, text)} {
		a, err := door.Records(t.Context(), home, sent)
		if err != nil {
			t.Fatal(err)
		}
		if a.Records != 5 || a.Counted != 1 || a.Others != 1 || a.Refused != 3 || len(a.Results) != 5 {
			t.Fatalf("answer %+v", a)
		}
		want := []struct {
			status Status
			id     string
			reason string
		}{
			{Attempt, "e-0", ""},
			{NotAttempt, "e-1", "service event"},
			{Refused, "", "broken JSON"},
			{Refused, "e-3", "another account"},
			{Refused, "e-4", "time in the future"},
		}
		for i, w := range want {
			r := a.Results[i]
			if r.Index != i || r.Status != w.status || w.id != "" && r.EventID != w.id || !strings.HasPrefix(r.Reason, w.reason) {
				t.Errorf("record %d: %+v, want %+v", i, r, w)
			}
			if (r.Offset != nil) != (w.status == Refused) {
				t.Errorf("record %d: offset %v", i, r.Offset)
			}
		}
	}
	sum, err := ingest.Ledger(t.Context(), s)
	if err != nil || sum.Files.Done != 2 || sum.Records != 10 || sum.Attempts != 2 || sum.AllRefused() != 6 {
		t.Errorf("ledger %+v, %v", sum, err)
	}
	if facts := dump(t, s); strings.Contains(facts, "999988887777") || strings.Count(facts, "\n") != 1 {
		t.Errorf("facts:\n%s", facts)
	}
}

func TestATrustedAccountReportsForOthers(t *testing.T) {
	s := mem.New()
	door := &Door{Store: s, Now: now, Trusted: []string{home}}
	other := strings.ReplaceAll(alice("e", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets"), home, "444455556666")
	if a, err := door.Records(t.Context(), home, []byte(other)); err != nil || a.Counted != 1 {
		t.Errorf("trusted: %+v, %v", a, err)
	}
	if a, err := door.Records(t.Context(), "123456789012", []byte(other)); err != nil || a.Refused != 1 {
		t.Errorf("not trusted: %+v, %v", a, err)
	}
}

func TestWhatBreaksOffStoresNothing(t *testing.T) {
	for sentence, tt := range map[string]struct {
		sent []byte
		want error
	}{
		"a list that is cut off": {[]byte(`{"Records":[` + alice("e", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets") + `,`), io.ErrUnexpectedEOF},
		"no log":                 {[]byte(`hello`), cloudtrail.ErrNotLog},
		"nothing":                {nil, cloudtrail.ErrEmpty},
	} {
		s := mem.New()
		_, err := (&Door{Store: s, Now: now}).Records(t.Context(), home, tt.sent)
		if _, ok := errors.AsType[*UnusableError](err); !ok || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", sentence, err)
		}
		if dump(t, s) != "" {
			t.Errorf("%s: facts were stored", sentence)
		}
	}
	damaged := zipped(t, alice("e", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets"))
	damaged[len(damaged)-6] ^= 1
	s := mem.New()
	if _, err := (&Door{Store: s, Now: now}).Records(t.Context(), home, damaged); err == nil || dump(t, s) != "" {
		t.Errorf("a damaged gzip body: %v", err)
	}
}

// someRecords makes records of a few principals over 60 days, with repeated
// event ids among them.
func someRecords(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	out := make([]string, n)
	for i := range out {
		at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60*24*3600)) * time.Second).Format(time.RFC3339)
		text := alice(fmt.Sprintf("0a1b2c3d-%08d", r.IntN(n)), at, pick("ec2.amazonaws.com", "s3.amazonaws.com", "iam.amazonaws.com"), pick("ListThings", "GetThing"))
		out[i] = strings.ReplaceAll(text, "AIDAALICEEXAMPLE00001", pick("AIDAALICEEXAMPLE00001", "AIDABOBEXAMPLE0000002"))
		switch r.IntN(12) {
		case 0:
			out[i] = strings.Replace(out[i], `"IAMUser"`, `"AWSService"`, 1)
		case 1:
			out[i] = strings.Replace(out[i], `"IAMUser"`, `"Root"`, 1)
		case 2:
			out[i] = strings.Replace(out[i], `"1.10"`, `"2.0"`, 1) // refused, but it shows that the log was there
		}
	}
	return out
}

// TestPushAndFilesGiveTheSameFacts: the same events, split twice in two ways.
func TestPushAndFilesGiveTheSameFacts(t *testing.T) {
	list := someRecords(7, 5_000)
	pushed := mem.New()
	door := &Door{Store: pushed, Now: now}
	shuffled := slices.Clone(list)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for part := range slices.Chunk(shuffled, 333) {
		for range 2 { // sent again, as after a timeout
			if _, err := door.Records(t.Context(), home, []byte(strings.Join(part, "\n"))); err != nil {
				t.Fatal(err)
			}
		}
	}
	read := mem.New()
	var sources []ingest.Source
	for part := range slices.Chunk(list, 1_234) {
		sources = append(sources, dir.Stream{Name: fmt.Sprint(len(sources)), Reader: strings.NewReader(`{"Records":[` + strings.Join(part, ",") + `]}`)})
	}
	sum, err := ingest.New(ingest.Config{Store: read, Sources: sources, Now: now}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := dump(t, pushed), dump(t, read); a != b || a == "" {
		t.Errorf("pushed:\n%.2000s\nread:\n%.2000s", a, b)
	}
	ledger, err := ingest.Ledger(t.Context(), pushed)
	if err != nil || ledger.Records != sum.Records || ledger.Attempts != sum.Attempts || ledger.AllRefused() != sum.AllRefused() || ledger.Records != 5_000 {
		t.Errorf("ledger of pushes %+v, of files %+v, %v", ledger, sum, err)
	}
}

// FuzzRecords: whatever is sent, the counts add up and every record is
// answered.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(alice("e", "2026-05-30T10:00:00Z", "s3.amazonaws.com", "ListBuckets")))
	f.Add([]byte("{\"eventName\":1}\n{\n[]"))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Fuzz(func(t *testing.T, sent []byte) {
		a, err := (&Door{Store: mem.New(), Now: now}).Records(t.Context(), home, sent)
		if err == nil && (a.Records != int64(len(a.Results)) || a.Records != a.Counted+a.Others+a.Refused) {
			t.Fatalf("%q: %+v", sent, a)
		}
	})
}
