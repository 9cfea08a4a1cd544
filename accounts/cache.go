package accounts

import (
	"context"
	"sync"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// entry is the inventory of one account at one version of its head. It is not
// changed once it is in the cache. The zero entry is an account that is not
// stored yet.
type entry struct {
	version store.Version
	head    head
	account *inventory.Account

	// The stored entities by bucket, as the shelves of the head.
	users     [][]*inventory.User
	groups    [][]*inventory.Group
	roles     [][]*inventory.Role
	policies  [][]*inventory.Policy
	profiles  [][]*inventory.InstanceProfile
	devices   [][]*inventory.Device
	saml      [][]*inventory.SAMLProvider
	oidc      [][]*inventory.OIDCProvider
	deletions [][]*inventory.Deletion
}

// cache holds the youngest state of the accounts that were used last, as much
// as fits. An entry is right only for the version it says.
type cache struct {
	mu      sync.Mutex
	entries map[string]*cached
	size    int   // of all entries, in stored bytes
	clock   int64 // counts uses
}

type cached struct {
	*entry
	used int64
}

// get is the entry of that version, or nil.
func (c *cache) get(id string, version store.Version) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[id]
	if e == nil || e.version != version {
		return nil
	}
	c.clock++
	e.used = c.clock
	return e.entry
}

// near is the entry of any version, or nil.
func (c *cache) near(id string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[id]; e != nil {
		return e.entry
	}
	return nil
}

// put keeps an entry, unless a younger one is there: a slow load may end after
// a commit.
func (c *cache) put(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := e.head.ID
	if was := c.entries[id]; was != nil {
		if was.head.Generation > e.head.Generation {
			return
		}
		c.size -= was.head.size()
	}
	if c.entries == nil {
		c.entries = map[string]*cached{}
	}
	c.clock++
	c.entries[id] = &cached{e, c.clock}
	c.size += e.head.size()
	for c.size > maxCached && len(c.entries) > 1 {
		c.dropOldest()
	}
}

func (c *cache) dropOldest() {
	var oldest *cached
	for _, e := range c.entries {
		if oldest == nil || e.used < oldest.used {
			oldest = e
		}
	}
	delete(c.entries, oldest.head.ID)
	c.size -= oldest.head.size()
}

// turns lets one writer of this process at an account at a time. Between
// processes the head's version decides; among the goroutines of one process
// waiting is cheaper than losing.
type turns struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

// take waits for the turn and returns what ends it.
func (t *turns) take(ctx context.Context, id string) (done func(), err error) {
	t.mu.Lock()
	if t.waiting == nil {
		t.waiting = map[string]chan struct{}{}
	}
	turn := t.waiting[id]
	if turn == nil {
		turn = make(chan struct{}, 1)
		t.waiting[id] = turn
	}
	t.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
