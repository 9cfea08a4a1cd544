package trail

import "slices"

// BasicSelector is an element of EventSelectors.
type BasicSelector struct {
	ReadWriteType                 string         `json:",omitempty"` // empty: All
	IncludeManagementEvents       *bool          `json:",omitempty"` // nil: true
	DataResources                 []DataResource `json:",omitempty"`
	ExcludeManagementEventSources []string       `json:",omitempty"`
	Strange                       []string       `json:",omitempty"` // members that are not known here
}

// DataResource is a resource type and which of it.
type DataResource struct {
	Type   string   `json:",omitempty"`
	Values []string `json:",omitempty"`
}

// wholeValues are the values that stand for all resources of a type, by what
// follows "arn:PARTITION:" (API reference, DataResource). That of S3 and Lambda
// has the calls of the account's own users and roles on resources of other
// accounts, too.
var wholeValues = map[string][]string{
	"AWS::S3::Object":       {"s3", "s3:::"},
	"AWS::Lambda::Function": {"lambda"},
	"AWS::DynamoDB::Table":  {"dynamodb"},
}

func (b BasicSelector) normal() BasicSelector {
	n := BasicSelector{ReadWriteType: b.ReadWriteType, IncludeManagementEvents: b.IncludeManagementEvents}
	n.ExcludeManagementEventSources, n.Strange = sorted(b.ExcludeManagementEventSources), sorted(b.Strange)
	for _, r := range b.DataResources {
		n.DataResources = append(n.DataResources, DataResource{r.Type, sorted(r.Values)})
	}
	return n
}

// sorted is a copy, nil when there is nothing.
func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// events are those of the selector; ok is false when its ReadWriteType is not known.
func (b *BasicSelector) events() (e Events, ok bool) {
	switch b.ReadWriteType {
	case "", "All":
		return All, true
	case "ReadOnly":
		return Reads, true
	case "WriteOnly":
		return Writes, true
	}
	return 0, false
}

func (b *BasicSelector) whole(kind, partition string) Events {
	e, ok := b.events()
	if !ok || len(b.Strange) > 0 || !slices.ContainsFunc(b.DataResources, func(r DataResource) bool { return r.whole(kind, partition) }) {
		return 0
	}
	return e
}

func (r *DataResource) whole(kind, partition string) bool {
	return r.Type == kind && slices.ContainsFunc(wholeValues[kind], func(rest string) bool {
		return slices.Contains(r.Values, "arn:"+partition+":"+rest)
	})
}

func (b *BasicSelector) may(kind string) bool {
	return len(b.Strange) > 0 || slices.ContainsFunc(b.DataResources, func(r DataResource) bool { return r.Type == kind })
}

func (b *BasicSelector) narrowed(kind, partition string) string {
	switch e, ok := b.events(); {
	case len(b.Strange) > 0:
		return b.Strange[0]
	case !slices.ContainsFunc(b.DataResources, func(r DataResource) bool { return r.whole(kind, partition) }):
		return "Values of DataResources"
	case !ok || e != All:
		return "ReadWriteType " + b.ReadWriteType
	}
	return ""
}

func (b *BasicSelector) mayManage(source string) Events {
	if b.IncludeManagementEvents != nil && !*b.IncludeManagementEvents || slices.Contains(b.ExcludeManagementEventSources, source) {
		return 0
	}
	e, ok := b.events()
	if !ok {
		return All
	}
	return e
}
