package finding

import (
	"cmp"
	"strings"
	"time"
)

// Order says in which order a list is wanted (AA-35). The zero Order is that of
// lists that say nothing: by updatedAt descending, then by id.
type Order struct {
	Attribute  string // any member of a summary; empty: updatedAt descending
	Descending bool   // of equal findings the smaller id comes first in any case
}

// key is what findings are ordered by: exactly one form is used by an
// attribute.
type key struct {
	text string
	at   int64
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.at, o.at), strings.Compare(k.text, o.text))
}

// attributes are the members of a summary.
var attributes = map[string]func(*Finding) key{
	"analyzedAt":           func(f *Finding) key { return key{at: instant(f.AnalyzedAt)} },
	"createdAt":            func(f *Finding) key { return key{at: instant(f.CreatedAt)} },
	"updatedAt":            func(f *Finding) key { return key{at: instant(f.UpdatedAt)} },
	"error":                func(f *Finding) key { return key{text: f.Error} },
	"id":                   func(f *Finding) key { return key{text: f.ID} },
	"resource":             func(f *Finding) key { return key{text: f.Resource} },
	"resourceType":         func(f *Finding) key { return key{text: f.ResourceType} },
	"resourceOwnerAccount": func(f *Finding) key { return key{text: f.Owner} },
	"status":               func(f *Finding) key { return key{text: string(f.Status)} },
	"findingType":          func(f *Finding) key { return key{text: string(f.Type)} },
}

// instant tells moments apart to the millisecond, which is what is stored.
func instant(t time.Time) int64 { return t.UnixMilli() }

// Check says what is wrong with an order: a *MemberError, or nil.
func (o Order) Check() error {
	if o.Attribute != "" && attributes[o.Attribute] == nil {
		return wrong("sort.attributeName", "%.64q is no member of a finding", o.Attribute)
	}
	return nil
}

// normal is the order in words: what the zero Order stands for.
func (o Order) normal() Order {
	if o.Attribute == "" {
		return Order{"updatedAt", true}
	}
	return o
}

// Compare compares two findings by the order, which must pass Check. Only a
// finding and itself are equal.
func (o Order) Compare(a, b *Finding) int {
	o = o.normal()
	of := attributes[o.Attribute]
	return o.compare(place{of(a), a.ID}, place{of(b), b.ID})
}

// place is where a finding stands in an order.
type place struct {
	key key
	id  string
}

func (o Order) compare(a, b place) int {
	c := a.key.compare(b.key)
	if o.Descending {
		c = -c
	}
	return cmp.Or(c, strings.Compare(a.id, b.id))
}
