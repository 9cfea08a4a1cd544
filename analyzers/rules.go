package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
)

// CreateRule adds an archive rule, which is for findings that are yet to come
// (AA-36). Errors: *finding.MemberError, ErrNoAnalyzer, ErrRuleExists,
// ErrRuleQuota, ErrTokenReused.
func (k *Keeper) CreateRule(ctx context.Context, n finding.Name, r finding.Rule, clientToken string) error {
	token, err := newToken(clientToken, r)
	if err != nil {
		return err
	}
	r.Created = k.Now()
	r.Updated = r.Created
	return k.changeOne(ctx, n, func(a *kept) error {
		if err := finding.CheckRule(a.Type, &r, ""); err != nil {
			return err
		}
		if a.Rule(r.Name) != nil {
			if again, err := token.again(a.RuleTokens[r.Name]); again || err != nil {
				return err
			}
			return ErrRuleExists
		}
		if len(a.Rules) >= finding.MaxRules {
			return ErrRuleQuota
		}
		a.Rules = append(a.Rules, r)
		slices.SortFunc(a.Rules, func(x, y finding.Rule) int { return strings.Compare(x.Name, y.Name) })
		if token.Token != "" {
			if a.RuleTokens == nil {
				a.RuleTokens = map[string]receipt{}
			}
			a.RuleTokens[r.Name] = token
		}
		return nil
	})
}

// UpdateRule gives a rule another filter.
func (k *Keeper) UpdateRule(ctx context.Context, n finding.Name, name string, f finding.Filter) error {
	return k.changeOne(ctx, n, func(a *kept) error {
		r := a.Rule(name)
		if r == nil {
			return ErrNoRule
		}
		r.Filter, r.Updated = f, k.Now()
		return finding.CheckRule(a.Type, r, "")
	})
}

// DeleteRule removes a rule. What it archived stays so. A request that comes
// again with its token finds nothing to do (AA-3).
func (k *Keeper) DeleteRule(ctx context.Context, n finding.Name, name, clientToken string) error {
	err := k.change(ctx, n.Account, n.Region, func(s *shelf) error {
		a, err := s.find(n.Name)
		if err != nil {
			return err
		}
		if a.Rule(name) == nil {
			if s.deleted(clientToken, n.Name, name) {
				return errSame
			}
			return ErrNoRule
		}
		s.note(deletion{Token: clientToken, Analyzer: n.Name, Rule: name, At: k.Clock().UTC()})
		a.Rules = slices.DeleteFunc(a.Rules, func(r finding.Rule) bool { return r.Name == name })
		delete(a.RuleTokens, name)
		return nil
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}

// ApplyRule archives the active findings that a rule matches (AA-36).
func (k *Keeper) ApplyRule(ctx context.Context, n finding.Name, name string) error {
	a, err := k.Analyzer(ctx, n)
	if err != nil {
		return err
	}
	r := a.Rule(name)
	if r == nil {
		return ErrNoRule
	}
	return wrap(k.setStatus(ctx, a, finding.Archived, func(v *View) ([]*finding.Finding, error) {
		match := r.Filter.Matcher()
		var list []*finding.Finding
		for _, f := range v.all() {
			if f.Status == finding.Active && match.Match(f) {
				list = append(list, f)
			}
		}
		return list, nil
	}), fmt.Sprintf("apply archive rule %s of %s", name, n.ARN()))
}
