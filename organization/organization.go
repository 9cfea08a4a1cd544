// Package organization is the tree of an AWS organization and the policies on
// it (docs/spec/organizations.md): plain data, the look-ups that reports,
// decisions and the Organizations API need, the changes that AWS allows, and
// the export that an import reads.
//
// An Organization is treated as immutable once others can see it: a change is
// made on a Clone. Look-ups go through an index (index.go) that is built at the
// first of them and thrown away by every change.
package organization

import (
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ebbmark/ebbmark/policy"
)

// Organization is one organization. The zero value is none; make it with New
// or ReadExport. Lists are sorted by id.
type Organization struct {
	ID                string                `json:"id"`
	Partition         string                `json:"partition"`
	ManagementAccount string                `json:"managementAccount"`
	ManagementEmail   string                `json:"managementEmail,omitempty"`
	FeatureSet        string                `json:"featureSet"`
	Root              Root                  `json:"root"`
	Units             []Unit                `json:"units,omitempty"`
	Accounts          []Account             `json:"accounts"`
	Policies          []Policy              `json:"policies,omitempty"`
	Attachments       []Attachment          `json:"attachments,omitempty"` // by policy, then target
	Tags              map[string][]Tag      `json:"tags,omitempty"`        // by id of root, unit, account or policy; each list by key
	Delegated         []Delegated           `json:"delegated,omitempty"`   // by account, then service
	TrustedServices   []TrustedService      `json:"trustedServices,omitempty"`
	CreateStatuses    []CreateAccountStatus `json:"createStatuses,omitempty"` // in the order of the requests

	cached atomic.Pointer[index]
	parsed atomic.Pointer[map[string]*policy.Document] // control policies by text, of the last index
}

// The feature sets.
const (
	AllFeatures         = "ALL"
	ConsolidatedBilling = "CONSOLIDATED_BILLING"
)

// Root is the top of the tree.
type Root struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	PolicyTypes []string `json:"policyTypes,omitempty"` // enabled, sorted
}

// Unit is an organizational unit.
type Unit struct {
	ID     string `json:"id"`
	Parent string `json:"parent"` // the root or a unit
	Name   string `json:"name"`
}

// Account is a member, or the management account.
type Account struct {
	ID              string    `json:"id"`
	Parent          string    `json:"parent"` // the root or a unit
	Name            string    `json:"name"`
	Email           string    `json:"email,omitempty"`
	Status          string    `json:"status"`
	JoinedMethod    string    `json:"joinedMethod,omitempty"`
	JoinedTimestamp time.Time `json:"joinedTimestamp,omitzero"`
}

// Account statuses, and how an account came in.
const (
	Active         = "ACTIVE"
	Suspended      = "SUSPENDED"
	PendingClosure = "PENDING_CLOSURE"

	Invited = "INVITED"
	Created = "CREATED"
)

// Policy is a policy of the organization; Content is its text as it was written.
type Policy struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Type        string `json:"type"`
	AWSManaged  bool   `json:"awsManaged,omitempty"`
	Content     string `json:"content"`
}

// Attachment says that a policy hangs on a root, unit or account.
type Attachment struct {
	Policy string `json:"policy"`
	Target string `json:"target"`
}

// Tag is a tag of a root, unit, account or policy.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Delegated says that a member account administers a service for the
// organization.
type Delegated struct {
	Account string    `json:"account"`
	Service string    `json:"service"` // service principal, such as "guardduty.amazonaws.com"
	Since   time.Time `json:"since,omitzero"`
}

// TrustedService is a service that may act in the organization.
type TrustedService struct {
	Service string    `json:"service"`
	Since   time.Time `json:"since,omitzero"`
}

// CreateAccountStatus is what became of a request to make an account.
type CreateAccountStatus struct {
	ID        string    `json:"id"` // car-…
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty"`
	State     string    `json:"state"`
	Requested time.Time `json:"requested"`
	Completed time.Time `json:"completed,omitzero"`
	Account   string    `json:"account,omitempty"` // the id that the account has or will have
	Reason    string    `json:"reason,omitempty"`  // when FAILED
	Role      string    `json:"role,omitempty"`    // the role that lets the management account in, when it is not the usual one
	Tags      []Tag     `json:"tags,omitempty"`    // of the account to be made
}

// States of a CreateAccountStatus.
const (
	InProgress = "IN_PROGRESS"
	Succeeded  = "SUCCEEDED"
	Failed     = "FAILED"
)

// New is an organization with all features that consists of its management
// account. As in AWS, no policy type is enabled yet.
func New(id, root string, management Account) *Organization {
	management.Parent = root
	return &Organization{
		ID: id, Partition: "aws", ManagementAccount: management.ID, ManagementEmail: management.Email, FeatureSet: AllFeatures,
		Root:     Root{ID: root, Name: "Root"},
		Accounts: []Account{management},
		Policies: managedPolicies(),
	}
}

// Clone is a copy that shares nothing that can be changed.
func (o *Organization) Clone() *Organization {
	next := &Organization{
		ID: o.ID, Partition: o.Partition, ManagementAccount: o.ManagementAccount, ManagementEmail: o.ManagementEmail, FeatureSet: o.FeatureSet,
		Root:            o.Root,
		Units:           slices.Clone(o.Units),
		Accounts:        slices.Clone(o.Accounts),
		Policies:        slices.Clone(o.Policies),
		Attachments:     slices.Clone(o.Attachments),
		Tags:            maps.Clone(o.Tags),
		Delegated:       slices.Clone(o.Delegated),
		TrustedServices: slices.Clone(o.TrustedServices),
		CreateStatuses:  slices.Clone(o.CreateStatuses),
	}
	next.Root.PolicyTypes = slices.Clone(o.Root.PolicyTypes)
	for id, tags := range next.Tags {
		next.Tags[id] = slices.Clone(tags)
	}
	next.cached.Store(o.cached.Load()) // right until the first change
	next.parsed.Store(o.parsed.Load())
	return next
}

// Enabled reports whether a policy type is enabled on the root.
func (o *Organization) Enabled(policyType string) bool {
	return slices.Contains(o.Root.PolicyTypes, policyType)
}

// sort puts the lists into their order.
func (o *Organization) sort() {
	slices.Sort(o.Root.PolicyTypes)
	slices.SortFunc(o.Units, byUnit)
	slices.SortFunc(o.Accounts, byAccount)
	slices.SortFunc(o.Policies, byPolicy)
	slices.SortFunc(o.Attachments, byAttachment)
	slices.SortFunc(o.Delegated, byDelegated)
	slices.SortFunc(o.TrustedServices, byService)
	for _, tags := range o.Tags {
		slices.SortFunc(tags, byTag)
	}
}
