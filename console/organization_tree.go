package console

import (
	"errors"
	"strings"

	"golang.org/x/sync/errgroup"
)

// treeView is the page of the whole organization.
type treeView struct {
	Frame
	None         bool // the account is in no organization
	Organization organization
	Asked        bool // the API has told the tree
	Roots        []*node
	Accounts     int
	Units        int
	Whole        bool // false: there are more than the page shows
	CLI          []string
}

// read reads the tree. Its accounts come as one list that says where each is, and
// that is read while the units are.
func (v *treeView) read(q *request) (err error) {
	if v.Organization, err = q.organization(); err != nil {
		return err
	}
	roots, err := q.roots(v.Organization)
	if v.Asked, err = q.try(err); !v.Asked {
		return err
	}
	v.Whole = true
	var accounts []*node
	var whole bool
	var listing errgroup.Group
	listing.Go(func() (err error) {
		accounts, whole, err = q.accountsOf("ListAccounts", nil)
		return err
	})
	byPath, err := v.readRoots(q, roots)
	if listed := listing.Wait(); err != nil {
		return err
	} else if ok, err := q.try(listed); !ok {
		return err
	}
	v.Whole = v.Whole && whole
	for _, a := range accounts {
		v.place(a, byPath)
	}
	return q.shares(v.Roots)
}

// readRoots reads the units below the roots, and returns roots and units by path.
func (v *treeView) readRoots(q *request, roots []*node) (map[string]*node, error) {
	byPath := map[string]*node{}
	for _, r := range roots {
		v.Roots = append(v.Roots, r)
		if err := v.readUnits(q, r, byPath); err != nil {
			return nil, err
		}
	}
	return byPath, nil
}

// readUnits reads the units below a node, level by level.
func (v *treeView) readUnits(q *request, top *node, byPath map[string]*node) error {
	for level := []*node{top}; len(level) > 0; {
		var next []*node
		for i, below := range q.unitsBelowAll(level) {
			parent := level[i]
			byPath[parent.Path] = parent
			if ok, err := q.try(below.err); !ok {
				return err
			}
			if v.Units+len(below.units) > maxNodes {
				v.Whole = false
				return nil
			}
			v.Whole, v.Units = v.Whole && below.whole, v.Units+len(below.units)
			parent.Units = below.units
			next = append(next, below.units...)
		}
		level = next
	}
	return nil
}

// unitsAnswer are the units below a node as the API told them.
type unitsAnswer struct {
	units []*node
	whole bool
	err   error
}

// unitsBelowAll asks for the units below each of the parents, some at once.
func (q *request) unitsBelowAll(parents []*node) []unitsAnswer {
	answers := make([]unitsAnswer, len(parents))
	var g errgroup.Group
	g.SetLimit(askAtOnce)
	for i, p := range parents {
		g.Go(func() error {
			a := &answers[i]
			a.units, a.whole, a.err = q.unitsBelow(p.ID)
			return nil
		})
	}
	g.Wait() // errors are in the answers
	return answers
}

// place puts an account below its parent.
func (v *treeView) place(a *node, byPath map[string]*node) {
	parent := byPath[a.Path[:max(0, strings.LastIndex(a.Path, "/"))]]
	if parent == nil || v.Accounts >= maxNodes {
		v.Whole = false
		return
	}
	parent.Accounts = append(parent.Accounts, a)
	v.Accounts++
}

// share is how many of the services that a node may use it has not used.
type share struct{ Unused, All int }

// Percent is the unused part in hundredths.
func (s *share) Percent() int {
	if s.All == 0 {
		return 0
	}
	return s.Unused * 100 / s.All
}

// Grade is the class of the colour, from 0 to 4.
func (s *share) Grade() int { return min(s.Percent()/20, 4) }

// shares adds what the reports of this session say of the nodes. Nothing is
// reported on for it.
func (q *request) shares(nodes []*node) error {
	for _, n := range nodes {
		if id := q.console.sessions.job(q.visit.key, reportKey(n.Path, "")); id != "" {
			p, err := ask[organizationPage](q.Context(), q.client, "iam", "GetOrganizationsAccessReport", "JobId", id, "MaxItems", "1")
			if _, ours := errors.AsType[*apiError](err); err != nil && !ours {
				return err
			}
			if err == nil && p.JobStatus == "COMPLETED" {
				n.Share = &share{p.NumberOfServicesNotAccessed, p.NumberOfServicesAccessible}
			}
		}
		for _, below := range [][]*node{n.Units, n.Accounts} {
			if err := q.shares(below); err != nil {
				return err
			}
		}
	}
	return nil
}
