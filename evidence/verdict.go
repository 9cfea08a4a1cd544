package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/report"
)

// judge gives verdicts.
type judge struct {
	in       *Input
	tally    *tally
	coverage *Coverage
	witness  *witness
	trails   *trails
	needed   map[int]needed // of actions that are recorded as data events
	grants   *grants
	records  records
}

// reasons are the questions that an action is asked, in their order. The first
// that has an answer decides. That nothing was used is what is left.
func (j *judge) reasons() []func(action int, r *Action) (report.Verdict, string) {
	return []func(int, *Action) (report.Verdict, string){
		j.used, j.inferred, j.unrecorded, j.unclear, j.filtered, j.nobody, j.young, j.uncovered,
	}
}

// decide gives an action its verdict.
func (j *judge) decide(i int, r *Action) {
	for _, reason := range j.reasons() {
		if v, why := reason(i, r); v != "" {
			r.Verdict, r.Why = v, why
			return
		}
	}
	r.Verdict = report.Unused
	r.Why = fmt.Sprintf("No attempt in the %d days before %s, and logs of every day%s were read%s.",
		int(j.in.Window/(24*time.Hour)), dayOf(j.in.Now), map[bool]string{true: "", false: " and Region of them"}[j.in.EveryRegion], before(r.LastAttempt))
	if r.Recorded == AsData {
		r.Why += fmt.Sprintf(" All of its data events (%s) are delivered by trail %s.", r.Resource, j.trails.deliverers())
	}
	if g := j.witness.given(j.in.Scope.Kind); g != nil && j.in.Scope.Kind == "policy" {
		r.Why += fmt.Sprintf(" IAM keeps no date of attachments and inline policies, and %s was called last on %s: if that gave this, it is younger.", g.Event, dayOf(g.Last))
	}
}

func (j *judge) used(i int, r *Action) (report.Verdict, string) {
	if !j.tally.actions[i].within() {
		return "", ""
	}
	return report.Used, usedText(&r.Use)
}

func usedText(u *Use) string {
	how := "succeeded"
	switch {
	case u.LastAttempt.Equal(u.LastSuccess):
	case u.LastAttempt.Equal(u.LastDenied):
		how = "was denied"
	default:
		how = "failed"
	}
	return fmt.Sprintf("The last attempt, on %s, %s; there were attempts on %s of the window.", dayOf(u.LastAttempt), how, count(u.DaysUsed, "day"))
}

func (j *judge) inferred(i int, r *Action) (report.Verdict, string) {
	if !j.tally.inferred[i].within() {
		return "", ""
	}
	return report.Inferred, fmt.Sprintf("Inferred: a call of %s, the last on %s, may have needed it.", few(r.Inferred.Events, r.Inferred.EventsTotal, " or "), dayOf(r.Inferred.LastAttempt))
}

// unrecorded is for what no log would show.
func (j *judge) unrecorded(i int, r *Action) (report.Verdict, string) {
	switch r.Recorded {
	case AsManagement:
		return "", ""
	case AsData:
		return j.undelivered(i, r)
	case Never:
		return report.NotObservable, "CloudTrail does not record it."
	}
	return report.NotObservable, "It is not known whether CloudTrail records it."
}

// undelivered is for data events, which trails deliver where they are told to.
func (j *judge) undelivered(i int, r *Action) (report.Verdict, string) {
	n, ok := j.needed[i]
	if !ok {
		return report.NotObservable, fmt.Sprintf("CloudTrail records it as a data event (%s), and it is not known that every use of it leaves one of its own.", r.Resource)
	}
	if n.also >= 0 && j.tally.actions[n.also].within() {
		return report.NotObservable, fmt.Sprintf("A call of %s, the last on %s, may have needed it.", j.in.Catalog.FullName(n.also), dayOf(j.tally.actions[n.also].use(j.tally.from, j.tally.to).LastAttempt))
	}
	if why := j.trails.doubt(r.Resource, n.events); why != "" {
		return report.NotObservable, fmt.Sprintf("CloudTrail records it as a data event (%s), and it is not known that a trail delivers all of these: %s.", r.Resource, why)
	}
	return "", ""
}

// unclear is for calls that may have been of the action.
func (j *judge) unclear(i int, _ *Action) (report.Verdict, string) {
	service := j.in.Catalog.Actions()[i].Service
	if names, n := bounded(j.tally.unclear[service], maxNames); n > 0 {
		return report.NotObservable, fmt.Sprintf("The logs have calls of the service whose action is not known (%s): it may have been this one.", few(names, n, ", "))
	}
	if names, n := bounded(j.tally.unmapped, maxNames); n > 0 {
		return report.NotObservable, fmt.Sprintf("The logs have calls of event sources whose service is not known (%s): it may have been this one.", few(names, n, ", "))
	}
	return "", ""
}

func (j *judge) filtered(i int, _ *Action) (report.Verdict, string) {
	if what := j.witness.missing(i); what != "" {
		if names := j.trails.leftOut(j.witness.source(i)); names != "" {
			return report.NotObservable, fmt.Sprintf("The logs of the window have no %s of anyone: the event selectors of trail %s leave them out.", what, names)
		}
		return report.NotObservable, fmt.Sprintf("The logs of the window have no %s of anyone: the trail may leave them out.", what)
	}
	return "", ""
}

func (j *judge) nobody(int, *Action) (report.Verdict, string) {
	if j.in.Scope.principals == 0 {
		return report.NotEnoughHistory, "No user or role has it by the snapshot, and who had it before is not known."
	}
	if n := len(j.in.Scope.absent); n > 0 {
		return report.NotEnoughHistory, fmt.Sprintf("There is no snapshot of account %s.", few(j.in.Scope.absent, n, ", "))
	}
	return "", ""
}

