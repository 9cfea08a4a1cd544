package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// userQuota is how many users an account may have (IAM-45).
const userQuota = 5000

// CreateUserInput describes a new user.
type CreateUserInput struct {
	Path                string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"` // default "/"
	UserName            string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
	PermissionsBoundary string `min:"20" max:"2048"`
	NewTags
}

// CreateUserOutput is the new user.
type CreateUserOutput struct{ User User }

func createUserResource(in *CreateUserInput, caller wire.Caller) string {
	return ownPathARN(caller, "user", in.Path, in.UserName)
}

// CreateUser makes a user without permissions and credentials.
func (a *API) CreateUser(ctx context.Context, caller wire.Caller, in *CreateUserInput) (*CreateUserOutput, error) {
	id, err := a.newID(inventory.UserID)
	if err != nil {
		return nil, err
	}
	made := &inventory.User{Name: in.UserName, ID: id, Path: pathOrRoot(in.Path), Created: a.today(), Boundary: in.PermissionsBoundary}
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if account.UserByName(in.UserName) != nil {
			return entityAlreadyExists("User with name %s already exists.", in.UserName)
		}
		if len(account.Users) >= userQuota {
			return overQuota("UsersPerAccount", userQuota)
		}
		if in.PermissionsBoundary != "" {
			if err := checkBoundary(account, in.PermissionsBoundary); err != nil {
				return err
			}
		}
		u := made.Clone()
		u.ARN = account.NewARN("user", u.Path, u.Name)
		account.Users = append(account.Users, u)
		return nil
	})
	if err != nil {
		return nil, err
	}
	made.ARN = ownPathARN(caller, "user", made.Path, made.Name)
	out := newUser(made)
	out.PermissionsBoundary, out.Tags = newBoundary(made.Boundary), newTags(made.Tags)
	return &CreateUserOutput{out}, nil
}

// pathOrRoot is the path of something that is made.
func pathOrRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// ownPathARN is the ARN that something of the caller's account has under a
// path; empty is the root of all paths.
func ownPathARN(caller wire.Caller, kind, path, name string) string {
	account := inventory.Account{ID: caller.Account, Partition: caller.Partition}
	return account.NewARN(kind, pathOrRoot(path), name)
}
