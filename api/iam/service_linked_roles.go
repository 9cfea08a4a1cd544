package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Service-linked roles: three operations. No service is here that uses such a
// role, so that a deletion is done at once.

// maxDeletions is how many deletions an account remembers; the oldest goes
// first.
const maxDeletions = 100

// CreateServiceLinkedRoleInput names the service.
type CreateServiceLinkedRoleInput struct {
	AWSServiceName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"` // such as "spot.amazonaws.com"
	Description    string `max:"1000" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"`
	CustomSuffix   string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// Check implements wire.Checker.
func (in *CreateServiceLinkedRoleInput) Check(wire.Caller) error {
	service, domain, _ := strings.Cut(in.AWSServiceName, ".")
	if service == "" || !strings.HasSuffix("."+domain, ".amazonaws.com") && !strings.HasSuffix("."+domain, ".amazonaws.com.cn") {
		return invalidInput("%s is not the name of a service, such as autoscaling.amazonaws.com.", in.AWSServiceName)
	}
	if len(in.roleName()) > maxRoleName {
		return invalidInput("The role name %s is longer than %d characters: choose a shorter suffix.", in.roleName(), maxRoleName)
	}
	return nil
}

// maxRoleName is the length of a role's name (IAM-14).
const maxRoleName = 64

// ConditionKeys implements wire.Keyed.
func (in *CreateServiceLinkedRoleInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyService: {in.AWSServiceName}}
}

// CreateServiceLinkedRoleOutput is the new role.
type CreateServiceLinkedRoleOutput struct{ Role Role }

// roleName is what AWS calls the role of a service.
func (in *CreateServiceLinkedRoleInput) roleName() string {
	name := "AWSServiceRoleFor" + linkedName(in.AWSServiceName)
	if in.CustomSuffix != "" {
		name += "_" + in.CustomSuffix
	}
	return name
}

func (in *CreateServiceLinkedRoleInput) path() string { return linkedPath + in.AWSServiceName + "/" }

func linkedRoleResource(in *CreateServiceLinkedRoleInput, caller wire.Caller) string {
	return ownPathARN(caller, "role", in.path(), in.roleName())
}

