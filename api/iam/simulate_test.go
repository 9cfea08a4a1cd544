package iam

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// sdk is an unmodified client that speaks to the world as the auditor.
func (w *world) sdk() *iam.Client {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		answer := w.router.Serve(r.Context(), auditor(), "iam", &wire.Request{ID: "REQ", HTTP: r, Body: body})
		if answer.Cause != nil {
			w.t.Log(answer.Cause)
		}
		rw.Header().Set("Content-Type", answer.ContentType)
		rw.WriteHeader(answer.Status)
		rw.Write(answer.Body)
	}))
	w.t.Cleanup(server.Close)
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

// in is the same world for a subtest, where nothing in it changes.
func (w *world) in(t *testing.T) *world {
	same := *w
	same.t = t
	return &same
}

// simulated is one result as the tests write it: decision, statements, missing
// keys, what the boundary and the organization say.
type simulated struct {
	action, resource, decision string
	matched                    []string // ID@LINE:COLUMN-LINE:COLUMN
	missing                    []string
	boundary, organization     string // "", "true", "false"
}

const alice = f1Prefix + "user/alice"

// The example of the AWS CLI's page on simulate-custom-policy, to the column.
func TestSimulateCustomPolicyExample(t *testing.T) {
	w := newWorld(t)
	same(t, w.get("SimulateCustomPolicy", "PolicyInputList.member.1",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`,
		"ActionNames.member.1", "dynamodb:CreateBackup",
		"ContextEntries.member.1.ContextKeyName", "aws:CurrentTime", "ContextEntries.member.1.ContextKeyType", "date",
		"ContextEntries.member.1.ContextKeyValues.member.1", "2019-04-25T11:00:00Z"), `{
		"EvaluationResults": [{
			"EvalActionName": "dynamodb:CreateBackup", "EvalResourceName": "*", "EvalDecision": "allowed",
			"MatchedStatements": [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
				"StartPosition": {"Line": 1, "Column": 38}, "EndPosition": {"Line": 1, "Column": 167}}],
			"MissingContextValues": []}],
		"IsTruncated": false}`)
}

// The shape with resources: aggregate, and one result per resource.
func TestSimulateCustomPolicyOnResources(t *testing.T) {
	w := newWorld(t)
	same(t, w.get("SimulateCustomPolicy", "PolicyInputList.member.1",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/secret"}]}`,
		"ActionNames.member.1", "s3:GetObject",
		"ResourceArns.member.1", "arn:aws:s3:::b/open", "ResourceArns.member.2", "arn:aws:s3:::b/secret"), `{
		"EvaluationResults": [{
			"EvalActionName": "s3:GetObject", "EvalResourceName": "arn:${Partition}:s3:::${BucketName}/${ObjectName}", "EvalDecision": "explicitDeny",
			"MatchedStatements": [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
				"StartPosition": {"Line": 1, "Column": 87}, "EndPosition": {"Line": 1, "Column": 164}}],
			"MissingContextValues": [], "EvalDecisionDetails": {},
			"ResourceSpecificResults": [
				{"EvalResourceName": "arn:aws:s3:::b/open", "EvalResourceDecision": "allowed",
					"MatchedStatements": [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
						"StartPosition": {"Line": 1, "Column": 38}, "EndPosition": {"Line": 1, "Column": 87}}]},
				{"EvalResourceName": "arn:aws:s3:::b/secret", "EvalResourceDecision": "explicitDeny",
					"MatchedStatements": [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
						"StartPosition": {"Line": 1, "Column": 87}, "EndPosition": {"Line": 1, "Column": 164}}]}]}],
		"IsTruncated": false}`)
}

// short is what a row of the table below compares.
func short(r types.EvaluationResult) simulated {
	s := simulated{action: *r.EvalActionName, resource: *r.EvalResourceName, decision: string(r.EvalDecision), missing: r.MissingContextValues}
	for _, m := range r.MatchedStatements {
		s.matched = append(s.matched, *m.SourcePolicyId+" "+string(m.SourcePolicyType))
	}
	if r.PermissionsBoundaryDecisionDetail != nil {
		s.boundary = map[bool]string{true: "true", false: "false"}[r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary]
	}
	if r.OrganizationsDecisionDetail != nil {
		s.organization = map[bool]string{true: "true", false: "false"}[r.OrganizationsDecisionDetail.AllowedByOrganizations]
	}
	if len(s.missing) == 0 {
		s.missing = nil
	}
	return s
}

