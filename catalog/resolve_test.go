package catalog

import "testing"

// name prints a Use as namespace:Action, or the namespace alone.
func (c *Catalog) useName(u Use, ok bool) string {
	switch {
	case !ok:
		return "unmapped"
	case u.Action < 0:
		return c.services[u.Service].Namespace
	}
	return c.FullName(u.Action)
}

func TestResolve(t *testing.T) {
	c := embedded(t)
	for _, test := range []struct{ rule, source, name, want string }{
		{"C1", "s3.amazonaws.com", "ListBuckets", "s3:ListAllMyBuckets"},
		{"C8", "lambda.amazonaws.com", "GetFunction20150331v2", "lambda:GetFunction"},
		{"C9", "monitoring.amazonaws.com", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"},
		{"C10", "s3.amazonaws.com", "GetObject", "s3:GetObject"},
		{"C15", "brandnew.amazonaws.com", "DoIt", "unmapped"},
		{"C17", "ec2-instance-connect.amazonaws.com", "SendSSHPublicKey ", "ec2-instance-connect:SendSSHPublicKey"},
		{"C17", "s3.amazonaws.com", "GetBucketCors", "s3:GetBucketCORS"},
		{"C18", "s3.amazonaws.com", "CopyObject", "s3:PutObject"},
		{"C18", "kms.amazonaws.com", "ReEncrypt", "kms:ReEncryptFrom"},
		{"C18", "dynamodb.amazonaws.com", "TransactWriteItems", "dynamodb"},
		{"C19", "autoscaling.amazonaws.com", "RegisterScalableTarget", "application-autoscaling:RegisterScalableTarget"},
		{"C19", "autoscaling.amazonaws.com", "PutScalingPolicy#ecs", "application-autoscaling:PutScalingPolicy"},
		{"C19", "autoscaling.amazonaws.com", "PutScalingPolicy", "autoscaling:PutScalingPolicy"},
		{"C20", "ec2.amazonaws.com", "RunInstances", "ec2:RunInstances"},
		{"C21", "elasticbeanstalk.amazonaws.com", "CreateEnvironmentEC2", "elasticbeanstalk"},
		{"C21", "apigateway.amazonaws.com", "UpdateRestApi", "apigateway:PATCH"},
		{"C22", "s3.amazonaws.com", "GetStorageLensDashboardDataInternal", "s3"},

		{"CT-30 case", "S3.AmazonAWS.com", "getobject", "s3:GetObject"},
		{"CT-30 China", "ec2.amazonaws.com.cn", "RunInstances", "ec2:RunInstances"},
		{"CT-30 api.aws", "lambda.api.aws", "CreateFunction", "lambda:CreateFunction"},
		{"CT-30 without domain", "sqs", "SendMessage", "sqs:SendMessage"},
		{"CT-30 tagging", "tagging.amazonaws.com", "GetResources", "tag:GetResources"},
		{"CT-30 email", "email.amazonaws.com", "SendEmail", "ses:SendEmail"},
		{"CT-30 pinpoint", "pinpoint.amazonaws.com", "CreateApp", "mobiletargeting:CreateApp"},
		{"CT-30 cloudcontrolapi", "cloudcontrolapi.amazonaws.com", "CreateResource", "cloudformation:CreateResource"},
		{"CT-30 alias of several labels", "runtime.sagemaker.amazonaws.com", "InvokeEndpoint", "sagemaker:InvokeEndpoint"},
		{"CT-30 nothing before the domain", ".amazonaws.com", "InvokeEndpoint", "unmapped"},
		{"CT-30 empty", "", "InvokeEndpoint", "unmapped"},

		{"CT-31 no name", "s3.amazonaws.com", "", "s3"},
		{"CT-31 blanks", "s3.amazonaws.com", "  ListBuckets\t", "s3:ListAllMyBuckets"},
		{"CT-31 version with underscores", "cloudfront.amazonaws.com", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"},
		{"CT-31 version, then operation", "lambda.amazonaws.com", "Invoke20150331", "lambda:InvokeFunction"},
		{"CT-31 no version", "s3.amazonaws.com", "ListObjectsV2", "s3:ListBucket"},
		{"CT-31 nothing but a version", "lambda.amazonaws.com", "20150331v2", "lambda"},
		{"CT-31 other digits", "access-analyzer.amazonaws.com", "GetFindingV2", "access-analyzer:GetFinding"},

		{"CT-32", "s3.amazonaws.com", "ListObjects", "s3:ListBucket"},
		{"CT-32", "s3.amazonaws.com", "HeadBucket", "s3:ListBucket"},
		{"CT-32", "s3.amazonaws.com", "ListObjectVersions", "s3:ListBucketVersions"},
		{"CT-32", "s3.amazonaws.com", "HeadObject", "s3:GetObject"},
		{"CT-32", "s3.amazonaws.com", "SelectObjectContent", "s3:GetObject"},
		{"CT-32", "s3.amazonaws.com", "CompleteMultipartUpload", "s3:PutObject"},
		{"CT-32", "s3.amazonaws.com", "UploadPartCopy", "s3:PutObject"},
		{"CT-32", "s3.amazonaws.com", "DeleteObjects", "s3:DeleteObject"},
		{"CT-32", "s3.amazonaws.com", "GetBucketEncryption", "s3:GetEncryptionConfiguration"},
		{"CT-32", "s3.amazonaws.com", "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"},
		{"CT-32", "s3.amazonaws.com", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"},
		{"CT-32", "s3.amazonaws.com", "DeleteBucketCors", "s3:PutBucketCORS"},
		{"CT-32", "s3.amazonaws.com", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"},
		{"CT-32", "s3.amazonaws.com", "GetAccountPublicAccessBlock", "s3:GetAccountPublicAccessBlock"},
		{"CT-32", "s3.amazonaws.com", "DeleteAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"},

		{"CT-33", "lambda.amazonaws.com", "Invoke", "lambda:InvokeFunction"},
		{"CT-33", "apigateway.amazonaws.com", "CreateApi", "apigateway:POST"},
		{"CT-33", "apigateway.amazonaws.com", "GetResource", "apigateway:GET"},
		{"CT-33 own action", "apigateway.amazonaws.com", "CreatePortal", "apigateway:CreatePortal"},
		{"CT-33", "sns.amazonaws.com", "PublishBatch", "sns:Publish"},
		{"CT-33", "sqs.amazonaws.com", "DeleteMessageBatch", "sqs:DeleteMessage"},
		{"CT-33", "bedrock.amazonaws.com", "Converse", "bedrock:InvokeModel"},
		{"CT-33", "budgets.amazonaws.com", "DescribeBudgets", "budgets:ViewBudget"},
		{"CT-33", "cassandra.amazonaws.com", "UpdateTable", "cassandra:Alter"},
		{"CT-33", "dms.amazonaws.com", "ModifyDataProvider", "dms:UpdateDataProvider"},

		{"CT-34 same name", "s3.amazonaws.com", "GetObjectAttributes", "s3:GetObjectAttributes"},
		{"CT-34 PartiQL", "dynamodb.amazonaws.com", "ExecuteStatement#SELECT", "dynamodb:PartiQLSelect"},
		{"CT-34 PartiQL", "dynamodb.amazonaws.com", "ExecuteStatement#delete", "dynamodb:PartiQLDelete"},
		{"CT-34 PartiQL, other verb", "dynamodb.amazonaws.com", "ExecuteStatement#EXISTS", "dynamodb"},
		{"CT-34 PartiQL, no verb", "dynamodb.amazonaws.com", "ExecuteStatement", "dynamodb"},
		{"CT-34 a value that decides nothing", "redshift-data.amazonaws.com", "ExecuteStatement#SELECT", "redshift-data:ExecuteStatement"},
		{"CT-34 other service", "iotjobsdata.amazonaws.com", "StartCommandExecution", "iot:StartCommandExecution"},
		{"CT-34 no single action", "lambda.amazonaws.com", "AddEventSource", "lambda"},

		{"CT-37", "autoscaling.amazonaws.com", "DescribeScheduledActions#dynamodb", "application-autoscaling:DescribeScheduledActions"},
		{"CT-37 only the first knows it", "autoscaling.amazonaws.com", "CreateAutoScalingGroup#ecs", "autoscaling:CreateAutoScalingGroup"},
		{"CT-37 neither", "autoscaling.amazonaws.com", "NoSuchCall", "autoscaling"},
		{"CT-37 neither, with a value", "autoscaling.amazonaws.com", "NoSuchCall#ecs", "autoscaling"},
		{"CT-37 opensearch", "opensearch.amazonaws.com", "CreateDomain", "es:CreateDomain"},
		{"a hash alone", "s3.amazonaws.com", "#", "s3"},
	} {
		t.Run(test.rule+" "+test.source+" "+test.name, func(t *testing.T) {
			if got := c.useName(c.Resolve(test.source, test.name)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
