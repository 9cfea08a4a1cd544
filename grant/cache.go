package grant

import (
	"encoding/binary"
	"sync"

	"github.com/ebbmark/ebbmark/policy"
)

// cache keeps compiled documents by content, in two generations: when the
// young one has grown to half of cacheBytes the old one is dropped, so what is
// in use stays and the rest is soon forgotten.
type cache struct {
	mu         sync.Mutex
	young, old map[string]*compiled
	bytes      int // of the young generation
}

// compiled returns the document compiled. Two callers may compile the same new
// document at once, with equal results.
func (e *Engine) compiled(doc *policy.Document) *compiled {
	var buf [4096]byte
	key := appendKey(buf[:0], doc)
	if c := e.cache.get(key); c != nil {
		return c
	}
	c := e.compile(doc)
	e.cache.put(string(key), c)
	return c
}

func (c *cache) get(key []byte) *compiled {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.young[string(key)]; d != nil {
		return d
	}
	d := c.old[string(key)]
	if d != nil {
		c.add(string(key), d)
	}
	return d
}

func (c *cache) put(key string, d *compiled) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, d)
}

func (c *cache) add(key string, d *compiled) {
	size := len(key) + d.bytes()
	if c.young == nil || c.bytes+size > cacheBytes/2 {
		c.young, c.old, c.bytes = map[string]*compiled{}, c.young, 0
	}
	if c.young[key] == nil {
		c.young[key] = d
		c.bytes += size
	}
}

// bytes is about what the compiled document takes.
func (c *compiled) bytes() int {
	n := 256 + 8*(len(c.reach)+len(c.removed)+len(c.partial))
	for _, list := range [][]statement{c.allows, c.denies} {
		for i := range list {
			n += 128 + 8*len(list[i].actions.words)
			for _, g := range list[i].globs {
				n += 24 + 4*cap(g)
			}
		}
	}
	for _, s := range c.unknown {
		n += 16 + len(s)
	}
	return n
}

// appendKey appends all that decides how the document is compiled, and nothing
// else: documents that differ in Sid or in their Conditions share a key.
func appendKey(key []byte, doc *policy.Document) []byte {
	key = appendText(key, doc.Version)
	for i := range doc.Statements {
		s := &doc.Statements[i]
		key = append(key, flag(s.Allow)|flag(len(s.Condition) > 0)<<1|flag(s.Principal != nil || s.NotPrincipal != nil)<<2)
		for _, list := range [][]string{s.Action, s.NotAction, s.Resource, s.NotResource} {
			key = appendList(key, list)
		}
	}
	return key
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// appendList tells a list that is absent from one that is empty.
func appendList(key []byte, list []string) []byte {
	if list == nil {
		return append(key, 0)
	}
	key = binary.AppendUvarint(key, uint64(len(list))+1)
	for _, s := range list {
		key = appendText(key, s)
	}
	return key
}

func appendText(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}