// Answers on fixture F1, read by the SDK.
func TestSimulatePrincipalPolicy(t *testing.T) {
	const (
		app    = f1Prefix + "role/service/app"
		bucket = "arn:aws:s3:::b"
	)
	denyBucket := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`
	w := newWorld(t)
	strings1 := func(s string) []string { return []string{s} }
	for name, c := range map[string]struct {
		in   iam.SimulatePrincipalPolicyInput
		want simulated
	}{
		"own inline policy": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("iam:ListUsers")},
			simulated{action: "iam:ListUsers", resource: "*", decision: "allowed", matched: []string{"user_alice_AliceIam IAM Policy"}}},
		"policy of a group": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("s3:CreateBucket"), ResourceArns: strings1(bucket)},
			simulated{action: "s3:CreateBucket", resource: bucket, decision: "allowed", matched: []string{"group_developers_DevInline IAM Policy"}}},
		"managed policy of a group": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("ec2:RunInstances")},
			simulated{action: "ec2:RunInstances", resource: "*", decision: "allowed", matched: []string{"TeamEc2 IAM Policy"}}},
		"action in other case": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("EC2:runinstances")},
			simulated{action: "EC2:runinstances", resource: "*", decision: "allowed", matched: []string{"TeamEc2 IAM Policy"}}},
		"an action nobody knows": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("nosuch:Thing")},
			simulated{action: "nosuch:Thing", resource: "*", decision: "implicitDeny"}},
		"a wildcard is judged as text": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("ec2:*")},
			simulated{action: "ec2:*", resource: "*", decision: "implicitDeny"}},
		"a group": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(f1Prefix + "group/developers"), ActionNames: strings1("s3:GetObject")},
			simulated{action: "s3:GetObject", resource: "*", decision: "allowed", matched: []string{"group_developers_DevInline IAM Policy"}}},
		"a user by another path": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(f1Prefix + "user/wrong/alice"), ActionNames: strings1("iam:ListUsers")},
			simulated{action: "iam:ListUsers", resource: "*", decision: "allowed", matched: []string{"user_alice_AliceIam IAM Policy"}}},
		"a role with boundary": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("s3:CreateBucket")},
			simulated{action: "s3:CreateBucket", resource: "*", decision: "allowed", matched: []string{"role_app_AppInline IAM Policy"}, boundary: "true"}},
		"a Deny is the only statement": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("s3:DeleteBucket")},
			simulated{action: "s3:DeleteBucket", resource: "*", decision: "explicitDeny", matched: []string{"role_app_AppInline IAM Policy"}, boundary: "true"}},
		"a key is missing": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("dynamodb:GetItem")},
			simulated{action: "dynamodb:GetItem", resource: "*", decision: "implicitDeny", missing: []string{"aws:SecureTransport"}, boundary: "true"}},
		"the key is given": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("dynamodb:GetItem"),
			ContextEntries: []types.ContextEntry{{ContextKeyName: aws.String("AWS:securetransport"), ContextKeyType: "boolean", ContextKeyValues: strings1("true")}}},
			simulated{action: "dynamodb:GetItem", resource: "*", decision: "allowed", matched: []string{"role_app_AppInline IAM Policy"}, boundary: "true"}},
		"another boundary": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("s3:CreateBucket"),
			PermissionsBoundaryPolicyInputList: strings1(allow("ec2:*"))},
			simulated{action: "s3:CreateBucket", resource: "*", decision: "implicitDeny", missing: []string{"aws:SecureTransport"}, boundary: "false"}},
		"a boundary that denies": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("s3:CreateBucket"),
			PermissionsBoundaryPolicyInputList: strings1(denyBucket)},
			simulated{action: "s3:CreateBucket", resource: "*", decision: "explicitDeny", matched: []string{"PermissionsBoundaryPolicyInputList.1 Permissions Boundary Policy"}, boundary: "false"}},
		"a further policy": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("kms:Decrypt"),
			PolicyInputList: []string{allow("sqs:*"), allow("kms:*")}},
			simulated{action: "kms:Decrypt", resource: "*", decision: "allowed", matched: []string{"PolicyInputList.2 IAM Policy"}}},
		"without the managed policies": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("ec2:RunInstances"),
			PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyType{Value: "user-managed"}}},
			simulated{action: "ec2:RunInstances", resource: "*", decision: "implicitDeny"}},
		"without one by ARN": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("ec2:RunInstances"),
			PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyArn{Value: f1Prefix + "policy/Team*"}}},
			simulated{action: "ec2:RunInstances", resource: "*", decision: "implicitDeny"}},
		"without one inline": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("iam:ListUsers"),
			PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberInlinePolicyIdentifier{Value: types.InlinePolicyIdentifierType{
				AttachmentName: aws.String("al*"), AttachmentType: "user", PolicyName: aws.String("AliceIam")}}}},
			simulated{action: "iam:ListUsers", resource: "*", decision: "implicitDeny"}},
		"others stay": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("iam:ListUsers"),
			PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyType{Value: "aws-managed"}, &types.PolicyIdentifierMemberPolicyType{Value: "rcp"},
				&types.PolicyIdentifierMemberInlinePolicyIdentifier{Value: types.InlinePolicyIdentifierType{
					AttachmentName: aws.String("alice"), AttachmentType: "role", PolicyName: aws.String("AliceIam")}}}},
			simulated{action: "iam:ListUsers", resource: "*", decision: "allowed", matched: []string{"user_alice_AliceIam IAM Policy"}}},
		"without the boundary": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app), ActionNames: strings1("s3:CreateBucket"),
			PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyType{Value: "permission-boundary"}}},
			simulated{action: "s3:CreateBucket", resource: "*", decision: "allowed", matched: []string{"role_app_AppInline IAM Policy"}}},
		"a resource policy names the user": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("s3:PutObject"), ResourceArns: strings1(bucket + "/k"),
			ResourcePolicy: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + alice + `"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}}`)},
			simulated{action: "s3:PutObject", resource: bucket + "/k", decision: "allowed", matched: []string{"ResourcePolicy Resource Policy"}}},
		"a resource policy denies": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("s3:GetObject"), ResourceArns: strings1(bucket + "/k"),
			ResourcePolicy: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}}`)},
			simulated{action: "s3:GetObject", resource: bucket + "/k", decision: "explicitDeny", matched: []string{"ResourcePolicy Resource Policy"}}},
		"as someone else with these policies": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), CallerArn: aws.String(f1Prefix + "user/dev/bob"),
			ActionNames: strings1("kms:Decrypt"), PolicyInputList: strings1(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob","aws:userid":"AIDABOBEXAMPLE0000001"}}}}`)},
			simulated{action: "kms:Decrypt", resource: "*", decision: "allowed", matched: []string{"PolicyInputList.1 IAM Policy"}}},
		"a role acts in a session": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(app),
			ActionNames: strings1("kms:Decrypt"), PolicyInputList: strings1(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + app + `"},"StringLike":{"aws:userid":"AROAAPPEXAMPLE0000001:*"}}}}`)},
			simulated{action: "kms:Decrypt", resource: "*", decision: "allowed", matched: []string{"PolicyInputList.1 IAM Policy"}, boundary: "true"}},
		"a trust policy is the resource policy of a role": {iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(alice), ActionNames: strings1("sts:AssumeRole"), ResourceArns: strings1(app),
			ResourcePolicy: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + alice + `"},"Action":"sts:AssumeRole"}}`)},
			simulated{action: "sts:AssumeRole", resource: app, decision: "allowed", matched: []string{"ResourcePolicy Resource Policy"}}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := w.in(t).sdk().SimulatePrincipalPolicy(t.Context(), &c.in)
			if err != nil {
				t.Fatal(err)
			}
			if len(out.EvaluationResults) != 1 || out.IsTruncated || out.Marker != nil {
				t.Fatalf("got %+v", out)
			}
			if got := short(out.EvaluationResults[0]); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// Across accounts both must allow, and the details say who did.
