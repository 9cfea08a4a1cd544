package ingest

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
)

// keyOf names the fact that an attempt belongs to.
//
// The use of a key is kept by source and Region only, which is what IAM tells
// of it; its operations are facts of the key's owner anyway. Likewise the
// sessions of a role by source only: they are many.
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
	case a.Kind == cloudtrail.Session:
		k.Class, k.Name, k.Region = activity.Session, "", ""
	case a.Kind == cloudtrail.Pass:
		k.Class = activity.Passed
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
	round  int64              // changes when places in list lose their meaning
}

// recentFacts is a power of two.
const recentFacts = 1024

// combined is a fact in the making: its days are not in it yet. Most attempts
// are later than those before, so the event of its last mark has a buffer.
type combined struct {
	fact  activity.Fact
	days  activity.DaySet
	day   activity.Day // that was added last
	event []byte       // of fact.Last, when late is set
	late  bool
}

func (c *combiner) len() int { return len(c.list) }

// add merges one attempt and returns the place of its fact, which holds until
// the round is over. event need only be valid until take, which makes copies.
func (c *combiner) add(k activity.Key, at time.Time, event string) int32 {
	if i := c.find(&k); i >= 0 {
		e := &c.list[i]
		e.settle()
		e.onDay(at)
		e.fact.Include(activity.Mark{At: at.UnixMilli(), Event: event})
		return i
	}
	m, day := activity.Mark{At: at.UnixMilli(), Event: event}, activity.DayOf(at)
	e := combined{fact: activity.Fact{Key: k, First: m, Last: m}, day: day}
	e.days.Add(day)
	return c.put(e)
}

// include merges one attempt of the fact at a place. event need only be valid
// during the call.
func (c *combiner) include(i int32, at time.Time, event []byte) {
	e, moment := &c.list[i], at.UnixMilli()
	if moment == e.fact.Last.At {
		e.settle() // the events decide
	}
	e.onDay(at)
	first, last := e.fact.Takes(moment, event)
	if last {
		e.event, e.late = append(e.event[:0], event...), true
		e.fact.Last = activity.Mark{At: moment}
	}
	if first {
		e.fact.First = activity.Mark{At: moment, Event: string(event)}
	}
}

func (e *combined) onDay(at time.Time) {
	if day := activity.DayOf(at); day != e.day {
		e.days.Add(day)
		e.day = day
	}
}

// settle puts the event of the last mark into the fact.
func (e *combined) settle() {
	if e.late {
		e.fact.Last.Event, e.late = string(e.event), false
	}
}

// join merges what o has, and empties it.
func (c *combiner) join(o *combiner) {
	for i := range o.list {
		from := &o.list[i]
		if at := c.find(&from.fact.Key); at >= 0 {
			e := &c.list[at]
			e.settle()
			from.settle()
			e.fact = activity.Merge(e.fact, from.fact)
			e.days.Join(&from.days)
		} else {
			c.put(*from)
		}
	}
	o.drop()
}

func (c *combiner) put(e combined) int32 {
	if c.at == nil {
		c.at = map[activity.Key]int32{}
	}
	i := int32(len(c.list))
	c.at[e.fact.Key] = i
	c.list = append(c.list, e)
	c.recent[slotOf(&e.fact.Key)] = i + 1
	return i
}

// find looks among the facts used lately before it looks for one; -1 when there
// is none.
func (c *combiner) find(k *activity.Key) int32 {
	slot := &c.recent[slotOf(k)]
	if i := *slot - 1; i >= 0 && c.list[i].fact.Key == *k {
		return i
	}
	i, ok := c.at[*k]
	if !ok {
		return -1
	}
	*slot = i + 1
	return i
}

// slotOf is where a key is looked for among those used lately. A few bytes of
// it are enough: facts that share a slot only take turns.
func slotOf(k *activity.Key) uint64 {
	const factor = 0x9e3779b97f4a7c15
	h := ending8(k.Principal) * factor
	h = (h ^ h>>29 ^ ending8(k.Name) ^ uint64(len(k.Name))<<32 ^ ending8(k.Target)<<1) * factor
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
		e := &c.list[i]
		late := e.late
		e.settle()
		out[i] = own(e.fact, late)
		out[i].Days = e.days.Take()
	}
	c.drop()
	return out
}

// drop forgets everything: another round begins.
func (c *combiner) drop() {
	clear(c.at)
	clear(c.list) // what it points to
	c.list = c.list[:0]
	clear(c.recent[:])
	c.round++
}
