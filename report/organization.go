package report

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
)

// OrganizationInput is what an Organizations access report is computed from,
// besides the activity (docs/spec/organizations.md, section 1).
type OrganizationInput struct {
	Subject *OrganizationSubject
	Now     time.Time     // the moment the report speaks of
	Span    time.Duration // how far to look back; zero: Span
	Catalog *catalog.Catalog
	Engine  *grant.Engine // of the same catalogue
}

// Uses yields activity of the wanted accounts, in any order. Principal, outcome
// and target do not matter, so facts may be merged over them (store.Facts,
// Rollup). An error ends the sequence.
type Uses func(accounts []string) iter.Seq2[activity.Fact, error]

// OrganizationReport is the answer.
type OrganizationReport struct {
	Services []OrganizationService // that the policies allow, by namespace in byte order
}

// OrganizationService is what is known of one service.
type OrganizationService struct {
	Namespace, Name string
	Region          string `json:",omitempty"` // of the last access; unused: the catalogue's default, mostly none (ORG-31)
	Path            string `json:",omitempty"` // of the account that used it last
	At              int64  `json:",omitempty"` // Unix milliseconds; zero: unused
	Accounts        int    `json:",omitempty"` // that used it (ORG-32)
}

// Ever reports whether the service was used.
func (s *OrganizationService) Ever() bool { return s.At != 0 }

// Time is the moment of the last access in UTC.
func (s *OrganizationService) Time() time.Time { return time.UnixMilli(s.At).UTC() }

// Unused is the number of services without activity (ORG-30).
func (r *OrganizationReport) Unused() (n int) {
	for i := range r.Services {
		if !r.Services[i].Ever() {
			n++
		}
	}
	return n
}

// ComputeOrganization makes the report. The only errors are those of the
// activity and of a policy text that does not parse.
func ComputeOrganization(in OrganizationInput, uses Uses) (*OrganizationReport, error) {
	granted, err := in.Subject.granted(in.Engine)
	if err != nil {
		return nil, err
	}
	t := newOrganizationTally(in, granted)
	if len(in.Subject.Accounts) == 0 {
		return t.report(), nil // ORG-7: without data
	}
	ids := make([]string, len(in.Subject.Accounts))
	for i, a := range in.Subject.Accounts {
		ids[i] = a.ID
		t.accounts[accountNumber(a.ID)] = i
	}
	for f, err := range uses(ids) {
		if err != nil {
			return nil, fmt.Errorf("read activity of %s: %w", in.Subject.Path, err)
		}
		t.add(&f)
	}
	return t.report(), nil
}

// accountNumber makes the 12 digits of an account a key that is cheap to look
// up; other texts are no account of any organization.
func accountNumber(id string) [12]byte {
	var key [12]byte
	if copy(key[:], id); len(id) != len(key) {
		return [12]byte{}
	}
	return key
}

// organizationTally gathers the latest use of every listed service.
type organizationTally struct {
	in       OrganizationInput
	window   window
	listed   []bool
	services []organizationUse
	accounts map[[12]byte]int

	names   map[name]int // service of raw names that count, else -1
	regions map[string]int64

	last    name // what number stands for, and the account before
	service int
	account string
	index   int
}

type name struct{ source, name string }

// organizationUse is what is known of one service so far.
type organizationUse struct {
	at      int64
	account int
	region  string
	used    bitmap // of accounts
}

// bitmap is a set of accounts by index.
type bitmap []uint64

func newOrganizationTally(in OrganizationInput, granted grant.Set) *organizationTally {
	n := len(in.Catalog.Services())
	t := &organizationTally{
		in: in, window: newWindow(in.Now, in.Span), listed: make([]bool, n), services: make([]organizationUse, n),
		accounts: make(map[[12]byte]int, len(in.Subject.Accounts)), names: map[name]int{}, regions: map[string]int64{}, index: -1,
	}
	for i, s := range in.Catalog.Services() {
		t.listed[i] = in.Subject.Management || granted.Any(s.First, s.End)
	}
	return t
}

// add counts one fact, if it counts at all.
func (t *organizationTally) add(f *activity.Fact) {
	if f.Class != activity.Management && f.Class != activity.Data {
		return
	}
	service, account := t.serviceOf(f), t.accountOf(f.Account)
	if service < 0 || account < 0 {
		return
	}
	at, ok := t.window.last(f)
	if !ok || at < regionStart(t.regions, t.in.Catalog, f.Region) {
		return
	}
	u := &t.services[service]
	u.used.add(account, len(t.in.Subject.Accounts))
	if at > u.at || at == u.at && t.before(account, f.Region, u) || u.at == 0 {
		u.at, u.account, u.region = at, account, f.Region
	}
}

// before breaks the tie of equal times: the smaller account path, then the
// smaller Region.
func (t *organizationTally) before(account int, region string, u *organizationUse) bool {
	if c := strings.Compare(t.in.Subject.Accounts[account].Path, t.in.Subject.Accounts[u.account].Path); c != 0 {
		return c < 0
	}
	return region < u.region
}

// serviceOf is the listed service that the raw names of a fact stand for, or
// -1. The same names mostly come together.
func (t *organizationTally) serviceOf(f *activity.Fact) int {
	raw := name{f.Source, f.Name}
	if raw == t.last {
		return t.service
	}
	service, known := t.names[raw]
	if !known {
		service = -1
		if use, mapped := t.in.Catalog.Resolve(f.Source, f.Name); mapped && t.listed[use.Service] {
			service = use.Service
		}
		t.names[raw] = service
	}
	t.last, t.service = raw, service
	return service
}

func (t *organizationTally) accountOf(id string) int {
	if id != t.account || t.index < 0 {
		i, wanted := t.accounts[accountNumber(id)]
		if !wanted {
			return -1
		}
		t.account, t.index = id, i
	}
	return t.index
}

func (b *bitmap) add(i, n int) {
	if *b == nil {
		*b = make(bitmap, (n+63)/64)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

func (t *organizationTally) report() *OrganizationReport {
	r := &OrganizationReport{}
	for i, s := range t.in.Catalog.Services() {
		if !t.listed[i] {
			continue
		}
		row := OrganizationService{Namespace: s.Namespace, Name: s.Name}
		if u := &t.services[i]; u.at != 0 {
			row.At, row.Region, row.Path = u.at, u.region, t.in.Subject.Accounts[u.account].Path
			row.Accounts = grant.Set(u.used).Count()
		} else {
			row.Region = t.in.Catalog.DefaultRegion(i)
		}
		r.Services = append(r.Services, row)
	}
	return r
}