func TestSimulateAcrossAccounts(t *testing.T) {
	const queue = "arn:aws:sqs:us-east-1:444455556666:q"
	w := newWorld(t)
	policyOf := func(principal string) *string {
		return aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"*","Resource":"arn:aws:*"}}`)
	}
	for name, c := range map[string]struct {
		in       iam.SimulateCustomPolicyInput
		decision types.PolicyEvaluationDecisionType
		details  map[string]types.PolicyEvaluationDecisionType
	}{
		"both allow": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("sqs:*")}, ResourceArns: []string{queue}, ResourcePolicy: policyOf(alice)},
			"allowed", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "allowed", "Resource Policy": "allowed"}},
		"only the resource's": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("s3:*")}, ResourceArns: []string{queue}, ResourcePolicy: policyOf(alice)},
			"implicitDeny", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}},
		"only the caller's, with a boundary": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("sqs:*")}, ResourceArns: []string{queue}, ResourcePolicy: policyOf(f1Prefix + "user/dev/bob"),
			PermissionsBoundaryPolicyInputList: []string{allow("sqs:*")}},
			"implicitDeny", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "allowed", "Resource Policy": "implicitDeny", "Permissions Boundary Policy": "allowed"}},
		"the owner of a bucket is told": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("s3:*")}, ResourceArns: []string{"arn:aws:s3:::b"}, ResourcePolicy: policyOf(f1Prefix + "user/dev/bob"),
			ResourceOwner: aws.String("arn:aws:iam::444455556666:root")},
			"implicitDeny", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "implicitDeny", "Resource Policy": "implicitDeny"}},
		"the same account": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("sqs:*")}, ResourceArns: []string{"arn:aws:sqs:us-east-1:111122223333:q"}, ResourcePolicy: policyOf(f1Prefix + "user/dev/bob")},
			"allowed", map[string]types.PolicyEvaluationDecisionType{}},
		"without resource policy the owner is not asked": {iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("sqs:*")}, ResourceArns: []string{queue}},
			"allowed", map[string]types.PolicyEvaluationDecisionType{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.CallerArn, c.in.ActionNames = aws.String(alice), []string{"sqs:SendMessage"}
			out, err := w.in(t).sdk().SimulateCustomPolicy(t.Context(), &c.in)
			if err != nil {
				t.Fatal(err)
			}
			r := out.EvaluationResults[0]
			if r.EvalDecision != c.decision || !reflect.DeepEqual(r.EvalDecisionDetails, c.details) {
				t.Errorf("got %s %v, want %s %v", r.EvalDecision, r.EvalDecisionDetails, c.decision, c.details)
			}
			one := r.ResourceSpecificResults[0]
			if one.EvalResourceDecision != c.decision || len(c.details) > 0 && !reflect.DeepEqual(one.EvalDecisionDetails, c.details) {
				t.Errorf("of the resource: %s %v", one.EvalResourceDecision, one.EvalDecisionDetails)
			}
		})
	}
}

func TestSimulateUnderAnOrganization(t *testing.T) {
	w := newWorld(t)
	full := allow("*")
	denyEc2 := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ec2:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}}`
	levels := func(lists ...[]string) (out []types.OrderedOrganizationPolicyType) {
		for _, l := range lists {
			out = append(out, types.OrderedOrganizationPolicyType{ServiceControlPolicyInputList: l})
		}
		return out
	}
	for name, c := range map[string]struct {
		levels []types.OrderedOrganizationPolicyType
		want   simulated
	}{
		"every level allows": {levels([]string{full}, []string{allow("s3:*"), allow("ec2:*")}),
			simulated{decision: "allowed", matched: []string{"PolicyInputList.1 IAM Policy"}, organization: "true"}},
		"a level does not allow": {levels([]string{full}, []string{allow("s3:*")}), simulated{decision: "implicitDeny", organization: "false"}},
		"a level denies":         {levels([]string{full, denyEc2}, []string{full}), simulated{decision: "explicitDeny", organization: "false"}},
		"no organization":        {nil, simulated{decision: "allowed", matched: []string{"PolicyInputList.1 IAM Policy"}}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := w.in(t).sdk().SimulateCustomPolicy(t.Context(), &iam.SimulateCustomPolicyInput{
				PolicyInputList: []string{full}, ActionNames: []string{"ec2:RunInstances"}, OrderedOrganizationPolicyInputList: c.levels})
			if err != nil {
				t.Fatal(err)
			}
			c.want.action, c.want.resource = "ec2:RunInstances", "*"
			if got := short(out.EvaluationResults[0]); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// The seam by which an organization reaches the simulation of its principals.
func TestSimulatePrincipalUnderAnOrganization(t *testing.T) {
	doc, err := policy.ParseString(allow("s3:*"))
	if err != nil {
		t.Fatal(err)
	}
	asked := ""
	w := newWorld(t, func(c *Config) {
		c.OrganizationPolicies = func(_ context.Context, account string) ([][]*policy.Document, error) {
			asked = account
			return [][]*policy.Document{{doc}}, nil
		}
	})
	w.change(func(a *inventory.Account) {
		a.Roles = append(a.Roles, &inventory.Role{Name: "AWSServiceRoleForX", ID: "AROASERVICEEXAMPLE001", Path: "/aws-service-role/x.amazonaws.com/",
			ARN: f1Prefix + "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", Inline: []inventory.Inline{{Name: "P", Document: allow("ec2:*")}}})
	})
	scp := []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyType{Value: "scp"}}
	for _, c := range []struct {
		arn          string
		exclude      []types.PolicyIdentifier
		decision     string
		organization string
	}{
		{alice, nil, "implicitDeny", "false"},
		{alice, scp, "allowed", ""},
		{f1Prefix + "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", nil, "allowed", ""},
	} {
		out, err := w.sdk().SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: &c.arn, ActionNames: []string{"ec2:RunInstances"}, PolicyExclusionList: c.exclude})
		if err != nil {
			t.Fatal(err)
		}
		if got := short(out.EvaluationResults[0]); got.decision != c.decision || got.organization != c.organization {
			t.Errorf("%s: got %+v", c.arn, got)
		}
	}
	if asked != f1Account {
		t.Errorf("asked about account %q", asked)
	}
}

