package apply

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/refine"
)

// policy makes a managed policy, gives it another document, or deletes it.
func policy(ctx context.Context, client *iam.Client, c refine.Change) (dropped *types.PolicyVersion, err error) {
	switch {
	case c.To == "":
		return nil, remove(ctx, client, c)
	case c.From != "":
		return newVersion(ctx, client, c)
	}
	name, err := arn.Parse(c.Policy)
	if err != nil {
		return nil, err
	}
	path := name.Path()
	_, err = client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String(name.Name()), Path: &path, PolicyDocument: &c.To})
	return nil, err
}

// remove deletes a policy with its versions. One that somebody has stays: whoever gave
// it counts on it.
func remove(ctx context.Context, client *iam.Client, c refine.Change) error {
	p, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &c.Policy})
	if err != nil {
		return err
	}
	if aws.ToInt32(p.Policy.AttachmentCount)+aws.ToInt32(p.Policy.PermissionsBoundaryUsageCount) > 0 {
		return &ChangedError{c, "is attached to somebody else since"}
	}
	for pages := iam.NewListPolicyVersionsPaginator(client, &iam.ListPolicyVersionsInput{PolicyArn: &c.Policy}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, v := range page.Versions {
			if v.IsDefaultVersion {
				continue // goes with the policy
			}
			if _, err := client.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &c.Policy, VersionId: v.VersionId}); err != nil {
				return err
			}
		}
	}
	_, err = client.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &c.Policy})
	return err
}

// unchanged refuses a change that was made from a policy of AWS that AWS has changed
// since: nobody has looked at what that grants now.
func unchanged(ctx context.Context, client *iam.Client, c refine.Change) error {
	if c.Of == "" {
		return nil
	}
	p, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &c.Of})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Of, err)
	}
	if v := aws.ToString(p.Policy.DefaultVersionId); v != c.OfVersion {
		return &ChangedError{c, fmt.Sprintf("is right for version %s of %s, which now has %s", c.OfVersion, c.Of, v)}
	}
	return nil
}
