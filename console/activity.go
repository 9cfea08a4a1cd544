package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// activityView is the Activity tab of a user or role.
type activityView struct {
	Frame
	Kind     kind
	Entity   subject
	Days     int
	From, To string
	Gaps     int // days without a log
	Calendar weeks
	Rows     []activityRow // latest use first
	Left     int           // services that are not drawn
	CLI      []string
}

// activityRow is one service.
type activityRow struct {
	Namespace  string    `json:"namespace"`
	Name       string    `json:"name"`
	FirstUsed  time.Time `json:"firstUsed"`
	LastUsed   time.Time `json:"lastUsed"`
	ActiveDays int       `json:"activeDays"`
	Active     []span    `json:"active"`
	Strip      strip     `json:"-"`
}

// activityAnswer is what GetActivity answers.
type activityAnswer struct {
	From     string        `json:"from"`
	To       string        `json:"to"`
	Covered  []span        `json:"covered"`
	Gaps     []span        `json:"gaps"`
	Services []activityRow `json:"services"`
}

// activity shows the days on which a user or role was active.
func (q *request) activity(w http.ResponseWriter) error {
	k, err := q.kind()
	if err != nil {
		return err
	}
	if k.several() {
		return errNotFound
	}
	s, err := q.subject(k)
	if err != nil {
		return err
	}
	target := "/v1/activity?" + url.Values{"arn": {s.ARN}}.Encode()
	out, err := askOwn[activityAnswer](q.Context(), q.client, "GetActivity", target)
	if err != nil {
		return err
	}
	v := activityView{Kind: k, Entity: s, CLI: []string{q.curl(target)}}
	v.draw(&out)
	v.Frame = q.frame("Activity: "+s.Name, append(k.crumbs(), Link{s.Name, k.At("details", s.ID)}, Link{"Activity", ""}))
	q.console.render(w, http.StatusOK, "activity", &v)
	return nil
}

// draw makes the pictures.
func (v *activityView) draw(a *activityAnswer) {
	f := newFrameOfDays(a.From, a.To)
	v.From, v.To, v.Days = a.From, a.To, f.Len()
	for _, g := range a.Gaps {
		v.Gaps += g.Days
	}
	v.Rows = a.Services
	slices.SortStableFunc(v.Rows, func(x, y activityRow) int { return y.LastUsed.Compare(x.LastUsed) })
	v.Calendar = v.calendar(f, a)
	if len(v.Rows) > maxPictures {
		v.Left, v.Rows = len(v.Rows)-maxPictures, v.Rows[:maxPictures]
	}
	for i := range v.Rows {
		v.Rows[i].draw(f, a.Gaps)
	}
}

// calendar colours each day by how many services were called on it.
func (v *activityView) calendar(f frameOfDays, a *activityAnswer) weeks {
	used, classes := make([]int, f.Len()), make([]string, f.Len())
	for _, row := range v.Rows {
		f.each(row.Active, func(i int) { used[i]++ })
	}
	f.each(a.Covered, func(i int) { classes[i] = "idle" })
	f.each(a.Gaps, func(i int) { classes[i] = "gap" })
	active := 0
	for i, n := range used {
		if n > 0 {
			classes[i] = fmt.Sprintf("level-%d", level(n))
			active++
		}
	}
	return newWeeks(fmt.Sprintf("Active on %s of %d, from %s to %s; of %s there is no log", count(active, "day"), f.Len(), a.From, a.To, count(v.Gaps, "day")), f, classes)
}

// level is how dark a day is: 1, 2 to 3, 4 to 7, 8 and more services.
func level(services int) int {
	switch {
	case services >= 8:
		return 4
	case services >= 4:
		return 3
	case services >= 2:
		return 2
	}
	return 1
}

// draw makes the picture of a row: the days of use upon the line from the first
// to the last use.
func (r *activityRow) draw(f frameOfDays, gaps []span) {
	life := span{From: r.FirstUsed.UTC().Format(time.DateOnly), To: r.LastUsed.UTC().Format(time.DateOnly)}
	title := fmt.Sprintf("Used on %s of %d, first on %s, last on %s", count(r.ActiveDays, "day"), f.Len(), life.From, life.To)
	r.Strip = newStrip(title, f, stripLayer{"gap", gaps}, stripLayer{"life", []span{life}}, stripLayer{"use", r.Active})
}

// Label is what the service is called.
func (r *activityRow) Label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Namespace
}

// curl is the command line that asks the own API the same.
func (q *request) curl(target string) string {
	scheme := "http"
	if q.TLS != nil {
		scheme = "https"
	}
	return fmt.Sprintf(`curl --aws-sigv4 aws:amz:%s:ebbmark -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" %s`, q.visit.Region, quoted(scheme+"://"+q.Host+target))
}
