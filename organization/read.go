package organization

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ReadExport reads an organization export (type export says what is in it) and
// checks it as a whole: an organization comes back that every part of the
// program can rely on, or an error that says what is wrong with it and wraps
// ErrBadExport. Errors of the reader come back as they are.
func ReadExport(r io.Reader) (*Organization, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxExport+1))
	if err != nil {
		return nil, fmt.Errorf("read organization export: %w", err)
	}
	if len(text) > MaxExport {
		return nil, badf("it is larger than %d bytes", MaxExport)
	}
	var e export
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, badJSON(err)
	}
	o, err := e.organization()
	if err != nil {
		return nil, err
	}
	if err := o.Check(); err != nil {
		return nil, badf("%w", err)
	}
	return o, nil
}

func badf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBadExport}, args...)...)
}

// badJSON says where the text stops to be what it should be, in the words of
// the export and not of Go.
func badJSON(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badf("member %s is a %s where that does not belong (byte %d)", cmp.Or(wrong.Field, "(whole)"), wrong.Value, wrong.Offset)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return badf("it is no JSON: %s (byte %d)", syntax.Error(), syntax.Offset)
	}
	return badf("%s", err.Error())
}

// organization puts the lists together, unchecked but for what the form of an
// Organization cannot express.
func (e *export) organization() (*Organization, error) {
	switch {
	case e.Organization == nil:
		return nil, badf("it has no member Organization (aws organizations describe-organization)")
	case len(e.Roots) != 1:
		return nil, badf("it has %d Roots where an organization has one (aws organizations list-roots)", len(e.Roots))
	}
	for name, n := range map[string]int{
		"OrganizationalUnits": len(e.OrganizationalUnits), "Accounts": len(e.Accounts), "Policies": len(e.Policies), "Tags": len(e.Tags),
		"DelegatedAdministrators": len(e.DelegatedAdministrators),
	} {
		if n > maxImported {
			return nil, badf("%s has %d members, more than %d", name, n, maxImported)
		}
	}
	o := &Organization{
		ID: e.Organization.Id, Partition: partitionOf(e.Organization.Arn), ManagementAccount: e.Organization.MasterAccountId,
		ManagementEmail: e.Organization.MasterAccountEmail, FeatureSet: cmp.Or(e.Organization.FeatureSet, AllFeatures),
		Root: Root{ID: e.Roots[0].Id, Name: e.Roots[0].Name},
	}
	for _, t := range e.Roots[0].PolicyTypes {
		if t.Status == enabled {
			insert(&o.Root.PolicyTypes, t.Type, strings.Compare)
		}
	}
	e.tree(o)
	e.trust(o)
	if err := e.policies(o); err != nil {
		return nil, err
	}
	o.sort()
	return o, nil
}

func partitionOf(arn string) string {
	if f := strings.SplitN(arn, ":", 3); len(f) == 3 && f[0] == "arn" && f[1] != "" {
		return f[1]
	}
	return "aws"
}

func (e *export) tree(o *Organization) {
	for _, u := range e.OrganizationalUnits {
		o.Units = append(o.Units, Unit{u.Id, cmp.Or(u.ParentId, e.Parents[u.Id]), u.Name})
	}
	for _, a := range e.Accounts {
		o.Accounts = append(o.Accounts, Account{
			a.Id, cmp.Or(a.ParentId, e.Parents[a.Id]), a.Name, a.Email, cmp.Or(a.Status, statusOf(a.State), Active), a.JoinedMethod, wholeMillis(a.JoinedTimestamp.Time),
		})
	}
}

// statusOf is the Status of an account in a State; empty: the State is not said.
func statusOf(state string) string {
	switch state {
	case "CLOSED", "PENDING_ACTIVATION":
		return Suspended
	}
	return state
}

func (e *export) trust(o *Organization) {
	for id, tags := range e.Tags {
		for _, t := range tags {
			if o.Tags == nil {
				o.Tags = map[string][]Tag{}
			}
			o.Tags[id] = append(o.Tags[id], Tag(t))
		}
	}
	for _, d := range e.DelegatedAdministrators {
		for _, s := range d.DelegatedServices {
			since := s.DelegationEnabledDate
			if since.IsZero() {
				since = d.DelegationEnabledDate
			}
			o.Delegated = append(o.Delegated, Delegated{d.Id, s.ServicePrincipal, wholeMillis(since.Time)})
		}
	}
	for _, s := range e.EnabledServicePrincipals {
		o.TrustedServices = append(o.TrustedServices, TrustedService{s.ServicePrincipal, wholeMillis(s.DateEnabled.Time)})
	}
}

func wholeMillis(t time.Time) time.Time { return t.Truncate(time.Millisecond) }

// policies takes the policies and their attachments. AWS's own are added where
// the export lacks them: every organization has them.
func (e *export) policies(o *Organization) error {
	have := map[string]bool{}
	for _, p := range e.Policies {
		targets := p.Targets
		if p.Policy != nil {
			p = *p.Policy
		}
		s := p.PolicySummary
		have[s.Id] = true
		o.Policies = append(o.Policies, Policy{s.Id, s.Name, s.Description, s.Type, s.AwsManaged, p.Content})
		for _, t := range targets {
			o.Attachments = append(o.Attachments, Attachment{s.Id, string(t)})
		}
		if len(o.Attachments) > 10*maxImported {
			return badf("its policies have more than %d Targets", 10*maxImported)
		}
	}
	for _, p := range managedPolicies() {
		if !have[p.ID] {
			o.Policies = append(o.Policies, p)
		}
	}
	return nil
}
