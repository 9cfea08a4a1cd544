package sample

import (
	"encoding/json"
	"path"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// statement is one statement of a policy.
type statement struct {
	Effect    string
	Action    []string `json:",omitempty"`
	NotAction []string `json:",omitempty"`
	Resource  string
}

func allow(resource string, actions ...string) statement {
	return statement{Effect: "Allow", Action: actions, Resource: resource}
}

func deny(resource string, actions ...string) statement {
	return statement{Effect: "Deny", Action: actions, Resource: resource}
}

func document(statements []statement) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err) // strings cannot fail to be encoded
	}
	return string(text)
}

func trust(principal map[string]string, action string) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
		map[string]any{"Effect": "Allow", "Principal": principal, "Action": action},
	}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func trustService(service string) string {
	return trust(map[string]string{"Service": service}, "sts:AssumeRole")
}

func trustAccount(account string) string {
	return trust(map[string]string{"AWS": "arn:aws:iam::" + account + ":root"}, "sts:AssumeRole")
}

func trustSingleSignOn(account string) string {
	return trust(map[string]string{"Federated": "arn:aws:iam::" + account + ":saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"}, "sts:AssumeRoleWithSAML")
}

// awsManaged is an AWS managed policy by path and name. The documents are of
// our own making: shorter than AWS's where those are long, and good enough for
// a demonstration only.
func awsManaged(name string) *inventory.Policy {
	statements, ok := awsDocuments[name]
	if !ok {
		panic("sample: no document of " + name)
	}
	created := time.Date(2015, 2, 6, 18, 40, 0, 0, time.UTC)
	p := "/" + strings.TrimPrefix(path.Dir(name)+"/", "./")
	return &inventory.Policy{
		Name: path.Base(name), Path: p, ID: uniqueID("ANPA", "aws", name), ARN: "arn:aws:iam::aws:policy" + p + path.Base(name),
		Default: "v1", Attachable: true, Created: created, Updated: created,
		Versions: []inventory.PolicyVersion{{ID: "v1", Document: document(statements), Created: created}},
	}
}

var awsDocuments = map[string][]statement{
	"AdministratorAccess": {allow("*", "*")},
	"PowerUserAccess": {
		{Effect: "Allow", NotAction: []string{"iam:*", "organizations:*", "account:*"}, Resource: "*"},
		allow("*", "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"),
	},
	"IAMReadOnlyAccess":            {allow("*", "iam:Get*", "iam:List*", "iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy")},
	"AmazonS3FullAccess":           {allow("*", "s3:*", "s3-object-lambda:*")},
	"AmazonSNSFullAccess":          {allow("*", "sns:*")},
	"CloudWatchReadOnlyAccess":     {allow("*", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "logs:Get*", "logs:List*", "logs:Describe*", "logs:StartQuery", "sns:Get*", "sns:List*", "autoscaling:Describe*", "application-autoscaling:DescribeScalingPolicies")},
	"AmazonSSMManagedInstanceCore": {allow("*", "ssm:UpdateInstanceInformation", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListAssociations", "ssm:PutInventory", "ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel", "ec2messages:GetMessages", "ec2messages:AcknowledgeMessage")},
	"job-function/ViewOnlyAccess":  {allow("*", "ec2:Describe*", "s3:ListAllMyBuckets", "s3:ListBucket", "iam:List*", "rds:Describe*", "dynamodb:ListTables", "lambda:List*", "sqs:ListQueues", "sns:List*", "cloudwatch:List*", "ecs:List*", "route53:List*", "kms:ListKeys")},

	"service-role/AWSLambdaBasicExecutionRole":            {allow("*", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")},
	"aws-service-role/AWSSupportServiceRolePolicy":        {allow("*", "ec2:Describe*", "s3:GetBucket*", "iam:List*", "rds:Describe*", "support:*")},
	"aws-service-role/AWSTrustedAdvisorServiceRolePolicy": {allow("*", "ec2:Describe*", "s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:ListAllMyBuckets", "iam:GetAccountSummary", "iam:ListUsers", "rds:DescribeDBInstances", "cloudwatch:GetMetricStatistics", "autoscaling:Describe*", "elasticloadbalancing:Describe*", "kms:ListKeys")},
}
