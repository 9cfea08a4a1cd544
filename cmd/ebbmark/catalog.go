package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/store"
)

func (p *program) catalogCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "The catalogue of services and actions",
		Long: `The catalogue knows the services and actions of IAM, which of them AWS tracks, and
which action an event of CloudTrail stands for. It is part of this program; AWS's
Service Reference, imported or fetched, is laid over it in the store. Reports use
the new catalogue at once, also for activity that was read before.`,
	}
	cmd.AddCommand(p.catalogInfoCommand(), p.catalogImportCommand(), p.catalogRefreshCommand(), p.catalogResetCommand())
	return cmd
}

// catalogFlags are the flags of the catalogue's commands.
type catalogFlags struct {
	store, format string
	date          time.Time
	url           string
}

func (f *catalogFlags) add(cmd *cobra.Command) {
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
}

func (f *catalogFlags) check() error {
	if f.format != "table" && f.format != "json" {
		return usageError("--format %q: want table or json", f.format)
	}
	return nil
}

func (p *program) catalogInfoCommand() *cobra.Command {
	var f catalogFlags
	cmd := &cobra.Command{
		Use:   "info",
		Short: "Print version, origin, age and counts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.catalogInfo(cmd.Context(), f, cmd.Flags().Changed("store"))
		},
	}
	f.add(cmd)
	return cmd
}

// catalogInfo describes the catalogue of a store. Without a store at the default
// place it describes the program's own.
func (p *program) catalogInfo(ctx context.Context, f catalogFlags, named bool) error {
	if err := f.check(); err != nil {
		return err
	}
	docs, err := openStore(ctx, f.store)
	var c *catalog.Catalog
	switch {
	case err == nil:
		defer docs.Close()
		c, err = loadCatalog(ctx, docs)
	case errors.Is(err, store.ErrNoStore) && !named:
		c, err = catalog.Load()
	}
	if err != nil {
		return err
	}
	if f.format == "json" {
		return p.printJSON(newCatalogView(c.Info(), p.now()))
	}
	return p.printCatalog(c.Info())
}

// catalogView is catalog.Info as the command prints it.
type catalogView struct {
	Version   string         `json:"version"`
	Date      string         `json:"date"`
	AgeDays   int            `json:"ageDays"`
	FlagsDate string         `json:"flagsDate"`
	Origins   []string       `json:"origins"`
	Counts    catalog.Counts `json:"counts"`
	Overlay   *overlayView   `json:"overlay,omitempty"`
}

type overlayView struct {
	Version  string   `json:"version"`
	Date     string   `json:"date"`
	AgeDays  int      `json:"ageDays"`
	Origins  []string `json:"origins"`
	Services int      `json:"services"`
	Actions  int      `json:"actions"`
}

func newCatalogView(i catalog.Info, now time.Time) catalogView {
	v := catalogView{i.Version, dateOf(i.Date), daysSince(i.Date, now), dateOf(i.Flags), i.Origins, i.Counts, nil}
	if o := i.Overlay; o != nil {
		v.Overlay = &overlayView{o.Version, dateOf(o.Date), daysSince(o.Date, now), o.Origins, o.Services, o.Actions}
	}
	return v
}

func dateOf(t time.Time) string { return t.Format(time.DateOnly) }

// daysSince is the number of whole days since a day; not below zero.
func daysSince(t, now time.Time) int { return max(0, int(now.Sub(t)/(24*time.Hour))) }

func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (p *program) printCatalog(i catalog.Info) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	aged := func(t time.Time) string {
		return fmt.Sprintf("%s (%s)", dateOf(t), plural(daysSince(t, p.now()), "day"))
	}
	n := i.Counts
	row("Version", "%s", i.Version)
	row("Date", "%s", aged(i.Date))
	row("Date of flags", "%s", aged(i.Flags))
	row("Origin", "%s", strings.Join(i.Origins, "\n\t"))
	if o := i.Overlay; o == nil {
		row("Service Reference", "none imported")
	} else {
		row("Service Reference", "%s, %s, %d services, %d actions", o.Version, aged(o.Date), o.Services, o.Actions)
		row("  from", "%s", strings.Join(o.Origins, "\n\t"))
	}
	row("Services", "%d", n.Services)
	row("Actions", "%d", n.Actions)
	row("  tracked", "%d in %d services", n.Tracked, n.TrackedServices)
	row("  for policy generation", "%d", n.PolicyGen)
	row("  newer than the flags", "%d", n.NewFlags)
	row("Resource types", "%d", n.ResourceTypes)
	row("Event source aliases", "%d", n.EventSources)
	row("Operation names", "%d", n.Operations)
	row("Regions", "%d", n.Regions)
	return w.Flush()
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func (p *program) catalogImportCommand() *cobra.Command {
	var f catalogFlags
	cmd := &cobra.Command{
		Use:   "import DIR|TAR",
		Short: "Lay AWS's Service Reference over the catalogue",
		Long: `Reads AWS's Service Reference from a folder with its JSON documents, from a tar
archive of them (gzip or not), or from a single document, and lays it over the
catalogue: services, actions, resource types and ARN formats are added, access
levels and flags corrected unless the reference is older than the catalogue.
Nothing is taken away, and what an earlier import brought stays: a catalogue that
knows too much lists a service too many, one that knows too little hides one.

Either all of it is imported or, after an error, nothing.`,
		Args: oneArgument("a folder or archive with the Service Reference"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.catalogImport(cmd.Context(), f, args[0]) },
	}
	f.add(cmd)
	cmd.Flags().TimeVar(&f.date, "date", time.Time{}, []string{time.DateOnly}, "day of the reference (default: that of its newest file)")
	return cmd
}

