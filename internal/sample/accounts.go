package sample

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// The accounts of the organization.
const (
	management = "111122223333"
	security   = "222233334444"
	payments   = "333344445555"
	quality    = "444455556666"
	analytics  = "555566667777"

	organizationID = "o-ebbmarkdemo"
)

// accountNames are shown by the organization and used in role names.
var accountNames = map[string]string{
	management: "Example Corp (management)",
	security:   "security-tooling",
	payments:   "payments-production",
	quality:    "payments-quality",
	analytics:  "analytics",
}

// builder fills one account.
type builder struct {
	*inventory.Account
	end time.Time
}

// newOrganization builds every account. Creation dates lie before end.
func newOrganization(end time.Time) []*inventory.Account {
	var org []*inventory.Account
	for _, fill := range []struct {
		id    string
		build func(*builder)
	}{
		{management, (*builder).management},
		{security, (*builder).security},
		{payments, (*builder).payments},
		{quality, (*builder).quality},
		{analytics, (*builder).analytics},
	} {
		b := &builder{&inventory.Account{ID: fill.id, Partition: "aws"}, end}
		b.everywhere()
		fill.build(b)
		b.Index()
		org = append(org, b.Account)
	}
	return org
}

// everywhere is what every account of such an organization has.
func (b *builder) everywhere() {
	b.role("/", "OrganizationAccountAccessRole", trustAccount(management), attach("AdministratorAccess"))
	b.role("/aws-service-role/support.amazonaws.com/", "AWSServiceRoleForSupport", trustService("support.amazonaws.com"), attach("aws-service-role/AWSSupportServiceRolePolicy"))
	b.role("/aws-service-role/trustedadvisor.amazonaws.com/", "AWSServiceRoleForTrustedAdvisor", trustService("trustedadvisor.amazonaws.com"), attach("aws-service-role/AWSTrustedAdvisorServiceRolePolicy"))
	b.singleSignOn("Administrator", "AdministratorAccess")
	b.singleSignOn("ReadOnly", "job-function/ViewOnlyAccess")
	b.role("/security/", "SecurityAudit", trustAccount(security), attach("IAMReadOnlyAccess"),
		inline("Inspect", allow("*", "config:Describe*", "config:List*", "cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:LookupEvents", "s3:GetBucket*", "s3:ListAllMyBuckets", "ec2:Describe*", "guardduty:Get*", "guardduty:List*")))
}

func (b *builder) management() {
	b.group("Admins", attach("AdministratorAccess"))
	b.group("Billing", inline("Billing", allow("*", "ce:*", "budgets:*", "cur:*", "aws-portal:*")))
	b.user("/", "break-glass", in("Admins"))
	b.user("/finance/", "frida", in("Billing"))
	b.user("/finance/", "felix", in("Billing"))
	b.user("/automation/", "org-terraform", inline("Organization", allow("*", "organizations:*", "iam:*", "s3:*", "dynamodb:*", "sso:*")))
	b.role("/automation/", "account-vending", trustService("lambda.amazonaws.com"), attach("service-role/AWSLambdaBasicExecutionRole"),
		inline("Vending", allow("*", "organizations:CreateAccount", "organizations:DescribeCreateAccountStatus", "organizations:MoveAccount", "organizations:ListParents", "sts:AssumeRole", "servicecatalog:*")))
}

func (b *builder) security() {
	b.group("SecurityEngineers", attach("IAMReadOnlyAccess"), inline("AssumeAudit", allow("arn:aws:iam::*:role/security/*", "sts:AssumeRole")),
		inline("Tools", allow("*", "guardduty:*", "securityhub:*", "access-analyzer:*", "inspector2:*", "detective:*", "macie2:*", "athena:*", "s3:Get*", "s3:List*")))
	b.user("/security/", "samira", in("SecurityEngineers"))
	b.user("/security/", "sven", in("SecurityEngineers"))
	b.user("/security/", "sofia", in("SecurityEngineers"))
	b.role("/security/", "finding-router", trustService("lambda.amazonaws.com"), attach("service-role/AWSLambdaBasicExecutionRole"),
		inline("Route", allow("*", "securityhub:GetFindings", "securityhub:BatchUpdateFindings", "sns:Publish", "sqs:ReceiveMessage", "sqs:DeleteMessage", "kms:Decrypt")))
	b.role("/security/", "log-archive-reader", trustAccount(security), inline("Read", allow("arn:aws:s3:::example-log-archive*", "s3:GetObject", "s3:ListBucket")))
	b.role("/security/", "incident-response", trustAccount(security), attach("AdministratorAccess"))
	b.singleSignOn("SecurityAnalyst", "IAMReadOnlyAccess")
}

