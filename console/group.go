package console

// groupDetails is the page of a group.
func groupDetails(q *request, name string) (*entity, error) {
	type members struct {
		page
		Group group
		Users []user `xml:"Users>member"`
	}
	e := &entity{Holders: "Users in this group"}
	_, err := askAll(q.Context(), q.client, "GetGroup", func(p *members) page {
		g := p.Group
		e.row = row{ID: g.GroupName, Name: g.GroupName, Path: g.Path, ARN: g.Arn, Created: g.CreateDate}
		e.UniqueID = g.GroupId
		for _, u := range p.Users {
			e.Members = append(e.Members, holder{Kind: kindOf("users"), Name: u.UserName})
		}
		return p.page
	}, "GroupName", name)
	if err != nil {
		return nil, err
	}
	return e, q.granted("Group", name, "", &e.Policies)
}
