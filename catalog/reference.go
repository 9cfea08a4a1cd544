package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrReference: a document is not one of AWS's Service Reference.
var ErrReference = errors.New("not a Service Reference document")

// referenceDoc is the Service Reference document of one service, as AWS
// publishes it ("Simplified AWS service information for programmatic access",
// Service Authorization Reference). Members that are not here are not needed.
type referenceDoc struct {
	Name       string
	Version    string // "v1.4"
	Actions    []referenceAction
	Resources  []referenceResource
	Operations []referenceOperation
}

type referenceAction struct {
	Name        string
	Annotations struct {
		Properties *struct{ IsList, IsPermissionManagement, IsTaggingOnly, IsWrite bool }
	}
	Resources   []struct{ Name string }
	SupportedBy map[string]bool
}

type referenceResource struct {
	Name       string
	ARNFormats []string
}

type referenceOperation struct {
	Name              string
	AuthorizedActions []struct{ Name, Service string }
}

// Keys of SupportedBy.
const (
	lastAccessedKey = "IAM Action Last Accessed"
	policyGenKey    = "IAM Access Analyzer Policy Generation"
)

// anyResource is the ARN format of a resource type that an action has and its
// document does not describe: better to hold the action for grantable on
// everything than on nothing.
const anyResource = "*"

// Overlay is what Service References say, to be laid over a Catalog. It is not
// for concurrent use.
type Overlay struct{ set *set }

// NewOverlay is an empty overlay. The date is the day of the reference, origin
// says where it comes from.
func NewOverlay(date time.Time, origin string) (*Overlay, error) {
	if !validText(origin) {
		return nil, fmt.Errorf("%.40q cannot be the origin of a catalogue", origin)
	}
	date = date.UTC().Truncate(24 * time.Hour)
	return &Overlay{&set{head: header{version: "v1", date: date, flags: date, origins: []string{origin}}}}, nil
}

// Add takes the document of one service in and returns its namespace. An
// overlay holds a service once.
func (o *Overlay) Add(document []byte) (namespace string, err error) {
	doc, err := parseReference(document)
	if err != nil {
		return "", err
	}
	i, found := o.set.find(doc.Name)
	switch {
	case found:
		return "", fmt.Errorf("service %s is there twice", doc.Name)
	case len(o.set.services) == maxServices:
		return "", fmt.Errorf("more than %d services", maxServices)
	case len(doc.Actions) == 0:
		return doc.Name, nil // nothing can be granted in it
	}
	s := doc.service()
	if s.lines() > maxPerService {
		return "", fmt.Errorf("%w: service %s: more than %d actions, ARN formats and operations", ErrReference, doc.Name, maxPerService)
	}
	o.set.services = slices.Insert(o.set.services, i, s)
	o.set.head.version = max(o.set.head.version, doc.Version)
	return doc.Name, nil
}

func parseReference(document []byte) (*referenceDoc, error) {
	if len(document) > MaxDocument {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrReference, MaxDocument)
	}
	var doc referenceDoc
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReference, err)
	}
	if err := doc.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReference, err)
	}
	return &doc, nil
}

// check refuses what our text format could not hold.
func (d *referenceDoc) check() error {
	switch {
	case d.Name == "" && d.Actions == nil:
		return errors.New("it has no Name and no Actions")
	case !validNamespace(d.Name):
		return fmt.Errorf("%.80q is no service namespace", d.Name)
	case d.Version != "v1" && !strings.HasPrefix(d.Version, "v1.") || !validText(d.Version):
		return fmt.Errorf("service %s: format version %.20q, this program reads v1", d.Name, d.Version)
	}
	if len(d.Actions)+len(d.Operations)+len(d.Resources) > maxPerService {
		return fmt.Errorf("service %s: more than %d actions, resource types and operations", d.Name, maxPerService)
	}
	for _, r := range d.Resources {
		if err := r.check(); err != nil {
			return fmt.Errorf("service %s: %w", d.Name, err)
		}
	}
	for _, a := range d.Actions {
		if err := a.check(); err != nil {
			return fmt.Errorf("service %s: %w", d.Name, err)
		}
	}
	for _, o := range d.Operations {
		if !validName(o.Name) {
			return fmt.Errorf("service %s: bad operation %.80q", d.Name, o.Name)
		}
	}
	return nil
}

func (r *referenceResource) check() error {
	if !validType(r.Name) {
		return fmt.Errorf("bad resource type %.80q", r.Name)
	}
	if len(r.ARNFormats) > maxFormats {
		return fmt.Errorf("resource type %s has more than %d ARN formats", r.Name, maxFormats)
	}
	for _, f := range r.ARNFormats {
		if !validFormat(f) {
			return fmt.Errorf("resource type %s: bad ARN format %.80q", r.Name, f)
		}
	}
	return nil
}

func (a *referenceAction) check() error {
	if !validName(a.Name) {
		return fmt.Errorf("bad action name %.80q", a.Name)
	}
	if len(a.Resources) > maxTypes {
		return fmt.Errorf("action %s has more than %d resource types", a.Name, maxTypes)
	}
	for _, r := range a.Resources {
		if !validType(r.Name) {
			return fmt.Errorf("action %s: bad resource type %.80q", a.Name, r.Name)
		}
	}
	return nil
}

// level is the access level by AWS's four marks; zero when there are none.
func (a *referenceAction) level() Level {
	p := a.Annotations.Properties
	switch {
	case p == nil:
		return 0
	case p.IsPermissionManagement:
		return Permissions
	case p.IsTaggingOnly:
		return Tagging
	case p.IsList:
		return List
	case p.IsWrite:
		return Write
	}
	return Read
}

