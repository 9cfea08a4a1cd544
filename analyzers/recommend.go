package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// The statuses of recommendations and policy generations (AA-41, AA-53).
const (
	InProgress = "IN_PROGRESS"
	Succeeded  = "SUCCEEDED"
	Failed     = "FAILED"
	Canceled   = "CANCELED"
)

// Recommendation is how to take away what a principal does not use (AA-41).
type Recommendation struct {
	Started, Completed      time.Time // Completed is zero while IN_PROGRESS
	Resource                string    // ARN of the principal
	Status                  string
	ErrorCode, ErrorMessage string // of a FAILED one
	Steps                   []refine.Step
}

// recommendation is a document. It is written once it is computed; Ready is when
// the real clock lets it show.
type recommendation struct {
	Format int `json:"format"`
	Recommendation
	Ready time.Time `json:"ready"`
}

func recommendationID(uid, id string) string { return uid + "/" + id }

// Recommend makes the recommendation for a finding anew (AA-40). One that cannot
// be made is FAILED, with its reason. Errors: ErrNoAnalyzer, ErrNoFinding,
// ErrWrongType.
func (k *Keeper) Recommend(ctx context.Context, n finding.Name, id string) error {
	v, err := k.View(ctx, n)
	if err != nil {
		return err
	}
	f := v.Finding(id)
	switch {
	case f == nil:
		return ErrNoFinding
	case f.Type != finding.UnusedPermission:
		return ErrWrongType
	}
	doc := recommendation{Format: format, Recommendation: Recommendation{Started: k.Now(), Resource: f.Resource, Status: Succeeded}}
	doc.Steps, err = k.steps(ctx, v.Analyzer, f, doc.Started)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		doc.Status = Failed
		doc.ErrorCode, doc.ErrorMessage = k.explain(f.Resource, err)
	}
	doc.Completed, doc.Ready = k.finished(doc.Started)
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	err = k.Store.SetDocs(ctx, store.KindRecommendation, []store.Doc{{ID: recommendationID(v.Analyzer.UID, id), Body: body}})
	return wrap(err, "write recommendation for finding "+id)
}

// finished is when something that was begun is completed, and from when that
// shows.
func (k *Keeper) finished(started time.Time) (completed, ready time.Time) {
	ready = millis(k.Clock()).Add(k.Delay)
	if !k.AsOf.IsZero() {
		return started, ready
	}
	return ready, ready
}

func (k *Keeper) steps(ctx context.Context, a *finding.Analyzer, f *finding.Finding, now time.Time) (steps []refine.Step, err error) {
	_, p, err := k.principal(ctx, f.Resource)
	if err != nil {
		return nil, err
	}
	in := refine.Input{
		Principal: p.entity, Policies: refine.PoliciesOf(p.policies), Now: now, Age: time.Duration(a.Age) * 24 * time.Hour,
	}
	if in.Catalog, in.Engine, err = k.Catalog(ctx); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	if in.Extras, err = catalog.LoadExtras(in.Catalog); err != nil {
		return nil, err
	}
	// Use in the period is later than its first moment (AA-23).
	err = k.knownFrom(ctx, now.Add(time.Millisecond-in.Age), func() error {
		var err error
		steps, err = refine.Recommend(in, k.factsOf(ctx, f.Owner))
		return err
	})
	return steps, err
}

// explain is the error that the owner is told. What is ours to know is for the
// log.
func (k *Keeper) explain(resource string, err error) (code, message string) {
	if errors.Is(err, errNoPrincipal) {
		return "RESOURCE_NOT_FOUND_ERROR", fmt.Sprintf("The principal %s does not exist any more.", resource)
	}
	if denied, ok := errors.AsType[*refine.DeniedError](err); ok {
		return "USED_ACCESS_ERROR", "The recommended policies would deny recorded use: " + denied.Error() + "."
	}
	if unread, ok := errors.AsType[*refine.PolicyError](err); ok {
		return "POLICY_ERROR", "Nothing can be recommended: " + unread.Error() + "."
	}
	if deleted, ok := errors.AsType[*prunedError](err); ok {
		return "HISTORY_DELETED_ERROR", deleted.Error() + ": nothing is known to be unused."
	}
	k.Log.Error("cannot recommend", "resource", resource, "error", err)
	return "SERVICE_ERROR", "The recommendation failed because of an internal error."
}

// Recommendation is what was recommended last. Errors: ErrNoAnalyzer,
// ErrNoFinding, ErrNoRecommendation.
func (k *Keeper) Recommendation(ctx context.Context, n finding.Name, id string) (*Recommendation, error) {
	v, err := k.View(ctx, n)
	if err != nil {
		return nil, err
	}
	if v.Finding(id) == nil {
		return nil, ErrNoFinding
	}
	body, _, err := k.Store.GetDoc(ctx, store.KindRecommendation, recommendationID(v.Analyzer.UID, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoRecommendation
	}
	var doc recommendation
	if err == nil {
		err = readJSON(body, &doc)
	}
	if err != nil {
		return nil, fmt.Errorf("read recommendation for finding %s: %w", id, err)
	}
	r := doc.Recommendation
	if k.Clock().Before(doc.Ready) {
		return &Recommendation{Started: r.Started, Resource: r.Resource, Status: InProgress}, nil
	}
	return &r, nil
}
