package pull

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ebbmark/ebbmark/inventory"
)

// session are the credentials for an account; nil: the caller's own.
func (r *run) session(ctx context.Context, id string) (aws.CredentialsProvider, error) {
	if id == r.caller.Account {
		return nil, nil
	}
	return r.assume(ctx, id)
}

// account pulls the inventory of one account, with its warnings.
func (r *run) account(ctx context.Context, id string, credentials aws.CredentialsProvider) (*inventory.Account, []inventory.Warning, error) {
	snapshot, err := r.details(ctx, id, r.clients.iam(credentials))
	if err != nil {
		return nil, nil, err
	}
	return r.inventory(id, snapshot)
}

// assume is a session of the role in an account, renewed as long as it is used.
func (r *run) assume(ctx context.Context, id string) (aws.CredentialsProvider, error) {
	role := fmt.Sprintf("arn:%s:iam::%s:role/%s", r.caller.Partition, id, r.Role)
	session := aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(r.clients.sts, role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = sessionName }))
	_, err := session.Retrieve(ctx)
	switch {
	case denied(err) && explained(err):
		return nil, because("%s cannot be assumed: %s", role, reason(err))
	case denied(err):
		return nil, because("%s cannot be assumed: it is not there or does not trust %s, or that may not call sts:AssumeRole (%s)", role, r.caller.ARN, reason(err))
	}
	return session, err
}

// details gathers the pages of get-account-authorization-details.
func (r *run) details(ctx context.Context, id string, client *iam.Client) (*gathered, error) {
	g := &gathered{Snapshot: inventory.NewSnapshot()}
	list := iam.NewGetAccountAuthorizationDetailsPaginator(client, &iam.GetAccountAuthorizationDetailsInput{}, func(o *iam.GetAccountAuthorizationDetailsPaginatorOptions) {
		o.StopOnDuplicateToken = true
	})
	for list.HasMorePages() {
		if g.Pages() == maxPages {
			return nil, fmt.Errorf("more than %d pages", maxPages)
		}
		page, err := list.NextPage(ctx)
		if denied(err) && id != r.caller.Account {
			return nil, because("role %s may not read the account (%s)", r.Role, reason(err))
		} else if err != nil {
			return nil, err
		}
		if err := g.add(id, page); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// gathered is a snapshot, and whether there is anything in it.
type gathered struct {
	*inventory.Snapshot
	owned bool // something of the account, by which the snapshot is known as its
}

// add takes a page. The SDK's names of members are those of the API, so a page
// written as JSON is what the CLI prints, and is checked as that is.
func (g *gathered) add(id string, page *iam.GetAccountAuthorizationDetailsOutput) error {
	g.owned = g.owned || len(page.UserDetailList)+len(page.GroupDetailList)+len(page.RoleDetailList) > 0
	for _, p := range page.Policies {
		g.owned = g.owned || !inventory.IsAWSManaged(aws.ToString(p.Arn))
	}
	text, err := json.Marshal(page)
	if err != nil {
		return err
	}
	return unnamed(g.Read("account "+id, bytes.NewReader(text)))
}

// inventory makes the account out of a whole snapshot.
func (r *run) inventory(id string, g *gathered) (*inventory.Account, []inventory.Warning, error) {
	if !g.owned {
		a := &inventory.Account{ID: id, Partition: r.caller.Partition}
		a.Index()
		return a, nil, nil
	}
	found, warnings, err := g.Accounts()
	if err != nil {
		return nil, nil, unnamed(err)
	}
	if len(found) != 1 || found[0].ID != id {
		return nil, nil, errors.New("the answer is not about this account")
	}
	return found[0], warnings, nil
}

// unnamed drops from an error of a snapshot the name of its file: there is none.
func unnamed(err error) error {
	if e, ok := errors.AsType[*inventory.FileError](err); ok {
		return e.Err
	}
	return err
}
