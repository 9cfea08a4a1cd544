package ebbmark

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/calendar"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

type getActivityInput struct {
	ARN  string `wire:"arn" required:"true" min:"20" max:"2048"`
	Days *int   `wire:"days" min:"1" max:"3660"`
}

type getActivityOutput struct {
	Account string `wire:"account"`
	ARN     string `wire:"arn"`
	Window
	// Covered and Gaps are the days of the window with and without a log of any
	// Region of the account: on the latter nobody knows what was done.
	Covered  []Span            `wire:"covered"`
	Gaps     []Span            `wire:"gaps"`
	Services []activeOnService `wire:"services"`
}

// activeOnService is a service that was called, perhaps before the window.
type activeOnService struct {
	Namespace  string    `wire:"namespace"`
	Name       string    `wire:"name"` // absent: the catalogue does not know the event source
	FirstUsed  time.Time `wire:"firstUsed"`
	LastUsed   time.Time `wire:"lastUsed"`
	ActiveDays int       `wire:"activeDays"` // of the window
	Active     []Span    `wire:"active"`     // the same days
}

// findPrincipal finds whom GetActivity is about. A wrong path leads to the real
// ARN, which the guard is asked about (as LA-50).
func (a *API) findPrincipal(ctx context.Context, c wire.Caller, in *getActivityInput) (*report.Subject, string, error) {
	name, err := arn.Parse(in.ARN)
	if err != nil || name.Service != "iam" || name.Kind() != "user" && name.Kind() != "role" {
		return nil, "", invalid("%s is not the ARN of a user or role.", in.ARN)
	}
	if name.Account != c.Account {
		return nil, "", denied("User: %s is not authorized to perform: ebbmark:GetActivity on resource: %s because it is of another account", c.ARN, in.ARN)
	}
	account, err := a.Book.Account(ctx, c.Account)
	if errors.Is(err, store.ErrNotFound) {
		return nil, in.ARN, noPrincipal(in.ARN)
	} else if err != nil {
		return nil, "", err
	}
	s, err := report.Find(account, in.ARN)
	switch {
	case errors.Is(err, report.ErrAbsent):
		return nil, in.ARN, noPrincipal(in.ARN)
	case err != nil:
		return nil, "", invalid("%s: %s.", in.ARN, err)
	}
	return s, s.ARN, nil
}

func (a *API) getActivity(ctx context.Context, c wire.Caller, in *getActivityInput, s *report.Subject) (*getActivityOutput, error) {
	cat, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	from, to := a.window(in.Days)
	facts := func(principal string) iter.Seq2[activity.Fact, error] {
		return a.Facts.Facts(ctx, activity.Prefix{Account: c.Account, Principal: principal})
	}
	out := &getActivityOutput{Account: c.Account, ARN: s.ARN, Window: newWindow(from, to)}
	err = store.Steady(ctx, a.Facts, func() error {
		services, err := calendar.Activity(s.Entities[0], facts, cat, a.now())
		if err != nil {
			return err
		}
		regions, err := a.coverage(ctx, c.Account, from, to)
		if err != nil {
			return err
		}
		out.show(services, regions, from, to)
		return nil
	})
	return out, err
}

// show lays out what was read.
func (out *getActivityOutput) show(services []calendar.Service, regions []calendar.Region, from, to activity.Day) {
	covered, gaps := calendar.Any(regions).Spans(from, to)
	out.Covered, out.Gaps, out.Services = spans(covered), spans(gaps), []activeOnService{}
	for _, s := range services {
		active, _ := s.Days.Spans(from, to)
		row := activeOnService{Namespace: s.Namespace, Name: s.Name, FirstUsed: s.First, LastUsed: s.Last, Active: spans(active)}
		for _, one := range active {
			row.ActiveDays += one.Len()
		}
		out.Services = append(out.Services, row)
	}
}

func invalid(format string, args ...any) error {
	return wire.Errorf(http.StatusBadRequest, "ValidationException", format, args...)
}

func denied(format string, args ...any) error {
	return wire.Errorf(http.StatusForbidden, "AccessDeniedException", format, args...)
}

func noPrincipal(text string) error {
	return wire.Errorf(http.StatusNotFound, "ResourceNotFoundException", "There is no user or role %s.", text)
}
