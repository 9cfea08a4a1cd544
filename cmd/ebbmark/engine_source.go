package main

import (
	"context"
	"sync"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
)

// engineSource gives the catalogue of a store with an engine of it, and makes a
// new engine only when the catalogue has changed. Safe for concurrent use.
type engineSource struct {
	catalogs *catalogSource

	mu     sync.Mutex
	of     *catalog.Catalog // what engine is of; nil: none yet
	engine *grant.Engine
}

// Current is the catalogue as of now, and its engine.
func (s *engineSource) Current(ctx context.Context) (*catalog.Catalog, *grant.Engine, error) {
	c, err := s.catalogs.Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of != c {
		s.of, s.engine = c, grant.New(c)
	}
	return s.of, s.engine, nil
}