func (j *judge) young(_ int, r *Action) (report.Verdict, string) {
	from := j.in.Now.Add(-j.in.Window)
	switch born, known := j.in.Scope.born(); {
	case !known:
		return report.NotEnoughHistory, "It is not known when it was made that may use it."
	case born.After(from):
		return report.NotEnoughHistory, fmt.Sprintf("Who may use it was made on %s, within the window.", dayOf(born))
	case r.GrantedSince.IsZero():
		return report.NotEnoughHistory, "It is not known since when it is granted."
	case r.GrantedSince.After(from):
		return report.NotEnoughHistory, fmt.Sprintf("It is known to be granted since %s only, within the window.", dayOf(r.GrantedSince))
	}
	return "", ""
}

func (j *judge) uncovered(int, *Action) (report.Verdict, string) {
	c := j.coverage
	switch {
	case c.Whole:
		return "", ""
	case c.RegionsTotal == 0 && len(j.in.Scope.accounts) == 1:
		return report.NotEnoughHistory, "No log of the window was read."
	case c.GapsTotal > 0:
		g := c.Gaps[0]
		more := ""
		if c.GapsTotal > 1 {
			more = fmt.Sprintf(" and of %s more", count(c.GapsTotal-1, "gap"))
		}
		return report.NotEnoughHistory, fmt.Sprintf("No log of %s in account %s was read of %s to %s%s.", cmp.Or(g.Region, "any Region"), g.Account, g.From, g.To, more)
	case j.in.EveryRegion:
		return report.NotEnoughHistory, fmt.Sprintf("No log of the window was read of account %s.", few(c.Silent, c.SilentTotal, ", "))
	}
	return report.NotEnoughHistory, fmt.Sprintf("No log of the window was read of %s: say which Regions are in use, or that a trail logs them all.", few(c.Silent, c.SilentTotal, ", "))
}

func before(last time.Time) string {
	if last.IsZero() {
		return ""
	}
	return "; the last attempt before was on " + dayOf(last)
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// few names some of so many.
func few(names []string, total int, sep string) string {
	shown := slices.Clone(names[:min(len(names), maxInWhy)])
	text := strings.Join(shown, sep)
	if total > len(shown) {
		text += fmt.Sprintf(" and %d more", total-len(shown))
	}
	return text
}

// service makes the row of a service; false: there is nothing to say of it.
func (j *judge) service(i int) (Service, bool) {
	s := &j.in.Catalog.Services()[i]
	g := j.tally.services[i]
	row := Service{Namespace: s.Namespace, Name: s.Name, Use: g.use(j.tally.from, j.tally.to), Actions: []Action{}}
	row.UnknownEvents, _ = bounded(j.tally.unclear[i], maxNames)
	row.Sessions, row.SessionsTotal = j.tally.sessionsOf(i)
	for a := s.First; a < s.End; a++ {
		if r, ok := j.action(a); ok {
			row.count(&r)
			row.Actions = append(row.Actions, r)
		}
	}
	slices.SortFunc(row.Actions, func(a, b Action) int { return strings.Compare(a.Name, b.Name) })
	j.sum(&row, g.within())
	return row, row.Granted > 0 || g != nil
}

// action makes the row of an action that is granted or was used.
func (j *judge) action(i int) (Action, bool) {
	known := &j.in.Catalog.Actions()[i]
	r := Action{Name: known.Name, Level: known.Level.String(), Granted: j.grants.set.Has(i)}
	g := j.tally.actions[i]
	if !r.Granted && g == nil {
		return r, false
	}
	r.Use = g.use(j.tally.from, j.tally.to)
	r.Inferred = j.tally.inferred[i].inferredUse(j.tally.from, j.tally.to)
	if r.Inferred != nil && i == j.tally.passRole {
		r.Inferred.Passed, r.Inferred.PassedTotal = j.tally.passedRoles()
	}
	r.Recorded, r.Resource = j.records.of(i)
	j.grants.describe(i, &r)
	j.decide(i, &r)
	return r, true
}

func (c *Counts) count(r *Action) {
	if !r.Granted {
		return
	}
	c.Granted++
	if len(r.Taken) > 0 {
		c.Taken++
	}
	switch r.Verdict {
	case report.Used:
		c.Used++
	case report.Inferred:
		c.Inferred++
	case report.Unused:
		c.Unused++
	case report.NotObservable:
		c.NotObservable++
	default:
		c.NotEnoughHistory++
	}
}

// sum is the verdict on a service: unused when all of its actions are.
func (j *judge) sum(row *Service, used bool) {
	switch {
	case used:
		row.Verdict, row.Why = report.Used, usedText(&row.Use)
		return
	case row.Granted == 0:
		row.Verdict, row.Why = report.NotEnoughHistory, "It is not granted now; the last attempt was on "+dayOf(row.LastAttempt)+", before the window."
		return
	}
	row.Verdict = report.Unused
	for _, v := range []report.Verdict{report.Inferred, report.NotObservable, report.NotEnoughHistory} {
		if i := slices.IndexFunc(row.Actions, func(a Action) bool { return a.Granted && a.Verdict == v }); i >= 0 {
			row.Verdict, row.Why = v, row.Actions[i].Name+": "+row.Actions[i].Why
			return
		}
	}
	row.Why = fmt.Sprintf("None of its %s was used%s.", count(row.Granted, "granted action"), before(row.LastAttempt))
}
