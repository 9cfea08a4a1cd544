package console

import (
	"fmt"
	"time"
)

// status is what GetStatus answers.
type status struct {
	Version string    `json:"version"`
	AsOf    time.Time `json:"asOf"`
	Catalog struct {
		Date     time.Time `json:"date"`
		Updated  time.Time `json:"updated"`
		Services int       `json:"services"`
		Actions  int       `json:"actions"`
	} `json:"catalog"`
	Logs struct {
		Regions      int       `json:"regions"`
		LatestRecord time.Time `json:"latestRecord"`
		CoveredDays  int       `json:"coveredDays"`
		Days         int       `json:"days"`
		Since        string    `json:"coveredSince"`
	} `json:"logs"`
	Ingest struct {
		Reading int         `json:"reading"`
		Sources []logSource `json:"sources"`
	} `json:"ingest"`
	Asked bool `json:"-"` // the API has told it
}

// logSource is logs that the server reads again and again.
type logSource struct {
	Kind        string    `json:"kind"`
	State       string    `json:"state"`
	LastSuccess time.Time `json:"lastSuccess"`
	FilesRead   int64     `json:"filesRead"`
	FilesFailed int64     `json:"filesFailed"`
	Refused     int64     `json:"recordsRefused"`
}

func (q *request) status(v *homeView) (err error) {
	v.Status, err = askOwn[status](q.Context(), q.client, "GetStatus", "/v1/status")
	v.Status.Asked = err == nil
	return err
}

// CatalogDate is how new what is known of services and actions is.
func (s *status) CatalogDate() time.Time {
	if s.Catalog.Updated.After(s.Catalog.Date) {
		return s.Catalog.Updated
	}
	return s.Catalog.Date
}

// Gaps is how many days have no log.
func (s *status) Gaps() int { return s.Logs.Days - s.Logs.CoveredDays }

// attention is something that the reader should look at. Command is what mends
// it, if a command does.
type attention struct{ Text, Link, Href, Command string }

// Attention is what of the state of the server needs it.
func (s *status) Attention() (list []attention) {
	if !s.Asked {
		return nil
	}
	switch late := s.AsOf.Sub(s.Logs.LatestRecord); {
	case s.Logs.CoveredDays == 0:
		list = append(list, attention{"No log of this account was read, so nothing is proven unused.", "See the coverage", Path + "coverage", "ebbmark ingest PATH"})
	case late > staleAfter:
		list = append(list, attention{fmt.Sprintf("The latest record of a log is %s old.", count(int(late/day), "day")), "See the coverage", Path + "coverage", ""})
	}
	if n := s.Gaps(); n > 0 && s.Logs.CoveredDays > 0 {
		list = append(list, attention{fmt.Sprintf("Of %s of the last %d no log was read: what was not used on them is not known to be unused.", count(n, "day"), s.Logs.Days), "See which", Path + "coverage", ""})
	}
	for _, one := range s.Ingest.Sources {
		if one.State == "failing" {
			list = append(list, attention{"A source of logs, a " + one.Kind + ", cannot be read. The server's log says why.", "", "", ""})
		}
		if one.FilesFailed > 0 {
			list = append(list, attention{fmt.Sprintf("%s of a source, a %s, could not be read.", count(int(one.FilesFailed), "file"), one.Kind), "", "", "ebbmark ledger list --state failed"})
		}
	}
	if age := s.AsOf.Sub(s.CatalogDate()); age > catalogAge {
		list = append(list, attention{fmt.Sprintf("The catalogue of services and actions is %s old: newer actions are not known.", count(int(age/day), "day")), "", "", "ebbmark catalog refresh"})
	}
	return list
}
