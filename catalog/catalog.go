package catalog

import (
	"errors"
	"time"
)

// Level is an action's access level.
type Level byte

// Access levels, by AWS's letters of the catalogue.
const (
	List        Level = 'L'
	Read        Level = 'R'
	Write       Level = 'W'
	Permissions Level = 'P'
	Tagging     Level = 'T'
)

// Catalog is an immutable set of services and actions. Safe for concurrent use.
type Catalog struct {
	services  []Service
	actions   []Action
	keys      []string
	resources []Resource
}

// Service is one IAM service namespace.
type Service struct {
	Namespace, Name string
	First, End      int // its actions are Actions()[First:End]
}

// Action is one IAM action.
type Action struct {
	Service   int    // index in Services()
	Name      string // catalogue spelling, without namespace
	Level     Level
	Tracked   bool  // last access is tracked at action level (flag a, and not never-tracked)
	PolicyGen bool  // policy generation works at action level (flag g)
	NewFlag   bool  // newer than the flag snapshot (flag ?): neither is known
	Resources []int // indices in Resources(), ascending; empty: authorised against "*" only
}

// Resource is one resource type.
type Resource struct {
	Service  int
	Name     string
	Patterns []string // ARN formats with every ${Variable} as *
}

// Load reads the embedded catalogue.
func Load() (*Catalog, error) { return nil, errors.New("not built yet") }

// Services, sorted by namespace in byte order.
func (c *Catalog) Services() []Service { return c.services }

// Actions, sorted by Keys.
func (c *Catalog) Actions() []Action { return c.actions }

// Keys is "namespace:action" in lower case of every action, sorted in byte
// order: Keys()[i] belongs to Actions()[i].
func (c *Catalog) Keys() []string { return c.keys }

// Resources are the resource types that actions name by index.
func (c *Catalog) Resources() []Resource { return c.resources }

// Service finds a namespace; case matters.
func (c *Catalog) Service(namespace string) (int, bool) { return 0, false }

// Action finds an action; the case of both names is ignored.
func (c *Catalog) Action(namespace, name string) (int, bool) { return 0, false }

// Use is what a raw event source and name stand for.
type Use struct {
	Service int // index in Services()
	Action  int // index in Actions(), or -1: unknown, service level only
}

// Resolve maps the raw names of a fact (activity.Key Source and Name) to a
// service and action by CT-30 to CT-37; false: unmapped source, no activity.
func (c *Catalog) Resolve(source, name string) (Use, bool) { return Use{}, false }

// RegionStart is the first tracked moment of a Region; false: the Region gives
// no last accessed information (LA-41).
func (c *Catalog) RegionStart(region string) (time.Time, bool) { return time.Time{}, false }

// ActionStart is the first moment of action-level tracking of a service (LA-42).
func (c *Catalog) ActionStart(service int) time.Time { return time.Time{} }
