package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// keyRow is an access key as "ebbmark keys list" prints it.
type keyRow struct {
	Key     string    `json:"key"`
	ARN     string    `json:"arn"` // whose it is
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

func (p *program) keysListCommand() *cobra.Command {
	var dsn, format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the access keys of this server",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.listKeys(cmd.Context(), dsn, format) },
	}
	storeFlag(cmd, &dsn)
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

func (p *program) listKeys(ctx context.Context, dsn, format string) error {
	if format != "table" && format != "json" {
		return usageError("--format %q: want table or json", format)
	}
	return withBook(ctx, dsn, func(book *accounts.Book) error {
		rows, err := readKeys(ctx, book)
		if err != nil {
			return err
		}
		if format == "json" {
			out := json.NewEncoder(p.stdout)
			out.SetIndent("", "  ")
			return out.Encode(map[string]any{"keys": orEmpty(rows)})
		}
		t := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "KEY\tACTIVE\tCREATED\tARN")
		for _, r := range rows {
			fmt.Fprintf(t, "%s\t%t\t%s\t%s\n", r.Key, r.Active, r.Created.Format(time.RFC3339), r.ARN)
		}
		return t.Flush()
	})
}

// readKeys are the keys of all accounts: of each its root's, then its users'.
func readKeys(ctx context.Context, book *accounts.Book) ([]keyRow, error) {
	ids, err := book.IDs(ctx)
	if err != nil {
		return nil, err
	}
	var rows []keyRow
	for _, id := range ids {
		a, err := book.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		add := func(arn string, keys []inventory.AccessKey) {
			for _, k := range keys {
				rows = append(rows, keyRow{k.ID, arn, k.Active, k.Created})
			}
		}
		add(a.RootARN(), a.Settings.RootKeys)
		for _, u := range a.Users {
			add(u.ARN, u.Keys)
		}
	}
	return rows, nil
}

func (p *program) keysDeleteCommand() *cobra.Command {
	var dsn string
	cmd := &cobra.Command{
		Use:   "delete KEY",
		Short: "Delete an access key of this server",
		Args:  oneArgument("the id of an access key"),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.deleteKey(cmd.Context(), dsn, args[0]) },
	}
	storeFlag(cmd, &dsn)
	return cmd
}

// deleteKey takes the key out of the inventory first: what is left of it then
// authenticates nobody.
func (p *program) deleteKey(ctx context.Context, dsn, id string) error {
	docs, err := openStore(ctx, dsn)
	if err != nil {
		return err
	}
	defer docs.Close()
	ring, err := p.keyring(docs, dsn)
	if err != nil {
		return err
	}
	key, err := ring.Lookup(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no access key %s: ebbmark keys list tells which there are", id)
	} else if err != nil {
		return err
	}
	err = accounts.New(docs).Update(ctx, key.Owner.Account, func(a *inventory.Account) error {
		unlist(a, key)
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return ring.Delete(ctx, id)
}

func unlist(a *inventory.Account, key auth.Key) {
	keys := &a.Settings.RootKeys
	if u := a.UserByID(key.Owner.User); u != nil {
		keys = &u.Keys
	}
	*keys = slices.DeleteFunc(*keys, func(k inventory.AccessKey) bool { return k.ID == key.ID })
}
