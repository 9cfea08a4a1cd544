package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/sync/errgroup"
)

// organization pulls the organization and hands it to the Keeper. That the
// caller is in none, or may not read it, is told and is no failure of the run.
// The error is for what ends the run.
func (r *run) organization(ctx context.Context) (OrganizationResult, []member, error) {
	described, err := r.clients.organizations.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	switch {
	case apiCode(err) == "AWSOrganizationsNotInUseException":
		return OrganizationResult{Status: Skipped, Reason: "account " + r.caller.Account + " is in no organization"}, nil, nil
	case err != nil:
		return r.noOrganization(ctx, OrganizationResult{}, err)
	}
	result := OrganizationResult{ID: aws.ToString(described.Organization.Id)}
	e, err := r.export(ctx, described.Organization)
	if err != nil {
		return r.noOrganization(ctx, result, err)
	}
	members := membersOf(e)
	result.Units, result.Accounts, result.Policies = len(e.OrganizationalUnits), len(e.Accounts), len(e.Policies)
	text, err := e.text()
	if err != nil {
		return result, nil, err
	}
	result.Status = Done
	result.Result, err = r.Keeper.KeepOrganization(ctx, text)
	switch {
	case errors.Is(err, ErrRefused):
		result.Status, result.Reason, err = Failed, oneLine(err.Error()), nil
	case errors.Is(err, ErrHome):
		result.Status, result.Reason, err = Skipped, "it is a home here, which is never overwritten", nil
	}
	return result, members, err
}

// noOrganization is the result when the organization cannot be read.
func (r *run) noOrganization(ctx context.Context, result OrganizationResult, err error) (OrganizationResult, []member, error) {
	if ctx.Err() != nil {
		return result, nil, context.Cause(ctx)
	}
	if badCaller(err) {
		return result, nil, fmt.Errorf("the credentials are refused: %s", reason(err))
	}
	result.Status, result.Reason = Failed, reason(err)
	if denied(err) {
		result.Status = Skipped
		result.Reason = fmt.Sprintf("%s may not read it (%s); the management account and delegated administrators may", r.caller.ARN, reason(err))
	}
	r.note("the organization is not pulled: %s", result.Reason)
	return result, nil, nil
}

// membersOf are the accounts of an organization.
func membersOf(e *export) (out []member) {
	for _, a := range e.Accounts {
		out = append(out, member{ID: aws.ToString(a.Id), Name: aws.ToString(a.Name), Closed: a.Status != types.AccountStatusActive})
	}
	return out
}

