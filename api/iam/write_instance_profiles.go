package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Instance profiles: six operations that write.

// The quotas of AWS (IAM User Guide, "IAM and AWS STS quotas").
const (
	profileQuota    = 1000
	rolesPerProfile = 1
)

// CreateInstanceProfileInput describes a new instance profile.
type CreateInstanceProfileInput struct {
	InstanceProfileName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
	Path                string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"` // default "/"
	NewTags
}

// CreateInstanceProfileOutput is the new instance profile.
type CreateInstanceProfileOutput struct{ InstanceProfile InstanceProfile }

func createProfileResource(in *CreateInstanceProfileInput, caller wire.Caller) string {
	return ownPathARN(caller, "instance-profile", in.Path, in.InstanceProfileName)
}

// CreateInstanceProfile makes an instance profile without a role.
func (a *API) CreateInstanceProfile(ctx context.Context, caller wire.Caller, in *CreateInstanceProfileInput) (*CreateInstanceProfileOutput, error) {
	id, err := a.newID(inventory.ProfileID)
	if err != nil {
		return nil, err
	}
	made := &inventory.InstanceProfile{
		Name: in.InstanceProfileName, ID: id, ARN: createProfileResource(in, caller), Path: pathOrRoot(in.Path), Created: a.today(),
	}
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	var out InstanceProfile
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if account.Profile(made.Name) != nil {
			return entityAlreadyExists("Instance Profile %s already exists.", made.Name)
		}
		if len(account.Profiles) >= profileQuota {
			return overQuota("InstanceProfilesPerAccount", profileQuota)
		}
		account.Profiles = append(account.Profiles, made.Clone())
		out = newInstanceProfile(account, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Tags = newTags(made.Tags)
	return &CreateInstanceProfileOutput{out}, nil
}

// DeleteInstanceProfileInput names an instance profile.
type DeleteInstanceProfileInput struct{ OfInstanceProfile }

// DeleteInstanceProfile deletes an instance profile that holds no role.
func (a *API) DeleteInstanceProfile(
	ctx context.Context, caller wire.Caller, _ *DeleteInstanceProfileInput, of found[inventory.InstanceProfile],
) (*wire.NoOutput, error) {
	return nil, a.changeProfile(ctx, caller, of, func(account *inventory.Account, p *inventory.InstanceProfile) error {
		if p.Role != "" {
			return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
		}
		account.Profiles = slices.DeleteFunc(account.Profiles, func(q *inventory.InstanceProfile) bool { return q == p })
		return nil
	})
}

// ProfileRoleInput names an instance profile and a role.
type ProfileRoleInput struct {
	OfInstanceProfile
	RoleName string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// AddRoleToInstanceProfile puts a role into an instance profile. The caller
// needs iam:PassRole on it, too: whoever starts an instance with the profile
// gets the role.
func (a *API) AddRoleToInstanceProfile(
	ctx context.Context, caller wire.Caller, in *ProfileRoleInput, of found[inventory.InstanceProfile],
) (*wire.NoOutput, error) {
	role := of.account.RoleByName(in.RoleName)
	if role == nil {
		return nil, noSuchEntity("The role with name %s cannot be found.", in.RoleName)
	}
	if err := a.Guard(ctx, alsoAsked(caller, conditionKeys{keyPassedToService: {"ec2.amazonaws.com"}}), "iam:PassRole", role.ARN); err != nil {
		return nil, err
	}
	if err := modifiable(role); err != nil {
		return nil, err
	}
	return nil, a.changeProfile(ctx, caller, of, func(account *inventory.Account, p *inventory.InstanceProfile) error {
		r, err := currentRole(account, role)
		if err != nil {
			return err
		}
		if p.Role != "" {
			return overQuota("InstanceSessionsPerInstanceProfile", rolesPerProfile)
		}
		p.Role = r.Name
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes a role out of an instance profile.
func (a *API) RemoveRoleFromInstanceProfile(
	ctx context.Context, caller wire.Caller, in *ProfileRoleInput, of found[inventory.InstanceProfile],
) (*wire.NoOutput, error) {
	return nil, a.changeProfile(ctx, caller, of, func(_ *inventory.Account, p *inventory.InstanceProfile) error {
		if p.Role == "" || !sameName(p.Role, in.RoleName) {
			return noSuchEntity("Cannot find role %s for Instance Profile %s.", in.RoleName, p.Name)
		}
		p.Role = ""
		return nil
	})
}

// TagInstanceProfileInput sets tags of an instance profile.
type TagInstanceProfileInput struct {
	OfInstanceProfile
	SetTags
}

// UntagInstanceProfileInput removes tags of an instance profile.
type UntagInstanceProfileInput struct {
	OfInstanceProfile
	RemoveTags
}

// TagInstanceProfile sets tags of an instance profile.
func (a *API) TagInstanceProfile(
	ctx context.Context, caller wire.Caller, in *TagInstanceProfileInput, of found[inventory.InstanceProfile],
) (*wire.NoOutput, error) {
	return nil, a.changeProfile(ctx, caller, of, func(_ *inventory.Account, p *inventory.InstanceProfile) (err error) {
		p.Tags, err = tagged(p.Tags, in.Tags)
		return err
	})
}

// UntagInstanceProfile removes tags of an instance profile.
func (a *API) UntagInstanceProfile(
	ctx context.Context, caller wire.Caller, in *UntagInstanceProfileInput, of found[inventory.InstanceProfile],
) (*wire.NoOutput, error) {
	return nil, a.changeProfile(ctx, caller, of, func(_ *inventory.Account, p *inventory.InstanceProfile) error {
		p.Tags = untagged(p.Tags, in.TagKeys)
		return nil
	})
}

// changeProfile changes the instance profile that the operation is about.
func (a *API) changeProfile(
	ctx context.Context, caller wire.Caller, of found[inventory.InstanceProfile],
	change func(*inventory.Account, *inventory.InstanceProfile) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		p, err := currentProfile(account, of.entity)
		if err != nil {
			return err
		}
		return change(account, p)
	})
}
