package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/trail"
)

// doubt says why data events of a type may have happened in the window that the
// logs do not show; empty: they show all. It is asked beside the questions for
// logs of every day and Region (coverage.go), not instead of them.
//
// The logs of an account are those of its trails, and nothing tells which log is
// of which trail. So every trail that may have written them has to deliver all
// events of the type. What is left out then is that none of these logs was read,
// which the witness is for: some event of the type.
func (t *trails) doubt(kind string, events trail.Events) string {
	k := kindOf{kind, events}
	why, there := t.doubts[k]
	if !there {
		for _, a := range t.in.Scope.accounts {
			if why = t.doubtIn(a.id, k); why != "" {
				break
			}
		}
		t.doubts[k] = why
	}
	return why
}

func (t *trails) doubtIn(account string, k kindOf) string {
	if why := t.unlisted(account); why != "" {
		return why
	}
	regions := t.asked[account]
	if t.in.EveryRegion {
		regions = []string{""}
	}
	all := t.of(account)
	for _, region := range regions {
		if why := t.doubtOf(account, region, all, k); why != "" {
			return why
		}
	}
	w := t.watchOf(account)
	switch {
	case k.kind == s3Objects && w.fsx:
		return "account " + account + " has S3 access points of FSx, and it is not known whether calls through these are such events"
	case k.kind == tables && t.in.Scope.dax:
		return "there is a role for DynamoDB Accelerator (DAX), and it is not known whether its calls leave events"
	case !w.seen[k.kind]:
		return fmt.Sprintf("the logs of the window have none of anyone in account %s, so they may not be of the trail that delivers these: read the logs of its bucket", account)
	}
	return ""
}

// The types that have exceptions.
const (
	s3Objects = "AWS::S3::Object"
	tables    = "AWS::DynamoDB::Table"
)

// unlisted says why it is not known which trails an account has.
func (t *trails) unlisted(account string) string {
	r := t.told[account]
	l, ok := r.Listing(t.in.Now)
	switch {
	case !ok:
		return fmt.Sprintf("no trail of account %s is known: ebbmark sync aws reads them, or ebbmark import", account)
	case !t.fresh(l.AsOf):
		return fmt.Sprintf("the trails of account %s were last read on %s, too long ago: read them again", account, dayOf(l.AsOf))
	case !l.Complete:
		return fmt.Sprintf("account %s may have further trails: cloudtrail:ListTrails is needed to know", account)
	}
	for _, e := range r.Earlier(t.from, t.in.Now) {
		if !slices.Equal(e.ARNs, l.ARNs) {
			return fmt.Sprintf("account %s had other trails on %s, within the window", account, dayOf(e.AsOf))
		}
	}
	return ""
}

// doubtOf is doubt in a Region; an empty one: in every Region.
func (t *trails) doubtOf(account, region string, all []known, k kindOf) string {
	where := map[bool]string{true: "", false: " in " + region}[region == ""]
	sound, faults := 0, []string{}
	for i := range all {
		one := &all[i]
		if one.Silent(t.from) || region != "" && one.HomeRegion != "" && !one.Covers(region) {
			continue // writes no logs of the Region
		}
		why := t.fault(account, one, k)
		if why == "" && !one.Covers(region) {
			why = fmt.Sprintf("trail %s is of %s only", one.name(), one.HomeRegion)
		}
		if why == "" {
			sound++
		} else if one.Selectors != nil && one.Selectors.May(k.kind) {
			faults = append([]string{why}, faults...) // the likelier one to be put right
		} else {
			faults = append(faults, why)
		}
	}
	switch {
	case sound == 0 && len(faults) == 0:
		return fmt.Sprintf("no trail of account %s logs%s", account, where)
	case len(faults) == 0:
		return ""
	case sound > 0:
		return "of the logs" + where + " it is not known which trail they are of, and " + faults[0]
	}
	return faults[0]
}

