package console

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// coverageView is the page of the days that logs cover.
type coverageView struct {
	Frame
	Account  string
	Other    bool // it is not the caller's
	Days     int
	From, To string
	Regions  []coveredRegion
	Left     int // Regions that are not drawn
	CLI      []string
}

// coveredRegion is one Region as GetCoverage answers it.
type coveredRegion struct {
	Region       string    `json:"region"`
	LatestRecord time.Time `json:"latestRecord"`
	CoveredDays  int       `json:"coveredDays"`
	Covered      []span    `json:"covered"`
	Gaps         []span    `json:"gaps"`
	Calendar     weeks     `json:"-"`
}

type coverageAnswer struct {
	Account string          `json:"account"`
	From    string          `json:"from"`
	To      string          `json:"to"`
	Regions []coveredRegion `json:"regions"`
}

// coverage shows of which days of which Regions a log was read.
func (q *request) coverage(w http.ResponseWriter) error {
	target := "/v1/coverage"
	if account := q.URL.Query().Get("account"); account != "" {
		target += "?" + url.Values{"account": {account}}.Encode()
	}
	out, err := askOwn[coverageAnswer](q.Context(), q.client, "GetCoverage", target)
	if err != nil {
		return err
	}
	v := coverageView{Account: out.Account, Other: out.Account != q.visit.Account, From: out.From, To: out.To, Regions: out.Regions, CLI: []string{"ebbmark coverage " + out.Account, q.curl(target)}}
	f := newFrameOfDays(out.From, out.To)
	v.Days = f.Len()
	if len(v.Regions) > maxPictures {
		v.Left, v.Regions = len(v.Regions)-maxPictures, v.Regions[:maxPictures]
	}
	for i := range v.Regions {
		v.Regions[i].draw(f)
	}
	v.Frame = q.frame("Log coverage", []Link{{"Log coverage", ""}})
	v.Section = "coverage"
	q.console.render(w, http.StatusOK, "coverage", &v)
	return nil
}

// draw makes the calendar.
func (r *coveredRegion) draw(f frameOfDays) {
	classes := make([]string, f.Len())
	f.each(r.Covered, func(i int) { classes[i] = "level-3" })
	f.each(r.Gaps, func(i int) { classes[i] = "gap" })
	r.Calendar = newWeeks(fmt.Sprintf("%s: a log of %d of %s", r.Name(), r.CoveredDays, count(f.Len(), "day")), f, classes)
}

// Name is what the Region is called.
func (r *coveredRegion) Name() string {
	if r.Region == "" {
		return "Records without a Region"
	}
	return r.Region
}

// Named are the gaps that the page names, the latest first.
func (r *coveredRegion) Named() (list []span) {
	for i := len(r.Gaps) - 1; i >= 0 && len(list) < gapsNamed; i-- {
		list = append(list, r.Gaps[i])
	}
	return list
}

// Unnamed is how many more there are.
func (r *coveredRegion) Unnamed() int { return max(len(r.Gaps)-gapsNamed, 0) }
