package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/ebbmark/ebbmark/pull"
)

// syncResult is what "ebbmark sync aws --format json" prints.
type syncResult struct {
	pull.Result
	UnknownActions []string `json:"unknownActions"` // that the catalogue does not know (LA-14)
}

// writeSync prints what became of all.
func (p *program) writeSync(format string, r syncResult) error {
	if format == "json" {
		return p.writeSyncJSON(r)
	}
	if r.Organization.Status != "" {
		fmt.Fprintf(p.stdout, "organization %s\n\n", organizationText(r.Organization))
	}
	if len(r.Accounts) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tNAME\tUSERS\tGROUPS\tROLES\tPOLICIES\tRESULT")
	for _, a := range r.Accounts {
		if a.Status != pull.Done && a.Status != pull.Before {
			fmt.Fprintf(t, "%s\t%s\t-\t-\t-\t-\t%s\n", a.Account, orDash(a.Name), resultText(a))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", a.Account, orDash(a.Name), a.Users, a.Groups, a.Roles, a.Policies, resultText(a))
	}
	return t.Flush()
}

// resultText is what became of an account in words.
func resultText(a pull.AccountResult) string {
	switch a.Status {
	case pull.Done:
		return a.Result
	case pull.Before:
		return "done before: " + a.Result
	}
	return string(a.Status) + ": " + a.Reason
}

func organizationText(o pull.OrganizationResult) string {
	if o.Status == pull.Done {
		return fmt.Sprintf("%s (%s, %s, %s): %s", o.ID, plural(o.Units, "unit"), plural(o.Accounts, "account"), policies(o.Policies), o.Result)
	}
	return fmt.Sprintf("%s: %s: %s", orDash(o.ID), o.Status, o.Reason)
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return fmt.Sprintf("%d policies", n)
}

func (p *program) writeSyncJSON(r syncResult) error {
	r.Accounts, r.UnknownActions = orEmpty(r.Accounts), orEmpty(r.UnknownActions)
	for i := range r.Accounts {
		r.Accounts[i].Warnings = orEmpty(r.Accounts[i].Warnings)
		r.Accounts[i].TrailReasons = orEmpty(r.Accounts[i].TrailReasons)
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(r)
}
