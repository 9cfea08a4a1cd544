package catalog

import "time"

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

// String is the name AWS prints: "Permissions management".
func (l Level) String() string {
	switch l {
	case List:
		return "List"
	case Read:
		return "Read"
	case Write:
		return "Write"
	case Permissions:
		return "Permissions management"
	case Tagging:
		return "Tagging"
	}
	return "Unknown"
}

// Catalog is an immutable set of services and actions. Safe for concurrent use.
type Catalog struct {
	services  []Service
	actions   []Action
	keys      []string
	resources []Resource

	text     string   // the services text it was made from
	over     *Overlay // what lies over it; nil: nothing
	head     header
	tracking *tracking
	events   *events
	config   Config

	namespaces map[string]int32 // index in services, by namespace
	names      table            // index in actions, by key
	calls      map[string]int32 // index in actions or unknown, by "namespace:operation" in lower case
	hosts      map[string]host  // by label of the event source
	regions    map[string]time.Time
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
	Formats  []string // ARN formats as AWS writes them, sorted
	Patterns []string // the same with every ${Variable} as *
}

// Services, sorted by namespace in byte order (LA-70). Not to be changed.
func (c *Catalog) Services() []Service { return c.services }

// Actions, sorted by Keys. Not to be changed. Services lie in it as blocks, but
// not in the order of Services: "ec2-instance-connect:" is before "ec2:".
func (c *Catalog) Actions() []Action { return c.actions }

// Keys is "namespace:action" in lower case of every action, sorted in byte
// order: Keys()[i] belongs to Actions()[i]. Not to be changed.
func (c *Catalog) Keys() []string { return c.keys }

// Resources are the resource types that actions name by index. Not to be changed.
func (c *Catalog) Resources() []Resource { return c.resources }

// Service finds a namespace; case matters.
func (c *Catalog) Service(namespace string) (int, bool) {
	i, ok := c.namespaces[namespace]
	return int(i), ok
}

// Action finds an action; the case of both names is ignored.
func (c *Catalog) Action(namespace, name string) (int, bool) {
	var buf [maxKey]byte
	i, ok := c.names.find(appendKey(buf[:0], namespace, name, ""))
	return int(i), ok
}

// FullName is "namespace:Action" in the catalogue's spelling.
func (c *Catalog) FullName(action int) string {
	a := &c.actions[action]
	return c.services[a.Service].Namespace + ":" + a.Name
}

// RegionStart is the first tracked moment of a Region; false: the Region gives
// no last accessed information (LA-41).
func (c *Catalog) RegionStart(region string) (time.Time, bool) {
	t, ok := c.regions[region]
	return t, ok
}

// ActionStart is the first moment of action-level tracking of a service (LA-42).
func (c *Catalog) ActionStart(service int) time.Time {
	if t, ok := c.tracking.starts[c.services[service].Namespace]; ok {
		return t
	}
	return c.tracking.defaultStart
}

// DefaultRegion is the Region that Organizations reports print for the service
// when it is unused; empty for all services but a few.
func (c *Catalog) DefaultRegion(service int) string {
	return c.tracking.defaultRegions[c.services[service].Namespace]
}

// Regions that give last accessed information, sorted by name. Those that an
// operator added have neither partition nor title.
func (c *Catalog) Regions() []Region {
	out := append([]Region(nil), c.tracking.regions...)
	return appendConfigured(out, c.config.Regions)
}
