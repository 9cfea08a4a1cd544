package console

import (
	"errors"
	"net/http"
	"time"
)

// findingsView is the list of an analyzer's findings.
type findingsView struct {
	Frame
	Analyzer analyzerRef
	Counts   *findingCounts // nil: not told
	Filter   findingFilter
	Types    []Link
	Rows     []findingRow
	Selected bool   // some can be archived or made active
	First    string // address of the first page, when this is another
	Next     string
	CLI      []string
}

// findingRow is a finding with the page of its principal.
type findingRow struct {
	findingSummary
	Link Link // no Href: the console has no page of it
}

// findingCounts are the statistics of an analyzer (section 5.4).
type findingCounts struct {
	Active    int         `json:"totalActiveFindings"`
	Archived  int         `json:"totalArchivedFindings"`
	Resolved  int         `json:"totalResolvedFindings"`
	ByType    []typed     `json:"unusedAccessTypeStatistics"`
	Types     []typeCount `json:"-"` // ByType with what people call the types
	External  bool        `json:"-"`
	UpdatedAt time.Time   `json:"-"` // of the last scan; zero: there was none
}

type typeCount struct {
	Name, Type string
	Total      int
}

// findings lists findings: filtered, sorted and in pages, all by the API.
func (q *request) findings(w http.ResponseWriter) error {
	asked := q.URL.Query()
	a, err := q.analyzerNamed(asked)
	if err != nil {
		return err
	}
	v := findingsView{Analyzer: a, Filter: newFindingFilter(asked), Types: findingTypes()}
	token := asked.Get("next")
	list, err := q.listFindings(a, v.Filter, token, perPage)
	if err != nil {
		return err
	}
	for _, f := range list.Findings {
		k, name := q.principal(f.Resource)
		row := findingRow{findingSummary: f, Link: Link{Text: f.Resource}}
		if k.Slug != "" {
			row.Link = Link{name, k.At("details", name)}
		}
		v.Rows = append(v.Rows, row)
		v.Selected = v.Selected || f.Status != "RESOLVED"
	}
	if token != "" {
		v.First = v.at()
	}
	if list.NextToken != "" {
		v.Next = v.at("next", list.NextToken)
	}
	if v.Counts, err = q.findingCounts(a); err != nil {
		return err
	}
	words, err := v.Filter.words()
	if err != nil {
		return err
	}
	v.CLI = []string{q.analyzerCLI(append([]string{"list-findings-v2", "--analyzer-arn", a.ARN}, words...)...)}
	v.Frame = q.frame("Findings of "+a.Name, []Link{{"Access Analyzer", Path + "analyzers"}, {a.Name, ""}})
	v.Section = "analyzers"
	q.console.render(w, http.StatusOK, "findings", &v)
	return nil
}

// listFindings reads one page of findings.
func (q *request) listFindings(a analyzerRef, f findingFilter, token string, size int) (findingPage, error) {
	body := map[string]any{"analyzerArn": a.ARN, "filter": f.criteria(true), "sort": f.order(), "maxResults": size}
	if token != "" {
		body["nextToken"] = token
	}
	return askREST[findingPage](q.Context(), q.client, "ListFindings", http.MethodPost, "/findingv2", body)
}

// allFindings reads every finding of a filter. A list of which a part is missing
// is an error: whoever works from it would leave findings out.
func (q *request) allFindings(a analyzerRef, f findingFilter) ([]findingSummary, error) {
	list, token := []findingSummary{}, ""
	for range maxAsks {
		p, err := q.listFindings(a, f, token, askPage)
		if err != nil {
			return nil, err
		}
		list = append(list, p.Findings...)
		if token = p.NextToken; token == "" {
			return list, nil
		}
	}
	return nil, errors.New("analyzer has more findings than are read")
}

// findingCounts are the statistics, nil when the caller may not see them.
func (q *request) findingCounts(a analyzerRef) (*findingCounts, error) {
	out, err := askREST[struct {
		Statistics []struct {
			External *findingCounts `json:"externalAccessFindingsStatistics"`
			Unused   *findingCounts `json:"unusedAccessFindingsStatistics"`
		} `json:"findingsStatistics"`
		LastUpdatedAt time.Time `json:"lastUpdatedAt"`
	}](q.Context(), q.client, "GetFindingsStatistics", http.MethodPost, "/analyzer/findings/statistics", map[string]string{"analyzerArn": a.ARN})
	if ok, err := q.try(err); !ok {
		return nil, err
	}
	for _, s := range out.Statistics {
		c := s.Unused
		if s.External != nil {
			c = s.External
			c.External = true
		}
		if c == nil {
			continue
		}
		c.UpdatedAt = out.LastUpdatedAt
		for _, t := range c.ByType {
			c.Types = append(c.Types, typeCount{typeName(t.Type), t.Type, t.Total})
		}
		return c, nil
	}
	return nil, nil
}

// at is the address of the list with its filter and order.
func (v *findingsView) at(more ...string) string {
	return v.Analyzer.At("findings", append(v.Filter.query(), more...)...)
}

// Order is the address that sorts by a column; the second time the other way.
func (v *findingsView) Order(column string) string {
	f := v.Filter
	f.Descending = f.Sort == column && !f.Descending
	f.Sort = column
	return v.Analyzer.At("findings", f.query()...)
}

// Sorted is the aria-sort of a column.
func (v *findingsView) Sorted(column string) string {
	switch {
	case v.Filter.Sort != column:
		return "none"
	case v.Filter.Descending:
		return "descending"
	}
	return "ascending"
}

// Download is the address of the whole list as a file.
func (v *findingsView) Download(format string) string {
	return v.Analyzer.At("findings/"+format, v.Filter.query()...)
}

// Finding is the address of a finding.
func (v *findingsView) Finding(id string) string { return v.Analyzer.At("findings/finding", "id", id) }

// OfType is the address of the active findings of a type.
func (v *findingsView) OfType(findingType string) string {
	return v.Analyzer.At("findings", "type", findingType)
}

// Limited reports whether the filter leaves out more than a status does.
func (v *findingsView) Limited() bool { return v.Filter.limits() }

// Restrictions are what is said of resource control policies (AA-34).
func (v *findingsView) Restrictions() []string {
	return []string{"APPLICABLE", "FAILED_TO_EVALUATE_RCP", "NOT_APPLICABLE", "APPLIED"}
}
