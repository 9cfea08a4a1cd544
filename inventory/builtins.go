package inventory

// builtIns is the table of BuiltIn, by name. The names are AWS's; descriptions
// and documents are in our words (AWS Managed Policy Reference Guide for what
// each allows).
var builtIns = [...]builtIn{
	{"AWSLambda_FullAccess", "/", "All actions of Lambda, and what its console needs.",
		allowAll(`"cloudformation:DescribeStacks","cloudformation:ListStackResources","cloudwatch:ListMetrics","cloudwatch:GetMetricData","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","kms:ListAliases","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","lambda:*","logs:DescribeLogGroups","states:DescribeStateMachine","states:ListStateMachines","tag:GetResources","xray:GetTraceSummaries","xray:BatchGetTraces"`) +
			`,{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}` +
			`,{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents","logs:FilterLogEvents"],"Resource":"arn:*:logs:*:*:log-group:/aws/lambda/*"}`},
	{"AWSLambda_ReadOnlyAccess", "/", "Reading of Lambda, and what its console needs.",
		allowAll(`"cloudformation:DescribeStacks","cloudformation:ListStacks","cloudformation:ListStackResources","cloudwatch:GetMetricData","cloudwatch:ListMetrics","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","kms:ListAliases","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","logs:DescribeLogGroups","lambda:Get*","lambda:List*","states:DescribeStateMachine","states:ListStateMachines","tag:GetResources","xray:GetTraceSummaries","xray:BatchGetTraces"`) +
			`,{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents","logs:FilterLogEvents"],"Resource":"arn:*:logs:*:*:log-group:/aws/lambda/*"}`},
	{"AdministratorAccess", "/", "All actions on all resources.", `{"Effect":"Allow","Action":"*","Resource":"*"}`},
	{"AmazonDynamoDBFullAccess_v2", "/", "All actions of DynamoDB and DAX, and what their console needs.",
		allowAll(`"dynamodb:*","dax:*","application-autoscaling:DeleteScalingPolicy","application-autoscaling:DeregisterScalableTarget","application-autoscaling:DescribeScalableTargets","application-autoscaling:DescribeScalingActivities","application-autoscaling:DescribeScalingPolicies","application-autoscaling:PutScalingPolicy","application-autoscaling:RegisterScalableTarget","cloudwatch:DeleteAlarms","cloudwatch:DescribeAlarmHistory","cloudwatch:DescribeAlarms","cloudwatch:DescribeAlarmsForMetric","cloudwatch:GetMetricData","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:PutMetricAlarm","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","iam:GetRole","iam:ListRoles","kms:DescribeKey","kms:ListAliases","resource-groups:GetGroup","resource-groups:GetGroupQuery","resource-groups:ListGroupResources","resource-groups:ListGroups","tag:GetResources"`) +
			`,{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":["application-autoscaling.amazonaws.com","dax.amazonaws.com"]}}}` +
			`,{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*","Condition":{"StringEquals":{"iam:AWSServiceName":["replication.dynamodb.amazonaws.com","dax.amazonaws.com","dynamodb.application-autoscaling.amazonaws.com","contributorinsights.dynamodb.amazonaws.com","kinesisreplication.dynamodb.amazonaws.com"]}}}`},
	{"AmazonDynamoDBReadOnlyAccess", "/", "Reading of DynamoDB and DAX, and what their console needs.",
		allowAll(`"application-autoscaling:DescribeScalableTargets","application-autoscaling:DescribeScalingActivities","application-autoscaling:DescribeScalingPolicies","cloudwatch:DescribeAlarmHistory","cloudwatch:DescribeAlarms","cloudwatch:DescribeAlarmsForMetric","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData","dax:Describe*","dax:List*","dax:GetItem","dax:BatchGetItem","dax:Query","dax:Scan","dynamodb:BatchGetItem","dynamodb:Describe*","dynamodb:List*","dynamodb:GetAbacStatus","dynamodb:GetItem","dynamodb:GetResourcePolicy","dynamodb:Query","dynamodb:Scan","dynamodb:PartiQLSelect","ec2:DescribeVpcs","ec2:DescribeSubnets","ec2:DescribeSecurityGroups","iam:GetRole","iam:ListRoles","kms:DescribeKey","kms:ListAliases","tag:GetResources"`)},
	{"AmazonEC2FullAccess", "/", "All actions of EC2, Elastic Load Balancing, CloudWatch and Auto Scaling.",
		allowAll(`"ec2:*","elasticloadbalancing:*","cloudwatch:*","autoscaling:*"`) + `,` +
			`{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*","Condition":{"StringEquals":{"iam:AWSServiceName":["autoscaling.amazonaws.com","ec2scheduled.amazonaws.com","elasticloadbalancing.amazonaws.com","spot.amazonaws.com","spotfleet.amazonaws.com","transitgateway.amazonaws.com"]}}}`},
	{"AmazonEC2ReadOnlyAccess", "/", "Reading of EC2, Elastic Load Balancing, CloudWatch and Auto Scaling.",
		allowAll(`"ec2:Describe*","ec2:GetSecurityGroupsForVpc","elasticloadbalancing:Describe*","cloudwatch:ListMetrics","cloudwatch:GetMetricStatistics","cloudwatch:Describe*","autoscaling:Describe*"`)},
	{"AmazonS3FullAccess", "/", "All actions of S3.", allowAll(`"s3:*","s3-object-lambda:*"`)},
	{"AmazonS3ReadOnlyAccess", "/", "Reading of S3.", allowAll(`"s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"`)},
	{"AmazonSNSFullAccess", "/", "All actions of SNS.", allowAll(`"sns:*"`)},
	{"AmazonSNSReadOnlyAccess", "/", "Reading of SNS.", allowAll(`"sns:GetTopicAttributes","sns:List*"`)},
	{"AmazonSQSFullAccess", "/", "All actions of SQS.", allowAll(`"sqs:*"`)},
	{"AmazonSQSReadOnlyAccess", "/", "Reading of SQS.", allowAll(`"sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:ListDeadLetterSourceQueues","sqs:ListMessageMoveTasks","sqs:ListQueues"`)},
	{"CloudWatchFullAccess", "/", "All actions of CloudWatch, CloudWatch Logs and SNS.", allowAll(`"autoscaling:Describe*","cloudwatch:*","logs:*","sns:*","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole"`)},
	{"CloudWatchLogsFullAccess", "/", "All actions of CloudWatch Logs.", allowAll(`"logs:*","cloudwatch:GenerateQuery"`)},
	{"CloudWatchLogsReadOnlyAccess", "/", "Reading of CloudWatch Logs.", allowAll(`"logs:Describe*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail","cloudwatch:GenerateQuery"`)},
	{"CloudWatchReadOnlyAccess", "/", "Reading of CloudWatch and CloudWatch Logs.", allowAll(`"autoscaling:Describe*","cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:Describe*","logs:TestMetricFilter","logs:FilterLogEvents","sns:Get*","sns:List*"`)},
	{"IAMFullAccess", "/", "All actions of IAM, and reading of the organization.", allowAll(`"iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"`)},
	{"IAMReadOnlyAccess", "/", "Reading of IAM.", allowAll(`"iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"`)},
	{"IAMUserChangePassword", "/", "A user's change of the own password.",
		`{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"arn:*:iam::*:user/${aws:username}"},` + allowAll(`"iam:GetAccountPasswordPolicy"`)},
	{"IAMUserSSHKeys", "/", "A user's change of the own SSH keys.",
		`{"Effect":"Allow","Action":["iam:DeleteSSHPublicKey","iam:GetSSHPublicKey","iam:ListSSHPublicKeys","iam:UpdateSSHPublicKey","iam:UploadSSHPublicKey"],"Resource":"arn:*:iam::*:user/${aws:username}"}`},
	{"PowerUserAccess", "/", "All actions but those on principals, the organization and the account.",
		`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},` +
			allowAll(`"account:GetAccountInformation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"`)},
}
