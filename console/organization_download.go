package console

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// finishedSubtree is the report of a download, or errNotFound while there is
// none.
func (q *request) finishedSubtree() (*subtreeView, error) {
	v, err := q.subtreeOf()
	if err == nil && (v.Report.Running || v.Report.Failure != "") {
		err = errNotFound
	}
	return v, err
}

// subtreeCSV sends the report: a row for each service.
func (q *request) subtreeCSV(w http.ResponseWriter) error {
	v, err := q.finishedSubtree()
	if err != nil {
		return err
	}
	rows := [][]string{{"path", "service", "namespace", "lastAccessed", "accountPath", "region", "accounts"}}
	for _, s := range v.Report.Services {
		rows = append(rows, []string{
			cell(v.Node.Path), cell(s.ServiceName), cell(s.ServiceNamespace), exact(s.LastAuthenticatedTime),
			cell(s.EntityPath), cell(s.Region), strconv.Itoa(s.TotalAuthenticatedEntities),
		})
	}
	var buf bytes.Buffer
	if err := csv.NewWriter(&buf).WriteAll(rows); err != nil {
		return err
	}
	send(w, "text/csv; charset=utf-8", "organization-last-accessed.csv", buf.Bytes())
	return nil
}

// subtreeJSON sends the report as the AWS CLI prints it.
func (q *request) subtreeJSON(w http.ResponseWriter) error {
	v, err := q.finishedSubtree()
	if err != nil {
		return err
	}
	services := v.Report.Services
	if services == nil {
		services = []accessDetail{}
	}
	body, err := json.MarshalIndent(struct {
		JobStatus                                               string
		JobCreationDate, JobCompletionDate                      time.Time
		NumberOfServicesAccessible, NumberOfServicesNotAccessed int
		AccessDetails                                           []accessDetail
		IsTruncated                                             bool
	}{"COMPLETED", v.Report.Created, v.Report.Completed, v.Report.Accessible, v.Report.Left, services, false}, "", "  ")
	if err != nil {
		return err
	}
	send(w, "application/json", "organization-last-accessed.json", append(body, '\n'))
	return nil
}
