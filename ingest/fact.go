package ingest

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
)

// keyOf names the fact that an attempt belongs to.
//
// The use of a key is kept by source and Region only, which is what IAM tells
// of it; its operations are facts of the key's owner anyway.
func keyOf(a *cloudtrail.Attempt) activity.Key {
	k := activity.Key{
		Account:   a.Account,
		Principal: a.Principal,
		Source:    a.Source,
		Name:      a.Name,
		Region:    a.Region,
		Class:     activity.Data,
		Outcome:   outcomeOf(a),
		Target:    a.Target,
	}
	switch {
	case a.Kind == cloudtrail.KeyUse:
		k.Class, k.Name = activity.KeyUse, ""
	case a.Kind == cloudtrail.SignIn:
		k.Class = activity.SignIn
	case a.Management:
		k.Class = activity.Management
	}
	return k
}

func outcomeOf(a *cloudtrail.Attempt) activity.Outcome {
	switch {
	case a.Denied:
		return activity.Denied
	case a.Failed:
		return activity.Failed
	}
	return activity.Succeeded
}

// combiner merges attempts in memory.
type combiner struct {
	at     map[activity.Key]int32
	list   []combined
	recent [recentFacts]int32 // one more than the place in list of facts used lately
}

// recentFacts is a power of two.
const recentFacts = 1024

// combined is a fact in the making. day is a day that it has already.
type combined struct {
	fact activity.Fact
	day  activity.Day
}

func (c *combiner) len() int { return len(c.list) }

// add merges one attempt. event need only be valid until take, which makes
// copies.
func (c *combiner) add(k activity.Key, at time.Time, event string) {
	day := activity.DayOf(at)
	e := c.find(&k)
	if e == nil {
		c.put(activity.Attempt(k, at, event), day)
		return
	}
	if day != e.day {
		e.fact = activity.Merge(e.fact, activity.Attempt(k, at, event))
		e.day = day
		return
	}
	e.fact.Include(activity.Mark{At: at.UnixMilli(), Event: event})
}

// join merges what o has, and empties it.
func (c *combiner) join(o *combiner) {
	for i := range o.list {
		from := &o.list[i]
		if e := c.find(&from.fact.Key); e != nil {
			e.fact = activity.Merge(e.fact, from.fact)
		} else {
			c.put(from.fact, from.day)
		}
	}
	o.drop()
}

func (c *combiner) put(f activity.Fact, day activity.Day) {
	if c.at == nil {
		c.at = map[activity.Key]int32{}
	}
	c.at[f.Key] = int32(len(c.list))
	c.list = append(c.list, combined{f, day})
	c.recent[slotOf(&f.Key)] = int32(len(c.list))
}

// find looks among the facts used lately before it looks for one.
func (c *combiner) find(k *activity.Key) *combined {
	slot := &c.recent[slotOf(k)]
	if i := *slot - 1; i >= 0 && c.list[i].fact.Key == *k {
		return &c.list[i]
	}
	i, ok := c.at[*k]
	if !ok {
		return nil
	}
	*slot = i + 1
	return &c.list[i]
}

// slotOf is where a key is looked for among those used lately. A few bytes of
// it are enough: facts that share a slot only take turns.
func slotOf(k *activity.Key) uint64 {
	const factor = 0x9e3779b97f4a7c15
	h := ending8(k.Principal) * factor
	h = (h ^ h>>29 ^ ending8(k.Name) ^ uint64(len(k.Name))<<32) * factor
	h = (h ^ h>>29 ^ beginning4(k.Source) ^ ending8(k.Region)<<8 ^ uint64(k.Class)<<4 ^ uint64(k.Outcome)) * factor
	return h >> 32 % recentFacts
}

func ending8(s string) uint64 {
	n := len(s)
	if n < 8 {
		return beginning4(s)
	}
	s = s[n-8:]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func beginning4(s string) uint64 {
	if len(s) < 4 {
		return uint64(len(s))
	}
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// take returns the facts, with event ids of their own, and starts anew.
func (c *combiner) take() []activity.Fact {
	out := make([]activity.Fact, len(c.list))
	for i := range c.list {
		out[i] = own(c.list[i].fact)
	}
	c.drop()
	return out
}

// drop forgets everything.
func (c *combiner) drop() {
	clear(c.at)
	clear(c.list) // what it points to
	c.list = c.list[:0]
	clear(c.recent[:])
}
