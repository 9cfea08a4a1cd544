package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Warning is something about a snapshot that a person should know although it
// was taken.
type Warning struct {
	Account string `json:"account"`
	Text    string `json:"text"`
}

// Accounts makes the inventories out of all that was read, by account id, each
// indexed. It fails when the pages do not fit together or something that grants
// permissions is missing: see docs/import.md. The error joins every problem, up
// to a limit, each a *FileError.
func (s *Snapshot) Accounts() ([]*Account, []Warning, error) {
	drafts, err := s.drafts()
	if err != nil {
		return nil, nil, err
	}
	var out []*Account
	var warnings []Warning
	var all problems
	for _, id := range slices.Sorted(maps.Keys(drafts)) {
		d := drafts[id]
		d.finish()
		all = append(all, d.problems...)
		warnings = append(warnings, d.warnings...)
		out = append(out, d.account)
	}
	if err := all.err(); err != nil {
		return nil, nil, err
	}
	return out, warnings, nil
}

// problems is a list of errors that are told together.
type problems []error

func (p problems) err() error {
	if len(p) > maxProblems {
		p = append(slices.Clone(p[:maxProblems]), fmt.Errorf("and %d more problems", len(p)-maxProblems))
	}
	return errors.Join(p...)
}

// drafts puts the pages together by account.
func (s *Snapshot) drafts() (map[string]*draft, error) {
	out := map[string]*draft{}
	for _, p := range s.pages {
		if p.account != "" {
			if out[p.account] == nil {
				out[p.account] = newDraft(p.owner)
			}
			out[p.account].add(p)
		}
	}
	for _, p := range s.pages {
		if p.account != "" || len(out) == 0 && len(p.policies) > 0 { // of nobody: see Managed
			continue
		}
		if len(out) != 1 {
			return nil, &FileError{p.file, errors.New("no user, group, role or customer managed policy, so it is unknown of which account it is")}
		}
		for _, d := range out {
			d.add(p)
		}
	}
	return out, nil
}

// draft is an account in the making.
type draft struct {
	account  *Account
	counts   map[string]int // AttachmentCount by policy ARN
	open     string         // a file with a page that another page should follow
	complete bool           // there is a page that none should follow
	problems problems
	warnings []Warning

	users    map[string]origin[*User]            // by folded name
	groups   map[string]origin[*Group]           // by folded name
	roles    map[string]origin[*Role]            // by folded name
	policies map[string]origin[*Policy]          // by ARN
	profiles map[string]origin[*InstanceProfile] // by folded name
	ids      map[string]string                   // the entity that has a unique id
}

// origin is an entity and the file it is from.
type origin[E any] struct {
	entity E
	file   string
}

func newDraft(o owner) *draft {
	return &draft{
		account: &Account{ID: o.account, Partition: o.partition}, counts: map[string]int{},
		users: map[string]origin[*User]{}, groups: map[string]origin[*Group]{},
		roles: map[string]origin[*Role]{}, policies: map[string]origin[*Policy]{},
		profiles: map[string]origin[*InstanceProfile]{}, ids: map[string]string{},
	}
}

func (d *draft) add(p *page) {
	if p.partition != "" && p.partition != d.account.Partition {
		d.fail(p.file, "account "+d.account.ID, fmt.Errorf("partition %s, but %s in other pages", p.partition, d.account.Partition))
		return
	}
	if p.open {
		d.open = p.file
	} else {
		d.complete = true
	}
	maps.Copy(d.counts, p.counts)
	for _, u := range p.users {
		put(d, d.users, fold(u.Name), u, p.file, "user", u.ARN, u.ID, u.Equal)
	}
	for _, g := range p.groups {
		put(d, d.groups, fold(g.Name), g, p.file, "group", g.ARN, g.ID, g.Equal)
	}
	for _, r := range p.roles {
		put(d, d.roles, fold(r.Name), r, p.file, "role", r.ARN, r.ID, r.Equal)
	}
	for _, m := range p.policies {
		put(d, d.policies, m.ARN, m, p.file, "policy", m.ARN, m.ID, m.Equal)
	}
	for _, i := range p.profiles {
		put(d, d.profiles, fold(i.Name), i, p.file, "instance-profile", i.ARN, i.ID, i.Equal)
	}
}

