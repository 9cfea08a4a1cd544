package organization

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// export is an organization export: in one JSON object the members that the AWS
// CLI prints for describe-organization, list-roots, list-accounts and so on.
// Members that it does not name are ignored.
type export struct {
	Organization *exportedOrganization
	Roots        []exportedRoot
	// OrganizationalUnits are list-organizational-units-for-parent's, each with
	// the ParentId it was asked for, or with its parent in Parents.
	OrganizationalUnits []exportedUnit
	// Accounts are list-accounts' or list-accounts-for-parent's, likewise.
	Accounts []exportedAccount
	Parents  map[string]string `json:",omitempty"`
	// Policies are describe-policy's, each with the targets of
	// list-targets-for-policy.
	Policies                 []exportedPolicy
	Tags                     map[string][]exportedTag `json:",omitempty"` // list-tags-for-resource's, by ResourceId
	DelegatedAdministrators  []exportedDelegate       `json:",omitempty"`
	EnabledServicePrincipals []exportedService        `json:",omitempty"`
}

type exportedOrganization struct {
	Id, Arn, FeatureSet, MasterAccountArn, MasterAccountId, MasterAccountEmail string
	AvailablePolicyTypes                                                       []exportedType `json:",omitempty"`
}

type exportedRoot struct {
	Id, Arn, Name string
	PolicyTypes   []exportedType
}

type exportedType struct{ Type, Status string }

type exportedUnit struct {
	Id, Arn, Name string
	ParentId      string `json:",omitempty"`
}

type exportedAccount struct {
	Id, Arn, Name, Email, Status, JoinedMethod string
	JoinedTimestamp                            stamp  `json:",omitzero"`
	ParentId                                   string `json:",omitempty"`
	State                                      string `json:",omitempty"` // read where Status is left out, which it succeeds
}

type exportedPolicy struct {
	PolicySummary exportedSummary
	Content       string
	Targets       []exportedTarget
	// Policy is there when whole answers of describe-policy were collected.
	Policy *exportedPolicy `json:",omitempty"`
}

type exportedSummary struct {
	Id, Arn, Name, Description, Type string
	AwsManaged                       bool
}

type exportedTag struct{ Key, Value string }

// exportedDelegate is list-delegated-administrators', with the
// list-delegated-services-for-account of it.
type exportedDelegate struct {
	Id                    string
	DelegationEnabledDate stamp `json:",omitzero"`
	DelegatedServices     []exportedDelegation
}

type exportedDelegation struct {
	ServicePrincipal      string
	DelegationEnabledDate stamp `json:",omitzero"`
}

type exportedService struct {
	ServicePrincipal string
	DateEnabled      stamp `json:",omitzero"`
}

// exportedTarget is an id, or an object of list-targets-for-policy with one.
type exportedTarget string

func (t *exportedTarget) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, (*string)(t))
	}
	var object struct{ TargetId string }
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	*t = exportedTarget(object.TargetId)
	return nil
}

// stamp is a time as the CLI prints it: RFC 3339, or seconds since the epoch
// with a fraction in its first version.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	word := strings.Trim(string(text), `"`)
	if at, err := time.Parse(time.RFC3339Nano, word); err == nil && at.Year() > 0 && at.Year() < 10_000 {
		s.Time = at.UTC()
		return nil
	}
	seconds, err := strconv.ParseFloat(word, 64)
	if err != nil || !(seconds >= 0 && seconds < 253402300800) { // the year 10000
		return fmt.Errorf("%.40q is no time", word)
	}
	s.Time = time.UnixMilli(int64(seconds*1000 + 0.5)).UTC()
	return nil
}

func (s stamp) MarshalJSON() ([]byte, error) { return json.Marshal(s.Time) }

// WriteExport writes what ReadExport reads back as an equal organization, but
// for the requests to make accounts, which no API call lists for good.
func (o *Organization) WriteExport(w io.Writer) error {
	e := export{
		Organization: &exportedOrganization{
			Id: o.ID, Arn: o.ARN(), FeatureSet: o.FeatureSet, MasterAccountId: o.ManagementAccount,
			MasterAccountArn: o.AccountARN(o.ManagementAccount), MasterAccountEmail: o.ManagementEmail,
		},
		Roots: []exportedRoot{{Id: o.Root.ID, Arn: o.RootARN(), Name: o.Root.Name, PolicyTypes: []exportedType{}}},
	}
	for _, t := range o.Root.PolicyTypes {
		e.Roots[0].PolicyTypes = append(e.Roots[0].PolicyTypes, exportedType{t, enabled})
	}
	for _, u := range o.Units {
		e.OrganizationalUnits = append(e.OrganizationalUnits, exportedUnit{u.ID, o.UnitARN(u.ID), u.Name, u.Parent})
	}
	for _, a := range o.Accounts {
		e.Accounts = append(e.Accounts, exportedAccount{
			a.ID, o.AccountARN(a.ID), a.Name, a.Email, a.Status, a.JoinedMethod, stamp{a.JoinedTimestamp}, a.Parent, "",
		})
	}
	o.exportPolicies(&e)
	o.exportTrust(&e)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(e); err != nil {
		return fmt.Errorf("write export of organization %s: %w", o.ID, err)
	}
	return nil
}

const enabled = "ENABLED"

func (o *Organization) exportPolicies(e *export) {
	for _, p := range o.Policies {
		x := exportedPolicy{
			PolicySummary: exportedSummary{p.ID, o.PolicyARN(p), p.Name, p.Description, p.Type, p.AWSManaged}, Content: p.Content, Targets: []exportedTarget{},
		}
		for _, t := range o.TargetsOf(p.ID) {
			x.Targets = append(x.Targets, exportedTarget(t))
		}
		e.Policies = append(e.Policies, x)
	}
	for id, tags := range o.Tags {
		if e.Tags == nil {
			e.Tags = map[string][]exportedTag{}
		}
		for _, t := range tags {
			e.Tags[id] = append(e.Tags[id], exportedTag(t))
		}
	}
}

func (o *Organization) exportTrust(e *export) {
	for _, d := range o.Delegated {
		i := slices.IndexFunc(e.DelegatedAdministrators, func(x exportedDelegate) bool { return x.Id == d.Account })
		if i < 0 {
			i = len(e.DelegatedAdministrators)
			e.DelegatedAdministrators = append(e.DelegatedAdministrators, exportedDelegate{Id: d.Account, DelegationEnabledDate: stamp{d.Since}})
		}
		x := &e.DelegatedAdministrators[i]
		x.DelegatedServices = append(x.DelegatedServices, exportedDelegation{d.Service, stamp{d.Since}})
	}
	for _, s := range o.TrustedServices {
		e.EnabledServicePrincipals = append(e.EnabledServicePrincipals, exportedService{s.Service, stamp{s.Since}})
	}
}
