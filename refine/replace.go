package refine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// AWSCandidates are the policies of AWS that users, groups and roles of an account have
// attached. Nobody can edit them; a policy of the account can take their place. Roles
// that services of AWS keep are left out, and a permissions boundary stays what it is.
// The doubts are those of Candidates, and two more: the document is not known, or AWS
// has changed it within the window and nobody knows from what.
func AWSCandidates(a *inventory.Account, w Window) (list []Candidate) {
	for _, id := range attachedAWS(a) {
		c := Candidate{ID: id, Replaces: true, Accounts: []string{a.ID}}
		c.ofAWS(a.Policy(id), w.From)
		users, _ := a.Entities(id)
		_, _, roles := a.AttachedTo(id)
		for _, r := range roles {
			if !reserved(r) {
				c.add(report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}, r.Created, w.From)
			}
		}
		for _, u := range users {
			c.add(report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, u.Created, w.From)
		}
		if len(c.Users) == 0 && c.Doubt == "" {
			c.Doubt = "nobody has it"
		}
		list = append(list, c)
	}
	return list
}

// attachedAWS are the ARNs of the policies of AWS that somebody has attached whom the
// account's owner can change, ascending.
func attachedAWS(a *inventory.Account) (list []string) {
	add := func(attached []string) {
		for _, id := range attached {
			if inventory.IsAWSManaged(id) {
				list = append(list, id)
			}
		}
	}
	for _, r := range a.Roles {
		if !reserved(r) {
			add(r.Attached)
		}
	}
	for _, u := range a.Users {
		add(u.Attached)
	}
	for _, g := range a.Groups {
		add(g.Attached)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// ofAWS takes the document of a policy of AWS, which may be nil.
func (c *Candidate) ofAWS(p *inventory.Policy, from time.Time) {
	if p == nil || p.DefaultDocument() == "" {
		c.Doubt = fmt.Sprintf("the store does not have its document: take the snapshot again, or import what these print: "+
			"aws iam get-policy --policy-arn %[1]s; aws iam get-policy-version --policy-arn %[1]s --version-id ITS-DEFAULT-VERSION (docs/import.md)", c.ID)
		return
	}
	c.Document = p.DefaultDocument()
	var known bool
	if c.Prior, known = priorOf(p, from); !known {
		c.Doubt = "AWS has changed it within the window, and the store does not have what it said before"
	}
}

// priorOf is what a policy said when the window began; empty: what it says now. What a
// change has added has not had its time. Just the version before the default one
// counts: with more changes in between, something may have come back.
func priorOf(p *inventory.Policy, from time.Time) (document string, known bool) {
	updated := p.Updated
	for _, v := range p.Versions {
		if v.ID == p.Default && v.Created.After(updated) {
			updated = v.Created
		}
	}
	if updated.IsZero() || !updated.After(from) {
		return "", !updated.IsZero()
	}
	now, _ := strconv.Atoi(strings.TrimPrefix(p.Default, "v"))
	for _, v := range p.Versions {
		if n, err := strconv.Atoi(strings.TrimPrefix(v.ID, "v")); err == nil && n == now-1 && !v.Created.After(from) {
			return v.Document, true
		}
	}
	return "", false
}

// Part is a policy that takes the place of one of AWS, or of a part of it.
type Part struct {
	ARN  string
	Base string // what AWS's document grants of which it is made
	*Edited
	Exists bool // the account has it, with just this document
}

// Replacements proposes policies of one account in place of those of AWS. It knows the
// names and the places that are taken, also by what it has proposed.
type Replacements struct {
	*Proposer
	window Window
	taken  map[string]*inventory.Policy // by name in lower case; nil: proposed
	more   map[string]int               // by ARN of a holder: policies that it has then beside those that it has now
}

// NewReplacements looks at the account of a Proposer.
func NewReplacements(p *Proposer, w Window) *Replacements {
	r := &Replacements{p, w, map[string]*inventory.Policy{}, map[string]int{}}
	for _, p := range p.account.Policies {
		if !inventory.IsAWSManaged(p.ARN) {
			r.taken[strings.ToLower(p.Name)] = p
		}
	}
	return r
}

// Propose edits a policy of AWS as a Proposer edits others, and replays all use with what
// takes its place. Errors are those of a Proposer, and why there can be no such policy.
func (r *Replacements) Propose(c Candidate) (*Proposal, error) {
	users, err := r.users(c)
	if err != nil {
		return nil, err
	}
	in := r.editing(users)
	if c.Prior != "" {
		if in.Prior, err = policy.ParseString(c.Prior); err != nil {
			return nil, err
		}
	}
	edited, parts, err := split(c.Document, in)
	if err != nil {
		return nil, err
	}
	p := &Proposal{Candidate: c, Edited: edited, Parts: parts}
	if !edited.Changed() {
		p.Parts = nil
		return p, nil
	}
	var made []*policy.Document
	for _, part := range parts {
		doc, err := policy.ParseString(part.Document)
		if err == nil {
			err = policy.Validate(doc, policy.Identity)
		}
		if err != nil {
			return nil, fmt.Errorf("AWS would not take the policy in its place: %w", err)
		}
		made = append(made, doc)
	}
	p.earlier(in.Catalog, users)
	s, err := r.swapFor(c, made)
	if err == nil {
		err = p.prove(s, users)
	}
	if err != nil || len(p.Denied) > 0 {
		return p, err
	}
	return p, r.place(p)
}

// place gives the parts their names, and makes the changes: first the new policies,
// then who has them, and only then does that of AWS go.
func (r *Replacements) place(p *Proposal) error {
	base, err := arn.Parse(p.ID)
	if err != nil {
		return err
	}
	for i := range p.Parts {
		r.name(&p.Parts[i], base)
	}
	holders := r.holders(p.ID)
	for _, h := range holders {
		if n := len(h.attached) + r.more[h.arn]; len(p.Parts) > 0 && n+len(p.Parts) > maxAttached {
			return fmt.Errorf("%s has %d managed policies attached, and what takes the place of one is attached before that is detached: "+
				"IAM's quota is %d; take another one off first", h.arn, n, maxAttached)
		}
	}
	version := r.account.Policy(p.ID).Default
	for _, part := range p.Parts {
		from := ""
		if part.Exists {
			from = part.Document // found made, and left when the others are taken back
		}
		p.Changes = append(p.Changes, Change{Kind: ChangePolicy, Policy: part.ARN, From: from, To: part.Document, Base: part.Base, Of: p.ID, OfVersion: version})
	}
	for _, h := range holders {
		r.more[h.arn] += len(p.Parts) - 1
		for _, part := range p.Parts {
			if !slices.Contains(h.attached, part.ARN) {
				p.Changes = append(p.Changes, Change{Kind: ChangeAttachment, Policy: part.ARN, Holder: h.arn, To: Attached})
			}
		}
	}
	for _, h := range holders {
		p.Changes = append(p.Changes, Change{Kind: ChangeAttachment, Policy: p.ID, Holder: h.arn, From: Attached, Of: p.ID, OfVersion: version})
	}
	return nil
}

// holder is who has a policy attached, and what else.
type holder struct {
	arn      string
	attached []string
}

func (r *Replacements) holders(id string) (list []holder) {
	users, groups, roles := r.account.AttachedTo(id)
	for _, g := range groups {
		list = append(list, holder{g.ARN, g.Attached})
	}
	for _, role := range roles {
		if !reserved(role) {
			list = append(list, holder{role.ARN, role.Attached})
		}
	}
	for _, u := range users {
		list = append(list, holder{u.ARN, u.Attached})
	}
	return list
}

// name is that of AWS with "-refined", and a number where another policy has that. One
// that says the same and is too young to become smaller itself is from an earlier time
// that was interrupted: the part is that one.
func (r *Replacements) name(part *Part, of arn.ARN) {
	for n := 1; ; n++ {
		suffix := "-refined"
		if n > 1 {
			suffix += "-" + strconv.Itoa(n)
		}
		name := []rune(of.Name())
		text := string(name[:min(len(name), maxPolicyName-len(suffix))]) + suffix
		found, taken := r.taken[strings.ToLower(text)]
		if taken && (found == nil || !sameDocument(found.DefaultDocument(), part.Document) || !found.Updated.After(r.window.From)) {
			continue
		}
		part.ARN = fmt.Sprintf("arn:%s:iam::%s:policy/%s", r.account.Partition, r.account.ID, text)
		if part.Exists = taken; taken {
			part.ARN = found.ARN
		}
		r.taken[strings.ToLower(text)] = nil
		return
	}
}

// TakenBy are the names of the actions that go by one of the changes. Where a policy of
// AWS is replaced they go by the policies that are made, and not by what is attached.
func (p *Proposal) TakenBy(c Change) []string {
	if len(p.Parts) == 0 {
		return p.Taken()
	}
	for _, part := range p.Parts {
		if c.Kind == ChangePolicy && part.ARN == c.Policy {
			return part.taken()
		}
	}
	return []string{}
}
