package ebbmark

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/calendar"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

type getCoverageInput struct {
	Account string `wire:"account" pattern:"[0-9]{12}"` // empty: the caller's
	Days    *int   `wire:"days" min:"1" max:"3660"`
}

type getCoverageOutput struct {
	Account string `wire:"account"`
	Window
	Regions []coveredRegion `wire:"regions"` // those with a log, by name
}

type coveredRegion struct {
	Region       string    `wire:"region,always"` // empty: of records without a Region
	LatestRecord time.Time `wire:"latestRecord"`
	CoveredDays  int       `wire:"coveredDays"`
	Covered      []Span    `wire:"covered"`
	Gaps         []Span    `wire:"gaps"`
}

func (a *API) getCoverage(ctx context.Context, c wire.Caller, in *getCoverageInput) (*getCoverageOutput, error) {
	account := cmp.Or(in.Account, c.Account)
	if err := a.maySee(ctx, c, account); err != nil {
		return nil, err
	}
	from, to := a.window(in.Days)
	out := &getCoverageOutput{Account: account, Window: newWindow(from, to), Regions: []coveredRegion{}}
	var regions []calendar.Region
	err := store.Steady(ctx, a.Facts, func() (err error) {
		regions, err = a.coverage(ctx, account, from, to)
		return err
	})
	for _, r := range regions {
		out.Regions = append(out.Regions, coveredRegion{r.Name, r.Latest, r.Covered, spans(r.In), spans(r.Gaps)})
	}
	return out, err
}

// maySee lets callers of the management account of an organization ask about its
// accounts, as ORG-2 does for reports; others about their own only.
func (a *API) maySee(ctx context.Context, c wire.Caller, account string) error {
	if account == c.Account {
		return nil
	}
	o, err := a.Book.OrganizationOf(ctx, account)
	if err != nil && !errors.Is(err, accounts.ErrNoOrganization) {
		return err
	}
	if err != nil || o.ManagementAccount != c.Account {
		return denied("User: %s is not authorized to perform: ebbmark:GetCoverage on account %s because the caller is not in the management account of its organization", c.ARN, account)
	}
	return nil
}

func (a *API) coverage(ctx context.Context, account string, from, to activity.Day) ([]calendar.Region, error) {
	return calendar.Coverage(store.Coverage(ctx, a.Facts, account), from, to, a.now())
}
