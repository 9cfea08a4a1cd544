package console

// userDetails is the page of a user.
func userDetails(q *request, name string) (*entity, error) {
	out, err := ask[struct{ User user }](q.Context(), q.client, "iam", "GetUser", "UserName", orNone(name))
	if err != nil {
		return nil, err
	}
	u := out.User
	e := &entity{
		row:      row{ID: u.UserName, Name: u.UserName, Path: u.Path, ARN: u.Arn, Created: u.CreateDate, Last: u.PasswordLastUsed, Asked: true},
		UniqueID: u.UserId, Boundary: u.PermissionsBoundary.PermissionsBoundaryArn, Tags: u.Tags, Tagged: true, Used: "Last sign-in",
	}
	if err := q.granted("User", name, "", &e.Policies); err != nil {
		return nil, err
	}
	if err := q.groupsOf(name, e); err != nil {
		return nil, err
	}
	return e, q.keysOf(name, e)
}

// orNone is a name that the API refuses when there is none: an operation of IAM
// that is told no user would answer about the caller.
func orNone(name string) string {
	if name == "" {
		return " "
	}
	return name
}

// groupsOf adds the groups of a user and what they grant.
func (q *request) groupsOf(name string, e *entity) error {
	_, err := askAll(q.Context(), q.client, "ListGroupsForUser", func(p *groupList) page {
		for _, g := range p.Groups {
			e.Groups = append(e.Groups, row{ID: g.GroupName, Name: g.GroupName, Path: g.Path})
		}
		return p.page
	}, "UserName", name)
	if ok, err := q.try(err); !ok {
		return err
	}
	for _, g := range e.Groups {
		err := q.granted("Group", g.Name, g.Name, &e.Policies)
		if unreadable(err) { // that there are some must be seen
			e.Policies = append(e.Policies, grantedBy{Name: "Policies that cannot be read", Type: "all", Via: g.Name})
		} else if err != nil {
			return err
		}
	}
	return nil
}

// keysOf adds the access keys of a user and when they were last used.
func (q *request) keysOf(name string, e *entity) error {
	type keyList struct {
		page
		AccessKeyMetadata []accessKey `xml:"AccessKeyMetadata>member"`
	}
	_, err := askAll(q.Context(), q.client, "ListAccessKeys", func(p *keyList) page {
		e.Keys = append(e.Keys, p.AccessKeyMetadata...)
		return p.page
	}, "UserName", name)
	if ok, err := q.try(err); !ok {
		return err
	}
	for i := range e.Keys {
		k := &e.Keys[i]
		out, err := keyUse(q, k.AccessKeyId)
		if k.Asked, err = q.try(err); err != nil {
			return err
		}
		k.Last = out
	}
	return nil
}

func keyUse(q *request, id string) (lastUsed, error) {
	out, err := ask[struct{ AccessKeyLastUsed lastUsed }](q.Context(), q.client, "iam", "GetAccessKeyLastUsed", "AccessKeyId", id)
	return out.AccessKeyLastUsed, err
}
