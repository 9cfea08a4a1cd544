package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/trail"
)

// trails is what is known of the trails of the accounts, and of what may have
// changed them.
type trails struct {
	in      *Input
	from    time.Time // the beginning of the window
	records records
	watches map[string]*watch        // by account
	told    map[string]*trail.Record // by account
	asked   map[string][]string      // Regions that count, by account
	doubts  map[kindOf]string
}

type kindOf struct {
	kind   string
	events trail.Events
}

func newTrails(in *Input) *trails {
	return &trails{in: in, from: in.Now.Add(-in.Window), records: newRecords(in.Catalog), watches: map[string]*watch{},
		told: map[string]*trail.Record{}, asked: map[string][]string{}, doubts: map[kindOf]string{}}
}

// close reads what is known of trails: of the accounts, and of those that may
// change the trails of their organization what their logs say, too.
func (t *trails) close(from Sources) error {
	for _, a := range t.in.Scope.accounts {
		if err := t.record(a.id, from); err != nil {
			return err
		}
	}
	for _, a := range t.in.Scope.accounts {
		for _, k := range t.of(a.id) {
			if !k.Organization {
				continue
			}
			for _, keeper := range t.keepers(a.id, &k) {
				if err := t.further(keeper, from); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *trails) record(account string, from Sources) (err error) {
	if t.told[account] == nil && from.Trails != nil {
		if t.told[account], err = from.Trails(account); err != nil {
			return fmt.Errorf("read the trails of account %s: %w", account, err)
		}
	}
	if t.told[account] == nil {
		t.told[account] = &trail.Record{Account: account}
	}
	return nil
}

// further reads what is known of an account that is none of the scope's.
func (t *trails) further(account string, from Sources) error {
	if t.watches[account] != nil {
		return t.record(account, from)
	}
	t.watchOf(account)
	err := each(from.Calls(account), func(f *activity.Fact) { t.call(account, f) })
	if err == nil {
		err = each(from.Coverage(account), func(f *activity.Fact) { t.cover(account, f) })
	}
	if err != nil {
		return fmt.Errorf("read the logs of account %s: %w", account, err)
	}
	return t.record(account, from)
}

// known is a trail as it was last read.
type known struct {
	trail.Trail
	trail.Period
	others []time.Time // moments within the window at which it was seen to be different
}

// of are the trails of an account by the last list of them.
func (t *trails) of(account string) (out []known) {
	l, _ := t.told[account].Listing(t.in.Now)
	for _, arn := range l.ARNs {
		out = append(out, t.known(account, arn))
	}
	return out
}

// known is what is known of a trail. What an account may not read of a trail of its
// organization, the trail's own account may.
func (t *trails) known(account, arn string) known {
	k := t.knownIn(account, arn)
	owner := k.Owner()
	if !k.Organization || k.Known() || owner == account || t.told[owner] == nil {
		return k
	}
	o := t.knownIn(owner, arn)
	if !o.Known() {
		return k
	}
	if k.Selectors == nil {
		k.Selectors = o.Selectors
	}
	if k.Status == nil {
		k.Status = o.Status
	}
	k.Since, k.AsOf = later(k.Since, o.Since), earlier(k.AsOf, o.AsOf)
	k.others = append(k.others, o.others...)
	return k
}

func (t *trails) knownIn(account, arn string) known {
	s, ok := t.told[account].State(arn, t.in.Now)
	if !ok {
		return known{Trail: trail.Trail{ARN: arn}}
	}
	k := known{Trail: s.Trail, Period: s.Period}
	for _, e := range t.told[account].EarlierStates(arn, t.from, t.in.Now) {
		k.others = append(k.others, e.AsOf)
	}
	return k
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// keepers are the accounts in which a trail may be changed. One of an organization
// may be in its management account, and by delegated administrators.
func (t *trails) keepers(account string, k *known) []string {
	out := []string{account}
	if k.Organization {
		out = append(append(out, k.Owner()), t.in.Scope.delegates...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fresh reports whether what was read at a moment still says something of the end
// of the window.
func (t *trails) fresh(at time.Time) bool {
	return !at.Before(t.from) && !at.Before(t.in.Now.Add(-maxTrailAge))
}

// name is the trail's name, or its ARN.
func (k *known) name() string { return cmp.Or(k.Name, k.ARN) }

// rows are the trails of all accounts, for who reads the evidence.
func (t *trails) rows() (out []Trail, total int) {
	out = []Trail{} // an answer has every list
	for _, a := range t.in.Scope.accounts {
		for _, k := range t.of(a.id) {
			if total++; len(out) < maxTrailRows {
				out = append(out, t.row(a.id, &k))
			}
		}
	}
	return out, total
}

func (t *trails) row(account string, k *known) Trail {
	r := Trail{Account: account, ARN: k.ARN, Name: k.Name, HomeRegion: k.HomeRegion, MultiRegion: k.MultiRegion, Organization: k.Organization,
		Since: k.Since, AsOf: k.AsOf, Doubt: t.unsteady(account, k), DataEvents: []TrailDelivery{}}
	if k.Status != nil {
		r.Logging, r.LoggingSince = k.Status.Logging, k.Status.Started
	}
	if k.Selectors != nil {
		for _, d := range k.Selectors.Deliveries(k.Partition()) {
			r.DataEvents = append(r.DataEvents, TrailDelivery{d.Kind, d.Events.String()})
		}
	}
	return r
}
