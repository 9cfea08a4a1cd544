package iam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// The life of a job. It is written IN_PROGRESS with everything that is frozen
// (LA-5), computed at once, and the result swapped in. Whoever reads or resumes
// a job that a crash left IN_PROGRESS computes it again; of two that do, the
// first to store wins and the other takes over what was stored.

// ErrHold is what Config.Hook answers to leave a job IN_PROGRESS.
var ErrHold = errors.New("job is held")

// startJob makes a job and returns its id. Once the job is durable the answer
// is its id, also when the computation or its storing fails.
func (a *API) startJob(ctx context.Context, caller wire.Caller, s *report.Subject, g report.Granularity) (string, error) {
	j := &job{a.newHead(caller, serviceLastAccess), jobBody{Subject: *s}}
	j.Granularity = g
	id := a.NewID()
	version, err := a.putJob(ctx, id, j)
	if err != nil {
		return "", err
	}
	a.finishNew(ctx, id, j, version)
	return id, nil
}

// newHead is the head of a job that begins now.
func (a *API) newHead(caller wire.Caller, kind string) jobHead {
	return jobHead{
		Format:  jobFormat,
		Type:    kind,
		Status:  statusInProgress,
		Owner:   ownerOf(caller),
		Created: a.now(),
		Started: wholeMillis(a.Clock()),
	}
}

// putJob writes a new job.
func (a *API) putJob(ctx context.Context, id string, j *job) (store.Version, error) {
	doc, err := a.codec.encode(j)
	if err != nil {
		return 0, fmt.Errorf("write job %s: %w", id, err)
	}
	version, err := a.Docs.PutDoc(ctx, store.KindJob, id, doc, 0)
	if err != nil {
		return 0, fmt.Errorf("write job %s: %w", id, err)
	}
	return version, nil
}

// finishNew finishes a job that was just written. Its id is the answer in any
// case.
func (a *API) finishNew(ctx context.Context, id string, j *job, version store.Version) {
	if _, err := a.finish(ctx, id, j, version); err != nil {
		a.Log.Error("job stays in progress until it is read", "job", id, "error", err)
	}
}

// readJob is a job as its owner may see it. A job of someone else, of another
// kind or expired is as unknown as one that never was (LA-64, LA-67, LA-68).
func (a *API) readJob(ctx context.Context, caller wire.Caller, id, kind string) (*job, error) {
	unknown := wire.Errorf(http.StatusNotFound, "NoSuchEntity", "Job %s does not exist.", id)
	j, version, err := a.loadJob(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	if j.Type != kind || j.Owner != ownerOf(caller) || a.expired(j.jobHead) {
		return nil, unknown
	}
	if j.Status == statusInProgress {
		if j, err = a.finish(ctx, id, j, version); err != nil {
			return nil, err
		}
	}
	if j.Finished.After(a.Clock()) {
		pending := *j
		pending.Status = statusInProgress
		return &pending, nil
	}
	return j, nil
}

// loadJob reads a job from the cache or the store. The version is zero for a
// cached job, which will not be written any more.
func (a *API) loadJob(ctx context.Context, id string) (*job, store.Version, error) {
	if j := a.cache.get(id); j != nil {
		return j, 0, nil
	}
	doc, version, err := a.Docs.GetDoc(ctx, store.KindJob, id)
	if err != nil {
		return nil, 0, fmt.Errorf("read job %s: %w", id, err)
	}
	j, err := a.codec.decode(doc)
	if err != nil {
		return nil, 0, fmt.Errorf("read job %s: %w", id, err)
	}
	if j.Status != statusInProgress {
		a.cache.put(id, j)
	}
	return j, version, nil
}

// finish computes a job that is IN_PROGRESS at the given version and stores the
// result. It does not stop when the client is gone: a report that was broken
// off would be a FAILED one. A job that is held stays as it is.
func (a *API) finish(ctx context.Context, id string, j *job, version store.Version) (*job, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), computeLimit)
	defer cancel()
	body, err := a.tracedCompute(ctx, id, j)
	if errors.Is(err, ErrHold) {
		return j, nil
	}
	done, doc, err := a.completed(j, body, err)
	if _, told := errors.AsType[*jobFailure](err); done.Status == statusFailed && !told {
		a.Log.Error("job failed", "job", id, "error", err)
	}
	if doc == nil {
		return nil, fmt.Errorf("write job %s: %w", id, err)
	}
	return a.swapIn(ctx, id, done, doc, version)
}

// completed is the finished job and its document: the report, or FAILED with
// the reason for the log when there is none or the store would not take it.
func (a *API) completed(j *job, body jobBody, reason error) (*job, []byte, error) {
	done := a.dated(j)
	if reason == nil {
		done.Status, done.jobBody = statusCompleted, body.slim()
		doc, err := a.codec.encode(done)
		if err == nil && len(doc) <= store.MaxDoc {
			return done, doc, nil
		}
		reason = cmp.Or(err, fmt.Errorf("report of %d bytes is larger than the store takes (%d)", len(doc), store.MaxDoc))
	}
	done.Status, done.jobBody = statusFailed, j.failed(reason)
	doc, err := a.codec.encode(done)
	return done, doc, errors.Join(reason, err)
}

// dated is the job with its dates.
func (a *API) dated(j *job) *job {
	done := *j
	done.Finished = wholeMillis(a.Clock())
	if ready := j.Started.Add(a.JobDelay); ready.After(done.Finished) {
		done.Finished = ready
	}
	done.Completed = done.Finished
	if !a.AsOf.IsZero() {
		done.Completed = a.now()
	}
	return &done
}

