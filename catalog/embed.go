package catalog

import (
	_ "embed"
	"fmt"
)

//go:generate go run ./gen -data ../../shared/data -out data

//go:embed data/services.txt
var servicesText string

//go:embed data/tracking.txt
var trackingText string

//go:embed data/events.txt
var eventsText string

//go:embed data/extras.txt
var extrasText string

// Load reads the embedded catalogue. It refuses one that is damaged or
// suspiciously small, because that would hide services from every report.
func Load() (*Catalog, error) {
	c, err := load(servicesText, trackingText, eventsText)
	if err != nil {
		return nil, fmt.Errorf("embedded catalogue: %w", err)
	}
	return c, nil
}

// load makes a catalogue of three texts.
func load(services, tracking, events string) (*Catalog, error) {
	t, err := parseTracking(tracking)
	if err != nil {
		return nil, fmt.Errorf("tracking dates: %w", err)
	}
	e, err := parseEvents(events)
	if err != nil {
		return nil, fmt.Errorf("event names: %w", err)
	}
	b := builder{c: &Catalog{text: services, tracking: t, events: e}}
	if err := parse(services, &b); err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	if err := b.c.checkSize(); err != nil {
		return nil, err
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	return b.c, nil
}

// checkSize refuses a catalogue that cannot be whole.
func (c *Catalog) checkSize() error {
	tracked := 0
	for i := range c.actions {
		if c.actions[i].Tracked {
			tracked++
		}
	}
	for _, part := range [...]struct {
		name      string
		have, min int
	}{
		{"services", len(c.services), minServices},
		{"actions", len(c.actions), minActions},
		{"tracked actions", tracked, minTracked},
		{"event sources", len(c.events.hosts), minHosts},
		{"operations", len(c.events.calls), minCalls},
		{"Regions", len(c.tracking.regions), minRegions},
	} {
		if part.have < part.min {
			return fmt.Errorf("%w: only %d %s, want at least %d", ErrTooSmall, part.have, part.name, part.min)
		}
	}
	return nil
}
