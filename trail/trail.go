// Package trail knows the CloudTrail trails of accounts and what their event
// selectors let through: the outputs of the AWS CLI that tell of them (read.go),
// what a selector delivers whole (basic.go, advanced.go), and since when each
// trail is known to be as it is (record.go).
//
// It answers in one direction only: "whole" is said of what surely is delivered,
// "may" of what perhaps is. A field, an operator or a value that is not known
// here narrows.
package trail

import (
	"slices"
	"strings"
	"time"
)

// Trail is a trail as AWS told of it at one moment.
type Trail struct {
	ARN          string     `json:"arn"`
	Name         string     `json:"name"`
	HomeRegion   string     `json:"homeRegion"`
	MultiRegion  bool       `json:"multiRegion,omitempty"`
	Organization bool       `json:"organization,omitempty"`
	Bucket       string     `json:"bucket,omitempty"` // where it delivers
	Prefix       string     `json:"prefix,omitempty"` // before AWSLogs/
	Status       *Status    `json:"status,omitempty"` // nil: not read
	Selectors    *Selectors `json:"selectors,omitempty"`
}

// Status is what of a trail's status stays the same while nobody changes it.
type Status struct {
	Logging       bool      `json:"logging"`
	Started       time.Time `json:"started,omitzero"` // the last StartLogging
	Stopped       time.Time `json:"stopped,omitzero"` // the last StopLogging
	DeliveryError string    `json:"deliveryError,omitempty"`
}

// Known reports whether all of the trail was read.
func (t *Trail) Known() bool { return t.Status != nil && t.Selectors != nil }

// Covers reports whether the trail has events of a Region; of every Region when
// it is empty.
func (t *Trail) Covers(region string) bool {
	return t.MultiRegion || region != "" && t.HomeRegion == region
}

// Owner is the account of the trail: of an organization trail the management
// account.
func (t *Trail) Owner() string { return arnField(t.ARN, 4) }

// Partition is that of the trail's ARN, such as "aws".
func (t *Trail) Partition() string { return arnField(t.ARN, 1) }

func arnField(text string, i int) string {
	if parts := strings.SplitN(text, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[i]
	}
	return ""
}

// Silent reports whether the trail delivers nothing since a moment or longer: it
// was stopped before it, or never started.
func (t *Trail) Silent(since time.Time) bool {
	s := t.Status
	return s != nil && !s.Logging && (!s.Stopped.IsZero() && s.Stopped.Before(since) || s.Started.IsZero() && s.Stopped.IsZero())
}

// equal reports whether two observations say the same of a trail.
func (t *Trail) equal(o *Trail) bool {
	return t.ARN == o.ARN && t.HomeRegion == o.HomeRegion && t.MultiRegion == o.MultiRegion && t.Organization == o.Organization &&
		t.Bucket == o.Bucket && t.Prefix == o.Prefix && sameStatus(t.Status, o.Status) && sameSelectors(t.Selectors, o.Selectors)
}

func sameStatus(a, b *Status) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Logging == b.Logging && a.Started.Equal(b.Started) && a.Stopped.Equal(b.Stopped) && a.DeliveryError == b.DeliveryError
}

// Observation is what was read of an account's trails at one moment.
type Observation struct {
	Account string
	At      time.Time
	Trails  []Trail
	// Listed are the ARNs of all trails of the account in every Region, as
	// list-trails says. Nil: that was not asked, so there may be others.
	Listed []string
}

// arns are the trails of an observation, described or only listed, sorted.
func (o *Observation) arns() []string {
	all := slices.Clone(o.Listed)
	for i := range o.Trails {
		all = append(all, o.Trails[i].ARN)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
