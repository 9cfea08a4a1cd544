package iam

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// day is midnight of "2024-01-02".
func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// trustEncoded is trust as answers hold it.
const trustEncoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D"

// furnished is an account in which every member of every shape is there
// somewhere, and in another place is not.
func furnished() *inventory.Account {
	zoe := user("/dev/ops/", "Zoe", "AIDAZOEEXAMPLE0000001", "admins", "developers")
	zoe.Created, zoe.PasswordLastUsed, zoe.Boundary = day("2024-01-02"), day("2026-05-01"), f1Prefix+"policy/team/Limit"
	zoe.Tags = []inventory.Tag{{Key: "team", Value: "blue"}, {Key: "Note", Value: ""}}
	zoe.Inline = []inventory.Inline{{Name: "own", Document: `{"Version": "2012-10-17", "Statement": []}`}, {Name: "Extra", Document: "{}"}}
	zoe.Attached = []string{f1Prefix + "policy/team/Work", "arn:aws:iam::aws:policy/ReadOnlyAccess"}
	ann := user("/dev/", "ann", "AIDAANNEXAMPLE0000001", "developers")
	ann.Created = day("2024-01-03")
	bob := user("/", "Bob", "AIDABOBEXAMPLE0000001")
	bob.Created = day("2024-01-04")
	web := &inventory.Role{
		Name: "web", ID: "AROAWEBEXAMPLE0000001", ARN: f1Prefix + "role/app/web", Path: "/app/", Created: day("2024-02-01"), Trust: trust,
		Description: "Web servers", MaxSession: 2 * time.Hour, Boundary: f1Prefix + "policy/team/Limit",
		Tags: []inventory.Tag{{Key: "env", Value: "prod"}}, LastUsed: day("2026-05-02"), LastUsedRegion: "eu-west-1",
		Inline:   []inventory.Inline{{Name: "own", Document: "{}"}},
		Attached: []string{f1Prefix + "policy/team/Work"},
	}
	idle := &inventory.Role{Name: "Idle", ID: "AROAIDLEEXAMPLE000001", ARN: f1Prefix + "role/Idle", Path: "/", Created: day("2024-02-03"), Trust: trust}
	a := &inventory.Account{
		Profiles: []*inventory.InstanceProfile{
			{Name: "web-profile", ID: "AIPAWEBEXAMPLE0000001", ARN: f1Prefix + "instance-profile/app/web-profile", Path: "/app/", Created: day("2024-02-02"),
				Role: "web", Tags: []inventory.Tag{{Key: "env", Value: "prod"}}},
			{Name: "Empty", ID: "AIPAEMPTYEXAMPLE00001", ARN: f1Prefix + "instance-profile/Empty", Path: "/", Created: day("2024-02-03")},
		},
		ID: f1Account, Partition: "aws", Users: []*inventory.User{zoe, ann, bob}, Roles: []*inventory.Role{web, idle},
		Groups: []*inventory.Group{
			{Name: "developers", ID: "AGPADEVSEXAMPLE000001", ARN: f1Prefix + "group/dev/developers", Path: "/dev/", Created: day("2024-03-01"),
				Inline: []inventory.Inline{{Name: "own", Document: "{}"}}, Attached: []string{f1Prefix + "policy/team/Work"}},
			{Name: "admins", ID: "AGPAADMINSEXAMPLE0001", ARN: f1Prefix + "group/admins", Path: "/", Created: day("2024-03-02")},
		},
		Policies: []*inventory.Policy{
			{Name: "Work", ID: "ANPAWORKEXAMPLE000001", ARN: f1Prefix + "policy/team/Work", Path: "/team/", Description: "What we do", Default: "v2", Attachable: true,
				Created: day("2024-04-01"), Updated: day("2024-04-12"), Tags: []inventory.Tag{{Key: "owner", Value: "ann"}},
				Versions: []inventory.PolicyVersion{{ID: "v2", Document: `{"a":1}`, Created: day("2024-04-02")}, {ID: "v12", Document: `{"a":12}`, Created: day("2024-04-12")}, {ID: "v1", Document: "{}", Created: day("2024-04-01")}}},
			{Name: "Limit", ID: "ANPALIMITEXAMPLE00001", ARN: f1Prefix + "policy/team/Limit", Path: "/team/", Default: "v1", Attachable: true,
				Created: day("2024-04-01"), Updated: day("2024-04-01"), Versions: []inventory.PolicyVersion{{ID: "v1", Document: "{}", Created: day("2024-04-01")}}},
			{Name: "spare", ID: "ANPASPAREEXAMPLE00001", ARN: f1Prefix + "policy/spare", Path: "/", Default: "v1", Attachable: true,
				Created: day("2024-04-01"), Updated: day("2024-04-01"), Versions: []inventory.PolicyVersion{{ID: "v1", Document: "{}", Created: day("2024-04-01")}}},
			{Name: "ReadOnlyAccess", ID: "ANPAREADEXAMPLE000001", ARN: "arn:aws:iam::aws:policy/ReadOnlyAccess", Path: "/", Default: "v1", Attachable: true,
				Versions: []inventory.PolicyVersion{{ID: "v1", Document: "{}"}}},
			{Name: "Unused", ID: "ANPAUNUSEDEXAMPLE0001", ARN: "arn:aws:iam::aws:policy/job/Unused", Path: "/job/", Default: "v1", Attachable: true,
				Versions: []inventory.PolicyVersion{{ID: "v1", Document: "{}"}}},
		},
	}
	a.Index()
	return a
}

