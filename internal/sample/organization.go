package sample

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// The tree: two units below the root, the payment accounts in one of them.
const (
	rootID         = "r-ebbm"
	unitWorkloads  = "ou-ebbm-workload"
	unitPayments   = "ou-ebbm-payments"
	unitFoundation = "ou-ebbm-security"
)

// organizationExport is the organization in the members that the Organizations
// API answers: describe-organization, list-roots, list-accounts and so on.
func organizationExport(org []*inventory.Account) map[string]any {
	var list []any
	for _, a := range org {
		list = append(list, map[string]any{
			"Id": a.ID, "Arn": orgARN("account/" + organizationID + "/" + a.ID), "Name": accountNames[a.ID],
			"Email": "aws+" + a.ID + "@example.com", "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": joined(a).Format(time.RFC3339),
		})
	}
	return map[string]any{
		"Organization": map[string]any{
			"Id": organizationID, "Arn": orgARN("organization/" + organizationID), "FeatureSet": "ALL",
			"MasterAccountId": management, "MasterAccountArn": orgARN("account/" + organizationID + "/" + management), "MasterAccountEmail": "aws+" + management + "@example.com",
			"AvailablePolicyTypes": []any{map[string]string{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}},
		},
		"Roots": []any{map[string]any{
			"Id": rootID, "Arn": orgARN("root/" + organizationID + "/" + rootID), "Name": "Root",
			"PolicyTypes": []any{map[string]string{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}},
		}},
		"OrganizationalUnits": []any{
			unit(unitWorkloads, "Workloads", rootID), unit(unitPayments, "Payments", unitWorkloads), unit(unitFoundation, "Security", rootID),
		},
		"Accounts": list,
		"Parents": map[string]string{
			management: rootID, security: unitFoundation, payments: unitPayments, quality: unitPayments, analytics: unitWorkloads,
		},
		"Policies": []any{
			controlPolicy("p-FullAWSAccess", "FullAWSAccess", []string{rootID, unitWorkloads, unitPayments, unitFoundation, management, security, payments, quality, analytics}, allow("*", "*")),
			controlPolicy("p-guardrail1", "KeepTheTrail", []string{rootID}, deny("*", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "organizations:LeaveOrganization")),
			controlPolicy("p-payments01", "PaymentServicesOnly", []string{unitPayments}, statement{Effect: "Deny", NotAction: paymentServices, Resource: "*"}),
		},
	}
}

// paymentServices are what the payment accounts may use at all.
var paymentServices = []string{
	"s3:*", "dynamodb:*", "sqs:*", "sns:*", "kms:*", "logs:*", "cloudwatch:*", "secretsmanager:*", "ssm:*", "ssmmessages:*", "ec2messages:*", "lambda:*", "events:*", "xray:*",
	"ec2:*", "ecr:*", "ecs:*", "elasticloadbalancing:*", "cloudformation:*", "states:*", "sts:*", "iam:*", "backup:*", "codebuild:*", "codepipeline:*", "synthetics:*", "devicefarm:*",
	"fis:*", "ses:*", "tag:*", "support:*", "cloudtrail:*", "config:*", "guardduty:*", "route53:*", "rds:*", "ce:*", "budgets:*", "access-analyzer:*",
}

func orgARN(rest string) string { return "arn:aws:organizations::" + management + ":" + rest }

func unit(id, name, parent string) map[string]string {
	return map[string]string{"Id": id, "Arn": orgARN("ou/" + organizationID + "/" + id), "Name": name, "ParentId": parent}
}

func controlPolicy(id, name string, targets []string, statements ...statement) map[string]any {
	return map[string]any{
		"PolicySummary": map[string]any{"Id": id, "Name": name, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": id == "p-FullAWSAccess"},
		"Content":       document(statements), "Targets": targets,
	}
}

func joined(a *inventory.Account) time.Time {
	oldest := a.Roles[0].Created
	for _, r := range a.Roles {
		if r.Created.Before(oldest) {
			oldest = r.Created
		}
	}
	return oldest
}
