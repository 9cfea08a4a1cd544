package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

func (p *program) accountsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "Accounts of a store: mirrors of AWS, and homes",
		Long: `An account is a mirror or a home. A mirror is filled by "ebbmark import": it shows
what is in AWS, and the API refuses to change it. A home is kept here: the API
creates, changes and deletes its users, groups, roles and policies, and imports
are refused.`,
	}
	cmd.AddCommand(p.accountsListCommand(), p.accountsCreateCommand(), p.accountsModeCommand())
	return cmd
}

// accountRow is an account as "ebbmark accounts" prints it.
type accountRow struct {
	Account   string        `json:"account"`
	Partition string        `json:"partition"`
	Mode      accounts.Mode `json:"mode"`
	Name      string        `json:"name"`
	Alias     string        `json:"alias"`
	Users     int           `json:"users"`
	Groups    int           `json:"groups"`
	Roles     int           `json:"roles"`
	Policies  int           `json:"policies"` // those of the account itself
	Created   time.Time     `json:"created,omitzero"`
}

func newAccountRow(a *inventory.Account, mode accounts.Mode) accountRow {
	row := accountRow{
		Account: a.ID, Partition: a.Partition, Mode: mode, Name: a.Settings.Name, Created: a.Settings.Created,
		Users: len(a.Users), Groups: len(a.Groups), Roles: len(a.Roles),
	}
	if len(a.Settings.Aliases) > 0 {
		row.Alias = a.Settings.Aliases[0]
	}
	for _, m := range a.Policies {
		if !inventory.IsAWSManaged(m.ARN) {
			row.Policies++
		}
	}
	return row
}

// accountFormat is the writer of rows.
func accountFormat(name string) (func(io.Writer, []accountRow) error, error) {
	switch name {
	case "table":
		return writeAccountTable, nil
	case "json":
		return func(w io.Writer, rows []accountRow) error {
			out := json.NewEncoder(w)
			out.SetEscapeHTML(false)
			out.SetIndent("", "  ")
			return out.Encode(map[string]any{"accounts": orEmpty(rows)})
		}, nil
	}
	return nil, usageError("--format %q: want table or json", name)
}

func writeAccountTable(w io.Writer, rows []accountRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tMODE\tUSERS\tGROUPS\tROLES\tPOLICIES\tALIAS\tNAME")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", r.Account, r.Mode, r.Users, r.Groups, r.Roles, r.Policies, orDash(r.Alias), orDash(r.Name))
	}
	return t.Flush()
}

// orDash stands in a table for what there is not.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type accountsFlags struct{ store, format, name, partition string }

func (p *program) accountsListCommand() *cobra.Command {
	var f accountsFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accounts of a store",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.listAccounts(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

func (p *program) listAccounts(ctx context.Context, f accountsFlags) error {
	write, err := accountFormat(f.format)
	if err != nil {
		return err
	}
	return withBook(ctx, f.store, func(book *accounts.Book) error {
		ids, err := book.IDs(ctx)
		if err != nil {
			return err
		}
		var rows []accountRow
		for _, id := range ids {
			row, err := readAccountRow(ctx, book, id)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return write(p.stdout, rows)
	})
}

func readAccountRow(ctx context.Context, book *accounts.Book, id string) (accountRow, error) {
	a, err := book.Account(ctx, id)
	if err != nil {
		return accountRow{}, err
	}
	mode, err := book.Mode(ctx, id)
	return newAccountRow(a, mode), err
}

// withBook gives the accounts of a store that exists to a function.
func withBook(ctx context.Context, dsn string, use func(*accounts.Book) error) error {
	docs, err := openStore(ctx, dsn)
	if err != nil {
		return err
	}
	defer docs.Close()
	return use(accounts.New(docs))
}

func (p *program) accountsCreateCommand() *cobra.Command {
	var f accountsFlags
	cmd := &cobra.Command{
		Use:   "create [ID]",
		Short: "Make a new account, which is a home",
		Long: `Makes a new account with nothing in it but the AWS managed policies of the
program. Without an ID of 12 digits it gets a random one. To call the API as its
root, make a key: ebbmark keys create arn:aws:iam::ID:root`,
		Example: `  ebbmark accounts create --name sandbox
  ebbmark accounts create 111122223333`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("want an account id or nothing; got %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			return p.createAccount(cmd.Context(), f, id)
		},
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.name, "name", "", "what you call the account")
	cmd.Flags().StringVar(&f.partition, "partition", "aws", "aws, aws-cn or aws-us-gov")
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

// maxAccountName is the length of an account's name in AWS Organizations.
const maxAccountName = 50

func (p *program) createAccount(ctx context.Context, f accountsFlags, id string) error {
	write, err := accountFormat(f.format)
	switch {
	case err != nil:
		return err
	case id != "" && !accounts.ValidID(id):
		return usageError("%q: want an account id of 12 digits", id)
	case len(f.name) > maxAccountName:
		return usageError("--name: at most %d characters", maxAccountName)
	case f.partition != "aws" && f.partition != "aws-cn" && f.partition != "aws-us-gov":
		return usageError("--partition %q: want aws, aws-cn or aws-us-gov", f.partition)
	}
	if id == "" {
		if id, err = randomAccount(p.random); err != nil {
			return err
		}
	}
	return withBook(ctx, f.store, func(book *accounts.Book) error {
		err := book.Create(ctx, &inventory.Account{
			ID: id, Partition: f.partition, Settings: inventory.Settings{Name: f.name, Created: p.now().UTC().Truncate(time.Second)},
		})
		if err != nil {
			return err
		}
		row, err := readAccountRow(ctx, book, id)
		if err != nil {
			return err
		}
		return write(p.stdout, []accountRow{row})
	})
}

func (p *program) accountsModeCommand() *cobra.Command {
	var f accountsFlags
	cmd := &cobra.Command{
		Use:   "mode ID home|mirror",
		Short: "Make an account a home or a mirror",
		Long: `Makes an account a home, which the API changes and imports do not, or a mirror,
which imports replace and the API does not change. What is in the account stays
as it is until then.`,
		Example: "  ebbmark accounts mode 111122223333 home",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError("want an account id and home or mirror; got %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.setMode(cmd.Context(), f, args[0], accounts.Mode(args[1]))
		},
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

func (p *program) setMode(ctx context.Context, f accountsFlags, id string, mode accounts.Mode) error {
	write, err := accountFormat(f.format)
	if err != nil {
		return err
	}
	if mode != accounts.Home && mode != accounts.Mirror {
		return usageError("%q: want home or mirror", mode)
	}
	return withBook(ctx, f.store, func(book *accounts.Book) error {
		err := book.SetMode(ctx, id, mode)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("account %s is not in this store: ebbmark accounts list tells which are", id)
		} else if err != nil {
			return err
		}
		row, err := readAccountRow(ctx, book, id)
		if err != nil {
			return err
		}
		return write(p.stdout, []accountRow{row})
	})
}
