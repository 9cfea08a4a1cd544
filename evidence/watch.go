package evidence

import (
	"strings"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
)

// watch is what the logs of an account say that concerns its trails.
type watch struct {
	changes map[string]int64         // the last call of each name that changes trails, in the window
	days    map[string]activity.Days // with logs, by Region
	seen    map[string]bool          // types with a data event of anyone in the window
	fsx     bool                     // S3 access points of FSx were dealt with, some time
}

// changing are the calls of CloudTrail that may change what trails deliver.
var changing = map[string]bool{
	"CreateTrail": true, "DeleteTrail": true, "UpdateTrail": true, "StartLogging": true, "StopLogging": true, "PutEventSelectors": true,
	"DeregisterOrganizationDelegatedAdmin": true, // who may have changed it before
}

// watchOf finds or makes the watch over an account.
func (t *trails) watchOf(account string) *watch {
	w := t.watches[account]
	if w == nil {
		w = &watch{changes: map[string]int64{}, days: map[string]activity.Days{}, seen: map[string]bool{}}
		t.watches[account] = w
	}
	return w
}

// call takes in a call of anyone in an account.
func (t *trails) call(account string, f *activity.Fact) {
	w := t.watchOf(account)
	if f.Source == "fsx.amazonaws.com" && strings.Contains(f.Name, "S3AccessPoint") {
		w.fsx = true
	}
	last, ok := report.LastIn(f, t.in.Now, t.in.Window)
	if !ok {
		return
	}
	if f.Source == "cloudtrail.amazonaws.com" && changing[f.Name] {
		w.changes[f.Name] = max(w.changes[f.Name], last.UnixMilli())
	}
	if f.Class != activity.Data {
		return
	}
	if use, ok := t.in.Catalog.Resolve(f.Source, f.Name); ok && use.Action >= 0 {
		if as, kind := t.records.of(use.Action); as == AsData {
			w.seen[kind] = true
		}
	}
}

// cover takes in which logs of an account were read.
func (t *trails) cover(account string, f *activity.Fact) {
	if f.Class == activity.Coverage && f.Region != "" {
		w := t.watchOf(account)
		w.days[f.Region] = w.days[f.Region].Union(f.Days)
	}
}

// covered reports whether there are logs of every day of the window but the last
// of a Region of an account.
func (t *trails) covered(account, region string) bool {
	w := t.watchOf(account)
	days := w.days[region]
	if t.in.EveryRegion {
		for _, d := range w.days {
			days = days.Union(d)
		}
	}
	from, to := t.in.span()
	in, gaps := days.Spans(from, to-1)
	return len(in) > 0 && len(gaps) == 0
}
