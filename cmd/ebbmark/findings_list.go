package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
)

// analyzerFindings is what a command shows of an analyzer.
type analyzerFindings struct {
	view     *analyzers.View
	findings []*finding.Finding // by resource, type and key
}

// list is the findings that a filter matches, by analyzer.
func (d *desk) list(ctx context.Context, f findingsFlags, filter finding.Filter) ([]analyzerFindings, error) {
	chosen, err := d.choose(ctx, f)
	if err != nil {
		return nil, err
	}
	match := filter.Matcher()
	var lists []analyzerFindings
	for _, a := range chosen {
		v, err := d.keeper.View(ctx, a.Name)
		if errors.Is(err, analyzers.ErrNoAnalyzer) { // deleted this moment
			continue
		}
		if err != nil {
			return nil, err
		}
		l := analyzerFindings{view: v}
		for _, f := range v.In(finding.Order{Attribute: "resource"}) {
			if match.Match(f) {
				l.findings = append(l.findings, f)
			}
		}
		slices.SortFunc(l.findings, byResource)
		lists = append(lists, l)
	}
	return lists, nil
}

func byResource(a, b *finding.Finding) int {
	return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(string(a.Type), string(b.Type)), strings.Compare(a.Key, b.Key))
}

// filter is what the command line says of findings.
func (f findingsFlags) filter() (finding.Filter, error) {
	filter := finding.Filter{}
	statuses, err := parseStatuses(f.statuses)
	if err != nil {
		return nil, err
	}
	types, err := parseTypes("--type", "", f.types)
	if err != nil {
		return nil, err
	}
	if f.account != "" && (len(f.account) != 12 || strings.Trim(f.account, "0123456789") != "") {
		return nil, usageError("--account %q: want an account's 12 digits", f.account)
	}
	for name, values := range map[string][]string{"status": statuses, "findingType": types, "resourceOwnerAccount": {f.account}} {
		if len(values) > 0 && values[0] != "" {
			filter[name] = finding.Criterion{Eq: values}
		}
	}
	if len(f.resources) > 0 {
		filter["resource"] = finding.Criterion{Contains: f.resources}
	}
	if err := filter.Check(finding.AccountUnusedAccess); err != nil {
		return nil, usageError("too much is asked for at once: %w", err)
	}
	return filter, nil
}

// parseStatuses reads --status; nil: all.
func parseStatuses(words []string) (list []string, err error) {
	for _, word := range words {
		switch s := finding.Status(strings.ToUpper(word)); s {
		case finding.Active, finding.Archived, finding.Resolved:
			list = append(list, string(s))
		case "ALL":
			return nil, nil
		default:
			return nil, usageError("--status %q: want ACTIVE, ARCHIVED, RESOLVED or all", word)
		}
	}
	return list, nil
}

// parseTypes reads types of findings in upper or lower case. What else may be
// said is for the error.
func parseTypes(flag, elsewise string, words []string) (list []string, err error) {
	known := append(finding.UnusedTypes(), finding.ExternalAccess)
	for _, word := range words {
		i := slices.IndexFunc(known, func(t finding.Type) bool { return strings.EqualFold(string(t), word) })
		if i < 0 {
			return nil, usageError("%s %q: want %sone of %s", flag, word, elsewise, strings.Trim(fmt.Sprint(known), "[]"))
		}
		list = append(list, string(known[i]))
	}
	return list, nil
}

// staleScan is the age from which a scan is called old: what was used since is
// not known to it.
const staleScan = 48 * time.Hour

// warnScans tells of analyzers whose findings are old. The error is of those
// that have none because nobody has looked yet.
func (p *program) warnScans(d *desk, lists []analyzerFindings) error {
	var unscanned error
	for _, l := range lists {
		name, at := l.view.Analyzer.ARN(), l.view.Scanned
		switch {
		case at.IsZero():
			unscanned = fmt.Errorf("%s was never scanned: run ebbmark findings scan --store %s %[1]s, or a server", name, withoutPassword(d.dsn))
			p.warn("%v", unscanned)
		case d.now.Sub(at) >= staleScan:
			p.warn("%s was scanned %s ago: what happened since is not in its findings; run ebbmark findings scan --store %s %[1]s, or a server", name, plural(int(d.now.Sub(at)/aDay), "day"), withoutPassword(d.dsn))
		}
	}
	return unscanned
}