func (p *program) catalogImport(ctx context.Context, f catalogFlags, place string) error {
	if err := f.check(); err != nil {
		return err
	}
	docs, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer docs.Close()
	overlay, err := readReference(ctx, place, f.date, p.now())
	if err != nil {
		return err
	}
	return p.takeOver(ctx, docs, overlay, f.format)
}

func (p *program) catalogRefreshCommand() *cobra.Command {
	var f catalogFlags
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "Fetch AWS's Service Reference and lay it over the catalogue",
		Long: `Fetches AWS's Service Reference from the network and imports it. When anything of
it cannot be fetched or read, the catalogue stays as it is.

--url may name a mirror; documents are then fetched from the mirror whatever
host its index names.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.catalogRefresh(cmd.Context(), f) },
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.url, "url", serviceReferenceURL, "address of the reference's index")
	return cmd
}

func (p *program) catalogRefresh(ctx context.Context, f catalogFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	progress := &fetchProgress{p: p, live: isTerminal(p.stderr)}
	r, err := newRefresher(f.url, progress.report)
	if err != nil {
		return err
	}
	docs, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer docs.Close()
	overlay, err := r.fetch(ctx, p.now())
	progress.end()
	if err != nil {
		return fmt.Errorf("%w; the catalogue is unchanged", err)
	}
	return p.takeOver(ctx, docs, overlay, f.format)
}

// fetchProgress prints how many documents have been fetched: in place on a
// terminal, a line per quarter elsewhere.
type fetchProgress struct {
	p    *program
	live bool

	mu    sync.Mutex
	shown int // quarters on lines
	drawn bool
}

func (f *fetchProgress) report(done, total int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	quarter := done * 4 / total
	switch {
	case f.live:
		fmt.Fprintf(f.p.stderr, "\r\x1b[Kfetched %d of %d documents", done, total)
		f.drawn = true
	case quarter > f.shown:
		fmt.Fprintf(f.p.stderr, "fetched %d of %d documents\n", done, total)
		f.shown = quarter
	}
}

// end leaves the line that was drawn in place.
func (f *fetchProgress) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.drawn {
		fmt.Fprintln(f.p.stderr)
		f.drawn = false
	}
}

// takeOver stores an overlay and prints what it changed.
func (p *program) takeOver(ctx context.Context, docs store.Docs, o *catalog.Overlay, format string) error {
	c, change, err := storeOverlay(ctx, docs, o)
	if err != nil {
		return err
	}
	if format == "json" {
		return p.printJSON(struct {
			Date     string         `json:"date"`
			Services int            `json:"services"`
			Change   catalog.Change `json:"change"`
			Catalog  catalogView    `json:"catalog"`
		}{dateOf(o.Date()), o.Services(), change, newCatalogView(c.Info(), p.now())})
	}
	if change.Outdated {
		p.warn("this reference (%s) is older than the catalogue (%s): access levels were left alone, and what is new may have been withdrawn by AWS since (ebbmark catalog reset takes it out again)", dateOf(o.Date()), dateOf(c.Info().Date))
	}
	return p.printChange(o, c.Info().Counts, change)
}

func (p *program) printChange(o *catalog.Overlay, n catalog.Counts, change catalog.Change) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "Service Reference of %s with %s is laid over the catalogue.\n", dateOf(o.Date()), plural(o.Services(), "service"))
	row := func(name string, n int, note string) {
		if note != "" {
			note = "\t" + note
		}
		fmt.Fprintf(w, "%s\t%d%s\n", name, n, note)
	}
	row("New services", len(change.Services), shorten(change.Services, 5))
	row("New actions", change.Actions, "")
	row("New ARN formats", change.Formats, "")
	row("Actions on further resource types", change.Resources, "")
	row("Changed access levels", change.Levels, "")
	row("Changed flags", change.Flags, "")
	row("Services kept that it lacks", change.KeptService, "")
	row("Actions kept that it lacks", change.KeptAction, "in services that it has")
	fmt.Fprintf(w, "The catalogue has %s and %s now, %d of them tracked.\n", plural(n.Services, "service"), plural(n.Actions, "action"), n.Tracked)
	return w.Flush()
}

// shorten lists the first names of a list.
func shorten(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func (p *program) catalogResetCommand() *cobra.Command {
	var f catalogFlags
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Forget every imported Service Reference",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.catalogReset(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	return cmd
}

func (p *program) catalogReset(ctx context.Context, f catalogFlags) error {
	docs, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer docs.Close()
	dropped, err := dropOverlay(ctx, docs)
	if err != nil {
		return err
	}
	said := "No Service Reference was imported"
	if dropped {
		said = "The imported Service Reference is forgotten"
	}
	fmt.Fprintln(p.stdout, said+"; the catalogue is the program's own.")
	return nil
}
