package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/ebbmark/ebbmark/inventory"
)

// importResult is what "ebbmark import --format json" prints.
type importResult struct {
	Organizations  []organizationRow   `json:"organizations"` // those that are in the store now
	Accounts       []importRow         `json:"accounts"`      // those that are in the store now, ascending
	Trails         []trailsRow         `json:"trails"`        // what was read of trails, by time
	Warnings       []inventory.Warning `json:"warnings"`
	UnknownActions []string            `json:"unknownActions"` // that no catalogue knows (LA-14)
	Problems       []importProblem     `json:"problems"`       // when there is one, nothing was imported
}

// importRow is what became of one account.
type importRow struct {
	Account   string `json:"account"`
	Partition string `json:"partition"`
	Users     int    `json:"users"`
	Groups    int    `json:"groups"`
	Roles     int    `json:"roles"`
	Policies  int    `json:"policies"`
	Result    string `json:"result"`  // one of the constants below
	Added     int    `json:"added"`   // entities that were not there before
	Removed   int    `json:"removed"` // entities that are gone
	Changed   int    `json:"changed"` // entities that differ
	Warnings  int    `json:"warnings"`
}

const (
	resultNew       = "new"
	resultChanged   = "changed"
	resultUnchanged = "unchanged"
)

// importProblem is why a file was refused.
type importProblem struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// addProblems takes in an error of inventory, which may join several.
func (r *importResult) addProblems(err error) {
	if err == nil {
		return
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			r.addProblems(e)
		}
		return
	}
	if e, ok := errors.AsType[*inventory.FileError](err); ok {
		r.Problems = append(r.Problems, importProblem{e.File, e.Err.Error()})
		return
	}
	r.Problems = append(r.Problems, importProblem{"import", err.Error()})
}

func (r *importResult) warningsOf(account string) int {
	n := 0
	for _, w := range r.Warnings {
		if w.Account == account {
			n++
		}
	}
	return n
}

// summary is the result with its counts in words.
func (r importRow) summary() string {
	if r.Result != resultChanged {
		return r.Result
	}
	return fmt.Sprintf("changed: %d added, %d removed, %d changed", r.Added, r.Removed, r.Changed)
}

// importFormat is the writer of a result.
func importFormat(name string) (func(io.Writer, importResult) error, error) {
	switch name {
	case "table":
		return writeImportTable, nil
	case "json":
		return writeImportJSON, nil
	}
	return nil, usageError("--format %q: want table or json", name)
}

func writeImportTable(w io.Writer, r importResult) error {
	if err := writeOrganizationTable(w, r.Organizations); err != nil {
		return err
	}
	if len(r.Trails) > 0 {
		if len(r.Organizations) > 0 {
			fmt.Fprintln(w)
		}
		if err := writeTrailsTable(w, r.Trails); err != nil {
			return err
		}
	}
	if len(r.Accounts) == 0 {
		return nil
	}
	if len(r.Organizations)+len(r.Trails) > 0 {
		fmt.Fprintln(w)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tUSERS\tGROUPS\tROLES\tPOLICIES\tWARNINGS\tRESULT")
	for _, a := range r.Accounts {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", a.Account, a.Users, a.Groups, a.Roles, a.Policies, a.Warnings, a.summary())
	}
	return t.Flush()
}

func writeOrganizationTable(w io.Writer, rows []organizationRow) error {
	if len(rows) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ORGANIZATION\tUNITS\tACCOUNTS\tPOLICIES\tRESULT")
	for _, o := range rows {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\n", o.Organization, o.Units, o.Accounts, o.Policies, o.Result)
	}
	return t.Flush()
}

func writeImportJSON(w io.Writer, r importResult) error {
	r.Organizations, r.Trails = orEmpty(r.Organizations), orEmpty(r.Trails)
	r.Accounts, r.Warnings = orEmpty(r.Accounts), orEmpty(r.Warnings)
	r.UnknownActions, r.Problems = orEmpty(r.UnknownActions), orEmpty(r.Problems)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(r)
}

// orEmpty makes JSON say [] and not null.
func orEmpty[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}
