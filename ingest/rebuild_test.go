package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

// look finds the files of a memory source.
func (m memory) look(ctx context.Context, name string) Object {
	for o := range m.Objects(ctx) {
		if o.Name == name {
			return o
		}
	}
	return Object{Name: name, Size: -1, Err: fs.ErrNotExist}
}

func rebuild(s store.Store, files memory, missing Missing) *Rebuild {
	return &Rebuild{Store: s, Now: now, Look: map[string]func(context.Context, string) Object{"file": files.look}, Missing: missing, Force: true}
}

// wrong is a fact as older rules may have made it.
func wrong() activity.Fact {
	return activity.Attempt(activity.Key{Account: "111122223333", Principal: "AROAWRONG", Source: "s3.amazonaws.com", Name: "Wrong", Region: "eu-west-1", Class: activity.Management}, now(), "e")
}

func merge(t *testing.T, s store.Store, facts ...activity.Fact) {
	t.Helper()
	if err := s.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
}

func call(id int, name string) string {
	return alice(id, "2026-05-30T10:15:30Z", "s3.amazonaws.com", name, "")
}

func someFiles() memory {
	return memory{{"a", []byte(records(someRecords(1, 200)...))}, {"b", []byte(records(append(someRecords(2, 200), call(1, "x\x01"))...))}, {"c", []byte("no log")}}
}

func TestARebuildMakesFactsAnew(t *testing.T) {
	files := someFiles()
	calm := mem.New()
	run(t, calm, files, stream(call(7, "Streamed")))
	want := dump(t, calm)

	s := mem.New()
	run(t, s, files, stream(call(7, "Streamed")))
	merge(t, s, wrong())
	out, err := rebuild(s, files, "").Run(t.Context())
	if err != nil || !out.Switched || out.Resumed || out.AllLost() != 0 || out.Kept != 1 || out.Read.Files != (Files{Done: 2, Failed: 1}) || out.Changes != (store.Difference{Gone: 1}) {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := dump(t, s); got != want {
		t.Fatalf("other facts than of a new store:\n%s", got)
	}
	total, err := Ledger(t.Context(), s)
	before, _ := Ledger(t.Context(), calm)
	if err != nil || fmt.Sprint(total.Files, total.Counts) != fmt.Sprint(before.Files, before.Counts) {
		t.Fatalf("the ledger sums up to %+v, want %+v", total, before)
	}
	if a, b := quarantined(t, s), quarantined(t, calm); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Fatalf("in quarantine: %q, want %q", a, b)
	}
	if sum := run(t, s, files); sum.Files != (Files{Skipped: 2, Failed: 1}) {
		t.Fatalf("after the rebuild files are read again: %+v", sum.Files)
	}
}

func TestARebuildIsNeededForOlderRulesOnly(t *testing.T) {
	s := mem.New()
	run(t, s, someFiles())
	r := rebuild(s, someFiles(), "")
	r.Force = false
	if out, err := r.Run(t.Context()); err != nil || out.Needed || out.Switched {
		t.Fatalf("%+v, %v", out, err)
	}
	newer := mem.New()
	if err := newer.SetRules(t.Context(), Rules+1); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Store: newer, Sources: []Source{someFiles()}, Now: now}).Run(t.Context()); !errors.Is(err, ErrNewerRules) {
		t.Fatalf("into facts of newer rules: %v", err)
	}
}