// export reads all of the organization. It is either whole or an error, but
// for tags, delegated administrators and trusted services, which limit no
// account: those a caller may be denied.
func (r *run) export(ctx context.Context, o *types.Organization) (*export, error) {
	w := &walk{run: r, client: r.clients.organizations}
	e, err := w.steadyTree(ctx)
	if err != nil {
		return nil, err
	}
	e.Organization = o
	if o.FeatureSet != types.OrganizationFeatureSetConsolidatedBilling { // which has no policies
		if err := w.policies(ctx, e); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		name string
		read func(context.Context, *export) error
	}{{"tags", w.tags}, {"delegated administrators", w.delegated}, {"services that may act in it", w.services}} {
		if err := part.read(ctx, e); denied(err) || apiCode(err) == unknownOperation {
			r.note("of the organization, %s are not pulled: %s", part.name, reason(err))
		} else if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// unknownOperation is the code by which an API that is not AWS's says that it
// lacks an operation.
const unknownOperation = "UnknownOperationException"

// walk reads an organization.
type walk struct {
	*run
	client *organizations.Client
}

// steadyTree is the tree as it is at one time: an account that is moved while
// it is read may be seen twice or not at all, so the list of all accounts must
// say the same.
func (w *walk) steadyTree(ctx context.Context) (*export, error) {
	for try := 1; ; try++ {
		e, err := w.tree(ctx)
		if err != nil {
			return nil, err
		}
		all, err := w.allAccounts(ctx)
		if err != nil {
			return nil, err
		}
		var seen []string
		for _, a := range e.Accounts {
			seen = append(seen, aws.ToString(a.Id))
		}
		if slices.Sort(seen); slices.Equal(seen, all) {
			return e, nil
		}
		if try == treeTries {
			return nil, because("the tree has %d accounts and the list of accounts %d, %d times: is it being changed? Try again later", len(seen), len(all), try)
		}
	}
}

func (w *walk) tree(ctx context.Context) (*export, error) {
	e := &export{Parents: map[string]string{}}
	roots := organizations.NewListRootsPaginator(w.client, &organizations.ListRootsInput{})
	err := each(ctx, roots, func(o *organizations.ListRootsOutput) { e.Roots = append(e.Roots, o.Roots...) })
	if err != nil {
		return nil, err
	}
	var level []string
	for _, root := range e.Roots {
		level = append(level, aws.ToString(root.Id))
	}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxDepth {
			return nil, because("more than %d levels of organizational units", maxDepth)
		}
		if level, err = w.level(ctx, e, level); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// maxDepth is deeper than AWS allows; a server that never comes to an end must
// not hold us.
const maxDepth = 20

// level reads what is directly below the parents, and returns the units.
func (w *walk) level(ctx context.Context, e *export, parents []string) (units []string, err error) {
	found := make([]struct {
		units    []types.OrganizationalUnit
		accounts []types.Account
	}, len(parents))
	err = side(ctx, len(parents), func(ctx context.Context, i int) error {
		below := organizations.NewListOrganizationalUnitsForParentPaginator(w.client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parents[i]})
		err := each(ctx, below, func(o *organizations.ListOrganizationalUnitsForParentOutput) {
			found[i].units = append(found[i].units, o.OrganizationalUnits...)
		})
		if err != nil {
			return err
		}
		accounts := organizations.NewListAccountsForParentPaginator(w.client, &organizations.ListAccountsForParentInput{ParentId: &parents[i]})
		return each(ctx, accounts, func(o *organizations.ListAccountsForParentOutput) {
			found[i].accounts = append(found[i].accounts, o.Accounts...)
		})
	})
	for i, f := range found {
		for _, u := range f.units {
			e.OrganizationalUnits = append(e.OrganizationalUnits, exportUnit{u, parents[i]})
			units = append(units, aws.ToString(u.Id))
		}
		for _, a := range f.accounts {
			a.Status = statusOf(a)
			e.Accounts = append(e.Accounts, a)
			e.Parents[aws.ToString(a.Id)] = parents[i]
		}
	}
	return units, err
}

// statusOf is the Status of an account, also of an API that says the newer State
// instead.
func statusOf(a types.Account) types.AccountStatus {
	switch {
	case a.Status != "":
		return a.Status
	case a.State == types.AccountStateSuspended, a.State == types.AccountStateClosed, a.State == types.AccountStatePendingActivation:
		return types.AccountStatusSuspended
	case a.State == types.AccountStatePendingClosure:
		return types.AccountStatusPendingClosure
	}
	return types.AccountStatusActive
}

// allAccounts are the ids of all accounts, sorted.
func (w *walk) allAccounts(ctx context.Context) (ids []string, err error) {
	list := organizations.NewListAccountsPaginator(w.client, &organizations.ListAccountsInput{})
	err = each(ctx, list, func(o *organizations.ListAccountsOutput) {
		for _, a := range o.Accounts {
			ids = append(ids, aws.ToString(a.Id))
		}
	})
	slices.Sort(ids)
	return ids, err
}

// pager is a paginator of the SDK for one operation of Organizations.
type pager[O any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*organizations.Options)) (*O, error)
}

// each gives every page of a list to take.
func each[O any](ctx context.Context, list pager[O], take func(*O)) error {
	for n := 0; list.HasMorePages(); n++ {
		if n == maxPages {
			return because("a list of more than %d pages", maxPages)
		}
		page, err := list.NextPage(ctx)
		if err != nil {
			return err
		}
		take(page)
	}
	return nil
}

// side calls do for 0 to n-1, several at a time.
func side(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(walkers)
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, i)
		})
	}
	return group.Wait()
}
