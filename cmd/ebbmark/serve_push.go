package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/api/cloudtraildata"
	"github.com/ebbmark/ebbmark/httpd"
	"github.com/ebbmark/ebbmark/ingest/push"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// pushFlags says whose records a server takes, and whether it records its own
// calls.
type pushFlags struct {
	trusted []string
	channel string
	own     bool
}

func addPushFlags(cmd *cobra.Command, f *pushFlags) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.trusted, "ingest-from", nil, "account whose callers may push records of every account, as the pipeline of an organization trail does; others push those of their own (may be repeated)")
	flags.StringVar(&f.channel, "audit-channel", "", "ARN of a further channel for PutAuditEvents (each account has channel/"+cloudtraildata.DefaultChannel+")")
	flags.BoolVar(&f.own, "record-own-calls", false, "turn the calls to this server into facts, so that it has last accessed data of itself; a killed server loses those of the last two seconds")
}

// pushing is the parts of a server that take records.
type pushing struct {
	door *push.Door
	own  *push.Own // nil: own calls are not recorded
	api  *cloudtraildata.API
}

func (p *program) newPushing(v serving, s store.Store) pushing {
	door := &push.Door{Store: s, Now: p.now, Trusted: v.push.trusted}
	parts := pushing{door: door, api: &cloudtraildata.API{Door: door, Channel: v.push.channel, NewID: uuid.NewString}}
	if v.push.own {
		parts.own = push.NewOwn(push.OwnConfig{Store: s, Now: p.now, Log: v.log, RunID: uuid.NewString()})
	}
	return parts
}

// addTo gives the parts their places in a server that has all else.
func (x pushing) addTo(c *httpd.Config) {
	c.Services = append(c.Services, x.api.Service())
	handler := push.NewHandler(push.Handler{Door: x.door, Authenticate: c.Authenticate, Guard: c.Guard, Log: c.Log})
	c.Routes = append(c.Routes, httpd.Route{Path: push.Path, Handler: handler})
	if x.own != nil {
		c.Answered = func(caller wire.Caller, answer wire.Response, id string) {
			x.own.Call(caller, answer.Service, answer.Operation, answer.Code, id)
		}
	}
}

// ownGrace is how long the last own calls may take to be written.
const ownGrace = 30 * time.Second

// flush writes what is left of own calls when the server has stopped.
func (x pushing) flush(ctx context.Context) error {
	if x.own == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ownGrace)
	defer cancel()
	return x.own.Flush(ctx)
}
