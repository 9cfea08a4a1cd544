package console

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// shownReport is the report of a download with the services that the table
// shows, or errNotFound while there is none.
func (q *request) shownReport() (*accessReport, error) {
	_, _, r, err := q.reportOf()
	if err != nil {
		return nil, err
	}
	if r.Running || r.Failure != "" {
		return nil, errNotFound
	}
	shown := *r
	shown.Services = newTable(q.URL.Query()).of(r.Services, r.Completed)
	return &shown, nil
}

// downloadCSV sends the table: a row for each action, or for a service none of
// whose actions are tracked.
func (q *request) downloadCSV(w http.ResponseWriter) error {
	r, err := q.shownReport()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	out := csv.NewWriter(&buf)
	rows := [][]string{{"arn", "service", "namespace", "serviceLastAccessed", "serviceEntity", "serviceRegion", "entities", "action", "actionLastAccessed", "actionEntity", "actionRegion"}}
	for _, s := range r.Services {
		service := []string{r.ARN, s.ServiceName, s.ServiceNamespace, exact(s.LastAuthenticated), s.LastAuthenticatedEntity, s.LastAuthenticatedRegion, strconv.Itoa(s.TotalAuthenticatedEntities)}
		actions := s.TrackedActionsLastAccessed
		if len(actions) == 0 {
			actions = []actionAccess{{}}
		}
		for _, a := range actions {
			rows = append(rows, append(service[:len(service):len(service)], a.ActionName, exact(a.LastAccessedTime), a.LastAccessedEntity, a.LastAccessedRegion))
		}
	}
	for _, cells := range rows {
		for i := range cells {
			cells[i] = cell(cells[i])
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	send(w, "text/csv; charset=utf-8", "last-accessed.csv", buf.Bytes())
	return nil
}

// cell is text that no spreadsheet takes for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n|", rune(text[0])) {
		return "'" + text
	}
	return text
}

// exact is a time for programs; empty: never.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return utc(t)
}

// downloadJSON sends the table as the AWS CLI prints reports.
func (q *request) downloadJSON(w http.ResponseWriter) error {
	r, err := q.shownReport()
	if err != nil {
		return err
	}
	if r.Services == nil {
		r.Services = []serviceAccess{}
	}
	body, err := json.MarshalIndent(struct {
		Arn                  string
		JobId                string
		JobCompletionDate    time.Time
		ServicesLastAccessed []serviceAccess
	}{r.ARN, r.JobID, r.Completed, r.Services}, "", "  ")
	if err != nil {
		return err
	}
	send(w, "application/json", "last-accessed.json", append(body, '\n'))
	return nil
}

// send sends a file.
func send(w http.ResponseWriter, contentType, name string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Write(body) // a browser that has gone away is no error of ours
}
