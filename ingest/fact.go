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
	at   map[activity.Key]int
	list []combined
	last int // the entry used last
}

// combined is a fact in the making. day is a day that it has already.
type combined struct {
	fact activity.Fact
	day  activity.Day
}

func (c *combiner) len() int { return len(c.list) }

// add merges one attempt. event need only be valid during the call if the
// fact has a later and an earlier one already; take makes copies.
func (c *combiner) add(k activity.Key, at time.Time, event string) {
	m := activity.Mark{At: at.UnixMilli(), Event: event}
	day := activity.DayOf(at)
	e := c.find(k)
	if e == nil {
		if c.at == nil {
			c.at = map[activity.Key]int{}
		}
		c.last = len(c.list)
		c.at[k] = c.last
		c.list = append(c.list, combined{activity.Attempt(k, at, event), day})
		return
	}
	one := activity.Fact{First: m, Last: m}
	if day != e.day {
		one.Days, e.day = activity.DaysOf(day), day
	}
	e.fact = activity.Merge(e.fact, one)
}

// find looks at the entry used last before it looks for one: neighbours in a
// log are often alike.
func (c *combiner) find(k activity.Key) *combined {
	if c.last < len(c.list) && c.list[c.last].fact.Key == k {
		return &c.list[c.last]
	}
	i, ok := c.at[k]
	if !ok {
		return nil
	}
	c.last = i
	return &c.list[i]
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

// drop forgets everything. A map never gets smaller, and clearing it costs what
// its size is; so after one large file a new one is cheaper for many small ones.
func (c *combiner) drop() {
	if len(c.list) > 1<<12 {
		*c = combiner{}
		return
	}
	clear(c.at)
	c.list, c.last = c.list[:0], 0
}
