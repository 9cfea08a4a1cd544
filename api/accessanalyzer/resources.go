package accessanalyzer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// AnalyzedResource is a user or role that an analyzer looks at.
type AnalyzedResource struct {
	ResourceARN          string `wire:"resourceArn"`
	ResourceOwnerAccount string `wire:"resourceOwnerAccount"`
	ResourceType         string `wire:"resourceType"`

	created time.Time `wire:"-"`
}

type listResourcesInput struct {
	OfARN
	ResourceType string `wire:"resourceType" enum:"AWS::S3::Bucket,AWS::IAM::Role,AWS::SQS::Queue,AWS::Lambda::Function,AWS::Lambda::LayerVersion,AWS::KMS::Key,AWS::SecretsManager::Secret,AWS::EFS::FileSystem,AWS::EC2::Snapshot,AWS::ECR::Repository,AWS::RDS::DBSnapshot,AWS::RDS::DBClusterSnapshot,AWS::SNS::Topic,AWS::S3Express::DirectoryBucket,AWS::DynamoDB::Table,AWS::DynamoDB::Stream,AWS::IAM::User"` // empty: any
	Paging
}

type listResourcesOutput struct {
	AnalyzedResources []AnalyzedResource `wire:"analyzedResources"`
	Page
}

// listResources reads one account after the other until the page is full: an
// organization may have millions of principals.
func (a *API) listResources(ctx context.Context, _ wire.Caller, in *listResourcesInput, one *finding.Analyzer) (*listResourcesOutput, error) {
	scope := []string{"resources", one.UID, in.ResourceType}
	after, err := in.after(scope...)
	if err != nil {
		return nil, err
	}
	ids, err := a.analyzed(ctx, one)
	if err != nil {
		return nil, subject{analyzer: one.Name}.refusal(err)
	}
	list := []AnalyzedResource{}
	for _, id := range ids {
		if len(list) > in.size() {
			break
		}
		if at, err := arn.Parse(after); err == nil && id < at.Account {
			continue
		}
		more, err := a.resourcesOf(ctx, one, id)
		if err != nil {
			return nil, err
		}
		for _, r := range more {
			if r.ResourceARN > after && (in.ResourceType == "" || in.ResourceType == r.ResourceType) {
				list = append(list, r)
			}
		}
	}
	shown, page := in.first(len(list), func(last int) string { return list[last].ResourceARN }, scope...)
	return &listResourcesOutput{list[:shown], page}, nil
}

// analyzed are the accounts that the analyzer has looked at, by id: none before
// its first scan.
func (a *API) analyzed(ctx context.Context, one *finding.Analyzer) ([]string, error) {
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil || v.Scanned.IsZero() {
		return nil, err
	}
	ids, err := a.Analyzers.Covered(ctx, one)
	if errors.Is(err, analyzers.ErrNotOrganization) {
		return nil, nil // it is disabled: see there
	}
	return ids, err
}

// resourcesOf are the principals of an account that the analyzer looks at, by
// ARN.
func (a *API) resourcesOf(ctx context.Context, one *finding.Analyzer, id string) ([]AnalyzedResource, error) {
	account, err := a.Book.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // of the organization, and not known here
	} else if err != nil {
		return nil, err
	}
	var list []AnalyzedResource
	for _, r := range account.Roles {
		if !strings.HasPrefix(r.Path, "/aws-service-role/") && !one.Excludes(id, r.Tags) {
			list = append(list, AnalyzedResource{r.ARN, id, finding.RoleResource, r.Created})
		}
	}
	if one.Type.Unused() {
		for _, u := range account.Users {
			if !one.Excludes(id, u.Tags) {
				list = append(list, AnalyzedResource{u.ARN, id, finding.UserResource, u.Created})
			}
		}
	}
	slices.SortFunc(list, func(a, b AnalyzedResource) int { return strings.Compare(a.ResourceARN, b.ResourceARN) })
	return list, nil
}

type getResourceInput struct {
	OfARN
	ResourceARN string `wire:"resourceArn" required:"true" max:"2048" pattern:"arn:[^:]*:[^:]*:[^:]*:[^:]*:.*"`
}