// CreateServiceLinkedRole makes the role of a service. AWS attaches a policy of
// the service, whose document is not ours; the role has none.
func (a *API) CreateServiceLinkedRole(
	ctx context.Context, caller wire.Caller, in *CreateServiceLinkedRoleInput,
) (*CreateServiceLinkedRoleOutput, error) {
	id, err := a.newID(inventory.RoleID)
	if err != nil {
		return nil, err
	}
	made := &inventory.Role{
		Name: in.roleName(), ID: id, ARN: linkedRoleResource(in, caller), Path: in.path(), Created: a.today(),
		Trust:       `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + in.AWSServiceName + `"},"Action":"sts:AssumeRole"}]}`,
		Description: in.Description, MaxSession: defaultSession,
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if account.RoleByName(made.Name) != nil {
			return invalidInput("Service role name %s has been taken in this account, please try a different suffix.", made.Name)
		}
		account.Roles = append(account.Roles, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateServiceLinkedRoleOutput{newRole(made)}, nil
}

// DeleteServiceLinkedRoleInput names a role.
type DeleteServiceLinkedRoleInput struct{ OfRole }

// DeleteServiceLinkedRoleOutput names the deletion.
type DeleteServiceLinkedRoleOutput struct{ DeletionTaskId string }

// DeleteServiceLinkedRole deletes the role of a service, with its policies.
func (a *API) DeleteServiceLinkedRole(
	ctx context.Context, caller wire.Caller, _ *DeleteServiceLinkedRoleInput, of found[inventory.Role],
) (*DeleteServiceLinkedRoleOutput, error) {
	service, ok := strings.CutPrefix(of.entity.Path, linkedPath)
	if !ok {
		return nil, invalidInput("The role with name %s is not a service-linked role: use DeleteRole.", of.entity.Name)
	}
	made := &inventory.Deletion{
		ID: "task" + linkedPath + service + of.entity.Name + "/" + a.NewID(), Role: of.entity.Name, Created: a.today(),
	}
	err := a.changeRole(ctx, caller, of, func(account *inventory.Account, r *inventory.Role) error {
		for _, p := range account.ProfilesOf(r.Name) {
			p.Role = ""
		}
		removeRole(account, r)
		remember(account, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &DeleteServiceLinkedRoleOutput{made.ID}, nil
}

// remember adds a deletion and forgets the oldest ones.
func remember(account *inventory.Account, d *inventory.Deletion) {
	account.Deletions = append(account.Deletions, d)
	for len(account.Deletions) > maxDeletions {
		oldest := 0
		for i, e := range account.Deletions {
			if e.Created.Before(account.Deletions[oldest].Created) {
				oldest = i
			}
		}
		account.Deletions = slices.Delete(account.Deletions, oldest, oldest+1)
	}
}

// GetServiceLinkedRoleDeletionStatusInput names a deletion.
type GetServiceLinkedRoleDeletionStatusInput struct {
	DeletionTaskId string `required:"true" min:"1" max:"1000"`
}

// DeletionFailure is why a deletion failed.
type DeletionFailure struct{ Reason string }

// GetServiceLinkedRoleDeletionStatusOutput is what became of a deletion.
type GetServiceLinkedRoleDeletionStatusOutput struct {
	Status string
	Reason *DeletionFailure
}

// findDeletion finds a deletion. The guard is asked about the role, whose path
// and name are in the id.
func (a *API) findDeletion(
	ctx context.Context, caller wire.Caller, in *GetServiceLinkedRoleDeletionStatusInput,
) (*inventory.Deletion, string, error) {
	role, ok := strings.CutPrefix(in.DeletionTaskId, "task"+linkedPath)
	parts := strings.Split(role, "/")
	if !ok || len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return nil, "", invalidInput("The deletion task id %s is not valid.", in.DeletionTaskId)
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, "", err
	}
	resource := ownPathARN(caller, "role", linkedPath+parts[0]+"/", parts[1])
	i := slices.IndexFunc(account.Deletions, func(d *inventory.Deletion) bool { return d.ID == in.DeletionTaskId })
	if i < 0 {
		return nil, resource, noSuchEntity("The deletion task with id %s cannot be found.", in.DeletionTaskId)
	}
	return account.Deletions[i], resource, nil
}

// GetServiceLinkedRoleDeletionStatus tells what became of a deletion.
func (a *API) GetServiceLinkedRoleDeletionStatus(
	_ context.Context, _ wire.Caller, _ *GetServiceLinkedRoleDeletionStatusInput, d *inventory.Deletion,
) (*GetServiceLinkedRoleDeletionStatusOutput, error) {
	if d.Failed != "" {
		return &GetServiceLinkedRoleDeletionStatusOutput{"FAILED", &DeletionFailure{d.Failed}}, nil
	}
	return &GetServiceLinkedRoleDeletionStatusOutput{Status: "SUCCEEDED"}, nil
}

// linkedNames are the names of service-linked roles, without their beginning,
// that do not follow from the service (each service's guide, "Using
// service-linked roles").
var linkedNames = map[string]string{
	"access-analyzer": "AccessAnalyzer",
	"autoscaling":     "AutoScaling",
	"batch":           "Batch",
	"cloudtrail":      "CloudTrail",
	"cks.kms":         "KeyManagementServiceCustomKeyStores",
	"config":          "Config",
	"custom-resource.application-autoscaling": "ApplicationAutoScaling_CustomResource",
	"dynamodb.application-autoscaling":        "ApplicationAutoScaling_DynamoDBTable",
	"ec2scheduled":                            "EC2ScheduledInstances",
	"ecs":                                     "ECS",
	"ecs.application-autoscaling":             "ApplicationAutoScaling_ECSService",
	"eks":                                     "AmazonEKS",
	"eks-nodegroup":                           "AmazonEKSNodegroup",
	"elasticache":                             "ElastiCache",
	"elasticbeanstalk":                        "ElasticBeanstalk",
	"elasticfilesystem":                       "AmazonElasticFileSystem",
	"elasticloadbalancing":                    "ElasticLoadBalancing",
	"elasticmapreduce":                        "EMRCleanup",
	"es":                                      "AmazonElasticsearchService",
	"opensearchservice":                       "AmazonOpenSearchService",
	"fms":                                     "FMS",
	"guardduty":                               "AmazonGuardDuty",
	"inspector2":                              "AmazonInspector2",
	"kafka":                                   "Kafka",
	"macie":                                   "AmazonMacie",
	"member.org.stacksets.cloudformation":     "CloudFormationStackSetsOrgMember",
	"stacksets.cloudformation":                "CloudFormationStackSetsOrgAdmin",
	"ops.apigateway":                          "APIGateway",
	"organizations":                           "Organizations",
	"rds":                                     "RDS",
	"redshift":                                "Redshift",
	"replicator.lambda":                       "LambdaReplicator",
	"securityhub":                             "SecurityHub",
	"spot":                                    "EC2Spot",
	"spotfleet":                               "EC2SpotFleet",
	"ssm":                                     "AmazonSSM",
	"sso":                                     "SSO",
	"support":                                 "Support",
	"transitgateway":                          "VPCTransitGateway",
	"trustedadvisor":                          "TrustedAdvisor",
}

// linkedName is what the name of a service's role ends in. Of a service that is
// not in the table it is made of the service's name: AWS's own is not known.
func linkedName(service string) string {
	label := strings.TrimSuffix(strings.TrimSuffix(service, ".cn"), ".amazonaws.com")
	if name := linkedNames[label]; name != "" {
		return name
	}
	var out strings.Builder
	for word := range strings.FieldsFuncSeq(label, func(c rune) bool { return c == '.' || c == '-' }) {
		out.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return out.String()
}
