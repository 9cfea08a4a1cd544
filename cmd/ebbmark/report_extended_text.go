package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
)

// extendedColumns are the fields of a line: of a service (no action), of an
// action, or of a principal that used the service or action of the line before.
var extendedColumns = []string{
	"ServiceNamespace", "ActionName", "Verdict", "TakenAwayBy", "AccountsWithout", "Principals",
	"Principal", "AccountId", "LastAttempt", "Outcome", "LastSuccess", "Region", "InferredFrom",
}

func extendedRows(f *extendedFinding) [][]string {
	var rows [][]string
	for i := range f.report.Services {
		s := &f.report.Services[i]
		rows = append(rows, extendedRow(s.Namespace, "", s.Verdict, takenService(s), s.Without, s.Total))
		rows = append(rows, principalRows(f, s.Namespace, "", s.Principals)...)
		for k := range s.Actions {
			a := &s.Actions[k]
			rows = append(rows, extendedRow(s.Namespace, a.Name, a.Verdict, strings.Join(a.Taken.List(), " "), a.Without, a.Total))
			rows = append(rows, principalRows(f, s.Namespace, a.Name, a.Principals)...)
			rows = append(rows, principalRows(f, s.Namespace, a.Name, a.Inferred.Principals)...)
		}
	}
	return rows
}

func extendedRow(service, action string, verdict report.Verdict, taken string, without, principals int) []string {
	return []string{service, action, string(verdict), taken, strconv.Itoa(without), strconv.Itoa(principals), "", "", "", "", "", "", ""}
}

func principalRows(f *extendedFinding, service, action string, uses []report.PrincipalUse) (rows [][]string) {
	for _, u := range uses {
		rows = append(rows, []string{
			service, action, "", "", "", "",
			f.name(u), u.Account, moment(whole(u.At)), outcomeText(u.Outcome), moment(whole(u.Success)), u.Region, u.Event,
		})
	}
	return rows
}

// whole is a moment in whole seconds; zero for none.
func whole(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC().Truncate(time.Second)
}

func outcomeText(o activity.Outcome) string {
	switch o {
	case activity.Succeeded:
		return "succeeded"
	case activity.Denied:
		return "denied"
	}
	return "failed"
}

// takenService names the policy types that leave nothing of a service, or that
// take some of it away ("SERVICE_CONTROL_POLICY 3 of 42").
func takenService(s *report.ExtendedService) string {
	var out []string
	for _, t := range []struct {
		name string
		n    int
	}{{organization.SCP, s.TakenBySCP}, {organization.RCP, s.TakenByRCP}} {
		switch t.n {
		case 0:
		case s.Known:
			out = append(out, t.name)
		default:
			out = append(out, fmt.Sprintf("%s %d of %d", t.name, t.n, s.Known))
		}
	}
	return strings.Join(out, ", ")
}

// extendedJSON is the report as JSON. Its names are ours: AWS has no such answer.
type extendedJSON struct {
	EntityPath    string                `json:"entityPath"`
	AsOf          string                `json:"asOf"`
	Accounts      int                   `json:"accounts"`
	Observed      observedJSON          `json:"observed"`
	Gaps          []gapJSON             `json:"gaps"`      // days without a log of an account and Region
	GapsTotal     int                   `json:"gapsTotal"` // with those that are not listed
	Services      []extendedServiceJSON `json:"services"`
	Unmapped      []string              `json:"unmappedCalls"`
	UnmappedTotal int                   `json:"unmappedCallsTotal"`
}

type observedJSON struct {
	From         string   `json:"from"`
	To           string   `json:"to"`
	Since        string   `json:"since,omitempty"`
	Through      string   `json:"through,omitempty"`
	WholeFor     int      `json:"accountsWithoutGap"`
	FewestDays   int      `json:"fewestDaysOfAnAccount"`
	Silent       []string `json:"accountsWithoutLogs"`
	SilentTotal  int      `json:"accountsWithoutLogsTotal"`
	Regions      []string `json:"regions"`
	RegionsTotal int      `json:"regionsTotal"`
}

type extendedServiceJSON struct {
	Namespace  string               `json:"namespace"`
	Name       string               `json:"name"`
	Verdict    report.Verdict       `json:"verdict"`
	Known      int                  `json:"actionsKnown"`
	Left       int                  `json:"actionsLeft"`
	BySCP      int                  `json:"actionsTakenAwayBySCPs"`
	ByRCP      int                  `json:"actionsTakenAwayByRCPs"`
	Without    int                  `json:"accountsWithout"`
	Accounts   int                  `json:"accountsThatUsedIt"`
	Total      int                  `json:"principalsTotal"`
	Principals []principalJSON      `json:"principals"`
	Actions    []extendedActionJSON `json:"actions"`
}

