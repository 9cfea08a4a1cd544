package organizations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// Making an account takes two steps that no transaction joins: its home, and its
// membership. So the request is written down first, with the id that the account
// will have; finish does the steps, each of which may be done again. What a
// crash interrupts goes on when somebody asks for the status.

const (
	// accessRole is the role that lets the management account in.
	accessRole = "OrganizationAccountAccessRole"
	// maxPending is how many accounts may be in the making at once.
	maxPending = 100
	// makeLimit bounds the making of one account.
	makeLimit = time.Minute
)

type createAccountInput struct {
	Email                  string `required:"true" min:"6" max:"64" pattern:"[^\\s@]+@[^\\s@]+\\.[^\\s@]+"`
	AccountName            string `required:"true" min:"1" max:"50" pattern:"[\\u0020-\\u007E]+"`
	RoleName               string `max:"64" pattern:"[\\w+=,.@-]{1,64}"` // default accessRole
	IamUserAccessToBilling string `enum:"ALLOW,DENY"`                    // there is no billing here
	NewTags
}

// Check implements wire.Checker.
func (in *createAccountInput) Check(caller wire.Caller) error {
	if strings.HasPrefix(in.RoleName, "AWSServiceRoleFor") {
		return invalidInput("INVALID_ROLE_NAME", "You provided a role name that isn't valid. It can't begin with the reserved prefix AWSServiceRoleFor.")
	}
	return in.NewTags.Check(caller)
}

// statusOutput is what becomes of a request to make an account.
type statusOutput struct{ CreateAccountStatus *CreateAccountStatus }

