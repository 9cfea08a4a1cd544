package console

// policyDetails is the page of a managed policy.
func policyDetails(q *request, arn string) (*entity, error) {
	out, err := ask[struct{ Policy policy }](q.Context(), q.client, "iam", "GetPolicy", "PolicyArn", arn)
	if err != nil {
		return nil, err
	}
	p := out.Policy
	e := &entity{
		row:      row{ID: p.Arn, Name: p.PolicyName, Path: p.Path, ARN: p.Arn, Created: p.CreateDate, Count: p.AttachmentCount},
		UniqueID: p.PolicyId, Description: p.Description, Tags: p.Tags, Tagged: true, Version: p.DefaultVersionId, Holders: "Attached to",
	}
	version, err := ask[struct{ PolicyVersion policyVersion }](q.Context(), q.client, "iam", "GetPolicyVersion", "PolicyArn", arn, "VersionId", p.DefaultVersionId)
	if ok, err := q.try(err); err != nil {
		return nil, err
	} else if ok {
		e.Document = document(version.PolicyVersion.Document)
	}
	if err := q.versionsOf(arn, e); err != nil {
		return nil, err
	}
	if err := q.holdersOf(arn, "PermissionsPolicy", "permissions policy", e); err != nil {
		return nil, err
	}
	return e, q.holdersOf(arn, "PermissionsBoundary", "permissions boundary", e)
}

func (q *request) versionsOf(arn string, e *entity) error {
	type versions struct {
		page
		Versions []policyVersion `xml:"Versions>member"`
	}
	_, err := askAll(q.Context(), q.client, "ListPolicyVersions", func(p *versions) page {
		e.Versions = append(e.Versions, p.Versions...)
		return p.page
	}, "PolicyArn", arn)
	_, err = q.try(err)
	return err
}

// holdersOf adds who has a policy, for permissions or as boundary.
func (q *request) holdersOf(arn, use, as string, e *entity) error {
	type holders struct {
		page
		PolicyUsers  []struct{ UserName string }  `xml:"PolicyUsers>member"`
		PolicyGroups []struct{ GroupName string } `xml:"PolicyGroups>member"`
		PolicyRoles  []struct{ RoleName string }  `xml:"PolicyRoles>member"`
	}
	_, err := askAll(q.Context(), q.client, "ListEntitiesForPolicy", func(p *holders) page {
		for _, u := range p.PolicyUsers {
			e.Members = append(e.Members, holder{kindOf("users"), u.UserName, as})
		}
		for _, g := range p.PolicyGroups {
			e.Members = append(e.Members, holder{kindOf("groups"), g.GroupName, as})
		}
		for _, r := range p.PolicyRoles {
			e.Members = append(e.Members, holder{kindOf("roles"), r.RoleName, as})
		}
		return p.page
	}, "PolicyArn", arn, "PolicyUsageFilter", use)
	_, err = q.try(err)
	return err
}
