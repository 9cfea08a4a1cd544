package scenario

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// tourReports reads examples A1 and A11 of the specification.
func tourReports(v *visit) {
	alice := new(ownPrefix + "user/alice")
	job := answers(v, v.iam.GenerateServiceLastAccessedDetails, iam.GenerateServiceLastAccessedDetailsInput{Arn: alice}, `{"JobId": "*"}`).JobId
	report := call(v, v.iam.GetServiceLastAccessedDetails, iam.GetServiceLastAccessedDetailsInput{JobId: job})
	for report.JobStatus == types.JobStatusTypeInProgress {
		time.Sleep(10 * time.Millisecond)
		report = call(v, v.iam.GetServiceLastAccessedDetails, iam.GetServiceLastAccessedDetailsInput{JobId: job})
	}
	v.same(report.ServicesLastAccessed, `[
		{"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "TotalAuthenticatedEntities": 0},
		{"ServiceName": "AWS Identity and Access Management", "ServiceNamespace": "iam", "TotalAuthenticatedEntities": 0},
		{"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "LastAuthenticated": "2026-05-30T10:15:30Z", "LastAuthenticatedEntity": "arn:aws:iam::111122223333:user/alice",
			"LastAuthenticatedRegion": "us-east-1", "TotalAuthenticatedEntities": 1}]`)
	entities := call(v, v.iam.GetServiceLastAccessedDetailsWithEntities, iam.GetServiceLastAccessedDetailsWithEntitiesInput{JobId: job, ServiceNamespace: new("s3")})
	v.same(entities.EntityDetailsList, `[{"EntityInfo": {"Arn": "arn:aws:iam::111122223333:user/alice", "Name": "alice", "Type": "USER", "Id": "AIDAALICEEXAMPLE00001", "Path": "/"}, "LastAuthenticated": "2026-05-30T10:15:30Z"}]`)
	answers(v, v.iam.ListPoliciesGrantingServiceAccess, iam.ListPoliciesGrantingServiceAccessInput{Arn: alice, ServiceNamespaces: []string{"iam", "sqs"}}, `{"IsTruncated": false,
		"PoliciesGrantingServiceAccess": [{"ServiceNamespace": "iam", "Policies": [{"PolicyName": "AliceIam", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "alice"}]},
			{"ServiceNamespace": "sqs", "Policies": []}]}`)
}

func tourSimulation(v *visit) {
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`
	decision := func(results []types.EvaluationResult) (list []types.PolicyEvaluationDecisionType) {
		for _, r := range results {
			list = append(list, r.EvalDecision)
		}
		return list
	}
	custom := call(v, v.iam.SimulateCustomPolicy, iam.SimulateCustomPolicyInput{PolicyInputList: []string{policy}, ActionNames: []string{"sqs:SendMessage", "sns:Publish"},
		ContextEntries: []types.ContextEntry{{ContextKeyName: new("aws:SourceIp"), ContextKeyType: types.ContextKeyTypeEnumIp, ContextKeyValues: []string{"10.1.2.3"}}}})
	if got := decision(custom.EvaluationResults); !slices.Equal(got, []types.PolicyEvaluationDecisionType{"allowed", "implicitDeny"}) {
		v.Errorf("custom: %v", got)
	}
	principal := call(v, v.iam.SimulatePrincipalPolicy, iam.SimulatePrincipalPolicyInput{PolicySourceArn: new(ownPrefix + "role/service/app"),
		ActionNames: []string{"s3:CreateBucket", "s3:DeleteBucket", "sns:Publish"}})
	if got := decision(principal.EvaluationResults); !slices.Equal(got, []types.PolicyEvaluationDecisionType{"allowed", "explicitDeny", "implicitDeny"}) {
		v.Errorf("principal: %v", got)
	}
	answers(v, v.iam.GetContextKeysForCustomPolicy, iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{policy}}, `{"ContextKeyNames": ["aws:SourceIp"]}`)
	answers(v, v.iam.GetContextKeysForPrincipalPolicy, iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: new(ownPrefix + "user/alice"), PolicyInputList: []string{policy}}, `{"ContextKeyNames": ["aws:SourceIp"]}`)
}

// tourSessions goes from a user to a role, and what each is then called.
func tourSessions(v *visit) {
	const credentials = `"Credentials": {"AccessKeyId": "ASIA…", "SecretAccessKey": "*", "SessionToken": "*", "Expiration": "*"}`
	ed := new("ed")
	call(v, v.iam.CreateUser, iam.CreateUserInput{UserName: ed})
	call(v, v.iam.PutUserPolicy, iam.PutUserPolicyInput{UserName: ed, PolicyName: new("sts"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`)})
	made := call(v, v.iam.CreateAccessKey, iam.CreateAccessKeyInput{UserName: ed}).AccessKey
	role := call(v, v.iam.CreateRole, iam.CreateRoleInput{RoleName: new("Visited"), Path: new("/tour/"), AssumeRolePolicyDocument: new(trustSelf)}).Role
	own := v.key(*made.AccessKeyId, *made.SecretAccessKey, "")
	as := func(c *ststypes.Credentials) *visit {
		return v.key(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	}

	assumed := answers(own, own.sts.AssumeRole, sts.AssumeRoleInput{RoleArn: role.Arn, RoleSessionName: new("s1"), SourceIdentity: new("ed@x"), DurationSeconds: new(int32(900)),
		Tags: []ststypes.Tag{{Key: new("team"), Value: new("blue")}}}, `{`+credentials+`, "AssumedRoleUser": {"AssumedRoleId": "`+*role.RoleId+`:s1",
			"Arn": "arn:aws:sts::111122223333:assumed-role/Visited/s1"}, "PackedPolicySize": "*", "SourceIdentity": "ed@x"}`)
	inside := as(assumed.Credentials)
	answers(inside, inside.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, `{"UserId": "`+*role.RoleId+`:s1", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Visited/s1"}`)
	answers(v, v.sts.GetAccessKeyInfo, sts.GetAccessKeyInfoInput{AccessKeyId: assumed.Credentials.AccessKeyId}, `{"Account": "111122223333"}`)

	session := as(answers(own, own.sts.GetSessionToken, sts.GetSessionTokenInput{}, `{`+credentials+`}`).Credentials)
	answers(session, session.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, `{"UserId": "AIDA…", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ed"}`)
	federated := as(answers(own, own.sts.GetFederationToken, sts.GetFederationTokenInput{Name: new("jo"), Policy: new(allowRead)},
		`{`+credentials+`, "FederatedUser": {"FederatedUserId": "111122223333:jo", "Arn": "arn:aws:sts::111122223333:federated-user/jo"}, "PackedPolicySize": "*"}`).Credentials)
	answers(federated, federated.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, `{"UserId": "111122223333:jo", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:federated-user/jo"}`)

	call(v, v.iam.DeleteRole, iam.DeleteRoleInput{RoleName: role.RoleName})
	refuses(inside, inside.sts.GetCallerIdentity, sts.GetCallerIdentityInput{}, "InvalidClientTokenId: The security token included in the request is invalid.")
}