// newHouse is a world with the furnished account and nothing used.
func newHouse(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.must(w.Book.Replace(t.Context(), furnished()))
	return w
}

// newF1 is a world with fixture F1 as scripts import it.
func newF1(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	file, err := os.Open("../../internal/scenario/testdata/f1/iam.json")
	w.must(err)
	defer file.Close()
	s := inventory.NewSnapshot()
	w.must(s.Read("iam.json", file))
	list, _, err := s.Accounts()
	w.must(err)
	w.must(w.Book.Replace(t.Context(), list[0]))
	return w
}

func TestReads(t *testing.T) {
	w := newHouse(t)
	const (
		zoe = `"Path":"/dev/ops/","UserName":"Zoe","UserId":"AIDAZOEEXAMPLE0000001","Arn":"arn:aws:iam::111122223333:user/dev/ops/Zoe",
			"CreateDate":"2024-01-02T00:00:00Z","PasswordLastUsed":"2026-05-01T00:00:00Z"`
		ann = `"Path":"/dev/","UserName":"ann","UserId":"AIDAANNEXAMPLE0000001","Arn":"arn:aws:iam::111122223333:user/dev/ann","CreateDate":"2024-01-03T00:00:00Z"`
		bob = `"Path":"/","UserName":"Bob","UserId":"AIDABOBEXAMPLE0000001","Arn":"arn:aws:iam::111122223333:user/Bob","CreateDate":"2024-01-04T00:00:00Z"`
		web = `"Path":"/app/","RoleName":"web","RoleId":"AROAWEBEXAMPLE0000001","Arn":"arn:aws:iam::111122223333:role/app/web",
			"CreateDate":"2024-02-01T00:00:00Z","AssumeRolePolicyDocument":"` + trustEncoded + `"`
		webAll = web + `,"Description":"Web servers","MaxSessionDuration":7200`
		idle   = `"Path":"/","RoleName":"Idle","RoleId":"AROAIDLEEXAMPLE000001","Arn":"arn:aws:iam::111122223333:role/Idle",
			"CreateDate":"2024-02-03T00:00:00Z","AssumeRolePolicyDocument":"` + trustEncoded + `"`
		devs   = `"Path":"/dev/","GroupName":"developers","GroupId":"AGPADEVSEXAMPLE000001","Arn":"arn:aws:iam::111122223333:group/dev/developers","CreateDate":"2024-03-01T00:00:00Z"`
		admins = `"Path":"/","GroupName":"admins","GroupId":"AGPAADMINSEXAMPLE0001","Arn":"arn:aws:iam::111122223333:group/admins","CreateDate":"2024-03-02T00:00:00Z"`
		limit  = `"PolicyName":"Limit","PolicyId":"ANPALIMITEXAMPLE00001","Arn":"arn:aws:iam::111122223333:policy/team/Limit","Path":"/team/","DefaultVersionId":"v1",
			"AttachmentCount":0,"PermissionsBoundaryUsageCount":2,"IsAttachable":true,"CreateDate":"2024-04-01T00:00:00Z","UpdateDate":"2024-04-01T00:00:00Z"`
		work = `"PolicyName":"Work","PolicyId":"ANPAWORKEXAMPLE000001","Arn":"arn:aws:iam::111122223333:policy/team/Work","Path":"/team/","DefaultVersionId":"v2",
			"AttachmentCount":3,"PermissionsBoundaryUsageCount":0,"IsAttachable":true`
		workDates = `"CreateDate":"2024-04-01T00:00:00Z","UpdateDate":"2024-04-12T00:00:00Z"`
		spare     = `"PolicyName":"spare","PolicyId":"ANPASPAREEXAMPLE00001","Arn":"arn:aws:iam::111122223333:policy/spare","Path":"/","DefaultVersionId":"v1",
			"AttachmentCount":0,"PermissionsBoundaryUsageCount":0,"IsAttachable":true,"CreateDate":"2024-04-01T00:00:00Z","UpdateDate":"2024-04-01T00:00:00Z"`
		read = `"PolicyName":"ReadOnlyAccess","PolicyId":"ANPAREADEXAMPLE000001","Arn":"arn:aws:iam::aws:policy/ReadOnlyAccess","Path":"/","DefaultVersionId":"v1",
			"AttachmentCount":1,"PermissionsBoundaryUsageCount":0,"IsAttachable":true`
		unused = `"PolicyName":"Unused","PolicyId":"ANPAUNUSEDEXAMPLE0001","Arn":"arn:aws:iam::aws:policy/job/Unused","Path":"/job/","DefaultVersionId":"v1",
			"AttachmentCount":0,"PermissionsBoundaryUsageCount":0,"IsAttachable":true`
		boundary = `"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/team/Limit"}`
		profile  = `{"Path":"/app/","InstanceProfileName":"web-profile","InstanceProfileId":"AIPAWEBEXAMPLE0000001",
			"Arn":"arn:aws:iam::111122223333:instance-profile/app/web-profile","CreateDate":"2024-02-02T00:00:00Z","Roles":[{` + webAll + `}]`
		empty = `{"Path":"/","InstanceProfileName":"Empty","InstanceProfileId":"AIPAEMPTYEXAMPLE00001","Arn":"arn:aws:iam::111122223333:instance-profile/Empty",
			"CreateDate":"2024-02-03T00:00:00Z","Roles":[]}`
		teamWork = "arn:aws:iam::111122223333:policy/team/Work"
		workRef  = `{"PolicyName":"Work","PolicyArn":"arn:aws:iam::111122223333:policy/team/Work"}`
		readRef  = `{"PolicyName":"ReadOnlyAccess","PolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`
		v1       = `{"Document":"%7B%7D","VersionId":"v1","IsDefaultVersion":true`
		workAll  = `"PolicyVersionList":[
			{"Document":"%7B%22a%22%3A12%7D","VersionId":"v12","IsDefaultVersion":false,"CreateDate":"2024-04-12T00:00:00Z"},
			{"Document":"%7B%22a%22%3A1%7D","VersionId":"v2","IsDefaultVersion":true,"CreateDate":"2024-04-02T00:00:00Z"},
			{"Document":"%7B%7D","VersionId":"v1","IsDefaultVersion":false,"CreateDate":"2024-04-01T00:00:00Z"}]`
		end = `,"IsTruncated":false}`
	)
	for name, c := range map[string]struct {
		call []string
		want string
	}{
		"users by name, ignoring case, without boundaries and tags": {[]string{"ListUsers"}, `{"Users":[{` + ann + `},{` + bob + `},{` + zoe + `}]` + end},
		"users under a path":  {[]string{"ListUsers", "PathPrefix", "/dev"}, `{"Users":[{` + ann + `},{` + zoe + `}]` + end},
		"no users at a path":  {[]string{"ListUsers", "PathPrefix", "/x/"}, `{"Users":[]` + end},
		"a user, whole":       {[]string{"GetUser", "UserName", "zoe"}, `{"User":{` + zoe + `,` + boundary + `,"Tags":[{"Key":"team","Value":"blue"},{"Key":"Note","Value":""}]}}`},
		"a user with nothing": {[]string{"GetUser", "UserName", "Bob"}, `{"User":{` + bob + `}}`},

		"roles by name, without boundaries, tags and last use": {[]string{"ListRoles"}, `{"Roles":[{` + idle + `},{` + webAll + `}]` + end},
		"roles under a path": {[]string{"ListRoles", "PathPrefix", "/app/"}, `{"Roles":[{` + webAll + `}]` + end},
		"a role, whole": {[]string{"GetRole", "RoleName", "WEB"}, `{"Role":{` + webAll + `,` + boundary + `,"Tags":[{"Key":"env","Value":"prod"}],
			"RoleLastUsed":{"LastUsedDate":"2026-05-02T00:00:00Z","Region":"eu-west-1"}}}`},
		"a role that was never used": {[]string{"GetRole", "RoleName", "Idle"}, `{"Role":{` + idle + `,"RoleLastUsed":{}}}`},

		"groups by name":          {[]string{"ListGroups"}, `{"Groups":[{` + admins + `},{` + devs + `}]` + end},
		"groups under a path":     {[]string{"ListGroups", "PathPrefix", "/dev/"}, `{"Groups":[{` + devs + `}]` + end},
		"a group and its users":   {[]string{"GetGroup", "GroupName", "Developers"}, `{"Group":{` + devs + `},"Users":[{` + ann + `},{` + zoe + `}]` + end},
		"the groups of a user":    {[]string{"ListGroupsForUser", "UserName", "Zoe"}, `{"Groups":[{` + admins + `},{` + devs + `}]` + end},
		"no groups of a user":     {[]string{"ListGroupsForUser", "UserName", "Bob"}, `{"Groups":[]` + end},
		"inline, of a user":       {[]string{"ListUserPolicies", "UserName", "Zoe"}, `{"PolicyNames":["Extra","own"]` + end},
		"inline, of a group":      {[]string{"ListGroupPolicies", "GroupName", "developers"}, `{"PolicyNames":["own"]` + end},
		"inline, of a role":       {[]string{"ListRolePolicies", "RoleName", "web"}, `{"PolicyNames":["own"]` + end},
		"inline, of a role, none": {[]string{"ListRolePolicies", "RoleName", "Idle"}, `{"PolicyNames":[]` + end},
		"an inline policy of a user": {[]string{"GetUserPolicy", "UserName", "zoe", "PolicyName", "OWN"},
			`{"UserName":"Zoe","PolicyName":"own","PolicyDocument":"%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22%3A%20%5B%5D%7D"}`},
		"an inline policy of a group": {[]string{"GetGroupPolicy", "GroupName", "developers", "PolicyName", "own"}, `{"GroupName":"developers","PolicyName":"own","PolicyDocument":"%7B%7D"}`},
		"an inline policy of a role":  {[]string{"GetRolePolicy", "RoleName", "web", "PolicyName", "own"}, `{"RoleName":"web","PolicyName":"own","PolicyDocument":"%7B%7D"}`},
		"attached to a user, by name": {[]string{"ListAttachedUserPolicies", "UserName", "Zoe"}, `{"AttachedPolicies":[` + readRef + `,` + workRef + `]` + end},
		"attached to a user, by path": {[]string{"ListAttachedUserPolicies", "UserName", "Zoe", "PathPrefix", "/team/"}, `{"AttachedPolicies":[` + workRef + `]` + end},
		"attached to a group":         {[]string{"ListAttachedGroupPolicies", "GroupName", "developers"}, `{"AttachedPolicies":[` + workRef + `]` + end},
		"attached to a role":          {[]string{"ListAttachedRolePolicies", "RoleName", "web"}, `{"AttachedPolicies":[` + workRef + `]` + end},

		"policies of all":              {[]string{"ListPolicies"}, `{"Policies":[{` + limit + `},{` + read + `},{` + spare + `},{` + unused + `},{` + work + `,` + workDates + `}]` + end},
		"policies of AWS":              {[]string{"ListPolicies", "Scope", "AWS"}, `{"Policies":[{` + read + `},{` + unused + `}]` + end},
		"policies of the account":      {[]string{"ListPolicies", "Scope", "Local"}, `{"Policies":[{` + limit + `},{` + spare + `},{` + work + `,` + workDates + `}]` + end},
		"policies in use":              {[]string{"ListPolicies", "OnlyAttached", "true", "Scope", "Local"}, `{"Policies":[{` + limit + `},{` + work + `,` + workDates + `}]` + end},
		"policies that grant (IAM-22)": {[]string{"ListPolicies", "OnlyAttached", "true", "Scope", "Local", "PolicyUsageFilter", "PermissionsPolicy"}, `{"Policies":[{` + work + `,` + workDates + `}]` + end},
		"policies that may grant":      {[]string{"ListPolicies", "Scope", "Local", "PolicyUsageFilter", "PermissionsPolicy"}, `{"Policies":[{` + spare + `},{` + work + `,` + workDates + `}]` + end},
		"policies that limit":          {[]string{"ListPolicies", "PolicyUsageFilter", "PermissionsBoundary"}, `{"Policies":[{` + limit + `}]` + end},
		"policies under a path":        {[]string{"ListPolicies", "PathPrefix", "/job/"}, `{"Policies":[{` + unused + `}]` + end},
		"a policy, whole":              {[]string{"GetPolicy", "PolicyArn", teamWork}, `{"Policy":{` + work + `,"Description":"What we do",` + workDates + `,"Tags":[{"Key":"owner","Value":"ann"}]}}`},
		"a policy of AWS":              {[]string{"GetPolicy", "PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}, `{"Policy":{` + read + `}}`},
		"versions, the newest first": {[]string{"ListPolicyVersions", "PolicyArn", teamWork}, `{"Versions":[
			{"VersionId":"v12","IsDefaultVersion":false,"CreateDate":"2024-04-12T00:00:00Z"},
			{"VersionId":"v2","IsDefaultVersion":true,"CreateDate":"2024-04-02T00:00:00Z"},
			{"VersionId":"v1","IsDefaultVersion":false,"CreateDate":"2024-04-01T00:00:00Z"}]` + end},
		"a version": {[]string{"GetPolicyVersion", "PolicyArn", teamWork, "VersionId", "v2"},
			`{"PolicyVersion":{"Document":"%7B%22a%22%3A1%7D","VersionId":"v2","IsDefaultVersion":true,"CreateDate":"2024-04-02T00:00:00Z"}}`},
		"who has a policy": {[]string{"ListEntitiesForPolicy", "PolicyArn", teamWork}, `{"PolicyGroups":[{"GroupName":"developers","GroupId":"AGPADEVSEXAMPLE000001"}],
			"PolicyUsers":[{"UserName":"Zoe","UserId":"AIDAZOEEXAMPLE0000001"}],"PolicyRoles":[{"RoleName":"web","RoleId":"AROAWEBEXAMPLE0000001"}]` + end},
		"who has a policy as boundary": {[]string{"ListEntitiesForPolicy", "PolicyArn", "arn:aws:iam::111122223333:policy/team/Limit"}, `{"PolicyGroups":[],
			"PolicyUsers":[{"UserName":"Zoe","UserId":"AIDAZOEEXAMPLE0000001"}],"PolicyRoles":[{"RoleName":"web","RoleId":"AROAWEBEXAMPLE0000001"}]` + end},
		"who is granted by a policy": {[]string{"ListEntitiesForPolicy", "PolicyArn", "arn:aws:iam::111122223333:policy/team/Limit", "PolicyUsageFilter", "PermissionsPolicy"},
			`{"PolicyGroups":[],"PolicyUsers":[],"PolicyRoles":[]` + end},
		"who is limited by a policy": {[]string{"ListEntitiesForPolicy", "PolicyArn", teamWork, "PolicyUsageFilter", "PermissionsBoundary"},
			`{"PolicyGroups":[],"PolicyUsers":[],"PolicyRoles":[]` + end},
		"which roles have a policy": {[]string{"ListEntitiesForPolicy", "PolicyArn", teamWork, "EntityFilter", "Role"},
			`{"PolicyGroups":[],"PolicyUsers":[],"PolicyRoles":[{"RoleName":"web","RoleId":"AROAWEBEXAMPLE0000001"}]` + end},
		"who has a policy under a path": {[]string{"ListEntitiesForPolicy", "PolicyArn", teamWork, "PathPrefix", "/dev/"},
			`{"PolicyGroups":[{"GroupName":"developers","GroupId":"AGPADEVSEXAMPLE000001"}],"PolicyUsers":[{"UserName":"Zoe","UserId":"AIDAZOEEXAMPLE0000001"}],"PolicyRoles":[]` + end},

		"tags of a user, by key":      {[]string{"ListUserTags", "UserName", "Zoe"}, `{"Tags":[{"Key":"Note","Value":""},{"Key":"team","Value":"blue"}]` + end},
		"tags of a user, none":        {[]string{"ListUserTags", "UserName", "Bob"}, `{"Tags":[]` + end},
		"tags of a role":              {[]string{"ListRoleTags", "RoleName", "web"}, `{"Tags":[{"Key":"env","Value":"prod"}]` + end},
		"tags of a policy":            {[]string{"ListPolicyTags", "PolicyArn", teamWork}, `{"Tags":[{"Key":"owner","Value":"ann"}]` + end},
		"tags of a profile":           {[]string{"ListInstanceProfileTags", "InstanceProfileName", "web-profile"}, `{"Tags":[{"Key":"env","Value":"prod"}]` + end},
		"instance profiles":           {[]string{"ListInstanceProfiles"}, `{"InstanceProfiles":[` + empty + `,` + profile + `}]` + end},
		"instance profiles by path":   {[]string{"ListInstanceProfiles", "PathPrefix", "/x/"}, `{"InstanceProfiles":[]` + end},
		"instance profiles of a role": {[]string{"ListInstanceProfilesForRole", "RoleName", "web"}, `{"InstanceProfiles":[` + profile + `}]` + end},
		"no profiles of a role":       {[]string{"ListInstanceProfilesForRole", "RoleName", "Idle"}, `{"InstanceProfiles":[]` + end},
		"an instance profile":         {[]string{"GetInstanceProfile", "InstanceProfileName", "Web-Profile"}, `{"InstanceProfile":` + profile + `,"Tags":[{"Key":"env","Value":"prod"}]}}`},

		"the snapshot": {[]string{"GetAccountAuthorizationDetails"}, `{"UserDetailList":[
			{` + ann + `,"GroupList":["developers"],"AttachedManagedPolicies":[]},
			{` + bob + `,"GroupList":[],"AttachedManagedPolicies":[]},
			{"Path":"/dev/ops/","UserName":"Zoe","UserId":"AIDAZOEEXAMPLE0000001","Arn":"arn:aws:iam::111122223333:user/dev/ops/Zoe","CreateDate":"2024-01-02T00:00:00Z",
			 "UserPolicyList":[{"PolicyName":"Extra","PolicyDocument":"%7B%7D"},{"PolicyName":"own","PolicyDocument":"%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22%3A%20%5B%5D%7D"}],
			 "GroupList":["admins","developers"],"AttachedManagedPolicies":[` + readRef + `,` + workRef + `],` + boundary + `,"Tags":[{"Key":"team","Value":"blue"},{"Key":"Note","Value":""}]}],
			"GroupDetailList":[{` + admins + `,"GroupPolicyList":[],"AttachedManagedPolicies":[]},
			{` + devs + `,"GroupPolicyList":[{"PolicyName":"own","PolicyDocument":"%7B%7D"}],"AttachedManagedPolicies":[` + workRef + `]}],
			"RoleDetailList":[{` + idle + `,"InstanceProfileList":[],"RolePolicyList":[],"AttachedManagedPolicies":[],"RoleLastUsed":{}},
			{` + web + `,"InstanceProfileList":[` + profile + `}],"RolePolicyList":[{"PolicyName":"own","PolicyDocument":"%7B%7D"}],"AttachedManagedPolicies":[` + workRef + `],` + boundary + `,
			 "Tags":[{"Key":"env","Value":"prod"}],"RoleLastUsed":{"LastUsedDate":"2026-05-02T00:00:00Z","Region":"eu-west-1"}}],
			"Policies":[{` + limit + `,"PolicyVersionList":[` + v1 + `,"CreateDate":"2024-04-01T00:00:00Z"}]},{` + read + `,"PolicyVersionList":[` + v1 + `}]},
			{` + spare + `,"PolicyVersionList":[` + v1 + `,"CreateDate":"2024-04-01T00:00:00Z"}]},{` + work + `,"Description":"What we do",` + workDates + `,` + workAll + `}]` + end},
		"the snapshot, policies of AWS": {[]string{"GetAccountAuthorizationDetails", "Filter.member.1", "AWSManagedPolicy"},
			`{"UserDetailList":[],"GroupDetailList":[],"RoleDetailList":[],"Policies":[{` + read + `,"PolicyVersionList":[` + v1 + `}]}]` + end},
		"the snapshot, groups and a little": {[]string{"GetAccountAuthorizationDetails", "Filter.member.1", "Group", "Filter.member.2", "LocalManagedPolicy", "MaxItems", "1000"},
			`{"UserDetailList":[],"GroupDetailList":[{` + admins + `,"GroupPolicyList":[],"AttachedManagedPolicies":[]},
			{` + devs + `,"GroupPolicyList":[{"PolicyName":"own","PolicyDocument":"%7B%7D"}],"AttachedManagedPolicies":[` + workRef + `]}],"RoleDetailList":[],
			"Policies":[{` + limit + `,"PolicyVersionList":[` + v1 + `,"CreateDate":"2024-04-01T00:00:00Z"}]},
			{` + spare + `,"PolicyVersionList":[` + v1 + `,"CreateDate":"2024-04-01T00:00:00Z"}]},{` + work + `,"Description":"What we do",` + workDates + `,` + workAll + `}]` + end},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			same(t, w.get(c.call[0], c.call[1:]...), c.want)
		})
	}
}