// slim is the body of a finished job: without what is no longer needed.
func (b jobBody) slim() jobBody {
	b.Subject.Policies = nil
	if b.Organization != nil {
		o := *b.Organization
		o.Subject.Levels, o.Subject.Accounts = nil, nil
		b.Organization = &o
	}
	return b
}

// failed is the body of a job that could not be computed, for a reason.
func (b jobBody) failed(reason error) jobBody {
	b = b.slim()
	b.Report = report.Report{}
	if b.Organization != nil {
		b.Organization.Report = report.OrganizationReport{}
		b.Organization.Failure = &jobFailure{failureCode, failureMessage}
		if told, ok := errors.AsType[*jobFailure](reason); ok {
			b.Organization.Failure = told
		}
	}
	return b
}

func (a *API) swapIn(ctx context.Context, id string, done *job, doc []byte, version store.Version) (*job, error) {
	_, err := a.Docs.PutDoc(ctx, store.KindJob, id, doc, version)
	if errors.Is(err, store.ErrConflict) {
		theirs, _, err := a.loadJob(ctx, id)
		return theirs, err
	}
	if err != nil {
		return nil, fmt.Errorf("write result of job %s: %w", id, err)
	}
	a.cache.put(id, done)
	return done, nil
}

// compute makes the report of a job: its body with the report in it.
func (a *API) compute(ctx context.Context, id string, j *job) (jobBody, error) {
	body := j.jobBody
	if a.Hook != nil {
		if err := a.Hook(id); err != nil {
			return body, err
		}
	}
	cat, engine, err := a.Catalog(ctx)
	if err != nil {
		return body, fmt.Errorf("catalogue: %w", err)
	}
	if body.Organization != nil {
		body.Organization, err = a.computeOrganization(ctx, j, cat, engine)
		return body, err
	}
	policies, err := j.Subject.Documents()
	if err != nil {
		return body, err
	}
	a.warnOnce("a policy allows an action that the catalogue does not know; reports cannot show its service: is the catalogue up to date?",
		"action", engine.Unknown(policies))
	a.warnOnce("an attached policy is not in the inventory; reports cannot show what it grants: import a whole snapshot",
		"policy", j.Subject.Missing)
	err = store.Steady(ctx, a.Facts, func() error {
		rep, err := report.Compute(report.Input{
			Kind:        j.Subject.Kind,
			Granularity: j.Granularity,
			Policies:    policies,
			Entities:    j.Subject.Entities,
			Now:         j.Created,
			Span:        a.Span,
			Catalog:     cat,
			Engine:      engine,
		}, FactsOf(ctx, a.Facts, j.Subject.Account))
		if err == nil {
			body.Report = *rep
		}
		return err
	})
	return body, err
}

// FactsOf reads the facts of an account's principals for report.Compute.
func FactsOf(ctx context.Context, facts store.Facts, account string) report.FactSource {
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return facts.Facts(ctx, activity.Prefix{Account: account, Principal: principal})
	}
}

// warnOnce logs what makes reports incomplete, each thing once in the life of
// the program (LA-14).
func (a *API) warnOnce(message, kind string, things []string) {
	a.warnedMu.Lock()
	defer a.warnedMu.Unlock()
	for _, thing := range things {
		key := kind + " " + thing
		if a.warned[key] {
			continue
		}
		if len(a.warned) >= maxWarned {
			clear(a.warned) // rather say it twice than not at all
		}
		a.warned[key] = true
		a.Log.Warn(message, kind, thing)
	}
}

// expired reports whether a job is too old to be read.
func (a *API) expired(h jobHead) bool {
	from := h.Started
	if h.Finished.After(from) {
		from = h.Finished
	}
	return !a.Clock().Before(from.Add(a.Retention))
}

// Resume finishes the jobs that an earlier process left IN_PROGRESS, and
// returns their number. It goes on after a job that it cannot finish; such jobs
// are tried again when they are read.
func (a *API) Resume(ctx context.Context) (finished int, err error) {
	err = a.eachJob(ctx, func(id string, h jobHead, _ store.Version) error {
		if h.Status != statusInProgress || a.expired(h) {
			return nil
		}
		j, version, err := a.loadJob(ctx, id)
		if err != nil {
			return err
		}
		if j, err = a.finish(ctx, id, j, version); err == nil && j.Status != statusInProgress {
			finished++
		}
		return err
	})
	return finished, err
}

// Sweep removes the jobs that nobody can read any more, and returns their
// number (LA-64).
func (a *API) Sweep(ctx context.Context) (removed int, err error) {
	err = a.eachJob(ctx, func(id string, h jobHead, version store.Version) error {
		if !a.expired(h) {
			return nil
		}
		a.cache.drop(id)
		err := a.Docs.DeleteDoc(ctx, store.KindJob, id, version)
		switch {
		case err == nil:
			removed++
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
			return nil // another process was faster
		}
		return err
	})
	return removed, err
}

// eachJob calls do for every job of our kind. Errors of one job do not keep it
// from the others; the end of ctx does.
func (a *API) eachJob(ctx context.Context, do func(id string, h jobHead, version store.Version) error) error {
	var problems []error
	for id, err := range a.Docs.ListDocs(ctx, store.KindJob, "", 0) {
		if err != nil {
			return errors.Join(append(problems, fmt.Errorf("list jobs: %w", err))...)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := a.oneJob(ctx, id, do); err != nil {
			problems = append(problems, fmt.Errorf("job %s: %w", id, err))
		}
	}
	return errors.Join(problems...)
}

func (a *API) oneJob(ctx context.Context, id string, do func(id string, h jobHead, version store.Version) error) error {
	doc, version, err := a.Docs.GetDoc(ctx, store.KindJob, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	head, _, err := decodeHead(doc)
	if err != nil || head.Type != serviceLastAccess && head.Type != organizationType {
		return err
	}
	return do(id, head, version)
}
