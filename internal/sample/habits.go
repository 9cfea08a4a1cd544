package sample

import (
	"slices"
	"time"
)

// habit is what one principal does again and again.
type habit struct {
	account, kind, name string // kind is "user" or "role"
	region              string
	rhythm              rhythm
	bulk                bool // scaled to reach Config.Events
	calls               []call
}

// call is one API operation, as CloudTrail names it.
type call struct {
	source, name string // source without ".amazonaws.com"
	weight       int
	data         bool   // a data event
	failure      string // error code, empty for success
	via          string // service that makes the call with the caller's identity (LA-25)
	parameters   string // requestParameters, JSON
}

// rhythm is how many calls a day sees on average; ago counts days before the
// end of the history.
type rhythm func(day time.Time, ago int) float64

func daily(n float64) rhythm { return func(time.Time, int) float64 { return n } }

func workdays(n float64) rhythm {
	return func(day time.Time, _ int) float64 {
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			return 0
		}
		return n
	}
}

func weekly(on time.Weekday, n float64) rhythm {
	return func(day time.Time, _ int) float64 { return when(day.Weekday() == on, n) }
}

func monthly(on int, n float64) rhythm {
	return func(day time.Time, _ int) float64 { return when(day.Day() == on, n) }
}

// yearly happens on one day that lies the given number of days before the end.
func yearly(ago int, n float64) rhythm {
	return func(_ time.Time, at int) float64 { return when(at == ago, n) }
}

// until is a rhythm that stopped so many days ago.
func until(ago int, r rhythm) rhythm {
	return func(day time.Time, at int) float64 { return when(at >= ago, r(day, at)) }
}

// since is a rhythm that began so many days ago.
func since(ago int, r rhythm) rhythm {
	return func(day time.Time, at int) float64 { return when(at <= ago, r(day, at)) }
}

func when(so bool, n float64) float64 {
	if so {
		return n
	}
	return 0
}

const (
	frankfurt = "eu-central-1"
	ireland   = "eu-west-1"
	virginia  = "us-east-1"
)

// accessDenied and its likes are the codes of refused calls.
const (
	accessDenied = "AccessDenied"
	unauthorized = "Client.UnauthorizedOperation"
	throttled    = "ThrottlingException"
)