// TestOrderOfMembers holds against the table of section 3.1 what objects cannot
// show.
func TestOrderOfMembers(t *testing.T) {
	w := newHouse(t)
	for name, c := range map[string]struct{ body, want string }{
		"role":    {"Action=GetRole&Version=2010-05-08&RoleName=web", "Path RoleName RoleId Arn CreateDate AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary PermissionsBoundaryType PermissionsBoundaryArn Tags member Key Value RoleLastUsed LastUsedDate Region"},
		"user":    {"Action=GetUser&Version=2010-05-08&UserName=Zoe", "Path UserName UserId Arn CreateDate PasswordLastUsed PermissionsBoundary PermissionsBoundaryType PermissionsBoundaryArn Tags member Key Value member Key Value"},
		"policy":  {"Action=GetPolicy&Version=2010-05-08&PolicyArn=arn:aws:iam::111122223333:policy/team/Work", "PolicyName PolicyId Arn Path DefaultVersionId AttachmentCount PermissionsBoundaryUsageCount IsAttachable Description CreateDate UpdateDate Tags member Key Value"},
		"version": {"Action=GetPolicyVersion&Version=2010-05-08&VersionId=v2&PolicyArn=arn:aws:iam::111122223333:policy/team/Work", "Document VersionId IsDefaultVersion CreateDate"},
	} {
		t.Run(name, func(t *testing.T) {
			req := &wire.Request{ID: "REQ", Body: []byte(c.body), HTTP: httptest.NewRequest("POST", "/", nil)}
			req.HTTP.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := string(w.router.Serve(t.Context(), auditor(), "iam", req).Body)
			var names []string
			for part := range strings.SplitSeq(answer, "<") {
				element, _, _ := strings.Cut(part, ">")
				if element != "" && element[0] != '/' {
					names = append(names, strings.TrimSuffix(element, "/"))
				}
			}
			// The first three are Response, Result and the shape; the last two
			// the metadata.
			if got := strings.Join(names[3:len(names)-2], " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestReadsRefuse(t *testing.T) {
	w := newHouse(t)
	const one = "1 validation error detected: Value at "
	for name, c := range map[string]struct {
		call []string
		want string
	}{
		"an absent user":                     {[]string{"GetUser", "UserName", "Nobody"}, "404 NoSuchEntity: The user with name Nobody cannot be found."},
		"an absent user of a list":           {[]string{"ListGroupsForUser", "UserName", "Nobody"}, "404 NoSuchEntity: The user with name Nobody cannot be found."},
		"an absent role":                     {[]string{"ListRoleTags", "RoleName", "Nobody"}, "404 NoSuchEntity: The role with name Nobody cannot be found."},
		"an absent group":                    {[]string{"GetGroup", "GroupName", "Nobody"}, "404 NoSuchEntity: The group with name Nobody cannot be found."},
		"an absent profile":                  {[]string{"GetInstanceProfile", "InstanceProfileName", "Nobody"}, "404 NoSuchEntity: Instance Profile Nobody cannot be found."},
		"an absent policy":                   {[]string{"GetPolicy", "PolicyArn", f1Prefix + "policy/None"}, "404 NoSuchEntity: Policy " + f1Prefix + "policy/None was not found."},
		"a policy by a wrong path":           {[]string{"GetPolicy", "PolicyArn", f1Prefix + "policy/Work"}, "404 NoSuchEntity: Policy " + f1Prefix + "policy/Work was not found."},
		"an absent version":                  {[]string{"GetPolicyVersion", "PolicyArn", f1Prefix + "policy/team/Work", "VersionId", "v3"}, "404 NoSuchEntity: Policy " + f1Prefix + "policy/team/Work version v3 does not exist or is not attachable."},
		"an absent inline policy of a user":  {[]string{"GetUserPolicy", "UserName", "Zoe", "PolicyName", "None"}, "404 NoSuchEntity: The user policy with name None cannot be found."},
		"an absent inline policy of a role":  {[]string{"GetRolePolicy", "RoleName", "web", "PolicyName", "None"}, "404 NoSuchEntity: The role policy with name None cannot be found."},
		"an absent inline policy of a group": {[]string{"GetGroupPolicy", "GroupName", "admins", "PolicyName", "None"}, "404 NoSuchEntity: The group policy with name None cannot be found."},
		"an unknown key":                     {[]string{"GetAccessKeyLastUsed", "AccessKeyId", "AKIANOSUCHKEY0000001"}, "404 NoSuchEntity: The Access Key with id AKIANOSUCHKEY0000001 cannot be found"},
		"no ARN":                             {[]string{"GetPolicy", "PolicyArn", "this-is-long-enough-but-no-arn"}, "400 ValidationError: Invalid ARN"},
		"an ARN of something else":           {[]string{"GetPolicy", "PolicyArn", f1Prefix + "role/app/web"}, "400 InvalidInput: ARN " + f1Prefix + "role/app/web is not valid."},

		"no name":                 {[]string{"GetRole"}, "400 ValidationError: " + one + "'roleName' failed to satisfy constraint: Member must not be null"},
		"a long name":             {[]string{"GetRole", "RoleName", strings.Repeat("x", 65)}, "400 ValidationError: " + one + "'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		"a long group name":       {[]string{"GetGroup", "GroupName", strings.Repeat("x", 129)}, "400 ValidationError: " + one + "'groupName' failed to satisfy constraint: Member must have length less than or equal to 128"},
		"a name of strange signs": {[]string{"GetUser", "UserName", "a b"}, "400 ValidationError: " + one + `'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`},
		"an unknown scope":        {[]string{"ListPolicies", "Scope", "local"}, "400 ValidationError: " + one + "'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]"},
		"an unknown filter": {[]string{"GetAccountAuthorizationDetails", "Filter.member.1", "Users"}, "400 ValidationError: " + one +
			"'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy], Member must not be null]"},
		"a short ARN":       {[]string{"GetPolicy", "PolicyArn", "arn"}, "400 ValidationError: " + one + "'policyArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		"a bad version":     {[]string{"GetPolicyVersion", "PolicyArn", f1Prefix + "policy/team/Work", "VersionId", "2"}, "400 ValidationError: " + one + `'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`},
		"a short key":       {[]string{"GetAccessKeyLastUsed", "AccessKeyId", "AKIA"}, "400 ValidationError: " + one + "'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16"},
		"no items":          {[]string{"ListUsers", "MaxItems", "0"}, "400 ValidationError: " + one + "'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"an empty marker":   {[]string{"ListUsers", "Marker", ""}, "400 ValidationError: The specified value for marker is invalid. It must contain only printable ASCII characters."},
		"an unknown marker": {[]string{"ListUsers", "Marker", "invalid"}, "400 ValidationError: Invalid Marker."},
		"a bad path":        {[]string{"ListUsers", "PathPrefix", "dev"}, "400 ValidationError: " + one + `'pathPrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: \u002F[\u0021-\u007F]*`},
		"all that is wrong": {[]string{"ListGroupsForUser", "UserName", strings.Repeat("x", 65), "MaxItems", "1001"}, "400 ValidationError: 2 validation errors detected: " +
			"Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64; Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			if got := w.fails(auditor(), c.call[0], c.call[1:]...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestReadsAskForTheARN: the guard is asked about the ARN with its path, before
// anyone hears whether the entity exists (LA-112).
func TestReadsAskForTheARN(t *testing.T) {
	w := newHouse(t)
	var asked string
	router := wire.NewRouter(func(_ context.Context, _ wire.Caller, action, resource string) error {
		asked = action + " on " + resource
		return wire.Errorf(403, "AccessDenied", "no")
	}, w.Service())
	w.router = router
	for call, want := range map[string]string{
		"ListUsers":                        "iam:ListUsers on *",
		"GetUser UserName zoe":             "iam:GetUser on arn:aws:iam::111122223333:user/dev/ops/Zoe",
		"GetUser UserName Nobody":          "iam:GetUser on arn:aws:iam::111122223333:user/Nobody",
		"GetRole RoleName web":             "iam:GetRole on arn:aws:iam::111122223333:role/app/web",
		"ListRolePolicies RoleName Nobody": "iam:ListRolePolicies on arn:aws:iam::111122223333:role/Nobody",
		"GetGroup GroupName developers":    "iam:GetGroup on arn:aws:iam::111122223333:group/dev/developers",
		"ListPolicies":                     "iam:ListPolicies on *",
		"GetPolicy PolicyArn arn:aws:iam::111122223333:policy/team/Work": "iam:GetPolicy on arn:aws:iam::111122223333:policy/team/Work",
		"GetPolicy PolicyArn arn:aws:iam::111122223333:policy/None":      "iam:GetPolicy on arn:aws:iam::111122223333:policy/None",
		"GetInstanceProfile InstanceProfileName web-profile":             "iam:GetInstanceProfile on arn:aws:iam::111122223333:instance-profile/app/web-profile",
		"GetAccountAuthorizationDetails":                                 "iam:GetAccountAuthorizationDetails on *",
		"GetAccountSummary":                                              "iam:GetAccountSummary on *",
		"GetCredentialReport":                                            "iam:GetCredentialReport on *",
		"GetAccessKeyLastUsed AccessKeyId AKIANOSUCHKEY0000001":          "iam:GetAccessKeyLastUsed on *",
	} {
		asked = ""
		parts := strings.Fields(call)
		if got := w.fails(auditor(), parts[0], parts[1:]...); got != "403 AccessDenied: no" || asked != want {
			t.Errorf("%s: got %s, asked %s, want %s", call, got, asked, want)
		}
	}
}

func TestGetUserWithoutAName(t *testing.T) {
	w := newF1(t)
	w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
		event("2026-05-30T08:00:00Z", f1Prefix+"root", "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
	}))
	same(t, w.get("GetUser"), `{"User":{"Path":"/","UserName":"auditor","UserId":"AIDAAUDITOREXAMPLE001","Arn":"arn:aws:iam::111122223333:user/auditor","CreateDate":"2024-01-01T00:00:00Z"}}`)
	root := wire.Caller{Account: f1Account, Partition: "aws", Kind: wire.RootCaller, UserID: f1Account, ARN: f1Prefix + "root"}
	_, answer := w.call(root, "GetUser")
	same(t, answer.(map[string]any)["GetUserResult"], `{"User":{"UserId":"111122223333","Arn":"arn:aws:iam::111122223333:root","PasswordLastUsed":"2026-05-30T08:00:00Z"}}`)
	role := wire.Caller{Account: f1Account, Partition: "aws", Kind: wire.RoleCaller, UserID: "AROAOPSEXAMPLE0000001:s1", Entity: "AROAOPSEXAMPLE0000001", ARN: "arn:aws:sts::111122223333:assumed-role/ops/s1"}
	if got, want := w.fails(role, "GetUser"), "400 ValidationError: Must specify userName when calling with non-User credentials"; got != want {
		t.Errorf("a role: got %s, want %s", got, want)
	}
}

// TestAcceptanceOfEntities is I1 to I8 of iam-entities.md; internal/scenario
// plays them through real clients.
func TestAcceptanceOfEntities(t *testing.T) {
	w := newF1(t)
	get := func(path string, call ...string) any {
		v := w.get(call[0], call[1:]...)
		for step := range strings.SplitSeq(path, ".") {
			v = v.(map[string]any)[step]
		}
		return v
	}
	t.Run("I1", func(t *testing.T) {
		same(t, w.get("GetUser", "UserName", "bob"), `{"User": {"Path": "/dev/", "UserName": "bob", "UserId": "AIDABOBEXAMPLE0000001",
			"Arn": "arn:aws:iam::111122223333:user/dev/bob", "CreateDate": "2024-01-01T00:00:00Z"}}`)
	})
	t.Run("I2", func(t *testing.T) {
		same(t, get("Role.RoleLastUsed", "GetRole", "RoleName", "app"), `{"LastUsedDate": "2026-05-29T23:59:59Z", "Region": "eu-central-1"}`)
	})
	t.Run("I3", func(t *testing.T) {
		role := get("Roles", "ListRoles").([]any)[0].(map[string]any)
		if _, there := role["RoleLastUsed"]; there {
			t.Errorf("got %v", role)
		}
	})
	t.Run("I4", func(t *testing.T) {
		list := get("Policies", "ListPolicies", "Scope", "Local", "OnlyAttached", "true", "PolicyUsageFilter", "PermissionsPolicy").([]any)
		if len(list) != 1 || list[0].(map[string]any)["PolicyName"] != "TeamEc2" {
			t.Errorf("got %v", list)
		}
	})
	t.Run("I5", func(t *testing.T) {
		same(t, w.get("ListEntitiesForPolicy", "PolicyArn", teamEc2), `{"PolicyGroups": [{"GroupName": "developers", "GroupId": "AGPADEVSEXAMPLE000001"}], "PolicyUsers": [],
			"PolicyRoles": [{"RoleName": "app", "RoleId": "AROAAPPEXAMPLE0000001"}], "IsTruncated": false}`)
	})
	t.Run("I6", func(t *testing.T) {
		list := get("UserDetailList", "GetAccountAuthorizationDetails", "Filter.member.1", "User").([]any)
		alice := list[0].(map[string]any)
		same(t, []any{alice["GroupList"], alice["UserPolicyList"].([]any)[0].(map[string]any)["PolicyName"]}, `[["developers"], "AliceIam"]`)
	})
	t.Run("I8", func(t *testing.T) {
		w.must(w.Book.Update(t.Context(), f1Account, func(a *inventory.Account) error {
			a.UserByName("bob").Keys = []inventory.AccessKey{{ID: "AKIABOBEXAMPLE000001", Active: true, Created: day("2024-05-01")}}
			return nil
		}))
		same(t, w.get("GetAccessKeyLastUsed", "AccessKeyId", "AKIABOBEXAMPLE000001"), `{"UserName": "bob", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}`)
	})
	t.Run("I7", func(t *testing.T) {
		const key = "AKIAALICEEXAMPLE0001"
		for _, at := range []string{"2026-05-30T10:20:00Z", "2026-05-30T10:15:30Z"} {
			f := event(at, key, "s3", "", "us-east-1", activity.KeyUse, activity.Succeeded)
			f.Target = aliceID
			w.must(w.store.MergeFacts(t.Context(), []activity.Fact{f}))
		}
		same(t, w.get("GetAccessKeyLastUsed", "AccessKeyId", key), `{"UserName": "alice", "AccessKeyLastUsed": {"LastUsedDate": "2026-05-30T10:15:30Z", "ServiceName": "s3", "Region": "us-east-1"}}`)
	})
}

func TestAccessKeysOfFacts(t *testing.T) {
	w := newF1(t)
	use := func(key, owner, source, region string) {
		f := event("2026-05-30T10:15:30Z", key, source, "", region, activity.KeyUse, activity.Denied)
		f.Target = owner
		w.must(w.store.MergeFacts(t.Context(), []activity.Fact{f}))
	}
	use("AKIABOBEXAMPLE000001", f1Prefix+"user/dev/bob", "monitoring", "")
	use("AKIAROOTEXAMPLE00001", f1Prefix+"root", "brandnew", "eu-west-1")
	use("AKIAGONEEXAMPLE00001", "AIDAGONEEXAMPLE000001", "s3", "us-east-1")
	use("AKIAMOVEDEXAMPLE0001", f1Prefix+"user/old/bob", "s3", "us-east-1")
	same(t, w.get("GetAccessKeyLastUsed", "AccessKeyId", "AKIABOBEXAMPLE000001"),
		`{"UserName": "bob", "AccessKeyLastUsed": {"LastUsedDate": "2026-05-30T10:15:30Z", "ServiceName": "cloudwatch", "Region": "N/A"}}`)
	same(t, w.get("GetAccessKeyLastUsed", "AccessKeyId", "AKIAROOTEXAMPLE00001"),
		`{"AccessKeyLastUsed": {"LastUsedDate": "2026-05-30T10:15:30Z", "ServiceName": "brandnew", "Region": "eu-west-1"}}`)
	for _, id := range []string{"AKIAGONEEXAMPLE00001", "AKIAMOVEDEXAMPLE0001"} {
		if got, want := w.fails(auditor(), "GetAccessKeyLastUsed", "AccessKeyId", id), "404 NoSuchEntity: The Access Key with id "+id+" cannot be found"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPasswordLastUsed(t *testing.T) {
	w := newF1(t)
	w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
		event("2026-05-30T08:00:00Z", aliceID, "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
		event("2026-05-30T08:04:00Z", aliceID, "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
		event("2026-05-29T08:00:00Z", f1Prefix+"user/dev/bob", "signin", "ConsoleLogin", "eu-west-1", activity.SignIn, activity.Succeeded),
	}))
	var got []string
	for _, u := range w.get("ListUsers").(map[string]any)["Users"].([]any) {
		u := u.(map[string]any)
		got = append(got, fmt.Sprint(u["UserName"], " ", u["PasswordLastUsed"]))
	}
	if want := "alice 2026-05-30T08:00:00Z, auditor <nil>, bob 2026-05-29T08:00:00Z, carol <nil>"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got := w.get("GetUser", "UserName", "bob").(map[string]any)["User"].(map[string]any)["PasswordLastUsed"]; got != "2026-05-29T08:00:00Z" {
		t.Errorf("bob: got %v", got)
	}
}
