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
