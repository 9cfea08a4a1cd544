package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/store"
	trails "github.com/ebbmark/ebbmark/trail"
)

// importFlags is the command line of "ebbmark import".
type importFlags struct {
	store, format string
	init          bool
	account       string    // of trails whose files do not say it
	readAt        time.Time // likewise
}

func (p *program) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Load IAM snapshots and organizations: who exists and what is granted",
		Long: `Load IAM snapshots as "aws iam get-account-authorization-details" prints them:
whole or in pages, of one or many accounts, plain or gzip, with policy documents
decoded or URL-encoded. "-" reads standard input.

AWS managed policies by themselves, as "aws iam get-policy" and after it "aws iam
get-policy-version" print them, go into every home of the store, and into the
mirrors that use them and do not hold them.

An organization export, made as docs/import.md says, is one more file: the tree,
the accounts in it and the policies on them.

What "aws cloudtrail" prints of trails, their event selectors and status is another
kind of file (docs/import.md has the lines to make it): it must say of which account
it is and when it was read, or --account and --read-at do. The date of a file is not
asked: a copy has a later one.

The snapshot of an account replaces the one before in a single step, and the
same snapshot again changes nothing; an organization likewise. All files are read before anything is
stored: if one of them is bad, nothing is imported. What ends up on standard
output is a table of the accounts.`,
		Example: `  aws iam get-account-authorization-details > iam.json && ebbmark import iam.json
  aws iam get-account-authorization-details | ebbmark import -
  ebbmark import --store sqlite:/var/lib/ebbmark/e.db snapshots/*.json.gz organization.json
  (aws iam get-policy --policy-arn ARN && aws iam get-policy-version --policy-arn ARN --version-id v3) | ebbmark import -`,
		Args: importArguments,
		RunE: func(cmd *cobra.Command, args []string) error { return p.importFiles(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().BoolVar(&f.init, "init", false, "make the store if there is none (the default store is made anyway)")
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	cmd.Flags().StringVar(&f.account, "account", "", "of files of trails that do not say it: the account")
	cmd.Flags().TimeVar(&f.readAt, "read-at", time.Time{}, []string{time.RFC3339}, "of files of trails that do not say it: when they were read from AWS (RFC 3339)")
	return cmd
}

func importArguments(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError(`want one or more files made by "aws iam get-account-authorization-details", or - for standard input`)
	}
	if slices.Contains(args, "-") && len(slices.Compact(slices.Sorted(slices.Values(args)))) < len(args) {
		return usageError("a file is named twice: %q", args)
	}
	return nil
}

// importFiles reads all files, then replaces account after account.
func (p *program) importFiles(ctx context.Context, f importFlags, files []string) error {
	write, err := importFormat(f.format)
	if err != nil {
		return err
	}
	if _, _, err := findBackend(f.store); err != nil {
		return err
	}
	if f.account != "" && !accounts.ValidID(f.account) {
		return usageError("--account %q: want an account id of 12 digits", f.account)
	}
	var result importResult
	in, err := p.readFiles(ctx, files, &result)
	if err == nil {
		result.addProblems(in.joinTrails(f, p.now()))
	}
	if err == nil && len(result.Problems) == 0 {
		err = p.storeImported(ctx, f, in, &result)
	}
	for _, problem := range result.Problems {
		fmt.Fprintf(p.stderr, "ebbmark: %s: %s\n", problem.File, problem.Reason)
	}
	err1 := write(p.stdout, result)
	switch {
	case err != nil || err1 != nil:
		return errors.Join(err, err1)
	case len(result.Problems) > 0:
		return errors.New("nothing was imported: correct the files named above, or leave them out, and run the import again")
	}
	return nil
}

// readFiles reads all files. Problems of files are put into the result; an error
// is something else.
func (p *program) readFiles(ctx context.Context, files []string, result *importResult) (*imported, error) {
	in := &imported{snapshots: inventory.NewSnapshot()}
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("interrupted, nothing was imported: %w", err)
		}
		what, err := p.readFile(in, name)
		if err != nil {
			result.addProblems(err)
			continue
		}
		fmt.Fprintf(p.stderr, "read %s (%s)\n", name, what)
	}
	if len(result.Problems) > 0 || in.snapshots.Pages() == 0 {
		return in, nil
	}
	found, warnings, problems := in.snapshots.Accounts()
	managed, others := in.snapshots.Managed()
	result.addProblems(problems)
	result.addProblems(others)
	in.accounts, in.managed, result.Warnings = found, managed, warnings
	for _, w := range warnings {
		p.warn("account %s: %s", w.Account, w.Text)
	}
	return in, nil
}

// readFile reads one file, gzip or plain by its content, and says what it was.
func (p *program) readFile(in *imported, name string) (what string, err error) {
	file, err := p.openInput(name)
	if err != nil {
		return "", &inventory.FileError{File: name, Err: err}
	}
	defer file.Close()
	text := bufio.NewReaderSize(file, inventory.GuessSize)
	if magic, _ := text.Peek(2); string(magic) == "\x1f\x8b" {
		plain, err := gzip.NewReader(text)
		if err != nil {
			return "", &inventory.FileError{File: name, Err: fmt.Errorf("gzip: %w", err)}
		}
		text = bufio.NewReaderSize(plain, inventory.GuessSize)
	}
	if head, _ := text.Peek(inventory.GuessSize); inventory.LooksLikeOrganization(head) {
		return "organization", in.organization(name, text)
	} else if trails.LooksLike(head) {
		return "trails", in.trails(name, text)
	}
	before := in.snapshots.Pages()
	err = in.snapshots.Read(name, text)
	return plural(in.snapshots.Pages()-before, "page"), err
}

