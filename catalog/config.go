package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Config is what an operator adds to the data. The zero value adds nothing.
type Config struct {
	// Aliases: event source, with or without its domain, to the namespace it
	// stands for (section 4 of the CloudTrail rules). They win over the data.
	Aliases map[string]string
	// Regions that give last accessed information beside those of the data, or
	// from another first moment than there (LA-41).
	Regions map[string]time.Time
}

// With is the catalogue with the operator's additions; those of an earlier With
// are replaced. An alias for a namespace that the catalogue does not know is an
// error, because it would turn every event of the source into nothing.
func (c *Catalog) With(config Config) (*Catalog, error) {
	n := *c
	n.config = Config{maps.Clone(config.Aliases), maps.Clone(config.Regions)}
	if err := n.indexHosts(); err != nil {
		return nil, err
	}
	n.indexRegions()
	return &n, nil
}

func (c *Catalog) indexRegions() {
	c.regions = make(map[string]time.Time, len(c.tracking.regions)+len(c.config.Regions))
	for _, r := range c.tracking.regions {
		c.regions[r.Name] = r.Start
	}
	maps.Copy(c.regions, c.config.Regions)
}

// appendConfigured adds the operator's Regions to a sorted list.
func appendConfigured(list []Region, regions map[string]time.Time) []Region {
	for _, name := range slices.Sorted(maps.Keys(regions)) {
		i, found := slices.BinarySearchFunc(list, name, func(r Region, name string) int { return cmp.Compare(r.Name, name) })
		if found {
			list[i].Start = regions[name]
		} else {
			list = slices.Insert(list, i, Region{Name: name, Start: regions[name]})
		}
	}
	return list
}

// host is what an event source stands for.
type host struct {
	service    int32
	alternates []int32 // further services, tried in this order (CT-37)
}

// indexHosts builds the table of event sources: every namespace under its own
// name, over it the aliases of the data, over them the operator's.
func (c *Catalog) indexHosts() error {
	c.hosts = make(map[string]host, len(c.services)+len(c.events.hosts)+len(c.config.Aliases))
	for i := range c.services {
		c.hosts[c.services[i].Namespace] = host{service: int32(i)}
	}
	for _, h := range c.events.hosts {
		if err := c.alias(h[0], h[1]); err != nil {
			return err
		}
	}
	for _, a := range c.events.alternates {
		i, ok := c.namespaces[a[1]]
		h, known := c.hosts[a[0]]
		if !ok || !known {
			return fmt.Errorf("alternate namespace %s of event source %s: not in the catalogue", a[1], a[0])
		}
		h.alternates = append(h.alternates, i)
		c.hosts[a[0]] = h
	}
	for _, source := range slices.Sorted(maps.Keys(c.config.Aliases)) {
		if err := c.alias(sourceLabel(strings.ToLower(strings.TrimSpace(source))), c.config.Aliases[source]); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalog) alias(label, namespace string) error {
	i, ok := c.namespaces[namespace]
	if !ok {
		return fmt.Errorf("event source %s: namespace %q is not in the catalogue", label, namespace)
	}
	c.hosts[label] = host{service: i}
	return nil
}
