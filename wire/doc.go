// Package wire speaks AWS's protocols: it turns a request into the input
// struct of an operation, and an output struct or an error into an answer.
// Operations know no protocol, protocols know no operation.
//
// From the bottom up: [Op] and [OpOn] make an [Operation] from a function; a [Service] is
// a table of operations; a [Router] finds the service and operation a request
// means and runs it in the order of LA-112: decode, validate, [Guard], call.
// Each protocol is one file (query.go, json.go, restjson.go) and a row in protocol.go.
// What REST-JSON wants to know beyond names, the paths, is a table of the service
// (Service.Routes).
//
// Packages wire, auth and httpd give general errors the names that Query has
// for them; a protocol that calls them otherwise translates (protocol.word),
// and so may a service (Service.Codes, Service.Invalid).
//
// # Input structs
//
// A field is the parameter of its Go name, or of the name in its wire tag.
// Fields are string, bool, int, int32 or int64 (or a named type of these
// kinds), [time.Time], a struct, a pointer to one of these, or a slice of such;
// also a map from strings to one of these, or a slice of maps, which Query cannot say.
// A pointer is nil, and any other field zero, when the parameter is absent; a
// list that was sent empty is an empty slice, an absent one nil.
// The fields of an embedded struct are those of the struct that embeds it, also
// in output structs.
// Constraints are tags, and broken ones are answered in AWS's words (IAM-7):
//
//	required:"true"        the parameter must be there (a list: not be empty)
//	min:"20" max:"2048"    characters of a string, value of an integer, length of a list
//	pattern:"[\\w-]*"      the whole string, in AWS's spelling of the pattern
//	enum:"A,B"             one of these, named in this order
//	memberMin, memberMax, memberPattern, memberEnum
//	                       the same for each string of a list
//
// What tags cannot say, the input says itself as a [Checker].
//
// # Output structs
//
// Elements (in JSON: members) are written in the order of the fields, each under the field's name
// or the name in its wire tag ("-" leaves the field out). Field types are
// those of input structs, [time.Time], and maps from strings to scalars.
//
//	nil pointer, nil slice, nil map, "" and zero time   left out (IAM-3)
//	empty slice, empty map, struct without content       an empty element
//	bool, integer, struct                                always written
//
// So an optional bool or integer is a pointer. A string that must be written
// although it is empty, such as the value of a tag, has the tag wire:",always". Times are UTC in seconds, with the tag
// wire:",millis" in milliseconds (LA-63); JSON 1.1 has seconds since the epoch with
// three decimals (ORG-41). An output struct without any field means that the
// operation has no result element.
package wire
