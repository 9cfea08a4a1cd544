package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// isEntityPath reports whether the argument of "ebbmark report" means something
// of an organization.
func isEntityPath(text string) bool { return strings.HasPrefix(text, "o-") }

// pathFinding is a report on an organization's root, unit or account.
type pathFinding struct {
	path   string
	now    time.Time
	span   time.Duration
	report *report.OrganizationReport
}

// reportOnPath writes a report on an organization's root, unit or account.
func (p *program) reportOnPath(ctx context.Context, f reportFlags, path string) (err error) {
	if err := checkPathFlags(f); err != nil {
		return err
	}
	write, err := p.pathFormat(f)
	if err != nil {
		return err
	}
	span, err := f.reading.span()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o, err := organizationOn(ctx, s, f, path)
	if err != nil {
		return err
	}
	if f.extended {
		found, err := p.computeExtended(ctx, s, f, o, path, span)
		if err != nil {
			return err
		}
		return write.extended(p.stdout, found)
	}
	found := pathFinding{path: path, now: p.momentOf(f), span: span}
	if found.report, err = p.computePath(ctx, s, f, o, found); err != nil {
		return err
	}
	return write.plain(p.stdout, found)
}

// checkPathFlags refuses flags that are for ARNs, or contradict each other.
func checkPathFlags(f reportFlags) error {
	granularity, err := parseGranularity(f.granularity)
	switch {
	case err != nil:
		return err
	case f.account != "":
		return usageError("--account is for AWS managed policies: an account of an organization is named by its path")
	case granularity == report.ActionLevel && !f.extended:
		return usageError("reports on organizations are by service (ORG-4): --extended goes down to actions")
	case f.extended && f.policy != "":
		return usageError("--organizations-policy-id: the extended report applies all control policies")
	}
	return nil
}

// organizationOn is the organization that a path begins with.
func organizationOn(ctx context.Context, docs store.Docs, f reportFlags, path string) (*organization.Organization, error) {
	id := report.OrganizationOfPath(path)
	o, err := accounts.New(docs).Organization(ctx, id)
	if errors.Is(err, accounts.ErrNoOrganization) {
		return nil, fmt.Errorf("organization %s is not in %s: import its export (ebbmark import --store %[2]s FILE) or pull it (ebbmark sync aws) first", id, withoutPassword(f.store))
	}
	return o, err
}

func (p *program) computePath(ctx context.Context, s store.Store, f reportFlags, o *organization.Organization, found pathFinding) (*report.OrganizationReport, error) {
	subject, err := report.FindOrganization(o, found.path, f.policy)
	switch {
	case errors.Is(err, report.ErrEntityPath):
		return nil, noSuchPath(found.path)
	case errors.Is(err, report.ErrOrganizationPolicy):
		return nil, fmt.Errorf("policy %s is no service control policy of organization %s", f.policy, o.ID)
	case errors.Is(err, report.ErrPolicyType):
		return nil, fmt.Errorf("%w: use --extended, which needs none", err)
	case err != nil:
		return nil, err
	}
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, err
	}
	engine := grant.New(cat)
	if err := p.warnPath(ctx, s, subject, engine); err != nil {
		return nil, err
	}
	in := report.OrganizationInput{Subject: subject, Now: found.now, Span: found.span, Catalog: cat, Engine: engine}
	var r *report.OrganizationReport
	err = store.Steady(ctx, s, func() (err error) {
		r, err = report.ComputeOrganization(in, iam.UsesOf(ctx, s))
		return err
	})
	if err == nil {
		err = p.warnPruned(ctx, s, found.now, found.span)
	}
	return r, err
}

func noSuchPath(path string) error {
	return fmt.Errorf("%w: %s; every step must be the parent of the next, without a slash at the end", report.ErrEntityPath, path)
}

// warnPath says on standard error why the report may know too little.
func (p *program) warnPath(ctx context.Context, facts store.Facts, s *report.OrganizationSubject, engine *grant.Engine) error {
	levels, err := s.Documents()
	if err != nil {
		return err
	}
	for _, docs := range levels {
		for _, action := range engine.Unknown(docs) {
			p.warn("the catalogue does not know action %s: its service may be missing from the report (LA-14)", action)
		}
	}
	if len(s.Accounts) == 0 {
		return nil // ORG-7: it is without data whatever was ingested
	}
	ids := make([]string, len(s.Accounts))
	for i, a := range s.Accounts {
		ids[i] = a.ID
	}
	for _, err := range iam.UsesOf(ctx, facts)(ids) {
		return err
	}
	p.warn("no activity of the accounts of %s has been ingested: everything looks unused", s.Path)
	return nil
}
