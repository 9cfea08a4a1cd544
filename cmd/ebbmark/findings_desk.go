package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// desk is a store with the keeper of its analyzers, for one command.
type desk struct {
	store.Store
	keeper *analyzers.Keeper
	dsn    string
	now    time.Time // the moment that the command speaks of
	span   time.Duration
}

// openDesk opens the store of a command. Close gives it back.
func (p *program) openDesk(ctx context.Context, f findingsFlags) (*desk, error) {
	config, err := f.reading.config()
	if err != nil {
		return nil, err
	}
	span, err := f.reading.span()
	if err != nil {
		return nil, err
	}
	log, err := p.logger("warn", "text")
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return nil, err
	}
	told, err := webhookInUse(ctx, s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	engines := &engineSource{catalogs: &catalogSource{docs: s, config: config}}
	k := analyzers.New(analyzers.Config{
		Store: s, Book: accounts.New(s), Catalog: engines.Current, Clock: p.now, AsOf: f.asOf,
		NewID: uuid.NewString, Span: span, Changes: told, Log: log,
	})
	return &desk{s, k, f.store, p.present(f.asOf), span}, nil
}

// Close ends the keeper and closes the store.
func (d *desk) Close() error {
	d.keeper.Close()
	return d.Store.Close()
}

// choose is the analyzers that the command line means: at least one.
func (d *desk) choose(ctx context.Context, f findingsFlags) ([]*finding.Analyzer, error) {
	all, err := d.keeper.All(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no analyzer in %s yet: run ebbmark serve --store %[1]s, and make one with aws --endpoint-url http://%s accessanalyzer create-analyzer --analyzer-name unused --type ACCOUNT_UNUSED_ACCESS", withoutPassword(d.dsn), defaultListen)
	}
	var list []*finding.Analyzer
	for _, a := range all {
		if (f.analyzer == "" || f.analyzer == a.Name.Name || f.analyzer == a.ARN()) && (f.region == "" || f.region == a.Region) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("there is no analyzer%s; there %s", f.which(), analyzerNames(all))
	}
	return list, nil
}

// which is what the command line says of analyzers.
func (f findingsFlags) which() string {
	text := ""
	if f.analyzer != "" {
		text = " " + f.analyzer
	}
	if f.region != "" {
		text += " in " + f.region
	}
	return text
}

// maxNamed is how many analyzers or findings an error names.
const maxNamed = 5

// analyzerNames are the analyzers in words: "is X" or "are X, Y".
func analyzerNames(list []*finding.Analyzer) string {
	if len(list) == 1 {
		return "is " + list[0].ARN()
	}
	var names []string
	for i, a := range list {
		if i == maxNamed {
			names = append(names, "… (ebbmark findings analyzers lists them)")
			break
		}
		names = append(names, a.ARN())
	}
	return "are " + strings.Join(names, ", ")
}

// located is a finding, and where it is kept.
type located struct {
	view    *analyzers.View
	finding *finding.Finding
}

// minPrefix is the least that must be said of a finding's id.
const minPrefix = 4

// locate finds findings by their ids or the beginnings of them, in the order of
// ids; one that is named twice comes once.
func (d *desk) locate(ctx context.Context, f findingsFlags, ids []string) ([]located, error) {
	chosen, err := d.choose(ctx, f)
	if err != nil {
		return nil, err
	}
	var views []*analyzers.View
	for _, a := range chosen {
		v, err := d.keeper.View(ctx, a.Name)
		if errors.Is(err, analyzers.ErrNoAnalyzer) { // deleted this moment
			continue
		}
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	var list []located
	seen := map[string]bool{}
	for _, id := range ids {
		one, err := locateIn(views, id)
		if err != nil {
			return nil, err
		}
		if !seen[one.finding.ID] {
			seen[one.finding.ID] = true
			list = append(list, one)
		}
	}
	return list, nil
}

func locateIn(views []*analyzers.View, id string) (located, error) {
	if len(id) < minPrefix {
		return located{}, usageError("%q: want a finding's id, or at least its first %d characters", id, minPrefix)
	}
	var found []located
	for _, v := range views {
		if f := v.Finding(id); f != nil {
			return located{v, f}, nil
		}
		for _, f := range v.In(finding.Order{Attribute: "id"}) {
			if strings.HasPrefix(f.ID, strings.ToLower(id)) {
				found = append(found, located{v, f})
			}
		}
	}
	switch len(found) {
	case 0:
		return located{}, fmt.Errorf("there is no finding %s: ebbmark findings --status all lists what there is", id)
	case 1:
		return found[0], nil
	}
	return located{}, usageError("%q is the beginning of %d ids, such as %s and %s: say more of it", id, len(found), found[0].finding.ID, found[1].finding.ID)
}
