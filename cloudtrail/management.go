package cloudtrail

import "strings"

// isManagement is the management flag (CT-3).
func (r *Record) isManagement() bool {
	switch {
	case r.Category == "Management":
		return true
	case r.Category != "":
		return strings.EqualFold(r.Category, "Management")
	case r.Management != Unset:
		return r.Management == True
	}
	host, _, _ := strings.Cut(strings.TrimSpace(r.EventSource), ".")
	return !isDataEvent(strings.ToLower(host), strings.TrimSpace(r.EventName))
}

// isDataEvent reports whether the operation is one of those that were delivered
// as data events before records said so themselves (eventVersion 1.06).
func isDataEvent(host, name string) bool {
	switch host {
	case "s3":
		return isObjectOperation(name)
	case "lambda":
		return name == "Invoke"
	case "dynamodb":
		return isItemOperation(name)
	}
	return false
}

func isObjectOperation(name string) bool {
	switch name {
	case "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject",
		"DeleteObjects", "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes",
		"GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent", "HeadBucket",
		"HeadObject", "ListMultipartUploads", "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListParts",
		"PutObject", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging",
		"RestoreObject", "SelectObjectContent", "UploadPart", "UploadPartCopy", "WriteGetObjectResponse":
		return true
	}
	return false
}

func isItemOperation(name string) bool {
	switch name {
	case "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement",
		"ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems",
		"UpdateItem":
		return true
	}
	return false
}
