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
	facts facts // those that answer
	kept  facts
	draft facts
	state store.Generation
	docs  map[store.Kind]map[string]doc
	last  store.Version // the youngest version given out; only grows
}

// facts are by account, principal and key.
type facts map[string]map[string]map[activity.Key]activity.Fact

var _ store.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store {
	return &Store{
		facts: facts{},
		kept:  facts{},
		state: store.Generation{Epoch: 1},
		docs:  map[store.Kind]map[string]doc{},
	}
}

// Close implements store.Store.
func (s *Store) Close() error { return nil }
