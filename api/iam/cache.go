package iam

import (
	"container/list"
	"sync"
)

// jobCache keeps the finished jobs that were read last, decoded, within a
// bounded number of rows. Safe for concurrent use.
type jobCache struct {
	mu    sync.Mutex
	limit int // rows
	rows  int
	order *list.List // of cached; the most recent first
	byID  map[string]*list.Element
}

type cached struct {
	id   string
	job  *job
	rows int
}

func newJobCache(limit int) *jobCache {
	return &jobCache{limit: limit, order: list.New(), byID: map[string]*list.Element{}}
}

// get is the cached job, or nil.
func (c *jobCache) get(id string) *job {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byID[id]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).job
}

// put keeps a job, and lets go of the least recently read ones. A job larger
// than the whole cache is not kept.
func (c *jobCache) put(id string, j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(c.byID[id])
	entry := cached{id, j, j.rows()}
	if entry.rows > c.limit {
		return
	}
	c.byID[id] = c.order.PushFront(entry)
	for c.rows += entry.rows; c.rows > c.limit; {
		c.remove(c.order.Back())
	}
}

func (c *jobCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(c.byID[id])
}

func (c *jobCache) remove(e *list.Element) {
	if e == nil {
		return
	}
	entry := c.order.Remove(e).(cached)
	delete(c.byID, entry.id)
	c.rows -= entry.rows
}
