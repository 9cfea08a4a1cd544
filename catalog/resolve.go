package catalog

import "strings"

// Use is what a raw event source and name stand for.
type Use struct {
	Service int // index in Services()
	Action  int // index in Actions(), or -1: unknown, service level only
}

// unknown is the index of an operation that stands for no single action.
const unknown = -1

// Resolve maps the raw names of a fact (activity.Key Source and Name) to a
// service and action by CT-30 to CT-37; false: unmapped source, no activity.
//
// The name may carry a request parameter as "#value": the service namespace of
// an Application Auto Scaling call (PutScalingPolicy#ecs), or the verb of a
// PartiQL statement (ExecuteStatement#SELECT). A value that decides nothing is
// ignored.
func (c *Catalog) Resolve(source, name string) (Use, bool) {
	var buf [maxNamespace * 2]byte
	h, ok := c.hosts[string(appendLabel(buf[:0], source))]
	if !ok {
		return Use{}, false
	}
	name, value, _ := strings.Cut(name, "#")
	name = strings.TrimSpace(name)
	if i, ok := c.resolveName(h, name, value); ok && i != unknown {
		return Use{c.actions[i].Service, int(i)}, true
	}
	return Use{int(h.service), unknown}, true
}

// resolveName is CT-31 for each namespace of the host (CT-37): the first where
// it finds something decides.
func (c *Catalog) resolveName(h host, name, value string) (int32, bool) {
	if value != "" {
		if i, ok := c.find(h.service, name, value); ok {
			return i, true
		}
		if i, ok := c.resolveIn(h.alternates, name); ok {
			return i, true // the parameter says that it is not the first one
		}
	}
	if i, ok := c.resolveOne(h.service, name); ok {
		return i, true
	}
	return c.resolveIn(h.alternates, name)
}

func (c *Catalog) resolveIn(services []int32, name string) (int32, bool) {
	for _, s := range services {
		if i, ok := c.resolveOne(s, name); ok {
			return i, true
		}
	}
	return 0, false
}

// resolveOne is CT-31 in one namespace.
func (c *Catalog) resolveOne(service int32, name string) (int32, bool) {
	if i, ok := c.find(service, name, ""); ok {
		return i, true
	}
	if cut := cutVersion(name); len(cut) < len(name) {
		return c.find(service, cut, "")
	}
	return 0, false
}

// find is steps 1 and 2 of CT-31: an action of that name, or the action that
// an operation of that name stands for.
func (c *Catalog) find(service int32, name, value string) (int32, bool) {
	if name == "" {
		return 0, false
	}
	var buf [maxKey]byte
	key := appendKey(buf[:0], c.services[service].Namespace, name, value)
	if i, ok := c.names.find(key); ok {
		return i, true
	}
	i, ok := c.calls[string(key)]
	return i, ok
}

// maxKey is the length of the longest key that appendKey makes.
const maxKey = maxNamespace + 2*maxName + 2

// appendKey appends "namespace:name" or "namespace:name#value" in lower case;
// nothing when that is too long to be a key.
func appendKey(out []byte, namespace, name, value string) []byte {
	if len(namespace)+len(name)+len(value)+2 > maxKey {
		return out
	}
	out = append(appendLower(out, namespace), ':')
	out = appendLower(out, name)
	if value != "" {
		out = appendLower(append(out, '#'), value)
	}
	return out
}

// appendLabel appends the label of an event source: trimmed, in lower case and
// without its domain (CT-30). A source that is too long to be one gives none.
func appendLabel(out []byte, source string) []byte {
	source = strings.TrimSpace(source)
	if len(source) > cap(out) {
		return out
	}
	out = appendLower(out, source)
	return out[:len(sourceLabel(string(out)))]
}

// sourceLabel cuts the domain off an event source in lower case.
func sourceLabel(source string) string {
	for _, domain := range [...]string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		if label, ok := strings.CutSuffix(source, domain); ok {
			return label
		}
	}
	return source
}

// cutVersion cuts an API version off the end of an operation name:
// 20\d\d_?\d\d_?\d\d(v\d+)? (CT-31 step 3).
func cutVersion(name string) string {
	end := len(name)
	if i := strings.TrimRight(name, digits); len(i) < end && strings.HasSuffix(i, "v") {
		if cut, ok := cutDate(i[:len(i)-1]); ok {
			return cut
		}
	}
	if cut, ok := cutDate(name); ok {
		return cut
	}
	return name
}

const digits = "0123456789"

// cutDate cuts 20YY, MM and DD off the end, with or without underscores.
func cutDate(name string) (string, bool) {
	for _, n := range [...]int{2, 2} {
		var ok bool
		if name, ok = cutDigits(name, n); !ok {
			return "", false
		}
		name = strings.TrimSuffix(name, "_")
	}
	name, ok := cutDigits(name, 2)
	if !ok || !strings.HasSuffix(name, "20") {
		return "", false
	}
	return name[:len(name)-2], true
}

func cutDigits(name string, n int) (string, bool) {
	if len(name) < n || strings.Trim(name[len(name)-n:], digits) != "" {
		return "", false
	}
	return name[:len(name)-n], true
}

func appendLower(out []byte, s string) []byte {
	n := len(out)
	out = append(out, s...)
	for i, c := range out[n:] {
		out[n+i] = lower(c)
	}
	return out
}