// fault says why a trail may not have delivered all of a type in the window.
func (t *trails) fault(account string, one *known, k kindOf) string {
	switch {
	case !one.Known():
		return t.unsteady(account, one)
	case one.Selectors.Whole(k.kind, one.Partition())&k.events == k.events:
		return t.unsteady(account, one)
	case one.Selectors.May(k.kind):
		return fmt.Sprintf("trail %s delivers some only (%s): let it select all of them", one.name(), one.Selectors.Narrowed(k.kind, one.Partition()))
	}
	return fmt.Sprintf("trail %s delivers none of them: let it select all of them", one.name())
}

// unsteady says why a trail may not have been through the whole window as it was
// last read, whatever it delivers.
func (t *trails) unsteady(account string, one *known) string {
	switch {
	case !one.Known():
		return fmt.Sprintf("the event selectors or the status of trail %s are not known: cloudtrail:GetEventSelectors and cloudtrail:GetTrailStatus are needed", one.name())
	case !t.fresh(one.AsOf):
		return fmt.Sprintf("trail %s was last read on %s, too long ago: read it again", one.name(), dayOf(one.AsOf))
	case !one.Status.Logging:
		return fmt.Sprintf("trail %s does not log", one.name())
	case one.Status.Started.IsZero() || one.Status.Started.After(t.from):
		return fmt.Sprintf("trail %s is not known to log since before the window", one.name())
	case one.Status.DeliveryError != "":
		return fmt.Sprintf("trail %s could not deliver (%s)", one.name(), one.Status.DeliveryError)
	case len(one.others) > 0:
		return fmt.Sprintf("trail %s was different on %s, within the window", one.name(), dayOf(one.others[0]))
	}
	return t.changed(account, one)
}

// changed says why a trail may have been changed in the window: by what the logs
// of those accounts say that can, or because these logs are not there.
func (t *trails) changed(account string, one *known) string {
	if !t.in.EveryRegion && !slices.Contains(t.asked[account], one.HomeRegion) {
		return fmt.Sprintf("trail %s may have been changed in %s, which is not among the Regions in use", one.name(), one.HomeRegion)
	}
	for _, keeper := range t.keepers(account, one) {
		if keeper != account && !t.covered(keeper, one.HomeRegion) {
			return fmt.Sprintf("trail %s may have been changed in account %s, whose logs do not cover the window", one.name(), keeper)
		}
		if calls := t.watchOf(keeper).changes; len(calls) > 0 {
			name := slices.MaxFunc(slices.Sorted(maps.Keys(calls)), func(a, b string) int { return cmp.Compare(calls[a], calls[b]) })
			return fmt.Sprintf("cloudtrail:%s was called in account %s on %s: trail %s may have been different before", name, keeper, dayOf(moment(calls[name])), one.name())
		}
	}
	if one.Organization && !t.in.Scope.organized && one.Since.After(t.from) {
		return fmt.Sprintf("trail %s is of an organization, and it is not known which accounts may change it", one.name())
	}
	return ""
}

// deliverers are the trails that write the logs of the accounts, for a sentence
// on what was proven.
func (t *trails) deliverers() string {
	names := map[string]bool{}
	for _, a := range t.in.Scope.accounts {
		for _, k := range t.of(a.id) {
			if !k.Silent(t.from) {
				names[k.name()] = true
			}
		}
	}
	list, n := bounded(names, maxNames)
	return few(list, n, ", ")
}

// leftOut are the trails, when all that write logs surely leave out some
// management events: of the source, or of any when it is empty. Empty: some trail
// may have them.
func (t *trails) leftOut(source string, events trail.Events) string {
	var names []string
	for _, a := range t.in.Scope.accounts {
		if t.unlisted(a.id) != "" {
			return ""
		}
		for _, k := range t.of(a.id) {
			switch {
			case k.Silent(t.from):
			case k.Selectors == nil || k.Selectors.MayManage(source)&events != 0:
				return ""
			default:
				names = append(names, k.name())
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return strings.TrimSpace(few(names, len(names), ", "))
}