// flags are what SupportedBy says; not known if the last accessed key is
// missing. Its absence must not become "not tracked": AWS may rename it.
func (a *referenceAction) flags() flags {
	tracked, known := a.SupportedBy[lastAccessedKey]
	f := flags(0)
	switch {
	case !known:
		return unknownFlag
	case tracked:
		f |= trackedFlag
	}
	if a.SupportedBy[policyGenKey] {
		f |= policyGenFlag
	}
	return f
}

// service is the document in our form: sorted, doubles joined.
func (d *referenceDoc) service() service {
	s := service{namespace: d.Name, name: d.Name} // documents hold no display name
	slices.SortStableFunc(d.Actions, func(a, b referenceAction) int { return compareFold(a.Name, b.Name) })
	for _, a := range d.Actions {
		s.addAction(action{a.Name, a.level(), a.flags(), a.types()})
	}
	formats := map[string][]string{}
	for _, r := range d.Resources {
		formats[r.Name] = append(formats[r.Name], r.ARNFormats...)
	}
	for _, t := range s.usedTypes() {
		s.addType(t, formats[t])
	}
	slices.SortStableFunc(d.Operations, func(a, b referenceOperation) int { return compareFold(a.Name, b.Name) })
	for _, o := range d.Operations {
		if target, ok := d.primary(o, &s); ok {
			s.addCall(call{o.Name, target}, true)
		}
	}
	return s
}

// usedTypes are the resource types that some action names, sorted.
func (s *service) usedTypes() []string {
	var types []string
	for _, a := range s.actions {
		types = append(types, a.types...)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func (a *referenceAction) types() []string {
	types := make([]string, len(a.Resources))
	for i, r := range a.Resources {
		types[i] = r.Name
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// primary is the action that an operation stands for, where CT-34 leaves one
// only: an operation that has no action of its own name and that exactly one
// action of its own service authorises, tagging and iam:PassRole aside. People
// have to choose in all other cases.
func (d *referenceDoc) primary(o referenceOperation, s *service) (string, bool) {
	if _, same := s.findAction(o.Name); same {
		return "", false
	}
	found := ""
	for _, a := range o.AuthorizedActions {
		i, ok := s.findAction(a.Name)
		if a.Service != d.Name || !ok || s.actions[i].level == Tagging || d.Name == "iam" && a.Name == "PassRole" {
			continue
		}
		if found != "" && found != s.actions[i].name {
			return "", false
		}
		found = s.actions[i].name
	}
	return d.Name + ":" + found, found != ""
}

// addAction inserts an action; of two with one name the first gives spelling
// and level, and what either says about support and resources holds.
func (s *service) addAction(a action) {
	i, found := s.findAction(a.name)
	if !found {
		s.actions = slices.Insert(s.actions, i, a)
		return
	}
	known := &s.actions[i]
	known.types = union(known.types, a.types)
	switch {
	case known.flags&unknownFlag != 0:
		known.flags = a.flags
	case a.flags&unknownFlag == 0:
		known.flags |= a.flags
	}
}

// union is the sorted union of two sorted lists.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// addType adds ARN formats to a resource type and returns how many are new. A
// format is known when another one makes the same pattern: AWS renames
// variables. No format at all stands for any resource, until there is one.
func (s *service) addType(name string, formats []string) int {
	i, found := s.findType(name)
	if !found {
		s.types = slices.Insert(s.types, i, resourceType{name: name})
	}
	t := &s.types[i]
	t.formats = slices.DeleteFunc(t.formats, func(f string) bool { return f == anyResource })
	added := 0
	for _, f := range formats {
		same := func(g string) bool { return pattern(f) == pattern(g) }
		if f != anyResource && !slices.ContainsFunc(t.formats, same) {
			t.formats = append(t.formats, f)
			added++
		}
	}
	if len(t.formats) == 0 {
		t.formats = []string{anyResource}
	}
	slices.Sort(t.formats)
	return added
}

// addCall inserts an operation; one that is there is replaced when asked for.
func (s *service) addCall(c call, replace bool) {
	i, found := slices.BinarySearchFunc(s.calls, c, func(a, b call) int { return compareFold(a.operation, b.operation) })
	switch {
	case !found:
		s.calls = slices.Insert(s.calls, i, c)
	case replace:
		s.calls[i] = c
	}
}

// Document is an entry of the Service Reference's index.
type Document struct {
	Service string `json:"service"`
	URL     string `json:"url"`
}

// IsIndex reports whether a document looks like the index, the only one that is
// a list.
func IsIndex(document []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(document, " \t\r\n"), []byte("["))
}

// ParseIndex reads the index: which services there are, and where. Sorted by
// service.
func ParseIndex(document []byte) ([]Document, error) {
	if len(document) > MaxDocument {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrReference, MaxDocument)
	}
	var list []Document
	if err := json.Unmarshal(document, &list); err != nil {
		return nil, fmt.Errorf("%w: index: %w", ErrReference, err)
	}
	if len(list) == 0 || len(list) > maxServices {
		return nil, fmt.Errorf("%w: the index names %d services", ErrReference, len(list))
	}
	slices.SortFunc(list, func(a, b Document) int { return cmp.Compare(a.Service, b.Service) })
	for i, d := range list {
		if !validNamespace(d.Service) || !validFormat(d.URL) {
			return nil, fmt.Errorf("%w: index: service %.80q with address %.80q", ErrReference, d.Service, d.URL)
		}
		if i > 0 && list[i-1].Service == d.Service {
			return nil, fmt.Errorf("%w: index: service %s is there twice", ErrReference, d.Service)
		}
	}
	return list, nil
}
