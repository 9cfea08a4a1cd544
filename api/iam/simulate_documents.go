package iam

import (
	"sync"

	"github.com/ebbmark/ebbmark/policy"
)

// maxParsedBytes bounds the texts whose documents are kept.
const maxParsedBytes = 16 << 20

// documentCache keeps the parsed policies of the inventory, by their text. The
// zero value is ready. Safe for concurrent use.
type documentCache struct {
	mu     sync.RWMutex
	byText map[string]*policy.Document
	bytes  int
}

// parse is policy.ParseString, once as long as the cache has room.
func (c *documentCache) parse(text string) (*policy.Document, error) {
	c.mu.RLock()
	doc := c.byText[text]
	c.mu.RUnlock()
	if doc != nil {
		return doc, nil
	}
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byText == nil || c.bytes+len(text) > maxParsedBytes {
		c.byText, c.bytes = map[string]*policy.Document{}, 0
	}
	if c.byText[text] == nil {
		c.byText[text] = doc
		c.bytes += len(text)
	}
	return doc, nil
}