type extendedActionJSON struct {
	Name          string          `json:"name"`
	Verdict       report.Verdict  `json:"verdict"`
	Taken         []string        `json:"takenAwayBy,omitempty"`
	Without       int             `json:"accountsWithout"`
	Total         int             `json:"principalsTotal"`
	Principals    []principalJSON `json:"principals"`
	InferredTotal int             `json:"inferredTotal,omitempty"`
	Inferred      []principalJSON `json:"inferred,omitempty"`
}

type principalJSON struct {
	Principal    string    `json:"principal"`
	Account      string    `json:"account"`
	LastAttempt  time.Time `json:"lastAttempt"`
	Outcome      string    `json:"outcome"`
	LastSuccess  time.Time `json:"lastSuccess,omitzero"`
	Region       string    `json:"region,omitempty"`
	InferredFrom string    `json:"inferredFrom,omitempty"`
}

func writeExtendedJSON(w io.Writer, f *extendedFinding) error {
	r, o := f.report, &f.report.Observed
	out := extendedJSON{
		EntityPath: r.Path, AsOf: f.now.Format(time.RFC3339), Accounts: r.Accounts, Unmapped: listed(r.Unmapped), UnmappedTotal: r.UnmappedTotal,
		Gaps: gapsJSON(f.gaps.list), GapsTotal: f.gaps.total,
		Observed: observedJSON{dayText(o.From), dayText(o.To), observedDay(o.Since), observedDay(o.Through), o.Whole, o.Covered, listed(o.Silent), o.SilentTotal, listed(o.Regions), o.RegionsTotal},
	}
	for i := range r.Services {
		out.Services = append(out.Services, serviceJSON(f, &r.Services[i]))
	}
	return indented(w).Encode(out)
}

// listed is never null.
func listed(names []string) []string { return append([]string{}, names...) }

func observedDay(d activity.Day) string {
	if d == 0 {
		return ""
	}
	return dayText(d)
}

func serviceJSON(f *extendedFinding, s *report.ExtendedService) extendedServiceJSON {
	out := extendedServiceJSON{
		Namespace: s.Namespace, Name: s.Name, Verdict: s.Verdict, Known: s.Known, Left: s.Left, BySCP: s.TakenBySCP, ByRCP: s.TakenByRCP,
		Without: s.Without, Accounts: s.Accounts, Total: s.Total, Principals: principalsJSON(f, s.Principals), Actions: []extendedActionJSON{},
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		row := extendedActionJSON{Name: a.Name, Verdict: a.Verdict, Taken: a.Taken.List(), Without: a.Without, Total: a.Total, Principals: principalsJSON(f, a.Principals)}
		if a.Inferred.Total > 0 {
			row.InferredTotal, row.Inferred = a.Inferred.Total, principalsJSON(f, a.Inferred.Principals)
		}
		out.Actions = append(out.Actions, row)
	}
	return out
}

func principalsJSON(f *extendedFinding, uses []report.PrincipalUse) []principalJSON {
	out := make([]principalJSON, len(uses))
	for i, u := range uses {
		out[i] = principalJSON{f.name(u), u.Account, whole(u.At), outcomeText(u.Outcome), whole(u.Success), u.Region, u.Event}
	}
	return out
}

// writeExtendedTable writes the report for people: of every service the used,
// inferred and taken actions and who used them; of the other actions how many
// there are.
func writeExtendedTable(w io.Writer, f *extendedFinding, colour bool) error {
	b := bufio.NewWriter(w)
	r := f.report
	used := 0
	for i := range r.Services {
		if r.Services[i].Verdict == report.Used {
			used++
		}
	}
	fmt.Fprintf(b, "%s\n%d of %d services used in the %d days before %s\n", r.Path, used, len(r.Services), f.span/aDay, f.now.Format(time.RFC3339))
	writeObserved(b, &r.Observed)
	if r.UnmappedTotal > 0 {
		fmt.Fprintf(b, "%d calls stand for no service of the catalogue: %s\n", r.UnmappedTotal, someOf(r.Unmapped, r.UnmappedTotal))
	}
	b.WriteByte('\n')
	rows := []tableRow{{plain, []string{"SERVICE", "LAST ATTEMPT", "DAYS AGO", "REGION", "PRINCIPALS", "OUTCOME", "ACCOUNTS WITHOUT", "TAKEN AWAY BY"}}}
	for i := range r.Services {
		rows = append(rows, extendedTableRows(f, &r.Services[i])...)
	}
	writeAligned(b, rows, colour)
	return b.Flush()
}

