// Package apply makes the changes of package refine in IAM, through AWS's API: that of
// AWS, or of another ebbmark. Every change is looked at first: one that is made already
// is left alone, and one whose policy is no longer what the change was made from is
// refused. So changes may be repeated, and nobody's work is written over.
package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/refine"
)

// maxVersions is how many versions a managed policy may have (IAM's quota, which
// cannot be raised).
const maxVersions = 5

// ChangedError: what a change is about is neither as it was nor as it is to be.
type ChangedError struct {
	Change refine.Change
	Why    string // empty: it "has been changed since"
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s %s, and is left alone", e.Change, cmp.Or(e.Why, "has been changed since"))
}

// Done is what became of a change.
type Done struct {
	// Found is the state that was there, to the byte: what takes the change back.
	Found string
	// Already: it was made before, and nothing was done.
	Already bool
	// Dropped is the version that was deleted to make room for a new one; nil: none.
	Dropped *types.PolicyVersion
}

// Do makes a change. The errors are a *ChangedError, and those of the API.
func Do(ctx context.Context, client *iam.Client, c refine.Change) (d Done, err error) {
	if d.Found, err = state(ctx, client, c); err != nil {
		return d, fmt.Errorf("%s: %w", c, err)
	}
	switch {
	case same(d.Found, c.To):
		d.Already = true
		return d, nil
	case !same(d.Found, c.From):
		return d, &ChangedError{Change: c}
	}
	if err := unchanged(ctx, client, c); err != nil {
		return d, err
	}
	switch c.Kind {
	case refine.ChangeVersion:
		d.Dropped, err = newVersion(ctx, client, c)
	case refine.ChangePolicy:
		d.Dropped, err = policy(ctx, client, c)
	case refine.ChangeAttachment:
		err = attach(ctx, client, c)
	default:
		err = put(ctx, client, c)
	}
	if _, refused := errors.AsType[*ChangedError](err); err != nil && !refused {
		err = fmt.Errorf("%s: %w", c, err)
	}
	return d, err
}

// same reports whether two documents say the same, whatever their white space.
func same(a, b string) bool {
	if a == b || a == "" || b == "" {
		return a == b
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// state is the state that is there; empty also when policy or holder are gone.
func state(ctx context.Context, client *iam.Client, c refine.Change) (text string, err error) {
	switch c.Kind {
	case refine.ChangeVersion, refine.ChangePolicy:
		text, err = version(ctx, client, c.Policy)
	case refine.ChangeAttachment:
		text, err = attachment(ctx, client, c)
	default:
		text, err = inline(ctx, client, c)
	}
	if _, gone := errors.AsType[*types.NoSuchEntityException](err); gone {
		return "", nil
	}
	return text, err
}

func version(ctx context.Context, client *iam.Client, policy string) (string, error) {
	p, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &policy})
	if err != nil {
		return "", err
	}
	v, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &policy, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return "", err
	}
	return url.PathUnescape(aws.ToString(v.PolicyVersion.Document))
}

func inline(ctx context.Context, client *iam.Client, c refine.Change) (string, error) {
	kind, name, err := holder(c)
	if err != nil {
		return "", err
	}
	var document *string
	switch kind {
	case "role":
		var out *iam.GetRolePolicyOutput
		if out, err = client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &name, PolicyName: &c.Policy}); err == nil {
			document = out.PolicyDocument
		}
	case "user":
		var out *iam.GetUserPolicyOutput
		if out, err = client.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &name, PolicyName: &c.Policy}); err == nil {
			document = out.PolicyDocument
		}
	default:
		var out *iam.GetGroupPolicyOutput
		if out, err = client.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &name, PolicyName: &c.Policy}); err == nil {
			document = out.PolicyDocument
		}
	}
	if err != nil {
		return "", err
	}
	return url.PathUnescape(aws.ToString(document))
}

