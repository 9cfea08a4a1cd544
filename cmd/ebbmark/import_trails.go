package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	trails "github.com/ebbmark/ebbmark/trail"
)

// trailsRow is what became of what files say of the trails of one account.
type trailsRow struct {
	Account string    `json:"account"`
	ReadAt  time.Time `json:"readAt"`
	Trails  int       `json:"trails"`
	Whole   int       `json:"whole"` // with status and event selectors
	Listed  bool      `json:"listed"`
	Result  string    `json:"result"` // changed, or unchanged
}

// trails reads a file of trails.
func (in *imported) trails(file string, r io.Reader) error {
	parts, err := trails.Read(r)
	if err != nil {
		return &inventory.FileError{File: file, Err: err}
	}
	in.trailParts = append(in.trailParts, parts...)
	if !slices.Contains(in.trailFiles, file) {
		in.trailFiles = append(in.trailFiles, file)
	}
	return nil
}

// joinTrails makes observations of all that files say of trails.
func (in *imported) joinTrails(f importFlags, now time.Time) (err error) {
	in.observations, err = trails.Join(in.trailParts, f.account, f.readAt, now)
	if err != nil {
		return &inventory.FileError{File: strings.Join(in.trailFiles, ", "), Err: err}
	}
	return nil
}

// storeTrails adds the observations to what is known of each account.
func (p *program) storeTrails(ctx context.Context, book *accounts.Book, in *imported, result *importResult) error {
	for i := range in.observations {
		o := &in.observations[i]
		changed, err := book.ObserveTrails(ctx, o)
		if err != nil {
			return fmt.Errorf("%w (run the import again)", err)
		}
		row := trailsRow{Account: o.Account, ReadAt: o.At, Trails: len(o.Trails), Listed: o.Listed != nil, Result: resultUnchanged}
		for i := range o.Trails {
			if o.Trails[i].Known() {
				row.Whole++
			}
		}
		if changed {
			row.Result = resultChanged
		}
		result.Trails = append(result.Trails, row)
		p.warnTrails(row)
	}
	return nil
}

// warnTrails says what is missing to prove anything.
func (p *program) warnTrails(r trailsRow) {
	if !r.Listed {
		p.warn("account %s: without Trails of list-trails there may be further trails, and data events prove nothing", r.Account)
	}
	if r.Whole < r.Trails {
		p.warn("account %s: of %s status or event selectors are missing: what was known of them keeps its date", r.Account, plural(r.Trails-r.Whole, "trail"))
	}
}

func writeTrailsTable(w io.Writer, rows []trailsRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tTRAILS\tWHOLE\tREAD AT\tRESULT")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", r.Account, r.Trails, r.Whole, r.ReadAt.UTC().Format(time.RFC3339), r.Result)
	}
	return t.Flush()
}