// What the two operations refuse: nothing is decided on bad input.
func TestSimulateRefuses(t *testing.T) {
	const principal, custom = "SimulatePrincipalPolicy", "SimulateCustomPolicy"
	w := newWorld(t)
	entry := func(name, kind string, values ...string) []string {
		pairs := []string{"ContextEntries.member.1.ContextKeyName", name, "ContextEntries.member.1.ContextKeyType", kind}
		for i, v := range values {
			pairs = append(pairs, "ContextEntries.member.1.ContextKeyValues.member."+string(rune('1'+i)), v)
		}
		return pairs
	}
	withPolicy := func(more ...string) []string {
		return append([]string{"PolicyInputList.member.1", allow("*")}, more...)
	}
	bucketPolicy := `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}`
	for name, c := range map[string]struct {
		operation string
		pairs     []string
		want      string
	}{
		"no policies": {custom, nil, "400 ValidationError: 1 validation error detected: Value at 'policyInputList' failed to satisfy constraint: Member must not be null"},
		"no actions": {principal, []string{"PolicySourceArn", alice, "ActionNames", ""},
			"400 ValidationError: 1 validation error detected: Value at 'actionNames' failed to satisfy constraint: Member must not be null"},
		"a session": {principal, []string{"PolicySourceArn", "arn:aws:sts::111122223333:assumed-role/app/s1"},
			"400 InvalidInput: Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/app/s1 does not clearly define entity type and name."},
		"the root user": {principal, []string{"PolicySourceArn", f1Prefix + "root"}, "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::111122223333:root does not clearly define entity type and name."},
		"a policy":      {principal, []string{"PolicySourceArn", teamEc2}, "400 InvalidInput: Invalid Entity Arn: " + teamEc2 + " does not clearly define entity type and name."},
		"nobody":        {principal, []string{"PolicySourceArn", f1Prefix + "user/dev/nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
		"no such role":  {principal, []string{"PolicySourceArn", f1Prefix + "role/nobody"}, "404 NoSuchEntity: The role with name nobody cannot be found."},
		"no such group": {principal, []string{"PolicySourceArn", f1Prefix + "group/nobody"}, "404 NoSuchEntity: The group with name nobody cannot be found."},
		"another account": {principal, []string{"PolicySourceArn", "arn:aws:iam::444455556666:user/bob"},
			"403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform the operation on arn:aws:iam::444455556666:user/bob"},
		"another partition":         {principal, []string{"PolicySourceArn", "arn:aws-cn:iam::111122223333:user/alice"}, "400 ValidationError: Invalid ARN partition"},
		"an action without service": {custom, withPolicy("ActionNames.member.1", "GetObject"), "400 InvalidInput: The action is invalid since it is missing names"},
		"an action without name":    {custom, withPolicy("ActionNames.member.1", "s3:"), "400 InvalidInput: The action is invalid since it is missing names"},
		"a short action": {custom, withPolicy("ActionNames.member.1", "s3"),
			"400 ValidationError: 1 validation error detected: Value at 'actionNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 3, Member must not be null]"},
		"no ARN":                 {custom, withPolicy("ResourceArns.member.1", "bucket"), "400 InvalidInput: ResourceNames are not in a valid ARN format: bucket."},
		"a star beside an ARN":   {custom, withPolicy("ResourceArns.member.1", "arn:aws:s3:::b", "ResourceArns.member.2", "*"), "400 InvalidInput: ResourceNames are not in a valid ARN format: *."},
		"no JSON":                {custom, []string{"PolicyInputList.member.1", "{"}, `400 InvalidInput: policy document line 1, column 2: expected an element name in quotation marks in the document, found the end of the text`},
		"no policy to be stored": {custom, []string{"PolicyInputList.member.1", bucketPolicy}, "400 InvalidInput: Policy document should not specify a principal."},
		"two boundaries": {custom, withPolicy("PermissionsBoundaryPolicyInputList.member.1", allow("*"), "PermissionsBoundaryPolicyInputList.member.2", allow("*")),
			"400 InvalidInput: The list of Permissions Boundary policies cannot exceed 1 items."},
		"an empty level":                      {custom, withPolicy("OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList", ""), "400 InvalidInput: Organization policy at index 1 must contain at least one service control policy"},
		"the owner as account id":             {custom, withPolicy("ResourceOwner", "123456789012"), "400 InvalidInput: '123456789012' is not a valid as a Resource Owner."},
		"a caller that is a session":          {custom, withPolicy("CallerArn", "arn:aws:sts::111122223333:assumed-role/app/s1"), "400 InvalidInput: Invalid caller - Caller must be an IAM user, role or group in this context."},
		"a resource policy, nobody to name":   {custom, withPolicy("ResourcePolicy", bucketPolicy, "ResourceArns.member.1", "arn:aws:s3:::b"), "400 InvalidInput: Invalid caller - Caller cannot be null or empty."},
		"a resource policy without resource":  {custom, withPolicy("ResourcePolicy", bucketPolicy, "CallerArn", alice), "400 InvalidInput: Invalid Entity Arn: * does not clearly define entity type and name."},
		"a resource policy without principal": {custom, withPolicy("ResourcePolicy", allow("*"), "CallerArn", alice, "ResourceArns.member.1", "arn:aws:s3:::b"), "400 InvalidInput: Missing required field Principal"},
		"an option of another action": {custom, withPolicy("ResourceHandlingOption", "EC2-VPC-EBS", "ResourceArns.member.1", "arn:aws:s3:::b"),
			"400 InvalidInput: Invalid input resource handling options. Action does not support resource handling options: s3:GetObject."},
		"an option nobody knows": {custom, withPolicy("ActionNames.member.1", "ec2:RunInstances", "ResourceHandlingOption", "EC2", "ResourceArns.member.1", "arn:aws:ec2:eu-central-1:111122223333:instance/*"),
			"400 InvalidInput: Invalid input resource handling options. Action does not support resource handling options: ec2:RunInstances."},
		"a key without type":  {custom, withPolicy("ContextEntries.member.1.ContextKeyName", "aws:a", "ContextEntries.member.1.ContextKeyValues.member.1", "x"), "400 InvalidInput: Context key aws:a has invalid type null."},
		"a type without key":  {custom, withPolicy("ContextEntries.member.1.ContextKeyType", "string", "ContextEntries.member.1.ContextKeyValues.member.1", "x"), "400 InvalidInput: ContextKeyName cannot be null or empty."},
		"a key without value": {custom, withPolicy(entry("aws:a", "string")...), "400 InvalidInput: Context values for context key aws:a cannot be null or empty."},
		"an unknown type": {custom, withPolicy(entry("aws:a", "text", "x")...),
			"400 ValidationError: 1 validation error detected: Value at 'contextEntries.1.member.contextKeyType' failed to satisfy constraint: Member must satisfy enum value set: [string, stringList, numeric, numericList, boolean, booleanList, ip, ipList, binary, binaryList, date, dateList]"},
		"a short key": {custom, withPolicy(entry("a:b", "string", "x")...),
			"400 ValidationError: 1 validation error detected: Value at 'contextEntries.1.member.contextKeyName' failed to satisfy constraint: Member must have length greater than or equal to 5"},
		"several values of a single one": {custom, withPolicy(entry("aws:a", "string", "x", "y")...), "400 InvalidInput: Context key aws:a expected a single value, but received 2."},
		"no number":                      {custom, withPolicy(entry("aws:a", "numericList", "1", "one")...), "400 InvalidInput: Invalid context value for key aws:a: expected numeric format."},
		"no date":                        {custom, withPolicy(entry("aws:a", "date", "today")...), "400 InvalidInput: Invalid context value for key aws:a: expected DateTime format."},
		"no boolean":                     {custom, withPolicy(entry("aws:a", "boolean", "yes")...), "400 InvalidInput: Invalid context value for key aws:a: expected true or false."},
		"no address":                     {custom, withPolicy(entry("aws:a", "ip", "10.0.0.0/8")...), "400 InvalidInput: Invalid context value for key aws:a: expected IP address."},
		"no base64":                      {custom, withPolicy(entry("aws:a", "binary", "YQ")...), "400 InvalidInput: Invalid context value for key aws:a: expected base-64 encoded binary format."},
		"a key twice": {custom, withPolicy(append(entry("aws:a", "string", "x"), "ContextEntries.member.2.ContextKeyName", "AWS:A", "ContextEntries.member.2.ContextKeyType", "string", "ContextEntries.member.2.ContextKeyValues.member.1", "y")...),
			"400 InvalidInput: Duplicate context key: AWS:A."},
		"MaxItems of zero": {custom, withPolicy("MaxItems", "0"), "400 ValidationError: 1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"a foreign marker": {custom, withPolicy("Marker", "abc"), "400 ValidationError: Invalid Marker."},
		"a marker of the other simulation": {custom, withPolicy("Marker", marker{operation: principalPage}.String()),
			"400 InvalidInput: The marker passed in the request was invalid."},
		"an exclusion of nothing": {principal, []string{"PolicySourceArn", alice, "PolicyExclusionList.member.1.PolicyType", "inline", "PolicyExclusionList.member.1.PolicyArn", teamEc2},
			"400 InvalidInput: A policy identifier must have exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier."},
		"an exclusion of no policy": {principal, []string{"PolicySourceArn", alice, "PolicyExclusionList.member.1.PolicyArn", "arn:aws:iam::*:policy/TeamEc2"},
			"400 InvalidInput: Invalid policy identifier: arn:aws:iam::*:policy/TeamEc2 is not the ARN of a managed policy with at most one * in its name."},
		"an exclusion with two stars": {principal, []string{"PolicySourceArn", alice, "PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentType", "user",
			"PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentName", "*a*", "PolicyExclusionList.member.1.InlinePolicyIdentifier.PolicyName", "P"},
			"400 InvalidInput: Invalid policy identifier: *a* has more than one *."},
		"an exclusion of an inline policy by pattern": {principal, []string{"PolicySourceArn", alice, "PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentType", "user",
			"PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentName", "alice", "PolicyExclusionList.member.1.InlinePolicyIdentifier.PolicyName", "P*"},
			"400 InvalidInput: Invalid policy identifier: the policy name P* has wildcards."},
		"a policy outside Latin-1": {custom, []string{"PolicyInputList.member.1", strings.Replace(allow("*"), "Statement", "St\u0141tement", 1)},
			"400 ValidationError: 1 validation error detected: Value at 'policyInputList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 131072, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+, Member must not be null]"},
	} {
		t.Run(name, func(t *testing.T) {
			pairs := c.pairs
			if !strings.Contains(strings.Join(pairs, " "), "ActionNames") {
				pairs = append(pairs, "ActionNames.member.1", "s3:GetObject")
			}
			if got := w.in(t).fails(auditor(), c.operation, pairs...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A policy that cannot be read might deny or allow: no answer is given without
// it.
func TestSimulateWithoutADocument(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*inventory.Account)
		arn    string
		want   string
	}{
		"attached and not imported": {func(a *inventory.Account) {
			a.UserByName("alice").Attached = []string{"arn:aws:iam::aws:policy/Nowhere"}
		}, alice,
			"500 PolicyEvaluation: The policy arn:aws:iam::aws:policy/Nowhere could not be evaluated: its document is not in the inventory: import a snapshot that has it"},
		"no default version": {func(a *inventory.Account) { a.Policy(teamEc2).Default = "v2" }, alice,
			"500 PolicyEvaluation: The policy TeamEc2 could not be evaluated: policy document line 1, column 1: the document must be an object, found the end of the text"},
		"a boundary not imported": {func(a *inventory.Account) { a.RoleByName("app").Boundary = f1Prefix + "policy/Nowhere" }, f1Prefix + "role/service/app",
			"500 PolicyEvaluation: The policy arn:aws:iam::111122223333:policy/Nowhere could not be evaluated: its document is not in the inventory: import a snapshot that has it"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.change(c.change)
			if got := w.fails(auditor(), "SimulatePrincipalPolicy", "PolicySourceArn", c.arn, "ActionNames.member.1", "s3:GetObject"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	w := newWorld(t)
	w.change(func(a *inventory.Account) {
		a.UserByName("alice").Attached = []string{"arn:aws:iam::aws:policy/Nowhere"}
	})
	got := w.get("SimulatePrincipalPolicy", "PolicySourceArn", alice, "ActionNames.member.1", "ec2:RunInstances",
		"PolicyExclusionList.member.1.PolicyArn", "arn:aws:iam::aws:policy/Nowhere")
	if result := got.(map[string]any)["EvaluationResults"].([]any)[0].(map[string]any); result["EvalDecision"] != "allowed" {
		t.Errorf("with the unknown policy excluded: %v", result)
	}
}

func TestSimulationPages(t *testing.T) {
	w := newWorld(t)
	actions := []string{"s3:GetObject", "s3:GetObject", "ec2:RunInstances", "iam:ListUsers", "sqs:SendMessage"}
	pages := iam.NewSimulatePrincipalPolicyPaginator(w.sdk(), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(alice), ActionNames: actions, MaxItems: aws.Int32(2)})
	var got []string
	sizes := []int{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.EvaluationResults))
		for _, r := range page.EvaluationResults {
			got = append(got, *r.EvalActionName+" "+string(r.EvalDecision))
		}
	}
	want := []string{"s3:GetObject allowed", "s3:GetObject allowed", "ec2:RunInstances allowed", "iam:ListUsers allowed", "sqs:SendMessage implicitDeny"}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(sizes, []int{2, 2, 1}) {
		t.Errorf("pages of %v: %q", sizes, got)
	}
	// The end stays the end when the next call asks about fewer actions.
	last := w.get("SimulatePrincipalPolicy", "PolicySourceArn", alice, "ActionNames.member.1", "s3:GetObject",
		"Marker", marker{operation: principalPage, position: 4}.String()).(map[string]any)
	if last["EvaluationResults"] != "" || last["IsTruncated"] != "false" {
		t.Errorf("beyond the end: %v", last)
	}
}

// A page is cut, and an action refused, before it costs too much.
func TestSimulationIsBounded(t *testing.T) {
	w := newWorld(t)
	var statements []map[string]any
	for range 1200 {
		statements = append(statements, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
	}
	text, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	resources := make([]string, 100)
	for i := range resources {
		resources[i] = "arn:aws:s3:::b"
	}
	in := &iam.SimulateCustomPolicyInput{PolicyInputList: []string{string(text)}, ActionNames: []string{"s3:GetObject", "s3:PutObject"}, ResourceArns: resources}
	out, err := w.sdk().SimulateCustomPolicy(t.Context(), in)
	if err != nil || len(out.EvaluationResults) != 1 || !out.IsTruncated {
		t.Fatalf("two actions that list 120,000 statements each: %v", err)
	}
	if got := len(out.EvaluationResults[0].MatchedStatements); got != 1200 {
		t.Errorf("%d statements over all resources, want each once", got)
	}
	in.ResourceArns = append(resources, resources...)
	const want = "The simulation is too large. Ask about fewer resources, or fewer policies, at a time."
	if _, err = w.sdk().SimulateCustomPolicy(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an action that lists 240,000 statements: %v", err)
	}
}

// Disclosing a principal's permissions needs the permission for that principal,
// whatever the path in the request.
func TestSimulationAsksTheGuard(t *testing.T) {
	w := newWorld(t)
	w.get("SimulatePrincipalPolicy", "PolicySourceArn", f1Prefix+"user/mine/bob", "ActionNames.member.1", "s3:GetObject")
	w.get("GetContextKeysForPrincipalPolicy", "PolicySourceArn", f1Prefix+"user/mine/bob")
	want := []string{"iam:SimulatePrincipalPolicy on " + f1Prefix + "user/dev/bob", "iam:GetContextKeysForPrincipalPolicy on " + f1Prefix + "user/dev/bob"}
	if !reflect.DeepEqual(w.asked, want) {
		t.Errorf("asked about %q", w.asked)
	}
	w.deny = wire.Errorf(403, "AccessDenied", "no")
	if got := w.fails(auditor(), "SimulatePrincipalPolicy", "PolicySourceArn", f1Prefix+"user/mine/bob", "ActionNames.member.1", "s3:GetObject"); got != "403 AccessDenied: no" {
		t.Error(got)
	}
}

func TestGetContextKeys(t *testing.T) {
	w := newWorld(t)
	client := w.sdk()
	custom, err := client.GetContextKeysForCustomPolicy(t.Context(), &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}`}})
	if err != nil || !reflect.DeepEqual(custom.ContextKeyNames, []string{"aws:username", "aws:CurrentTime"}) {
		t.Errorf("custom: %v, %v", custom, err)
	}
	for arn, want := range map[string][]string{
		f1Prefix + "role/service/app": {"aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:SourceIp"},
		f1Prefix + "user/alice":       {"aws:SourceIp"},
	} {
		w.change(func(a *inventory.Account) {
			a.Policy(f1Prefix + "policy/BoundaryAll").Versions[0].Document =
				`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`
		})
		got, err := client.GetContextKeysForPrincipalPolicy(t.Context(), &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &arn, PolicyInputList: []string{
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`}})
		if err != nil || !reflect.DeepEqual(got.ContextKeyNames, want) {
			t.Errorf("%s: %v, %v", arn, got, err)
		}
	}
	same(t, w.get("GetContextKeysForCustomPolicy", "PolicyInputList.member.1", allow("*")), `{"ContextKeyNames": []}`)
	for name, c := range map[string]struct {
		operation string
		pairs     []string
		want      string
	}{
		"no policies": {"GetContextKeysForCustomPolicy", nil, "400 ValidationError: 1 validation error detected: Value at 'policyInputList' failed to satisfy constraint: Member must not be null"},
		"no policy":   {"GetContextKeysForCustomPolicy", []string{"PolicyInputList.member.1", "x"}, "400 InvalidInput: policy document line 1, column 1: the document must be an object, found 'x'"},
		"nobody":      {"GetContextKeysForPrincipalPolicy", []string{"PolicySourceArn", f1Prefix + "user/nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
		"a session": {"GetContextKeysForPrincipalPolicy", []string{"PolicySourceArn", "arn:aws:sts::111122223333:assumed-role/app/s1"},
			"400 InvalidInput: Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/app/s1 does not clearly define entity type and name."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := w.fails(auditor(), c.operation, c.pairs...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
