package inventory

import (
	"iter"
	"math/bits"
)

const (
	// perShard is about how many entries of a table share a map: what a change
	// of one of them copies.
	perShard = 32
	// maxShards bounds what a fork copies.
	maxShards = 1 << 12
)

// table is a map that can be forked: the fork is another version of it, which
// shares with the first what it does not change. So a change of an entry costs
// a small map, however large the table is.
type table[V any] struct {
	shards []map[string]V // a power of two of them; by hash of the key
	own    []bool         // by shard: no other version has it, so it may be written
	n      int            // entries
}

// newTable makes a table for about n entries.
func newTable[V any](n int) *table[V] {
	shards := 1
	if n > perShard {
		shards = min(1<<bits.Len(uint((n-1)/perShard)), maxShards)
	}
	return &table[V]{shards: make([]map[string]V, shards), own: make([]bool, shards)}
}

// fork is a version that may be changed while this one is read. This one must
// not be changed any more.
func (t *table[V]) fork() *table[V] {
	if shards := len(t.shards); t.n > 8*perShard*shards && shards < maxShards {
		return t.grown()
	}
	return &table[V]{append([]map[string]V(nil), t.shards...), make([]bool, len(t.shards)), t.n}
}

// grown is the table with as many shards as its entries need.
func (t *table[V]) grown() *table[V] {
	g := newTable[V](t.n)
	for key, v := range t.all() {
		g.set(key, v)
	}
	return g
}

func (t *table[V]) get(key string) V { return t.shards[t.shard(key)][key] }

// set gives a key a value.
func (t *table[V]) set(key string, v V) {
	shard := t.writable(key)
	before := len(shard)
	shard[key] = v
	t.n += len(shard) - before
}

// drop takes a key away.
func (t *table[V]) drop(key string) {
	if _, there := t.shards[t.shard(key)][key]; there {
		delete(t.writable(key), key)
		t.n--
	}
}

// writable is the shard of the key, of this version alone.
func (t *table[V]) writable(key string) map[string]V {
	i := t.shard(key)
	if !t.own[i] {
		c := make(map[string]V, len(t.shards[i])+1)
		for k, v := range t.shards[i] {
			c[k] = v
		}
		t.shards[i], t.own[i] = c, true
	}
	return t.shards[i]
}

// shard is the number of the key's shard: FNV-1a.
func (t *table[V]) shard(key string) int {
	if len(t.shards) == 1 {
		return 0
	}
	h := uint32(2166136261)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return int(h^h>>15) & (len(t.shards) - 1)
}

// all yields every entry, in no order.
func (t *table[V]) all() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, shard := range t.shards {
			for key, v := range shard {
				if !yield(key, v) {
					return
				}
			}
		}
	}
}

// dropIf takes a key away whose value is e.
func dropIf[E any](t *table[*E], key string, e *E) {
	if t.get(key) == e {
		t.drop(key)
	}
}
