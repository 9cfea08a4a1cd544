package format

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
)

func csvColumns() []string {
	return []string{
		"id", "status", "findingType", "resource", "resourceType", "resourceOwnerAccount", "createdAt", "updatedAt", "analyzedAt",
		"lastAccessed", "accessKeyId", "numberOfUnusedServices", "numberOfUnusedActions", "unusedServices", "unusedActions",
		"principal", "action", "isPublic", "error",
	}
}

// CSV writes a head line and one line for each finding (RFC 4180, lines end in
// LF). unusedServices are namespaces that were not used at all, unusedActions
// those of used ones (ns:Name); lists are separated by spaces. No field can
// begin with a sign that spreadsheets take for a formula.
func CSV(w io.Writer, _ finding.Name, list Findings) error {
	c := csv.NewWriter(w)
	c.Write(csvColumns())
	for f, err := range list {
		if err != nil {
			return err
		}
		if err := c.Write(csvRow(f)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func csvRow(f *finding.Detailed) []string {
	row := []string{
		f.ID, string(f.Status), string(f.Type), f.Resource, f.ResourceType, f.Owner,
		stamp(f.CreatedAt), stamp(f.UpdatedAt), stamp(f.AnalyzedAt), stamp(f.LastAccessed),
	}
	key, services, actions := "", "", ""
	if f.Type == finding.UnusedIAMUserAccessKey {
		key = f.Key // of other types it is a digest
	}
	if f.Type == finding.UnusedPermission {
		services, actions = strconv.Itoa(f.Services), strconv.Itoa(f.Actions)
	}
	whole, single := unused(f)
	row = append(row, key, services, actions, strings.Join(whole, " "), strings.Join(single, " "))
	public, what := "", ""
	if e := f.External; e != nil {
		public, what = strconv.FormatBool(e.Public), strings.Join(e.Actions, " ")
	}
	return append(row, principal(f.External), what, public, f.Error)
}

// unused are the namespaces that were not used, and the unused actions of those
// that were.
func unused(f *finding.Detailed) (whole, single []string) {
	for _, d := range f.Details {
		switch p := d.Permission; {
		case p == nil:
		case len(p.Actions) == 0:
			whole = append(whole, p.Namespace)
		default:
			for _, a := range p.Actions {
				single = append(single, p.Namespace+":"+a.Name)
			}
		}
	}
	return whole, single
}
