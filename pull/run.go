package pull

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/trail"
)

// Keeper takes what is pulled. Its methods may be called at the same time, but
// for different accounts. An error of it ends the run, because the next account
// would fare no better; calling again with the same is safe.
type Keeper interface {
	// Home reports whether the account's entities are kept here, so that it
	// must not be replaced.
	Home(ctx context.Context, id string) (bool, error)
	// KeepAccount replaces the inventory of an account, and says in words what
	// that changed.
	KeepAccount(ctx context.Context, a *inventory.Account) (string, error)
	// KeepOrganization replaces the organization, given as an export of it
	// (docs/import.md). When that is not taken because of what it is, the error
	// is ErrRefused; because an organization is kept here, ErrHome.
	KeepOrganization(ctx context.Context, export []byte) (string, error)
	// KeepTrails adds what was read of the trails of an account.
	KeepTrails(ctx context.Context, o *trail.Observation) error
}

// What a Keeper wraps when it does not take something.
var (
	ErrRefused = errors.New("refused")
	ErrHome    = errors.New("kept here")
)

// Config is what to pull and how.
type Config struct {
	AWS    aws.Config // Region, credentials and, if it is not AWS itself, BaseEndpoint
	Role   string     // with its path, as after "role/" in an ARN: assumed in every account but the caller's own
	Only   []string   // ids of accounts; empty: all of the organization, or the caller's own if there is none
	Fresh  bool       // forget what a broken run has done
	Trails bool       // read the trails of the accounts, too
	Keeper Keeper
	Docs   store.Docs // for the state of the run
	Now    func() time.Time

	Parallel int     // accounts at a time, 1 to MaxParallel
	Rate     float64 // requests per second of each service, above 0 and up to MaxRate

	Traffic *Traffic            // counted while it runs; nil: not
	Planned func(accounts int)  // called once when it is known how many accounts there are to pull; may be nil
	Ended   func(AccountResult) // called after each account, one at a time; may be nil
	Note    func(text string)   // what the operator should know at once, one at a time; may be nil
}

// Status is what became of an account.
type Status string

const (
	Done    Status = "done"    // pulled and kept
	Before  Status = "before"  // pulled by the run that broke, not again
	Skipped Status = "skipped" // not to be pulled, for the reason given
	Failed  Status = "failed"  // for the reason given
	Open    Status = "open"    // not reached: the run was interrupted
)

// AccountResult is what became of one account.
type AccountResult struct {
	Account  string   `json:"account"`
	Name     string   `json:"name"` // in the organization
	Status   Status   `json:"status"`
	Users    int      `json:"users"`
	Groups   int      `json:"groups"`
	Roles    int      `json:"roles"`
	Policies int      `json:"policies"`
	Result   string   `json:"result"` // what the Keeper said
	Reason   string   `json:"reason"` // why it was skipped or failed
	Warnings []string `json:"warnings"`

	Trails       int      `json:"trails"`       // that were read with their event selectors
	TrailReasons []string `json:"trailReasons"` // why trails were not read, or not whole; not asked for: none
	trailGroups  []string // of the reasons, to count them
}

// OrganizationResult is what became of the organization.
type OrganizationResult struct {
	ID       string `json:"id"` // empty: the caller is in none, or may not know
	Status   Status `json:"status"`
	Units    int    `json:"units"`
	Accounts int    `json:"accounts"`
	Policies int    `json:"policies"`
	Result   string `json:"result"`
	Reason   string `json:"reason"`
}

// Result is what became of all.
type Result struct {
	Caller       string             `json:"caller"`
	Resumed      bool               `json:"resumed"` // it went on where another run had ended
	Organization OrganizationResult `json:"organization"`
	Accounts     []AccountResult    `json:"accounts"` // by id
}

// Failures is how many accounts are neither pulled nor skipped.
func (r *Result) Failures() int {
	n := 0
	for _, a := range r.Accounts {
		if a.Status == Failed || a.Status == Open {
			n++
		}
	}
	return n
}

// run is one run in progress.
type run struct {
	Config
	clients *clients
	caller  Caller
	state   *state
	told    sync.Mutex // of Ended and Note
}

// Run pulls. The Result says what became of each account, also when there is an
// error, which is for what ended the run before its time: ctx, the store, or
// credentials that are refused. Accounts that failed are no error.
func Run(ctx context.Context, c Config) (Result, error) {
	r := &run{Config: c}
	if r.Traffic == nil {
		r.Traffic = &Traffic{}
	}
	r.clients = newClients(c.AWS, c.Rate, r.Traffic)
	var result Result
	var err error
	if r.caller, err = r.clients.caller(ctx); err != nil {
		return result, err
	}
	result.Caller = r.caller.ARN
	if err = r.begin(ctx); err != nil {
		return result, err
	}
	result.Resumed = r.state.resumed
	plan, err := r.plan(ctx, &result)
	if err != nil {
		return result, err
	}
	result.Accounts, err = r.accounts(ctx, plan)
	if err == nil && result.Failures() == 0 && result.Organization.Status != Failed {
		err = r.state.forget(ctx)
	}
	return result, err
}

