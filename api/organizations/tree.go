package organizations

import (
	"context"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// OfParent is a list of what is directly below a root or an organizational unit.
type OfParent struct {
	ParentId string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
	Paging
}

func (in *OfParent) id() string { return in.ParentId }

type listParentsInput struct {
	ChildId string `required:"true" max:"100" pattern:"^(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
	Paging
}

func (in *listParentsInput) id() string { return in.ChildId }

// entity is a place in the tree.
type entity struct{ Id, Type string }

func newEntity(id string) entity {
	switch organization.KindOf(id) {
	case organization.KindRoot:
		return entity{id, "ROOT"}
	case organization.KindUnit:
		return entity{id, "ORGANIZATIONAL_UNIT"}
	}
	return entity{id, "ACCOUNT"}
}

type listParentsOutput struct {
	Parents []entity
	Page
}

// listParents lists the one parent that an entity has.
func (a *API) listParents(_ context.Context, _ wire.Caller, in *listParentsInput, v *view) (*listParentsOutput, error) {
	parent, ok := v.Parent(in.ChildId)
	if !ok {
		return nil, answer(organization.ErrChildNotFound)
	}
	list, page, err := cut(in.Paging, []entity{newEntity(parent)}, entity.key, "parents", in.ChildId)
	return &listParentsOutput{list, page}, err
}

func (e entity) key() string { return e.Id }

type listChildrenInput struct {
	OfParent
	ChildType string `required:"true" enum:"ACCOUNT,ORGANIZATIONAL_UNIT"`
}

type listChildrenOutput struct {
	Children []entity
	Page
}

func (in *listChildrenInput) id() string { return in.ParentId }

func (a *API) listChildren(_ context.Context, _ wire.Caller, in *listChildrenInput, v *view) (*listChildrenOutput, error) {
	units, members, err := v.below(in.ParentId)
	if err != nil {
		return nil, err
	}
	ids := units
	if in.ChildType == "ACCOUNT" {
		ids = members
	}
	ids, page, err := cut(in.Paging, ids, itself, "children", in.ChildType, in.ParentId)
	return &listChildrenOutput{each(ids, newEntity), page}, err
}

// below are the units and accounts directly below a root or unit.
func (v *view) below(parent string) (units, members []string, err error) {
	if !v.Has(parent) || organization.KindOf(parent) == organization.KindAccount {
		return nil, nil, answer(organization.ErrParentNotFound)
	}
	units, members = v.Children(parent)
	return units, members, nil
}

// itself is the key of an id.
func itself(id string) string { return id }

// each shows every member of a list; the result is never nil.
func each[A, B any](list []A, show func(A) B) []B {
	out := make([]B, len(list))
	for i, one := range list {
		out[i] = show(one)
	}
	return out
}
