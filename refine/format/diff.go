package format

import (
	"io"

	"github.com/aymanbagabas/go-udiff"

	"github.com/ebbmark/ebbmark/refine"
)

// Diff writes a unified diff of each policy, both sides in lines of JSON.
func Diff(w io.Writer, list []*refine.Proposal) error {
	for _, p := range changed(list) {
		if _, err := io.WriteString(w, diff(p)); err != nil {
			return err
		}
	}
	return nil
}

func diff(p *refine.Proposal) string {
	if len(p.Parts) > 0 {
		return diffParts(p)
	}
	if len(p.Folded) > 0 {
		return diffFolded(p)
	}
	to := "b/" + Title(p)
	if p.Delete {
		to = "/dev/null"
	}
	return udiff.Unified("a/"+Title(p), to, pretty(p.Candidate.Document), pretty(p.Edited.Document))
}
