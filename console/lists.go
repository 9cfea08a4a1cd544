package console

// The lists of each kind, and the last activity of a row. Lists of IAM do not
// tell when something was used, so that only the rows on a page are asked for.

func listUsers(q *request) (rows []row, whole bool, err error) {
	whole, err = eachMember(q.Context(), q.client, "ListUsers", "Users", func(m listed) { rows = append(rows, m.row("UserName")) })
	return rows, whole, err
}

// row is a member whose name is in the element of that name.
func (m listed) row(name string) row {
	id := m.text(name)
	return row{ID: id, Name: id, Path: m.text("Path"), ARN: m.text("Arn"), Created: m.time("CreateDate")}
}

func userUsed(q *request, r *row) error {
	out, err := ask[struct{ User user }](q.Context(), q.client, "iam", "GetUser", "UserName", r.ID)
	r.Last = out.User.PasswordLastUsed
	return err
}

func listGroups(q *request) (rows []row, whole bool, err error) {
	whole, err = askAll(q.Context(), q.client, "ListGroups", func(p *groupList) page {
		for _, g := range p.Groups {
			rows = append(rows, row{ID: g.GroupName, Name: g.GroupName, Path: g.Path, ARN: g.Arn, Created: g.CreateDate})
		}
		return p.page
	})
	return rows, whole, err
}

// listRoles lists roles; when the page asks which were used lately, from the one
// operation that tells the last use of many.
func listRoles(q *request) (rows []row, whole bool, err error) {
	if usedFilter(q) != "" {
		return rolesWithUse(q)
	}
	whole, err = eachMember(q.Context(), q.client, "ListRoles", "Roles", func(m listed) { rows = append(rows, m.row("RoleName")) })
	return rows, whole, err
}

func rolesWithUse(q *request) (rows []row, whole bool, err error) {
	type details struct {
		page
		RoleDetailList []role `xml:"RoleDetailList>member"`
	}
	whole, err = askAll(q.Context(), q.client, "GetAccountAuthorizationDetails", func(p *details) page {
		for _, r := range p.RoleDetailList {
			rows = append(rows, row{
				ID: r.RoleName, Name: r.RoleName, Path: r.Path, ARN: r.Arn, Created: r.CreateDate, Last: r.RoleLastUsed.LastUsedDate, Asked: true,
			})
		}
		return p.page
	}, "Filter.member.1", "Role")
	return rows, whole, err
}

// The roles that a page may be limited to: those used in the last recentDays, or
// those that were not.
const (
	usedRecently    = "recent"
	notUsedRecently = "not"
)

// usedFilter is which of them the page asks for; empty: all.
func usedFilter(q *request) string {
	if used := q.URL.Query().Get("used"); q.PathValue("kind") == "roles" && (used == usedRecently || used == notUsedRecently) {
		return used
	}
	return ""
}

func roleUsed(q *request, r *row) error {
	out, err := ask[struct{ Role role }](q.Context(), q.client, "iam", "GetRole", "RoleName", r.ID)
	r.Last = out.Role.RoleLastUsed.LastUsedDate
	return err
}

// listPolicies lists the account's own policies, and those of AWS that are in
// use or all of them when the page asks so.
func listPolicies(q *request) (rows []row, whole bool, err error) {
	whole, err = askAll(q.Context(), q.client, "ListPolicies", func(p *policyList) page {
		for _, m := range p.Policies {
			rows = append(rows, row{ID: m.Arn, Name: m.PolicyName, Path: m.Path, ARN: m.Arn, Created: m.CreateDate, Count: m.AttachmentCount})
		}
		return p.page
	}, "Scope", policyScope(q))
	return rows, whole, err
}

// policyScope is the scope that the page was asked for; Local is the usual one
// of administrators, All shows what AWS manages too.
func policyScope(q *request) string {
	switch scope := q.URL.Query().Get("scope"); scope {
	case "AWS", "Local":
		return scope
	}
	return "All"
}
