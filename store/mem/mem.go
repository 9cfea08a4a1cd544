// Package mem is a store that forgets: everything is in the memory of one
// process. It is for tests, and the measure that other backends are held
// against.
package mem

import (
	"sync"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Store is a store in memory. Make one with New.
type Store struct {
	mu    sync.RWMutex
	facts map[string]map[string]map[activity.Key]activity.Fact // by account, principal, key
	docs  map[store.Kind]map[string]doc
	last  store.Version // the youngest version given out; only grows
}

var _ store.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store {
	return &Store{
		facts: map[string]map[string]map[activity.Key]activity.Fact{},
		docs:  map[store.Kind]map[string]doc{},
	}
}

// Close implements store.Store.
func (s *Store) Close() error { return nil }
