package organization

import "hash/fnv"

// How many of a kind share a part, roughly.
const (
	unitsPerPart       = 512
	accountsPerPart    = 256
	policiesPerPart    = 32
	attachmentsPerPart = 1_024
	statusesPerPart    = 256
)

// Split takes an organization apart into parts of bounded size for a store.
// Equal organizations have equal parts, and a small change changes few: what
// part something is in follows from its id. Join puts them together.
func (o *Organization) Split() []*Organization {
	rest := o.Clone()
	rest.Units, rest.Accounts, rest.Policies, rest.Attachments, rest.CreateStatuses = nil, nil, nil, nil, nil
	parts := []*Organization{rest}
	parts = spread(parts, o.Units, unitsPerPart, func(u Unit) string { return u.ID }, func(p *Organization) *[]Unit { return &p.Units })
	parts = spread(parts, o.Accounts, accountsPerPart, func(a Account) string { return a.ID }, func(p *Organization) *[]Account { return &p.Accounts })
	parts = spread(parts, o.Policies, policiesPerPart, func(p Policy) string { return p.ID }, func(p *Organization) *[]Policy { return &p.Policies })
	parts = spread(parts, o.Attachments, attachmentsPerPart, func(a Attachment) string { return a.Target }, func(p *Organization) *[]Attachment { return &p.Attachments })
	for first := 0; first < len(o.CreateStatuses); first += statusesPerPart { // these have an order of their own
		parts = append(parts, &Organization{CreateStatuses: o.CreateStatuses[first:min(first+statusesPerPart, len(o.CreateStatuses))]})
	}
	return parts
}

// spread deals a list out over as many parts as it needs. The number is a
// power of two, so that it seldom changes.
func spread[E any](parts []*Organization, list []E, per int, id func(E) string, of func(*Organization) *[]E) []*Organization {
	n := 1
	for n*per < len(list) {
		n *= 2
	}
	own := make([]*Organization, n)
	for _, e := range list {
		h := fnv.New32a()
		h.Write([]byte(id(e)))
		part := &own[h.Sum32()%uint32(n)]
		if *part == nil {
			*part = &Organization{}
		}
		into := of(*part)
		*into = append(*into, e)
	}
	for _, p := range own {
		if p != nil {
			parts = append(parts, p)
		}
	}
	return parts
}

// Join makes an organization of its parts, in the order in which Split gave
// them. It copies what it keeps.
func Join(parts []*Organization) *Organization {
	o := &Organization{}
	for _, p := range parts {
		if p.ID != "" {
			o = p.Clone()
		}
	}
	for _, p := range parts {
		o.Units = append(o.Units, p.Units...)
		o.Accounts = append(o.Accounts, p.Accounts...)
		o.Policies = append(o.Policies, p.Policies...)
		o.Attachments = append(o.Attachments, p.Attachments...)
		o.CreateStatuses = append(o.CreateStatuses, p.CreateStatuses...)
	}
	o.sort()
	o.changed()
	return o
}
