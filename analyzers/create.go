package analyzers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/organization"
)

// Create makes an analyzer, of which UID and dates are not given, and scans for
// the first time: it waits for the scan as long as Config.Wait says. A request
// that comes again with its token makes nothing and answers as it did (AA-3).
//
// Errors: *finding.MemberError, ErrAnalyzerExists, ErrAnalyzerQuota (AA-12),
// ErrNotOrganization (AA-16), ErrTokenReused.
func (k *Keeper) Create(ctx context.Context, a finding.Analyzer, clientToken string) (*finding.Analyzer, error) {
	if a.Type.Unused() && a.Age == 0 {
		a.Age = finding.DefaultAge
	}
	if err := finding.CheckAnalyzer(&a); err != nil {
		return nil, err
	}
	token, err := newToken(clientToken, a)
	if err != nil {
		return nil, err
	}
	if _, err := k.organizationFor(ctx, &a); err != nil {
		return nil, err
	}
	a.UID, a.Created = k.NewID(), k.Now()
	for i := range a.Rules {
		a.Rules[i].Created, a.Rules[i].Updated = a.Created, a.Created
	}
	var again bool
	var made finding.Analyzer
	err = k.change(ctx, a.Account, a.Region, func(s *shelf) error {
		if old, err := s.find(a.Name.Name); err == nil {
			if again, err = token.again(old.Token); again || err != nil {
				made = old.Analyzer
				return err
			}
			return ErrAnalyzerExists
		}
		if s.full(a.Type) {
			return ErrAnalyzerQuota
		}
		made, again = a, false
		s.Analyzers = append(s.Analyzers, kept{Analyzer: a, Token: token})
		s.sort()
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !again {
		k.scanSoon(ctx, &made)
	}
	return &made, nil
}

// full reports whether there may be no further analyzer of the type (AA-12).
func (s *shelf) full(t finding.AnalyzerType) bool {
	n, limit := 0, finding.MaxAccountAnalyzers
	if t.Organizational() {
		limit = finding.MaxOrganizationAnalyzers
	}
	for i := range s.Analyzers {
		if s.Analyzers[i].Type == t {
			n++
		}
	}
	return n >= limit
}

// scanSoon scans an analyzer in the background and waits a little for it.
func (k *Keeper) scanSoon(ctx context.Context, a *finding.Analyzer) {
	done := make(chan struct{})
	k.working.Go(func() {
		defer close(done)
		if err := k.scan(k.base, a, false); err != nil && k.base.Err() == nil && !errors.Is(err, ErrScanRuns) {
			k.Log.Error("cannot scan", "analyzer", a.ARN(), "error", err)
		}
	})
	if k.Wait < 0 {
		return
	}
	timer := time.NewTimer(k.Wait)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Configure changes the configuration of an analyzer of unused access (AA-17)
// and scans again when something differs.
func (k *Keeper) Configure(ctx context.Context, n finding.Name, c finding.Configuration) (*finding.Analyzer, error) {
	var made finding.Analyzer
	differs := false
	err := k.changeOne(ctx, n, func(a *kept) error {
		before := configured(&a.Analyzer)
		if c.Age != nil {
			a.Age = *c.Age
		}
		a.Exclusions = c.Exclusions
		if err := finding.CheckConfiguration(a.Type, a.Account, a.Age, a.Exclusions); err != nil {
			return err
		}
		made, differs = a.Analyzer, configured(&a.Analyzer) != before
		return nil
	})
	if err != nil {
		return nil, err
	}
	if differs {
		k.scanSoon(ctx, &made)
	}
	return &made, nil
}

// SetTags changes the tags of an analyzer: change is given a copy, and may be
// called several times.
func (k *Keeper) SetTags(ctx context.Context, n finding.Name, change func(map[string]string)) error {
	return k.changeOne(ctx, n, func(a *kept) error {
		tags := maps.Clone(a.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		change(tags)
		a.Tags = tags
		return finding.CheckTags(tags)
	})
}

// Deleted reports whether a request with the token has deleted the analyzer
// lately.
func (k *Keeper) Deleted(ctx context.Context, n finding.Name, clientToken string) (bool, error) {
	s, _, err := k.shelf(ctx, shelfID(n.Account, n.Region))
	return err == nil && s.deleted(clientToken, n.Name, ""), err
}

// Delete removes an analyzer with all that it found (AA-17). What a crash leaves
// of that is removed later (sweep.go). A request that comes again with its token
// finds nothing to do (AA-3).
func (k *Keeper) Delete(ctx context.Context, n finding.Name, clientToken string) error {
	uid := ""
	err := k.change(ctx, n.Account, n.Region, func(s *shelf) error {
		a, err := s.find(n.Name)
		if err != nil && s.deleted(clientToken, n.Name, "") {
			return errSame
		}
		if err != nil {
			return err
		}
		s.note(deletion{Token: clientToken, Analyzer: n.Name, At: k.Clock().UTC()})
		uid = a.UID
		for i := range s.Analyzers {
			if &s.Analyzers[i] == a {
				s.Analyzers = append(s.Analyzers[:i], s.Analyzers[i+1:]...)
				break
			}
		}
		return nil
	})
	if errors.Is(err, errSame) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.forget(context.WithoutCancel(ctx), uid); err != nil {
		k.Log.Error("cannot remove the findings of a deleted analyzer yet", "analyzer", n.ARN(), "error", err)
	}
	return nil
}

// covered is what an analyzer looks at.
type covered struct {
	accounts []string // by id
	zone     finding.Zone
}

// Covered lists the accounts that an analyzer looks at, by id; those that its
// criteria leave out as a whole are not among them.
func (k *Keeper) Covered(ctx context.Context, a *finding.Analyzer) ([]string, error) {
	c, err := k.organizationFor(ctx, a)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, id := range c.accounts {
		if !a.ExcludesAccount(id) {
			list = append(list, id)
		}
	}
	return list, nil
}

// servicePrincipal is what an account must administer to have analyzers of its
// organization (AA-16).
const servicePrincipal = "access-analyzer.amazonaws.com"

// organizationFor finds out what an analyzer covers. ErrNotOrganization: its
// owner may have no analyzer of an organization.
func (k *Keeper) organizationFor(ctx context.Context, a *finding.Analyzer) (*covered, error) {
	if !a.Type.Organizational() {
		return &covered{[]string{a.Account}, finding.Zone{Account: a.Account}}, nil
	}
	o, err := k.Book.OrganizationOf(ctx, a.Account)
	if errors.Is(err, accounts.ErrNoOrganization) {
		return nil, ErrNotOrganization
	}
	if err != nil {
		return nil, fmt.Errorf("organization of %s: %w", a.Account, err)
	}
	administers := func(d organization.Delegated) bool { return d.Account == a.Account && d.Service == servicePrincipal }
	if o.ManagementAccount != a.Account && !slices.ContainsFunc(o.Delegated, administers) {
		return nil, ErrNotOrganization
	}
	c := &covered{zone: finding.Zone{Organization: o.ID, Accounts: map[string]bool{}}}
	for _, account := range o.Accounts {
		c.zone.Accounts[account.ID] = true
	}
	c.accounts = sortedKeys(c.zone.Accounts)
	return c, nil
}