// plan says which accounts there are to pull: of the run that is gone on with,
// else of the organization.
func (r *run) plan(ctx context.Context, result *Result) ([]member, error) {
	if r.state.Planned {
		result.Organization = r.state.Organization
		return r.state.Members, nil
	}
	var members []member
	var err error
	result.Organization, members, err = r.organization(ctx)
	if err != nil {
		return nil, err
	}
	members = r.chosen(members)
	r.state.Organization, r.state.Members = result.Organization, members
	r.state.Planned = result.Organization.Status != Failed
	return members, r.state.save(ctx)
}

// member is an account that may have to be pulled.
type member struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Closed bool   `json:"closed,omitempty"` // suspended, closed or about to be: nobody can sign in
}

// chosen are the members that the operator wants, by id.
func (r *run) chosen(members []member) []member {
	if len(members) == 0 {
		members = []member{{ID: r.caller.Account}}
	}
	var out []member
	for _, id := range r.Only {
		i := slices.IndexFunc(members, func(m member) bool { return m.ID == id })
		if i < 0 {
			out = append(out, member{ID: id})
		} else {
			out = append(out, members[i])
		}
	}
	if len(r.Only) == 0 {
		out = members
	}
	slices.SortFunc(out, func(a, b member) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b member) bool { return a.ID == b.ID })
}

// accounts pulls the accounts, several at a time.
func (r *run) accounts(ctx context.Context, plan []member) ([]AccountResult, error) {
	before, err := r.state.done(ctx)
	if err != nil {
		return nil, err
	}
	results := make([]AccountResult, len(plan))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Parallel)
	if r.Planned != nil {
		r.Planned(len(plan) - len(before))
	}
	for i, m := range plan {
		results[i] = AccountResult{Account: m.ID, Name: m.Name, Status: Open, Reason: "not reached"}
		if was, ok := before[m.ID]; ok {
			results[i] = was
			results[i].Status = Before
			continue
		}
		group.Go(func() error { return r.one(ctx, m, &results[i]) })
	}
	err = group.Wait()
	r.tellTrails(results)
	return results, err
}

// one pulls one account and tells what became of it. The error is for what ends
// the run.
func (r *run) one(ctx context.Context, m member, result *AccountResult) error {
	if err := ctx.Err(); err != nil {
		return err // the result stays open
	}
	next, err := r.pull(ctx, m)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && badCaller(err) {
		return fmt.Errorf("account %s: the credentials are refused: %s", m.ID, reason(err))
	}
	if fatal, ok := errors.AsType[*keeperError](err); ok {
		return fmt.Errorf("account %s: %w", m.ID, fatal.error)
	}
	if err != nil {
		next.Status, next.Reason = Failed, reason(err)
	} else if next.Status == Done {
		if err := r.state.add(ctx, next); err != nil {
			return err
		}
	}
	*result = next
	r.told.Lock()
	defer r.told.Unlock()
	if r.Ended != nil {
		r.Ended(next)
	}
	return nil
}

// keeperError is an error of the Keeper: it ends the run.
type keeperError struct{ error }

func (r *run) pull(ctx context.Context, m member) (AccountResult, error) {
	result := AccountResult{Account: m.ID, Name: m.Name, Status: Skipped}
	home, err := r.Keeper.Home(ctx, m.ID)
	switch {
	case err != nil:
		return result, &keeperError{err}
	case home:
		result.Reason = "it is a home here, which is never overwritten"
		return result, nil
	case m.Closed:
		result.Reason = "it is suspended or closed, so no role can be assumed in it"
		return result, nil
	}
	credentials, err := r.session(ctx, m.ID)
	if err != nil {
		return result, err
	}
	a, warnings, err := r.account(ctx, m.ID, credentials)
	if err != nil {
		return result, err
	}
	for _, w := range warnings {
		result.Warnings = append(result.Warnings, w.Text)
	}
	result.Status, result.Users, result.Groups, result.Roles, result.Policies = Done, len(a.Users), len(a.Groups), len(a.Roles), len(a.Policies)
	if result.Result, err = r.Keeper.KeepAccount(ctx, a); err != nil {
		return result, &keeperError{err}
	}
	if !r.Trails {
		return result, nil
	}
	trails, err := r.trails(ctx, m.ID, credentials)
	if err == nil {
		result.Trails, result.TrailReasons, result.trailGroups = trails.n, trails.reasons, trails.groups
	}
	return result, err
}

func (r *run) note(format string, args ...any) {
	r.told.Lock()
	defer r.told.Unlock()
	if r.Note != nil {
		r.Note(fmt.Sprintf(format, args...))
	}
}
