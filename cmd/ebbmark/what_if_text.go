package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// whatIfFormat is the writer of a format.
func (p *program) whatIfFormat(name string) (func(io.Writer, *replayed) error, error) {
	if name == "" {
		name = "tsv"
		if isTerminal(p.stdout) {
			name = "table"
		}
	}
	write := map[string]func(io.Writer, *replayed) error{
		"table": whatIfTable, "tsv": whatIfTSV, "json": whatIfJSON, "junit": whatIfJUnit, "sarif": whatIfSARIF,
	}[name]
	if write == nil {
		return nil, usageError("--format %q: want table, tsv, json, junit or sarif", name)
	}
	return write, nil
}

func whatIfTable(w io.Writer, r *replayed) error {
	for _, p := range r.principals {
		if len(p.proof.Denied) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s\n", p.arn); err != nil {
			return err
		}
		for _, d := range p.proof.Denied {
			if _, err := fmt.Fprintf(w, "  %-44s last %s  %s\n", d.Action, day(d.Last), d.Reason); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintln(w, r.summary())
	return err
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// whatIfTSV writes a line for each use that may be denied: principal, action, last
// use, reason.
func whatIfTSV(w io.Writer, r *replayed) error {
	for _, p := range r.principals {
		for _, d := range p.proof.Denied {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.arn, d.Action, d.Last.UTC().Format(time.RFC3339), d.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

func whatIfJSON(w io.Writer, r *replayed) error {
	type denial struct {
		Action string    `json:"action"`
		Last   time.Time `json:"lastUsed"`
		Reason string    `json:"reason"`
	}
	type principal struct {
		ARN    string   `json:"arn"`
		Uses   int      `json:"uses"`
		Denied []denial `json:"denied"`
	}
	out := struct {
		Uses       int         `json:"uses"`
		Denied     int         `json:"denied"`
		Inferred   int         `json:"inferred"` // denied actions that uses may have needed
		Principals []principal `json:"principals"`
	}{Uses: r.uses(), Principals: []principal{}}
	out.Denied, out.Inferred = r.denied()
	for _, p := range r.principals {
		one := principal{p.arn, p.proof.Uses, []denial{}}
		for _, d := range p.proof.Denied {
			one.Denied = append(one.Denied, denial{d.Action, d.Last.UTC(), d.Reason.String()})
		}
		out.Principals = append(out.Principals, one)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// whatIfJUnit writes a test suite for each principal: a test that passes for what
// would go on, and one that fails for each use that may be denied.
func whatIfJUnit(w io.Writer, r *replayed) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
	}
	type test struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Cases    []test `xml:"testcase"`
	}
	type suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		Suites  []suite  `xml:"testsuite"`
	}
	out := suites{Name: "ebbmark what-if"}
	for _, p := range r.principals {
		one := suite{Name: p.arn, Tests: 1 + len(p.proof.Denied), Failures: len(p.proof.Denied)}
		one.Cases = append(one.Cases, test{Name: fmt.Sprintf("replay of %d recorded uses", p.proof.Uses), Class: p.arn})
		for _, d := range p.proof.Denied {
			one.Cases = append(one.Cases, test{d.Action, p.arn, &failure{fmt.Sprintf("would be denied; last used %s: %s", day(d.Last), d.Reason), "denied"}})
		}
		out.Suites = append(out.Suites, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// whatIfSARIF writes a SARIF 2.1.0 log with a result for each use that may be denied,
// in the file of the policy.
func whatIfSARIF(w io.Writer, r *replayed) error {
	type text struct {
		Text string `json:"text"`
	}
	type obj map[string]any
	results := []obj{}
	for _, p := range r.principals {
		for _, d := range p.proof.Denied {
			results = append(results, obj{
				"ruleId": "DeniesRecordedUse", "ruleIndex": 0, "level": "error",
				"message":             text{fmt.Sprintf("%s of %s would be denied; last used %s: %s", d.Action, p.arn, day(d.Last), d.Reason)},
				"locations":           []obj{{"physicalLocation": obj{"artifactLocation": obj{"uri": r.file}}, "logicalLocations": []obj{{"fullyQualifiedName": p.arn, "kind": "resource"}}}},
				"partialFingerprints": obj{"use/v1": p.arn + " " + d.Action},
			})
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(obj{
		"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"runs": []obj{{
			"tool": obj{"driver": obj{"name": "ebbmark", "rules": []obj{{
				"id": "DeniesRecordedUse", "shortDescription": text{"A changed policy would deny use that the logs have."},
				"help": text{"Keep the action in the policy, or make sure that nobody needs it any more."},
			}}}},
			"results": results,
		}},
	})
}
