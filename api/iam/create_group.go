package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// groupQuota is how many groups an account may have (IAM-45).
const groupQuota = 300

// CreateGroupInput describes a new group.
type CreateGroupInput struct {
	Path      string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"` // default "/"
	GroupName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

// CreateGroupOutput is the new group.
type CreateGroupOutput struct{ Group Group }

func createGroupResource(in *CreateGroupInput, caller wire.Caller) string {
	return ownPathARN(caller, "group", in.Path, in.GroupName)
}

// CreateGroup makes a group without members and policies.
func (a *API) CreateGroup(ctx context.Context, caller wire.Caller, in *CreateGroupInput) (*CreateGroupOutput, error) {
	id, err := a.newID(inventory.GroupID)
	if err != nil {
		return nil, err
	}
	made := &inventory.Group{
		Name: in.GroupName, ID: id, ARN: createGroupResource(in, caller), Path: pathOrRoot(in.Path), Created: a.today(),
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if account.GroupByName(in.GroupName) != nil {
			return groupExists(in.GroupName)
		}
		if len(account.Groups) >= groupQuota {
			return overQuota("GroupsPerAccount", groupQuota)
		}
		account.Groups = append(account.Groups, made.Clone())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateGroupOutput{newGroup(made)}, nil
}

func groupExists(name string) error {
	return entityAlreadyExists("Group with name %s already exists.", name)
}

// changeGroup changes the group that the operation is about.
func (a *API) changeGroup(
	ctx context.Context, caller wire.Caller, of found[inventory.Group], change func(*inventory.Account, *inventory.Group) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		g, err := currentGroup(account, of.entity)
		if err != nil {
			return err
		}
		return change(account, g)
	})
}
