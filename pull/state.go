package pull

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ebbmark/ebbmark/store"
)

// state is what a run has done, for another that goes on with it: one document
// of the run, and one for each account that is done. A run that comes to its
// end without a failure leaves none.
type state struct {
	Started      time.Time          `json:"started"`
	Planned      bool               `json:"planned"` // the members below are known, and the organization is kept
	Organization OrganizationResult `json:"organization"`
	Members      []member           `json:"members"`

	docs    store.Docs
	id      string
	resumed bool
}

// begin finds the state of a run that broke, or makes a new one.
func (r *run) begin(ctx context.Context) error {
	s := &state{docs: r.Docs, id: r.selection()}
	body, _, err := r.Docs.GetDoc(ctx, store.KindSync, s.id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the state of the sync: %w", err)
	}
	r.state = s
	now := r.Now()
	// A state that cannot be read, or of the future, is of no use.
	if err == nil && json.Unmarshal(body, s) == nil && !r.Fresh && !now.Before(s.Started) && now.Sub(s.Started) < ResumeWithin {
		s.resumed = true
		return nil
	}
	if err := s.forget(ctx); err != nil {
		return err
	}
	*s = state{docs: s.docs, id: s.id, Started: now.UTC()}
	return s.save(ctx)
}

// selection names a run by what it pulls: only the same is gone on with.
func (r *run) selection() string {
	only := slices.Compact(slices.Sorted(slices.Values(r.Only)))
	sum := sha256.Sum256([]byte(strings.Join(append([]string{aws.ToString(r.AWS.BaseEndpoint), r.caller.Partition, r.caller.Account, r.Role}, only...), "\n")))
	return hex.EncodeToString(sum[:16])
}

func (s *state) save(ctx context.Context) error { return s.put(ctx, s.id, s) }

// add writes down that an account is done.
func (s *state) add(ctx context.Context, a AccountResult) error {
	return s.put(ctx, s.id+"/"+a.Account, a)
}

func (s *state) put(ctx context.Context, id string, v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		err = s.docs.SetDocs(ctx, store.KindSync, []store.Doc{{ID: id, Body: body}})
	}
	if err != nil {
		return fmt.Errorf("write the state of the sync: %w", err)
	}
	return nil
}

// done are the accounts that are done. A document that cannot be read is of an
// account that is pulled again.
func (s *state) done(ctx context.Context) (map[string]AccountResult, error) {
	out := map[string]AccountResult{}
	ids, err := s.rows(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		body, _, err := s.docs.GetDoc(ctx, store.KindSync, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read the state of the sync: %w", err)
		}
		var a AccountResult
		if json.Unmarshal(body, &a) == nil && id == s.id+"/"+a.Account {
			out[a.Account] = a
		}
	}
	return out, nil
}

// rows are the ids of the documents of accounts.
func (s *state) rows(ctx context.Context) (ids []string, err error) {
	for id, err := range s.docs.ListDocs(ctx, store.KindSync, s.id+"/", 0) {
		if err != nil {
			return nil, fmt.Errorf("list the state of the sync: %w", err)
		}
		if !strings.HasPrefix(id, s.id+"/") {
			break
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// forget removes all, the accounts first: without the document of the run they
// would never be found again.
func (s *state) forget(ctx context.Context) error {
	ids, err := s.rows(ctx)
	if err != nil {
		return err
	}
	for _, id := range append(ids, s.id) {
		if err := s.remove(ctx, id); err != nil {
			return fmt.Errorf("remove the state of the sync: %w", err)
		}
	}
	return nil
}

func (s *state) remove(ctx context.Context, id string) error {
	for {
		_, version, err := s.docs.GetDoc(ctx, store.KindSync, id)
		if err == nil {
			err = s.docs.DeleteDoc(ctx, store.KindSync, id, version)
		}
		switch {
		case err == nil || errors.Is(err, store.ErrNotFound):
			return nil
		case !errors.Is(err, store.ErrConflict):
			return err
		}
	}
}
