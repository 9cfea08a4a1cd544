package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

func TestARecordBecomesFacts(t *testing.T) {
	for sentence, tt := range map[string]struct{ record, want string }{
		"a call by a user is a fact of hers, of her key, and of coverage": {
			alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""),
			`{Account:111122223333 Principal: Source: Name: Region:eu-west-1 Class:5 Outcome:0 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 0a1b2c3d-0000-4000-8000-000000000001} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:s3.amazonaws.com Name:ListBuckets Region:eu-west-1 Class:1 Outcome:1 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 0a1b2c3d-0000-4000-8000-000000000001} [20603]]
{Account:111122223333 Principal:AKIAALICEEXAMPLE0001 Source:s3.amazonaws.com Name: Region:eu-west-1 Class:3 Outcome:1 Target:AIDAALICEEXAMPLE00001} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 0a1b2c3d-0000-4000-8000-000000000001} [20603]]
`},
		"a denied call is an attempt": {
			strings.Replace(alice(2, "2026-05-30T10:15:30Z", "ec2.amazonaws.com", "RunInstances", `"errorCode":"Client.UnauthorizedOperation",`), "AKIA", "ASIA", 1),
			`{Account:111122223333 Principal: Source: Name: Region:eu-west-1 Class:5 Outcome:0 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000002} {1780136130000 0a1b2c3d-0000-4000-8000-000000000002} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:ec2.amazonaws.com Name:RunInstances Region:eu-west-1 Class:1 Outcome:2 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000002} {1780136130000 0a1b2c3d-0000-4000-8000-000000000002} [20603]]
`},
		"a service event gives coverage alone": {
			`{"eventTime":"2026-05-30T10:15:30Z","eventType":"AwsServiceEvent","eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"eu-west-1","eventID":"e","recipientAccountId":"111122223333","userIdentity":{"type":"AWSService"}}`,
			`{Account:111122223333 Principal: Source: Name: Region:eu-west-1 Class:5 Outcome:0 Target:} [{1780136130000 e} {1780136130000 e} [20603]]
`},
		"a record of the future gives nothing": {
			alice(3, "2027-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""), "\n"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := mem.New()
			run(t, s, memory{{"a.json", []byte(records(tt.record))}})
			if got := dump(t, s); got != tt.want {
				t.Fatalf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestADayWithoutEventsIsCoveredByItsFile(t *testing.T) {
	const name = "/logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/111122223333_CloudTrail_eu-west-1_20260531T0805Z_Mu0KsOhtH1ar15ZZ.json.gz"
	s := mem.New()
	run(t, s, memory{{name, zipped(t, records())}})
	want := "{Account:111122223333 Principal: Source: Name: Region:eu-west-1 Class:5 Outcome:0 Target:} [{1780185600000 } {1780185600000 } [20604]]\n"
	if got := dump(t, s); got != want {
		t.Fatalf("got %swant %s", got, want)
	}
	s = mem.New()
	if sum := run(t, s, memory{{name, zipped(t, records())[:25]}}); sum.Files.Failed != 1 {
		t.Fatalf("%+v", sum)
	}
	if got := dump(t, s); got != "\n" {
		t.Fatalf("a file that was cut off covers its day: %s", got)
	}
}

// TestAnyWayToReadALogGivesTheSameFacts reads the same records whole, twice,
// shuffled, split, concatenated, duplicated, in other forms and compressions.
func TestAnyWayToReadALogGivesTheSameFacts(t *testing.T) {
	all := someRecords(1, 3000)
	one := mem.New()
	sum := run(t, one, memory{{"whole.json", []byte(records(all...))}})
	want := dump(t, one)
	if n := strings.Count(want, "\n"); n < 100 || sum.Records != 3000 || sum.Attempts < 2000 {
		t.Fatalf("%d facts of %d records: the test tests nothing", n, sum.Records)
	}
	again := one
	run(t, again, memory{{"whole.json", []byte(records(all...))}, {"copy.json.gz", zipped(t, records(all...))}})
	if got := dump(t, again); got != want {
		t.Fatal("reading it again changed facts")
	}
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := mem.New()
		var sources []Source
		for range 1 + r.IntN(3) {
			sources = append(sources, shredded(t, r, all, len(sources)))
		}
		for range 1 + r.IntN(2) {
			run(t, s, sources...)
		}
		if got := dump(t, s); got != want {
			t.Fatalf("seed %d: other facts", seed)
		}
	}
}

// shredded is a source with all records in random order, some twice, in files
// of random sizes and forms.
func shredded(t *testing.T, r *rand.Rand, all []string, n int) memory {
	list := slices.Clone(all)
	for range len(all) / 5 {
		list = append(list, all[r.IntN(len(all))])
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var out memory
	for len(list) > 0 {
		k := min(1+r.IntN(900), len(list))
		part := list[:k]
		list = list[k:]
		var text string
		switch r.IntN(4) {
		case 0:
			text = records(part...)
		case 1:
			text = strings.Join(part, "\n")
		case 2:
			text = "[" + strings.Join(part, " ,\n") + "]"
		case 3:
			half := len(part) / 2
			text = records(part[:half]...) + "\n" + records(part[half:]...)
		}
		data := []byte(text)
		if r.IntN(2) == 0 {
			cut := r.IntN(len(text))
			data = append(zipped(t, text[:cut]), zipped(t, text[cut:])...) // two members
		}
		out = append(out, blob{fmt.Sprintf("%d/%d.log", n, len(out)), data})
	}
	return out
}

func TestCountsArePartsOfTheWhole(t *testing.T) {
	list := []string{
		alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""),
		alice(2, "2026-05-30T10:15:31Z", "s3.amazonaws.com", "ListBuckets", `"errorCode":"SignatureDoesNotMatch",`),
		`{"eventTime":"2026-05-30T10:15:30Z","eventType":"AwsServiceEvent","eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"eu-west-1","eventID":"e"}`,
		alice(3, "yesterday", "s3.amazonaws.com", "ListBuckets", ""),
		alice(4, "2027-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""),
	}
	text := records(list...)
	s := mem.New()
	sum := run(t, s, memory{{"/a.json", []byte(text)}, {"/README.md", []byte("# hello")}, {"/b.json", []byte("hello")}})
	body, err := json.Marshal(sum)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"files":{"done":1,"skipped":1,"failed":1},"records":5,"attempts":1,"notAttempts":{"service event":1,"unauthenticated":1},"refused":{"bad time":1,"time in the future":1},"bytes":%d,"skipped":{"document":1},"problems":[`, len(text)+5)
	if !strings.HasPrefix(string(body), want) {
		t.Fatalf("got  %s\nwant %s…", body, want)
	}
	if len(sum.Problems) != 3 || sum.OK() {
		t.Fatalf("problems: %+v", sum.Problems)
	}
	for _, p := range sum.Problems {
		if p.File == "/a.json" && !strings.HasPrefix(text[p.Offset:], `{"eventVersion"`) {
			t.Errorf("at %d of the file is no record", p.Offset)
		}
	}
	total, err := Ledger(t.Context(), s)
	if err != nil || total.Records != 5 || total.Files.Done != 1 || total.Files.Failed != 1 || total.Attempts != 1 {
		t.Fatalf("the ledger sums up to %+v, %v", total, err)
	}
}

func TestFilesAreReadOnceAndFailedOrChangedOnesAgain(t *testing.T) {
	good := []byte(records(alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", "")))
	bad := good[:len(good)-10]
	s := mem.New()
	if sum := run(t, s, memory{{"a", good}, {"b", bad}}); sum.Files != (Files{Done: 1, Failed: 1}) {
		t.Fatalf("%+v", sum)
	}
	if sum := run(t, s, memory{{"a", good}, {"b", bad}}); sum.Files != (Files{Skipped: 1, Failed: 1}) || sum.Skipped["read before"] != 1 {
		t.Fatalf("%+v", sum)
	}
	if sum := run(t, s, memory{{"a", append(good, ' ')}, {"b", good}}); sum.Files != (Files{Done: 2}) {
		t.Fatalf("%+v", sum)
	}
	total, err := Ledger(t.Context(), s)
	if err != nil || total.Records != 2 || total.Files != (Files{Done: 2}) {
		t.Fatalf("the ledger sums up to %+v, %v", total, err)
	}
}

func TestOneIngesterLooksAtAVersionOnce(t *testing.T) {
	s := mem.New()
	files := memory{{"a", []byte(records())}, {"b", []byte("no log")}}
	in := New(Config{Store: s, Sources: []Source{&files}, Now: now})
	for i, want := range []Files{{Done: 1, Failed: 1}, {}, {Done: 1}} {
		if i == 2 {
			files = append(files, blob{"c", []byte(records())})
		}
		if sum, err := in.Run(t.Context()); err != nil || sum.Files != want {
			t.Fatalf("round %d: %+v, %v; want %+v", i, sum.Files, err, want)
		}
	}
}

func TestAStreamIsRememberedByItsContent(t *testing.T) {
	s := mem.New()
	text := records(alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""))
	for _, x := range []string{text, text, text + "\n"} {
		run(t, s, stream(x))
	}
	if total, err := Ledger(t.Context(), s); err != nil || total.Records != 2 {
		t.Fatalf("the ledger sums up to %+v, %v; want the two different contents", total, err)
	}
}

// stream is one object without version.
type stream string

func (s stream) Kind() string { return "stream" }

func (s stream) Objects(context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		yield(Object{Name: "-", Size: -1, Asked: true, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(string(s))), nil
		}}, nil)
	}
}

func TestQuarantineIsBoundedAndEmptied(t *testing.T) {
	s := mem.New()
	var list []string
	for i := range 50 {
		list = append(list, alice(i, "yesterday", "s3.amazonaws.com", "ListBuckets", `"note":"`+strings.Repeat("x", 5000)+`",`))
	}
	sum := run(t, s, memory{{"a", []byte(records(list...))}})
	if sum.Refused["bad time"] != 50 || len(sum.Problems) != 20 || sum.Unlisted != 30 {
		t.Fatalf("refused %v, %d problems, %d unlisted", sum.Refused, len(sum.Problems), sum.Unlisted)
	}
	ids := quarantined(t, s)
	if len(ids) != 20 {
		t.Fatalf("%d in quarantine, want 20", len(ids))
	}
	body, _, err := s.GetDoc(t.Context(), store.KindQuarantine, ids[0])
	var r Refused
	if err := errors.Join(err, json.Unmarshal(body, &r)); err != nil {
		t.Fatal(err)
	}
	if r.File != "a" || r.Offset != 12 || !strings.HasPrefix(r.Reason, "bad time") || len(r.Head) != 1024 || !strings.HasPrefix(r.Head, `{"eventVersion":"1.10"`) {
		t.Fatalf("%+v", r)
	}
	run(t, s, memory{{"a", []byte(records(alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", "")))}})
	if ids := quarantined(t, s); len(ids) != 0 {
		t.Fatalf("the file was mended, but %d of its records are in quarantine", len(ids))
	}
}

func quarantined(t *testing.T, s store.Store) (ids []string) {
	for id, err := range s.ListDocs(t.Context(), store.KindQuarantine, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// TestFaultsInPairs lets each write fail, once without effect and once with,
// and wants the next run to end up where an undisturbed one does.
func TestFaultsInPairs(t *testing.T) {
	bad := alice(1, "yesterday", "s3.amazonaws.com", "ListBuckets", "")
	files := memory{{"a", []byte(records(someRecords(1, 200)...))}, {"b", []byte(records(append(someRecords(2, 200), bad)...))}, {"c", []byte("no log")}}
	calm := mem.New()
	run(t, calm, files)
	wantFacts, wantTotal := dump(t, calm), ledgerText(t, calm)
	for _, op := range []string{"MergeFacts", "SetDocs ledger", "SetDocs quarantine"} {
		for _, persisted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s fails, persisted: %v", op, persisted), func(t *testing.T) {
				broken := errors.New("the disk is full")
				s := &faulty{mem.New(), func(did string) (error, error) {
					switch {
					case did != op:
						return nil, nil
					case persisted:
						return nil, broken
					}
					return broken, nil
				}}
				in := New(Config{Store: s, Sources: []Source{files}, Now: now})
				sum, err := in.Run(t.Context())
				if !errors.Is(err, broken) {
					t.Fatalf("error %v, want that of the store", err)
				}
				if sum.Records != 0 {
					t.Fatalf("the summary has %d records, though no file got into the ledger", sum.Records)
				}
				if rows := ledgerText(t, s); !persisted && rows != "" {
					t.Fatalf("in the ledger, though a write before it failed:\n%s", rows)
				}
				s.fail = func(string) (error, error) { return nil, nil }
				if _, err := in.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if dump(t, s) != wantFacts || ledgerText(t, s) != wantTotal {
					t.Fatal("other facts or another ledger than without a fault")
				}
			})
		}
	}
}

// ledgerText is the whole ledger, but for how often a file has failed.
func ledgerText(t *testing.T, s store.Store) string {
	var b strings.Builder
	for id, err := range s.ListDocs(t.Context(), store.KindLedger, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := s.GetDoc(t.Context(), store.KindLedger, id)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", id, body)
	}
	return regexp.MustCompile(`"tries":\d+,`).ReplaceAllString(b.String(), "")
}

// TestFactsComeBeforeTheLedger watches the order of writes over many small
// batches.
func TestFactsComeBeforeTheLedger(t *testing.T) {
	s := mem.New()
	watched := &faulty{s, func(op string) (error, error) {
		if op == "SetDocs ledger" && dump(t, s) == "\n" {
			t.Error("a ledger row was written before any fact")
		}
		return nil, nil
	}}
	if sum := run(t, watched, memory{{"a", []byte(records(someRecords(1, 10)...))}}); sum.Files.Done != 1 {
		t.Fatalf("%+v", sum)
	}
}

func TestAStopKeepsWhatIsComplete(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := mem.New()
	in := New(Config{Store: s, Workers: 1, Now: now, Sources: []Source{
		memory{{"a", []byte(records(someRecords(1, 50)...))}},
		endless{cancel},
	}})
	sum, err := in.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if sum.Files.Done != 1 || sum.Records != 50 {
		t.Fatalf("%+v", sum)
	}
	if rows := ledgerText(t, s); strings.Count(rows, "\n") != 1 || !strings.HasPrefix(rows, "file:a ") {
		t.Fatalf("the ledger has\n%s", rows)
	}
}

// endless is a log without end, whose reading leads to a stop.
type endless struct{ stop context.CancelFunc }

func (e endless) Kind() string { return "stream" }

func (e endless) Objects(context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		yield(Object{Name: "endless", Size: -1, Version: "1", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(&forever{text: []byte(strings.Join(someRecords(1, 100), "\n") + "\n"), stop: e.stop}), nil
		}}, nil)
	}
}

type forever struct {
	text []byte
	n    int
	stop context.CancelFunc
}

func (f *forever) Read(p []byte) (int, error) {
	if f.n += len(p); f.n > 1<<20 {
		f.stop()
	}
	for i := range p {
		p[i] = f.text[(f.n-len(p)+i)%len(f.text)]
	}
	return len(p), nil
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"/l/AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/31/111122223333_CloudTrail_eu-west-1_20260531T0805Z_Mu0KsOhtH1ar15ZZ.json.gz":   "",
		"/l/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/111122223333_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20260531T080500Z.json.gz":  "digest file",
		"/l/AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/05/31/111122223333_CloudTrail-Insight_eu-west-1_20260531T0805Z_Mu0KsOhtH1ar15ZZ.json.gz": "Insights events",
		"/l/AWSLogs/111122223333/CloudTrailNetworkActivity/eu-west-1/2026/05/31/x.json.gz":                                                                  "network activity events",
		"/l/AWSLogs/111122223333/Config/eu-west-1/2026/5/31/ConfigHistory/x.json.gz":                                                                        "log of another service",
		"/l/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/05/31/x.log.gz":                                                                        "log of another service",
		"/l/AWSLogs/111122223333/x.json": "",
		"/l/AWSLogs/CloudTrail/x.json":   "",
		"/home/me/events.json":           "",
		"/home/me/events":                "",
		"/home/me/events.txt":            "",
		"/home/me/events.JSONL":          "",
		"/home/me/.DS_Store":             "hidden file",
		"/home/me/notes.md":              "document",
		"/home/me/logs.tar.gz":           "archive",
		"/home/me/x.json.gz.PART":        "unfinished download",
		"/home/me/ebbmark.db-wal":        "database",
	} {
		if got := skipReason(Object{Name: name}); got != want {
			t.Errorf("%s: skipped as %q, want %q", name, got, want)
		}
	}
	if got := skipReason(Object{Name: "/home/me/notes.md", Asked: true}); got != "" {
		t.Errorf("a file that was asked for is skipped as %q", got)
	}
}