// habits is the whole life of the organization.
var habits = []habit{
	// The payment application: busy day and night, and far from using all it may.
	{payments, "role", "payments-api", frankfurt, daily(900), true, []call{
		{source: "dynamodb", name: "GetItem", weight: 30, data: true, parameters: `{"tableName":"payments","key":{"id":"***"}}`},
		{source: "dynamodb", name: "PutItem", weight: 12, data: true, parameters: `{"tableName":"payments"}`},
		{source: "dynamodb", name: "Query", weight: 9, data: true, parameters: `{"tableName":"payments","indexName":"by-customer"}`},
		{source: "dynamodb", name: "DescribeTable", weight: 2, parameters: `{"tableName":"payments"}`},
		{source: "kms", name: "Decrypt", weight: 16, parameters: `{"encryptionContext":{"aws:dynamodb:tableName":"payments"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`},
		{source: "kms", name: "Decrypt", weight: 8, via: "secretsmanager.amazonaws.com", parameters: `{"encryptionContext":{"SecretARN":"***"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`},
		{source: "kms", name: "GenerateDataKey", weight: 4, parameters: `{"keySpec":"AES_256","keyId":"alias/payments"}`},
		{source: "secretsmanager", name: "GetSecretValue", weight: 5, parameters: `{"secretId":"payments/psp-credentials"}`},
		{source: "s3", name: "PutObject", weight: 6, data: true, parameters: `{"bucketName":"example-payments-receipts","key":"receipts/2026/r.pdf"}`},
		{source: "s3", name: "GetObject", weight: 4, data: true, parameters: `{"bucketName":"example-payments-receipts","key":"receipts/2026/r.pdf"}`},
		{source: "logs", name: "CreateLogStream", weight: 2, parameters: `{"logGroupName":"/ecs/payments-api"}`},
		{source: "xray", name: "PutTraceSegments", weight: 1, data: true},
		{source: "s3", name: "GetBucketLocation", weight: 1, failure: throttled, parameters: `{"bucketName":"example-payments-receipts"}`},
	}},
	{payments, "role", "payments-worker", frankfurt, daily(500), true, []call{
		{source: "dynamodb", name: "UpdateItem", weight: 12, data: true, parameters: `{"tableName":"payments"}`},
		{source: "kms", name: "Decrypt", weight: 10, parameters: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`},
		{source: "sns", name: "Publish", weight: 4, data: true, parameters: `{"topicArn":"arn:aws:sns:eu-central-1:333344445555:payments-events"}`},
		{source: "sqs", name: "GetQueueAttributes", weight: 3, parameters: `{"queueUrl":"https://sqs.eu-central-1.amazonaws.com/333344445555/payments"}`},
		{source: "dynamodb", name: "ExecuteStatement", weight: 1, data: true, parameters: `{"statement":"SELECT * FROM payments WHERE id = ?"}`},
		{source: "ses", name: "SendEmail", weight: 1, failure: accessDenied},
	}},
	{payments, "role", "payments-settlement", frankfurt, workdays(40), false, []call{
		{source: "states", name: "StartExecution", weight: 4, parameters: `{"stateMachineArn":"arn:aws:states:eu-central-1:333344445555:stateMachine:settlement"}`},
		{source: "lambda", name: "Invoke", weight: 4, data: true, parameters: `{"functionName":"settle"}`},
		{source: "s3", name: "PutObject", weight: 2, data: true, parameters: `{"bucketName":"example-payments-settlement","key":"out.csv"}`},
		{source: "ses", name: "SendEmail", weight: 1},
		{source: "kms", name: "Decrypt", weight: 2, via: "dynamodb.amazonaws.com"},
	}},
	{payments, "role", "payments-yearly-archive", frankfurt, yearly(331, 60), false, []call{
		{source: "dynamodb", name: "ExportTableToPointInTime", weight: 1},
		{source: "s3", name: "PutBucketLifecycle", weight: 1, parameters: `{"bucketName":"example-payments-archive"}`},
		{source: "s3", name: "CreateBucket", weight: 1, parameters: `{"bucketName":"example-payments-archive-2025"}`},
		{source: "glacier", name: "InitiateJob", weight: 1},
		{source: "logs", name: "CreateLogStream", weight: 1},
	}},
	{payments, "role", "deploy", frankfurt, workdays(60), true, []call{
		{source: "ecs", name: "RegisterTaskDefinition", weight: 3, parameters: `{"family":"payments-api","executionRoleArn":"arn:aws:iam::333344445555:role/payments/payments-api"}`},
		{source: "ecs", name: "UpdateService", weight: 3, parameters: `{"service":"payments-api","cluster":"production"}`},
		{source: "ecs", name: "DescribeServices", weight: 12, parameters: `{"services":["payments-api"],"cluster":"production"}`},
		{source: "ecr", name: "BatchCheckLayerAvailability", weight: 6, data: true},
		{source: "ecr", name: "GetAuthorizationToken", weight: 3},
		{source: "cloudformation", name: "DescribeStacks", weight: 5},
		{source: "cloudformation", name: "CreateChangeSet", weight: 1},
		{source: "lambda", name: "UpdateFunctionCode20150331v2", weight: 1, parameters: `{"functionName":"settle"}`},
		{source: "lambda", name: "GetFunction20150331v2", weight: 1},
		{source: "elasticloadbalancing", name: "DescribeTargetHealth", weight: 4},
		{source: "s3", name: "GetBucketAcl", weight: 1, parameters: `{"bucketName":"example-artifacts"}`},
		{source: "iam", name: "GetRole", weight: 1, via: "cloudformation.amazonaws.com"},
	}},
	{payments, "role", "ec2-bastion", frankfurt, daily(48), true, []call{
		{source: "ssm", name: "UpdateInstanceInformation", weight: 10},
		{source: "ssm", name: "ListAssociations", weight: 4},
		{source: "ssm", name: "PutInventory", weight: 1},
	}},
	{payments, "role", "legacy-batch", virginia, until(190, weekly(time.Sunday, 35)), false, []call{
		{source: "redshift", name: "DescribeClusters", weight: 2},
		{source: "s3", name: "ListBuckets", weight: 2},
		{source: "elasticmapreduce", name: "RunJobFlow", weight: 1},
		{source: "ec2", name: "DescribeInstances", weight: 4},
		{source: "sns", name: "Publish", weight: 1, failure: accessDenied},
	}},
	{payments, "role", "backup", frankfurt, daily(24), false, []call{
		{source: "dynamodb", name: "CreateBackup", weight: 1},
		{source: "ec2", name: "CreateSnapshot", weight: 2, via: "backup.amazonaws.com"},
		{source: "ec2", name: "DescribeSnapshots", weight: 2, via: "backup.amazonaws.com"},
		{source: "backup", name: "StartBackupJob", weight: 1},
		{source: "tagging", name: "GetResources", weight: 1},
	}},
	{payments, "role", "AWSServiceRoleForECS", frankfurt, daily(30), true, []call{
		{source: "ec2", name: "CreateNetworkInterface", weight: 2, via: "ecs.amazonaws.com"},
		{source: "ec2", name: "DescribeSubnets", weight: 4, via: "ecs.amazonaws.com"},
		{source: "elasticloadbalancing", name: "RegisterTargets", weight: 1, via: "ecs.amazonaws.com"},
	}},

	// Its people.
	{payments, "user", "paula", frankfurt, workdays(25), true, developerCalls},
	{payments, "user", "pedro", frankfurt, workdays(18), true, developerCalls},
	{payments, "user", "peter", frankfurt, since(95, workdays(15)), true, developerCalls},
	{payments, "user", "priya", frankfurt, workdays(9), true, developerCalls},
	{payments, "user", "pavel", frankfurt, until(184, workdays(14)), true, developerCalls},
	{payments, "user", "paula", virginia, monthly(3, 4), false, []call{{source: "athena", name: "StartQueryExecution", weight: 1}, {source: "glue", name: "GetTable", weight: 1, via: "athena.amazonaws.com"}}},
	{payments, "user", "priya", virginia, workdays(3), false, assumeDeploy},
	{payments, "user", "ci", virginia, workdays(30), true, slices.Concat(assumeDeploy, []call{
		{source: "ecr", name: "PutImage", weight: 2, parameters: `{"repositoryName":"payments-api"}`},
		{source: "s3", name: "PutObject", weight: 1, data: true, parameters: `{"bucketName":"example-artifacts"}`},
	})},
	{payments, "user", "metrics-exporter", frankfurt, daily(70), true, []call{
		{source: "monitoring", name: "GetMetricData", weight: 8, data: true},
		{source: "monitoring", name: "ListMetrics", weight: 2},
		{source: "monitoring", name: "DescribeAlarms", weight: 1},
	}},
	{payments, "user", "fraud-vendor", frankfurt, until(260, weekly(time.Monday, 5)), false, []call{
		{source: "s3", name: "GetObject", weight: 2, data: true, parameters: `{"bucketName":"example-payments-fraud"}`},
		{source: "s3", name: "ListObjectsV2", weight: 1, data: true, parameters: `{"bucketName":"example-payments-fraud"}`},
		{source: "s3", name: "ListBuckets", weight: 1, failure: accessDenied},
	}},

	// The QA team and its machines.
	{quality, "user", "quinn", frankfurt, workdays(22), true, qualityCalls},
	{quality, "user", "qadir", frankfurt, workdays(17), true, qualityCalls},
	{quality, "user", "quentin", frankfurt, until(58, workdays(11)), true, qualityCalls},
	{quality, "user", "quirin", frankfurt, workdays(6), true, qualityCalls},
	{quality, "user", "quirin", virginia, monthly(1, 3), false, []call{{source: "ce", name: "GetCostAndUsage", weight: 1}, {source: "servicequotas", name: "ListServiceQuotas", weight: 1}}},
	{quality, "role", "qa-runner", frankfurt, workdays(260), true, []call{
		{source: "dynamodb", name: "BatchWriteItem", weight: 6, data: true, parameters: `{"requestItems":{"payments-test":[]}}`},
		{source: "s3", name: "PutObject", weight: 5, data: true, parameters: `{"bucketName":"example-test-reports","key":"junit.xml"}`},
		{source: "sqs", name: "CreateQueue", weight: 2, parameters: `{"queueName":"test-1"}`},
		{source: "sqs", name: "DeleteQueue", weight: 2},
		{source: "lambda", name: "Invoke", weight: 4, data: true},
		{source: "lambda", name: "CreateFunction20150331", weight: 1},
		{source: "logs", name: "CreateLogStream", weight: 2},
		{source: "ec2", name: "RunInstances", weight: 1, parameters: `{"instancesSet":{"items":[{"minCount":1,"maxCount":1}]},"instanceType":"m7g.large"}`},
		{source: "ec2", name: "TerminateInstances", weight: 1},
		{source: "ec2", name: "CreateVolume", weight: 1, failure: unauthorized},
	}},
	{quality, "role", "qa-load-test", ireland, weekly(time.Saturday, 140), true, []call{
		{source: "dynamodb", name: "GetItem", weight: 10, data: true},
		{source: "monitoring", name: "PutMetricData", weight: 2, data: true},
		{source: "ssm", name: "UpdateInstanceInformation", weight: 3},
	}},
	{quality, "role", "qa-nightly-cleanup", frankfurt, daily(14), false, []call{
		{source: "ec2", name: "DescribeInstances", weight: 3},
		{source: "ec2", name: "DescribeVolumes", weight: 2},
		{source: "ec2", name: "TerminateInstances", weight: 1},
		{source: "cloudformation", name: "ListStacks", weight: 1},
		{source: "s3", name: "ListBuckets", weight: 1},
	}},

	// Security: rare, wide, and not to be taken away.
	{security, "user", "samira", frankfurt, workdays(16), true, securityCalls},
	{security, "user", "sven", frankfurt, workdays(8), true, securityCalls},
	{security, "user", "sofia", frankfurt, until(120, workdays(8)), true, securityCalls},
	{security, "role", "finding-router", frankfurt, daily(60), true, []call{
		{source: "securityhub", name: "GetFindings", weight: 3},
		{source: "securityhub", name: "BatchUpdateFindings", weight: 2},
		{source: "sns", name: "Publish", weight: 2, data: true},
		{source: "kms", name: "Decrypt", weight: 2, via: "sqs.amazonaws.com"},
	}},
	{security, "role", "incident-response", frankfurt, yearly(77, 45), false, []call{
		{source: "ec2", name: "CreateSnapshot", weight: 2},
		{source: "iam", name: "UpdateAccessKey", weight: 1},
		{source: "iam", name: "ListAccessKeys", weight: 2},
		{source: "guardduty", name: "GetFindings", weight: 3},
	}},
	{payments, "role", "SecurityAudit", virginia, weekly(time.Tuesday, 45), false, auditCalls},
	{quality, "role", "SecurityAudit", virginia, weekly(time.Tuesday, 30), false, auditCalls},
	{analytics, "role", "SecurityAudit", virginia, monthly(15, 30), false, auditCalls},

	// Analytics: hourly, daily and monthly jobs.
	{analytics, "role", "etl-hourly", frankfurt, daily(480), true, []call{
		{source: "glue", name: "GetPartitions", weight: 8},
		{source: "glue", name: "BatchCreatePartition", weight: 2},
		{source: "glue", name: "StartJobRun", weight: 1},
		{source: "s3", name: "GetObject", weight: 14, data: true, parameters: `{"bucketName":"example-lake","key":"raw/part-0.parquet"}`},
		{source: "s3", name: "PutObject", weight: 6, data: true, parameters: `{"bucketName":"example-lake","key":"curated/part-0.parquet"}`},
		{source: "lakeformation", name: "GetDataAccess", weight: 3},
		{source: "monitoring", name: "PutMetricData", weight: 1, data: true},
	}},
	{analytics, "role", "etl-monthly", frankfurt, monthly(2, 90), false, []call{
		{source: "elasticmapreduce", name: "RunJobFlow", weight: 1},
		{source: "elasticmapreduce", name: "DescribeCluster", weight: 6},
		{source: "s3", name: "ListBuckets", weight: 1},
		{source: "states", name: "SendTaskSuccess", weight: 1},
	}},
	{analytics, "role", "notebook", frankfurt, workdays(30), true, []call{
		{source: "sagemaker", name: "DescribeTrainingJob", weight: 5},
		{source: "sagemaker", name: "CreateTrainingJob", weight: 1},
		{source: "bedrock", name: "Converse", weight: 4},
		{source: "ecr", name: "BatchGetImage", weight: 1, data: true},
	}},
	{analytics, "role", "warehouse", frankfurt, until(300, daily(10)), false, []call{{source: "glue", name: "GetTables", weight: 3}, {source: "s3", name: "GetObject", weight: 3, data: true}}},
	{analytics, "user", "ada", frankfurt, workdays(14), true, analystCalls},
	{analytics, "user", "anton", frankfurt, weekly(time.Friday, 12), false, analystCalls},
	{analytics, "user", "amelie", frankfurt, monthly(28, 10), false, analystCalls},

	// The management account.
	{management, "user", "org-terraform", virginia, workdays(12), true, []call{
		{source: "organizations", name: "ListAccounts", weight: 4},
		{source: "organizations", name: "DescribePolicy", weight: 3},
		{source: "organizations", name: "UpdatePolicy", weight: 1},
		{source: "iam", name: "ListRoles", weight: 2},
		{source: "iam", name: "GetPolicyVersion", weight: 3},
		{source: "s3", name: "GetBucketVersioning", weight: 1},
	}},
	{management, "user", "frida", virginia, monthly(4, 12), false, billingCalls},
	{management, "user", "felix", virginia, yearly(352, 8), false, billingCalls},
	{management, "user", "break-glass", virginia, yearly(201, 6), false, []call{{source: "iam", name: "ListUsers", weight: 1}, {source: "ec2", name: "DescribeInstances", weight: 1}}},
	{management, "role", "account-vending", virginia, monthly(11, 5), false, []call{{source: "organizations", name: "CreateAccount", weight: 1}, {source: "organizations", name: "DescribeCreateAccountStatus", weight: 3}, {source: "sts", name: "AssumeRole", weight: 1}}},

	// Identity Center sessions, found by the permission set in the role's name.
	{payments, "role", "AWSReservedSSO_ReadOnly", frankfurt, workdays(20), true, viewerCalls},
	{payments, "role", "AWSReservedSSO_Administrator", frankfurt, monthly(9, 25), false, slices.Concat(viewerCalls, []call{{source: "iam", name: "AttachRolePolicy", weight: 1}, {source: "iam", name: "CreateRole", weight: 1}})},
	{quality, "role", "AWSReservedSSO_Developer", frankfurt, workdays(28), true, slices.Concat(viewerCalls, []call{{source: "lambda", name: "UpdateFunctionConfiguration20150331v2", weight: 2}, {source: "iam", name: "CreateRole", weight: 1, failure: accessDenied}})},
	{security, "role", "AWSReservedSSO_SecurityAnalyst", frankfurt, workdays(12), true, securityCalls},
	{payments, "role", "AWSServiceRoleForTrustedAdvisor", virginia, weekly(time.Wednesday, 20), false, []call{{source: "ec2", name: "DescribeInstances", weight: 3, via: "trustedadvisor.amazonaws.com"}, {source: "s3", name: "GetBucketAcl", weight: 2, via: "trustedadvisor.amazonaws.com"}}},
}

var (
	developerCalls = []call{
		{source: "logs", name: "StartQuery", weight: 4},
		{source: "logs", name: "DescribeLogGroups", weight: 5},
		{source: "logs", name: "FilterLogEvents", weight: 5},
		{source: "monitoring", name: "GetMetricData", weight: 4, data: true},
		{source: "monitoring", name: "DescribeAlarms", weight: 3},
		{source: "ecs", name: "ListTasks", weight: 3},
		{source: "ecs", name: "DescribeTasks", weight: 3},
		{source: "dynamodb", name: "DescribeTable", weight: 2},
		{source: "s3", name: "ListBuckets", weight: 2},
		{source: "sqs", name: "ListQueues", weight: 1},
		{source: "iam", name: "ListRoles", weight: 1, failure: accessDenied},
	}
	qualityCalls = []call{
		{source: "codebuild", name: "BatchGetBuilds", weight: 6},
		{source: "codebuild", name: "StartBuild", weight: 2},
		{source: "s3", name: "ListBuckets", weight: 2},
		{source: "dynamodb", name: "Scan", weight: 3, data: true},
		{source: "dynamodb", name: "ListTables", weight: 2},
		{source: "logs", name: "GetLogEvents", weight: 4},
		{source: "synthetics", name: "DescribeCanaries", weight: 1},
		{source: "ec2", name: "DescribeInstances", weight: 3},
		{source: "kms", name: "CreateKey", weight: 1, failure: accessDenied},
	}
	securityCalls = []call{
		{source: "guardduty", name: "ListFindings", weight: 4},
		{source: "guardduty", name: "GetFindings", weight: 4},
		{source: "securityhub", name: "GetFindings", weight: 4},
		{source: "access-analyzer", name: "ListFindingsV2", weight: 2},
		{source: "iam", name: "GetAccountAuthorizationDetails", weight: 1},
		{source: "iam", name: "GenerateServiceLastAccessedDetails", weight: 1},
		{source: "sts", name: "AssumeRole", weight: 1, parameters: `{"roleArn":"arn:aws:iam::333344445555:role/security/SecurityAudit","roleSessionName":"audit"}`},
	}
	auditCalls = []call{
		{source: "iam", name: "ListUsers", weight: 2},
		{source: "iam", name: "GetPolicyVersion", weight: 6},
		{source: "iam", name: "GenerateCredentialReport", weight: 1},
		{source: "config", name: "DescribeConfigRules", weight: 2},
		{source: "cloudtrail", name: "GetTrailStatus", weight: 2},
		{source: "s3", name: "GetBucketPolicy", weight: 3},
		{source: "s3", name: "GetBucketEncryption", weight: 3},
		{source: "ec2", name: "DescribeSecurityGroups", weight: 3},
	}
	analystCalls = []call{
		{source: "athena", name: "StartQueryExecution", weight: 4},
		{source: "athena", name: "GetQueryResults", weight: 6},
		{source: "glue", name: "GetTable", weight: 4, via: "athena.amazonaws.com"},
		{source: "s3", name: "GetObject", weight: 3, data: true, via: "athena.amazonaws.com"},
		{source: "quicksight", name: "DescribeDashboard", weight: 1},
	}
	billingCalls = []call{
		{source: "ce", name: "GetCostAndUsage", weight: 4},
		{source: "budgets", name: "DescribeBudgets", weight: 2},
	}
	viewerCalls = []call{
		{source: "ec2", name: "DescribeInstances", weight: 4},
		{source: "s3", name: "ListBuckets", weight: 2},
		{source: "lambda", name: "ListFunctions20150331", weight: 2},
		{source: "rds", name: "DescribeDBInstances", weight: 1},
		{source: "iam", name: "ListPolicies", weight: 1},
		{source: "sqs", name: "ListQueues", weight: 1},
	}
	assumeDeploy = []call{
		{source: "sts", name: "AssumeRole", weight: 3, parameters: `{"roleArn":"arn:aws:iam::333344445555:role/pipeline/deploy","roleSessionName":"deploy"}`},
	}
)
