package evidence

import (
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/trail"
)

// witness is what management events of anyone in the accounts show of the trails
// behind the logs: a trail may leave out all that reads or all that writes, and
// two services. What of these nobody's events show, no log may show.
type witness struct {
	in            *Input
	reads, writes bool
	services      map[int]bool
	gave          map[string]int64 // calls of IAM that give permissions, by name
}

// optional are the services whose management events a trail may leave out.
var optional = map[string]bool{"kms": true, "rds-data": true}

func newWitness(in *Input) *witness {
	return &witness{in: in, services: map[int]bool{}, gave: map[string]int64{}}
}

func (w *witness) add(f *activity.Fact) {
	if f.Class != activity.Management {
		return
	}
	last, ok := report.LastIn(f, w.in.Now, w.in.Window)
	if !ok {
		return
	}
	if f.Source == "iam.amazonaws.com" {
		w.gave[f.Name] = max(w.gave[f.Name], last.UnixMilli())
	}
	use, ok := w.in.Catalog.Resolve(f.Source, f.Name)
	if !ok {
		return
	}
	w.services[use.Service] = true
	if use.Action >= 0 {
		switch w.in.Catalog.Actions()[use.Action].Level {
		case catalog.Read, catalog.List:
			w.reads = true
		case catalog.Write, catalog.Permissions, catalog.Tagging:
			w.writes = true
		}
	}
}

// missing says what of an action no event of anyone shows; empty: nothing.
func (w *witness) missing(action int) string {
	a := &w.in.Catalog.Actions()[action]
	namespace := w.in.Catalog.Services()[a.Service].Namespace
	switch reading := a.Level == catalog.Read || a.Level == catalog.List; {
	case optional[namespace] && !w.services[a.Service]:
		return "event of " + namespace
	case a.Level == 0 && !(w.reads && w.writes), reading && !w.reads:
		return "event that reads"
	case !reading && !w.writes:
		return "event that writes"
	}
	return ""
}

// source is the event source of an action that a trail may leave out, or empty,
// and which of its events show the action.
func (w *witness) source(action int) (source string, events trail.Events) {
	a := &w.in.Catalog.Actions()[action]
	switch w.in.Catalog.Services()[a.Service].Namespace {
	case "kms":
		source = "kms.amazonaws.com"
	case "rds-data":
		source = "rdsdata.amazonaws.com"
	}
	switch a.Level {
	case 0:
		return source, trail.All
	case catalog.Read, catalog.List:
		return source, trail.Reads
	}
	return source, trail.Writes
}

// giving are the calls of IAM that may give somebody a permission and leave no
// date in IAM: of users, groups and roles. A version of a policy has a date.
var giving = map[string][]string{
	"user":  {"AttachUserPolicy", "PutUserPolicy", "AddUserToGroup", "AttachGroupPolicy", "PutGroupPolicy"},
	"group": {"AttachGroupPolicy", "PutGroupPolicy"},
	"role":  {"AttachRolePolicy", "PutRolePolicy"},
}

// given is the last call in the window, of anyone in the accounts, that may have
// given what somebody of a kind has; nil: there is none.
func (w *witness) given(kind string) *Given {
	names, ok := giving[kind]
	if !ok {
		names = slices.Concat(giving["user"], giving["role"]) // which has those of groups
	}
	var g *Given
	for _, name := range names {
		if at := w.gave[name]; at != 0 && (g == nil || at > g.Last.UnixMilli()) {
			g = &Given{"iam:" + name, moment(at)}
		}
	}
	return g
}
