package trail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Part is what a file says of the trails of one account.
type Part struct {
	Account   string    // empty: not said
	At        time.Time // when it was read; zero: not said
	Trails    []Trail   // nil: not said
	Listed    []string  // likewise
	Selectors map[string]*Selectors
	Status    map[string]*Status // by ARN or name
}

// members at the top of a file of trails, with the names of the AWS CLI where it
// has them.
const (
	memberAccount   = "account"
	memberAt        = "readAt"
	memberTrails    = "trailList"      // describe-trails
	memberListed    = "Trails"         // list-trails
	memberSelectors = "eventSelectors" // a list of outputs of get-event-selectors
	memberStatus    = "trailStatus"    // outputs of get-trail-status by name or ARN
	memberTrail     = "TrailARN"       // one output of get-event-selectors
	memberLogging   = "IsLogging"      // one output of get-trail-status
)

// LooksLike reports whether a file that begins with head is of trails: its first
// member is one of theirs.
func LooksLike(head []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	t, err := dec.Token()
	name, _ := t.(string)
	return err == nil && slices.Contains([]string{memberAccount, memberAt, memberTrails, memberListed, memberSelectors, memberStatus, memberTrail,
		memberLogging, "EventSelectors", "AdvancedEventSelectors"}, name)
}

// Read reads a file: one JSON object or several, one after another. One that
// names an account begins a part; what names none belongs to the part before.
func Read(r io.Reader) (parts []Part, err error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxFile {
		return nil, fmt.Errorf("more than %d MiB after decompression", MaxFile>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("byte %d: %w", dec.InputOffset(), err)
		}
		m, err := object(raw)
		if err != nil {
			return nil, err
		}
		if _, begins := m[memberAccount]; begins || len(parts) == 0 {
			parts = append(parts, Part{Selectors: map[string]*Selectors{}, Status: map[string]*Status{}})
		}
		if err := parts[len(parts)-1].take(m, raw); err != nil {
			return nil, err
		}
	}
	if len(parts) == 0 {
		return nil, errors.New("an empty file")
	}
	return parts, nil
}

// take adds an object to a part.
func (p *Part) take(m map[string]json.RawMessage, whole json.RawMessage) error {
	if _, single := m[memberTrail]; single {
		return p.selectors(whole)
	}
	known := 0
	for _, member := range []struct {
		name string
		take func(json.RawMessage) error
	}{
		{memberAccount, func(json.RawMessage) (err error) { p.Account, err = text(m, memberAccount); return err }},
		{memberAt, func(json.RawMessage) (err error) { p.At, err = moment(m, memberAt); return err }},
		{memberTrails, func(raw json.RawMessage) error {
			list, err := ReadTrails(raw)
			p.Trails = append(append([]Trail{}, p.Trails...), list...) // not nil
			return err
		}},
		{memberListed, func(raw json.RawMessage) error {
			list, err := ReadListed(raw)
			p.Listed = append(append([]string{}, p.Listed...), list...)
			return err
		}},
		{memberSelectors, p.allSelectors},
		{memberStatus, p.allStatus},
	} {
		if raw, there := m[member.name]; there {
			known++
			if err := member.take(raw); err != nil {
				return fmt.Errorf("%s: %w", member.name, err)
			}
		}
	}
	switch _, status := m[memberLogging]; {
	case known == 0 && status:
		return fmt.Errorf("the output of get-trail-status does not say of which trail: put it into %s, under the trail's name", memberStatus)
	case known == 0:
		return fmt.Errorf("an object with none of %s, %s, %s and %s", memberTrails, memberListed, memberSelectors, memberStatus)
	}
	return nil
}

func (p *Part) allSelectors(raw json.RawMessage) error {
	all, err := list(raw, maxTrails)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := p.selectors(one); err != nil {
			return err
		}
	}
	return nil
}

func (p *Part) selectors(raw json.RawMessage) error {
	arn, s, err := ReadSelectors(raw)
	if err != nil {
		return err
	}
	if was := p.Selectors[arn]; was != nil && !sameSelectors(was, s) {
		return fmt.Errorf("event selectors of %s come twice and differ", arn)
	}
	p.Selectors[arn] = s
	return nil
}

func (p *Part) allStatus(raw json.RawMessage) error {
	m, err := object(raw)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		s, err := ReadStatus(m[name])
		if err != nil {
			return fmt.Errorf("%.80q: %w", name, err)
		}
		if was := p.Status[name]; was != nil && !sameStatus(was, s) {
			return fmt.Errorf("the status of %.80q comes twice and differs", name)
		}
		p.Status[name] = s
	}
	return nil
}

