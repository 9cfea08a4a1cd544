package catalog

import "time"

// Info describes a catalogue.
type Info struct {
	Version string       `json:"version"`
	Date    time.Time    `json:"date"`      // of names, levels and resource types
	Flags   time.Time    `json:"flagsDate"` // of the flags
	Origins []string     `json:"origins"`
	Counts  Counts       `json:"counts"`
	Overlay *OverlayInfo `json:"overlay,omitempty"`
}

// OverlayInfo describes the overlay of a catalogue.
type OverlayInfo struct {
	Version  string    `json:"version"` // format version of the Service Reference
	Date     time.Time `json:"date"`
	Origins  []string  `json:"origins"`
	Services int       `json:"services"`
	Actions  int       `json:"actions"`
}

// Counts says how much is in a catalogue.
type Counts struct {
	Services        int `json:"services"`
	Actions         int `json:"actions"`
	Tracked         int `json:"tracked"`
	TrackedServices int `json:"servicesWithTrackedActions"`
	PolicyGen       int `json:"policyGeneration"`
	NewFlags        int `json:"flagUnknown"`
	ResourceTypes   int `json:"resourceTypes"`
	EventSources    int `json:"eventSources"` // that are not called like their namespace
	Operations      int `json:"operations"`   // that are not called like their action
	Regions         int `json:"regions"`
}

// Info describes the catalogue with its overlay, if it has one.
func (c *Catalog) Info() Info {
	i := Info{c.head.version, c.head.date, c.head.flags, c.head.origins, c.counts(), nil}
	if c.over != nil {
		h := c.over.set.counted()
		i.Overlay = &OverlayInfo{h.version, h.date, h.origins, h.services, h.actions}
	}
	return i
}

func (c *Catalog) counts() Counts {
	n := Counts{
		Services: len(c.services), Actions: len(c.actions), ResourceTypes: len(c.resources),
		EventSources: len(c.events.hosts), Operations: len(c.calls), Regions: len(c.regions),
	}
	services := make([]bool, len(c.services))
	for i := range c.actions {
		a := &c.actions[i]
		n.PolicyGen += count(a.PolicyGen)
		n.NewFlags += count(a.NewFlag)
		n.Tracked += count(a.Tracked)
		n.TrackedServices += count(a.Tracked && !services[a.Service])
		services[a.Service] = services[a.Service] || a.Tracked
	}
	return n
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
