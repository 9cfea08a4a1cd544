package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/evidence"
)

// evidenceFormat is the writer of a format.
func (p *program) evidenceFormat(name string) (func(io.Writer, *evidence.Evidence) error, error) {
	if name == "" {
		name = "tsv"
		if isTerminal(p.stdout) {
			name = "table"
		}
	}
	write := map[string]func(io.Writer, *evidence.Evidence) error{
		"table": evidenceTable, "tsv": evidenceTSV, "csv": evidenceCSV, "json": evidenceJSON,
	}[name]
	if write == nil {
		return nil, usageError("--format %q: want table, tsv, csv or json", name)
	}
	return write, nil
}

// evidenceColumns are the fields of a line.
var evidenceColumns = []string{
	"namespace", "action", "verdict", "why", "granted", "taken_by", "last_success", "last_denied", "last_failed", "first_seen",
	"days_used", "regions", "who", "who_total", "granted_since", "statement", "recorded", "passed", "passed_total", "session", "sessions_total",
}

// evidenceLines are the lines: of a service, then of its actions.
func evidenceLines(e *evidence.Evidence, yield func([]string) error) error {
	for _, s := range e.Services {
		line := evidenceLine(s.Namespace, "", string(s.Verdict), s.Why, s.Granted > 0, "", &s.Use, time.Time{}, "", "")
		line = append(line, "", "0", first(s.Sessions, sessionText), strconv.Itoa(s.SessionsTotal))
		if err := yield(line); err != nil {
			return err
		}
		for _, a := range s.Actions {
			line := evidenceLine(s.Namespace, a.Name, string(a.Verdict), a.Why, a.Granted, strings.Join(a.Taken, " and "), &a.Use, a.GrantedSince, grantText(a.Grants), string(a.Recorded))
			passed, total := passedBy(&a)
			line = append(line, first(passed, passedText), strconv.Itoa(total), "", "0")
			if err := yield(line); err != nil {
				return err
			}
		}
	}
	return nil
}

func evidenceLine(namespace, action, verdict, why string, granted bool, taken string, u *evidence.Use, since time.Time, grant, recorded string) []string {
	who := ""
	if len(u.Who) > 0 {
		who = u.Who[0].Principal
	}
	return []string{
		namespace, action, verdict, why, strconv.FormatBool(granted), taken, momentText(u.LastSuccess), momentText(u.LastDenied), momentText(u.LastFailed),
		momentText(u.FirstSeen), strconv.Itoa(u.DaysUsed), strings.Join(u.Regions, ","), who, strconv.Itoa(u.WhoTotal), momentText(since), grant, recorded,
	}
}

// passedBy are the roles that calls may have handed over by an action.
func passedBy(a *evidence.Action) ([]evidence.Passed, int) {
	if a.Inferred == nil {
		return nil, 0
	}
	return a.Inferred.Passed, a.Inferred.PassedTotal
}

func passedText(p evidence.Passed) string { return p.Role + " to " + p.Service }

func sessionText(s evidence.Session) string {
	return cmp.Or(s.Session, "source identity "+s.SourceIdentity)
}

// first is the text of the first one; empty: there is none.
func first[T any](list []T, text func(T) string) string {
	if len(list) == 0 {
		return ""
	}
	return text(list[0])
}

// someText is the texts of a few of so many, each with its day.
func someText[T any](list []T, total int, text func(T) string, last func(T) time.Time) string {
	var b strings.Builder
	shown := list[:min(len(list), maxEvidenceTold)]
	for i, one := range shown {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%s)", text(one), day(last(one)))
	}
	if total > len(shown) {
		fmt.Fprintf(&b, " and %d more", total-len(shown))
	}
	return b.String()
}

// maxEvidenceTold is how many sessions and passed roles a table names.
const maxEvidenceTold = 5

func momentText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// grantText names the first statement: "POLICY statement 2 (SID), line 14".
func grantText(list []evidence.Grant) string {
	if len(list) == 0 {
		return ""
	}
	g := list[0]
	text := g.Policy
	if g.Holder != "" {
		text = g.Holder + " " + text
	}
	if g.Version != "" {
		text += " " + g.Version
	}
	text += fmt.Sprintf(" statement %d", g.Statement+1)
	if g.Sid != "" {
		text += " (" + g.Sid + ")"
	}
	return text + fmt.Sprintf(", line %d", g.Line)
}

