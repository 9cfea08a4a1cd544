package organization

import (
	"fmt"
	"unicode/utf8"
)

// validName reports whether a name has 1 to max characters.
func validName(name string, max int) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > max || !utf8.ValidString(name) {
		return fmt.Errorf("a name must have 1 to %d characters: %w", max, ErrInvalid)
	}
	return nil
}

// isParent reports whether units and accounts can be below id.
func (o *Organization) isParent(id string) bool {
	return o.Has(id) && KindOf(id) != KindAccount
}

// CreateUnit adds a unit. When a control policy type is enabled, AWS's policy
// that allows all is attached to it (ORG-14).
func (o *Organization) CreateUnit(u Unit) error {
	switch {
	case !IsUnitID(u.ID):
		return fmt.Errorf("unit id %q: %w", u.ID, ErrInvalid)
	case !o.isParent(u.Parent):
		return ErrParentNotFound
	case len(o.Line(u.Parent))-1 >= MaxDepth:
		return ErrTooDeep
	case len(o.Units) >= MaxUnits:
		return ErrTooManyUnits
	}
	if err := o.unitNameFree(u.Parent, u.Name); err != nil {
		return err
	}
	if !insert(&o.Units, u, byUnit) {
		return ErrDuplicateID
	}
	o.changed()
	o.attachDefaults(u.ID)
	return nil
}

// unitNameFree checks the name of a unit below a parent.
func (o *Organization) unitNameFree(parent, name string) error {
	if err := validName(name, MaxUnitName); err != nil {
		return err
	}
	siblings, _ := o.Children(parent)
	for _, id := range siblings {
		if u, _ := o.Unit(id); u.Name == name {
			return ErrDuplicateUnit
		}
	}
	return nil
}

// RenameUnit gives a unit another name.
func (o *Organization) RenameUnit(id, name string) error {
	u, ok := o.Unit(id)
	if !ok {
		return ErrUnitNotFound
	}
	if u.Name == name {
		return nil
	}
	if err := o.unitNameFree(u.Parent, name); err != nil {
		return err
	}
	at(o.Units, u, byUnit).Name = name
	o.changed()
	return nil
}

// DeleteUnit removes an empty unit, with its attachments and tags.
func (o *Organization) DeleteUnit(id string) error {
	u, ok := o.Unit(id)
	if !ok {
		return ErrUnitNotFound
	}
	if units, accounts := o.Children(id); len(units)+len(accounts) > 0 {
		return ErrUnitNotEmpty
	}
	remove(&o.Units, u, byUnit)
	o.forget(id)
	o.changed()
	return nil
}
