package ebbmark

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/evidence"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/trail"
	"github.com/ebbmark/ebbmark/wire"
)

type getEvidenceInput struct {
	ARN         string `wire:"arn" required:"true" min:"4" max:"2048"`
	Days        *int   `wire:"windowDays" min:"1" max:"3660"`
	Service     string `wire:"service" max:"64"`
	Granularity string `wire:"granularity" enum:"service,action"`
	Regions     string `wire:"regions" max:"2048"` // with commas
	EveryRegion bool   `wire:"everyRegion"`
}

// findScope finds whom GetEvidence is about: somebody or a policy of the caller's
// account, the account itself, or a path of the organization that it manages. The
// guard is asked about the ARN, of a path about "*".
func (a *API) findScope(ctx context.Context, c wire.Caller, in *getEvidenceInput) (*evidence.Scope, string, error) {
	if id := evidence.OrganizationOf(in.ARN); id != "" || strings.HasPrefix(in.ARN, "o-") {
		o, err := a.Book.OrganizationOf(ctx, c.Account)
		switch {
		case errors.Is(err, accounts.ErrNoOrganization), err == nil && (o.ID != id || o.ManagementAccount != c.Account):
			return nil, "", denied("User: %s is not authorized to perform: ebbmark:GetEvidence on %s because the caller is not in the management account of that organization", c.ARN, in.ARN)
		case err != nil:
			return nil, "", err
		}
		s, err := ScopeOf(ctx, a.Book, c.Account, in.ARN)
		if errors.Is(err, report.ErrEntityPath) {
			return nil, "*", noEntity(in.ARN)
		}
		return s, "*", err
	}
	account, err := evidence.CheckARN(in.ARN)
	if err != nil {
		return nil, "", invalid("%s is not the ARN of a user, group, role, managed policy or account root, nor a path such as o-a1b2c3d4e5/r-ab12: %s.", in.ARN, err)
	}
	if account != "aws" && account != c.Account {
		return nil, "", denied("User: %s is not authorized to perform: ebbmark:GetEvidence on resource: %s because it is of another account", c.ARN, in.ARN)
	}
	s, err := ScopeOf(ctx, a.Book, c.Account, in.ARN)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, report.ErrAbsent):
		return nil, in.ARN, noEntity(in.ARN)
	case err != nil:
		return nil, "", err
	}
	return s, s.ARN, nil
}

func noEntity(text string) error {
	return wire.Errorf(http.StatusNotFound, "ResourceNotFoundException", "There is no %s.", text)
}

func (a *API) getEvidence(ctx context.Context, _ wire.Caller, in *getEvidenceInput, s *evidence.Scope) (*evidence.Evidence, error) {
	cat, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	q := evidence.Input{Scope: s, Now: a.now(), Service: in.Service, EveryRegion: in.EveryRegion, Catalog: cat}
	if in.Days != nil {
		q.Window = time.Duration(*in.Days) * 24 * time.Hour
	}
	if in.Regions != "" {
		q.Regions = strings.Split(in.Regions, ",")
	}
	if _, known := cat.Service(in.Service); in.Service != "" && !known {
		return nil, invalid("%s is no service namespace of the catalogue.", in.Service)
	}
	out, err := Evidence(ctx, a.Facts, q)
	if err == nil && cmp.Or(in.Granularity, "service") == "service" {
		for i := range out.Services {
			out.Services[i].Actions = nil
		}
	}
	return out, err
}

// ScopeOf finds what evidence is about: an ARN of an account, or a path of its
// organization. The errors are those of evidence.Find and evidence.Under, and
// store.ErrNotFound when there is no snapshot of the account.
func ScopeOf(ctx context.Context, book *accounts.Book, account, text string) (*evidence.Scope, error) {
	o, err := book.OrganizationOf(ctx, account)
	if err != nil && !errors.Is(err, accounts.ErrNoOrganization) {
		return nil, err
	}
	if strings.HasPrefix(text, "o-") {
		if o == nil {
			return nil, report.ErrEntityPath
		}
		return ScopeUnder(ctx, book, o, text)
	}
	a, err := book.Account(ctx, account)
	if err != nil {
		return nil, err
	}
	return evidence.Find(a, o, text)
}

// ScopeUnder is what evidence on a path of an organization is about.
func ScopeUnder(ctx context.Context, book *accounts.Book, o *organization.Organization, path string) (*evidence.Scope, error) {
	return evidence.Under(o, path, func(account string) (*inventory.Account, error) {
		a, err := book.Account(ctx, account)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		return a, err
	})
}

// Evidence gathers evidence from a store. Of in, Extras and Engine may be missing.
func Evidence(ctx context.Context, s store.Records, in evidence.Input) (out *evidence.Evidence, err error) {
	if in.Extras == nil {
		if in.Extras, err = catalog.LoadExtras(in.Catalog); err != nil {
			return nil, err
		}
	}
	if in.Engine == nil {
		in.Engine = grant.New(in.Catalog)
	}
	from := evidence.Sources{
		Of: func(account, principal string) iter.Seq2[activity.Fact, error] {
			return s.Facts(ctx, activity.Prefix{Account: account, Principal: principal})
		},
		Coverage: func(account string) iter.Seq2[activity.Fact, error] { return store.Coverage(ctx, s, account) },
		Calls: func(account string) iter.Seq2[activity.Fact, error] {
			return store.Rollup(ctx, s, []string{account})
		},
		Trails: func(account string) (*trail.Record, error) { return accounts.Trails(ctx, s, account) },
	}
	err = store.Steady(ctx, s, func() (err error) {
		out, err = evidence.Compute(in, from)
		return err
	})
	return out, err
}