func (a *API) createAccount(ctx context.Context, caller wire.Caller, in *createAccountInput, v *view) (*statusOutput, error) {
	if err := in.permit(ctx, a, caller, v.AccountARN("*")); err != nil {
		return nil, err
	}
	status := organization.CreateAccountStatus{
		Name: in.AccountName, Email: in.Email, Role: in.RoleName, Tags: in.list(), State: organization.InProgress, Requested: a.now(),
	}
	var err error
	if status.ID, err = organization.NewStatusID(a.Random); err != nil {
		return nil, err
	}
	if status.Account, err = a.freeAccountID(ctx); err != nil {
		return nil, err
	}
	_, err = a.write(ctx, caller, v, func(o *organization.Organization) error {
		switch waiting := pending(o); {
		case waiting >= maxPending:
			return exception("TooManyRequestsException", "%d accounts are being made. Wait until some of them are ready.", waiting)
		case waiting+len(o.Accounts) >= organization.MaxAccounts:
			return organization.ErrTooManyAccounts
		}
		o.AddCreateStatus(status)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.begin(v.ID, status.ID, a.Delay)
	return &statusOutput{newStatus(status)}, nil
}

// pending counts the accounts in the making.
func pending(o *organization.Organization) (n int) {
	for _, s := range o.CreateStatuses {
		if s.State == organization.InProgress {
			n++
		}
	}
	return n
}

// freeAccountID is an id that no account of this server has.
func (a *API) freeAccountID(ctx context.Context) (string, error) {
	for {
		id, err := organization.NewAccountID(a.Random)
		if err != nil {
			return "", err
		}
		_, err = a.Book.Mode(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return id, nil
		} else if err != nil {
			return "", err
		}
	}
}

// begin finishes a request in the background, after a delay.
func (a *API) begin(org, status string, delay time.Duration) {
	if a.stopped.Err() != nil {
		return
	}
	a.working.Go(func() {
		select {
		case <-time.After(delay):
		case <-a.stopped.Done():
			return
		}
		ctx, cancel := context.WithTimeout(a.stopped, makeLimit)
		defer cancel()
		if err := a.finish(ctx, org, status); err != nil && a.stopped.Err() == nil {
			a.Log.Error("cannot make an account", "organization", org, "request", status, "error", err)
		}
	})
}

// finish makes the account of a request that is still in progress.
func (a *API) finish(ctx context.Context, org, id string) error {
	o, err := a.Book.Organization(ctx, org)
	if err != nil {
		return err
	}
	status, ok := o.CreateStatus(id)
	if !ok || status.State != organization.InProgress {
		return nil
	}
	reason := refusal(o, status)
	if reason == "" {
		if err := a.makeHome(ctx, o, status); err != nil {
			return err
		}
	}
	return a.Book.WriteOrganization(ctx, org, func(o *organization.Organization) error { return a.join(o, id, reason) })
}

// refusal is AWS's reason why the account cannot be made; empty: none.
func refusal(o *organization.Organization, s organization.CreateAccountStatus) string {
	switch {
	case slices.ContainsFunc(o.Accounts, func(a organization.Account) bool { return strings.EqualFold(a.Email, s.Email) && a.ID != s.Account }):
		return "EMAIL_ALREADY_EXISTS"
	case len(o.Accounts) >= organization.MaxAccounts:
		return "ACCOUNT_LIMIT_EXCEEDED"
	}
	return ""
}

// join makes the account a member, if its request is still open, and notes what
// became of it. The reason says why not.
func (a *API) join(o *organization.Organization, id, reason string) error {
	s, ok := o.CreateStatus(id)
	if !ok || s.State != organization.InProgress {
		return nil
	}
	if reason == "" {
		reason = refusal(o, s) // others may have come first
	}
	s.Completed, s.State, s.Reason = a.now(), organization.Failed, reason
	if reason == "" {
		s.State = organization.Succeeded
		err := o.AddAccount(organization.Account{
			ID: s.Account, Parent: o.Root.ID, Name: s.Name, Email: s.Email, Status: organization.Active,
			JoinedMethod: organization.Created, JoinedTimestamp: s.Completed,
		})
		if err == nil && len(s.Tags) > 0 {
			err = o.Tag(s.Account, s.Tags)
		}
		if err != nil {
			return err
		}
	}
	return o.SetCreateStatus(s)
}

// makeHome makes the account itself: a home with the role by which the
// management account comes in. One that is there was made by an earlier try.
func (a *API) makeHome(ctx context.Context, o *organization.Organization, s organization.CreateAccountStatus) error {
	role, err := a.accessRole(o, s)
	if err != nil {
		return err
	}
	home := &inventory.Account{ID: s.Account, Partition: o.Partition, Roles: []*inventory.Role{role}}
	home.Index()
	if err := a.Book.Create(ctx, home); err != nil && !errors.Is(err, accounts.ErrExists) {
		return err
	}
	return nil
}

func (a *API) accessRole(o *organization.Organization, s organization.CreateAccountStatus) (*inventory.Role, error) {
	name := s.Role
	if name == "" {
		name = accessRole
	}
	id, err := inventory.NewID(inventory.RoleID, a.Random)
	if err != nil {
		return nil, err
	}
	return &inventory.Role{
		Name: name, ID: id, Path: "/", ARN: fmt.Sprintf("arn:%s:iam::%s:role/%s", o.Partition, s.Account, name),
		Created: a.now().Truncate(time.Second), MaxSession: time.Hour,
		Trust: fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:%s:iam::%s:root"},"Action":"sts:AssumeRole"}]}`,
			o.Partition, o.ManagementAccount),
		Attached: []string{fmt.Sprintf("arn:%s:iam::aws:policy/AdministratorAccess", o.Partition)},
	}, nil
}

type describeStatusInput struct {
	CreateAccountRequestId string `required:"true" max:"36" pattern:"^car-[a-z0-9]{8,32}$"`
}

func (a *API) describeCreateAccountStatus(_ context.Context, _ wire.Caller, in *describeStatusInput, v *view) (*statusOutput, error) {
	s, ok := v.CreateStatus(in.CreateAccountRequestId)
	if !ok {
		return nil, answer(organization.ErrStatusNotFound)
	}
	a.resume(v.ID, s)
	return &statusOutput{newStatus(s)}, nil
}

type listStatusesInput struct {
	States []string `memberEnum:"IN_PROGRESS,SUCCEEDED,FAILED"` // none: all
	Paging
}

type listStatusesOutput struct {
	CreateAccountStatuses []*CreateAccountStatus
	Page
}

func (a *API) listCreateAccountStatus(_ context.Context, _ wire.Caller, in *listStatusesInput, v *view) (*listStatusesOutput, error) {
	var list []organization.CreateAccountStatus
	for _, s := range v.CreateStatuses {
		if len(in.States) == 0 || slices.Contains(in.States, s.State) {
			a.resume(v.ID, s)
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b organization.CreateAccountStatus) int { return strings.Compare(a.ID, b.ID) })
	list, page, err := cut(in.Paging, list, func(s organization.CreateAccountStatus) string { return s.ID }, append([]string{"statuses"}, in.States...)...)
	return &listStatusesOutput{each(list, newStatus), page}, err
}

// resume finishes what an earlier process has left behind.
func (a *API) resume(org string, s organization.CreateAccountStatus) {
	if s.State == organization.InProgress && a.now().Sub(s.Requested) > a.Delay+makeLimit {
		a.begin(org, s.ID, 0)
	}
}
