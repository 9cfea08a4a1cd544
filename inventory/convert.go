package inventory

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// entity makes and checks what a detail says. Its lists are sorted, so that
// two of them can be compared.

func (d *userDetail) entity(o *owner, ds documents) (*User, error) {
	path, err := o.identity("user", d.UserName, d.UserID, d.Arn, d.Path)
	created, err1 := dated("CreateDate", d.CreateDate, true)
	used, err2 := dated("PasswordLastUsed", d.PasswordLastUsed, false)
	inline, err3 := inlines(d.UserPolicyList, ds)
	attached, err4 := attachments(d.AttachedManagedPolicies, o)
	boundary, err5 := d.PermissionsBoundary.arn(o)
	if err := first(err, err1, err2, err3, err4, err5, groupNames(d.GroupList)); err != nil {
		return nil, err
	}
	u := &User{
		Name: d.UserName, ID: d.UserID, ARN: d.Arn, Path: path, Created: created, PasswordLastUsed: used,
		Inline: inline, Attached: attached, Groups: slices.Clone(d.GroupList), Boundary: boundary, Tags: tags(d.Tags),
	}
	u.sort()
	return u, nil
}

func (d *groupDetail) entity(o *owner, ds documents) (*Group, error) {
	path, err := o.identity("group", d.GroupName, d.GroupID, d.Arn, d.Path)
	created, err1 := dated("CreateDate", d.CreateDate, true)
	inline, err2 := inlines(d.GroupPolicyList, ds)
	attached, err3 := attachments(d.AttachedManagedPolicies, o)
	if err := first(err, err1, err2, err3); err != nil {
		return nil, err
	}
	g := &Group{Name: d.GroupName, ID: d.GroupID, ARN: d.Arn, Path: path, Created: created, Inline: inline, Attached: attached}
	g.sort()
	return g, nil
}

// entity does not take the role's instance profiles: see profiles.
func (d *roleDetail) entity(o *owner, ds documents) (*Role, error) {
	path, err := o.identity("role", d.RoleName, d.RoleID, d.Arn, d.Path)
	created, err1 := dated("CreateDate", d.CreateDate, true)
	used, err2 := dated("RoleLastUsed: LastUsedDate", d.RoleLastUsed.LastUsedDate, false)
	trust, err3 := ds.text(d.AssumeRolePolicyDocument)
	if err3 != nil {
		err3 = fmt.Errorf("AssumeRolePolicyDocument: %w", err3)
	}
	inline, err4 := inlines(d.RolePolicyList, ds)
	attached, err5 := attachments(d.AttachedManagedPolicies, o)
	boundary, err6 := d.PermissionsBoundary.arn(o)
	if err := first(err, err1, err2, err3, err4, err5, err6, sessionLength(d.MaxSessionDuration)); err != nil {
		return nil, err
	}
	r := &Role{
		Name: d.RoleName, ID: d.RoleID, ARN: d.Arn, Path: path, Created: created, Trust: trust,
		Description: d.Description, MaxSession: time.Duration(d.MaxSessionDuration) * time.Second,
		Inline: inline, Attached: attached, Boundary: boundary, Tags: tags(d.Tags),
		LastUsed: used, LastUsedRegion: d.RoleLastUsed.Region,
	}
	r.sort()
	return r, nil
}

// maxSession bounds MaxSessionDuration, in seconds; AWS allows 12 hours.
const maxSession = 7 * 24 * 60 * 60

func sessionLength(seconds int64) error {
	if seconds < 0 || seconds > maxSession {
		return fmt.Errorf("MaxSessionDuration: %d is not between 0 and %d seconds", seconds, maxSession)
	}
	return nil
}

func (d *policyDetail) entity(o *owner, ds documents) (*Policy, error) {
	path, err := o.identity("policy", d.PolicyName, d.PolicyID, d.Arn, d.Path)
	created, err1 := dated("CreateDate", d.CreateDate, false)
	updated, err2 := dated("UpdateDate", d.UpdateDate, false)
	versions, err3 := policyVersions(d.PolicyVersionList, ds)
	current, err4 := d.defaultVersion()
	if err := first(err, err1, err2, err3, err4); err != nil {
		return nil, err
	}
	p := &Policy{
		Name: d.PolicyName, ID: d.PolicyID, ARN: d.Arn, Path: path, Description: d.Description,
		Default: current, Versions: versions, Attachable: d.IsAttachable == nil || *d.IsAttachable,
		Created: created, Updated: updated, Tags: tags(d.Tags),
	}
	p.sort()
	return p, nil
}

