package finding

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
)

// Input is what the principals of an account are examined by, besides the
// facts.
type Input struct {
	Account    *inventory.Account
	Age        int           // days without use that make unused, 1 to 365 (AA-23)
	Exclusions []Exclusion   // of the analyzer (AA-14)
	Now        time.Time     // the moment of the scan; later activity does not exist
	Span       time.Duration // how far back last use is told; zero: report.Span
	Catalog    *catalog.Catalog
	Engine     *grant.Engine // of the same catalogue
	// Documents are the policies parsed so far, which the scans of several
	// accounts may share; nil: none.
	Documents *Documents
	// Kept is the day since which history is kept; zero: nothing was given up.
	Kept activity.Day
	// After leaves out the principals up to and including that ARN: a scan that
	// was interrupted goes on behind it.
	After string
	// Only, when set, is the ARN of the one principal that is meant.
	Only string
}

// Seen is what was seen of one principal.
type Seen struct {
	Resource string // its ARN
	Observation
}

// Examine tells the conditions of unused access that hold for the users and
// roles of an account (section 4): it yields what was seen of every principal
// that is examined, by ARN in byte order. Facts are those of the whole account;
// their order and repetition do not matter, and they are read in one sweep, of
// which only the latest use of each thing is kept. The only errors are those of
// facts; one ends the sequence.
//
// Service-linked roles are not examined (AA-22), nor are excluded principals
// (AA-14) and those that are younger than the period or whose age is not known
// (AA-21). When the records do not reach over the whole period, or history of it
// was given up, nothing can be told of anybody (AA-29).
func Examine(in Input, facts iter.Seq2[activity.Fact, error]) iter.Seq2[Seen, error] {
	return func(yield func(Seen, error) bool) {
		x := newExaminer(in)
		x.gather()
		for f, err := range facts {
			if err != nil {
				yield(Seen{}, fmt.Errorf("read activity of account %s: %w", in.Account.ID, err))
				return
			}
			x.see(&f, &x.tally.window)
			x.count(&f)
		}
		for i := range x.subjects {
			seen := x.subjects[i].untold()
			if x.enough() && x.keeps(x.Kept) {
				seen = x.examine(&x.subjects[i])
			}
			if !yield(seen, nil) {
				return
			}
		}
	}
}

// subject is a principal that is examined.
type subject struct {
	arn     string
	user    *inventory.User // exactly one of both is set
	role    *inventory.Role
	sources []inventory.Source
	use     *use
	seen    Observation
}

// examiner examines one account.
type examiner struct {
	Input
	window
	services []catalog.Service
	subjects []subject
	tally
	reach
	documents *Documents
}

func newExaminer(in Input) *examiner {
	x := &examiner{Input: in, services: in.Catalog.Services(), documents: in.Documents}
	if x.Span == 0 {
		x.Span = report.Span
	}
	if x.documents == nil {
		x.documents = NewDocuments()
	}
	x.window = newWindow(x.Now, x.Age, x.Span)
	x.tally = newTally(x.Catalog, x.window)
	return x
}

// gather finds who is to be examined, and under which names facts may be kept.
func (x *examiner) gather() {
	for _, r := range x.Account.Roles {
		if x.wanted(r.ARN, r.Created, r.Tags) && !strings.HasPrefix(r.Path, "/aws-service-role/") {
			x.subjects = append(x.subjects, subject{arn: r.ARN, role: r})
		}
	}
	for _, u := range x.Account.Users {
		if x.wanted(u.ARN, u.Created, u.Tags) {
			x.subjects = append(x.subjects, subject{arn: u.ARN, user: u})
		}
	}
	slices.SortFunc(x.subjects, func(a, b subject) int { return strings.Compare(a.arn, b.arn) })
	for i := range x.subjects {
		s := &x.subjects[i]
		s.use = &use{}
		if s.role != nil {
			x.watch(s.use, report.Entity{Kind: report.Role, ID: s.role.ID, ARN: s.role.ARN}, nil)
		} else {
			x.watch(s.use, report.Entity{Kind: report.User, ID: s.user.ID, ARN: s.user.ARN}, s.user.Keys)
		}
	}
}

func (x *examiner) wanted(arn string, created time.Time, tags []inventory.Tag) bool {
	return (x.Only == "" || x.Only == arn) && arn > x.After && !x.young(created) && !excluded(x.Exclusions, x.Account.ID, tags)
}

// examine tells what holds for one principal.
func (x *examiner) examine(s *subject) Seen {
	if s.role != nil {
		x.examineRole(s)
	} else {
		x.examineUser(s)
	}
	return Seen{s.arn, s.seen}
}

// examineRole: a role that is unused as a whole has no other finding (AA-24).
// What a snapshot said of its last use counts too (IAM-30).
func (x *examiner) examineRole(s *subject) {
	if said := s.role.LastUsed; !said.After(x.Now) && millis(said) > x.spanStart {
		s.use.last = max(s.use.last, millis(said))
	}
	if !x.usedInPeriod(s.use.period, s.use.last) {
		x.unusedRole(s, s.use)
		return
	}
	s.sources = x.Account.RolePolicies(s.role)
	x.examinePermissions(s)
}

// examineUser: a user is active when there is any activity in the period
// (AA-24).
func (x *examiner) examineUser(s *subject) {
	u := s.user
	x.unusedKeys(s, u.Keys)
	x.unusedPassword(s, u.Login, u.PasswordLastUsed)
	said := u.PasswordLastUsed
	if x.usedInPeriod(s.use.period, s.use.last) || !said.After(x.Now) && x.usedInPeriod(false, millis(said)) {
		s.sources = x.Account.UserPolicies(u)
		x.examinePermissions(s)
	}
}

// errNoDocument: a policy has no default version, or it is not known.
var errNoDocument = errors.New("the document of its default version is not known")

// examinePermissions: a policy that cannot be read leaves open what is granted.
func (x *examiner) examinePermissions(s *subject) {
	granted, err := x.granted(s.sources)
	if err != nil {
		s.seen.Unjudged = append(s.seen.Unjudged, Unjudged{s.arn, UnusedPermission, err.Error()})
		return
	}
	x.unusedPermissions(s, granted)
}

func (x *examiner) granted(sources []inventory.Source) (grant.Set, error) {
	docs := x.documents.list[:0]
	for i := range sources {
		doc, err := x.documents.parse(sources[i].Document)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", sources[i].Name, err)
		}
		docs = append(docs, doc)
	}
	x.documents.list = docs
	return x.Engine.Granted(docs), nil
}

// add notes a condition of the principal.
func (x *examiner) add(s *subject, c Condition) {
	c.Resource, c.Owner, c.ResourceType = s.arn, x.Account.ID, UserResource
	if s.role != nil {
		c.ResourceType = RoleResource
	}
	s.seen.Conditions = append(s.seen.Conditions, c)
}
