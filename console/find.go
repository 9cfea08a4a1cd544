package console

// find reads the name and ARN of an entity, and nothing else of it.
func (k kind) find(q *request, id string) (row, error) {
	switch k.Slug {
	case "users":
		out, err := ask[struct{ User user }](q.Context(), q.client, "iam", "GetUser", "UserName", orNone(id))
		return row{ID: out.User.UserName, Name: out.User.UserName, ARN: out.User.Arn}, err
	case "groups":
		out, err := ask[struct{ Group group }](q.Context(), q.client, "iam", "GetGroup", "GroupName", id, "MaxItems", "1")
		return row{ID: out.Group.GroupName, Name: out.Group.GroupName, ARN: out.Group.Arn}, err
	case "roles":
		out, err := ask[struct{ Role role }](q.Context(), q.client, "iam", "GetRole", "RoleName", id)
		return row{ID: out.Role.RoleName, Name: out.Role.RoleName, ARN: out.Role.Arn}, err
	}
	out, err := ask[struct{ Policy policy }](q.Context(), q.client, "iam", "GetPolicy", "PolicyArn", id)
	return row{ID: out.Policy.Arn, Name: out.Policy.PolicyName, ARN: out.Policy.Arn}, err
}
