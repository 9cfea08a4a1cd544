package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	iamapi "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/apply"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

type undoFlags struct {
	store, only string
	to          iamFlags
	reading     reading
}

func (p *program) refineUndoCommand() *cobra.Command {
	var f undoFlags
	cmd := &cobra.Command{
		Use:   "undo ID",
		Short: "Take back what refine --apply has changed",
		Long: `Puts every policy back, to the byte, that "ebbmark refine --apply" has changed under an id, the
last change first. With --only, gives back only the actions of one service. A policy that
somebody has changed since is left alone, and the exit code is 1.`,
		Example: "  ebbmark refine undo 20261127-101500-a1b2c3\n  ebbmark refine undo 20261127-101500-a1b2c3 --only s3",
		Args:    oneArgument("an id of ebbmark refine journal"),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.refineUndo(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.only, "only", "", "give back only what was taken of this service namespace")
	f.to.add(cmd)
	readingFlags(cmd, &f.reading)
	return cmd
}

func (p *program) refineUndo(ctx context.Context, f undoFlags, id string) error {
	if err := f.to.check(); err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	r, items, cat, err := openRefinement(ctx, s, id, f.reading)
	if err != nil {
		return err
	}
	if _, known := cat.Service(f.only); f.only != "" && !known {
		return usageError("--only %q is no service namespace of the catalogue", f.only)
	}
	f.to.endpoint = cmp.Or(f.to.endpoint, r.Endpoint)
	client, err := f.to.open(ctx, r.Account)
	if err != nil {
		return err
	}
	back, refused := 0, 0
	for _, item := range slices.Backward(items) {
		if item.State == stateBack {
			continue
		}
		did, err := p.takeBack(ctx, s, client, cat, item, f.only)
		_, changed := errors.AsType[*apply.ChangedError](err)
		switch {
		case changed || errors.Is(err, refine.ErrWhole) || errors.Is(err, refine.ErrLong):
			p.warn("%s: %v", item.Change, err)
			refused++
		case err != nil:
			return fmt.Errorf("%w (%s taken back: the same command goes on)", err, plural(back, "change"))
		case did:
			back++
		}
	}
	if _, err := fmt.Fprintf(p.stdout, "%s taken back\n", plural(back, "change")); err != nil {
		return err
	}
	if refused > 0 {
		return fmt.Errorf("%s could not be taken back", plural(refused, "change"))
	}
	return nil
}

// takeBack takes a change back, or gives back what it took of a service. A change of
// which nobody has heard whether it was made is found not made, or made; one that is
// planned is planned no more.
func (p *program) takeBack(ctx context.Context, s store.Store, client *iamapi.Client, cat *catalog.Catalog, item *refined, service string) (did bool, err error) {
	planned := item.State == statePlanned
	change, removed := item.Back(), []string{}
	if service != "" {
		var any bool
		change, any, err = refine.GiveBack(item.Change, item.Removed, service, cat, grant.New(cat))
		switch whole := planned && errors.Is(err, refine.ErrWhole); {
		case err != nil && !whole || !any:
			return false, err
		case !whole:
			removed = withoutService(item.Removed, service)
		}
	}
	if !planned {
		if _, err := apply.Do(ctx, client, change); err != nil {
			return false, err
		}
		item.State = stateMade
	}
	item.To, item.Removed = change.To, removed
	if len(removed) == 0 && (service == "" || item.Kind != refine.ChangePolicy) {
		item.State = stateBack
	}
	if err := item.keep(ctx, s); err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(p.stdout, "taken back\t%s\n", item.Change)
	return true, err
}

func withoutService(actions []string, service string) []string {
	return slices.DeleteFunc(slices.Clone(actions), func(action string) bool {
		namespace, _, _ := strings.Cut(action, ":")
		return strings.EqualFold(namespace, service)
	})
}
