package evidence

import (
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/trail"
)

// dataRow is of actions of which it is known that a call leaves a data event of
// its own name, of the type that recordRows has for them, whoever calls and
// however. Only these can be proven unused by what trails deliver.
type dataRow struct {
	namespace string
	events    trail.Events // that have to be delivered
	names     []string
	also      string // an action whose calls may need these, beside what the catalogue knows
}

// dataRows is from "Amazon S3 CloudTrail events", "Logging Lambda API calls" and
// "Logging DynamoDB operations" of the guides. Events of Lambda and DynamoDB have
// to be delivered whether they read or not: the guides do not say which of them do.
//
// Left out is what another call may need without a trace: s3:GetObjectVersion (a
// HeadObject with a version), s3:GetObjectTagging (a CopyObject of an object with
// tags), all that replication does, and PartiQL, whose statements have one event.
var dataRows = []dataRow{
	{"s3", trail.Reads, []string{"GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectRetention", "GetObjectLegalHold",
		"ListBucket", "ListBucketVersions", "ListMultipartUploadParts"}, ""},
	{"s3", trail.Writes, []string{"PutObject", "PutObjectAcl", "PutObjectTagging", "PutObjectRetention", "PutObjectLegalHold", "DeleteObject",
		"DeleteObjectTagging", "AbortMultipartUpload", "RestoreObject"}, ""},
	{"lambda", trail.All, []string{"InvokeFunction"}, "InvokeFunctionUrl"},
	{"dynamodb", trail.All, []string{"BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}, ""},
}

// needed is what has to be delivered to see an action.
type needed struct {
	events trail.Events
	also   int // an action; -1: none
}

// neededFor is by action of the catalogue.
func neededFor(cat *catalog.Catalog) map[int]needed {
	out := map[int]needed{}
	for _, row := range dataRows {
		n := needed{row.events, -1}
		if i, ok := cat.Action(row.namespace, row.also); ok {
			n.also = i
		}
		for _, name := range row.names {
			if i, ok := cat.Action(row.namespace, name); ok {
				out[i] = n
			}
		}
	}
	return out
}
