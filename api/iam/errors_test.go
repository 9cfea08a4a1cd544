package iam

import (
	"strconv"
	"strings"
	"testing"
)

const (
	missing   = "400 ValidationError: 1 validation error detected: Value at '"
	satisfies = "' failed to satisfy constraint: Member must "
)

func TestErrors(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	const unknown = "00000000-0000-4000-8000-999999999999"
	for name, c := range map[string]struct {
		operation string
		pairs     string // separated by blanks
		want      string
	}{
		// LA-51
		"an absent subject": {"Generate", "Arn " + f1Prefix + "user/nobody", "404 NoSuchEntity: ARN " + f1Prefix + "user/nobody does not exist."},
		"an absent policy":  {"Generate", "Arn " + f1Prefix + "policy/x/TeamEc2", "404 NoSuchEntity: ARN " + f1Prefix + "policy/x/TeamEc2 does not exist."},
		"another account":   {"Generate", "Arn arn:aws:iam::999999999999:user/x", "403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform the operation on arn:aws:iam::999999999999:user/x"},
		"root":              {"Generate", "Arn " + f1Prefix + "root", "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::111122223333:root is not supported."},
		"a device":          {"Generate", "Arn " + f1Prefix + "mfa/alice", "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::111122223333:mfa/alice is not supported."},
		"another service":   {"Generate", "Arn arn:aws:s3:::bucket-of-mine", "400 ValidationError: Invalid service in ARN"},
		"a role session":    {"Generate", "Arn arn:aws:sts::111122223333:assumed-role/app/s", "400 ValidationError: Invalid service in ARN"},
		"another partition": {"Generate", "Arn arn:aws-cn:iam::111122223333:user/alice", "400 ValidationError: Invalid ARN partition"},
		"no ARN":            {"Generate", "Arn this-is-long-enough-but-none", "400 ValidationError: Invalid ARN"},
		"no Arn":            {"Generate", "", missing + "arn" + satisfies + "not be null"},
		"a short Arn":       {"Generate", "Arn arn:aws:iam::1:root", missing + "arn" + satisfies + "have length greater than or equal to 20"},
		"a long Arn":        {"Generate", "Arn " + f1Prefix + "user/" + strings.Repeat("x", 2048), missing + "arn" + satisfies + "have length less than or equal to 2048"},
		"a bad granularity": {"Generate", "Arn " + f1Prefix + "user/alice Granularity service_level", missing + "granularity" + satisfies + "satisfy enum value set: [SERVICE_LEVEL, ACTION_LEVEL]"},
		"two violations":    {"Generate", "Arn short Granularity x", "400 ValidationError: 2 validation errors detected: Value at 'arn" + satisfies + "have length greater than or equal to 20; Value at 'granularity" + satisfies + "satisfy enum value set: [SERVICE_LEVEL, ACTION_LEVEL]"},
		// LA-68
		"an unknown job":             {"Get", "JobId " + unknown, "404 NoSuchEntity: Job " + unknown + " does not exist."},
		"a job id that is no UUID":   {"Get", "JobId " + strings.Repeat("x", 36), "404 NoSuchEntity: Job " + strings.Repeat("x", 36) + " does not exist."},
		"a short job id":             {"Get", "JobId abc", missing + "jobId" + satisfies + "have length greater than or equal to 36"},
		"a long job id":              {"Get", "JobId " + strings.Repeat("x", 37), missing + "jobId" + satisfies + "have length less than or equal to 36"},
		"no items":                   {"Get", "JobId " + job + " MaxItems 0", missing + "maxItems" + satisfies + "have value greater than or equal to 1"},
		"too many items":             {"Get", "JobId " + job + " MaxItems 1001", missing + "maxItems" + satisfies + "have value less than or equal to 1000"},
		"items that are no number":   {"Get", "JobId " + job + " MaxItems many", "400 MalformedInput: Invalid integer for MaxItems"},
		"an empty marker":            {"Get", "JobId " + job + " Marker ", "400 ValidationError: The specified value for marker is invalid. It must contain only printable ASCII characters."},
		"an unprintable marker":      {"Get", "JobId " + job + " Marker é", "400 ValidationError: The specified value for marker is invalid. It must contain only printable ASCII characters."},
		"a foreign marker":           {"Get", "JobId " + job + " Marker invalid", "400 ValidationError: Invalid Marker."},
		"a foreign marker, no job":   {"Get", "JobId " + unknown + " Marker invalid", "400 ValidationError: Invalid Marker."},
		"a long marker":              {"Get", "JobId " + job + " Marker " + strings.Repeat("x", 321), "400 ValidationError: Invalid Marker."},
		"entities of an unknown job": {"Entities", "JobId " + unknown + " ServiceNamespace s3", "404 NoSuchEntity: Job " + unknown + " does not exist."},
		"entities, a foreign marker": {"Entities", "JobId " + job + " ServiceNamespace s3 Marker invalid", "400 ValidationError: Invalid Marker."},
		// LA-95
		"entities of S3":           {"Entities", "JobId " + job + " ServiceNamespace S3", "400 InvalidInput: Service namepace S3 is either invalid or unsupported."},
		"entities of no namespace": {"Entities", "JobId " + job, missing + "serviceNamespace" + satisfies + "not be null"},
		"entities of an empty one": {"Entities", "JobId " + job + " ServiceNamespace ", missing + "serviceNamespace" + satisfies + "have length greater than or equal to 1"},
		"entities of a long one":   {"Entities", "JobId " + job + " ServiceNamespace " + strings.Repeat("x", 65), missing + "serviceNamespace" + satisfies + "have length less than or equal to 64"},
		"entities of an odd one":   {"Entities", "JobId " + job + " ServiceNamespace s3!", missing + "serviceNamespace" + satisfies + `satisfy regular expression pattern: [\w-]*`},
		// LA-107
		"unknown namespaces":          {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces.member.1 s3 ServiceNamespaces.member.2 nosuch", "400 InvalidInput: Invalid service namespace: [nosuch]"},
		"several unknown ones":        {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces.member.1 S3 ServiceNamespaces.member.2 iam ServiceNamespaces.member.3 nosuch", "400 InvalidInput: Invalid service namespace: [S3, nosuch]"},
		"policies of a policy":        {"List", "Arn " + teamEc2 + " ServiceNamespaces.member.1 s3", "400 InvalidInput: Invalid Entity Arn: " + teamEc2 + " is not supported."},
		"policies of root":            {"List", "Arn " + f1Prefix + "root ServiceNamespaces.member.1 s3", "400 InvalidInput: Could not extract entity from ARN : " + f1Prefix + "root"},
		"policies of nobody":          {"List", "Arn " + f1Prefix + "user/nobody ServiceNamespaces.member.1 s3", "404 NoSuchEntity: ARN " + f1Prefix + "user/nobody does not exist."},
		"policies of another account": {"List", "Arn arn:aws:iam::999999999999:user/x ServiceNamespaces.member.1 s3", "403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform the operation on arn:aws:iam::999999999999:user/x"},
		"policies of a bucket":        {"List", "Arn arn:aws:s3:::bucket-of-mine ServiceNamespaces.member.1 s3", "400 ValidationError: Invalid service in ARN"},
		"no namespaces":               {"List", "Arn " + f1Prefix + "user/alice", missing + "serviceNamespaces" + satisfies + "not be null"},
		"an empty list of them":       {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces ", missing + "serviceNamespaces" + satisfies + "not be null"},
		"a malformed namespace":       {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces.member.1 s3!", missing + "serviceNamespaces" + satisfies + `satisfy constraint: [Member must have length less than or equal to 64, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\w-]*, Member must not be null]`},
		"too many namespaces":         {"List", "Arn " + f1Prefix + "user/alice" + members(201), missing + "serviceNamespaces" + satisfies + "have length less than or equal to 200"},
		"a marker where none is made": {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces.member.1 s3 Marker invalid", "400 ValidationError: Invalid Marker."},
		"an empty one there":          {"List", "Arn " + f1Prefix + "user/alice ServiceNamespaces.member.1 s3 Marker ", "400 ValidationError: The specified value for marker is invalid. It must contain only printable ASCII characters."},
	} {
		t.Run(name, func(t *testing.T) {
			operation := map[string]string{
				"Generate": "GenerateServiceLastAccessedDetails",
				"Get":      "GetServiceLastAccessedDetails",
				"Entities": "GetServiceLastAccessedDetailsWithEntities",
				"List":     "ListPoliciesGrantingServiceAccess",
			}[c.operation]
			var pairs []string
			if c.pairs != "" {
				pairs = strings.Split(c.pairs, " ")
			}
			if got := w.fails(auditor(), operation, pairs...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" ServiceNamespaces.member." + strconv.Itoa(i+1) + " s3")
	}
	return b.String()
}
