package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	trails "github.com/ebbmark/ebbmark/trail"
)

// organizationRow is what became of one organization.
type organizationRow struct {
	Organization string `json:"organization"`
	Units        int    `json:"units"`
	Accounts     int    `json:"accounts"`
	Policies     int    `json:"policies"`
	Result       string `json:"result"` // as of importRow
}

// imported is what the files of an import hold.
type imported struct {
	snapshots     *inventory.Snapshot
	organizations []*organization.Organization
	from          []string // the file of each

	trailParts   []trails.Part
	trailFiles   []string // all that say anything of trails
	observations []trails.Observation

	accounts []*inventory.Account
	managed  []*inventory.Policy // AWS's, of no account
}

// organization reads an organization export. The same organization may come
// again if it says the same.
func (in *imported) organization(file string, r io.Reader) error {
	o, err := organization.ReadExport(r)
	if err != nil {
		return &inventory.FileError{File: file, Err: err}
	}
	for i, was := range in.organizations {
		if was.ID != o.ID {
			continue
		}
		if same, err := sameOrganization(was, o); err != nil || !same {
			return &inventory.FileError{File: file, Err: fmt.Errorf("organization %s is not the same as in %s: take one", o.ID, in.from[i])}
		}
		return nil
	}
	in.organizations, in.from = append(in.organizations, o), append(in.from, file)
	return nil
}

// sameOrganization compares all that an export says.
func sameOrganization(a, b *organization.Organization) (bool, error) {
	var x, y bytes.Buffer
	err := errors.Join(a.WriteExport(&x), b.WriteExport(&y))
	return bytes.Equal(x.Bytes(), y.Bytes()), err
}

// organizationReplaceable is an error for an organization that an import does
// not replace.
func organizationReplaceable(ctx context.Context, book *accounts.Book, id string) error {
	mode, err := book.OrganizationMode(ctx, id)
	switch {
	case errors.Is(err, accounts.ErrNoOrganization):
		return nil
	case err == nil && mode == accounts.Home:
		return fmt.Errorf("organization %s: %w", id, accounts.ErrOrganizationHome)
	}
	return err
}

// replaceOrganization puts an organization in place of what is stored of it.
func replaceOrganization(ctx context.Context, book *accounts.Book, o *organization.Organization) (organizationRow, error) {
	row := organizationRow{Organization: o.ID, Units: len(o.Units), Accounts: len(o.Accounts), Policies: len(o.Policies), Result: resultChanged}
	old, err := book.Organization(ctx, o.ID)
	if errors.Is(err, accounts.ErrNoOrganization) {
		row.Result = resultNew
	} else if err == nil {
		if same, err := sameOrganization(old, o); err == nil && same {
			row.Result = resultUnchanged
		}
	}
	// What is wrong with what was stored is no reason not to replace it.
	return row, book.ReplaceOrganization(ctx, o)
}