func TestWhatIsLostStopsTheSwitch(t *testing.T) {
	all := memory{{"gone", []byte(call(1, "Gone"))}, {"shrunk", []byte(call(2, "Stays") + "\n" + call(3, "Cut"))}, {"forgotten", []byte(call(4, "Forgotten"))}, {"there", []byte(call(5, "There"))}}
	left := memory{{"shrunk", []byte(call(2, "Stays"))}, {"there", []byte(call(5, "There"))}}
	for mode, want := range map[Missing]struct {
		names string
		err   error
		again int // lost in another rebuild
	}{
		"":           {"Cut Forgotten Gone Stays There Wrong", ErrLost, 4},
		MissingStop:  {"Cut Forgotten Gone Stays There Wrong", ErrLost, 4},
		MissingCarry: {"Cut Forgotten Gone Stays There Wrong", nil, 4},
		MissingDrop:  {"Stays There", nil, 0},
	} {
		t.Run("missing: "+string(mode), func(t *testing.T) {
			s := mem.New()
			run(t, s, all)
			body := []byte(`{"status":"done","records":1,"attempts":1}`) // a push of before pushes were kept
			if err := s.SetDocs(t.Context(), store.KindLedger, []store.Doc{{ID: "push:111122223333#1", Body: body}}); err != nil {
				t.Fatal(err)
			}
			merge(t, s, wrong())
			if n, err := Forget(t.Context(), s, Filter{Prefix: "forgotten"}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			out, err := rebuild(s, left, mode).Run(t.Context())
			if !errors.Is(err, want.err) || out.Switched == (want.err != nil) || out.AllLost() != 4 {
				t.Fatalf("%+v, %v", out, err)
			}
			if got := names(t, s); got != want.names {
				t.Fatalf("facts %s, want %s", got, want.names)
			}
			out, _ = rebuild(s, left, "").Run(t.Context())
			if out.AllLost() != int64(want.again) {
				t.Fatalf("another rebuild misses %+v", out.Lost)
			}
		})
	}
}

// names is the names of the calls of an account's facts, in order.
func names(t *testing.T, s store.Store) string {
	t.Helper()
	var list []string
	for line := range strings.Lines(dump(t, s)) {
		if _, rest, _ := strings.Cut(line, " Name:"); rest != "" && !strings.HasPrefix(rest, " ") {
			name, _, _ := strings.Cut(rest, " ")
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

// TestAnEarlierVersionIsNotForgotten: a file that was read, replaced by a smaller
// one and read again has facts that only its first version can give.
func TestAnEarlierVersionIsNotForgotten(t *testing.T) {
	s := mem.New()
	run(t, s, memory{{"a", []byte(call(2, "Stays") + "\n" + call(3, "Cut"))}})
	later := memory{{"a", []byte(call(2, "Stays"))}}
	run(t, s, later)
	out, err := rebuild(s, later, "").Run(t.Context())
	if !errors.Is(err, ErrLost) || len(out.Lost) != 1 || out.Lost[0] != (Lost{"a", "it had 2 records when it was read, and has 1 now"}) {
		t.Fatalf("%+v, %v", out, err)
	}
}

// TestOthersWriteDuringARebuild lets files be read and pushed at every step of
// it.
func TestOthersWriteDuringARebuild(t *testing.T) {
	files := someFiles()
	for step := range 12 {
		s := &faulty{Store: mem.New()}
		s.fail = func(string) (error, error) { return nil, nil }
		run(t, s, files)
		merge(t, s, wrong())
		extra := memory{{"later", []byte(call(90, "Later"))}}
		n := 0
		r := rebuild(s, append(files, extra...), "")
		slow := func(ctx context.Context, name string) Object {
			if n++; n == step%4 {
				run(t, s, extra, stream(call(91, "Pushed")))
			}
			return append(files, extra...).look(ctx, name)
		}
		r.Look["file"] = slow
		s.fail = func(op string) (error, error) {
			if op == "SetDocs rebuild" && step == 5 {
				n = -100
				run(t, s, extra, stream(call(91, "Pushed")))
			}
			return nil, nil
		}
		if out, err := r.Run(t.Context()); err != nil || !out.Switched {
			t.Fatalf("step %d: %+v, %v", step, out, err)
		}
		s.fail = func(string) (error, error) { return nil, nil }
		run(t, s, extra, stream(call(91, "Pushed")))
		calm := mem.New()
		run(t, calm, files, extra, stream(call(91, "Pushed")))
		if dump(t, s) != dump(t, calm) {
			t.Fatalf("step %d: other facts than of a new store", step)
		}
	}
}

// TestARowThatComesAfterTheSwitchIsUnread: its facts were merged before the draft
// was begun, and its row was written when the draft had taken their place.
func TestARowThatComesAfterTheSwitchIsUnread(t *testing.T) {
	files := memory{{"slow", []byte(call(1, "Slow"))}}
	s := &faulty{Store: mem.New()}
	s.fail = func(op string) (error, error) {
		if op == "SetDocs ledger" {
			s.fail = func(string) (error, error) { return nil, nil }
			if out, err := rebuild(s, nil, "").Run(t.Context()); err != nil || !out.Switched {
				t.Errorf("%+v, %v", out, err)
			}
		}
		return nil, nil
	}
	run(t, s, files)
	if got := names(t, s); got != "" {
		t.Fatalf("facts %q: the test tests nothing", got)
	}
	if sum := run(t, s, files); sum.Files.Done != 1 {
		t.Fatalf("%+v", sum)
	}
	if got := names(t, s); got != "Slow" {
		t.Fatalf("facts %q", got)
	}
}

// TestFaultsOfARebuildInPairs lets each write of a rebuild fail, without effect
// and with, and wants another run to end as an undisturbed one does.
func TestFaultsOfARebuildInPairs(t *testing.T) {
	files := someFiles()
	calm := mem.New()
	run(t, calm, files)
	want := dump(t, calm)
	broken := errors.New("the disk is full")
	for _, op := range []string{"BeginDraft", "MergeDraft", "SetDocs rebuild", "SetDocs rebuild-refused", "Switch", "SetDocs quarantine", "SetDocs lease"} {
		for _, persisted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s fails, persisted: %v", op, persisted), func(t *testing.T) {
				s := &faultyDraft{faulty{Store: mem.New()}}
				s.fail = func(string) (error, error) { return nil, nil }
				run(t, s, files)
				merge(t, s, wrong())
				old := dump(t, s)
				hit := false
				s.fail = func(did string) (error, error) {
					switch {
					case did != op || hit:
						return nil, nil
					case persisted:
						hit = true
						return nil, broken
					}
					hit = true
					return broken, nil
				}
				if _, err := rebuild(s, files, "").Run(t.Context()); !errors.Is(err, broken) || !hit {
					t.Fatalf("error %v, want that of the store", err)
				}
				if got := dump(t, s); got != old && got != want {
					t.Fatalf("neither the older facts nor the new ones:\n%s", got)
				}
				s.fail = func(string) (error, error) { return nil, nil }
				r := rebuild(s, files, "")
				if _, err := r.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := dump(t, s); got != want {
					t.Fatal("other facts than of a new store")
				}
				if a, b := quarantined(t, s), quarantined(t, calm); fmt.Sprint(a) != fmt.Sprint(b) {
					t.Fatalf("in quarantine: %q, want %q", a, b)
				}
			})
		}
	}
}

// faultyDraft is faulty for what a rebuild does besides.
type faultyDraft struct{ faulty }

func (f *faultyDraft) do(op string, work func() error) error {
	before, after := f.fail(op)
	if before != nil {
		return before
	}
	return errors.Join(work(), after)
}

func (f *faultyDraft) BeginDraft(ctx context.Context, rules int) (g store.Generation, err error) {
	err = f.do("BeginDraft", func() (err error) { g, err = f.Store.BeginDraft(ctx, rules); return err })
	return g, err
}

func (f *faultyDraft) MergeDraft(ctx context.Context, draft int64, facts []activity.Fact) error {
	return f.do("MergeDraft", func() error { return f.Store.MergeDraft(ctx, draft, facts) })
}

func (f *faultyDraft) Switch(ctx context.Context, draft int64, from, onto store.Kind) error {
	return f.do("Switch", func() error { return f.Store.Switch(ctx, draft, from, onto) })
}

func TestARebuildIsAbandoned(t *testing.T) {
	s := mem.New()
	files := someFiles()
	run(t, s, files)
	want := dump(t, s)
	r := rebuild(s, files, "")
	r.Stay = true
	if out, err := r.Run(t.Context()); err != nil || out.Switched {
		t.Fatalf("%+v, %v", out, err)
	}
	if says, err := Outdated(t.Context(), s); err != nil || !strings.Contains(says, "has not ended") {
		t.Fatalf("%q, %v", says, err)
	}
	if err := Abandon(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if says, err := Outdated(t.Context(), s); err != nil || says != "" || dump(t, s) != want {
		t.Fatalf("%q, %v", says, err)
	}
}

// TestTheRulesAreThoseThatWereCounted holds Rules against what they make of a few
// records. If it fails because facts were meant to change, add one to Rules, so
// that operators are told to rebuild, and put the new facts here.
func TestTheRulesAreThoseThatWereCounted(t *testing.T) {
	s := mem.New()
	run(t, s, memory{{"a", []byte(strings.Join([]string{
		call(1, "ListBuckets"),
		alice(2, "2026-05-30T10:15:30Z", "ec2.amazonaws.com", "RunInstances", `"errorCode":"Client.UnauthorizedOperation",`),
		alice(3, "2026-05-30T10:15:30Z", "autoscaling.amazonaws.com", "PutScalingPolicy", `"requestParameters":{"serviceNamespace":"ecs"},`),
		strings.Replace(strings.Replace(call(4, "GetObject"), `"Management"`, `"Data"`, 1), `"managementEvent":true`, `"managementEvent":false`, 1),
		alice(5, "2026-05-30T10:15:30Z", "lambda.amazonaws.com", "CreateFunction20150331", `"requestParameters":{"role":"f"},`),
		strings.Replace(theCall, `"sessionContext":{`, `"sessionContext":{"sourceIdentity":"ada",`, 1),
	}, "\n"))}})
	const want = `{Account:111122223333 Principal: Source: Name: Region:eu-west-1 Class:5 Outcome:0 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 ev-1} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:autoscaling.amazonaws.com Name:PutScalingPolicy#ecs Region:eu-west-1 Class:1 Outcome:1 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000003} {1780136130000 0a1b2c3d-0000-4000-8000-000000000003} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:ec2.amazonaws.com Name:RunInstances Region:eu-west-1 Class:1 Outcome:2 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000002} {1780136130000 0a1b2c3d-0000-4000-8000-000000000002} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:lambda.amazonaws.com Name:CreateFunction20150331 Region:eu-west-1 Class:1 Outcome:1 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000005} {1780136130000 0a1b2c3d-0000-4000-8000-000000000005} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:lambda.amazonaws.com Name:CreateFunction20150331 Region:eu-west-1 Class:6 Outcome:1 Target:f} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000005} {1780136130000 0a1b2c3d-0000-4000-8000-000000000005} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:s3.amazonaws.com Name:GetObject Region:eu-west-1 Class:2 Outcome:1 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000004} {1780136130000 0a1b2c3d-0000-4000-8000-000000000004} [20603]]
{Account:111122223333 Principal:AIDAALICEEXAMPLE00001 Source:s3.amazonaws.com Name:ListBuckets Region:eu-west-1 Class:1 Outcome:1 Target:} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 0a1b2c3d-0000-4000-8000-000000000001} [20603]]
{Account:111122223333 Principal:AKIAALICEEXAMPLE0001 Source:autoscaling.amazonaws.com Name: Region:eu-west-1 Class:3 Outcome:1 Target:AIDAALICEEXAMPLE00001} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000003} {1780136130000 0a1b2c3d-0000-4000-8000-000000000003} [20603]]
{Account:111122223333 Principal:AKIAALICEEXAMPLE0001 Source:ec2.amazonaws.com Name: Region:eu-west-1 Class:3 Outcome:2 Target:AIDAALICEEXAMPLE00001} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000002} {1780136130000 0a1b2c3d-0000-4000-8000-000000000002} [20603]]
{Account:111122223333 Principal:AKIAALICEEXAMPLE0001 Source:lambda.amazonaws.com Name: Region:eu-west-1 Class:3 Outcome:1 Target:AIDAALICEEXAMPLE00001} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000005} {1780136130000 0a1b2c3d-0000-4000-8000-000000000005} [20603]]
{Account:111122223333 Principal:AKIAALICEEXAMPLE0001 Source:s3.amazonaws.com Name: Region:eu-west-1 Class:3 Outcome:1 Target:AIDAALICEEXAMPLE00001} [{1780136130000 0a1b2c3d-0000-4000-8000-000000000001} {1780136130000 0a1b2c3d-0000-4000-8000-000000000001} [20603]]
{Account:111122223333 Principal:AROAAPPEXAMPLE0000001 Source:ec2.amazonaws.com Name: Region: Class:7 Outcome:2 Target:i-*} [{1780136130000 } {1780136130000 } [20603]]
{Account:111122223333 Principal:AROAAPPEXAMPLE0000001 Source:ec2.amazonaws.com Name: Region: Class:7 Outcome:2 Target:source-identity:ada} [{1780136130000 } {1780136130000 } [20603]]
{Account:111122223333 Principal:AROAAPPEXAMPLE0000001 Source:ec2.amazonaws.com Name:StartInstances Region:eu-west-1 Class:1 Outcome:2 Target:} [{1780136130000 ev-1} {1780136130000 ev-1} [20603]]
`
	if got := dump(t, s); Rules != 2 || got != want {
		t.Fatalf("rules %d give\n%s", Rules, got)
	}
}
