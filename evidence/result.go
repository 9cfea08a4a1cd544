package evidence

import (
	"time"

	"github.com/ebbmark/ebbmark/report"
)

// Evidence is the answer. Its names are those of the API and of JSON.
type Evidence struct {
	ARN        string    `json:"arn" wire:"arn"` // or the path of a root, unit or account
	Kind       string    `json:"kind" wire:"kind"`
	AsOf       time.Time `json:"asOf" wire:"asOf"`
	Days       int       `json:"windowDays" wire:"windowDays"`
	From       string    `json:"from" wire:"from"` // days of the window, both included
	To         string    `json:"to" wire:"to"`
	Principals int       `json:"principals" wire:"principals"` // users and roles of the snapshots whose calls count
	Coverage   *Coverage `json:"coverage" wire:"coverage"`
	Missing    []string  `json:"missing" wire:"missing"` // attached policies and accounts that no snapshot has
	// Given is the last call in the window, of anyone, that may have attached a
	// policy or put an inline one: IAM keeps no date of these.
	Given               *Given    `json:"given,omitempty" wire:"given"`
	UnknownSources      []string  `json:"unknownSources" wire:"unknownSources"` // called in the window, of no known service
	UnknownSourcesTotal int       `json:"unknownSourcesTotal" wire:"unknownSourcesTotal"`
	Services            []Service `json:"services" wire:"services"`
}

// Given is a call that gives permissions.
type Given struct {
	Event string    `json:"event" wire:"event"` // as "iam:AttachRolePolicy"
	Last  time.Time `json:"last" wire:"last"`
}

// Coverage is what of the window the logs show. The last day is not over and is
// not asked for.
type Coverage struct {
	Since        string   `json:"since,omitempty" wire:"since"` // from here on every account and Region has logs of every day; absent: not now
	Whole        bool     `json:"whole" wire:"whole"`           // nothing of the window is missing
	Regions      []string `json:"regions" wire:"regions"`       // that were asked for and have a log in the window
	RegionsTotal int      `json:"regionsTotal" wire:"regionsTotal"`
	Silent       []string `json:"withoutLogs" wire:"withoutLogs"` // "account Region" without any log in the window
	SilentTotal  int      `json:"withoutLogsTotal" wire:"withoutLogsTotal"`
	Gaps         []Gap    `json:"gaps" wire:"gaps"` // of the others
	GapsTotal    int      `json:"gapsTotal" wire:"gapsTotal"`
	Trails       []Trail  `json:"trails" wire:"trails"` // of the accounts, as they were last read
	TrailsTotal  int      `json:"trailsTotal" wire:"trailsTotal"`
}

// Trail is what is known of a trail of an account.
type Trail struct {
	Account      string          `json:"account" wire:"account"` // that it is in or, of an organization's, whose logs it has
	ARN          string          `json:"arn" wire:"arn"`
	Name         string          `json:"name" wire:"name"`
	HomeRegion   string          `json:"homeRegion" wire:"homeRegion"`
	MultiRegion  bool            `json:"multiRegion" wire:"multiRegion"`
	Organization bool            `json:"organization" wire:"organization"`
	Logging      bool            `json:"logging" wire:"logging"`
	LoggingSince time.Time       `json:"loggingSince,omitzero" wire:"loggingSince"`
	DataEvents   []TrailDelivery `json:"dataEvents" wire:"dataEvents"` // types that are delivered whole
	Since        time.Time       `json:"since,omitzero" wire:"since"`  // first read so
	AsOf         time.Time       `json:"asOf,omitzero" wire:"asOf"`    // last read so
	Doubt        string          `json:"doubt,omitempty" wire:"doubt"` // why it may not have been so through the window; absent: it was
}

// TrailDelivery is a type of data events that a trail delivers whole.
type TrailDelivery struct {
	Type   string `json:"type" wire:"type"`     // such as "AWS::S3::Object"
	Events string `json:"events" wire:"events"` // all, read, write
}

// Gap is some days in a row, both included, of which no log of an account and
// Region was read.
type Gap struct {
	Account string `json:"account" wire:"account"`
	Region  string `json:"region,omitempty" wire:"region"` // absent: any
	From    string `json:"from" wire:"from"`
	To      string `json:"to" wire:"to"`
	Days    int    `json:"days" wire:"days"`
}

// Use is what the logs have of something, up to the moment that the evidence
// speaks of; days are those of the window.
type Use struct {
	LastSuccess  time.Time `json:"lastSuccess,omitzero" wire:"lastSuccess"`
	LastDenied   time.Time `json:"lastDenied,omitzero" wire:"lastDenied"`
	LastFailed   time.Time `json:"lastFailed,omitzero" wire:"lastFailed"` // for another reason: throttled, invalid, not found
	LastAttempt  time.Time `json:"lastAttempt,omitzero" wire:"lastAttempt"`
	FirstSeen    time.Time `json:"firstSeen,omitzero" wire:"firstSeen"`
	DaysUsed     int       `json:"daysUsed" wire:"daysUsed"`
	Regions      []string  `json:"regions,omitempty" wire:"regions"`
	RegionsTotal int       `json:"regionsTotal" wire:"regionsTotal"`
	Who          []Who     `json:"who,omitempty" wire:"who"`
	WhoTotal     int       `json:"whoTotal" wire:"whoTotal"`
}

