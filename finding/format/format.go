// Package format writes findings in the forms that other tools read, one file
// per form: EventBridge events (event.go, AA-37), Security Hub's ASFF (asff.go),
// OCSF (ocsf.go), SARIF (sarif.go), the answer of Access Analyzer's own API
// (json.go, AA-30) and CSV (csv.go). Everything but the words (words.go) stays
// as it was stored; nothing is left out without a sign.
package format

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// Findings are findings in the order in which they are to be written. An error
// ends them.
type Findings = iter.Seq2[*finding.Detailed, error]

// Writer writes the findings of an analyzer. It keeps no more than one batch of
// them in memory. After an error what was written is not complete.
type Writer func(w io.Writer, analyzer finding.Name, list Findings) error

// Names are the names of the forms that Named knows.
func Names() []string { return []string{"json", "csv", "asff", "ocsf", "sarif", "event"} }

// Named is the writer of a form; nil: there is no such form.
func Named(name string) Writer {
	switch name {
	case "json":
		return JSON
	case "csv":
		return CSV
	case "asff":
		return ASFF
	case "ocsf":
		return OCSF
	case "sarif":
		return SARIF
	case "event":
		return Events
	}
	return nil
}

// stamp is a moment in UTC, to the millisecond where there are any.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// encode is the JSON of a value on one line, without a line end.
func encode(v any) ([]byte, error) {
	var b output
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b[:len(b)-1], nil
}

// output collects what is written.
type output []byte

func (b *output) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// lines writes one line of JSON for each finding.
func lines(w io.Writer, list Findings, of func(*finding.Detailed) any) error {
	b := bufio.NewWriter(w)
	for f, err := range list {
		if err != nil {
			return err
		}
		if err := writeJSON(b, of(f), f.ID); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

func writeJSON(b *bufio.Writer, v any, id string) error {
	text, err := encode(v)
	if err != nil {
		return fmt.Errorf("write finding %s: %w", id, err)
	}
	_, err = b.Write(text)
	return err
}

// enclosed writes the findings as members of a list between two texts.
func enclosed(w io.Writer, before, after string, list Findings, of func(*finding.Detailed) any) error {
	b := bufio.NewWriter(w)
	b.WriteString(before)
	comma := ""
	for f, err := range list {
		if err != nil {
			return err
		}
		b.WriteString(comma)
		if err := writeJSON(b, of(f), f.ID); err != nil {
			return err
		}
		comma = ",\n"
	}
	b.WriteString(after)
	return b.Flush()
}
