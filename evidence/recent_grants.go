package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
)

// RecentGrants finds out, from the logs, who was given permissions within a window of which IAM
// keeps no date: by an attachment, an inline policy, a membership of a group, or another
// boundary. What somebody was given then had not its time.
//
// Of calls about roles the logs tell which role it was (activity.Passed), of others only
// the moment. A call about a role of which it is not known, as in logs that an older
// version has read, counts for all roles.
type RecentGrants struct {
	from    time.Time // the window: from < t <= to
	to      time.Time
	calls   map[givingCall]activity.Days
	named   map[givingCall]activity.Days // of calls, those of which the role is known
	roles   map[string]lastCall          // by name in lower case and the call's name
	anybody map[string]lastCall          // by the call's name: of calls about users and groups
	unnamed map[string]lastCall          // by the call's name: of calls about a role that is not known; nil: to be found
}

// givingCall is one caller's calls of a name that end alike.
type givingCall struct {
	principal, name, region string
	outcome                 activity.Outcome
}

// lastCall is the last call of a name.
type lastCall struct {
	name string
	at   time.Time
}

// The calls that RecentGrants goes by, about roles and about others: besides those of
// giving they are those that change a boundary.
var (
	givesRoles  = slices.Concat(giving["role"], []string{"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"})
	givesOthers = slices.Concat(giving["user"], []string{"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"}) // and groups
)

// NewRecentGrants makes one that knows of no calls yet, for the window from < t <= to.
func NewRecentGrants(from, to time.Time) *RecentGrants {
	return &RecentGrants{from: from, to: to, calls: map[givingCall]activity.Days{}, named: map[givingCall]activity.Days{}, roles: map[string]lastCall{}, anybody: map[string]lastCall{}}
}

// Gives reports whether a fact is of calls that RecentGrants goes by, whoever made them.
func Gives(f *activity.Fact) bool {
	return f.Source == "iam.amazonaws.com" && (slices.Contains(givesRoles, f.Name) || slices.Contains(givesOthers, f.Name))
}

// Add takes in a fact of the account; those of other calls and classes are passed over.
func (g *RecentGrants) Add(f *activity.Fact) {
	if !Gives(f) || f.Outcome == activity.Denied {
		return
	}
	last, ok := report.LastIn(f, g.to, g.to.Sub(g.from))
	if !ok {
		return
	}
	g.unnamed = nil
	key := givingCall{f.Principal, f.Name, f.Region, f.Outcome}
	switch {
	case f.Class == activity.Passed && f.Target != activity.MorePassed:
		g.named[key] = g.named[key].Union(f.Days)
		note(g.roles, roleName(f.Target)+" "+f.Name, f.Name, last)
	case f.Class == activity.Management && slices.Contains(givesRoles, f.Name):
		g.calls[key] = g.calls[key].Union(f.Days)
	case f.Class == activity.Management:
		note(g.anybody, f.Name, f.Name, last)
	}
}

func note(to map[string]lastCall, key, name string, at time.Time) {
	if old, there := to[key]; !there || at.After(old.at) {
		to[key] = lastCall{name, at}
	}
}

// roleName is what a log calls a role, in lower case: a name, or an ARN's last part.
func roleName(target string) string {
	return strings.ToLower(target[strings.LastIndexByte(target, '/')+1:])
}

// Doubt says why what a policy grants to users and roles may be younger than the window;
// empty: nothing speaks for it. holder is the ARN of the user, role or group of an inline
// policy; empty: it is a managed one.
func (g *RecentGrants) Doubt(holder string, users []report.Entity) string {
	var found lastCall
	for _, u := range users {
		if one := g.last(holder, u.Kind, u.ARN); one.at.After(found.at) {
			found = one
		}
	}
	if found.name == "" {
		return ""
	}
	return fmt.Sprintf("iam:%s was called on %s, within the window, and may have given it", found.name, dayOf(found.at))
}

// last is the last call that may have given a policy to somebody; its name is empty when
// there is none.
func (g *RecentGrants) last(holder string, kind report.Kind, arn string) (found lastCall) {
	if g.unnamed == nil {
		g.unnamed = g.findUnnamed()
	}
	take := func(one lastCall, there bool) {
		if there && one.at.After(found.at) {
			found = one
		}
	}
	for _, name := range giversOf(holder, kind) {
		if kind == report.Role {
			one, there := g.roles[roleName(arn)+" "+name]
			take(one, there)
			one, there = g.unnamed[name]
			take(one, there)
		} else {
			one, there := g.anybody[name]
			take(one, there)
		}
	}
	return found
}

// giversOf are the calls that may have given a policy to a role, user or group.
func giversOf(holder string, kind report.Kind) []string {
	switch {
	case kind == report.Role && holder == "":
		return []string{"AttachRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"}
	case kind == report.Role:
		return []string{"PutRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"}
	case kind == report.Group && holder == "":
		return []string{"AttachGroupPolicy"}
	case kind == report.Group:
		return []string{"PutGroupPolicy"}
	}
	names := []string{"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"}
	switch {
	case holder == "":
		return append(names, "AttachUserPolicy", "AttachGroupPolicy", "AddUserToGroup")
	case strings.Contains(holder, ":group/"):
		return append(names, "PutGroupPolicy", "AddUserToGroup")
	}
	return append(names, "PutUserPolicy")
}

func hasDay(days activity.Days, day activity.Day) bool {
	last, any := days.UpTo(day)
	return any && last == day
}

// findUnnamed finds the calls about roles of which it is not known, by name: the last day.
func (g *RecentGrants) findUnnamed() map[string]lastCall {
	out := map[string]lastCall{}
	for key, days := range g.calls {
		for day := range days.All() {
			if at := day.Start(); !at.Add(24*time.Hour).Before(g.from) && !at.After(g.to) && !hasDay(g.named[key], day) {
				note(out, key.name, key.name, at)
			}
		}
	}
	return out
}
