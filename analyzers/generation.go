package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// GenerationRequest asks for a policy from what a principal did (AA-50, AA-52).
type GenerationRequest struct {
	Account, Region string // of the caller
	Principal       string // ARN
	Trails          []Trail
	AccessRole      string
	From, To        time.Time // zero: 90 days before To, and now
	Token           string
}

// Trail says which Regions of a trail are meant (AA-52).
type Trail struct {
	ARN        string   `json:"arn"`
	Regions    []string `json:"regions,omitempty"`
	AllRegions bool     `json:"allRegions,omitempty"`
}

// Generation is a policy generation as lists show it.
type Generation struct {
	ID                      string    `json:"id"`
	Status                  string    `json:"status"`
	Principal               string    `json:"principal"`
	Started                 time.Time `json:"started"`
	Completed               time.Time `json:"completed,omitzero"` // zero while IN_PROGRESS
	ErrorCode, ErrorMessage string    `json:",omitempty"`
	From                    time.Time `json:"from"`
	To                      time.Time `json:"to"`
	Trails                  []Trail   `json:"trails,omitempty"`
}

// generations are those of an account in a Region, the newest first.
type generations struct {
	Format int          `json:"format"`
	List   []generation `json:"list,omitempty"`
}

type generation struct {
	Generation
	Begun time.Time `json:"begun"` // by the real clock, as is Ready
	Ready time.Time `json:"ready"` // from when the result shows
	Token receipt   `json:"token,omitzero"`
}

// shown is a generation as it shows now.
func (g *generation) shown(now time.Time) Generation {
	s := g.Generation
	if s.Status != Canceled && now.Before(g.Ready) {
		s.Status, s.Completed, s.ErrorCode, s.ErrorMessage = InProgress, time.Time{}, "", ""
	}
	return s
}

// window completes and checks the window of a request.
func (k *Keeper) window(r *GenerationRequest) error {
	if r.To.IsZero() {
		r.To = k.Now()
	}
	if r.From.IsZero() {
		r.From = r.To.Add(-generationWindow)
	}
	switch {
	case r.To.Before(r.From):
		return &finding.MemberError{Member: "cloudTrailDetails.endTime", Reason: "must not be before startTime"}
	case !k.Unlimited && r.To.Sub(r.From) > generationWindow:
		return &finding.MemberError{Member: "cloudTrailDetails.startTime", Reason: "must be at most 90 days before endTime"}
	}
	return nil
}

// StartGeneration makes a policy generation and returns its id; it is done when
// Config.Delay has passed. Errors: *finding.MemberError, ErrGenerationRuns,
// ErrGenerationQuota (AA-51), ErrTokenReused.
func (k *Keeper) StartGeneration(ctx context.Context, r GenerationRequest) (string, error) {
	token, err := newToken(r.Token, r)
	if err != nil {
		return "", err
	}
	if err := k.window(&r); err != nil {
		return "", err
	}
	made := generation{Begun: k.Clock(), Token: token, Generation: Generation{
		ID: k.NewID(), Status: Succeeded, Principal: r.Principal, Started: k.Now(), From: r.From, To: r.To, Trails: r.Trails,
	}}
	id := made.ID
	err = k.changeGenerations(ctx, r.Account, r.Region, func(list *generations) error {
		for i := range list.List {
			if again, err := token.again(list.List[i].Token); again || err != nil {
				id = list.List[i].ID
				return errors.Join(err, errNoChange(again))
			}
		}
		if err := k.mayGenerate(list.List); err != nil {
			return err
		}
		if made.Ready.IsZero() {
			if err := k.generate(ctx, &r, &made); err != nil {
				return err
			}
		}
		list.List = slices.Insert(list.List, 0, made)
		return nil
	})
	return id, err
}

// errSame: there is nothing to be written.
var errSame = errors.New("nothing changes")

func errNoChange(same bool) error {
	if same {
		return errSame
	}
	return nil
}

// mayGenerate says whether there may be a further one (AA-51).
func (k *Keeper) mayGenerate(list []generation) error {
	now := k.Clock()
	today := 0
	for i := range list {
		if list[i].shown(now).Status == InProgress && !k.Unlimited {
			return ErrGenerationRuns
		}
		if now.Sub(list[i].Begun) < 24*time.Hour {
			today++
		}
	}
	if !k.Unlimited && today >= generationsADay || len(list) >= maxGenerations {
		return ErrGenerationQuota
	}
	return nil
}

// generate observes the principal and writes what the policy is made from.
func (k *Keeper) generate(ctx context.Context, r *GenerationRequest, g *generation) error {
	o, err := k.observeUse(ctx, r)
	deleted, isDeleted := errors.AsType[*prunedError](err)
	switch {
	case isDeleted:
		g.Status, g.ErrorCode, g.ErrorMessage = Failed, "SERVICE_ERROR", deleted.Error()+": the policy would lack what was used."
	case errors.Is(err, errNoPrincipal):
		g.Status, g.ErrorCode, g.ErrorMessage = Failed, "RESOURCE_NOT_FOUND_ERROR", "The principal does not exist."
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		k.Log.Error("cannot generate a policy", "principal", r.Principal, "error", err)
		g.Status, g.ErrorCode, g.ErrorMessage = Failed, "SERVICE_ERROR", "The policy could not be generated because of an internal error."
	default:
		body, err := k.codec.encode(o)
		if err != nil {
			return err
		}
		if err := k.Store.SetDocs(ctx, store.KindGenerated, []store.Doc{{ID: g.ID, Body: body}}); err != nil {
			return fmt.Errorf("write policy generation %s: %w", g.ID, err)
		}
	}
	g.Completed, g.Ready = k.finished(g.Started)
	return nil
}