// Who is a principal that used something.
type Who struct {
	Account   string    `json:"account" wire:"account"`
	Principal string    `json:"principal" wire:"principal"` // ARN; what the logs call it where no snapshot knows it
	Last      time.Time `json:"last" wire:"last"`
}

// Service is what is known of a service, and of its actions.
type Service struct {
	Namespace string         `json:"namespace" wire:"namespace"`
	Name      string         `json:"name" wire:"name"`
	Verdict   report.Verdict `json:"verdict" wire:"verdict"`
	Why       string         `json:"why" wire:"why"`
	Use
	Counts
	UnknownEvents []string  `json:"unknownEvents,omitempty" wire:"unknownEvents"` // calls in the window of which no action is known
	Sessions      []Session `json:"sessions,omitempty" wire:"sessions"`           // of roles, that called it
	SessionsTotal int       `json:"sessionsTotal" wire:"sessionsTotal"`
	Actions       []Action  `json:"actions" wire:"actions"`
}

// Counts are the granted actions of a service by verdict.
type Counts struct {
	Granted          int `json:"granted" wire:"granted"`
	Taken            int `json:"taken" wire:"taken"` // by boundary or service control policies
	Used             int `json:"used" wire:"used"`
	Inferred         int `json:"inferred" wire:"inferred"`
	Unused           int `json:"unused" wire:"unused"`
	NotObservable    int `json:"notObservable" wire:"notObservable"`
	NotEnoughHistory int `json:"notEnoughHistory" wire:"notEnoughHistory"`
}

// Action is what is known of an action: one that is granted, or was used.
type Action struct {
	Name     string         `json:"name" wire:"name"`
	Level    string         `json:"level" wire:"level"`
	Verdict  report.Verdict `json:"verdict" wire:"verdict"`
	Why      string         `json:"why" wire:"why"`
	Recorded Recorded       `json:"recorded" wire:"recorded"`
	Resource string         `json:"dataEventType,omitempty" wire:"dataEventType"`
	Granted  bool           `json:"granted" wire:"granted"` // false: used, and no policy of the snapshot grants it
	Taken    []string       `json:"takenBy,omitempty" wire:"takenBy"`
	Use
	Inferred     *Inferred `json:"inferred,omitempty" wire:"inferred"`
	GrantedSince time.Time `json:"grantedSince,omitzero" wire:"grantedSince"` // at the latest; absent: not known
	Grants       []Grant   `json:"grants" wire:"grants"`
	GrantsTotal  int       `json:"grantsTotal" wire:"grantsTotal"`
}

// Inferred are calls that may have needed an action beside their own, such as
// iam:PassRole: no log shows it by itself.
type Inferred struct {
	Events      []string `json:"events" wire:"events"` // as "namespace:name"
	EventsTotal int      `json:"eventsTotal" wire:"eventsTotal"`
	Use
	Passed      []Passed `json:"passed,omitempty" wire:"passed"` // of iam:PassRole
	PassedTotal int      `json:"passedTotal,omitempty" wire:"passedTotal"`
}

// Passed is a role that calls may have handed over to a service.
type Passed struct {
	Role        string    `json:"role" wire:"role"`               // ARN or name of a role or instance profile, as the call has it; "*": some more than are kept of a call
	Service     string    `json:"service" wire:"service"`         // namespace of the service that was called
	Event       string    `json:"event" wire:"event"`             // as "namespace:name"
	Region      string    `json:"region,omitempty" wire:"region"` // of the last one
	Last        time.Time `json:"last" wire:"last"`
	LastSuccess time.Time `json:"lastSuccess,omitzero" wire:"lastSuccess"` // absent: all were denied or failed
}

// Session is sessions of a role of one name, or of one source identity, that
// called a service. Numbers in names are "*".
type Session struct {
	Account        string    `json:"account" wire:"account"`
	Principal      string    `json:"principal" wire:"principal"` // the role, as in Who
	Session        string    `json:"session,omitempty" wire:"session"`
	SourceIdentity string    `json:"sourceIdentity,omitempty" wire:"sourceIdentity"` // in place of the name
	Last           time.Time `json:"last" wire:"last"`
	LastSuccess    time.Time `json:"lastSuccess,omitzero" wire:"lastSuccess"`
}

// Grant is a statement that grants an action, whatever others take away.
type Grant struct {
	Policy    string `json:"policy" wire:"policy"`             // ARN, or name of an inline policy
	Holder    string `json:"holder,omitempty" wire:"holder"`   // ARN of the user, group or role that an inline policy is in
	Version   string `json:"version,omitempty" wire:"version"` // of a managed policy
	Statement int    `json:"statement" wire:"statement"`       // index, from 0
	Sid       string `json:"sid,omitempty" wire:"sid"`
	Line      int    `json:"line" wire:"line"` // of the document, from 1
	Condition bool   `json:"conditional" wire:"conditional"`
}
