package organizations

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// write changes the organization that the caller saw, in one step, and returns
// what it has become. change may be called several times, each time on a fresh
// copy; what it returns is the answer, and then nothing is stored. What was seen
// may have changed meanwhile, so change looks again.
func (a *API) write(ctx context.Context, caller wire.Caller, v *view, change func(*organization.Organization) error) (*organization.Organization, error) {
	var next *organization.Organization
	err := a.Book.WriteOrganization(ctx, v.ID, func(o *organization.Organization) error {
		if err := change(o); err != nil {
			return err
		}
		next = o
		return nil
	})
	switch {
	case errors.Is(err, accounts.ErrOrganizationMirror):
		return nil, mirrored(caller, v.ID)
	case errors.Is(err, accounts.ErrNoOrganization):
		return nil, errNotInUse
	}
	return next, answer(err)
}

// change is write for operations that answer nothing.
func (a *API) change(ctx context.Context, caller wire.Caller, v *view, change func(*organization.Organization) error) (*wire.NoOutput, error) {
	_, err := a.write(ctx, caller, v, change)
	return nil, err
}
