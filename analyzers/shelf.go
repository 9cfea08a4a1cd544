package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// shelf is the analyzers of an account in a Region: one document, so that quotas
// hold whoever writes.
type shelf struct {
	Format    int    `json:"format"`
	Analyzers []kept `json:"analyzers,omitempty"` // by name
	// Gone are the deletions of the last day that had a token, the oldest first.
	Gone []deletion `json:"gone,omitempty"`
}

// deletion is what a request has deleted: an analyzer, or a rule of it.
type deletion struct {
	Token    string    `json:"token"`
	Analyzer string    `json:"analyzer"`
	Rule     string    `json:"rule,omitempty"`
	At       time.Time `json:"at"`
}

// deleted reports whether a request with that token has deleted it (AA-3).
func (s *shelf) deleted(token, analyzer, rule string) bool {
	return token != "" && slices.ContainsFunc(s.Gone, func(d deletion) bool { return d.Token == token && d.Analyzer == analyzer && d.Rule == rule })
}

// note remembers a deletion for a day.
func (s *shelf) note(d deletion) {
	s.Gone = slices.DeleteFunc(s.Gone, func(old deletion) bool { return d.At.Sub(old.At) >= deletionsKept })
	if d.Token == "" {
		return
	}
	s.Gone = append(s.Gone, d)
	s.Gone = s.Gone[max(len(s.Gone)-maxDeletions, 0):]
}

// kept is an analyzer with the idempotency tokens that made it and its rules.
type kept struct {
	finding.Analyzer
	Token      receipt            `json:"token,omitzero"`
	RuleTokens map[string]receipt `json:"ruleTokens,omitempty"` // by rule name
}

// receipt is an idempotency token and a digest of the request it came with.
type receipt struct {
	Token   string `json:"token,omitempty"`
	Request string `json:"request,omitempty"`
}

func newToken(text string, request any) (receipt, error) {
	if text == "" {
		return receipt{}, nil
	}
	body, err := json.Marshal(request)
	return receipt{text, digest(body)}, err
}

// again reports whether a request is a repetition of the one that made
// something; ErrTokenReused: it has the token of another one.
func (t receipt) again(made receipt) (bool, error) {
	if t.Token == "" || t.Token != made.Token {
		return false, nil
	}
	if t.Request != made.Request {
		return false, ErrTokenReused
	}
	return true, nil
}

func shelfID(account, region string) string { return account + "/" + region }

// find is the analyzer of that name, or ErrNoAnalyzer.
func (s *shelf) find(name string) (*kept, error) {
	for i := range s.Analyzers {
		if s.Analyzers[i].Name.Name == name {
			return &s.Analyzers[i], nil
		}
	}
	return nil, ErrNoAnalyzer
}

func (s *shelf) sort() {
	slices.SortFunc(s.Analyzers, func(a, b kept) int { return strings.Compare(a.Name.Name, b.Name.Name) })
}

func (k *Keeper) shelf(ctx context.Context, id string) (*shelf, store.Version, error) {
	body, version, err := k.Store.GetDoc(ctx, store.KindAnalyzers, id)
	if errors.Is(err, store.ErrNotFound) {
		return &shelf{Format: format}, 0, nil
	}
	s := new(shelf)
	if err == nil {
		err = readJSON(body, s)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read analyzers of %s: %w", id, err)
	}
	return s, version, nil
}

// change applies a change to the analyzers of an account in a Region and stores
// it in one step; it starts over with the newer state when another writer was
// faster. An error of change is returned as it is and nothing is stored.
func (k *Keeper) change(ctx context.Context, account, region string, change func(*shelf) error) error {
	id := shelfID(account, region)
	for range maxTries {
		s, version, err := k.shelf(ctx, id)
		if err != nil {
			return err
		}
		if err := change(s); err != nil {
			return err
		}
		body, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("write analyzers of %s: %w", id, err)
		}
		_, err = k.Store.PutDoc(ctx, store.KindAnalyzers, id, body, version)
		if err == nil || !errors.Is(err, store.ErrConflict) {
			return wrap(err, "write analyzers of "+id)
		}
	}
	return fmt.Errorf("write analyzers of %s: %w", id, ErrBusy)
}

// changeOne is change for one analyzer.
func (k *Keeper) changeOne(ctx context.Context, n finding.Name, change func(*kept) error) error {
	return k.change(ctx, n.Account, n.Region, func(s *shelf) error {
		a, err := s.find(n.Name)
		if err != nil {
			return err
		}
		return change(a)
	})
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Analyzer is an analyzer, or ErrNoAnalyzer.
func (k *Keeper) Analyzer(ctx context.Context, n finding.Name) (*finding.Analyzer, error) {
	s, _, err := k.shelf(ctx, shelfID(n.Account, n.Region))
	if err != nil {
		return nil, err
	}
	a, err := s.find(n.Name)
	if err != nil {
		return nil, err
	}
	return &a.Analyzer, nil
}

// Analyzers lists the analyzers of an account in a Region by name.
func (k *Keeper) Analyzers(ctx context.Context, account, region string) ([]*finding.Analyzer, error) {
	return k.on(ctx, shelfID(account, region))
}

// All lists the analyzers of all accounts and Regions, by these and by name.
func (k *Keeper) All(ctx context.Context) ([]*finding.Analyzer, error) {
	var all []*finding.Analyzer
	for id, err := range k.Store.ListDocs(ctx, store.KindAnalyzers, "", 0) {
		if err != nil {
			return nil, fmt.Errorf("list analyzers: %w", err)
		}
		list, err := k.on(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (k *Keeper) on(ctx context.Context, id string) ([]*finding.Analyzer, error) {
	s, _, err := k.shelf(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]*finding.Analyzer, len(s.Analyzers))
	for i := range s.Analyzers {
		list[i] = &s.Analyzers[i].Analyzer
	}
	return list, nil
}
