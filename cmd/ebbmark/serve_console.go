package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/console"
	"github.com/ebbmark/ebbmark/httpd"
)

// consoleFlags say whether a server has web pages.
type consoleFlags struct{ none bool }

func addConsoleFlags(cmd *cobra.Command, f *consoleFlags) {
	cmd.Flags().BoolVar(&f.none, "no-console", false, "serve the APIs only, and no web console at "+console.Path)
}

// pages is the web console of a server. It calls the APIs of that server, which
// is made after it: api is set then, before anything is served.
type pages struct{ api http.Handler }

// ServeHTTP answers the console's own requests.
func (x *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { x.api.ServeHTTP(w, r) }

// addConsole gives the console its place in a server. The caller sets api.
func (p *program) addConsole(v serving, book *accounts.Book, c *httpd.Config) *pages {
	x := &pages{}
	if v.console.none {
		return x
	}
	mirror := func(ctx context.Context, id string) (bool, error) {
		mode, err := book.Mode(ctx, id)
		return mode == accounts.Mirror, err
	}
	c.Routes = append(c.Routes,
		httpd.Route{Path: console.Path, Handler: console.New(console.Config{API: x, Mirror: mirror, Now: p.now, AsOf: v.asOf, Random: p.random, Log: v.log})},
		httpd.Route{Path: "/", When: console.WantsPage, Handler: console.Redirect()})
	return x
}