type getResourceOutput struct {
	Resource ResourceState `wire:"resource"`
}

// ResourceState is what the findings say of a resource.
type ResourceState struct {
	AnalyzedResource
	CreatedAt  time.Time `wire:"createdAt"`
	AnalyzedAt time.Time `wire:"analyzedAt"`
	UpdatedAt  time.Time `wire:"updatedAt"`
	IsPublic   bool      `wire:"isPublic"`
	Actions    []string  `wire:"actions"`
	Status     string    `wire:"status"`
	Error      string    `wire:"error"`
}

func (a *API) getResource(ctx context.Context, _ wire.Caller, in *getResourceInput, one *finding.Analyzer) (*getResourceOutput, error) {
	if err := onlyExternal(one, "GetAnalyzedResource", ""); err != nil {
		return nil, err
	}
	s := subject{one.Name, in.ResourceARN}
	resource, err := a.resource(ctx, one, in.ResourceARN)
	if err != nil {
		return nil, s.refusal(err)
	}
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil {
		return nil, s.refusal(err)
	}
	state := ResourceState{AnalyzedResource: resource, CreatedAt: resource.created, AnalyzedAt: v.Scanned, UpdatedAt: v.Scanned}
	state.add(v.In(finding.Order{Attribute: "updatedAt", Descending: true}))
	return &getResourceOutput{state}, nil
}

// resource is a principal that the analyzer has looked at, or ErrNoResource.
func (a *API) resource(ctx context.Context, one *finding.Analyzer, name string) (AnalyzedResource, error) {
	parsed, err := arn.Parse(name)
	if err != nil {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	ids, err := a.analyzed(ctx, one)
	if err != nil {
		return AnalyzedResource{}, err
	}
	if !slices.Contains(ids, parsed.Account) {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	list, err := a.resourcesOf(ctx, one, parsed.Account)
	if err != nil {
		return AnalyzedResource{}, err
	}
	i := slices.IndexFunc(list, func(r AnalyzedResource) bool { return r.ResourceARN == name })
	if i < 0 {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	return list[i], nil
}

// add adds what the findings of the resource say: its status is that of the one
// that most needs a look, and its access that of the active ones.
func (r *ResourceState) add(list []*finding.Finding) {
	order := []finding.Status{"", finding.Resolved, finding.Archived, finding.Active}
	first := true
	for _, f := range list { // the one that was updated last comes first
		if f.Resource != r.ResourceARN {
			continue
		}
		if first {
			r.UpdatedAt, r.CreatedAt, first = f.UpdatedAt, f.CreatedAt, false
		}
		if f.CreatedAt.Before(r.CreatedAt) {
			r.CreatedAt = f.CreatedAt
		}
		if slices.Index(order, f.Status) > slices.Index(order, finding.Status(r.Status)) {
			r.Status = string(f.Status)
		}
		if f.Error != "" {
			r.Error = f.Error
		}
		if f.Status == finding.Active && f.External != nil {
			r.IsPublic = r.IsPublic || f.External.Public
			r.Actions = append(r.Actions, f.External.Actions...)
		}
	}
	slices.Sort(r.Actions)
	r.Actions = slices.Compact(r.Actions)
}

type startScanInput struct {
	OfARN
	ResourceARN   string `wire:"resourceArn" required:"true" max:"2048" pattern:"arn:[^:]*:[^:]*:[^:]*:[^:]*:.*"`
	ResourceOwner string `wire:"resourceOwnerAccount" pattern:"\\d{12}"` // empty: as the ARN says
}

// startResourceScan looks at one principal at once. AWS does so for external
// access only.
func (a *API) startResourceScan(ctx context.Context, _ wire.Caller, in *startScanInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	if name, err := arn.Parse(in.ResourceARN); err == nil && in.ResourceOwner != "" && name.Account != in.ResourceOwner {
		return nil, wrongMember(reasonField, "resourceOwnerAccount", "is not the account in resourceArn")
	}
	return nil, subject{one.Name, in.ResourceARN}.refusal(a.Analyzers.ScanResource(ctx, one.Name, in.ResourceARN))
}
