package sample

import (
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// The size of the large account: ten times AWS's default quota of roles, which
// accounts of that kind have raised, and its quota of users.
const (
	LargeRoles    = 10_000
	LargeUsers    = 5_000
	LargePolicies = 3_000

	largeGroups   = 200
	largeProfiles = 500
	largeServices = 8 // whose actions a policy grants
)

// Large is an indexed account of LargeRoles roles, LargeUsers users and
// LargePolicies policies, connected as such accounts are: every role and user
// has policies of its own and shared ones, and tags. It is the same each time.
func Large(id string) *inventory.Account {
	l := &large{a: &inventory.Account{ID: id, Partition: "aws"}, day: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i := range LargePolicies {
		l.policy(i)
	}
	for i := range largeGroups {
		l.group(i)
	}
	for i := range LargeUsers {
		l.user(i)
	}
	for i := range LargeRoles {
		l.role(i)
	}
	for i := range largeProfiles {
		l.profile(i)
	}
	l.a.Index()
	return l.a
}

// large is the account in the making.
type large struct {
	a   *inventory.Account
	day time.Time
}

// teams and kinds name what there is: TEAM-KIND-NUMBER.
func teams() []string {
	return []string{"payments", "search", "ledger", "identity", "mobile", "data", "risk", "platform", "billing", "media"}
}

// duties are services and the actions that people ask for together.
func duties() [][]string {
	return [][]string{
		{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"},
		{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:BatchGetItem"},
		{"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		{"kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"},
		{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
		{"ec2:Describe*", "ec2:StartInstances", "ec2:StopInstances"},
		{"lambda:InvokeFunction", "lambda:GetFunction*", "lambda:List*"},
		{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"},
		{"cloudwatch:PutMetricData", "cloudwatch:Get*", "cloudwatch:List*"},
		{"sns:Publish", "sns:Subscribe", "sns:ListTopics"},
		{"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
		{"ssm:GetParameter*", "ssm:DescribeParameters"},
	}
}

func teamOf(i int) string { return teams()[i%len(teams())] }

// rights is a document of n statements, each on resources of the team.
func rights(i, n int) string {
	all := duties()
	var list []statement
	for k := range n {
		list = append(list, allow(fmt.Sprintf("arn:aws:*:*:*:%s-%04d-%d/*", teamOf(i), i, k), all[(i+k*5)%len(all)]...))
	}
	return document(append(list, deny("*", "iam:*", "organizations:*")))
}

func (l *large) name(kind string, i int) string { return fmt.Sprintf("%s-%s-%05d", teamOf(i), kind, i) }

// id is a unique id with the digits of a number, in the letters of such ids.
func (l *large) id(prefix string, i int) string { return fmt.Sprintf("%sLARGE%012d", prefix, i) }

func (l *large) policyARN(i int) string {
	return l.a.NewARN("policy", "/"+teamOf(i)+"/", l.name("rights", i))
}

func (l *large) tags(i int) []inventory.Tag {
	return []inventory.Tag{{Key: "team", Value: teamOf(i)}, {Key: "cost-center", Value: fmt.Sprintf("cc-%04d", i%97)}, {Key: "managed-by", Value: "terraform"}}
}

// policy has one to three versions.
func (l *large) policy(i int) {
	p := &inventory.Policy{
		Name: l.name("rights", i), Path: "/" + teamOf(i) + "/", ARN: l.policyARN(i), ID: l.id(inventory.PolicyID, i), Attachable: true,
		Description: "Rights of " + teamOf(i), Created: l.day, Updated: l.day, Tags: l.tags(i),
	}
	for v := range 1 + i%3 {
		p.Versions = append(p.Versions, inventory.PolicyVersion{ID: fmt.Sprintf("v%d", v+1), Document: rights(i+v, largeServices), Created: l.day})
	}
	p.Default = p.Versions[len(p.Versions)-1].ID
	l.a.Policies = append(l.a.Policies, p)
}

func (l *large) group(i int) {
	name := l.name("people", i)
	l.a.Groups = append(l.a.Groups, &inventory.Group{
		Name: name, Path: "/", ARN: l.a.NewARN("group", "/", name), ID: l.id(inventory.GroupID, i), Created: l.day,
		Attached: []string{l.policyARN(i * 7)}, Inline: []inventory.Inline{{Name: "own", Document: rights(i, 2)}},
	})
}

func (l *large) user(i int) {
	name := l.name("user", i)
	l.a.Users = append(l.a.Users, &inventory.User{
		Name: name, Path: "/", ARN: l.a.NewARN("user", "/", name), ID: l.id(inventory.UserID, i), Created: l.day, Tags: l.tags(i),
		Groups:   []string{l.name("people", i%largeGroups), l.name("people", (i+100)%largeGroups)},
		Attached: []string{l.policyARN(i % LargePolicies)},
	})
}

// role has an inline policy and three attached ones; one in five has a boundary,
// one of a few that many share.
func (l *large) role(i int) {
	name := l.name("role", i)
	r := &inventory.Role{
		Name: name, Path: "/" + teamOf(i) + "/", ID: l.id(inventory.RoleID, i), Created: l.day, Tags: l.tags(i),
		ARN: l.a.NewARN("role", "/"+teamOf(i)+"/", name), Description: "Runs " + name, MaxSession: time.Hour,
		Trust: trustService("ec2.amazonaws.com"), Inline: []inventory.Inline{{Name: "own", Document: rights(i, 3)}},
		Attached: []string{l.policyARN(i % LargePolicies), l.policyARN((i * 3) % LargePolicies), l.policyARN(i % 10)},
	}
	if i%5 == 0 {
		r.Boundary = l.policyARN(i % 50)
	}
	l.a.Roles = append(l.a.Roles, r)
}

func (l *large) profile(i int) {
	name := l.name("role", i)
	l.a.Profiles = append(l.a.Profiles, &inventory.InstanceProfile{
		Name: name, Path: "/", ARN: l.a.NewARN("instance-profile", "/", name), ID: l.id(inventory.ProfileID, i), Created: l.day, Role: name,
	})
}