func (b *builder) payments() {
	b.policy("/", "PaymentsBoundary", "What no workload of this account may exceed",
		allow("*", "s3:*", "dynamodb:*", "sqs:*", "sns:*", "kms:*", "logs:*", "cloudwatch:*", "secretsmanager:*", "ssm:*", "lambda:*", "events:*", "xray:*", "ec2:Describe*", "ecr:*", "states:*", "sts:AssumeRole"))
	b.policy("/payments/", "PaymentsData", "Tables, queues and keys of the payment application",
		allow("*", "dynamodb:*", "sqs:*", "kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"))
	b.policy("/payments/", "PaymentsDeploy", "What the pipeline needs, and a good deal more",
		allow("*", "ecs:*", "ecr:*", "ec2:*", "elasticloadbalancing:*", "cloudformation:*", "lambda:*", "iam:PassRole", "iam:GetRole", "s3:*", "route53:*", "cloudfront:*", "rds:*", "elasticache:*"))
	b.policy("/", "LegacyReporting", "Kept from the old reporting system", allow("*", "redshift:*", "glue:*", "quicksight:*", "athena:*"))

	b.role("/payments/", "payments-api", trustService("ecs-tasks.amazonaws.com"), attach("local:/payments/PaymentsData", "AmazonS3FullAccess"), boundary("local:/PaymentsBoundary"),
		inline("Telemetry", allow("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:PutMetricData", "logs:CreateLogStream", "logs:PutLogEvents")))
	b.role("/payments/", "payments-worker", trustService("ecs-tasks.amazonaws.com"), attach("local:/payments/PaymentsData", "AmazonSNSFullAccess"), boundary("local:/PaymentsBoundary"))
	b.role("/payments/", "payments-settlement", trustService("states.amazonaws.com"), attach("local:/payments/PaymentsData"),
		inline("Settle", allow("*", "lambda:InvokeFunction", "states:StartExecution", "states:DescribeExecution", "s3:PutObject", "s3:GetObject", "ses:SendEmail", "transfer:*")))
	b.role("/payments/", "payments-yearly-archive", trustService("lambda.amazonaws.com"), attach("service-role/AWSLambdaBasicExecutionRole"),
		inline("Archive", allow("*", "s3:PutObject", "s3:GetObject", "s3:RestoreObject", "s3:PutLifecycleConfiguration", "s3:CreateBucket", "glacier:*", "dynamodb:ExportTableToPointInTime", "dynamodb:DescribeExport")))
	b.role("/pipeline/", "deploy", trustAccount(payments), attach("local:/payments/PaymentsDeploy"))
	b.role("/", "ec2-bastion", trustService("ec2.amazonaws.com"), attach("AmazonSSMManagedInstanceCore"))
	b.role("/", "legacy-batch", trustService("ec2.amazonaws.com"), attach("PowerUserAccess"))
	b.role("/", "backup", trustService("backup.amazonaws.com"), inline("Backup", allow("*", "backup:*", "dynamodb:CreateBackup", "dynamodb:DescribeBackup", "ec2:CreateSnapshot", "ec2:DescribeSnapshots", "ec2:DeleteSnapshot", "rds:CreateDBSnapshot", "tag:GetResources")))
	b.role("/aws-service-role/ecs.amazonaws.com/", "AWSServiceRoleForECS", trustService("ecs.amazonaws.com"), inline("Service", allow("*", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:Describe*", "elasticloadbalancing:RegisterTargets", "servicediscovery:RegisterInstance")))

	b.group("PaymentsDevelopers", attach("local:/payments/PaymentsData", "local:/LegacyReporting"),
		inline("Develop", allow("*", "logs:*", "cloudwatch:Get*", "cloudwatch:List*", "cloudwatch:Describe*", "ecs:Describe*", "ecs:List*", "ecs:ExecuteCommand", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject")))
	b.group("PaymentsLeads", inline("Lead", allow("arn:aws:iam::"+payments+":role/pipeline/deploy", "sts:AssumeRole"), allow("*", "codepipeline:*", "codebuild:*")))
	b.user("/developers/", "paula", in("PaymentsDevelopers", "PaymentsLeads"))
	b.user("/developers/", "pedro", in("PaymentsDevelopers"))
	b.user("/developers/", "peter", in("PaymentsDevelopers"))
	b.user("/developers/", "priya", in("PaymentsDevelopers", "PaymentsLeads"))
	b.user("/developers/", "pavel", in("PaymentsDevelopers")) // left the team half a year ago
	b.user("/automation/", "ci", inline("Pipeline", allow("*", "sts:AssumeRole", "ecr:*", "s3:PutObject", "s3:GetObject", "codeartifact:*")))
	b.user("/automation/", "metrics-exporter", attach("CloudWatchReadOnlyAccess"))
	b.user("/vendors/", "fraud-vendor", inline("Read", allow("arn:aws:s3:::example-payments-fraud/*", "s3:GetObject"), allow("arn:aws:s3:::example-payments-fraud", "s3:ListBucket")))
}

func (b *builder) quality() {
	b.policy("/qa/", "QualityTools", "Device farms, load tests and test data",
		allow("*", "devicefarm:*", "synthetics:*", "codebuild:*", "s3:*", "dynamodb:*", "sqs:*", "lambda:*", "cloudwatch:*", "logs:*", "ec2:RunInstances", "ec2:TerminateInstances", "ec2:Describe*", "ec2:CreateTags"),
		deny("*", "dynamodb:DeleteBackup", "s3:DeleteBucket"))
	b.group("QA", attach("local:/qa/QualityTools"))
	b.group("QALeads", attach("IAMReadOnlyAccess"), inline("Lead", allow("*", "budgets:ViewBudget", "ce:GetCostAndUsage", "servicequotas:*")))
	for _, name := range []string{"quinn", "qadir", "quentin", "queenie"} {
		b.user("/qa/", name, in("QA"))
	}
	b.user("/qa/", "quirin", in("QA", "QALeads"))
	b.role("/qa/", "qa-runner", trustService("codebuild.amazonaws.com"), attach("local:/qa/QualityTools"))
	b.role("/qa/", "qa-load-test", trustService("ec2.amazonaws.com"), attach("local:/qa/QualityTools", "AmazonSSMManagedInstanceCore"))
	b.role("/qa/", "qa-nightly-cleanup", trustService("lambda.amazonaws.com"), attach("service-role/AWSLambdaBasicExecutionRole"),
		inline("Clean", allow("*", "ec2:DescribeInstances", "ec2:TerminateInstances", "ec2:DescribeVolumes", "ec2:DeleteVolume", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:DeleteObject", "cloudformation:DeleteStack", "cloudformation:ListStacks", "rds:*")))
	b.role("/", "payments-api", trustService("ecs-tasks.amazonaws.com"), attach("local:/qa/QualityTools"))
	b.role("/", "chaos-monkey", trustService("fis.amazonaws.com"), inline("Chaos", allow("*", "fis:*", "ec2:StopInstances", "ec2:RebootInstances", "ecs:StopTask")))
	b.singleSignOn("Developer", "PowerUserAccess")
}

func (b *builder) analytics() {
	b.policy("/", "LakeAccess", "The data lake", allow("*", "s3:Get*", "s3:List*", "glue:Get*", "glue:BatchGet*", "athena:*", "lakeformation:GetDataAccess"))
	b.group("Analysts", attach("local:/LakeAccess"), inline("Dashboards", allow("*", "quicksight:*", "redshift-data:*")))
	for _, name := range []string{"ada", "anton", "amelie", "arturo"} {
		b.user("/analysts/", name, in("Analysts"))
	}
	b.role("/etl/", "etl-hourly", trustService("glue.amazonaws.com"), attach("local:/LakeAccess"), inline("Write", allow("*", "s3:PutObject", "s3:DeleteObject", "glue:*", "logs:*", "cloudwatch:PutMetricData")))
	b.role("/etl/", "etl-monthly", trustService("states.amazonaws.com"), attach("local:/LakeAccess"), inline("Run", allow("*", "emr-serverless:*", "elasticmapreduce:*", "s3:*", "states:*", "iam:PassRole")))
	b.role("/", "notebook", trustService("sagemaker.amazonaws.com"), attach("local:/LakeAccess"), inline("Learn", allow("*", "sagemaker:*", "ecr:*", "bedrock:InvokeModel", "kms:*")))
	b.role("/", "warehouse", trustService("redshift.amazonaws.com"), attach("local:/LakeAccess"))
}

// entity options, applied by user, group and role.
type option func(b *builder, e *entity)

type entity struct {
	inline   []inventory.Inline
	attached []string
	groups   []string
	boundary string
}

func inline(name string, statements ...statement) option {
	return func(_ *builder, e *entity) {
		e.inline = append(e.inline, inventory.Inline{Name: name, Document: document(statements)})
	}
}

func attach(names ...string) option {
	return func(b *builder, e *entity) {
		for _, name := range names {
			e.attached = append(e.attached, b.managed(name))
		}
	}
}

func in(groups ...string) option { return func(_ *builder, e *entity) { e.groups = groups } }

func boundary(name string) option {
	return func(b *builder, e *entity) { e.boundary = b.managed(name) }
}

func (b *builder) apply(options []option) entity {
	var e entity
	for _, o := range options {
		o(b, &e)
	}
	return e
}

func (b *builder) user(path, name string, options ...option) {
	e := b.apply(options)
	b.Users = append(b.Users, &inventory.User{
		Name: name, Path: path, ID: uniqueID("AIDA", b.ID, "user", name), ARN: b.arn("user", path, name), Created: b.created(name),
		Inline: e.inline, Attached: e.attached, Groups: e.groups, Boundary: e.boundary,
	})
}

func (b *builder) group(name string, options ...option) {
	e := b.apply(options)
	b.Groups = append(b.Groups, &inventory.Group{
		Name: name, Path: "/", ID: uniqueID("AGPA", b.ID, "group", name), ARN: b.arn("group", "/", name), Created: b.created(name),
		Inline: e.inline, Attached: e.attached,
	})
}

func (b *builder) role(path, name, trust string, options ...option) {
	e := b.apply(options)
	b.Roles = append(b.Roles, &inventory.Role{
		Name: name, Path: path, ID: uniqueID("AROA", b.ID, "role", name), ARN: b.arn("role", path, name), Created: b.created(name),
		Trust: trust, MaxSession: time.Hour, Inline: e.inline, Attached: e.attached, Boundary: e.boundary,
	})
}

// singleSignOn is a role of IAM Identity Center (CT-12).
func (b *builder) singleSignOn(permissionSet, policy string) {
	name := fmt.Sprintf("AWSReservedSSO_%s_%x", permissionSet, sha256.Sum256([]byte(b.ID+permissionSet)))[:len("AWSReservedSSO__")+len(permissionSet)+16]
	b.role("/aws-reserved/sso.amazonaws.com/eu-central-1/", name, trustSingleSignOn(b.ID), attach(policy))
}

func (b *builder) policy(path, name, description string, statements ...statement) {
	b.Policies = append(b.Policies, &inventory.Policy{
		Name: name, Path: path, ID: uniqueID("ANPA", b.ID, "policy", name), ARN: b.arn("policy", path, name), Description: description,
		Default: "v1", Attachable: true, Created: b.created(name), Updated: b.created(name),
		Versions: []inventory.PolicyVersion{{ID: "v1", Document: document(statements), Created: b.created(name)}},
	})
}

// managed is the ARN of a policy: of this account for "local:/path/name", else
// of AWS, which the account's snapshot then brings along.
func (b *builder) managed(name string) string {
	if local, ok := strings.CutPrefix(name, "local:"); ok {
		return "arn:aws:iam::" + b.ID + ":policy" + local
	}
	p := awsManaged(name)
	if !slices.ContainsFunc(b.Policies, func(q *inventory.Policy) bool { return q.ARN == p.ARN }) {
		b.Policies = append(b.Policies, p)
	}
	return p.ARN
}

func (b *builder) arn(kind, path, name string) string {
	return "arn:aws:iam::" + b.ID + ":" + kind + path + name
}

// created spreads creation dates over the three years before the history.
func (b *builder) created(name string) time.Time {
	sum := sha256.Sum256([]byte(b.ID + name))
	days := 410 + (int(sum[0])<<8|int(sum[1]))%1000
	return b.end.AddDate(0, 0, -days).Truncate(time.Second)
}

var idAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// uniqueID is an id of AWS's form (IAM-11) that is always the same for the same
// entity.
func uniqueID(prefix string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%s\x00", p)
	}
	return prefix + idAlphabet.EncodeToString(h.Sum(nil))[:17]
}