// Join makes observations out of parts. What a part does not say is taken from
// account and at, which may be empty too; parts of one account and moment are one
// observation. now bounds the moments.
func Join(parts []Part, account string, at, now time.Time) ([]Observation, error) {
	type key struct {
		account string
		at      int64
	}
	joined := map[key]*Part{}
	var order []key
	for i := range parts {
		p := parts[i]
		if err := p.complete(account, at, now); err != nil {
			return nil, err
		}
		k := key{p.Account, p.At.UnixMilli()}
		if joined[k] == nil {
			joined[k] = &Part{Account: p.Account, At: p.At, Selectors: map[string]*Selectors{}, Status: map[string]*Status{}}
			order = append(order, k)
		}
		if err := joined[k].join(&p); err != nil {
			return nil, fmt.Errorf("account %s: %w", p.Account, err)
		}
	}
	var out []Observation
	for _, k := range order {
		o, err := joined[k].observation()
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", k.account, err)
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b Observation) int { return a.At.Compare(b.At) })
	return out, nil
}

// complete adds what a part does not say.
func (p *Part) complete(account string, at, now time.Time) error {
	if p.Account == "" {
		p.Account = account
	}
	if p.Account == "" {
		p.Account = p.owner()
	}
	if p.At.IsZero() {
		p.At = at
	}
	switch {
	case p.Account == "":
		return fmt.Errorf("it is not said of which account these trails are: add a member %q, or use --account", memberAccount)
	case !accountForm.MatchString(p.Account):
		return fmt.Errorf("%s %.80q: want an account id of 12 digits", memberAccount, p.Account)
	case p.At.IsZero():
		return fmt.Errorf("it is not said when these trails were read: add a member %q such as \"2026-06-01T12:00:00Z\", or use --read-at", memberAt)
	case p.At.After(now):
		return fmt.Errorf("%s %s is in the future", memberAt, p.At.Format(time.RFC3339))
	}
	return nil
}

// owner is the account of the trails, when they tell: a trail of an organization
// is shown in every account of it.
func (p *Part) owner() (id string) {
	for i := range p.Trails {
		t := &p.Trails[i]
		if t.Organization || id != "" && id != t.Owner() {
			return ""
		}
		id = t.Owner()
	}
	return id
}

func (p *Part) join(o *Part) error {
	if o.Trails != nil && p.Trails == nil {
		p.Trails = []Trail{}
	}
	for i := range o.Trails {
		t := &o.Trails[i]
		same := slices.IndexFunc(p.Trails, func(was Trail) bool { return was.ARN == t.ARN })
		switch {
		case same < 0:
			p.Trails = append(p.Trails, *t)
		case !p.Trails[same].equal(t):
			return fmt.Errorf("trail %s comes twice and differs", t.ARN)
		}
	}
	if o.Listed != nil {
		p.Listed = append(append([]string{}, p.Listed...), o.Listed...)
	}
	for arn, s := range o.Selectors {
		if was := p.Selectors[arn]; was != nil && !sameSelectors(was, s) {
			return fmt.Errorf("event selectors of %s come twice and differ", arn)
		}
		p.Selectors[arn] = s
	}
	for name, s := range o.Status {
		if was := p.Status[name]; was != nil && !sameStatus(was, s) {
			return fmt.Errorf("the status of %.80q comes twice and differs", name)
		}
		p.Status[name] = s
	}
	return nil
}

// observation puts selectors and status to their trails.
func (p *Part) observation() (Observation, error) {
	o := Observation{Account: p.Account, At: p.At, Trails: p.Trails, Listed: p.Listed}
	find := func(name string) (found []int) {
		for i := range o.Trails {
			if o.Trails[i].ARN == name || o.Trails[i].Name == name {
				found = append(found, i)
			}
		}
		return found
	}
	for _, arn := range slices.Sorted(maps.Keys(p.Selectors)) {
		i := find(arn)
		if len(i) != 1 {
			return o, fmt.Errorf("there are event selectors of %s, and no %s of describe-trails that has it", arn, memberTrails)
		}
		o.Trails[i[0]].Selectors = p.Selectors[arn]
	}
	for _, name := range slices.Sorted(maps.Keys(p.Status)) {
		i := find(name)
		if len(i) != 1 {
			return o, fmt.Errorf("the status of %.80q is of %d trails of %s: name one by its ARN", name, len(i), memberTrails)
		}
		o.Trails[i[0]].Status = p.Status[name]
	}
	if o.Trails == nil && o.Listed == nil {
		return o, fmt.Errorf("neither %s of describe-trails nor %s of list-trails", memberTrails, memberListed)
	}
	return o, nil
}
