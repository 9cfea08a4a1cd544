package ingest

import (
	"cmp"
	"slices"
	"strings"
)

// Summary is what came of an ingest. Its JSON is that of
// `ebbmark ingest --format json`.
type Summary struct {
	Files Files `json:"files"`
	Counts
	Skipped  map[string]int64 `json:"skipped"`            // files that were not read, by reason
	Problems []Problem        `json:"problems"`           // at most maxProblems
	Unlisted int64            `json:"unlisted,omitempty"` // problems beyond those listed
	Busy     int64            `json:"busy,omitempty"`     // files that another process was reading: another run looks again
}

// Files counts objects by what became of them.
type Files struct {
	Done    int64 `json:"done"`
	Skipped int64 `json:"skipped"`
	Failed  int64 `json:"failed"`
}

// Problem is a file that failed or a record that was refused.
type Problem struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"` // in bytes of decompressed text
	Reason string `json:"reason"`
}

func newSummary() Summary {
	return Summary{Counts: NewCounts(), Skipped: map[string]int64{}, Problems: []Problem{}}
}

// OK reports whether every file was read to its end and every record used or
// understood.
func (s *Summary) OK() bool { return s.Files.Failed == 0 && s.AllRefused() == 0 }

// take counts an object that was read.
func (s *Summary) take(file string, row *Row) {
	s.Counts.Add(row.Counts)
	if row.Status == Done {
		s.Files.Done++
		return
	}
	s.Files.Failed++
	s.problem(Problem{file, row.Offset, row.Reason})
}

func (s *Summary) skip(reason string) {
	s.Files.Skipped++
	s.Skipped[reason]++
}

func (s *Summary) problem(p Problem) {
	if len(s.Problems) < maxProblems {
		s.Problems = append(s.Problems, p)
		return
	}
	s.Unlisted++
}

// sortProblems puts the listed problems in the order of files and offsets.
func (s *Summary) sortProblems() {
	slices.SortFunc(s.Problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset), strings.Compare(a.Reason, b.Reason))
	})
}

// Merge adds what another run came to.
func (s *Summary) Merge(o Summary) {
	s.Files.Done += o.Files.Done
	s.Files.Skipped += o.Files.Skipped
	s.Files.Failed += o.Files.Failed
	s.Counts.Add(o.Counts)
	for reason, n := range o.Skipped {
		s.Skipped[reason] += n
	}
	for _, p := range o.Problems {
		s.problem(p)
	}
	s.Unlisted += o.Unlisted
	s.Busy += o.Busy
}