func writeObserved(b *bufio.Writer, o *report.Observation) {
	switch {
	case o.Accounts == 0:
		fmt.Fprintln(b, "no accounts: nothing was observed")
	case o.Since == 0:
		fmt.Fprintf(b, "%d of %d accounts have no log in the window, so nothing is proven unused: %s\n", o.SilentTotal, o.Accounts, someOf(o.Silent, o.SilentTotal))
	default:
		fmt.Fprintf(b, "logs of every account since %s, none ends before %s; %d of %d have one of every day since %s, the fewest are of %d days of %d\n",
			dayText(o.Since), dayText(o.Through), o.Whole, o.Accounts, dayText(o.From), o.Covered, int(o.To-o.From)+1)
	}
	if o.RegionsTotal > 0 {
		fmt.Fprintf(b, "Regions with logs: %s\n", someOf(o.Regions, o.RegionsTotal))
	}
}

// someNames is how many names a line of the table has.
const someNames = 10

func someOf(names []string, total int) string {
	shown := names[:min(len(names), someNames)]
	text := strings.Join(shown, ", ")
	if more := total - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func extendedTableRows(f *extendedFinding, s *report.ExtendedService) []tableRow {
	rows := extendedTableRow(f, s.Namespace, s.Verdict, s.Use, s.Without, takenService(s))
	if !slices.ContainsFunc(s.Actions, func(a report.ExtendedAction) bool { return a.Total > 0 }) {
		rows = append(rows, principalTableRows(f, s.Use)...)
	}
	others := map[report.Verdict]int{}
	for i := range s.Actions {
		a := &s.Actions[i]
		switch {
		case a.Total > 0:
			rows = append(rows, extendedTableRow(f, "  "+a.Name, a.Verdict, a.Use, a.Without, strings.Join(a.Taken.List(), " "))...)
		case a.Inferred.Total > 0:
			rows = append(rows, extendedTableRow(f, "  "+a.Name, a.Verdict, a.Inferred, a.Without, strings.Join(a.Taken.List(), " "))...)
		case a.Taken != 0:
			rows = append(rows, extendedTableRow(f, "  "+a.Name, a.Verdict, report.Use{}, a.Without, strings.Join(a.Taken.List(), " "))...)
		default:
			others[a.Verdict]++
		}
	}
	for _, v := range []report.Verdict{report.Unused, report.NotEnoughHistory, report.NotObservable} {
		if n := others[v]; n > 0 {
			rows = append(rows, tableRow{dim, []string{fmt.Sprintf("  (%d actions)", n), string(v)}})
		}
	}
	return rows
}

// extendedTableRow is the line of a service or action, and of an action those of
// its principals.
func extendedTableRow(f *extendedFinding, name string, verdict report.Verdict, use report.Use, without int, taken string) []tableRow {
	count := ""
	if without > 0 {
		count = strconv.Itoa(without)
	}
	if use.Total == 0 {
		return []tableRow{{dim, []string{name, string(verdict), "", "", "", "", count, taken}}}
	}
	first := use.Principals[0]
	when, ago, colour := lastCells(whole(first.At), f.now)
	outcome := cmp.Or(map[report.Verdict]string{report.Inferred: "inferred"}[verdict], outcomeText(first.Outcome))
	rows := []tableRow{{colour, []string{name, when, ago, first.Region, strconv.Itoa(use.Total), outcome, count, taken}}}
	if strings.HasPrefix(name, " ") { // those of a service are named by its actions
		rows = append(rows, principalTableRows(f, use)...)
	}
	return rows
}

func principalTableRows(f *extendedFinding, use report.Use) (rows []tableRow) {
	for _, u := range use.Principals {
		when, ago, colour := lastCells(whole(u.At), f.now)
		rows = append(rows, tableRow{colour, []string{"    " + f.name(u), when, ago, u.Region, "", outcomeText(u.Outcome), "", inferredText(u)}})
	}
	if more := use.Total - len(use.Principals); more > 0 {
		rows = append(rows, tableRow{dim, []string{fmt.Sprintf("    and %d more", more)}})
	}
	return rows
}

func inferredText(u report.PrincipalUse) string {
	if u.Event == "" {
		return ""
	}
	return "inferred from " + u.Event
}