// put keeps an entity. Pages may overlap, so the same one again is fine; a
// different one under the same name or unique id is not (IAM-13).
func put[E any](d *draft, to map[string]origin[*E], key string, e *E, file, kind, arn, id string, equal func(*E) bool) {
	name := label(kind, arn, key)
	if was, ok := to[key]; ok {
		if !equal(was.entity) {
			d.fail(file, name, fmt.Errorf("not the same as in %s: the files are of different snapshots, take one", was.file))
		}
		return
	}
	if other, ok := d.ids[id]; ok {
		d.fail(file, name, fmt.Errorf("has the unique id %s of %s", id, other))
		return
	}
	to[key] = origin[*E]{e, file}
	d.ids[id] = name
}

func (d *draft) fail(file, entity string, err error) {
	d.problems = append(d.problems, &FileError{file, fmt.Errorf("%s: %w", entity, err)})
}

func (d *draft) warn(format string, args ...any) {
	d.warnings = append(d.warnings, Warning{d.account.ID, fmt.Sprintf(format, args...)})
}

// finish checks what the pages say together and indexes the account.
func (d *draft) finish() {
	if d.open != "" && !d.complete {
		d.fail(d.open, "account "+d.account.ID, errors.New("the snapshot is incomplete: this page says that another one follows (IsTruncated, NextToken), and no page is the last"))
	}
	for _, u := range d.users {
		d.memberships(u)
		d.references(u.file, "user", u.entity.ARN, u.entity.Attached)
	}
	for _, g := range d.groups {
		d.references(g.file, "group", g.entity.ARN, g.entity.Attached)
	}
	for _, r := range d.roles {
		d.references(r.file, "role", r.entity.ARN, r.entity.Attached)
	}
	slices.SortFunc(d.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	a := d.account
	a.Users, a.Groups, a.Roles, a.Policies = entities(d.users), entities(d.groups), entities(d.roles), entities(d.policies)
	a.Profiles = entities(d.profiles)
	a.Index()
	d.missing()
	d.miscounted()
}

func entities[E any](from map[string]origin[E]) []E {
	out := make([]E, 0, len(from))
	for _, o := range from {
		out = append(out, o.entity)
	}
	return out
}

// memberships gives the user's groups the spelling of the groups themselves. A
// group that is absent would take its grants away from the user unseen.
func (d *draft) memberships(u origin[*User]) {
	for i, name := range u.entity.Groups {
		g, ok := d.groups[fold(name)]
		if !ok {
			d.fail(u.file, label("user", u.entity.ARN, ""), fmt.Errorf("is in group %s, which the snapshot does not hold: %s without --filter, and import all its pages", name, takeSnapshot))
			continue
		}
		u.entity.Groups[i] = g.entity.Name
	}
}

// references refuses an attached customer managed policy that is absent: only
// the snapshot can say what it grants.
func (d *draft) references(file, kind, arn string, attached []string) {
	for _, p := range attached {
		if _, ok := d.policies[p]; !ok && !IsAWSManaged(p) {
			d.fail(file, label(kind, arn, ""), fmt.Errorf("has %s attached, which the snapshot does not hold: %s without --filter, and import all its pages", p, takeSnapshot))
		}
	}
}

// missing warns of AWS managed policies that are attached but absent.
func (d *draft) missing() {
	for _, arn := range d.account.Missing() {
		users, groups, roles := d.account.AttachedTo(arn)
		d.warn("%s is attached to %s, but the snapshot does not hold it: the services it grants will be MISSING from every report on them; %s without --filter",
			arn, attachedTo(len(users), len(groups), len(roles)), takeSnapshot)
	}
}

func attachedTo(users, groups, roles int) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{users, "user"}, {groups, "group"}, {roles, "role"}} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.what)
		case p.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// miscounted warns when policies say that more has them attached (IAM-23) than
// the snapshot shows: a page may be missing. Changes while the snapshot was
// taken do the same, so it is no error.
func (d *draft) miscounted() {
	var arns []string
	for arn, said := range d.counts {
		users, groups, roles := d.account.AttachedTo(arn)
		if said > len(users)+len(groups)+len(roles) {
			arns = append(arns, arn)
		}
	}
	if len(arns) == 0 {
		return
	}
	first := slices.MinFunc(arns, cmp.Compare)
	users, groups, roles := d.account.AttachedTo(first)
	d.warn("the snapshot looks incomplete: %d policies are attached more often than it shows, such as %s (AttachmentCount %d, shown %d); is a page missing, or was it taken with --filter?",
		len(arns), first, d.counts[first], len(users)+len(groups)+len(roles))
}
