package dir

import (
	"context"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store/mem"
)

const line = `{"eventVersion":"1.10","userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"},"eventTime":"2026-05-30T10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventType":"AwsApiCall"}` + "\n"

// meddled is a source whose file is changed when half a record of it was read.
type meddled struct {
	Source
	meddle func()
}

func (m meddled) Objects(ctx context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		for o, err := range m.Source.Objects(ctx) {
			open := o.Open
			o.Open = func(ctx context.Context) (io.ReadCloser, error) {
				r, err := open(ctx)
				return &half{r, m.meddle, false}, err
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

type half struct {
	io.ReadCloser
	meddle func()
	begun  bool
}

func (h *half) Read(p []byte) (int, error) {
	if h.begun {
		h.meddle()
		return h.ReadCloser.Read(p)
	}
	h.begun = true
	return h.ReadCloser.Read(p[:min(len(p), len(line)/2)])
}

// TestAFileThatChangesWhileItIsRead ends in the ledger in the version that was
// seen before, so that the next look reads what it has become.
func TestAFileThatChangesWhileItIsRead(t *testing.T) {
	for sentence, tt := range map[string]struct {
		become string
		first  ingest.Files
		end    int64 // records of the last reading
	}{
		"it grows":            {strings.Repeat(line, 5), ingest.Files{Done: 1}, 5},
		"it shrinks":          {line[:len(line)/4], ingest.Files{Failed: 1}, 0},
		"it becomes empty":    {"", ingest.Files{Failed: 1}, 0},
		"a record is cut off": {strings.Repeat(line, 2) + line[:60], ingest.Files{Failed: 1}, 2},
	} {
		t.Run(sentence, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.json")
			write := func(text string, at time.Time) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Error(err)
				}
				if err := os.Chtimes(path, at, at); err != nil {
					t.Error(err)
				}
			}
			then := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
			write(strings.Repeat(line, 3), then)
			now := func() time.Time { return then.AddDate(0, 0, 1) }
			s := mem.New()
			source := meddled{Source{Path: path}, func() { write(tt.become, then.Add(time.Second)) }}
			sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{source}, Now: now}).Run(t.Context())
			if err != nil || sum.Files != tt.first {
				t.Fatalf("%+v, %v", sum, err)
			}
			sum, err = ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{Source{Path: path}}, Now: now}).Run(t.Context())
			if err != nil || sum.Files.Skipped != 0 || sum.Records != tt.end {
				t.Fatalf("the second look: %+v, %v", sum, err)
			}
		})
	}
}
