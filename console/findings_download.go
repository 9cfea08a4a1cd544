package console

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
)

// findingsFile are all findings of a list, not only of one page.
func (q *request) findingsFile() ([]findingSummary, error) {
	a, err := q.analyzerNamed(q.URL.Query())
	if err != nil {
		return nil, err
	}
	return q.allFindings(a, newFindingFilter(q.URL.Query()))
}

// findingsCSV sends the list, a row for each finding.
func (q *request) findingsCSV(w http.ResponseWriter) error {
	list, err := q.findingsFile()
	if err != nil {
		return err
	}
	rows := [][]string{{"id", "findingType", "status", "resource", "resourceType", "resourceOwnerAccount", "createdAt", "updatedAt", "analyzedAt", "error"}}
	for _, f := range list {
		rows = append(rows, []string{
			cell(f.ID), cell(f.FindingType), cell(f.Status), cell(f.Resource), cell(f.ResourceType), cell(f.ResourceOwnerAccount),
			exact(f.CreatedAt), exact(f.UpdatedAt), exact(f.AnalyzedAt), cell(f.Error),
		})
	}
	var buf bytes.Buffer
	if err := csv.NewWriter(&buf).WriteAll(rows); err != nil {
		return err
	}
	send(w, "text/csv; charset=utf-8", "findings.csv", buf.Bytes())
	return nil
}

// findingsJSON sends the list as the AWS CLI prints it.
func (q *request) findingsJSON(w http.ResponseWriter) error {
	list, err := q.findingsFile()
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(map[string]any{"findings": list}, "", "  ")
	if err != nil {
		return err
	}
	send(w, "application/json", "findings.json", append(body, '\n'))
	return nil
}
