package console

import "time"

// Answers of IAM as the console reads them: only what a page shows.

type tag struct{ Key, Value string }

type boundary struct{ PermissionsBoundaryArn string }

type lastUsed struct {
	LastUsedDate time.Time
	Region       string
	ServiceName  string
}

type user struct {
	Path, UserName, UserId, Arn  string
	CreateDate, PasswordLastUsed time.Time
	PermissionsBoundary          boundary
	Tags                         []tag `xml:"Tags>member"`
}

type group struct {
	Path, GroupName, GroupId, Arn string
	CreateDate                    time.Time
}

type role struct {
	Path, RoleName, RoleId, Arn           string
	CreateDate                            time.Time
	AssumeRolePolicyDocument, Description string
	MaxSessionDuration                    int
	PermissionsBoundary                   boundary
	Tags                                  []tag `xml:"Tags>member"`
	RoleLastUsed                          lastUsed
}

type policy struct {
	PolicyName, PolicyId, Arn, Path, DefaultVersionId, Description string
	AttachmentCount, PermissionsBoundaryUsageCount                 int
	CreateDate, UpdateDate                                         time.Time
	Tags                                                           []tag `xml:"Tags>member"`
}

type policyVersion struct {
	Document, VersionId string
	IsDefaultVersion    bool
	CreateDate          time.Time
}

type attached struct{ PolicyName, PolicyArn string }

type groupList struct {
	page
	Groups []group `xml:"Groups>member"`
}

type policyList struct {
	page
	Policies []policy `xml:"Policies>member"`
}

type attachedList struct {
	page
	AttachedPolicies []attached `xml:"AttachedPolicies>member"`
}

type nameList struct {
	page
	PolicyNames []string `xml:"PolicyNames>member"`
}
