package iam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// A management account has a document of the Organizations reports that it
// began lately. It decides whose turn it is: a report begins when its job has
// been entered there by compare-and-swap. So there is one running report per
// account (ORG-19) and one job for equal requests (ORG-24), also with several
// servers on one store.

// askedReport is what a caller asked for.
type askedReport struct {
	Owner        owner
	Path, Policy string
}

// recentReport is a job that was begun.
type recentReport struct {
	askedReport
	ID      string
	Started time.Time // by the real clock
}

// reportTurns is the document, the oldest first. The last one may be running.
type reportTurns struct {
	Format int
	Recent []recentReport
}

// reuseSpan is how long an equal request gets the same job (ORG-24).
const reuseSpan = 60 * time.Second

// maxTurnRaces is how often a request that lost its turn to others tries again.
const maxTurnRaces = 20

// startOrganizationJob makes a job, or finds the one that the same request made
// a moment ago, and returns its id.
func (a *API) startOrganizationJob(ctx context.Context, caller wire.Caller, o *organization.Organization, asked askedReport) (string, error) {
	for range maxTurnRaces {
		turns, version, err := a.readTurns(ctx, caller.Account)
		if err != nil {
			return "", err
		}
		if id, err := a.reused(ctx, turns, asked); id != "" || err != nil {
			return id, err
		}
		if running, err := a.someRunning(ctx, turns); err != nil {
			return "", err
		} else if running {
			return "", errReportRunning()
		}
		id, err := a.beginOrganizationJob(ctx, caller, o, asked, turns, version)
		if !errors.Is(err, store.ErrConflict) {
			return id, err
		}
	}
	return "", errReportRunning()
}

func errReportRunning() error {
	return wire.Errorf(http.StatusConflict, "ReportGenerationLimitExceeded", "Maximum number of concurrent jobs exceeded")
}

func (a *API) readTurns(ctx context.Context, account string) (t reportTurns, version store.Version, err error) {
	body, version, err := a.Docs.GetDoc(ctx, store.KindJobTurn, account)
	if errors.Is(err, store.ErrNotFound) {
		return t, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	if err == nil && t.Format != jobFormat {
		err = fmt.Errorf("format %d: this program knows format %d", t.Format, jobFormat)
	}
	if err != nil {
		return t, 0, fmt.Errorf("read the latest reports of account %s: %w", account, err)
	}
	return t, version, nil
}

// reused is the job of the same request within the span, if it can be read yet.
func (a *API) reused(ctx context.Context, turns reportTurns, asked askedReport) (string, error) {
	for _, r := range slices.Backward(turns.Recent) {
		if r.askedReport != asked || !a.recent(r) {
			continue
		}
		_, _, err := a.loadJob(ctx, r.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue // begun by a server that was killed before it wrote the job
		}
		return r.ID, err
	}
	return "", nil
}

func (a *API) recent(r recentReport) bool { return a.Clock().Sub(r.Started) < reuseSpan }

// someRunning reports whether the last job still shows as IN_PROGRESS. One that
// should have ended long ago was left by a crash, and is finished now.
func (a *API) someRunning(ctx context.Context, turns reportTurns) (bool, error) {
	if len(turns.Recent) == 0 {
		return false, nil
	}
	last := turns.Recent[len(turns.Recent)-1]
	j, version, err := a.loadJob(ctx, last.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.expired(j.jobHead) {
		return false, nil
	}
	if err == nil && j.Status == statusInProgress && a.Clock().Sub(j.Started) > computeLimit {
		j, err = a.finish(ctx, last.ID, j, version)
	}
	if err != nil {
		return false, err
	}
	return j.Status == statusInProgress || j.Finished.After(a.Clock()), nil
}

// beginOrganizationJob writes a job and enters it; store.ErrConflict: another
// request was faster, and the job is taken back.
func (a *API) beginOrganizationJob(ctx context.Context, caller wire.Caller, o *organization.Organization, asked askedReport, turns reportTurns, seen store.Version) (string, error) {
	frozen, err := a.freeze(ctx, caller, o, asked)
	if err != nil {
		return "", err
	}
	id := a.NewID()
	j := &job{a.newHead(caller, organizationType), jobBody{Organization: frozen}}
	version, err := a.putJob(ctx, id, j)
	if err != nil {
		return "", err
	}
	if err := a.enterTurn(ctx, caller.Account, turns, seen, recentReport{asked, id, j.Started}); err != nil {
		if errors.Is(err, store.ErrConflict) {
			err = errors.Join(err, a.Docs.DeleteDoc(ctx, store.KindJob, id, version))
		}
		return "", err
	}
	a.finishNew(ctx, id, j, version)
	return id, nil
}

// enterTurn makes r the last one of the account's document.
func (a *API) enterTurn(ctx context.Context, account string, turns reportTurns, seen store.Version, r recentReport) error {
	next := reportTurns{Format: jobFormat}
	for _, old := range turns.Recent {
		if a.recent(old) {
			next.Recent = append(next.Recent, old)
		}
	}
	next.Recent = append(next.Recent, r)
	body, err := json.Marshal(next)
	if err == nil {
		_, err = a.Docs.PutDoc(ctx, store.KindJobTurn, account, body, seen)
	}
	if err != nil {
		return fmt.Errorf("enter report %s of account %s: %w", r.ID, account, err)
	}
	return nil
}

// computeOrganization makes the report of a job.
func (a *API) computeOrganization(ctx context.Context, j *job, cat *catalog.Catalog, engine *grant.Engine) (*organizationJob, error) {
	o := *j.Organization
	if o.Failure != nil {
		return &o, o.Failure
	}
	err := store.Steady(ctx, a.Facts, func() error {
		rep, err := report.ComputeOrganization(report.OrganizationInput{
			Subject: &o.Subject,
			Now:     j.Created,
			Span:    a.Span,
			Catalog: cat,
			Engine:  engine,
		}, UsesOf(ctx, a.Facts))
		if err == nil {
			o.Report = *rep
		}
		return err
	})
	return &o, err
}

// UsesOf reads the activity of accounts for report.ComputeOrganization.
func UsesOf(ctx context.Context, facts store.Facts) report.Uses {
	return func(accounts []string) iter.Seq2[activity.Fact, error] { return store.Rollup(ctx, facts, accounts) }
}