func (k *Keeper) observeUse(ctx context.Context, r *GenerationRequest) (o *refine.Observation, err error) {
	account, p, err := k.principal(ctx, r.Principal)
	if err != nil {
		return nil, err
	}
	if account != r.Account {
		return nil, errNoPrincipal
	}
	cat, _, err := k.Catalog(ctx)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	g := refine.Generation{Principal: p.entity, From: r.From, To: r.To, Regions: regionsOf(r.Trails), Catalog: cat}
	err = k.knownFrom(ctx, r.From, func() error {
		var err error
		o, err = refine.Observe(g, k.factsOf(ctx, account))
		return err
	})
	return o, err
}

// regionsOf are the Regions that trails are read in; nil: all. A trail that says
// nothing is read whole: to leave use out is the worse mistake.
func regionsOf(trails []Trail) []string {
	var list []string
	for _, t := range trails {
		if t.AllRegions || len(t.Regions) == 0 {
			return nil
		}
		list = append(list, t.Regions...)
	}
	return list
}

// changeGenerations is change for the policy generations of an account in a
// Region. It removes those that are not listed any more.
func (k *Keeper) changeGenerations(ctx context.Context, account, region string, change func(*generations) error) error {
	id := shelfID(account, region)
	for range maxTries {
		g, version, err := k.generations(ctx, id)
		if err != nil {
			return err
		}
		var old []generation
		g.List = slices.DeleteFunc(g.List, func(x generation) bool {
			if k.listed(&x) {
				return false
			}
			old = append(old, x)
			return true
		})
		if err := change(g); errors.Is(err, errSame) {
			return nil
		} else if err != nil {
			return err
		}
		body, err := json.Marshal(g)
		if err != nil {
			return err
		}
		if _, err = k.Store.PutDoc(ctx, store.KindGenerations, id, body, version); err == nil {
			for i := range old {
				k.remove(ctx, store.KindGenerated, old[i].ID)
			}
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("write policy generations of %s: %w", id, err)
		}
	}
	return fmt.Errorf("write policy generations of %s: %w", id, ErrBusy)
}

// listed reports whether a generation is young enough (AA-55).
func (k *Keeper) listed(g *generation) bool { return k.Clock().Sub(g.Begun) < generationsKept }

func (k *Keeper) generations(ctx context.Context, id string) (*generations, store.Version, error) {
	g := &generations{Format: format}
	body, version, err := k.Store.GetDoc(ctx, store.KindGenerations, id)
	if errors.Is(err, store.ErrNotFound) {
		return g, 0, nil
	}
	if err == nil {
		err = readJSON(body, g)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read policy generations of %s: %w", id, err)
	}
	return g, version, nil
}

// Generations lists the policy generations of seven days, the newest first
// (AA-55).
func (k *Keeper) Generations(ctx context.Context, account, region string) ([]Generation, error) {
	g, _, err := k.generations(ctx, shelfID(account, region))
	if err != nil {
		return nil, err
	}
	var list []Generation
	for i := range g.List {
		if k.listed(&g.List[i]) {
			list = append(list, g.List[i].shown(k.Clock()))
		}
	}
	return list, nil
}

// Generated is a policy generation with its policies, which are complete when
// they allow all that was seen (AA-54, AA-59), or ErrNoGeneration.
func (k *Keeper) Generated(ctx context.Context, account, region, id string, placeholders, template bool) (*Generation, []string, bool, error) {
	list, err := k.Generations(ctx, account, region)
	if err != nil {
		return nil, nil, false, err
	}
	i := slices.IndexFunc(list, func(g Generation) bool { return g.ID == id })
	if i < 0 {
		return nil, nil, false, ErrNoGeneration
	}
	g := &list[i]
	if g.Status != Succeeded {
		return g, nil, false, nil
	}
	body, _, err := k.Store.GetDoc(ctx, store.KindGenerated, id)
	var o refine.Observation
	if err == nil {
		err = k.codec.decode(body, &o)
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("read policy generation %s: %w", id, err)
	}
	cat, _, err := k.Catalog(ctx)
	if err != nil {
		return nil, nil, false, fmt.Errorf("catalogue: %w", err)
	}
	form := refine.Form{Placeholders: placeholders, Template: template}
	if name, err := arn.Parse(g.Principal); err == nil {
		form.Partition = name.Partition
	}
	policies, complete, err := refine.Generate(&o, form, cat)
	return g, policies, complete, err
}

// CancelGeneration cancels one that is IN_PROGRESS; others stay as they are
// (AA-61). ErrNoGeneration: there is none of that id.
func (k *Keeper) CancelGeneration(ctx context.Context, account, region, id string) error {
	return k.changeGenerations(ctx, account, region, func(list *generations) error {
		i := slices.IndexFunc(list.List, func(g generation) bool { return g.ID == id })
		if i < 0 {
			return ErrNoGeneration
		}
		g := &list.List[i]
		if g.shown(k.Clock()).Status != InProgress {
			return errSame
		}
		g.Status, g.Completed = Canceled, k.Now()
		return nil
	})
}