// openInput opens a file, or standard input for "-".
func (p *program) openInput(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(p.stdin), nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, reasonOf(err)
	}
	if info.IsDir() {
		return nil, errors.New("a folder: name the files in it")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, reasonOf(err)
	}
	return f, nil
}

// reasonOf drops the path from an error of the file system: the caller says it.
func reasonOf(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// storeImported puts everything into the store: the organizations, then the
// accounts one by one.
func (p *program) storeImported(ctx context.Context, f importFlags, in *imported, result *importResult) error {
	open := func() (store.Store, error) { return openOrCreateStore(ctx, f.store, f.init) }
	if len(in.managed) > 0 { // policies alone need accounts that take them
		open = func() (store.Store, error) { return openStore(ctx, f.store) }
	}
	s, err := open()
	if err != nil {
		return err
	}
	defer s.Close()
	book := accounts.New(s)
	if err := in.replaceable(ctx, book); err != nil {
		return fmt.Errorf("nothing was imported: %w", err)
	}
	for _, o := range in.organizations {
		row, err := replaceOrganization(ctx, book, o)
		if err != nil {
			return fmt.Errorf("%w (no account was stored; run the import again)", err)
		}
		result.Organizations = append(result.Organizations, row)
		fmt.Fprintf(p.stderr, "organization %s: %s\n", o.ID, row.Result)
	}
	if err := p.storeTrails(ctx, book, in, result); err != nil {
		return err
	}
	switch {
	case len(in.managed) > 0:
		return p.storeManaged(ctx, s, in.managed, result)
	case len(in.accounts) > 0:
		return p.storeSnapshots(ctx, s, in.accounts, result)
	}
	return nil
}

// replaceable is an error when something is kept here and not imported.
func (in *imported) replaceable(ctx context.Context, book *accounts.Book) error {
	for _, o := range in.organizations {
		if err := organizationReplaceable(ctx, book, o.ID); err != nil {
			return err
		}
	}
	for _, a := range in.accounts {
		if err := book.Replaceable(ctx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// storeSnapshots replaces the inventories of the accounts one by one.
func (p *program) storeSnapshots(ctx context.Context, s store.Store, found []*inventory.Account, result *importResult) error {
	book := accounts.New(s)
	for i, a := range found {
		row, err := replaceAccount(ctx, book, a)
		if err != nil {
			return fmt.Errorf("%w (%d of %s stored; run the import again)", err, i, plural(len(found), "account"))
		}
		row.Warnings = result.warningsOf(a.ID)
		result.Accounts = append(result.Accounts, row)
		fmt.Fprintf(p.stderr, "account %s: %s\n", a.ID, row.summary())
	}
	return p.warnUnknown(ctx, s, found, result)
}

func replaceAccount(ctx context.Context, book *accounts.Book, a *inventory.Account) (importRow, error) {
	row := importRow{Account: a.ID, Partition: a.Partition,
		Users: len(a.Users), Groups: len(a.Groups), Roles: len(a.Roles), Policies: len(a.Policies)}
	// What a damaged account held is unknown, and no reason not to replace it;
	// Replace itself tells anything worse.
	old, err := book.Account(ctx, a.ID)
	a.Keep(old)
	a.Index()
	c := inventory.Diff(old, a)
	row.Added, row.Removed, row.Changed = c.Added, c.Removed, c.Changed
	switch {
	case errors.Is(err, store.ErrNotFound):
		row.Result = resultNew
	case err == nil && c.None() && old.Partition == a.Partition:
		row.Result = resultUnchanged
	default:
		row.Result = resultChanged
	}
	return row, book.Replace(ctx, a)
}

// warnUnknown tells the actions that the policies grant and the catalogue does
// not know, each once (LA-14).
func (p *program) warnUnknown(ctx context.Context, docs store.Docs, found []*inventory.Account, result *importResult) error {
	cat, err := loadCatalog(ctx, docs)
	if err != nil {
		return err
	}
	result.UnknownActions = append(result.UnknownActions, grant.New(cat).Unknown(documents(found))...)
	p.tellUnknown(result.UnknownActions)
	return nil
}

// tellUnknown warns of actions that the catalogue does not know.
func (p *program) tellUnknown(actions []string) {
	for i, action := range actions {
		if i == unknownShown {
			p.warn("and %d more; --format json lists them all", len(actions)-i)
			break
		}
		p.warn("the catalogue does not know action %s: its service may be missing from reports (LA-14)", action)
	}
}

// unknownShown is how many unknown actions are told: AWS managed policies name
// many that AWS has retired.
const unknownShown = 20

// documents are the policies that count (LA-1, LA-3) of all accounts, each
// text once.
func documents(found []*inventory.Account) []*policy.Document {
	seen := map[string]bool{}
	var out []*policy.Document
	add := func(text string) {
		if seen[text] {
			return
		}
		seen[text] = true
		if doc, err := policy.ParseString(text); err == nil { // it has been parsed on reading
			out = append(out, doc)
		}
	}
	for _, a := range found {
		for _, inline := range inlinePolicies(a) {
			add(inline.Document)
		}
		for _, m := range a.Policies {
			add(m.DefaultDocument())
		}
	}
	return out
}

func inlinePolicies(a *inventory.Account) (out []inventory.Inline) {
	for _, u := range a.Users {
		out = append(out, u.Inline...)
	}
	for _, g := range a.Groups {
		out = append(out, g.Inline...)
	}
	for _, r := range a.Roles {
		out = append(out, r.Inline...)
	}
	return out
}