func attachment(ctx context.Context, client *iam.Client, c refine.Change) (string, error) {
	kind, name, err := holder(c)
	if err != nil {
		return "", err
	}
	has := func(list []types.AttachedPolicy) bool {
		return slices.ContainsFunc(list, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == c.Policy })
	}
	found := false
	switch kind {
	case "role":
		for pages := iam.NewListAttachedRolePoliciesPaginator(client, &iam.ListAttachedRolePoliciesInput{RoleName: &name}); err == nil && pages.HasMorePages(); {
			var page *iam.ListAttachedRolePoliciesOutput
			if page, err = pages.NextPage(ctx); err == nil {
				found = found || has(page.AttachedPolicies)
			}
		}
	case "user":
		for pages := iam.NewListAttachedUserPoliciesPaginator(client, &iam.ListAttachedUserPoliciesInput{UserName: &name}); err == nil && pages.HasMorePages(); {
			var page *iam.ListAttachedUserPoliciesOutput
			if page, err = pages.NextPage(ctx); err == nil {
				found = found || has(page.AttachedPolicies)
			}
		}
	default:
		for pages := iam.NewListAttachedGroupPoliciesPaginator(client, &iam.ListAttachedGroupPoliciesInput{GroupName: &name}); err == nil && pages.HasMorePages(); {
			var page *iam.ListAttachedGroupPoliciesOutput
			if page, err = pages.NextPage(ctx); err == nil {
				found = found || has(page.AttachedPolicies)
			}
		}
	}
	if err != nil || !found {
		return "", err
	}
	return refine.Attached, nil
}

// holder is the kind and name of whom a change is about.
func holder(c refine.Change) (kind, name string, err error) {
	a, err := arn.Parse(c.Holder)
	if err != nil {
		return "", "", err
	}
	switch a.Kind() {
	case "user", "role", "group":
		return a.Kind(), a.Name(), nil
	}
	return "", "", fmt.Errorf("%s is no user, group or role", c.Holder)
}

// newVersion makes the document the default version, and room for it where there is
// none: the oldest version that is not the default one goes.
func newVersion(ctx context.Context, client *iam.Client, c refine.Change) (dropped *types.PolicyVersion, err error) {
	var all []types.PolicyVersion
	for pages := iam.NewListPolicyVersionsPaginator(client, &iam.ListPolicyVersionsInput{PolicyArn: &c.Policy}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Versions...)
	}
	if len(all) >= maxVersions {
		all = slices.DeleteFunc(all, func(v types.PolicyVersion) bool { return v.IsDefaultVersion })
		oldest := slices.MinFunc(all, func(a, b types.PolicyVersion) int { return number(a) - number(b) })
		// Its document, for whoever wants it back.
		got, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &c.Policy, VersionId: oldest.VersionId})
		if err != nil {
			return nil, err
		}
		if _, err := client.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &c.Policy, VersionId: oldest.VersionId}); err != nil {
			return nil, err
		}
		dropped = got.PolicyVersion
		if text, err := url.PathUnescape(aws.ToString(dropped.Document)); err == nil {
			dropped.Document = &text
		}
	}
	_, err = client.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &c.Policy, PolicyDocument: &c.To, SetAsDefault: true})
	return dropped, err
}

// number is that of a version: 12 of "v12".
func number(v types.PolicyVersion) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(aws.ToString(v.VersionId), "v")) // zero of what is no number
	return n
}

func put(ctx context.Context, client *iam.Client, c refine.Change) error {
	kind, name, err := holder(c)
	if err != nil {
		return err
	}
	gone := c.To == ""
	switch {
	case kind == "role" && gone:
		_, err = client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &c.Policy})
	case kind == "role":
		_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &c.Policy, PolicyDocument: &c.To})
	case kind == "user" && gone:
		_, err = client.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &c.Policy})
	case kind == "user":
		_, err = client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: &c.Policy, PolicyDocument: &c.To})
	case gone:
		_, err = client.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: &name, PolicyName: &c.Policy})
	default:
		_, err = client.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: &name, PolicyName: &c.Policy, PolicyDocument: &c.To})
	}
	return err
}

func attach(ctx context.Context, client *iam.Client, c refine.Change) error {
	kind, name, err := holder(c)
	if err != nil {
		return err
	}
	off := c.To == ""
	switch {
	case kind == "role" && off:
		_, err = client.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: &c.Policy})
	case kind == "role":
		_, err = client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &c.Policy})
	case kind == "user" && off:
		_, err = client.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &name, PolicyArn: &c.Policy})
	case kind == "user":
		_, err = client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &c.Policy})
	case off:
		_, err = client.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: &name, PolicyArn: &c.Policy})
	default:
		_, err = client.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: &name, PolicyArn: &c.Policy})
	}
	return err
}
