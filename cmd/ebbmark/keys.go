package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/store"
)

func (p *program) keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Access keys of this server"}
	cmd.AddCommand(p.keysCreateCommand(), p.keysListCommand(), p.keysDeleteCommand())
	return cmd
}

type keysCreate struct{ store, id, secret, format string }

func (p *program) keysCreateCommand() *cobra.Command {
	var k keysCreate
	cmd := &cobra.Command{
		Use:   "create ARN",
		Short: "Make an access key for a user or an account's root",
		Long: `Makes an access key with which the AWS CLI and SDKs call this server. ARN is a
user of an imported account, such as arn:aws:iam::111122223333:user/alice, or
the root of one, such as arn:aws:iam::111122223333:root.

The secret is shown once. It is stored encrypted and cannot be shown again.`,
		Example: "  ebbmark keys create arn:aws:iam::111122223333:user/alice",
		Args:    oneArgument("the ARN of a user or of an account's root"),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.createKey(cmd.Context(), k, args[0]) },
	}
	storeFlag(cmd, &k.store)
	cmd.Flags().StringVar(&k.id, "id", "", "access key id to use instead of a random one (16 to 128 letters, digits, _)")
	cmd.Flags().StringVar(&k.secret, "secret", "", "secret access key to use instead of a random one")
	cmd.Flags().StringVar(&k.format, "format", "text", "text or json (as aws iam create-access-key prints it)")
	return cmd
}

func (p *program) createKey(ctx context.Context, k keysCreate, name string) error {
	if k.format != "text" && k.format != "json" {
		return usageError("--format %q: want text or json", k.format)
	}
	docs, err := openStore(ctx, k.store)
	if err != nil {
		return err
	}
	defer docs.Close()
	book := accounts.New(docs)
	owner, label, err := keyOwner(ctx, book, name)
	if err != nil {
		return err
	}
	ring, err := p.keyring(docs, k.store)
	if err != nil {
		return err
	}
	// Update, not Write: a key of this server is no change of a mirror.
	key, err := ring.Issue(ctx, book.Update, owner, k.id, k.secret, p.now())
	if errors.Is(err, auth.ErrTooManyKeys) {
		return fmt.Errorf("%s %w (ebbmark keys delete)", name, err)
	} else if err != nil {
		return err
	}
	return p.printKey(key, label, k.format)
}

// keyOwner finds whom an ARN means, and the name to show.
func keyOwner(ctx context.Context, book *accounts.Book, name string) (auth.Owner, string, error) {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Service != "iam" || (parsed.Kind() != "user" && parsed.Resource != "root") {
		return auth.Owner{}, "", usageError("%q: want the ARN of a user or of an account's root; for a role, let a user assume it (aws sts assume-role)", name)
	}
	account, err := book.Account(ctx, parsed.Account)
	if errors.Is(err, store.ErrNotFound) {
		return auth.Owner{}, "", fmt.Errorf("account %s is not in this store: import it first (ebbmark import FILE)", parsed.Account)
	} else if err != nil {
		return auth.Owner{}, "", err
	}
	if parsed.Resource == "root" {
		return auth.Owner{Account: account.ID}, "root", nil
	}
	user := account.UserByName(parsed.Name())
	if user == nil {
		return auth.Owner{}, "", fmt.Errorf("account %s has no user %s", parsed.Account, parsed.Name())
	}
	return auth.Owner{Account: account.ID, User: user.ID}, user.Name, nil
}

func (p *program) printKey(key auth.Key, label, format string) error {
	if format == "text" {
		fmt.Fprintf(p.stdout, "export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", key.ID, key.Secret)
		return nil
	}
	out := map[string]any{"AccessKey": map[string]any{
		"UserName": label, "AccessKeyId": key.ID, "Status": "Active", "SecretAccessKey": key.Secret, "CreateDate": key.Created.Format("2006-01-02T15:04:05Z"),
	}}
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "    ")
	return enc.Encode(out)
}
