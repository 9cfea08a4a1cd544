package organizations

import (
	"cmp"
	"context"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// OfUnit names an organizational unit.
type OfUnit struct {
	OrganizationalUnitId string `required:"true" max:"68" pattern:"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$"`
}

func (in *OfUnit) id() string { return in.OrganizationalUnitId }

// unitOutput is one organizational unit.
type unitOutput struct{ OrganizationalUnit *OrganizationalUnit }

func (a *API) describeUnit(_ context.Context, _ wire.Caller, in *OfUnit, v *view) (*unitOutput, error) {
	if _, ok := v.Unit(in.OrganizationalUnitId); !ok {
		return nil, answer(organization.ErrUnitNotFound)
	}
	return &unitOutput{newUnit(v.Organization, in.OrganizationalUnitId)}, nil
}

type listUnitsOutput struct {
	OrganizationalUnits []*OrganizationalUnit
	Page
}

func (a *API) listUnitsForParent(_ context.Context, _ wire.Caller, in *OfParent, v *view) (*listUnitsOutput, error) {
	units, _, err := v.below(in.ParentId)
	if err != nil {
		return nil, err
	}
	ids, page, err := cut(in.Paging, units, itself, "units", in.ParentId)
	return &listUnitsOutput{each(ids, func(id string) *OrganizationalUnit { return newUnit(v.Organization, id) }), page}, err
}

type createUnitInput struct {
	ParentId string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
	Name     string `required:"true" min:"1" max:"128"`
	NewTags
}

func (in *createUnitInput) id() string { return in.ParentId }

func (a *API) createUnit(ctx context.Context, caller wire.Caller, in *createUnitInput, v *view) (*unitOutput, error) {
	if err := in.permit(ctx, a, caller, v.UnitARN("*")); err != nil {
		return nil, err
	}
	var made string
	next, err := a.write(ctx, caller, v, func(o *organization.Organization) error {
		var err error
		if made, err = organization.NewUnitID(a.Random, o.Root.ID); err != nil {
			return err
		}
		if err := o.CreateUnit(organization.Unit{ID: made, Parent: in.ParentId, Name: in.Name}); err != nil {
			return err
		}
		return in.put(o, made)
	})
	if err != nil {
		return nil, err
	}
	return &unitOutput{newUnit(next, made)}, nil
}

type updateUnitInput struct {
	OfUnit
	Name string `min:"1" max:"128"` // empty: as before
}

func (in *updateUnitInput) id() string { return in.OrganizationalUnitId }

func (a *API) updateUnit(ctx context.Context, caller wire.Caller, in *updateUnitInput, v *view) (*unitOutput, error) {
	next, err := a.write(ctx, caller, v, func(o *organization.Organization) error {
		u, ok := o.Unit(in.OrganizationalUnitId)
		if !ok {
			return organization.ErrUnitNotFound
		}
		return o.RenameUnit(u.ID, cmp.Or(in.Name, u.Name))
	})
	if err != nil {
		return nil, err
	}
	return &unitOutput{newUnit(next, in.OrganizationalUnitId)}, nil
}

func (a *API) deleteUnit(ctx context.Context, caller wire.Caller, in *OfUnit, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error { return o.DeleteUnit(in.OrganizationalUnitId) })
}