// defaultVersion is the id of the version that counts (LA-3). Its document must
// be there: without it all that the policy grants would be lost.
func (d *policyDetail) defaultVersion() (string, error) {
	id := d.DefaultVersionID
	for _, v := range d.PolicyVersionList {
		if v.IsDefaultVersion && id == "" {
			id = v.VersionID
		}
		if v.IsDefaultVersion && id != v.VersionID {
			return "", fmt.Errorf("both %s and %s are called the default version", id, v.VersionID)
		}
	}
	if id == "" {
		return "", errors.New("no version is the default one: without PolicyVersionList it is unknown what the policy grants; " + takeSnapshot)
	}
	if !slices.ContainsFunc(d.PolicyVersionList, func(v versionDetail) bool { return v.VersionID == id }) {
		return "", fmt.Errorf("PolicyVersionList does not hold the default version %s: it is unknown what the policy grants; %s", id, takeSnapshot)
	}
	return id, nil
}

func policyVersions(list []versionDetail, ds documents) ([]PolicyVersion, error) {
	var out []PolicyVersion
	size := 0
	for _, v := range list {
		if !versionForm.MatchString(v.VersionID) {
			return nil, fmt.Errorf("%q is no version id like v1", clip(v.VersionID))
		}
		if slices.ContainsFunc(out, func(w PolicyVersion) bool { return w.ID == v.VersionID }) {
			return nil, fmt.Errorf("version %s is there twice", v.VersionID)
		}
		created, err := dated("CreateDate", v.CreateDate, false)
		if err != nil {
			return nil, fmt.Errorf("version %s: %w", v.VersionID, err)
		}
		text, err := ds.text(v.Document)
		if err != nil {
			return nil, fmt.Errorf("version %s: %w", v.VersionID, err)
		}
		if size += len(text); size > maxDocuments {
			return nil, errDocuments
		}
		out = append(out, PolicyVersion{ID: v.VersionID, Document: text, Created: created})
	}
	return out, nil
}

var errDocuments = fmt.Errorf("its policy documents have more than %d MiB together", maxDocuments>>20)

func inlines(list []inlineDetail, ds documents) ([]Inline, error) {
	var out []Inline
	size := 0
	for _, p := range list {
		if !isName(p.PolicyName) {
			return nil, fmt.Errorf("inline policy: %q is no name", clip(p.PolicyName))
		}
		if slices.ContainsFunc(out, func(q Inline) bool { return q.Name == p.PolicyName }) {
			return nil, fmt.Errorf("inline policy %s is there twice", p.PolicyName)
		}
		text, err := ds.text(p.PolicyDocument)
		if err != nil {
			return nil, fmt.Errorf("inline policy %s: %w", p.PolicyName, err)
		}
		if size += len(text); size > maxDocuments {
			return nil, errDocuments
		}
		out = append(out, Inline{p.PolicyName, text})
	}
	return out, nil
}

func attachments(list []attachedDetail, o *owner) ([]string, error) {
	var out []string
	for _, p := range list {
		if _, err := o.resource(p.PolicyArn, "policy"); err != nil {
			return nil, fmt.Errorf("attached policy %s: %w", clip(p.PolicyName), err)
		}
		out = append(out, p.PolicyArn)
	}
	return out, nil
}

// arn is the policy of a boundary; empty without one.
func (d *boundaryDetail) arn(o *owner) (string, error) {
	if d == nil {
		return "", nil
	}
	if _, err := o.resource(d.PermissionsBoundaryArn, "policy"); err != nil {
		return "", fmt.Errorf("PermissionsBoundary: %w", err)
	}
	return d.PermissionsBoundaryArn, nil
}

func groupNames(list []string) error {
	for _, name := range list {
		if !isName(name) {
			return fmt.Errorf("GroupList: %q is no name", clip(name))
		}
	}
	return nil
}

// profiles are the instance profiles that hold the role.
func (d *roleDetail) profiles(o *owner) ([]*InstanceProfile, error) {
	var out []*InstanceProfile
	for _, p := range d.InstanceProfileList {
		path, err := o.identity("instance-profile", p.InstanceProfileName, p.InstanceProfileID, p.Arn, p.Path)
		created, err1 := dated("CreateDate", p.CreateDate, true)
		if err := first(err, err1); err != nil {
			return nil, fmt.Errorf("%s: %w", label("instance-profile", p.Arn, p.InstanceProfileName), err)
		}
		out = append(out, &InstanceProfile{
			Name: p.InstanceProfileName, ID: p.InstanceProfileID, ARN: p.Arn, Path: path, Created: created, Role: d.RoleName, Tags: tags(p.Tags),
		})
	}
	return out, nil
}

func tags(list []tagDetail) []Tag {
	var out []Tag
	for _, t := range list {
		out = append(out, Tag(t))
	}
	return out
}

// first is the first error of several.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
