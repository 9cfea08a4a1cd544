package console

// roleDetails is the page of a role.
func roleDetails(q *request, name string) (*entity, error) {
	out, err := ask[struct{ Role role }](q.Context(), q.client, "iam", "GetRole", "RoleName", name)
	if err != nil {
		return nil, err
	}
	r := out.Role
	e := &entity{
		row:      row{ID: r.RoleName, Name: r.RoleName, Path: r.Path, ARN: r.Arn, Created: r.CreateDate, Last: r.RoleLastUsed.LastUsedDate, Asked: true},
		UniqueID: r.RoleId, Description: r.Description, Boundary: r.PermissionsBoundary.PermissionsBoundaryArn,
		Trust: document(r.AssumeRolePolicyDocument), Tags: r.Tags, Tagged: true, Used: "Last used", Region: r.RoleLastUsed.Region,
	}
	return e, q.granted("Role", name, "", &e.Policies)
}