func evidenceTSV(w io.Writer, e *evidence.Evidence) error {
	clean := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	return evidenceLines(e, func(line []string) error {
		for i := range line {
			line[i] = clean.Replace(line[i])
		}
		_, err := fmt.Fprintln(w, strings.Join(line, "\t"))
		return err
	})
}

func evidenceCSV(w io.Writer, e *evidence.Evidence) error {
	c := csv.NewWriter(w)
	if err := c.Write(evidenceColumns); err != nil {
		return err
	}
	if err := evidenceLines(e, c.Write); err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

func evidenceJSON(w io.Writer, e *evidence.Evidence) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

func evidenceTable(w io.Writer, e *evidence.Evidence) error {
	if _, err := fmt.Fprintf(w, "%s, %s to %s\n%s\n\n", e.ARN, e.From, e.To, coverageText(e.Coverage)); err != nil {
		return err
	}
	for _, s := range e.Services {
		taken := ""
		if s.Taken > 0 {
			taken = fmt.Sprintf(", %d taken away", s.Taken)
		}
		_, err := fmt.Fprintf(w, "%-32s %-18s %-10s  %d granted%s: %d used, %d inferred, %d unused, %d not observable, %d not enough history\n    %s\n",
			s.Namespace, s.Verdict, lastText(&s.Use), s.Granted, taken, s.Used, s.Inferred, s.Unused, s.NotObservable, s.NotEnoughHistory, s.Why)
		if err != nil {
			return err
		}
		if s.SessionsTotal > 0 {
			told := someText(s.Sessions, s.SessionsTotal, sessionText, func(s evidence.Session) time.Time { return s.Last })
			if _, err := fmt.Fprintf(w, "    sessions: %s\n", told); err != nil {
				return err
			}
		}
		for _, a := range s.Actions {
			if err := evidenceAction(w, &a); err != nil {
				return err
			}
		}
	}
	return nil
}

func evidenceAction(w io.Writer, a *evidence.Action) error {
	_, err := fmt.Fprintf(w, "  %-30s %-18s %-10s  %s\n", a.Name, a.Verdict, lastText(&a.Use), a.Why)
	if text := grantText(a.Grants); err == nil && text != "" {
		if a.GrantsTotal > 1 {
			text += fmt.Sprintf(" and %d more", a.GrantsTotal-1)
		}
		_, err = fmt.Fprintf(w, "      granted by %s\n", text)
	}
	if err == nil && len(a.Taken) > 0 {
		_, err = fmt.Fprintf(w, "      taken away by %s\n", strings.Join(a.Taken, " and "))
	}
	if passed, total := passedBy(a); err == nil && total > 0 {
		_, err = fmt.Fprintf(w, "      passed: %s\n", someText(passed, total, passedText, func(p evidence.Passed) time.Time { return p.Last }))
	}
	return err
}

func lastText(u *evidence.Use) string {
	if u.LastAttempt.IsZero() {
		return "-"
	}
	return day(u.LastAttempt)
}

func coverageText(c *evidence.Coverage) string {
	text := fmt.Sprintf("Logs of %s were read", plural(c.RegionsTotal, "Region"))
	if c.Whole {
		text += ", of every day."
	} else {
		text += fmt.Sprintf("; %s without any, %s; without a gap since %s.", plural(c.SilentTotal, "Region"), plural(c.GapsTotal, "gap"), cmp.Or(c.Since, "never"))
	}
	for i := range c.Trails {
		text += "\n" + trailText(&c.Trails[i])
	}
	if more := c.TrailsTotal - len(c.Trails); more > 0 {
		text += fmt.Sprintf("\nand %s more", plural(more, "trail"))
	}
	return text
}

// trailText says what a trail delivers, and whether that counts.
func trailText(t *evidence.Trail) string {
	where := "of " + t.HomeRegion
	if t.MultiRegion {
		where = "of every Region"
	}
	var whole []string
	for _, d := range t.DataEvents {
		if d.Events != "all" {
			d.Type += " (" + d.Events + ")"
		}
		whole = append(whole, d.Type)
	}
	text := fmt.Sprintf("Trail %s of account %s, %s: all data events of %s", cmp.Or(t.Name, t.ARN), t.Account, where, cmp.Or(strings.Join(whole, ", "), "no type"))
	if !t.AsOf.IsZero() {
		text += fmt.Sprintf("; so since %s at the latest, read last on %s", day(t.Since), day(t.AsOf))
	}
	if t.Doubt != "" {
		text += "; in doubt: " + t.Doubt
	}
	return text + "."
}
